/* A small tree of the guest copied to another place of it: /etc/skel into a new home. For the verb
 * dir_make and access_create.c. */
#ifndef DISKMEND_REPAIR_TREE_COPY_H
#define DISKMEND_REPAIR_TREE_COPY_H

#include "repair/verb.h"

/* What lies below FROM (which may be missing) below TO, owned by UID and GID; files, directories
 * and links, with their modes but for set-id bits and their attributes but for labels and
 * capabilities. What is there already stays. */
int tree_copy(struct verb_context *c, const char *from, const char *to, uint32_t uid, uint32_t gid,
              struct err *e);

#endif
