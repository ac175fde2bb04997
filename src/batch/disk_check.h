/* One filesystem of an image before its checker: which one is meant, what the checker says, and
 * whether it could mend it. The one change of a disk that goes by no overlay (DESIGN 9.7). For
 * worker*.c and cli/. */
#ifndef DISKMEND_BATCH_DISK_CHECK_H
#define DISKMEND_BATCH_DISK_CHECK_H

#include "batch/judge.h"

#define DISK_CHECK_SCHEMA "diskmend.check/1"

struct disk_check_request {
    /* "/dev/sda1", "sda1", "UUID=…", "LABEL=…", "PARTUUID=…", or where the guest mounts it; NULL:
     * the root filesystem. */
    const char *name;
    bool mends; /* else it only looks, at a copy that is thrown away */
};

/* diskmend.check/1 of a target opened for_fsck; the caller owns it. NULL and E: ERR_NOT_FOUND where
 * no filesystem has that name, ERR_REFUSED where several have. */
struct json *disk_check(struct arena *a, const struct worker_request *request,
                        struct opened *opened, judge_progress *progress, void *context,
                        struct err *e);
/* The same without anything in it but INPUT: of a failure. */
struct json *disk_check_document(struct arena *a, const struct report_input *input);

#endif
