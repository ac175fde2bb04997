/* From one line of sshd_config to keyword and arguments, as sshd of a given version splits it. Pure
 * text; knows no keyword. Mirrors sshd: servconf.c process_server_config_line_depth, misc.c
 * strdelim and argv_split (the tokenizer changed at 8.7). */
#ifndef DISKMEND_SYNTAX_SSHD_WORDS_H
#define DISKMEND_SYNTAX_SSHD_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

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
    bool is_empty; /* blank or a comment */
    struct sshd_word keyword;
    const char *rest; /* after the keyword and its separator, end of line trimmed: for
                       * ForceCommand, VersionAddendum, *Command */
    int rest_column;
    VEC(struct sshd_word) arguments;
    enum sshd_line_fault fault;
    int fault_column;
};

/* LINE is without its newline. VERSION is major * 100 + minor (old tokenizer below 807). */
void sshd_line_split(struct arena *a, struct bytes line, int version, struct sshd_line *out);

#endif
