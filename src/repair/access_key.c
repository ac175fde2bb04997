/* Job: keys that were given, into the file that this sshd reads for the person and for nobody else.
 * Nothing that stands there is written anew. */
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/access_parts.h"
#include "repair/fips.h"
#include "repair/key_edit.h"
#include "repair/key_places.h"
#include "repair/sshd_edit.h"
#include "syntax/ssh_key_given.h"
#include "syntax/ssh_key_mend.h"

int access_keys_given(struct verb_context *c, const struct access_request *request,
                      struct ssh_keys_given *out, struct err *e)
{
    int code = 0;
    for (size_t i = 0; i < request->key_count && code == 0; i++)
        code = ssh_keys_given_read(c->arena, request->keys[i].text, request->keys[i].source,
                                   c->facts->os.openssh_version, out, e);
    return code;
}

/* --- what this sshd would not take -------------------------------------------------------------
 */

/* OpenSSL's FIPS provider has no Ed25519 for OpenSSH, and no RSA below 2048 bits. */
static int check_fips(struct verb_context *c, const struct ssh_key_given *key, struct err *e)
{
    bool is_short = strcmp(key->type, "ssh-rsa") == 0 && key->bits > 0 && key->bits < 2048;
    if (!fips_rules(c) || !(strstr(key->type, "ed25519") || is_short))
        return 0;
    return err_set(e, ERR_REFUSED,
                   "this guest runs in FIPS mode, where sshd takes no %s key%s: give one that "
                   "ssh-keygen -t ecdsa makes, or RSA of 3072 bits",
                   key->type, is_short ? " as short as this" : "");
}

static const struct walk *walk_with(struct verb_context *c, const struct facts *f, const char *user,
                                    const char *key)
{
    struct login_question q = *c->input->question;
    const char *const users[] = {user};
    q.users = users;
    q.user_count = 1;
    q.identity = key;
    const struct login_answer *answer = login_judge(f, &q);
    vec_each (walk, &answer->walks)
        if (walk->subject.method == METHOD_PUBLICKEY)
            return walk;
    return NULL;
}

/* Is the line at AT one of this key's? */
static bool is_line_of(const struct facts *f, const struct place *at, const char *fingerprint)
{
    vec_each (key, &f->keys)
        if (key->at.line == at->line && at->file && strcmp(key->at.file, at->file) == 0 &&
            key->fingerprint && strcmp(key->fingerprint, fingerprint) == 0)
            return true;
    return false;
}

static int check_reason(struct verb_context *c, const struct facts *f, const struct reason *r,
                        const struct ssh_key_given *key, struct err *e)
{
    const char *version = f->os.openssh ? f->os.openssh : "of this guest";
    const char *what = r->value ? r->value : key->type;
    if (r->state != GATE_SHUT)
        return 0;
    if (strcmp(r->id, "key-revoked") == 0)
        return err_set_at(e, ERR_REFUSED, r->value, 0, 0,
                          "the key %s stands on this list of revoked keys", key->fingerprint);
    if (strcmp(r->id, "pubkey-algorithms-restricted") == 0)
        return err_set_at(e, ERR_REFUSED, r->at.file, r->at.line, 0,
                          "%s %s keeps this key out (%s): give one that it lets in",
                          r->keyword ? r->keyword : "a list",
                          r->wanted   ? r->wanted
                          : r->detail ? r->detail
                                      : "",
                          what);
    if (strcmp(r->id, "key-type-unsupported") == 0 && is_line_of(f, &r->at, key->fingerprint))
        return err_set(e, ERR_REFUSED,
                       "sshd %s takes no such key (%s): give one of another type, or longer",
                       version, what);
    if (strcmp(r->id, "key-options-block") == 0 && is_line_of(f, &r->at, key->fingerprint))
        verb_note(
            c, arena_printf(c->arena,
                            "%s:%d: the key %s stands there with options, which sshd obeys first "
                            "(%s): with --remove-prior-keys that line goes",
                            r->at.file, r->at.line, key->fingerprint,
                            r->keyword ? r->keyword : "options"));
    return 0;
}

/* With the keys in place, held against everything that sshd holds a key against. */
static int check_accepted(struct verb_context *c, const struct account_fact *account,
                          const struct ssh_keys_given *given, struct err *e)
{
    const struct repair_input *in = c->input;
    const struct facts *f =
        facts_gather(c->arena, c->tree, in->lenses, in->keywords, in->question->at);
    int code = 0;
    vec_each (key, &given->keys) {
        const struct walk *w = walk_with(c, f, account->name, key->line);
        /* Some of these are gate auth's. */
        for (int g = 0; w && g < GATE_COUNT; g++)
            for (size_t i = 0; code == 0 && i < w->gates[g].reason_count; i++)
                code = check_reason(c, f, &w->gates[g].reasons[i], key, e);
        if (code == 0)
            code = check_fips(c, key, e);
    }
    return code;
}

/* --- where to ----------------------------------------------------------------------------------
 */

static bool is_state(const struct key_place *place, const char *state)
{
    return strcmp(place->file->state, state) == 0;
}

static bool is_own(const struct key_place *place)
{
    return place->is_read && !place->others && !place->strange;
}

/* A file that is there goes before one that would have to be made, and that before a link to
 * nowhere, which can be taken away. NULL: none of them. */
static const struct key_place *choose(const struct key_places *places)
{
    static const char *const states[] = {"dangling", "missing", "ok"}; /* the better the later */
    const struct key_place *best = NULL;
    int rank = 0;
    vec_each (place, &places->list)
        for (int i = 0; i < 3; i++)
            if (is_own(place) && i + 1 > rank && is_state(place, states[i]) &&
                (i != 1 || place->may_be_made)) {
                rank = i + 1;
                best = place;
            }
    return best;
}

static int verb_with(struct verb_context *c, verb_function *verb, const char *const *members,
                     struct err *e)
{
    struct json *step = json_new_object(c->arena);
    for (; members[0]; members += 2)
        json_set_string(c->arena, step, members[0], members[1]);
    int code = verb(c, step, e);
    json_free(step);
    return code;
}

/* sshd looks for this person's keys nowhere, or only where they would be everybody's: a place of
 * the person's own, said for nobody else. */
static int make_place(struct verb_context *c, const struct account_fact *account,
                      const struct key_places *places, const char **path, struct err *e)
{
    const struct effective *settings = key_places_settings(c, account);
    const struct sshd_directive *d = effective_winner(settings, "AuthorizedKeysFile");
    vec_each (place, &places->list)
        if (place->is_read &&
            (place->strange || is_state(place, "unreadable") || is_state(place, "loop")))
            return key_place_refuse(place, e);
    if (!account->home || *account->home != '/')
        return err_set(e, ERR_REFUSED, "%s has no home that could hold a key", account->name);
    if (d && d->from_command_line)
        return sshd_edit_refuse_command_line(d, e);
    struct text_list words = effective_words(settings, "AuthorizedKeysFile");
    const char *members[] = {"name", account->name, "value", text_list_join(c->arena, &words, " "),
                             NULL};
    *path = path_tidy(c->arena, path_join(c->arena, account->home, ".ssh/authorized_keys"));
    verb_note(
        c, arena_printf(c->arena,
                        "sshd reads no key file that is %s's alone (AuthorizedKeysFile %s): it is "
                        "told to read %s as well, for %s only",
                        account->name, effective_value(settings, "AuthorizedKeysFile"), *path,
                        account->name));
    return verb_with(c, verb_key_path, members, e);
}

static int find_place(struct verb_context *c, const struct account_fact *account, const char **path,
                      struct err *e)
{
    struct key_places places = {0};
    key_places_read(c, account, &places);
    if (places.list.count == 0)
        return err_set(e, ERR_REFUSED,
                       "%s is no account that a person logs in with: it has no login shell",
                       account->name);
    const struct key_place *place = choose(&places);
    if (!place)
        return make_place(c, account, &places, path, e);
    *path = place->file->path;
    if (strcmp(account->home_state, "missing") == 0 && path_is_below(*path, account->home))
        return err_set_at(e, ERR_NOT_FOUND, account->home, 0, 0,
                          "the home of %s is not there, and the key would stand in it: \"diskmend "
                          "repair --user %s\" makes one where that can be done",
                          account->name, account->name);
    const char *members[] = {"path", *path, NULL};
    return is_state(place, "dangling") ? verb_with(c, verb_file_aside, members, e) : 0;
}

/* --- what is there -----------------------------------------------------------------------------
 */

/* The line of the key in a file that sshd reads; a plain one before one with options. */
static const struct key_fact *find_key(struct verb_context *c, const struct account_fact *account,
                                       const char *fingerprint)
{
    struct key_places places = {0};
    const struct key_fact *found = NULL;
    key_places_read(c, account, &places);
    vec_each (place, &places.list)
        vec_each (key, &c->facts->keys) {
            if (!place->is_read || key->defect || !key->fingerprint ||
                strcmp(key->user, account->name) != 0 ||
                strcmp(key->file, place->file->path) != 0 ||
                strcmp(key->fingerprint, fingerprint) != 0)
                continue;
            if (key->options.count == 0)
                return key;
            found = found ? found : key;
        }
    return found;
}

/* True: a plain line of this key is there, and nothing is to be added. */
static bool is_there(struct verb_context *c, const struct account_fact *account,
                     const struct ssh_key_given *key)
{
    const struct key_fact *line = find_key(c, account, key->fingerprint);
    if (!line)
        return false;
    bool plain = line->options.count == 0;
    const struct walk *w = walk_with(c, c->facts, account->name, key->line);
    bool serves = w && w->gates[GATE_KEY].state != GATE_SHUT;
    const char *options = text_list_join(c->arena, &line->options, ",");
    verb_note(c, arena_printf(c->arena, "the key %s of %s is there already, at %s:%d%s%s%s",
                              key->fingerprint, account->name, line->at.file, line->at.line,
                              plain ? "" : ", with options that stay in force (",
                              plain ? "" : options, plain ? "" : ")"));
    return plain || serves;
}

/* A program writes the whole file: it may take out again what it did not put in. */
static void note_keeper(struct verb_context *c, const char *path)
{
    static const char *const words[] = {"autogenerated",   "auto-generated",
                                        "do not edit",     "ansible managed",
                                        "generated by",    "managed by puppet",
                                        "managed by chef", "this file is managed"};
    struct read_answer r = tree_read(c->tree, path, 65536);
    struct bytes rest = r.content, line;
    for (int n = 1; r.presence == PRESENCE_PRESENT && text_next_line(&rest, &line); n++) {
        if (line.len == 0 || line.ptr[0] != '#' || key_edit_is_agents_mark(line))
            continue;
        const char *text = arena_text(c->arena, line);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strcasestr(text, words[i])) {
                verb_note(
                    c, arena_printf(c->arena,
                                    "%s:%d says that a program keeps this file: put the key into "
                                    "that program's list as well, or it may be gone again",
                                    path, n));
                return;
            }
    }
}

/* Lines of sshd's that are UTF-8 or nothing. */
static int make_plain(struct verb_context *c, const char *path, struct err *e)
{
    struct text_file f;
    struct bytes plain;
    if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
        return 0;
    int code = text_open(c, path, false, &f, e);
    if (code != 0 || !ssh_key_from_utf16(c->arena, f.state.content, &plain))
        return code;
    return text_put(c, f.path, plain, 0600, f.state.uid, f.state.gid, e);
}

static int add_key(struct verb_context *c, const struct account_fact *account, const char *path,
                   const struct ssh_key_given *key, struct err *e)
{
    int code = key_edit_append(c, account, path, key->line, e);
    const char *comment = key->comment ? arena_printf(c->arena, ", %s", key->comment) : "";
    if (code == 0)
        verb_note(c, arena_printf(c->arena, "new key of %s in %s: %s (%s%s)", account->name, path,
                                  key->fingerprint, key->type, comment));
    return code;
}

int access_add_keys(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    struct ssh_keys_given given = {0};
    VEC(const struct ssh_key_given *) wanted = {0};
    const char *path = NULL;
    if (request->key_count == 0)
        return 0;
    int code = access_keys_given(c, request, &given, e);
    const struct account_fact *account = code == 0 ? access_account(c, request, e) : NULL;
    if (!account)
        return code != 0 ? code : ERR_NOT_FOUND;
    vec_each (key, &given.keys)
        if (!is_there(c, account, key))
            vec_push(c->arena, &wanted, key);
    if (wanted.count > 0)
        code = find_place(c, account, &path, e);
    if (path && code == 0) {
        code = make_plain(c, path, e);
        note_keeper(c, path);
    }
    vec_each (key, &wanted)
        if (code == 0)
            code = add_key(c, account, path, *key, e);
    return code == 0 ? check_accepted(c, account, &given, e) : code;
}
