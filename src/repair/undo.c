#include "repair/undo.h"

#include <string.h>

#include "base/path.h"
#include "repair/commit.h"

/* Binaries of the login path that distributions ship set-id: what a repair may have restored, and
 * so what an undo may take back to. */
static const char *const set_id_binaries[] = {
    "/bin/su",
    "/bin/mount",
    "/bin/umount",
    "/usr/bin/chage",
    "/usr/bin/chfn",
    "/usr/bin/chsh",
    "/usr/bin/expiry",
    "/usr/bin/gpasswd",
    "/usr/bin/mount",
    "/usr/bin/newgrp",
    "/usr/bin/passwd",
    "/usr/bin/su",
    "/usr/bin/sudo",
    "/usr/bin/umount",
    "/usr/bin/doas",
    "/usr/lib/openssh/ssh-keysign",
    "/usr/libexec/openssh/ssh-keysign",
    "/sbin/unix_chkpwd",
    "/usr/sbin/unix_chkpwd",
    "/usr/sbin/pam_timestamp_check",
};

static bool is_set_id_binary(const char *path)
{
    for (size_t i = 0; i < sizeof set_id_binaries / sizeof *set_id_binaries; i++)
        if (strcmp(set_id_binaries[i], path) == 0)
            return true;
    return false;
}

/* Trees that no repair edits. */
static const char *const foreign[] = {JOURNAL_DIRECTORY, "/proc", "/sys", "/dev"};

static int check_path(const char *path, struct err *e)
{
    if (strcmp(path, "/") == 0)
        return 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (path_is_below(path, foreign[i]))
            return err_set_at(e, ERR_REFUSED, path, 0, 0, "no run of ours changes anything there");
    return 0;
}

/* New content under a set-id bit would be a new program with its powers. */
static int check_powers(const struct overlay_edit *edit, struct err *e)
{
    const struct node_state *s = &edit->before;
    bool set_id = s->exists && s->type != NODE_DIRECTORY && (s->mode & 06000);
    bool capable = s->exists && node_state_xattr(s, "security.capability");
    if (!set_id && !capable)
        return 0;
    if (is_set_id_binary(edit->path) && edit->after.exists && !edit->before.has_content &&
        !edit->before.hash && edit->before.type == edit->after.type)
        return 0;
    return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                      "the journal would bring back a program with set-id bits or capabilities, "
                      "which no run of ours takes away: it is damaged or forged");
}

/* A move is undone by its first end; the other is only looked at. */
static int undo_move(const struct undo_request *r, const struct overlay_edit *edit, size_t *changed,
                     struct err *e)
{
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
    int code = overlay_move(r->tree, edit->moved_to, edit->path, e);
    if (code == 0)
        code = overlay_put(r->tree, edit->path, &edit->before, e);
    *changed += code == 0;
    return code;
}

static int undo_one(const struct undo_request *r, const struct overlay_edit *edit, size_t *changed,
                    struct err *e)
{
    struct err ignored = {0};
    if (edit->moved_to)
        return undo_move(r, edit, changed, e);
    if (edit->moved_from || commit_is_state(r->tree, edit->path, &edit->before, &ignored))
        return 0;
    if (!r->force && !commit_is_state(r->tree, edit->path, &edit->after, &ignored))
        return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                          "has changed since the run: look at it first; --force puts back what was "
                          "before all the same");
    int code = overlay_put(r->tree, edit->path, &edit->before, e);
    *changed += code == 0;
    return code;
}

int undo_plan(const struct undo_request *request, size_t *changed, struct err *e)
{
    const struct edit_list *list = request->edits;
    int code = 0;
    *changed = 0;
    vec_each (edit, &list->edits) {
        code = check_path(edit->path, e);
        if (code == 0 && edit->moved_to)
            code = check_path(edit->moved_to, e);
        if (code == 0)
            code = check_powers(edit, e);
        if (code != 0)
            return code;
    }
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
