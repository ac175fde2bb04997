/* Writing to a disk: what an engine opened for writing can do, one thing at a time, each wholly or
 * not at all. For repair/commit.c and repair/undo.c only: everybody else edits the overlay. Paths
 * are resolved; an engine never follows a link and never writes below a filesystem that is not in
 * its tree. */
#ifndef DISKMEND_GUEST_WRITING_H
#define DISKMEND_GUEST_WRITING_H

#include "guest/node_state.h"

/* All give 0, or the error's code with the path in E. Owner first, then mode, then attributes: a
 * change of owner drops set-id bits and capabilities. */
struct tree_writing {
    /* Make what is not there yet: a directory, a file (with content) or a link. A file appears
     * whole: temporary name beside it, owner, mode, attributes, content read back, then its name;
     * ERR_REFUSED when the name is taken. */
    int (*make)(struct tree *t, const char *path, const struct node_state *s, struct err *e);
    /* Put a file or link in the place of the one that is there, in one rename. */
    int (*replace)(struct tree *t, const char *path, const struct node_state *s, struct err *e);
    /* Owner, mode and attributes of what is there, in place. */
    int (*set_meta)(struct tree *t, const char *path, const struct node_state *s, struct err *e);
    /* Rename within one directory; ERR_REFUSED when the new name is taken. */
    int (*move)(struct tree *t, const char *path, const char *to, struct err *e);
    /* A file, a link or an empty directory. */
    int (*remove)(struct tree *t, const char *path, struct err *e);
    /* What was done so far is on the disk when this returns 0. */
    int (*flush)(struct tree *t, struct err *e);
    /* Nobody else of us writes to this disk until it is closed; ERR_IN_USE when somebody does. NULL
     * where opening it has seen to that. */
    int (*lock)(struct tree *t, struct err *e);
    /* May the thing at PATH be changed at all: immutable, append-only, a read-only filesystem? 0, or
     * the error that says what is in the way. */
    int (*check)(struct tree *t, const char *path, struct err *e);
};

/* NULL: the tree was opened for reading. */
const struct tree_writing *tree_writing(const struct tree *t);

/* The prefix of our temporary names, and a name that nobody could guess. */
#define WRITING_TEMPORARY ".diskmend-"
char *writing_temporary_name(struct arena *a, const char *path, struct err *e);
/* Is NAME (a last component) one of those, and so what a killed run has left behind? */
bool writing_is_temporary(const char *name);

#endif
