/* What is being done, on standard error: a line that is rewritten on a terminal, one line a stage
 * with -v, else nothing. */
#ifndef DISKMEND_CLI_PROGRESS_H
#define DISKMEND_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/target.h"

struct progress {
    bool on_terminal; /* of standard error */
    bool verbose;
    bool slow; /* the target takes seconds to open: say so from the start */
    bool shown;
    int64_t started;
};

void progress_begin(struct progress *p, const struct target *target);
/* For struct worker_request. */
void progress_stage(void *progress, const char *target, const char *stage);
/* Wipe the line. */
void progress_end(struct progress *p);

#endif
