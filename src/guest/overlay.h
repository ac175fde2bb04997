/* The tree everybody above guest/ works on: caches each answer of the engine below, so that judging
 * again costs no call, and holds the edits of a repair, in memory only. Reading through it shows
 * the guest as it will be; what was is in the edits. Nothing here ever writes to a disk. */
#ifndef DISKMEND_GUEST_OVERLAY_H
#define DISKMEND_GUEST_OVERLAY_H

#include "guest/node_state.h"

/* UNDER is owned by the overlay from now on and closed with it. */
struct tree *overlay_new(struct arena *a, struct tree *under);

/* One path that is not as it was. */
struct overlay_edit {
    const char *path;        /* resolved: no component of it is a link */
    struct node_state before; /* content only where AFTER changes or takes it away */
    struct node_state after;
    const char *moved_to;   /* what is there goes there as it is, with all below it; `after` is what is
                             * made in its place: mostly nothing */
    const char *moved_from; /* the other end of the same; `before` is what makes way for it: mostly
                             * nothing */
};

/* All functions below: T is an overlay, PATH is absolute and its parents are real directories (ask
 * tree_stat or tree_lstat for the real path first). 0 or the error's code: ERR_REFUSED where an
 * edit makes no sense (parent is absent, not a directory, or not mounted in the tree; another edit
 * is in the way), ERR_IO where the present state cannot be read, ERR_LIMIT for a file too large to
 * be edited (LIMIT_EDIT_BYTES). */

/* What is at PATH now, edits and all. With content (of a regular file) when WITH_CONTENT. */
int overlay_state(struct tree *t, const char *path, bool with_content, struct node_state *out,
                  struct err *e);
/* Make PATH be STATE: create, change or (not exists) remove. A file state without content keeps
 * the content. Only an empty directory can be removed; devices, FIFOs and sockets can be changed
 * and removed, not made. Doing what is there already is no edit. */
int overlay_put(struct tree *t, const char *path, const struct node_state *state, struct err *e);
/* Rename PATH, with all below it, to TO in the same directory, where nothing may be (any more). Then
 * something new may be put at PATH. */
int overlay_move(struct tree *t, const char *path, const char *to, struct err *e);

/* Every path that differs from the disk, parents before children, else in order of path. Valid
 * until the next edit. */
const struct overlay_edit *overlay_edits(struct tree *t, size_t *count);

/* A point to come back to: all edits since then are forgotten. */
size_t overlay_mark(struct tree *t);
void overlay_roll_back(struct tree *t, size_t mark);
/* The paths edited since MARK (an arena array, a path as often as it was edited). */
const char *const *overlay_touched(struct tree *t, size_t mark, size_t *count);

#endif
