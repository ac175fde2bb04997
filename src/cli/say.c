#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"

static void say_text(const char *text)
{
    struct arena *a = arena_new(NULL, NULL);
    if (a)
        fprintf(stderr, "diskmend: %s\n", escape_terminal_text(a, text));
    arena_free(a);
}

void say(const char *format, ...)
{
    CLEANUP_FREE char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    say_text(text ? text : "out of memory");
}

void say_error(const struct err *e)
{
    if (!e->path[0])
        say("%s", e->text);
    else if (e->line > 0)
        say("%s:%d:%d: %s", e->path, e->line, e->column, e->text);
    else
        say("%s: %s", e->path, e->text);
}

bool write_result(const struct strbuf *text, const char *file)
{
    FILE *f = file ? fopen(file, "we") : stdout;
    bool good = f && fwrite(text->ptr, 1, text->len, f) == text->len && fflush(f) == 0;
    int why = errno;
    if (f && file)
        good = fclose(f) == 0 && good;
    if (!good && !(why == EPIPE && !file)) /* whoever closed the pipe does not want to hear of it */
        say("%s: cannot write: %s", file ? file : "standard output", strerror(why));
    return good;
}
