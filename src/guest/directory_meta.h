/* Metadata of one thing in a mounted root, for directory_write.c only. PATH is the guest's, for
 * messages. */
#ifndef DISKMEND_GUEST_DIRECTORY_META_H
#define DISKMEND_GUEST_DIRECTORY_META_H

#include "guest/node_state.h"

/* Give NAME in the directory PARENT the owner, mode and attributes of S, and look whether it has
 * them. A link is changed itself. 0 or the error. */
int directory_put_meta(int parent, const char *name, const char *path, const struct node_state *s,
                       struct err *e);
/* Does the file hold CONTENT, byte by byte? */
int directory_read_back(int fd, const char *path, struct bytes content, struct err *e);

/* errno as an error: a name that is taken is a refusal. */
int directory_fail(struct err *e, const char *path, const char *what);

#endif
