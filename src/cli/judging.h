/* What scan and facts have in common: every target through a worker, every document to its
 * outputs, the exit code of it all. */
#ifndef DISKMEND_CLI_JUDGING_H
#define DISKMEND_CLI_JUDGING_H

#include "batch/worker.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/targets.h"

/* A command over targets while it runs. */
struct judging {
    struct options *options;
    struct worker_request request;
    struct rule_set *rules;
    target_vec targets;
    struct progress progress;
    struct outputs *out;
    VEC(struct json *) owned;
    int code;
};

/* Targets, rules, keywords, the question and the progress from J->options. 0, or the error (with an
 * empty text when every fault has been said). */
int judging_prepare(struct judging *j, enum worker_job job, struct err *e);

int judging_run(struct options *o, enum worker_job job, const char *default_format);

#endif
