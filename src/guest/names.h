/* The names of one directory while an engine reads it, under the limit that all engines share. For
 * guest/ only. */
#ifndef DISKMEND_GUEST_NAMES_H
#define DISKMEND_GUEST_NAMES_H

#include <stdbool.h>

#include "base/vec.h"

struct names {
    VEC(const char *) items;
    bool cut; /* there are more than LIMIT_DIRECTORY_ENTRIES */
};

/* A copy of NAME, "." and ".." left out. False: the limit is hit, no more is taken. */
bool names_take(struct arena *a, struct names *names, const char *name);

#endif
