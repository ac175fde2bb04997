/* Verbs on sudoers and what sudo stands on. */
#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/sudo_edit.h"

static const struct account_fact *account_of(struct verb_context *c, const struct json *step,
                                             struct err *e)
{
    const char *name = step_text(step, "name");
    const struct account_fact *a = name ? facts_account(c->facts, name) : NULL;
    if (!a)
        err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name ? name : "");
    return a;
}

static bool has_password(const struct account_fact *a)
{
    return a->password_state == PASSWORD_SET || a->password_state == PASSWORD_EMPTY;
}

/* --- a broken statement ------------------------------------------------------------------------
 */

/* A file written with line ends of DOS: they are what is wrong in it. */
static int drop_returns(struct verb_context *c, const char *path, bool *done, struct err *e)
{
    struct text_file f;
    int code = text_open(c, path, true, &f, e);
    *done = false;
    vec_each (line, &f.lines)
        if (code == 0 && line->end.len == 2) {
            line->end = bytes_of("\n");
            *done = true;
        }
    return code == 0 && *done ? text_save(c, &f, e) : code;
}

int verb_sudo_comment(struct verb_context *c, const struct json *step, struct err *e)
{
    bool done;
    const char *path = step_text(step, "path");
    int line = step_line(step, e);
    if (line == 0)
        return ERR_NOT_FOUND;
    int code = drop_returns(c, path, &done, e);
    return code != 0 || done ? code : sudo_edit_comment(c, path, line, e);
}

/* root's, and of the mode that visudo asks of a file; a directory only loses what others may write
 * in. */
int verb_sudo_safe(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    struct stat_answer s = tree_stat(c->tree, path);
    struct node_state state;
    if (s.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    int code = overlay_state(c->tree, s.real_path, false, &state, e);
    state.uid = state.gid = 0;
    state.mode = s.node.type == NODE_DIRECTORY ? state.mode & ~(uint32_t)022 : 0440;
    return code != 0 ? code : overlay_put(c->tree, s.real_path, &state, e);
}

/* --- a rule for one person ---------------------------------------------------------------------
 */

/* sudoers itself is gone: root's line, the directory of drop-ins, and this person's. */
static int make_main(struct verb_context *c, const struct account_fact *a, const char *path,
                     struct err *e)
{
    struct stat_answer s = tree_lstat(c->tree, path);
    struct stat_answer directory = tree_stat(c->tree, "/etc/sudoers.d");
    bool has_directory =
        directory.presence == PRESENCE_PRESENT && directory.node.type == NODE_DIRECTORY;
    if (s.presence == PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s is in the way",
                          node_type_name(s.node.type));
    if (!sudo_edit_is_plain_name(a->name, e))
        return ERR_REFUSED;
    const char *text = arena_printf(
        c->arena,
        "# diskmend %s: there was no such file\n"
        "Defaults env_reset\n"
        "Defaults secure_path=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n"
        "root ALL=(ALL:ALL) ALL\n%s\n%s",
        c->rule, sudo_edit_rule(c, a, !has_password(a)),
        has_directory ? "#includedir /etc/sudoers.d\n" : "");
    return text_put(c, path, bytes_of(text), 0440, 0, 0, e);
}

int verb_sudo_rule(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = account_of(c, step, e);
    if (!a)
        return ERR_NOT_FOUND;
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "file") && s->counts && s->defect &&
            (strcmp(s->defect, "missing") == 0 || strcmp(s->defect, "not-regular") == 0) &&
            s->at.line == 0)
            return make_main(c, a, s->path, e);
    return sudo_edit_for_user(c, a->name, sudo_edit_rule(c, a, !has_password(a)), NULL, e);
}

static const struct sudo_fact *rule_at(struct verb_context *c, const char *path, int line)
{
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "rule") && s->at.file && strcmp(s->at.file, path) == 0 &&
            s->at.line == line)
            return s;
    return NULL;
}

/* In the person's own rule; false: it is not such a line. */
static bool tag_own_rule(struct verb_context *c, const char *name, const char *path, int number,
                         int *code, struct err *e)
{
    const struct sudo_fact *rule = rule_at(c, path, number);
    struct text_file f;
    if (!rule || rule->users.count != 1 || strcmp(rule->users.items[0], name) != 0)
        return false;
    struct text_line *line;
    *code = text_open_line(c, path, number, &f, &line, e);
    if (*code != 0)
        return true;
    /* "ana" itself, no alias that stands for her. */
    if (!bytes_start_with(line->text, name))
        return false;
    size_t at = sudo_edit_tags_at(line->text);
    if (at == 0)
        return false;
    struct bytes rest = bytes_cut(line->text, at, line->text.len);
    if (bytes_start_with(rest, "PASSWD:"))
        rest = bytes_cut(rest, 7, rest.len);
    while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t'))
        rest = bytes_cut(rest, 1, rest.len);
    if (bytes_start_with(rest, "NOPASSWD:") || memchr(rest.ptr, ':', rest.len))
        return false;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, at));
    strbuf_add(&out, "NOPASSWD: ");
    strbuf_add_bytes(&out, rest);
    text_set(line, strbuf_bytes(&out));
    *code = text_save(c, &f, e);
    return true;
}

int verb_sudo_nopasswd(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = account_of(c, step, e);
    const char *path = step_text(step, "path");
    int code = 0, line = a ? step_line(step, e) : 0;
    if (line == 0)
        return ERR_NOT_FOUND;
    if (tag_own_rule(c, a->name, path, line, &code, e))
        return code;
    struct place after = {path, line, 0};
    return sudo_edit_for_user(c, a->name, sudo_edit_rule(c, a, true), &after, e);
}

/* --- settings ----------------------------------------------------------------------------------
 */

/* "Defaults:USER VALUE", behind what is set already. */
int verb_sudo_default(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = account_of(c, step, e);
    if (!a)
        return ERR_NOT_FOUND;
    const char *text = arena_printf(c->arena, "Defaults:%s %s", a->name, step_text(step, "value"));
    return sudo_edit_for_user(c, a->name, text, NULL, e);
}

static bool is_everybodys(const struct sudo_fact *s)
{
    return sudo_edit_is(s, "rule") && s->counts && s->users.count == 1 &&
           strcmp(s->users.items[0], "ALL") == 0 && s->shell && strcmp(s->shell, "allow") == 0;
}

static bool names_person(const struct sudo_fact *s, const struct account_fact *a)
{
    for (size_t i = 0; i < s->users.count; i++) {
        const char *user = s->users.items[i];
        if (strcmp(user, a->name) == 0 || (*user == '%' && text_list_has(&a->groups, user + 1)))
            return true;
    }
    return false;
}

/* "Defaults targetpw" and "ALL ALL=(ALL) ALL" go together: without the first the second would make
 * root of everybody. Who is named keeps a rule. */
int verb_sudo_targetpw(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = account_of(c, step, e);
    int line = a ? step_line(step, e) : 0;
    if (line == 0)
        return ERR_NOT_FOUND;
    bool has_rule = false;
    int code = 0;
    vec_each (s, &c->facts->sudo) {
        if (is_everybodys(s) && code == 0)
            code = sudo_edit_comment(c, s->at.file, s->at.line, e);
        has_rule |= sudo_edit_is(s, "rule") && s->counts && !is_everybodys(s) && s->shell &&
                    strcmp(s->shell, "allow") == 0 && names_person(s, a);
    }
    if (code == 0)
        code =
            sudo_edit_drop_setting(c, step_text(step, "path"), line, step_text(step, "setting"), e);
    if (code == 0 && !has_rule)
        code = sudo_edit_for_user(c, a->name, sudo_edit_rule(c, a, !has_password(a)), NULL, e);
    return code;
}

/* --- what sudo stands on -----------------------------------------------------------------------
 */

/* A terminal asked for: not of this person. A file of sudo's own: root's, and only root's to write.
 * A plugin that is not there: its line. */
int verb_sudo_conf(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *what = step_text(step, "what"), *path = step_text(step, "path");
    const struct account_fact *a = account_of(c, step, e);
    if (!a)
        return ERR_NOT_FOUND;
    if (*what != '/' && strcmp(what, "requiretty") == 0)
        return sudo_edit_for_user(c, a->name,
                                  arena_printf(c->arena, "Defaults:%s !requiretty", a->name), NULL,
                                  e);
    if (*what != '/')
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0,
                          "the PAM stack of sudo has to be put right by hand");
    struct stat_answer s = tree_stat(c->tree, what);
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE) {
        struct node_state state;
        int code = overlay_state(c->tree, s.real_path, false, &state, e);
        state.uid = state.gid = 0;
        state.mode &= ~(uint32_t)022;
        return code != 0 ? code : overlay_put(c->tree, s.real_path, &state, e);
    }
    int line = step_line(step, e);
    return line > 0 ? sudo_edit_comment(c, path, line, e) : ERR_NOT_FOUND;
}

/* The set-id bit comes back only on programs that have it in every distribution. */
int verb_setuid_restore(struct verb_context *c, const struct json *step, struct err *e)
{
    static const char *const programs[] = {"sudo",   "sudo.ws", "su",   "passwd", "mount",
                                           "umount", "chsh",    "chfn", "newgrp", "gpasswd"};
    static const char *const places[] = {"/bin", "/usr/bin", "/sbin", "/usr/sbin"};
    const char *path = step_text(step, "path");
    struct stat_answer s = tree_stat(c->tree, path);
    bool known = false, in_place = false;
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        known |= strcmp(path_name(s.real_path), programs[i]) == 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        in_place |= strcmp(path_parent(c->arena, s.real_path), places[i]) == 0;
    if (!known || !in_place)
        return err_set_at(e, ERR_REFUSED, s.real_path, 0, 0,
                          "no program of the distribution's that is known to have a set-id bit");
    struct node_state state;
    int code = overlay_state(c->tree, s.real_path, false, &state, e);
    if (code != 0 || !step_mode(step, "mode", &state.mode, e))
        return code != 0 ? code : ERR_INTERNAL;
    state.uid = state.gid = 0;
    return overlay_put(c->tree, s.real_path, &state, e);
}

/* --- a drop-in that sudo passes over -----------------------------------------------------------
 */

static bool is_the_persons(struct verb_context *c, const struct account_fact *a, const char *path)
{
    size_t rules = 0;
    vec_each (s, &c->facts->sudo) {
        if (!s->at.file || strcmp(s->at.file, path) != 0 || sudo_edit_is(s, "file"))
            continue;
        if (!sudo_edit_is(s, "rule") || s->users.count != 1 ||
            strcmp(s->users.items[0], a->name) != 0)
            return false;
        rules++;
    }
    return rules > 0;
}

/* Another name where only the name is wrong and nobody else stands in it; else her rule alone. */
int verb_sudo_read(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = account_of(c, step, e);
    const char *path = step_text(step, "path");
    if (!a)
        return ERR_NOT_FOUND;
    const struct sudo_fact *file = NULL;
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "file") && strcmp(s->path, path) == 0)
            file = s;
    char *name = arena_strdup(c->arena, path_name(path));
    for (char *p = name; *p; p++)
        if (*p == '.' || *p == '~')
            *p = '_';
    const char *to = path_join(c->arena, path_parent(c->arena, path), name);
    if (file && file->defect && strcmp(file->defect, "name") == 0 && is_the_persons(c, a, path) &&
        tree_lstat(c->tree, to).presence == PRESENCE_ABSENT)
        return overlay_move(c->tree, path, to, e);
    return sudo_edit_for_user(c, a->name, sudo_edit_rule(c, a, !has_password(a)), NULL, e);
}
