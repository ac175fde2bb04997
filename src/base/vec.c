#include "base/vec.h"

#include <stdint.h>
#include <string.h>

void *vec_grow(struct arena *a, void *items, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity)
        return items;
    if (*capacity > SIZE_MAX / 2)
        arena_exhausted(a);
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *bigger = arena_alloc_array(a, wanted, size);
    if (count)
        memcpy(bigger, items, count * size);
    *capacity = wanted;
    return bigger;
}
