/* Verbs on single settings of sshd_config. The line whose value wins is the one that is edited. */
#include "repair/sshd_edit.h"

#include <string.h>
#include <strings.h>

/* The step's user, when it is one person and sshd can tell persons apart for this keyword. */
static const char *user_of(struct verb_context *c, const struct json *step, const char *key)
{
    const char *user = step_text(step, "user");
    if (!user || strcmp(user, "*") == 0 || !c->user)
        return NULL;
    return sshd_edit_in_match(c, key) ? user : NULL;
}

static int set_line(struct verb_context *c, const struct sshd_directive *d, const char *value,
                    struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (d->from_command_line)
        return sshd_edit_refuse_command_line(d, e);
    int code = text_open_line(c, d->at.file, d->at.line, &f, &line, e);
    if (code != 0)
        return code;
    sshd_edit_set_arguments(c, line, value);
    return text_save(c, &f, e);
}

static int comment_line(struct verb_context *c, const char *path, int number, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_line(c, path, number, &f, &line, e);
    if (code != 0)
        return code;
    text_comment(c, line);
    return text_save(c, &f, e);
}

/* Values that add up (Port): the first line takes the value, the others go. */
static int set_the_only(struct verb_context *c, const char *key, const char *value, struct err *e)
{
    const struct sshd_directive *first = NULL;
    int code = 0;
    vec_each (d, &c->facts->sshd->directives) {
        if (d->match != 0 || !d->is_valid || strcasecmp(d->keyword, key) != 0 || code != 0)
            continue;
        if (d->from_command_line)
            return sshd_edit_refuse_command_line(d, e);
        if (first)
            code = comment_line(c, d->at.file, d->at.line, e);
        else
            code = set_line(c, first = d, value, e);
    }
    return first || code != 0 ? code : sshd_edit_new_global(c, key, value, e);
}

int verb_sshd_set(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *key = step_text(step, "key"), *value = step_text(step, "value");
    const char *user = user_of(c, step, key);
    const struct sshd_keyword *keyword = sshd_keyword_named(c->input->keywords, key);
    if (user)
        return sshd_edit_for_user(c, user, key, value, e);
    if (keyword && keyword->accumulates)
        return set_the_only(c, key, value, e);
    const struct sshd_directive *winner = sshd_config_winner(c->facts->sshd, key);
    return winner ? set_line(c, winner, value, e) : sshd_edit_new_global(c, key, value, e);
}

/* Without a place: the line that wins. */
int verb_sshd_unset(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    if (path) {
        int line = step_line(step, e);
        return line > 0 ? comment_line(c, path, line, e) : ERR_NOT_FOUND;
    }
    const struct sshd_directive *winner =
        sshd_config_winner(c->facts->sshd, step_text(step, "key"));
    if (!winner)
        return 0;
    if (winner->from_command_line)
        return sshd_edit_refuse_command_line(winner, e);
    return comment_line(c, winner->at.file, winner->at.line, e);
}

/* A global setting that stands in a Match block of its file: above the first one of that file, its
 * indentation gone. */
int verb_sshd_move(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    int from = text_line_number(&f, line), to = 0;
    for (int i = 1; i < from && to == 0; i++) {
        struct sshd_line words;
        sshd_edit_split(c, &f.lines.items[i - 1], &words);
        if (!words.is_empty && strcasecmp(words.keyword.text, "Match") == 0)
            to = i;
    }
    if (to == 0)
        return err_set_at(e, ERR_NOT_FOUND, f.path, from, 0, "no Match stands above it");
    size_t blanks = 0;
    while (blanks < line->text.len &&
           (line->text.ptr[blanks] == ' ' || line->text.ptr[blanks] == '\t'))
        blanks++;
    const char *text = arena_text(c->arena, bytes_cut(line->text, blanks, line->text.len));
    text_remove(&f, from, 1);
    text_insert(c, &f, to, text);
    return text_save(c, &f, e);
}
