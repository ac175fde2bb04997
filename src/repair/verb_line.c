/* Verbs on a line of a text file, whatever its language. */
#include "repair/text_edit.h"

#include <stdlib.h>
#include <string.h>

/* "state": only where the record is of that one. */
int verb_line_comment(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    const char *wanted = step_text(step, "state"), *state = json_member_string(c->record, "state");
    if (wanted && state && strcmp(wanted, state) != 0)
        return err_set_at(e, ERR_REFUSED, step_text(step, "path"), 0, 0,
                          "it shuts nothing as it stands, and may be meant");
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    text_comment(c, line);
    return text_save(c, &f, e);
}

int verb_line_replace(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    text_set(line, bytes_of(step_text(step, "text")));
    return text_save(c, &f, e);
}

/* "before": a line number, or nothing for the end of the file. */
int verb_line_insert(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    const char *before = step_text(step, "before"), *after = step_text(step, "after");
    int code = text_open(c, step_text(step, "path"), before || after, &f, e);
    if (code != 0)
        return code;
    long at = before ? strtol(before, NULL, 10) : after ? strtol(after, NULL, 10) + 1 : 0;
    if (at < 0 || (before && at == 0))
        return err_set_at(e, ERR_NOT_FOUND, f.path, 0, 0, "the line of the fault is not known");
    const char *text = step_text(step, "text");
    vec_each (line, &f.lines)
        if (!before && !after && bytes_equal_text(line->text, text))
            return 0;
    text_insert(c, &f, (int)at, text);
    return text_save(c, &f, e);
}
