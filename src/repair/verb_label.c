/* The verb label_fix; and the last pass of a plan over all that is new. */
#include <string.h>

#include "repair/label.h"
#include "repair/label_pass.h"
#include "repair/text_edit.h"

static const char *say_by_start(struct arena *a, const char *reason)
{
    return arena_printf(a,
                        "the labels of this guest cannot be told from its policy (%s): "
                        "/.autorelabel is made, so the next start labels all files anew and takes "
                        "longer",
                        reason);
}

int verb_label_fix(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *reason = "it does not say";
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    if (tree_lstat(c->tree, "/.autorelabel").presence == PRESENCE_PRESENT)
        return 0; /* all of it is done at the next start */
    struct label_table *table = label_table_read(c->arena, c->facts, c->tree, &reason);
    int code = table ? label_put(c->arena, c->tree, table, s.real_path, e) : LABEL_HOPELESS;
    if (code != LABEL_HOPELESS)
        return code;
    vec_push(c->arena, &c->notes, say_by_start(c->arena, reason));
    return label_leave_to_start(c->tree, e);
}

/* New files and directories only: what is replaced keeps the label it has (commit.c copies it). */
bool label_pass(struct arena *a, struct tree *t, const struct facts *f, const char **note,
                struct err *e)
{
    size_t count, made = 0;
    const char *reason = "it does not say";
    const struct overlay_edit *edits = overlay_edits(t, &count);
    VEC(const char *) paths = {0};
    *note = NULL;
    for (size_t i = 0; i < count; i++)
        if ((!edits[i].before.exists || edits[i].moved_to) && edits[i].after.exists &&
            !edits[i].moved_from && strcmp(edits[i].path, "/.autorelabel") != 0)
            vec_push(a, &paths, edits[i].path);
    if (paths.count == 0 || !label_is_used(f, t) ||
        tree_lstat(t, "/.autorelabel").presence == PRESENCE_PRESENT)
        return false;
    size_t mark = overlay_mark(t);
    struct label_table *table = label_table_read(a, f, t, &reason);
    int code = table ? 0 : LABEL_HOPELESS;
    for (; made < paths.count && code == 0; made++)
        code = label_put(a, t, table, paths.items[made], e);
    if (code == LABEL_HOPELESS) {
        *note = say_by_start(a, reason);
        code = label_leave_to_start(t, e);
    }
    if (code != 0)
        *note = arena_printf(a, "new files have no SELinux label: %s", e->text);
    return overlay_mark(t) != mark;
}
