/* Text that grows, in an arena. Always NUL-terminated; may hold NULs of its own (see len). */
#ifndef DISKMEND_BASE_STRBUF_H
#define DISKMEND_BASE_STRBUF_H

#include "base/arena.h"

struct strbuf {
    struct arena *arena;
    char *ptr; /* never NULL after strbuf_init */
    size_t len;
    size_t capacity;
};

void strbuf_init(struct strbuf *s, struct arena *a);
void strbuf_add(struct strbuf *s, const char *text);
void strbuf_add_char(struct strbuf *s, char c);
void strbuf_add_bytes(struct strbuf *s, struct bytes b);
void strbuf_printf(struct strbuf *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline struct bytes strbuf_bytes(const struct strbuf *s)
{
    return (struct bytes){s->ptr, s->len};
}

#endif
