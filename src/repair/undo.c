#include "repair/undo.h"

#include <string.h>

#include "base/path.h"
#include "guest/writing.h"
#include "repair/commit.h"
#include "repair/trust.h"

static const struct node_state gone; /* what is not there */

/* What a run that was killed left under a temporary name in a directory of its own making: the
 * directory has to be empty to go. */
static int drop_leftovers(const struct undo_request *r, const char *directory, struct err *e)
{
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

static int changed_since(const char *path, struct err *e)
{
    return err_set_at(e, ERR_REFUSED, path, 0, 0,
                      "has changed since the run: look at it first; --force puts back what was "
                      "before all the same");
}

/* What the run made at PATH goes, if it is still as the run left it. */
static int drop_made(const struct undo_request *r, const char *path, const struct node_state *made,
                     struct err *e)
{
    struct err ignored = {0};
    if (!r->force && !commit_is_state(r->tree, path, made, &ignored))
        return changed_since(path, e);
    int code = made->type == NODE_DIRECTORY ? drop_leftovers(r, path, e) : 0;
    return code == 0 ? overlay_put(r->tree, path, &gone, e) : code;
}

static bool is_there(const struct undo_request *r, const char *path)
{
    return tree_lstat(r->tree, path).presence == PRESENCE_PRESENT;
}

/* Back to its old name, from which what was made there goes first. */
static int move_back(const struct undo_request *r, const struct overlay_edit *edit, struct err *e)
{
    int code = 0;
    if (is_there(r, edit->path)) {
        if (!edit->after.exists)
            return err_set_at(e, ERR_REFUSED, edit->moved_to, 0, 0,
                              "cannot be moved back: its old name is taken");
        code = drop_made(r, edit->path, &edit->after, e);
    }
    if (code == 0)
        code = overlay_move(r->tree, edit->moved_to, edit->path, e);
    return code == 0 ? overlay_put(r->tree, edit->path, &edit->before, e) : code;
}

/* A move is undone by its first end; the other is only looked at, and gets back what made way.
 * Whether the run came as far as the move: where something made way for it, the new name was taken
 * before, too, and where something new was made, the old one is taken after. */
static int undo_move(const struct undo_request *r, const struct overlay_edit *edit,
                     const struct overlay_edit *target, size_t *changed, struct err *e)
{
    struct err ignored = {0};
    int code = commit_check_way(r->tree, edit->path, e);
    if (code != 0)
        return code;
    if (strcmp(path_parent(r->arena, edit->path), path_parent(r->arena, edit->moved_to)) != 0)
        return err_set_at(e, ERR_REFUSED, edit->path, 0, 0, "no run of ours moves anything so far");
    bool here = is_there(r, edit->path), there = is_there(r, edit->moved_to);
    bool made_way = target->before.exists;
    if (!here && !there)
        return err_set_at(e, ERR_REFUSED, edit->moved_to, 0, 0, "is not there any more");
    bool has_moved = made_way ? !here : there;
    if (has_moved)
        code = move_back(r, edit, e);
    if (code == 0 && made_way && (has_moved || !there))
        code = overlay_put(r->tree, edit->moved_to, &target->before, e);
    else if (code == 0 && made_way && !r->force &&
             !commit_is_state(r->tree, edit->moved_to, &target->before, &ignored))
        code = changed_since(edit->moved_to, e);
    *changed += code == 0 && (has_moved || (made_way && !there));
    return code;
}

static const struct overlay_edit *edit_of(const struct edit_list *list, const char *path)
{
    vec_each (edit, &list->edits)
        if (strcmp(edit->path, path) == 0)
            return edit;
    return NULL;
}

/* Below what the run wanted to make where something else stands: not yet moved away, or back. */
static bool is_not_made(const struct undo_request *r, const char *path)
{
    for (path = path_parent(r->arena, path); path[1]; path = path_parent(r->arena, path)) {
        const struct overlay_edit *edit = edit_of(r->edits, path);
        if (edit && edit->moved_to && edit->after.exists && !is_there(r, edit->moved_to))
            return true;
    }
    return false;
}

static int undo_one(const struct undo_request *r, const struct overlay_edit *edit, size_t *changed,
                    struct err *e)
{
    struct err ignored = {0};
    if (is_not_made(r, edit->path))
        return 0;
    int code = commit_check_way(r->tree, edit->path, e);
    if (code != 0 || commit_is_state(r->tree, edit->path, &edit->before, &ignored))
        return code;
    /* Only a run that was cut off leaves anything between the two. */
    bool is_ours = commit_is_state(r->tree, edit->path, &edit->after, &ignored) ||
                   (r->about->state == JOURNAL_PREPARED &&
                    commit_is_between(r->tree, edit->path, &edit->before, &edit->after));
    if (!r->force && !is_ours)
        return changed_since(edit->path, e);
    if (!edit->before.exists && edit->after.type == NODE_DIRECTORY)
        code = drop_leftovers(r, edit->path, e);
    if (code == 0)
        code = overlay_put(r->tree, edit->path, &edit->before, e);
    *changed += code == 0;
    return code;
}

static bool is_end_of_move(const struct overlay_edit *edit)
{
    return edit->moved_to || edit->moved_from;
}

int undo_plan(const struct undo_request *request, size_t *changed, struct err *e)
{
    const struct edit_list *list = request->edits;
    *changed = 0;
    int code = trust_edits(list, TRUST_BACK, e);
    /* What the run made goes, what was in a directory before that; then names go back; then comes
     * back what is gone, a directory before what was in it. */
    for (size_t i = list->edits.count; i > 0 && code == 0; i--)
        if (!list->edits.items[i - 1].before.exists && !is_end_of_move(&list->edits.items[i - 1]))
            code = undo_one(request, &list->edits.items[i - 1], changed, e);
    for (size_t i = 0; i < list->edits.count && code == 0; i++)
        if (list->edits.items[i].moved_to)
            code = undo_move(request, &list->edits.items[i],
                             edit_of(list, list->edits.items[i].moved_to), changed, e);
    for (size_t i = 0; i < list->edits.count && code == 0; i++)
        if (list->edits.items[i].before.exists && !is_end_of_move(&list->edits.items[i]))
            code = undo_one(request, &list->edits.items[i], changed, e);
    return code;
}
