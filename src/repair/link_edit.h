/* Symbolic links in the overlay: put, taken away, never anything else in their place. For the verbs
 * on files and on units. */
#ifndef DISKMEND_REPAIR_LINK_EDIT_H
#define DISKMEND_REPAIR_LINK_EDIT_H

#include "repair/verb.h"

/* What stands at PATH itself: present or absent; ERR_REFUSED where that cannot be told. */
int link_edit_look(struct verb_context *c, const char *path, struct stat_answer *out,
                   struct err *e);
/* Make PATH, whose directory is there, a link to TARGET. */
int link_edit_put(struct verb_context *c, const char *path, const char *target, struct err *e);
/* Take the link at PATH away; 0 also where nothing is. */
int link_edit_remove(struct verb_context *c, const char *path, struct err *e);

#endif
