/* What a killed run leaves behind besides its journal: things under our temporary names beside what
 * it was about to put in place. For commit.c, journal.c and batch/ only. */
#ifndef DISKMEND_REPAIR_LEFTOVERS_H
#define DISKMEND_REPAIR_LEFTOVERS_H

#include "guest/writing.h"
#include "repair/edit_list.h"

/* Remove files, links and empty directories in DIRECTORY (a real path) whose names are exactly of
 * our making. What cannot be removed stays: nothing depends on it. */
void leftovers_clear(struct arena *a, struct tree *t, const char *directory);
/* The same in every directory that EDITS touch. */
void leftovers_clear_edits(struct arena *a, struct tree *t, const struct edit_list *edits);

#endif
