/* Memory that lives and dies together: everything known about one guest sits in one arena.
 * Allocation never returns NULL: when memory is out the arena calls the exhausted function that
 * its owner gave, which must not return (the worker jumps to its recovery point and reports
 * "out of memory" as the target's failure). Not for a program that is in the middle of a write. */
#ifndef DISKMEND_BASE_ARENA_H
#define DISKMEND_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct arena;

/* Must not return (longjmp, or end the process). */
typedef void arena_exhausted_function(void *context);

/* A new arena; NULL when there is not even memory for that. EXHAUSTED NULL means abort(). The
 * caller owns it and frees it with arena_free. */
struct arena *arena_new(arena_exhausted_function *exhausted, void *context);
/* What was in it is wiped: password hashes, private keys, whatever was read or made. */
void arena_free(struct arena *a);
/* One of its own that ends the same way when memory is out: for what is not needed for long. */
struct arena *arena_new_like(struct arena *a);

/* Zeroed memory, aligned for any type, alive until arena_free. SIZE may be 0. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* COUNT elements of SIZE bytes; overflow counts as exhausted. */
void *arena_alloc_array(struct arena *a, size_t count, size_t size)
    __attribute__((returns_nonnull));

/* Memory of the caller's own (cJSON's, say) is out: the same way out. */
void arena_exhausted(struct arena *a) __attribute__((noreturn));

/* Copies, NUL-terminated. arena_text stops a guest's NUL from cutting the text: each NUL byte is
 * replaced by U+2400 (SYMBOL FOR NULL), so that it shows. */
char *arena_strdup(struct arena *a, const char *text) __attribute__((returns_nonnull));
char *arena_text(struct arena *a, struct bytes b) __attribute__((returns_nonnull));
struct bytes arena_bytes(struct arena *a, struct bytes b);
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* Bytes handed out so far, for limits and the benchmark. */
size_t arena_used(const struct arena *a);

#define arena_new_struct(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
