/* NAME=value texts. No variable is expanded, nothing is run. */
#include "facts/assignments.h"

#include <ctype.h>

#include "base/strbuf.h"

struct reader {
    struct bytes text;
    size_t at;
    int line;
};

static int peek(const struct reader *r)
{
    return r->at < r->text.len ? (unsigned char)r->text.ptr[r->at] : -1;
}

static int take(struct reader *r)
{
    int c = peek(r);
    if (c >= 0)
        r->at++;
    if (c == '\n')
        r->line++;
    return c;
}

static void skip_line(struct reader *r)
{
    int c;
    while ((c = take(r)) >= 0 && c != '\n')
        ;
}

static void read_quoted(struct reader *r, int quote, struct strbuf *s)
{
    int c;
    while ((c = take(r)) >= 0 && c != quote) {
        if (c == '\\' && quote == '"') {
            int next = take(r);
            if (next < 0 || next == '\n')
                continue;
            if (!strchr("\"\\`$", next))
                strbuf_add_char(s, '\\');
            c = next;
        }
        strbuf_add_char(s, (char)c);
    }
}

/* Up to the end of the value; what follows it on the line is left to skip_line. */
static const char *read_value(struct arena *a, struct reader *r, enum assignment_syntax syntax)
{
    struct strbuf s;
    strbuf_init(&s, a);
    size_t solid = 0; /* length without the blanks that end a bare value */
    for (int c = peek(r); c >= 0 && c != '\n'; c = peek(r)) {
        if (c == '"' || c == '\'') {
            take(r);
            read_quoted(r, c, &s);
            solid = s.len;
            continue;
        }
        if (c == '\\') {
            take(r);
            int next = take(r);
            if (next >= 0 && next != '\n')
                strbuf_add_char(&s, (char)next);
            solid = s.len;
            continue;
        }
        bool blank = c == ' ' || c == '\t' || c == '\r';
        if (syntax == ASSIGNMENT_SHELL && (blank || c == ';' || c == '#'))
            break;
        take(r);
        strbuf_add_char(&s, (char)c);
        if (!blank)
            solid = s.len;
    }
    return arena_text(a, (struct bytes){s.ptr, solid});
}

void assignments_read(struct arena *a, struct bytes text, enum assignment_syntax syntax,
                      struct assignments *out)
{
    struct reader r = {text, 0, 1};
    while (peek(&r) >= 0) {
        while (peek(&r) == ' ' || peek(&r) == '\t')
            take(&r);
        if (syntax == ASSIGNMENT_SHELL &&
            bytes_start_with(bytes_cut(text, r.at, r.at + 7), "export "))
            r.at += 7;
        size_t start = r.at;
        int line = r.line;
        while (isalnum(peek(&r)) || peek(&r) == '_')
            take(&r);
        struct bytes name = bytes_cut(text, start, r.at);
        if (name.len > 0 && peek(&r) == '=') {
            take(&r);
            const char *value = read_value(a, &r, syntax);
            vec_push(a, &out->items, ((struct assignment){arena_text(a, name), value, NULL, line}));
        }
        skip_line(&r);
    }
}

const struct assignment *assignments_find(const struct assignments *list, const char *name)
{
    const struct assignment *found = NULL;
    vec_each (p, &list->items)
        if (strcmp(p->name, name) == 0)
            found = p;
    return found;
}

const char *assignments_value(const struct assignments *list, const char *name)
{
    const struct assignment *found = assignments_find(list, name);
    return found ? found->value : NULL;
}
