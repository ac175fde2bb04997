/* Verbs on the files that PAM's modules read: access.conf, time.conf, lists of users and shells,
 * limits.conf, counted failures. Each lets one person pass and leaves the rule for all others. */
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/sshd_edit.h"

static const struct pam_file_fact *file_of(const struct verb_context *c, const char *path)
{
    vec_each (file, &c->facts->pam_files)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

/* A name that stays one word in all of these files. */
static int check_user(const char *user, struct err *e)
{
    if (user && sshd_edit_is_plain_name(user))
        return 0;
    return err_set(e, ERR_REFUSED, "\"%s\" is no name that such a line could hold",
                   user ? user : "");
}

/* --- access.conf and time.conf ---------------------------------------------------------------- */

/* "-:ALL:ALL": the sign between the fields, which fieldsep= may have changed. */
static char separator_of(struct bytes line)
{
    size_t at = 1;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    return at < line.len ? line.ptr[at] : ':';
}

/* "services;ttys;users;times": the user is taken out of who the line is about. The list is read
 * from left to right, so that what stands last holds for all before it. */
static int exempt_from_times(struct verb_context *c, struct text_line *line, const char *user)
{
    size_t at = 0, starts[4] = {0};
    int field = 0;
    for (; at < line->text.len && field < 3; at++)
        if (line->text.ptr[at] == ';')
            starts[++field] = at + 1;
    if (field < 3)
        return ERR_SYNTAX;
    size_t from = starts[2], to = starts[3] - 1;
    if (bytes_equal_text(text_trim(bytes_cut(line->text, from, to)), user)) {
        text_comment(c, line);
        return 0;
    }
    while (to > from && strchr(" \t", line->text.ptr[to - 1]))
        to--;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, to));
    strbuf_printf(&out, "&!%s", user);
    strbuf_add_bytes(&out, bytes_cut(line->text, to, line->text.len));
    text_set(line, strbuf_bytes(&out));
    return 0;
}

int verb_access_admit(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *user = step_text(step, "user");
    const struct pam_file_fact *file = file_of(c, path);
    bool is_time = file && strncmp(file->module, "pam_time", 8) == 0;
    struct text_file f;
    struct text_line *line;
    int code = check_user(user, e);
    if (code == 0)
        code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    int number = text_line_number(&f, line);
    if (is_time) {
        if (exempt_from_times(c, line, user) != 0)
            return err_set_at(e, ERR_SYNTAX, f.path, number, 0, "the line has no four fields");
        return text_save(c, &f, e);
    }
    char sign = separator_of(line->text);
    text_insert(c, &f, number, arena_printf(c->arena, "+%c%s%cALL", sign, user, sign));
    return text_save(c, &f, e);
}

/* --- lists ------------------------------------------------------------------------------------ */

static const char *argument(const struct pam_fact *entry, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < entry->arguments.count; i++)
        if (strncmp(entry->arguments.items[i], name, n) == 0)
            return entry->arguments.items[i] + n;
    return NULL;
}

/* The line of a stack that asks this list for the user's name (and not for a group). */
static const struct pam_fact *asking(const struct verb_context *c, const char *path)
{
    vec_each (entry, &c->facts->pam) {
        const char *file = argument(entry, "file="), *item = argument(entry, "item=");
        if (entry->module && strcmp(path_name(entry->module), "pam_listfile.so") == 0 && file &&
            strcmp(file, path) == 0 && item &&
            (strcmp(item, "user") == 0 || strcmp(item, "shell") == 0 || strcmp(item, "tty") == 0 ||
             strcmp(item, "rhost") == 0))
            return entry;
    }
    return NULL;
}

static void take_out(struct text_file *f, const char *word)
{
    for (size_t i = f->lines.count; i-- > 0;)
        if (bytes_equal_text(f->lines.items[i].text, word))
            text_remove(f, (int)i + 1, 1);
}

/* The list as it must be for the module to read it at all: nobody but its owner may write. */
static int open_list(struct verb_context *c, const char *path, struct text_file *f, struct err *e)
{
    int code = 0;
    if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
        code = text_put(c, path, bytes_of(""), 0644, 0, 0, e);
    if (code == 0)
        code = text_open(c, path, false, f, e);
    if (code != 0 || !(f->state.mode & 0002))
        return code;
    f->state.mode &= ~0002u;
    code = overlay_put(c->tree, f->path, &f->state, e);
    return code == 0 ? text_open(c, path, false, f, e) : code;
}

static int put_in(struct verb_context *c, const char *path, const char *word, struct err *e)
{
    struct text_file f;
    int code = open_list(c, path, &f, e);
    if (code != 0)
        return code;
    vec_each (line, &f.lines)
        if (bytes_equal_text(line->text, word))
            return 0;
    text_insert(c, &f, 0, word);
    return text_save(c, &f, e);
}

/* The record says which: a list of those let in or kept out, or the shells. */
int verb_pam_list_admit(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *user = step_text(step, "user");
    const char *path = json_member_string(json_member(c->record, "at"), "file");
    const char *value = json_member_string(c->record, "value");
    int code = check_user(user, e);
    if (code != 0)
        return code;
    if (path && strcmp(path, "/etc/shells") == 0 && value && *value == '/')
        return put_in(c, path, value, e);
    if (path && strcmp(path, "/etc/securetty") == 0)
        return put_in(c, path, "ssh", e);
    const struct pam_fact *entry = path ? asking(c, path) : NULL;
    if (!entry)
        return err_set_at(e, ERR_UNSUPPORTED, path ? path : "", 0, 0,
                          "no list with a line for this user: the condition itself would have to "
                          "be changed");
    const char *sense = argument(entry, "sense="), *item = argument(entry, "item=");
    bool is_user = strcmp(item, "user") == 0;
    const char *word = value ? value : is_user ? user : NULL;
    if (!word)
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "what it must hold is not known");
    if (sense && strcmp(sense, "allow") == 0)
        return put_in(c, path, word, e);
    if (!is_user)
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "it keeps out more than this user");
    struct text_file f;
    code = open_list(c, path, &f, e);
    if (code != 0)
        return code;
    take_out(&f, word);
    return text_save(c, &f, e);
}

/* --- limits ----------------------------------------------------------------------------------- */

/* A line about this user alone goes; behind one about more people, a closer one is put, and the
 * closest counts (limits.conf(5)). */
int verb_limit_lift(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *user = step_text(step, "user");
    struct text_file f;
    struct text_line *line;
    int code = check_user(user, e);
    if (code == 0)
        code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    int number = text_line_number(&f, line);
    struct text_list words = text_words(c->arena, line->text, " \t\r");
    if (words.count < 4)
        return err_set_at(e, ERR_SYNTAX, f.path, number, 0, "the line has no four words");
    if (strcmp(words.items[0], user) == 0)
        text_comment(c, line);
    else
        text_insert(c, &f, number + 1,
                    arena_printf(c->arena, "%s - %s unlimited", user, words.items[2]));
    return text_save(c, &f, e);
}

/* --- counted failures ------------------------------------------------------------------------- */

#define TALLY_RECORD 64u /* pam_tally2.h: struct tallylog */

/* pam_faillock has a file for each user, pam_tally2 a record for each uid in one file: that one is
 * zeroed in its place. */
int verb_tally_clear(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *user = step_text(step, "user");
    const struct account_fact *account = facts_account(c->facts, user);
    const struct pam_file_fact *file = file_of(c, path);
    struct text_file f;
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    if (!file || !account)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "there is no account \"%s\"", user);
    struct node_state state = f.state;
    if (file->user) {
        state.content = bytes_of("");
        return overlay_put(c->tree, f.path, &state, e);
    }
    size_t at = (size_t)account->uid * TALLY_RECORD;
    if (account->uid < 0 || at + TALLY_RECORD > state.content.len)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "the log has no record of \"%s\"", user);
    char *bytes = arena_alloc_array(c->arena, state.content.len, 1);
    memcpy(bytes, state.content.ptr, state.content.len);
    memset(bytes + at, 0, TALLY_RECORD);
    state.content = (struct bytes){bytes, state.content.len};
    return overlay_put(c->tree, f.path, &state, e);
}
