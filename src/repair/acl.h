/* The POSIX ACL of a file when its mode changes: what chmod(2) does in the kernel. For verbs of
 * repair/ that set modes; without it the old mask would come back with the attribute. */
#ifndef DISKMEND_REPAIR_ACL_H
#define DISKMEND_REPAIR_ACL_H

#include "guest/node_state.h"

/* Owner, mask (group, where there is no mask) and others of the ACL become those of S's mode. */
void acl_follow_mode(struct arena *a, struct node_state *s);

#endif
