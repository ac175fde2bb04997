/* The characters of a sudoers: blanks, continuation lines, comments, quotes, names and lists. sudo:
 * plugins/sudoers/toke.l, 1.8.23 to 1.9.16. */
#include "syntax/sudoers_words.h"

#include <ctype.h>
#include <string.h>

#include "base/limits.h"
#include "base/strbuf.h"

/* Length of "\", blanks, newline at AHEAD; 0 when there is none. */
size_t sudoers_continuation(const struct sudoers_reader *r, size_t ahead)
{
    if (sudoers_peek_at(r, ahead) != '\\')
        return 0;
    size_t n = ahead + 1;
    while (sudoers_is_blank(sudoers_peek_at(r, n)))
        n++;
    if (sudoers_peek_at(r, n) == '\r')
        n++;
    return sudoers_peek_at(r, n) == '\n' ? n + 1 - ahead : 0;
}

void sudoers_skip_blanks(struct sudoers_reader *r)
{
    for (;;) {
        size_t n = sudoers_continuation(r, 0);
        if (n > 0) {
            r->at += n;
            r->line++;
        } else if (sudoers_is_blank(sudoers_peek(r))) {
            r->at++;
        } else {
            return;
        }
    }
}

/* A comment: "#" and no number behind it, which would be a user id. */
static bool at_comment(const struct sudoers_reader *r)
{
    if (sudoers_peek(r) != '#')
        return false;
    int next = sudoers_peek_at(r, 1);
    if (next == '-')
        next = sudoers_peek_at(r, 2);
    return !(next >= '0' && next <= '9');
}

bool sudoers_at_end(const struct sudoers_reader *r)
{
    return sudoers_peek(r) < 0 || sudoers_peek(r) == '\n' ||
           (sudoers_peek(r) == '\r' && sudoers_peek_at(r, 1) == '\n') || at_comment(r);
}

/* Behind the end of the statement; a comment is never continued. */
void sudoers_skip_line(struct sudoers_reader *r)
{
    while (sudoers_peek(r) >= 0 && sudoers_peek(r) != '\n') {
        if (at_comment(r)) {
            while (sudoers_peek(r) >= 0 && sudoers_peek(r) != '\n')
                r->at++;
            break;
        }
        size_t n = sudoers_continuation(r, 0);
        if (n > 0) {
            r->line++;
            r->at += n;
        } else {
            r->at += sudoers_peek(r) == '\\' && sudoers_peek_at(r, 1) >= 0 &&
                             sudoers_peek_at(r, 1) != '\n'
                         ? 2
                         : 1;
        }
    }
    if (sudoers_peek(r) == '\n') {
        r->at++;
        r->line++;
    }
}

struct sudoers_entry *sudoers_new_entry(struct sudoers_reader *r, enum sudoers_kind kind, int line)
{
    if (r->out->entries.count >= LIMIT_SUDOERS_ENTRIES) {
        r->out->too_long = true;
        return NULL;
    }
    struct sudoers_entry *e = vec_push_new(r->arena, &r->out->entries);
    e->kind = kind;
    e->line = line;
    return e;
}

bool sudoers_take(struct sudoers_reader *r, char c)
{
    sudoers_skip_blanks(r);
    if (sudoers_peek(r) != c)
        return false;
    r->at++;
    return true;
}

/* "…" with \" inside; a newline ends it as an error. */
const char *sudoers_read_quoted(struct sudoers_reader *r)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    for (r->at++; sudoers_peek(r) >= 0; r->at++) {
        int c = sudoers_peek(r);
        size_t n = sudoers_continuation(r, 0);
        if (c == '"') {
            r->at++;
            return s.len > 0 ? arena_text(r->arena, strbuf_bytes(&s)) : NULL;
        }
        if (n > 0) {
            r->line++;
            r->at += n - 1;
            continue;
        }
        if (c == '\n')
            return NULL;
        if (c == '\\' && sudoers_peek_at(r, 1) == '"') {
            r->at++;
            c = '"';
        }
        strbuf_add_char(&s, (char)c);
    }
    return NULL;
}

/* Characters up to one of STOPS (blanks and line ends always stop), backslashes undone. */
const char *sudoers_read_word(struct sudoers_reader *r, const char *stops)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (sudoers_peek(r) >= 0 && !sudoers_is_blank(sudoers_peek(r)) && sudoers_peek(r) != '\n' &&
           sudoers_peek(r) != '\r' && !(sudoers_peek(r) != 0 && strchr(stops, sudoers_peek(r)))) {
        if (sudoers_peek(r) == '\\') {
            if (sudoers_continuation(r, 0) > 0 || sudoers_peek_at(r, 1) < 0 ||
                sudoers_peek_at(r, 1) == '\n')
                break;
            r->at++;
        }
        strbuf_add_char(&s, (char)sudoers_peek(r));
        r->at++;
    }
    return s.len > 0 ? arena_text(r->arena, strbuf_bytes(&s)) : NULL;
}

bool sudoers_add_member(struct sudoers_reader *r, struct sudoers_members *list, const char *text,
                        bool negated)
{
    if (r->members++ >= LIMIT_SUDOERS_MEMBERS) {
        r->out->too_long = true;
        return false;
    }
    vec_push(r->arena, &list->list, ((struct sudoers_member){text, negated}));
    return true;
}

/* An address with colons, which a plain word must not hold. */
static size_t ipv6_length(const struct sudoers_reader *r)
{
    size_t n = 0, colons = 0;
    for (int c;
         (c = sudoers_peek_at(r, n)) >= 0 && (isxdigit(c) || c == ':' || c == '.' || c == '/'); n++)
        colons += c == ':';
    return colons >= 2 ? n : 0;
}

/* toke.l: WORD, and the prefixes of ids, groups and netgroups. */
static const char *read_name(struct sudoers_reader *r, bool is_host)
{
    size_t n = is_host ? ipv6_length(r) : 0;
    if (n > 0) {
        const char *text = arena_text(r->arena, bytes_cut(r->text, r->at, r->at + n));
        r->at += n;
        return text;
    }
    if (sudoers_peek(r) == '"')
        return sudoers_read_quoted(r);
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (sudoers_peek(r) == '%' || sudoers_peek(r) == '+' ||
           (sudoers_peek(r) == '#' && !at_comment(r)) ||
           (sudoers_peek(r) == ':' && s.len > 0 && s.ptr[s.len - 1] == '%')) {
        strbuf_add_char(&s, (char)sudoers_peek(r));
        r->at++;
        if (s.len > 4)
            return NULL;
    }
    if (s.len > 0 && sudoers_peek(r) == '"') {
        const char *quoted = sudoers_read_quoted(r);
        return quoted ? arena_printf(r->arena, "%s%s", s.ptr, quoted) : NULL;
    }
    const char *word = sudoers_read_word(r, "#>!=:,()\"");
    return word ? arena_printf(r->arena, "%s%s", s.ptr, word) : NULL;
}

/* a, !b, c: up to what is none of it. False: a syntax error. */
bool sudoers_read_list(struct sudoers_reader *r, struct sudoers_members *list, bool is_host)
{
    do {
        bool negated = false;
        while (sudoers_take(r, '!'))
            negated = !negated;
        sudoers_skip_blanks(r);
        if (sudoers_at_end(r))
            return false;
        const char *text = read_name(r, is_host);
        if (!text || !sudoers_add_member(r, list, text, negated))
            return false;
    } while (sudoers_take(r, ','));
    return true;
}

/* An upper-case word, then blanks, then FOLLOWED_BY: its text, the reader behind both. */
const char *sudoers_read_keyword(struct sudoers_reader *r, char followed_by)
{
    size_t start = r->at, n = 0;
    int line = r->line;
    while (isupper(sudoers_peek_at(r, n)) || sudoers_peek_at(r, n) == '_')
        n++;
    if (n == 0)
        return NULL;
    r->at += n;
    const char *word = arena_text(r->arena, bytes_cut(r->text, start, start + n));
    if (sudoers_take(r, followed_by))
        return word;
    r->at = start;
    r->line = line;
    return NULL;
}
