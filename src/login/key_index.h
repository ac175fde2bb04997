/* Key files, keys and damaged rows by name, so that many accounts with many keys stay quick. For
 * login/ only. */
#ifndef DISKMEND_LOGIN_KEY_INDEX_H
#define DISKMEND_LOGIN_KEY_INDEX_H

#include "facts/facts.h"

struct key_index {
    const struct key_file_fact **files; /* by user, then in the order of the facts */
    size_t file_count;
    const struct key_fact **keys;
    size_t key_count;
    const struct row_fact **rows;
    size_t row_count;
};

struct key_index *key_index_new(const struct facts *f);
/* The first of USER's, and how many. */
const struct key_file_fact **key_index_files(const struct key_index *x, const char *user,
                                             size_t *count);
const struct key_fact **key_index_keys(const struct key_index *x, const char *user, size_t *count);
/* Rows of passwd, shadow … whose first field is NAME. */
const struct row_fact **key_index_rows(const struct key_index *x, const char *name, size_t *count);

#endif
