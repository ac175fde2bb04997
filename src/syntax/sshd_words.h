/* From one line of sshd_config to keyword and arguments, as sshd of a given version splits it. Pure
 * text; knows no keyword. Mirrors sshd: servconf.c process_server_config_line_depth, misc.c
 * strdelim and argv_split (the tokenizer changed at 8.7). */
#ifndef DISKMEND_SYNTAX_SSHD_WORDS_H
#define DISKMEND_SYNTAX_SSHD_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

/* The first release with the new tokenizer. */
#define SSHD_NEW_WORDS 807

struct sshd_word {
    const char *text; /* quotes and escapes undone */
    int column;       /* 1-based byte column where it starts (at its quote, if quoted) */
    int end_column;   /* one past its last byte */
};

enum sshd_line_fault {
    SSHD_LINE_GOOD,
    SSHD_LINE_UNBALANCED, /* quotes: "missing argument" up to 8.6, "invalid quotes" from 8.7 */
};

struct sshd_line {
    bool is_empty; /* blank, a comment, or (quirk of strdelim) an unbalanced quote in the keyword */
    struct sshd_word keyword;
    const char *rest; /* after the keyword and its separator, end of line trimmed: for
                       * ForceCommand, VersionAddendum, *Command. NULL when nothing follows the
                       * keyword (sshd tells that from "") */
    int rest_column;
    /* Below 8.7 the words strdelim returns, one after the other, until it returns NULL: after a
     * last word in quotes an empty word follows, and some keywords mind. */
    VEC(struct sshd_word) arguments;
    enum sshd_line_fault fault;
    int fault_column;
};

/* LINE is without its newline; a NUL ends it. VERSION is major * 100 + minor (old tokenizer below
 * 807). */
void sshd_line_split(struct arena *a, struct bytes line, int version, struct sshd_line *out);

/* The line as strdelim (EQUALS: one '=' separates too) or strdelimw splits it, whatever the
 * version: for Match up to 9.8 and SetEnv up to 8.6. Fills `arguments` and `fault` of OUT anew. */
void sshd_line_split_delimited(struct arena *a, const char *rest, int rest_column, bool equals,
                               struct sshd_line *out);

/* Words in the form that argv_split reads back (misc.c argv_assemble): Subsystem commands. */
char *sshd_words_assemble(struct arena *a, const struct sshd_word *words, size_t count);

#endif
