/* Words to the person: messages on standard error, results on standard output or in a file. */
#ifndef DISKMEND_CLI_SAY_H
#define DISKMEND_CLI_SAY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strbuf.h"

/* "diskmend: …" on standard error, made harmless for a terminal. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The sentence of an error, with its place. */
void say_error(const struct err *e);

/* All of TEXT to standard output, or to FILE when one is given (made new, mode 0644 less umask).
 * False when that failed, which has been said. */
bool write_result(const struct strbuf *text, const char *file);

#endif
