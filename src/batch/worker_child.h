/* The forked side of a worker: bounds itself, opens, reads, judges, speaks in frames. For
 * worker.c only. Never returns to the parent's code. */
#ifndef DISKMEND_BATCH_WORKER_CHILD_H
#define DISKMEND_BATCH_WORKER_CHILD_H

#include <sys/types.h>

#include "batch/worker.h"

/* PARENT is the process to end with. */
void worker_child(const struct worker_request *request, int fd, pid_t parent)
    __attribute__((noreturn));

#endif
