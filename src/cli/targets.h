/* From the guests of the command line to targets: names, kinds, disks. */
#ifndef DISKMEND_CLI_TARGETS_H
#define DISKMEND_CLI_TARGETS_H

#include "cli/options.h"

typedef VEC(struct target) target_vec;

/* 0, or ERR_USAGE (no target at all, a list that cannot be read). */
int targets_collect(struct options *o, target_vec *out, struct err *e);

#endif
