/* Sorted views over account records, so that big files stay cheap. Only for account*.c. */
#ifndef DISKMEND_FACTS_ACCOUNT_INDEX_H
#define DISKMEND_FACTS_ACCOUNT_INDEX_H

#include "facts/facts.h"

struct name_entry {
    const char *name;
    size_t index; /* into the records, in file order */
};
struct name_index {
    struct name_entry *entries; /* by name, then index */
    size_t count;
};
#define NO_INDEX ((size_t)-1)

/* ENTRIES is sorted in place. */
struct name_index name_index_make(struct name_entry *entries, size_t count);
/* The first record of that name, NO_INDEX when there is none. */
size_t name_index_first(const struct name_index *x, const char *name);
/* Is the record at sorted position I not the first of its name? */
bool name_index_repeats(const struct name_index *x, size_t i);

#endif
