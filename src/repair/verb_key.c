/* Verbs that give a person a key file that sshd reads: a key put in, copied from another home, or
 * the place of keys said for one person. */
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "repair/key_edit.h"
#include "repair/sshd_edit.h"

int verb_key_add(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    const struct account_fact *account = key_edit_account(c, step, e);
    const char *line = account ? key_edit_given(c, e) : NULL;
    if (!line)
        return ERR_REFUSED;
    if (!path || *path != '/')
        return err_set(e, ERR_REFUSED, "sshd reads no key file for %s", account->name);
    return key_edit_append(c, account, path, line, e);
}

/* Something that is no file is in the way: aside with it, and the key into a file of that name. */
int verb_key_replace(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *account = key_edit_account(c, step, e);
    if (!account || !key_edit_given(c, e))
        return ERR_REFUSED;
    const char *path = step_text(step, "path");
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE)
        return verb_key_add(c, step, e);
    int code = verb_file_aside(c, step, e);
    return code != 0 ? code : verb_key_add(c, step, e);
}

/* Every line of FROM that this sshd takes, into the file it reads. */
int verb_key_copy(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *account = key_edit_account(c, step, e);
    const char *path = step_text(step, "path");
    struct text_file f;
    size_t copied = 0;
    if (!account)
        return ERR_NOT_FOUND;
    int code = text_open(c, step_text(step, "from"), false, &f, e);
    vec_each (line, &f.lines) {
        struct ssh_key_line key;
        ssh_key_line_parse(c->arena, line->text, c->facts->os.openssh_version, &key);
        if (code != 0 || key.is_empty || key.defect || key.cert_authority || key.glued_column > 0)
            continue;
        code = key_edit_append(c, account, path, arena_text(c->arena, line->text), e);
        copied++;
    }
    if (code == 0 && copied == 0)
        return err_set_at(e, ERR_REFUSED, f.path, 0, 0, "holds no key that this sshd takes");
    return code;
}

/* --- where sshd looks --------------------------------------------------------------------------
 */

/* The pattern by which PATH is the person's: the one some line has for it, else the path itself. */
static const char *pattern_of(struct verb_context *c, const char *user, const char *path)
{
    vec_each (file, &c->facts->key_files)
        if (strcmp(file->user, user) == 0 && strcmp(file->path, path) == 0 && file->pattern &&
            *file->pattern != '(' && strcasecmp(file->pattern, "none") != 0)
            return file->pattern;
    return path;
}

/* "none" must stand alone, and a word of which sshd cannot make a path ends the login. */
static bool may_stay(struct verb_context *c, const char *user, const char *word)
{
    if (strcasecmp(word, "none") == 0)
        return false;
    vec_each (file, &c->facts->key_files)
        if (strcmp(file->user, user) == 0 && file->pattern && strcmp(file->pattern, word) == 0 &&
            file->state && strcmp(file->state, "bad-token") == 0)
            return false;
    return true;
}

/* The words that hold now and, behind them, the place where the key is: for this person alone. */
int verb_key_path(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *account = key_edit_account(c, step, e);
    const char *from = step_text(step, "from");
    if (!account)
        return ERR_NOT_FOUND;
    bool is_path = from && *from == '/' && tree_stat(c->tree, from).presence == PRESENCE_PRESENT;
    const char *pattern = is_path ? pattern_of(c, account->name, from) : ".ssh/authorized_keys";
    struct text_list words = step_list(c->arena, step, "value");
    struct strbuf value;
    strbuf_init(&value, c->arena);
    for (size_t i = 0; i < words.count; i++)
        if (may_stay(c, account->name, words.items[i]) && strcmp(words.items[i], pattern) != 0)
            strbuf_printf(&value, "%s ", words.items[i]);
    strbuf_add(&value, pattern);
    return sshd_edit_for_user(c, account->name, "AuthorizedKeysFile", value.ptr, e);
}
