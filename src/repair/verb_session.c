/* Verbs on what a login runs: the shell, startup files, a jail. */
#include <string.h>

#include "base/path.h"
#include "repair/sshd_edit.h"

/* --- the shell ---------------------------------------------------------------------------------
 */

/* A program whose x bits are gone: not an empty file, nor one of NUL bytes. */
static bool lacks_only_mode(struct verb_context *c, const char *path)
{
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE || s.node.size == 0)
        return false;
    if ((s.node.mode & 0111) == 0111)
        return false;
    vec_each (known, &c->facts->session)
        if (strcmp(known->item, "shell") == 0 && known->name && strcmp(known->name, path) == 0 &&
            known->defect && strcmp(known->defect, "not-executable") != 0)
            return false;
    return true;
}

/* The mode where the program is there; in a jail without one, out of the jail; else a shell that
 * is there. */
int verb_shell_mend(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name"), *shell = step_text(step, "path");
    const char *detail = json_member_string(c->record, "detail");
    if (detail && strncmp(detail, "inside ChrootDirectory", 22) == 0)
        return sshd_edit_for_user(c, name, "ChrootDirectory", "none", e);
    if (!shell || *shell != '/' || !lacks_only_mode(c, shell))
        return verb_account_shell(c, step, e);
    struct stat_answer s = tree_stat(c->tree, shell);
    struct node_state state;
    int code = overlay_state(c->tree, s.real_path, false, &state, e);
    state.mode |= 0555;
    return code != 0 ? code : overlay_put(c->tree, s.real_path, &state, e);
}

/* --- startup files -----------------------------------------------------------------------------
 */

/* One command that is whole on this line: taking it away leaves a text that the shell can read. */
static bool stands_alone(struct bytes text)
{
    static const char *const words[] = {"if", "then", "else", "elif", "fi",    "for",     "while",
                                        "do", "done", "case", "esac", "until", "function"};
    size_t at = 0;
    if (text.len == 0 || text.ptr[text.len - 1] == '\\' || memchr(text.ptr, '\0', text.len))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (strchr("`(){}<;\"'", text.ptr[i]))
            return false;
    while (at < text.len) {
        size_t from = at;
        while (at < text.len && !strchr(" \t&|", text.ptr[at]))
            at++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (bytes_equal_text(bytes_cut(text, from, at), words[i]))
                return false;
        while (at < text.len && strchr(" \t&|", text.ptr[at]))
            at++;
    }
    return !strchr("&|", text.ptr[text.len - 1]);
}

/* The command becomes ":", which does nothing; a person's own file that is not so simple goes
 * aside. */
int verb_startup_mend(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    const struct account_fact *a = name ? facts_account(c->facts, name) : NULL;
    struct text_file f;
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    if (stands_alone(line->text)) {
        size_t blanks = 0;
        while (blanks < line->text.len && strchr(" \t", line->text.ptr[blanks]))
            blanks++;
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(line->text, 0, blanks));
        strbuf_printf(&out, ": # diskmend %s: ", c->rule);
        strbuf_add_bytes(&out, bytes_cut(line->text, blanks, line->text.len));
        text_set(line, strbuf_bytes(&out));
        return text_save(c, &f, e);
    }
    if (a && a->home_real && path_is_below(f.path, a->home_real))
        return verb_file_aside(c, step, e);
    return err_set_at(
        e, ERR_REFUSED, f.path, text_line_number(&f, line), 0,
        "the command is part of a larger one: what the line should be is not certain");
}

/* --- a jail ------------------------------------------------------------------------------------
 */

static int make_safe(struct verb_context *c, const char *path, const struct account_fact *a,
                     struct err *e)
{
    struct node_state s;
    int code = overlay_state(c->tree, path, false, &s, e);
    if (code != 0)
        return code;
    if (s.type == NODE_DIRECTORY && (s.mode & 01002) == 01002)
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "a directory for everybody's files cannot hold a jail");
    if (s.uid != 0) {
        s.uid = 0;
        /* Who lives there still has to come in. */
        s.mode |= a && s.gid == (uint32_t)a->gid ? 0050 : 0055;
    }
    s.mode &= ~(uint32_t)022;
    return overlay_put(c->tree, path, &s, e);
}

/* session.c safely_chroot: every directory from the root down is root's, and only root's to write;
 * what is inside stays as it is. */
int verb_chroot_safe(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *name = step_text(step, "name");
    const struct account_fact *a = name ? facts_account(c->facts, name) : NULL;
    if (*path != '/' || strchr(path, '%'))
        return err_set(e, ERR_REFUSED, "ChrootDirectory %s names no directory", path);
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_ABSENT)
        return verb_dir_make(c, step, e);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "is no directory");
    /* A home handed to root is no home any more: the jail ends for whom it was asked, or stays. */
    if (a && a->home_real && strcmp(a->home_real, s.real_path) == 0) {
        if (c->input->question->user_count == 0)
            return err_set_at(
                e, ERR_REFUSED, path, 0, 0,
                "the jail is the home of %s, who owns it: name the user who shall get "
                "in, or give the jail a directory of root's",
                a->name);
        return sshd_edit_for_user(c, a->name, "ChrootDirectory", "none", e);
    }
    int code = 0;
    for (const char *at = s.real_path; code == 0; at = path_parent(c->arena, at)) {
        code = make_safe(c, at, a, e);
        if (strcmp(at, "/") == 0)
            break;
    }
    return code;
}
