/* What repair, undo and access have in common: plan in one worker, show, ask, write in another, and
 * the exit code of it all. */
#ifndef DISKMEND_CLI_MENDING_H
#define DISKMEND_CLI_MENDING_H

#include "batch/mend.h"
#include "cli/options.h"

/* MENDING says the kind and whatever is its own; the rest comes from the options. COMMAND names the
 * run in the journal. */
int mending_run(struct options *o, struct mending_request *mending, const char *command);

#endif
