#include "login/key_index.h"

#include <stdlib.h>
#include <string.h>

/* All three kinds are found by one text; the pointer itself keeps the order of the facts. */
static int compare(const char *a, const char *b, const void *first, const void *second)
{
    int order = strcmp(a ? a : "", b ? b : "");
    if (order != 0)
        return order;
    return first < second ? -1 : first > second;
}

#define DEFINE_INDEX(what, type, member)                                                           \
    static int compare_##what(const void *a, const void *b)                                        \
    {                                                                                              \
        const type *first = *(const type *const *)a, *second = *(const type *const *)b;            \
        return compare(first->member, second->member, first, second);                              \
    }                                                                                              \
    static const type **range_##what(const type **all, size_t count, const char *name,             \
                                     size_t *found)                                                \
    {                                                                                              \
        size_t low = 0, high = count;                                                              \
        while (low < high) {                                                                       \
            size_t middle = low + (high - low) / 2;                                                \
            const char *here = all[middle]->member;                                                \
            if (strcmp(here ? here : "", name) < 0)                                                \
                low = middle + 1;                                                                  \
            else                                                                                   \
                high = middle;                                                                     \
        }                                                                                          \
        size_t end = low;                                                                          \
        while (end < count && all[end]->member && strcmp(all[end]->member, name) == 0)             \
            end++;                                                                                 \
        *found = end - low;                                                                        \
        return all + low;                                                                          \
    }

DEFINE_INDEX(files, struct key_file_fact, user)
DEFINE_INDEX(keys, struct key_fact, user)
DEFINE_INDEX(rows, struct row_fact, name)

#define FILL_INDEX(what, count_member, records)                                                    \
    do {                                                                                           \
        x->what = arena_alloc_array(f->arena, f->records.count + 1, sizeof *x->what);              \
        x->count_member = f->records.count;                                                        \
        for (size_t i = 0; i < f->records.count; i++)                                              \
            x->what[i] = &f->records.items[i];                                                     \
        qsort(x->what, x->count_member, sizeof *x->what, compare_##what);                          \
    } while (0)

struct key_index *key_index_new(const struct facts *f)
{
    struct key_index *x = arena_new_struct(f->arena, struct key_index);
    FILL_INDEX(files, file_count, key_files);
    FILL_INDEX(keys, key_count, keys);
    FILL_INDEX(rows, row_count, rows);
    return x;
}

const struct key_file_fact **key_index_files(const struct key_index *x, const char *user,
                                             size_t *count)
{
    return range_files(x->files, x->file_count, user, count);
}

const struct key_fact **key_index_keys(const struct key_index *x, const char *user, size_t *count)
{
    return range_keys(x->keys, x->key_count, user, count);
}

const struct row_fact **key_index_rows(const struct key_index *x, const char *name, size_t *count)
{
    return range_rows(x->rows, x->row_count, name, count);
}
