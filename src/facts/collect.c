/* Lists and words for the producers. Pure text. */
#include "facts/collect.h"

#include "base/strbuf.h"

void text_list_add(struct arena *a, struct text_list *list, const char *text)
{
    size_t n = list->count;
    /* Room is 4, 8, 16 …: full exactly when the count is one of these. */
    if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
        const char **items = arena_alloc_array(a, n == 0 ? 4 : n * 2, sizeof *items);
        if (n > 0)
            memcpy(items, list->items, n * sizeof *items);
        list->items = items;
    }
    list->items[list->count++] = text;
}

bool text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

const char *text_list_join(struct arena *a, const struct text_list *list, const char *separator)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            strbuf_add(&s, separator);
        strbuf_add(&s, list->items[i]);
    }
    return s.ptr;
}

bool text_next_line(struct bytes *rest, struct bytes *line)
{
    if (rest->len == 0)
        return false;
    const char *newline = memchr(rest->ptr, '\n', rest->len);
    size_t n = newline ? (size_t)(newline - rest->ptr) : rest->len;
    *line = bytes_cut(*rest, 0, n);
    *rest = bytes_cut(*rest, newline ? n + 1 : n, rest->len);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct bytes text_trim(struct bytes b)
{
    while (b.len > 0 && is_blank(b.ptr[0]))
        b = bytes_cut(b, 1, b.len);
    while (b.len > 0 && is_blank(b.ptr[b.len - 1]))
        b.len--;
    return b;
}

struct text_list text_words(struct arena *a, struct bytes b, const char *separators)
{
    struct text_list list = {0};
    for (size_t i = 0; i < b.len;) {
        size_t start = i;
        while (i < b.len && !(b.ptr[i] && strchr(separators, b.ptr[i])))
            i++;
        if (i > start)
            text_list_add(a, &list, arena_text(a, bytes_cut(b, start, i)));
        i++;
    }
    return list;
}

size_t text_find(struct bytes b, const char *needle)
{
    const char *p = b.len ? memmem(b.ptr, b.len, needle, strlen(needle)) : NULL;
    return p ? (size_t)(p - b.ptr) : b.len;
}

bool text_number(struct bytes b, int64_t minimum, int64_t maximum, int64_t *out)
{
    size_t i = 0;
    bool negative = b.len > 0 && b.ptr[0] == '-';
    if (negative)
        i++;
    if (i == b.len || b.len > 18)
        return false;
    int64_t n = 0;
    for (; i < b.len; i++) {
        if (b.ptr[i] < '0' || b.ptr[i] > '9')
            return false;
        n = n * 10 + (b.ptr[i] - '0');
    }
    if (negative)
        n = -n;
    if (n < minimum || n > maximum)
        return false;
    *out = n;
    return true;
}
