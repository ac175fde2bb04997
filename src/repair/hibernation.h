/* A guest that was put to sleep with its memory on the disk: when it wakes up it goes on with the
 * filesystems as it remembers them, and what was changed meanwhile is lost or tears them. For
 * commit.c and batch/. */
#ifndef DISKMEND_REPAIR_HIBERNATION_H
#define DISKMEND_REPAIR_HIBERNATION_H

#include "guest/tree.h"

/* 0, or ERR_REFUSED with the place where the memory is: a swap file of fstab (or with a usual name),
 * or a swap partition that fstab names and the tree knows of. Images refuse a sleeping partition of
 * theirs themselves, when they are opened for writing. */
int hibernation_check(struct arena *a, struct tree *t, struct err *e);

#endif
