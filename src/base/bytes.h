/* A run of bytes that somebody else owns: how guest data travels, NULs and all. */
#ifndef DISKMEND_BASE_BYTES_H
#define DISKMEND_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
    const char *ptr; /* borrowed; not NUL-terminated */
    size_t len;
};

static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){text, text ? strlen(text) : 0};
}

static inline struct bytes bytes_cut(struct bytes b, size_t from, size_t to)
{
    if (to > b.len)
        to = b.len;
    if (from > to)
        from = to;
    return (struct bytes){b.ptr ? b.ptr + from : NULL, to - from};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool bytes_equal_text(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of(text));
}

static inline bool bytes_start_with(struct bytes a, const char *text)
{
    size_t n = strlen(text);
    return a.len >= n && memcmp(a.ptr, text, n) == 0;
}

#endif
