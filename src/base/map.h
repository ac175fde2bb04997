/* Text keys to pointers, in an arena: for caches and look-ups by name or path. */
#ifndef DISKMEND_BASE_MAP_H
#define DISKMEND_BASE_MAP_H

#include <stdint.h>

#include "base/arena.h"

struct map_slot {
    const char *key; /* NULL: free */
    void *value;
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    uint64_t seed; /* keys come from the guest: their collisions must not be theirs to choose */
};

void map_init(struct map *m, struct arena *a);
/* NULL when there is none. */
void *map_get(const struct map *m, const char *key);
/* Adds or replaces; the key is copied. */
void map_set(struct map *m, const char *key, void *value);

#endif
