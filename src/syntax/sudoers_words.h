/* Words, lists and ends of statements in sudoers: what toke.l of sudo does. Only for
 * sudoers_lines.c. */
#ifndef DISKMEND_SYNTAX_SUDOERS_WORDS_H
#define DISKMEND_SYNTAX_SUDOERS_WORDS_H

#include "syntax/sudoers_lines.h"

struct sudoers_reader {
    struct arena *arena;
    struct bytes text;
    size_t at;
    int line;
    size_t members;
    struct sudoers_text *out;
};

static inline int sudoers_peek_at(const struct sudoers_reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? (unsigned char)r->text.ptr[r->at + ahead] : -1;
}

static inline int sudoers_peek(const struct sudoers_reader *r)
{
    return sudoers_peek_at(r, 0);
}

static inline bool sudoers_is_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* Length of "\", blanks, newline at AHEAD; 0 when there is none. */
size_t sudoers_continuation(const struct sudoers_reader *r, size_t ahead);
void sudoers_skip_blanks(struct sudoers_reader *r);
bool sudoers_at_end(const struct sudoers_reader *r);
/* Behind the end of the statement; a comment is never continued. */
void sudoers_skip_line(struct sudoers_reader *r);
struct sudoers_entry *sudoers_new_entry(struct sudoers_reader *r, enum sudoers_kind kind, int line);
bool sudoers_take(struct sudoers_reader *r, char c);
/* "…" with \" inside; a newline ends it as an error. */
const char *sudoers_read_quoted(struct sudoers_reader *r);
/* Characters up to one of STOPS (blanks and line ends always stop), backslashes undone. */
const char *sudoers_read_word(struct sudoers_reader *r, const char *stops);
bool sudoers_add_member(struct sudoers_reader *r, struct sudoers_members *list, const char *text,
                        bool negated);
/* a, !b, c: up to what is none of it. False: a syntax error. */
bool sudoers_read_list(struct sudoers_reader *r, struct sudoers_members *list, bool is_host);
/* An upper-case word, then blanks, then FOLLOWED_BY: its text, the reader behind both. */
const char *sudoers_read_keyword(struct sudoers_reader *r, char followed_by);

#endif
