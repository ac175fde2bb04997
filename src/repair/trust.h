/* What a journal may ask for. A journal on a guest is hostile input: a list of edits read from one is
 * held against what a repair could ever have changed. For undo.c and commit.c only. */
#ifndef DISKMEND_REPAIR_TRUST_H
#define DISKMEND_REPAIR_TRUST_H

#include "repair/edit_list.h"

enum trust_direction { TRUST_FORWARD, TRUST_BACK };

/* 0, or ERR_REFUSED with the path: a place that no run changes (our own journal, what the kernel
 * mounts), or a program that would get set-id bits or capabilities (with new content never, else only
 * a known binary of the login path). BACK judges what was before the run, FORWARD what shall be. */
int trust_edits(const struct edit_list *edits, enum trust_direction direction, struct err *e);

#endif
