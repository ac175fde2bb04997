/* Keys of encrypted volumes from the command line, a file or standard input. */
#ifndef DISKMEND_CLI_DISK_KEYS_H
#define DISKMEND_CLI_DISK_KEYS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/target.h"

typedef VEC(struct disk_key) disk_key_vec;

/* "ID:key:SECRET" or "ID:file:FILE"; the ID "all" stands for every volume. 0, or ERR_USAGE and E. */
int disk_keys_take(struct arena *a, const char *selector, disk_key_vec *keys, struct err *e);
/* Every line of standard input is a key that is tried on every volume. */
int disk_keys_from_stdin(struct arena *a, disk_key_vec *keys, struct err *e);

#endif
