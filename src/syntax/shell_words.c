/* A shell text cut into words: quotes, substitutions and here-documents are stepped over, never
 * looked into. POSIX.1-2017, XCU 2.3. */
#include "syntax/shell_words.h"

#include <string.h>

#include "base/limits.h"

#define TOKENS_MAX   20000u
#define NESTING_MAX  32
#define HEREDOCS_MAX 8

struct reader {
    struct arena *arena;
    struct bytes text;
    size_t at;
    int line;
    bool broken;
    /* Delimiters of here-documents that start at the next line. */
    const char *heredocs[HEREDOCS_MAX];
    bool heredoc_tabs[HEREDOCS_MAX];
    size_t heredoc_count;
    struct shell_tokens out;
};

static int peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? (unsigned char)r->text.ptr[r->at + ahead] : -1;
}

static void step(struct reader *r)
{
    if (peek(r, 0) == '\n')
        r->line++;
    r->at++;
}

static void skip_bracketed(struct reader *r, char close, int depth);

/* At a quote, a "$" or a "`": behind what it opens. */
static void skip_special(struct reader *r, int depth)
{
    int c = peek(r, 0);
    if (depth > NESTING_MAX) {
        r->broken = true;
        return;
    }
    if (c == '\'') {
        step(r);
        while (peek(r, 0) != -1 && peek(r, 0) != '\'')
            step(r);
        r->broken |= peek(r, 0) == -1;
        step(r);
    } else if (c == '"' || c == '`') {
        step(r);
        skip_bracketed(r, (char)c, depth + 1);
    } else if (c == '$' && (peek(r, 1) == '(' || peek(r, 1) == '{')) {
        char close = peek(r, 1) == '(' ? ')' : '}';
        step(r);
        step(r);
        skip_bracketed(r, close, depth + 1);
    } else {
        step(r);
    }
}

/* Behind the CLOSE that ends what was just opened. */
static void skip_bracketed(struct reader *r, char close, int depth)
{
    while (!r->broken) {
        int c = peek(r, 0);
        if (c == -1) {
            r->broken = true;
            return;
        }
        if (c == close) {
            step(r);
            return;
        }
        bool in_quotes = close == '"';
        if (c == '\\') {
            step(r);
            step(r);
        } else if (c == '(' && close == ')') {
            step(r);
            skip_bracketed(r, ')', depth + 1);
        } else if (c == '$' || c == '`' || (!in_quotes && (c == '"' || c == '\''))) {
            skip_special(r, depth);
        } else {
            step(r);
        }
        r->broken |= depth > NESTING_MAX;
    }
}

static bool ends_word(int c)
{
    return c == -1 || strchr(" \t\r\n;&|()<>", c) != NULL;
}

static const char *read_word(struct reader *r)
{
    size_t start = r->at;
    while (!r->broken && !ends_word(peek(r, 0))) {
        int c = peek(r, 0);
        if (c == '\\') {
            step(r);
            step(r);
        } else {
            skip_special(r, 0);
        }
    }
    size_t end = r->at < r->text.len ? r->at : r->text.len;
    return arena_text(r->arena, bytes_cut(r->text, start, end));
}

static void skip_blanks(struct reader *r)
{
    for (;;) {
        int c = peek(r, 0);
        if (c == '\\' && peek(r, 1) == '\n') {
            step(r);
            step(r);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            step(r);
        } else {
            return;
        }
    }
}

/* The lines of the here-documents that the line before asked for. */
static void skip_heredocs(struct reader *r)
{
    for (size_t i = 0; i < r->heredoc_count; i++) {
        size_t wanted = strlen(r->heredocs[i]);
        bool found = false;
        while (!found && r->at < r->text.len) {
            while (r->heredoc_tabs[i] && peek(r, 0) == '\t')
                step(r);
            size_t start = r->at;
            while (peek(r, 0) != -1 && peek(r, 0) != '\n')
                step(r);
            found =
                r->at - start == wanted && memcmp(r->text.ptr + start, r->heredocs[i], wanted) == 0;
            step(r);
        }
        r->broken |= !found;
    }
    r->heredoc_count = 0;
}

static const char *without_quotes(struct arena *a, const char *word)
{
    char *out = arena_strdup(a, word), *to = out;
    for (const char *p = word; *p; p++)
        if (!strchr("'\"\\", *p))
            *to++ = *p;
    *to = '\0';
    return out;
}

/* At "<" or ">": over the operator and its file. */
static void skip_redirection(struct reader *r)
{
    bool heredoc = peek(r, 0) == '<' && peek(r, 1) == '<' && peek(r, 2) != '<';
    while (peek(r, 0) == '<' || peek(r, 0) == '>')
        step(r);
    bool tabs = heredoc && peek(r, 0) == '-';
    if (tabs || peek(r, 0) == '&' || peek(r, 0) == '|')
        step(r);
    skip_blanks(r);
    if (peek(r, 0) == '(') { /* process substitution */
        step(r);
        skip_bracketed(r, ')', 0);
        return;
    }
    const char *word = read_word(r);
    if (!heredoc)
        return;
    if (r->heredoc_count == HEREDOCS_MAX) {
        r->broken = true;
        return;
    }
    r->heredoc_tabs[r->heredoc_count] = tabs;
    r->heredocs[r->heredoc_count++] = without_quotes(r->arena, word);
}

static void add(struct reader *r, enum shell_token_kind kind, const char *text, int line)
{
    vec_push(r->arena, &r->out.items, ((struct shell_token){kind, text, line}));
}

static void read_operator(struct reader *r)
{
    static const char *const operators[] = {";;&", ";;", ";&", ";", "&&", "&", "||", "|", "(", ")"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i]);
        if (r->text.len - r->at < n || memcmp(r->text.ptr + r->at, operators[i], n) != 0)
            continue;
        /* The two odd ends of an arm count as the plain one. */
        add(r, SHELL_OPERATOR, n > 1 && operators[i][0] == ';' ? ";;" : operators[i], r->line);
        r->at += n;
        return;
    }
}

/* "2" of "2>file". */
static bool is_descriptor(const struct reader *r, const char *word)
{
    return (peek(r, 0) == '<' || peek(r, 0) == '>') && *word &&
           strspn(word, "0123456789") == strlen(word);
}

static void read_token(struct reader *r)
{
    int c = peek(r, 0), line = r->line;
    if (c == '\n') {
        step(r);
        add(r, SHELL_NEWLINE, "\n", line);
        skip_heredocs(r);
    } else if (c == '#') {
        while (peek(r, 0) != -1 && peek(r, 0) != '\n')
            step(r);
    } else if (c == '<' || c == '>') {
        skip_redirection(r);
    } else if (c == '&' && peek(r, 1) == '>') {
        step(r);
        skip_redirection(r);
    } else if (strchr(";&|()", c)) {
        read_operator(r);
    } else {
        const char *word = read_word(r);
        if (!r->broken && !is_descriptor(r, word))
            add(r, SHELL_WORD, word, line);
    }
}

struct shell_tokens shell_tokens_read(struct arena *a, struct bytes text)
{
    struct reader r = {.arena = a, .text = text, .line = 1};
    while (!r.broken && r.out.items.count < TOKENS_MAX) {
        skip_blanks(&r);
        if (r.at >= text.len || peek(&r, 0) == '\0')
            break;
        read_token(&r);
    }
    return r.out;
}
