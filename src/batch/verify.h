/* The guest's own judges against ours: sshd -t, sshd -T and visudo -c run in the appliance, on a
 * throw-away copy of the disk, and do they say what we say? For worker_child.c only. */
#ifndef DISKMEND_BATCH_VERIFY_H
#define DISKMEND_BATCH_VERIFY_H

#include "batch/judge.h"

/* diskmend.verify/1 of the root whose tree is TREE; the caller owns it. NULL and E on error. */
struct json *verify_root(struct arena *a, const struct worker_request *request,
                         const struct judge_target *target, struct opened *opened,
                         struct tree *tree, judge_progress *progress, void *context,
                         struct err *e);
/* The same without anything in it but INPUT: of a failure. */
struct json *verify_document(struct arena *a, const struct report_input *input);

#endif
