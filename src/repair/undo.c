#include "repair/undo.h"

#include <string.h>

#include "base/path.h"
#include "guest/writing.h"
#include "repair/commit.h"
#include "repair/trust.h"

/* A move is undone by its first end; the other is only looked at. */
static int undo_move(const struct undo_request *r, const struct overlay_edit *edit, size_t *changed,
                     struct err *e)
{
    int code = commit_check_way(r->tree, edit->path, e);
    if (code != 0)
        return code;
    bool there = tree_lstat(r->tree, edit->moved_to).presence == PRESENCE_PRESENT;
    bool here = tree_lstat(r->tree, edit->path).presence == PRESENCE_PRESENT;
    if (strcmp(path_parent(r->arena, edit->path), path_parent(r->arena, edit->moved_to)) != 0)
        return err_set_at(e, ERR_REFUSED, edit->path, 0, 0, "no run of ours moves anything so far");
    if (here && !there)
        return 0;
    if (here || !there)
        return err_set_at(e, ERR_REFUSED, edit->moved_to, 0, 0, "%s",
                          here ? "cannot be moved back: its old name is taken"
                               : "is not there any more");
    code = overlay_move(r->tree, edit->moved_to, edit->path, e);
    if (code == 0)
        code = overlay_put(r->tree, edit->path, &edit->before, e);
    *changed += code == 0;
    return code;
}

/* What a run that was killed left under a temporary name in a directory of its own making: the
 * directory has to be empty to go. */
static int drop_leftovers(const struct undo_request *r, const char *directory, struct err *e)
{
    static const struct node_state gone = {0};
    struct list_answer names = tree_list(r->tree, directory);
    int code = 0;
    for (size_t i = 0; i < names.count && code == 0; i++) {
        const char *path = path_join(r->arena, directory, names.names[i]);
        struct stat_answer there = tree_lstat(r->tree, path);
        bool is_ours = writing_is_temporary(names.names[i]) && there.node.type <= NODE_SYMLINK &&
                       (there.node.type != NODE_FILE || there.node.links <= 1);
        if (is_ours && there.presence == PRESENCE_PRESENT)
            code = overlay_put(r->tree, path, &gone, e);
    }
    return code;
}

static int undo_one(const struct undo_request *r, const struct overlay_edit *edit, size_t *changed,
                    struct err *e)
{
    struct err ignored = {0};
    if (edit->moved_to)
        return undo_move(r, edit, changed, e);
    if (edit->moved_from)
        return 0;
    int code = commit_check_way(r->tree, edit->path, e);
    if (code != 0 || commit_is_state(r->tree, edit->path, &edit->before, &ignored))
        return code;
    /* Only a run that was cut off leaves anything between the two. */
    bool is_ours = commit_is_state(r->tree, edit->path, &edit->after, &ignored) ||
                   (r->about->state == JOURNAL_PREPARED &&
                    commit_is_between(r->tree, edit->path, &edit->before, &edit->after));
    if (!r->force && !is_ours)
        return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                          "has changed since the run: look at it first; --force puts back what was "
                          "before all the same");
    if (!edit->before.exists && edit->after.type == NODE_DIRECTORY)
        code = drop_leftovers(r, edit->path, e);
    if (code == 0)
        code = overlay_put(r->tree, edit->path, &edit->before, e);
    *changed += code == 0;
    return code;
}

int undo_plan(const struct undo_request *request, size_t *changed, struct err *e)
{
    const struct edit_list *list = request->edits;
    *changed = 0;
    int code = trust_edits(list, TRUST_BACK, e);
    /* Removed directories before what was in them, made ones after: parents first for what comes
     * back, children first for what goes. */
    for (size_t i = 0; i < list->edits.count && code == 0; i++)
        if (list->edits.items[i].before.exists || list->edits.items[i].moved_to)
            code = undo_one(request, &list->edits.items[i], changed, e);
    for (size_t i = list->edits.count; i > 0 && code == 0; i--)
        if (!list->edits.items[i - 1].before.exists && !list->edits.items[i - 1].moved_to)
            code = undo_one(request, &list->edits.items[i - 1], changed, e);
    return code;
}
