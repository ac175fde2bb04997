#include "syntax/sshd_words.h"

#include <string.h>

#include "base/strbuf.h"

/* misc.c WHITESPACE; servconf.c allows a form feed at the end of a line as well. */
#define BLANKS     " \t\r\n"
#define BLANKS_END BLANKS "\f"

/* A text that strdelim eats from the left. */
struct cursor {
    char *at; /* NULL: strdelim has returned its last word */
    char *start;
    int column; /* of START */
};

static int cursor_column(const struct cursor *c, const char *at)
{
    return (int)(at - c->start) + c->column;
}

/* misc.c strdelim_internal. False when it would return NULL; UNBALANCED tells why. */
static bool next_delimited(struct cursor *c, bool equals, struct sshd_word *word, bool *unbalanced)
{
    *unbalanced = false;
    if (!c->at)
        return false;
    char *old = c->at;
    word->text = old;
    word->column = cursor_column(c, old);
    char *end = strpbrk(old, equals ? BLANKS "\"=" : BLANKS "\"");
    if (!end) {
        word->end_column = word->column + (int)strlen(old);
        c->at = NULL;
        return true;
    }
    if (*end == '"') {
        /* sshd moves the rest of the line over the quote; what stands before it is shorter. */
        memmove(old + 1, old, (size_t)(end - old));
        word->text = old + 1;
        char *close = strchr(end + 1, '"');
        if (!close) {
            c->at = NULL;
            *unbalanced = true;
            return false;
        }
        word->end_column = cursor_column(c, close) + 1;
        *close = '\0';
        c->at = close + 1 + strspn(close + 1, BLANKS);
        return true;
    }
    bool skipped_equals = equals && *end == '=';
    word->end_column = cursor_column(c, end);
    *end = '\0';
    c->at = end + 1 + strspn(end + 1, BLANKS);
    if (equals && *c->at == '=' && !skipped_equals)
        c->at += 1 + strspn(c->at + 1, BLANKS);
    return true;
}

void sshd_line_split_delimited(struct arena *a, const char *rest, int rest_column, bool equals,
                               struct sshd_line *out)
{
    char *copy = arena_strdup(a, rest);
    struct cursor c = {copy, copy, rest_column};
    out->arguments.items = NULL;
    out->arguments.count = out->arguments.capacity = 0;
    out->fault = SSHD_LINE_GOOD;
    struct sshd_word word;
    bool unbalanced;
    while (next_delimited(&c, equals, &word, &unbalanced))
        vec_push(a, &out->arguments, word);
    if (unbalanced) {
        out->fault = SSHD_LINE_UNBALANCED;
        out->fault_column = word.column;
    }
}

/* One argument of argv_split, from REST[*I] on; false when a quote stays open. */
static bool next_argument(const char *rest, size_t *i, char *out)
{
    char quote = '\0';
    size_t n = 0;
    for (; rest[*i]; ++*i) {
        char c = rest[*i], next = rest[*i + 1];
        if (c == '\\') {
            if (next == '\'' || next == '"' || next == '\\' || (!quote && next == ' '))
                ++*i;
            out[n++] = rest[*i];
        } else if (!quote && (c == ' ' || c == '\t')) {
            break;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (quote && c == quote) {
            quote = '\0';
        } else {
            out[n++] = c;
        }
    }
    out[n] = '\0';
    return quote == '\0';
}

/* misc.c argv_split with terminate_on_comment. */
static void split_arguments(struct arena *a, struct sshd_line *out)
{
    const char *rest = out->rest;
    /* All arguments together are no longer than the rest with a NUL each. */
    char *room = arena_alloc(a, 2 * strlen(rest) + 2);
    for (size_t i = 0; rest[i];) {
        if (rest[i] == ' ' || rest[i] == '\t') {
            i++;
            continue;
        }
        if (rest[i] == '#')
            return;
        struct sshd_word word = {room, out->rest_column + (int)i, 0};
        if (!next_argument(rest, &i, room)) {
            out->fault = SSHD_LINE_UNBALANCED;
            out->fault_column = word.column;
            return;
        }
        room += strlen(room) + 1;
        word.end_column = out->rest_column + (int)i;
        vec_push(a, &out->arguments, word);
    }
}

/* The line as process_server_config_line_depth works on it: up to the first NUL, leading blanks
 * off (load_server_config), trailing ones too, but never the first byte. */
static char *trimmed_copy(struct arena *a, struct bytes line, int version, int *first_column)
{
    size_t length = line.len ? strnlen(line.ptr, line.len) : 0;
    size_t start = 0;
    while (start < length && strchr(" \t\r", line.ptr[start]))
        start++;
    *first_column = (int)start + 1;
    char *text = arena_alloc(a, length - start + 1);
    if (length > start)
        memcpy(text, line.ptr + start, length - start);
    if (version < SSHD_NEW_WORDS)
        text[strcspn(text, "#")] = '\0';
    for (size_t last = strlen(text); last > 1 && strchr(BLANKS_END, text[last - 1]); last--)
        text[last - 1] = '\0';
    return text;
}

void sshd_line_split(struct arena *a, struct bytes line, int version, struct sshd_line *out)
{
    *out = (struct sshd_line){0};
    int column;
    char *text = trimmed_copy(a, line, version, &column);
    struct cursor c = {text, text, column};
    bool unbalanced;
    out->is_empty = true;
    if (!next_delimited(&c, true, &out->keyword, &unbalanced))
        return;
    if (!*out->keyword.text && !next_delimited(&c, true, &out->keyword, &unbalanced))
        return;
    if (!*out->keyword.text || *out->keyword.text == '#')
        return;
    out->is_empty = false;
    if (!c.at)
        return;
    out->rest = c.at;
    out->rest_column = cursor_column(&c, c.at);
    if (version < SSHD_NEW_WORDS)
        sshd_line_split_delimited(a, out->rest, out->rest_column, true, out);
    else
        split_arguments(a, out);
}

char *sshd_words_assemble(struct arena *a, const struct sshd_word *words, size_t count)
{
    struct strbuf all;
    strbuf_init(&all, a);
    for (size_t i = 0; i < count; i++) {
        const char *text = words[i].text;
        bool quoted = strpbrk(text, " \t") != NULL;
        if (i)
            strbuf_add_char(&all, ' ');
        if (quoted)
            strbuf_add_char(&all, '"');
        for (; *text; text++) {
            if (strchr("\\'\"", *text))
                strbuf_add_char(&all, '\\');
            strbuf_add_char(&all, *text);
        }
        if (quoted)
            strbuf_add_char(&all, '"');
    }
    return all.ptr;
}
