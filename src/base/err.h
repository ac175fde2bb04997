/* An error as a value: what failed, where in the guest, and the sentence a person reads.
 * Any room may set one; only cli/ prints it. Never holds secrets, never exits. */
#ifndef DISKMEND_BASE_ERR_H
#define DISKMEND_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* X(name, what kind of failure it is) */
#define ERR_CODES(X)                                                                               \
    X(ERR_NONE, "no error")                                                                        \
    X(ERR_NOMEM, "out of memory")                                                                  \
    X(ERR_IO, "input/output error")                                                                \
    X(ERR_NOT_FOUND, "not found")                                                                  \
    X(ERR_ACCESS, "permission denied")                                                             \
    X(ERR_REFUSED, "refused by a safety rule")                                                     \
    X(ERR_LIMIT, "a limit was hit")                                                                \
    X(ERR_SYNTAX, "does not parse")                                                                \
    X(ERR_UNSUPPORTED, "not supported")                                                            \
    X(ERR_IN_USE, "in use by another program")                                                     \
    X(ERR_APPLIANCE, "the libguestfs appliance failed")                                            \
    X(ERR_NO_ROOT, "no Linux root filesystem")                                                     \
    X(ERR_SEVERAL_ROOTS, "several root filesystems")                                               \
    X(ERR_TIMEOUT, "took too long")                                                                \
    X(ERR_CRASHED, "the worker died")                                                              \
    X(ERR_USAGE, "wrong usage")                                                                    \
    X(ERR_INTERNAL, "a fault in diskmend")

enum err_code {
#define ERR_CODE_NAME(name, text) name,
    ERR_CODES(ERR_CODE_NAME)
#undef ERR_CODE_NAME
};

/* The message has a fixed room of its own so that "out of memory" can be said without memory. */
#define ERR_TEXT_MAX 1024

struct err {
    enum err_code code;
    int line;   /* 1-based line of the guest or rule file, 0 when there is none */
    int column; /* 1-based byte column, 0 when there is none */
    char path[ERR_TEXT_MAX / 2]; /* file the error is about, "" when there is none */
    char text[ERR_TEXT_MAX];     /* one sentence: thing, place, way out; long ones are cut */
};

/* Set E (may be NULL: then only the code is returned) and return the code, so that a caller writes
 * `return err_set(e, ERR_IO, "…")`. The text may hold guest bytes: who prints it escapes it. */
int err_set(struct err *e, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, with the place of the fault. PATH may be NULL. */
int err_set_at(struct err *e, enum err_code code, const char *path, int line, int column,
               const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Put "prefix: " before the text that is there; returns the code. */
int err_context(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name of a code in words ("in use by another program"); never NULL. */
const char *err_code_text(enum err_code code);

#endif
