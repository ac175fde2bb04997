#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES 65536u

struct block {
    struct block *next;
    size_t used;
    size_t size;
    max_align_t data[];
};

struct arena {
    struct block *blocks; /* the first one is the one being filled */
    size_t used;
    arena_exhausted_function *exhausted;
    void *context;
};

struct arena *arena_new(arena_exhausted_function *exhausted, void *context)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a) {
        a->exhausted = exhausted;
        a->context = context;
    }
    return a;
}

struct arena *arena_new_like(struct arena *a)
{
    struct arena *own = arena_new(a->exhausted, a->context);
    if (!own)
        arena_exhausted(a);
    return own;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        explicit_bzero(b->data, b->used);
        free(b);
    }
    free(a);
}

void arena_exhausted(struct arena *a)
{
    if (a->exhausted)
        a->exhausted(a->context);
    abort();
}

static struct block *block_new(struct arena *a, size_t size)
{
    struct block *b = NULL;
    if (size < SIZE_MAX - sizeof *b)
        b = calloc(1, sizeof *b + size);
    if (!b)
        arena_exhausted(a);
    b->size = size;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - align)
        arena_exhausted(a);
    size = (size + align - 1) / align * align;
    a->used += size;
    if (size > BLOCK_BYTES / 4) { /* a block of its own, behind the one being filled */
        struct block *big = block_new(a, size);
        big->used = size;
        if (a->blocks) {
            big->next = a->blocks->next;
            a->blocks->next = big;
        } else {
            a->blocks = big;
        }
        return big->data;
    }
    if (!a->blocks || a->blocks->size - a->blocks->used < size) {
        struct block *b = block_new(a, BLOCK_BYTES);
        b->next = a->blocks;
        a->blocks = b;
    }
    void *p = (char *)a->blocks->data + a->blocks->used;
    a->blocks->used += size;
    return p;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        arena_exhausted(a);
    return arena_alloc(a, bytes);
}

char *arena_strdup(struct arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_alloc(a, n), text, n);
}

char *arena_text(struct arena *a, struct bytes b)
{
    static const char null_symbol[] = "\xe2\x90\x80"; /* U+2400 */
    size_t nuls = 0;
    for (size_t i = 0; i < b.len; i++)
        nuls += b.ptr[i] == '\0';
    char *text = arena_alloc(a, b.len + nuls * 2 + 1);
    char *out = text;
    for (size_t i = 0; i < b.len; i++) {
        if (b.ptr[i] == '\0') {
            memcpy(out, null_symbol, 3);
            out += 3;
        } else {
            *out++ = b.ptr[i];
        }
    }
    *out = '\0';
    return text;
}

struct bytes arena_bytes(struct arena *a, struct bytes b)
{
    char *copy = arena_alloc(a, b.len + 1);
    if (b.len)
        memcpy(copy, b.ptr, b.len);
    return (struct bytes){copy, b.len};
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        arena_exhausted(a);
    char *text = arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
