#include "cli/progress.h"

#include <stdio.h>

#include "base/escape.h"
#include "cli/environment.h"
#include "cli/say.h"

/* What is faster than this needs no word. */
#define PATIENCE_MS 1000

void progress_begin(struct progress *p, const struct target *target)
{
    p->started = environment_milliseconds();
    p->slow = target->kind != TARGET_DIRECTORY;
}

void progress_stage(void *context, const char *target, const char *stage)
{
    struct progress *p = context;
    if (p->verbose) {
        say("%s: %s", target, stage);
        return;
    }
    if (!p->on_terminal || (!p->slow && environment_milliseconds() - p->started < PATIENCE_MS))
        return;
    struct arena *a = arena_new(NULL, NULL);
    if (!a)
        return;
    fprintf(stderr, "\r\033[K%s: %s …", escape_terminal_text(a, target),
            escape_terminal_text(a, stage));
    fflush(stderr);
    arena_free(a);
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
