/* The parts of a commit, for commit*.c only. */
#ifndef DISKMEND_REPAIR_COMMIT_PARTS_H
#define DISKMEND_REPAIR_COMMIT_PARTS_H

#include "repair/commit.h"

/* 0, or ERR_REFUSED where a filesystem that the run writes to has no room for it. */
int commit_check_room(const struct commit_request *r, struct err *e);

#endif
