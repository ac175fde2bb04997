/* What scan and facts have in common: every target through a worker, every document to its
 * outputs, the exit code of it all. */
#ifndef DISKMEND_CLI_JUDGING_H
#define DISKMEND_CLI_JUDGING_H

#include "batch/worker.h"
#include "cli/options.h"

int judging_run(struct options *o, enum worker_job job, const char *default_format);

#endif
