/* VMAccess's settings. What its code does (vmaccess.py, Utils/distroutils.py of
 * azure-linux-extensions 1.5.25) stands beside each member. */
#include "repair/access_settings.h"

#include <ctype.h>
#include <string.h>

#include "base/strbuf.h"

struct reader {
    struct arena *arena;
    struct bytes text;
    const char *path;
    enum settings_part part;
    const char *object; /* JSON Pointer of the object that is read */
    struct access_request *request;
    name_list *notes;
    struct err *e;
};

/* --- messages --------------------------------------------------------------------------------- */

/* "object/name", as JSON Pointer writes names. */
static const char *pointer_to(struct reader *r, const char *name)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    strbuf_printf(&s, "%s/", r->object);
    for (; *name; name++) {
        if (*name == '~' || *name == '/')
            strbuf_add(&s, *name == '~' ? "~0" : "~1");
        else
            strbuf_add_char(&s, *name);
    }
    return s.ptr;
}

static int refuse(struct reader *r, const char *name, const char *sentence)
{
    int line = 0, column = 0;
    json_locate(r->text, pointer_to(r, name), &line, &column);
    return err_set_at(r->e, ERR_USAGE, r->path, line, column, "%s", sentence);
}

static void note(struct reader *r, const char *sentence)
{
    vec_push(r->arena, r->notes, arena_printf(r->arena, "%s: %s", r->path, sentence));
}

/* --- values ----------------------------------------------------------------------------------- */

/* Templates pass what was not filled in as null or "". */
static bool is_unset(const struct json *value)
{
    const char *text = json_string(value);
    return json_type(value) == JSON_NULL || (text && !*text);
}

/* true, "true", "True", "FALSE" … 0, or the error. */
static int take_bool(struct reader *r, const struct json *value, bool *out)
{
    static const char *const words[] = {"false", "true"};
    const char *text = json_string(value);
    if (json_type(value) == JSON_BOOL) {
        *out = json_bool(value, false);
        return 0;
    }
    for (int i = 0; text && i < 2; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *out = i;
            return 0;
        }
    return refuse(r, json_name(value),
                  arena_printf(r->arena, "%s wants true or false", json_name(value)));
}

static int take_string(struct reader *r, const struct json *value, const char **out)
{
    const char *text = json_string(value);
    if (!text)
        return refuse(r, json_name(value),
                      arena_printf(r->arena, "%s wants a string", json_name(value)));
    *out = arena_strdup(r->arena, text);
    return 0;
}

/* --- members ---------------------------------------------------------------------------------- */

typedef int take_member(struct reader *r, const struct json *value);

static int take_username(struct reader *r, const struct json *value)
{
    return take_string(r, value, &r->request->user);
}

static int take_password(struct reader *r, const struct json *value)
{
    const char *password;
    if (take_string(r, value, &password) != 0)
        return r->e->code;
    r->request->password = bytes_of(password);
    return 0;
}

/* One or several keys, in any of the forms that --ssh-key takes. */
static int take_ssh_key(struct reader *r, const struct json *value)
{
    struct access_key_text *key = arena_new_struct(r->arena, struct access_key_text);
    const char *text;
    if (take_string(r, value, &text) != 0)
        return r->e->code;
    *key = (struct access_key_text){"ssh_key", bytes_of(text)};
    r->request->keys = key;
    r->request->key_count = 1;
    return 0;
}

static int take_reset(struct reader *r, const struct json *value)
{
    return take_bool(r, value, &r->request->reset_ssh);
}

static int take_remove_user(struct reader *r, const struct json *value)
{
    return take_string(r, value, &r->request->remove_user);
}

/* Theirs holds for accounts that it makes only; ours for those that are there, too. */
static int take_expiration(struct reader *r, const struct json *value)
{
    const char *text;
    struct err e = {0};
    if (take_string(r, value, &text) != 0)
        return r->e->code;
    return access_take_expiry(text, r->request, &e) == 0
               ? 0
               : refuse(r, json_name(value), arena_printf(r->arena, "expiration: %s", e.text));
}

static int take_remove_prior_keys(struct reader *r, const struct json *value)
{
    return take_bool(r, value, &r->request->remove_prior_keys);
}

static int take_restore(struct reader *r, const struct json *value)
{
    return take_bool(r, value, &r->request->restore_ssh);
}

static int take_passwordless(struct reader *r, const struct json *value)
{
    bool is_on = false;
    if (take_bool(r, value, &is_on) != 0)
        return r->e->code;
    if (is_on)
        r->request->sudo = ACCESS_SUDO_NOPASSWD;
    return 0;
}

static int take_check_disk(struct reader *r, const struct json *value)
{
    return take_bool(r, value, &r->request->check_disk);
}

static int take_repair_disk(struct reader *r, const struct json *value)
{
    return take_bool(r, value, &r->request->repair_disk);
}

static int take_disk_name(struct reader *r, const struct json *value)
{
    return take_string(r, value, &r->request->disk_name);
}

static const struct member {
    const char *name;
    take_member *take;
    bool is_public;
} members[] = {
    {"username", take_username, false},
    {"password", take_password, false},
    {"ssh_key", take_ssh_key, false},
    {"reset_ssh", take_reset, false},
    {"remove_user", take_remove_user, false},
    {"expiration", take_expiration, false},
    {"remove_prior_keys", take_remove_prior_keys, false},
    {"restore_backup_ssh", take_restore, false},
    {"enable_passwordless_access", take_passwordless, false},
    {"check_disk", take_check_disk, true},
    {"repair_disk", take_repair_disk, true},
    {"disk_name", take_disk_name, true},
};

static const struct member *member_of(const char *name)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

static int take_members(struct reader *r, const struct json *object)
{
    for (const struct json *m = json_first(object); m; m = json_next(m)) {
        const char *name = json_name(m);
        const struct member *member = member_of(name);
        if (!member)
            return refuse(r, name, arena_printf(r->arena, "VMAccess has no setting \"%s\"", name));
        if (r->part == SETTINGS_PUBLIC && !member->is_public)
            return refuse(r, name,
                          arena_printf(r->arena,
                                       "%s belongs in the protected settings (--settings)", name));
        if (strcmp(name, "password") == 0 && json_string(m) && !*json_string(m))
            return refuse(r, name, "the password is empty");
        if (!is_unset(m) && member->take(r, m) != 0)
            return r->e->code;
    }
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Who names a user gives him a key or a password; the account is made when it is not there. */
static int settle(struct reader *r)
{
    struct access_request *q = r->request;
    if (q->remove_user && q->password.ptr)
        return refuse(r, "remove_user",
                      "remove_user and password exclude each other, as they do "
                      "in VMAccess: one after the other");
    if (q->user && (q->key_count > 0 || q->password.ptr))
        q->create = ACCESS_CREATE_IF_MISSING;
    q->nopasswd_if_new = !q->password.ptr; /* distroutils.py: create_account */
    if (q->remove_prior_keys && q->key_count == 0) {
        q->remove_prior_keys = false;
        note(r, "remove_prior_keys stands there without ssh_key: no key is removed, as VMAccess "
                "removes none");
    }
    if (q->disk_name && !q->check_disk && !q->repair_disk)
        note(r, "disk_name stands there without check_disk or repair_disk: no disk is looked at");
    return 0;
}

/* A comma behind the last member, as in the extension's own README: what the cloud's command line
 * takes, too. It becomes a blank, so that places stay what they are. */
static void forgive_commas(struct reader *r, char *text, size_t length)
{
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        if (in_string || i >= length || text[i] != ',')
            continue;
        size_t next = i + 1;
        while (next < length && isspace((unsigned char)text[next]))
            next++;
        if (next < length && (text[next] == '}' || text[next] == ']')) {
            text[i] = ' ';
            note(r, "a comma behind the last member is overlooked");
        }
    }
}

/* As PowerShell writes it. */
static void forgive_byte_order_mark(char *text, size_t length)
{
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        memset(text, ' ', 3);
}

static const struct json *object_at(struct reader *r, const struct json *parent, const char *name,
                                    const char **pointer)
{
    const struct json *o = json_member(parent, name);
    if (json_type(o) != JSON_OBJECT)
        return NULL;
    *pointer = pointer_to(r, name);
    return o;
}

/* A whole resource of an ARM template, or the pair of both parts: {"properties": {"settings": {},
 * "protectedSettings": {…}}}. */
static int take_document(struct reader *r, const struct json *document)
{
    const char *at = "";
    const struct json *pair = object_at(r, document, "properties", &at);
    r->object = at;
    pair = pair ? pair : document;
    const char *secret_at = "", *public_at = "";
    const struct json *secret = object_at(r, pair, "protectedSettings", &secret_at);
    const struct json *public = object_at(r, pair, "settings", &public_at);
    if (!secret && !public) {
        r->object = "";
        return take_members(r, document);
    }
    enum settings_part part = r->part;
    r->part = SETTINGS_PUBLIC;
    r->object = public_at;
    if (public && take_members(r, public) != 0)
        return r->e->code;
    r->part = part;
    r->object = secret_at;
    return secret ? take_members(r, secret) : 0;
}

/* Strings of the document that held the password. */
static void wipe_passwords(const struct json *node)
{
    for (const struct json *m = json_first(node); m; m = json_next(m)) {
        const char *text = json_string(m);
        if (text && json_name(m) && strcmp(json_name(m), "password") == 0)
            explicit_bzero((void *)(uintptr_t)text, strlen(text));
        wipe_passwords(m);
    }
}

int access_settings(struct arena *a, struct bytes text, const char *path, enum settings_part part,
                    struct access_request *request, name_list *notes, struct err *e)
{
    char *copy = arena_text(a, text);
    struct reader r = {.arena = a,
                       .text = {copy, text.len},
                       .path = path,
                       .part = part,
                       .object = "",
                       .request = request,
                       .notes = notes,
                       .e = e};
    forgive_byte_order_mark(copy, text.len);
    forgive_commas(&r, copy, text.len);
    CLEANUP_JSON struct json *document = json_parse(r.text, path, e);
    int code = e->code;
    if (document && json_type(document) != JSON_OBJECT)
        code = err_set_at(e, ERR_USAGE, path, 1, 1, "settings are an object: {\"username\": …}");
    else if (document && take_document(&r, document) == 0)
        code = settle(&r);
    else
        code = e->code;
    wipe_passwords(document);
    explicit_bzero(copy, text.len);
    return code;
}
