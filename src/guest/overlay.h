/* The tree everybody above guest/ works on: caches each answer of the engine below, so that judging
 * again costs no call, and (from issue 4 on) holds the edits of a repair. */
#ifndef DISKMEND_GUEST_OVERLAY_H
#define DISKMEND_GUEST_OVERLAY_H

#include "guest/tree.h"

/* UNDER is owned by the overlay from now on and closed with it. */
struct tree *overlay_new(struct arena *a, struct tree *under);

#endif
