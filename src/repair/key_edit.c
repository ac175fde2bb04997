#include "repair/key_edit.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"

const struct account_fact *key_edit_account(struct verb_context *c, const struct json *step,
                                            struct err *e)
{
    const char *name = step_text(step, "name");
    const struct account_fact *account = name ? facts_account(c->facts, name) : NULL;
    if (!account)
        err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name ? name : "");
    return account;
}

const char *key_edit_given(struct verb_context *c, struct err *e)
{
    const char *text = c->input->question->identity;
    int version = c->facts->os.openssh_version;
    if (!text) {
        err_set(e, ERR_REFUSED, "no key was given: --identity FILE.pub");
        return NULL;
    }
    struct bytes all = bytes_of(text);
    for (size_t from = 0; from < all.len;) {
        const char *newline = memchr(all.ptr + from, '\n', all.len - from);
        size_t to = newline ? (size_t)(newline - all.ptr) : all.len;
        struct bytes line = bytes_cut(all, from, to);
        struct ssh_key_line key;
        from = to + 1;
        while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' '))
            line.len--;
        ssh_key_line_parse(c->arena, line, version, &key);
        if (key.is_empty)
            continue;
        if (!key.defect && key.options.count == 0)
            return arena_text(c->arena, line);
        err_set(e, ERR_REFUSED, "the key of --identity is none that this sshd takes%s%s",
                key.detail ? ": " : "", key.detail ? key.detail : "");
        return NULL;
    }
    err_set(e, ERR_REFUSED, "there is no key in the file of --identity");
    return NULL;
}

/* Directories above PATH that are missing: the person's own below the home, root's elsewhere. */
static int make_parents(struct verb_context *c, const struct account_fact *account,
                        const char *path, struct err *e)
{
    const char *parent = path_parent(c->arena, path);
    struct stat_answer s = tree_stat(c->tree, parent);
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY)
        return 0;
    if (s.presence != PRESENCE_ABSENT || tree_lstat(c->tree, parent).presence != PRESENCE_ABSENT)
        return err_set_at(e, ERR_REFUSED, parent, 0, 0, "no directory");
    bool own = account->home && strlen(account->home) > 1 && path_is_below(parent, account->home) &&
               strcmp(parent, account->home) != 0;
    if (account->home && strcmp(parent, account->home) == 0)
        return err_set_at(e, ERR_REFUSED, parent, 0, 0, "the home is not there");
    int code = make_parents(c, account, parent, e);
    const char *real = code == 0 ? real_path_of(c, parent, e) : NULL;
    if (!real)
        return ERR_REFUSED;
    struct node_state made = {.exists = true,
                              .type = NODE_DIRECTORY,
                              .mode = own ? 0700 : 0755,
                              .uid = own ? (uint32_t)account->uid : 0,
                              .gid = own ? (uint32_t)account->gid : 0};
    return overlay_put(c->tree, real, &made, e);
}

static bool has_key(struct verb_context *c, const struct text_file *f, const char *line)
{
    int version = c->facts->os.openssh_version;
    struct ssh_key_line wanted, key;
    ssh_key_line_parse(c->arena, bytes_of(line), version, &wanted);
    vec_each (l, &f->lines) {
        ssh_key_line_parse(c->arena, l->text, version, &key);
        if (!key.is_empty && !key.defect && key.options.count == 0 && key.fingerprint &&
            wanted.fingerprint && strcmp(key.fingerprint, wanted.fingerprint) == 0)
            return true;
    }
    return false;
}

/* --- lines that other programs keep ------------------------------------------------------------
 */

static struct bytes without_blanks(struct bytes b)
{
    while (b.len > 0 && (b.ptr[0] == ' ' || b.ptr[0] == '\t'))
        b = bytes_cut(b, 1, b.len);
    return b;
}

/* Google's guest agent (updateAuthorizedKeysFile) and DigitalOcean's droplet agent write such a
 * comment before each key of theirs, and drop comment and next line when they write anew. */
bool key_edit_is_agents_mark(struct bytes line)
{
    static const char *const marks[] = {"# Added by Google",
                                        "# Added and Managed by DigitalOcean",
                                        "# Managed through DigitalOcean"};
    line = without_blanks(line);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (line.len >= strlen(marks[i]) &&
            strncasecmp(line.ptr, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* "# BEGIN ANSIBLE MANAGED BLOCK", "### BEGIN x", "# --- END x": as configuration managers mark what
 * is theirs. */
static bool is_comment_of(struct bytes line, const char *word)
{
    line = without_blanks(line);
    size_t at = 0;
    if (line.len == 0 || line.ptr[0] != '#')
        return false;
    while (at < line.len && line.ptr[at] && strchr("#-=*<>[ \t", line.ptr[at]))
        at++;
    line = bytes_cut(line, at, line.len);
    size_t n = strlen(word);
    return bytes_start_with(line, word) &&
           (line.len == n || strchr(" \t:-_", line.ptr[n]) != NULL);
}

int key_edit_end(const struct text_file *f)
{
    size_t open = 0, last = 0; /* numbers of lines */
    for (size_t i = 0; i < f->lines.count; i++) {
        struct bytes line = f->lines.items[i].text;
        if (is_comment_of(line, "BEGIN"))
            open = open ? open : i + 1;
        else if (is_comment_of(line, "END"))
            open = 0;
        if (without_blanks(line).len > 0)
            last = i + 1;
    }
    if (open)
        return (int)open;
    return last > 0 && key_edit_is_agents_mark(f->lines.items[last - 1].text) ? (int)last : 0;
}

int key_edit_append(struct verb_context *c, const struct account_fact *account, const char *path,
                    const char *line, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_ABSENT) {
        bool own = account->home && path_is_below(path, account->home);
        int code = make_parents(c, account, path, e);
        struct bytes content = bytes_of(arena_printf(c->arena, "%s\n", line));
        return code != 0
                   ? code
                   : text_put(c, path, content, own ? 0600 : 0644, own ? (uint32_t)account->uid : 0,
                              own ? (uint32_t)account->gid : 0, e);
    }
    struct text_file f;
    int code = text_open(c, path, false, &f, e);
    if (code != 0 || has_key(c, &f, line))
        return code;
    text_insert(c, &f, key_edit_end(&f), line);
    return text_save(c, &f, e);
}

void key_edit_replace(struct verb_context *c, struct text_file *f, int number, size_t count,
                      const char *text)
{
    struct text_line *first = &f->lines.items[number - 1];
    struct bytes end = f->lines.items[number - 1 + (int)count - 1].end;
    if (!text) {
        text_remove(f, number, count);
        return;
    }
    text_set(first, bytes_of(arena_strdup(c->arena, text)));
    first->end = bytes_of(end.len == 0 ? "" : "\n"); /* what was CR LF is mended with it */
    if (count > 1)
        text_remove(f, number + 1, count - 1);
}

struct bytes *key_edit_lines(struct verb_context *c, const struct text_file *f, int number,
                             size_t *count)
{
    VEC(struct bytes) lines = {0};
    for (size_t i = (size_t)number - 1; i < f->lines.count; i++)
        vec_push(c->arena, &lines, f->lines.items[i].text);
    *count = lines.count;
    return lines.items;
}
