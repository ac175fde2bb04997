/* The jobs that may end in a write, in two workers: one plans on a disk opened for reading and sends
 * its edits as bytes that nobody else looks into, one opens the disk for writing and commits them.
 * For worker_child.c and cli/. */
#ifndef DISKMEND_BATCH_MEND_H
#define DISKMEND_BATCH_MEND_H

#include "batch/judge.h"
#include "repair/access.h"
#include "repair/repair.h"
#include "report/report.h"

enum mending_kind {
    MENDING_REPAIR,   /* plan a repair: diskmend.repair/1 and edits */
    MENDING_ACCESS,   /* plan the jobs of access: diskmend.repair/1 and edits */
    MENDING_UNDO,     /* plan the way back from a run: diskmend.undo/1 and edits */
    MENDING_RUNS,     /* the runs there are: diskmend.runs/1 */
    MENDING_COMMIT,   /* write edits: diskmend.commit/1 */
    MENDING_CONTINUE, /* finish a prepared run: diskmend.commit/1 */
    MENDING_FORGET    /* remove a run's journal: diskmend.commit/1 */
};

struct mending_request {
    enum mending_kind kind;
    struct repair_options options;
    const struct access_request *access; /* of MENDING_ACCESS */
    const char *run; /* undo: NULL is the latest that can be undone; continue, forget: needed */
    bool force;      /* undo --force; forget: a run that is half done, too */
    bool dry_run;    /* nothing will be written after the plan: what refuses to be may be read */
    const char *backup_directory; /* of this machine; NULL: none */
    bool no_guest_journal;        /* only with a backup directory */
    bool force_host;              /* the host's own / may be written */
    /* Of MENDING_COMMIT: what the planning worker sent, and how the journal names it. */
    struct bytes edits;
    const char *command;
    int64_t started; /* seconds since 1970: the moment of the run */
    /* A signal sets it: the current file is finished, then everything is rolled back. */
    volatile const int *interrupted;
};

/* "diskmend.repair/1" and so on. */
const char *mending_schema(const struct mending_request *m);
/* The document of a job with all its members, those of INPUT filled in and the others empty: what a
 * failure sends as well. The caller owns it. */
struct json *mending_document(struct arena *a, const struct worker_request *request,
                              const struct report_input *input);
/* Does the job write (then the target must be opened for it)? */
bool mending_writes(const struct mending_request *m);

/* Plan on TREE (an overlay). The document, which the caller owns, and in EDITS what a commit needs;
 * NULL and E on error. */
struct json *mend_plan(struct arena *a, const struct worker_request *request,
                       const struct judge_target *target, struct tree *tree,
                       judge_progress *progress, void *context, struct bytes *edits,
                       struct err *e);

/* What the plan knows of the disk, for opening it again to write: the root's device and those of the
 * other filesystems that are written. Both NULL where there is no plan. */
struct mending_devices {
    const char *root;
    const char *const *others; /* ended by NULL */
};
struct mending_devices mending_devices(struct arena *a, const struct mending_request *m);

/* Write to TREE (the engine's own, opened for writing). Always a document: diskmend.commit/1 with
 * "result" done, refused, rolled-back or broken, "run", and "error" {path, message} unless done. */
struct json *mend_write(struct arena *a, const struct worker_request *request, struct tree *tree);
/* After mend_write, when what wrote for us died in the middle: on the same disk, opened anew, take
 * back what DOCUMENT's run had written and say so in it. DOCUMENT stays as it is where that fails. */
void mend_take_back(struct arena *a, const struct worker_request *request, struct tree *tree,
                    struct json *document);
/* The same when the disk could not be unmounted or flushed in order after "done". */
void mend_not_finished(struct arena *a, struct json *document, const struct err *e);

#endif
