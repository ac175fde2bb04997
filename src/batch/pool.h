/* Several targets at a time, a worker each, and their outcomes in the order of the targets. A target
 * that hangs, crashes or cannot be opened keeps no other waiting. */
#ifndef DISKMEND_BATCH_POOL_H
#define DISKMEND_BATCH_POOL_H

#include "batch/worker.h"

struct pool {
    const struct worker_request *request; /* for each of them; its target does not count */
    const struct target *targets;
    size_t count;
    size_t jobs; /* workers at a time; 0 is 1 */
    void (*begin)(void *context, const struct target *target); /* may be NULL */
    /* In the order of targets, as soon as all before are done. False: no more is wanted. */
    bool (*done)(void *context, const struct worker_outcome *outcome);
    void *context;
};

/* Runs them all. SIGINT, SIGTERM or SIGHUP ends every worker: the signal's number, else 0; outcomes
 * that had to wait for an earlier target are dropped then. */
int pool_run(struct arena *a, const struct pool *pool);

/* One target alone. */
struct worker_outcome worker_run(struct arena *a, const struct worker_request *request);

#endif
