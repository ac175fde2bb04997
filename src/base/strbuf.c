#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

void strbuf_init(struct strbuf *s, struct arena *a)
{
    *s = (struct strbuf){.arena = a, .ptr = arena_alloc(a, 64), .capacity = 64};
}

static void reserve(struct strbuf *s, size_t more)
{
    if (more < s->capacity - s->len)
        return;
    size_t want = s->capacity;
    while (want - s->len <= more) {
        if (want > SIZE_MAX / 2)
            arena_exhausted(s->arena);
        want *= 2;
    }
    char *bigger = arena_alloc(s->arena, want);
    memcpy(bigger, s->ptr, s->len);
    s->ptr = bigger;
    s->capacity = want;
}

void strbuf_add_bytes(struct strbuf *s, struct bytes b)
{
    if (b.len == 0)
        return;
    reserve(s, b.len);
    memcpy(s->ptr + s->len, b.ptr, b.len);
    s->len += b.len;
    s->ptr[s->len] = '\0';
}

void strbuf_add(struct strbuf *s, const char *text)
{
    strbuf_add_bytes(s, bytes_of(text));
}

void strbuf_add_char(struct strbuf *s, char c)
{
    strbuf_add_bytes(s, (struct bytes){&c, 1});
}

void strbuf_printf(struct strbuf *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        arena_exhausted(s->arena);
    reserve(s, (size_t)n + 1);
    vsnprintf(s->ptr + s->len, s->capacity - s->len, format, again);
    va_end(again);
    s->len += (size_t)n;
}
