/* What file_reset makes anew from something else than a text. For verb_reset.c. */
#ifndef DISKMEND_REPAIR_VERB_RESET_H
#define DISKMEND_REPAIR_VERB_RESET_H

#include "repair/verb.h"

/* An fstab of the filesystems on the disk: those whose place is certain, the others as comments. */
int reset_fstab(struct verb_context *c, const char *path, struct err *e);

#endif
