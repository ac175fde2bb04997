/* Words and operators of a shell text. Only for shell_lines.c. */
#ifndef DISKMEND_SYNTAX_SHELL_WORDS_H
#define DISKMEND_SYNTAX_SHELL_WORDS_H

#include <stdbool.h>

#include "base/vec.h"

enum shell_token_kind {
    SHELL_WORD,
    SHELL_OPERATOR, /* ; ;; & && | || ( ) */
    SHELL_NEWLINE
};

struct shell_token {
    enum shell_token_kind kind;
    const char *text; /* as written */
    int line;
};

struct shell_tokens {
    VEC(struct shell_token) items; /* ends early where a quote or bracket is never closed */
};

/* Redirections, here-documents and comments are left out. */
struct shell_tokens shell_tokens_read(struct arena *a, struct bytes text);

#endif
