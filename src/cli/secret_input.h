/* Secrets from outside: a file, standard input, the terminal. Never from the command line, where
 * everybody on the machine can read them. */
#ifndef DISKMEND_CLI_SECRET_INPUT_H
#define DISKMEND_CLI_SECRET_INPUT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* The whole of a file that may hold a secret ("-": standard input), at most LIMIT bytes; said when
 * others than its owner may read it. PTR NULL and E on error. */
struct bytes secret_read_file(struct arena *a, const char *path, size_t limit, struct err *e);
/* The same without the one newline it may end in. */
struct bytes secret_read_password(struct arena *a, const char *path, struct err *e);
/* Asked twice on the terminal, without an echo. ERR_USAGE: there is no terminal, or the two differ.
 * The terminal is as it was before when a signal ends the program. */
struct bytes secret_ask_password(struct arena *a, const char *user, struct err *e);

void secret_wipe(struct bytes *secret);

#endif
