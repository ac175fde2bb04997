/* The little of the shell's language that says where a startup file ends the shell that reads it.
 * Nothing is evaluated: a statement counts only where it certainly runs. Bytes in, events out;
 * which files a shell reads is facts/'. */
#ifndef DISKMEND_SYNTAX_SHELL_LINES_H
#define DISKMEND_SYNTAX_SHELL_LINES_H

#include <stdbool.h>

#include "base/vec.h"

/* What a startup file is read by. */
enum shell_use {
    SHELL_AT_PROMPT,  /* somebody types into it */
    SHELL_ONE_COMMAND, /* `ssh host command` */
    SHELL_USE_COUNT
};

enum shell_event_kind {
    SHELL_EXIT,   /* "exit" */
    SHELL_LOGOUT, /* "logout": ends a login shell only */
    SHELL_EXEC,   /* "exec PROGRAM": another program takes the shell's place */
    SHELL_SOURCE, /* ". FILE" */
    SHELL_SOURCE_EACH /* a loop that sources each file of a directory: the word behind "in" */
};

/* Only what runs for certain, for at least one use. */
struct shell_event {
    enum shell_event_kind kind;
    int line;
    const char *argument; /* program or file as written, quotes taken off; NULL: none */
    bool runs[SHELL_USE_COUNT];
};

struct shell_text {
    VEC(struct shell_event) events; /* in the order of the file, up to where nothing is certain */
};

/* IS_BASH: tests of $BASH hold. */
struct shell_text *shell_read(struct arena *a, struct bytes text, bool is_bash);

#endif
