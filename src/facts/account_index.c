/* Names sorted once, so that a hostile file of 100000 lines costs no quadratic search. */
#include "facts/account_index.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct name_entry *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (order != 0)
        return order;
    return x->index < y->index ? -1 : x->index > y->index;
}

struct name_index name_index_make(struct name_entry *entries, size_t count)
{
    if (count > 1)
        qsort(entries, count, sizeof *entries, by_name);
    return (struct name_index){entries, count};
}

size_t name_index_first(const struct name_index *x, const char *name)
{
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(x->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < x->count && strcmp(x->entries[low].name, name) == 0 ? x->entries[low].index
                                                                     : NO_INDEX;
}

bool name_index_repeats(const struct name_index *x, size_t i)
{
    return i > 0 && strcmp(x->entries[i].name, x->entries[i - 1].name) == 0;
}
