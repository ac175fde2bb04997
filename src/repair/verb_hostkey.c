/* New host keys: the missing ones of those that this sshd asks for, or the one at a path. A key
 * that is there and loads is never replaced, only its lost .pub is written again. */
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "repair/text_edit.h"
#include "syntax/ssh_key_make.h"

static const char *const types[] = {"rsa", "ecdsa", "ed25519"};

/* A type that these files may have; by the name of the file where nothing else tells. */
static const char *type_for(const struct host_key_fact *key)
{
    const char *name = path_name(key->path);
    for (size_t i = 0; key->type && i < sizeof types / sizeof *types; i++)
        if (strcmp(key->type, types[i]) == 0)
            return types[i];
    if (strstr(name, "dsa") && !strstr(name, "ecdsa"))
        return NULL; /* DSA: gone from sshd, and never made */
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strstr(name, types[i]))
            return types[i];
    return "ed25519";
}

/* Ed25519 came with OpenSSH 6.5, ECDSA with 5.7. */
static bool is_supported(const struct facts *f, const char *type)
{
    int version = f->os.openssh_version;
    if (version == 0)
        return true;
    return strcmp(type, "ed25519") == 0 ? version >= 605
           : strcmp(type, "ecdsa") == 0 ? version >= 507
                                        : true;
}

/* "root@NAME" as ssh-keygen would write it in the guest. */
static const char *comment_of(struct verb_context *c)
{
    struct read_answer r = tree_read(c->tree, "/etc/hostname", 256);
    size_t n = 0;
    while (r.presence == PRESENCE_PRESENT && n < r.content.len && n < 64 &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-",
                  r.content.ptr[n]) &&
           r.content.ptr[n])
        n++;
    return n > 0 ? arena_printf(c->arena, "root@%.*s", (int)n, r.content.ptr) : "root@localhost";
}

/* 0600 root:root; where the distribution's own way is a group that may read, that. */
static void private_meta(struct verb_context *c, struct node_state *s)
{
    s->mode = 0600;
    s->uid = s->gid = 0;
    if (!host_key_group_mode_accepted(c->facts))
        return;
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && group->gid >= 0 && strcmp(group->name, "ssh_keys") == 0) {
            s->mode = 0640;
            s->gid = (uint32_t)group->gid;
            return;
        }
}

/* /etc/ssh itself may be gone. */
static int make_place(struct verb_context *c, const char *path, struct err *e)
{
    const char *directory = path_parent(c->arena, path);
    if (strcmp(directory, "/etc/ssh") != 0 ||
        tree_stat(c->tree, directory).presence != PRESENCE_ABSENT)
        return 0;
    struct node_state made = {.exists = true, .type = NODE_DIRECTORY, .mode = 0755};
    const char *real = real_path_of(c, directory, e);
    return real ? overlay_put(c->tree, real, &made, e) : ERR_REFUSED;
}

/* A file whole: what was there, of whatever content, is replaced. */
static int put(struct verb_context *c, const char *path, struct bytes content, struct node_state s,
               struct err *e)
{
    struct node_state now;
    const char *real;
    int code = make_place(c, path, e);
    if (code == 0)
        code = text_place(c, path, &real, &now, e);
    if (code != 0)
        return code;
    s.exists = s.has_content = true;
    s.type = NODE_FILE;
    s.content = content;
    s.xattrs = now.xattrs;
    s.xattr_count = now.xattr_count;
    return overlay_put(c->tree, real, &s, e);
}

static int put_public(struct verb_context *c, const char *path, const char *line, struct err *e)
{
    struct node_state s = {.mode = 0644};
    return put(c, arena_printf(c->arena, "%s.pub", path), bytes_of(line), s, e);
}

static int make(struct verb_context *c, const char *path, const char *type, struct err *e)
{
    struct ssh_key_pair pair;
    struct node_state s = {0};
    private_meta(c, &s);
    int code = ssh_key_make(c->arena, type, comment_of(c), &pair, e);
    if (code == 0)
        code = put(c, path, pair.private_file, s, e);
    if (code == 0)
        code = put_public(c, path, pair.public_line, e);
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "new %s host key %s: %s", type, path, pair.fingerprint));
    return code;
}

/* The .pub of a key that loads, when it is gone. */
static int restore_public(struct verb_context *c, const struct host_key_fact *key, struct err *e)
{
    if (tree_lstat(c->tree, arena_printf(c->arena, "%s.pub", key->path)).presence !=
        PRESENCE_ABSENT)
        return 0;
    struct read_answer r = tree_read(c->tree, key->path, LIMIT_CONFIG_BYTES);
    const char *line = r.presence == PRESENCE_PRESENT
                           ? ssh_key_public_line(c->arena, r.content, comment_of(c))
                           : NULL;
    return line ? put_public(c, key->path, line, e) : 0;
}

/* Two slips that cost a good key: line ends of Windows, and no newline at the end. The key stays
 * who it is. False: that is not what ails it. */
static bool mend_text(struct verb_context *c, const struct host_key_fact *key, int *code,
                      struct err *e)
{
    bool returns = strcmp(key->state, "carriage-return") == 0;
    if (!returns && strcmp(key->state, "no-final-newline") != 0)
        return false;
    struct read_answer r = tree_read(c->tree, key->path, LIMIT_CONFIG_BYTES);
    struct node_state s;
    if (r.presence != PRESENCE_PRESENT || r.cut ||
        overlay_state(c->tree, r.real_path, false, &s, e) != 0)
        return false;
    struct strbuf text;
    struct ssh_private_key read;
    strbuf_init(&text, c->arena);
    for (size_t i = 0; i < r.content.len; i++)
        if (!returns || r.content.ptr[i] != '\r')
            strbuf_add_char(&text, r.content.ptr[i]);
    if (text.len > 0 && text.ptr[text.len - 1] != '\n')
        strbuf_add_char(&text, '\n');
    ssh_private_key_read(c->arena, strbuf_bytes(&text), &read);
    if (!read.state || strcmp(read.state, "ok") != 0)
        return false;
    s.has_content = true;
    s.content = strbuf_bytes(&text);
    *code = overlay_put(c->tree, r.real_path, &s, e);
    return true;
}

static int renew(struct verb_context *c, const struct host_key_fact *key, struct err *e)
{
    int code = 0;
    if (key->loadable)
        return restore_public(c, key, e);
    if (strcmp(key->state, "unreadable") == 0)
        return err_set_at(e, ERR_REFUSED, key->path, 0, 0, "cannot be read: %s",
                          key->detail ? key->detail : "the reason is not known");
    if (strcmp(key->state, "too-open") == 0)
        return err_set_at(e, ERR_REFUSED, key->path, 0, 0, "its mode is wrong, not the key");
    if (mend_text(c, key, &code, e))
        return code;
    const char *type = type_for(key);
    if (!type)
        return err_set_at(e, ERR_REFUSED, key->path, 0, 0,
                          "a DSA key, which no sshd of today takes: its HostKey line has to go");
    if (!is_supported(c->facts, type))
        return err_set_at(e, ERR_REFUSED, key->path, 0, 0, "this sshd does not know %s keys", type);
    return make(c, key->path, type, e);
}

/* Beside PATH, what else ails the keys of a guest that has none that loads: one type alone would
 * leave out the clients that know another. What cannot be renewed stays as it is. */
static void renew_others(struct verb_context *c, const char *path)
{
    vec_each (key, &c->facts->host_keys)
        if (key->loadable)
            return;
    vec_each (key, &c->facts->host_keys) {
        struct err ignored = {0};
        if (strcmp(key->path, path) != 0)
            renew(c, key, &ignored);
    }
}

/* With "path": that key, and no other while one of them loads. Without: every one that is missing,
 * of a type that this sshd has. "type" overrules what the name of the file says. */
int verb_hostkey_new(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *type = step_text(step, "type");
    bool any = false;
    int code = 0;
    vec_each (key, &c->facts->host_keys) {
        if (code != 0 || (path && strcmp(path, key->path) != 0))
            continue;
        bool missing = strcmp(key->state, "missing") == 0 &&
                       tree_lstat(c->tree, key->path).presence == PRESENCE_ABSENT;
        const char *of = type ? type : type_for(key);
        any = true;
        if (path)
            code = type && missing ? make(c, key->path, type, e) : renew(c, key, e);
        else if (missing && of && is_supported(c->facts, of))
            code = make(c, key->path, of, e);
        else if (key->loadable)
            code = restore_public(c, key, e);
    }
    if (!any)
        return err_set(e, ERR_NOT_FOUND, "sshd asks for no such host key");
    if (path && code == 0)
        renew_others(c, path);
    return code;
}
