/* One root of one open guest, from tree to document: facts, walks, findings, report. For batch/
 * only. */
#ifndef DISKMEND_BATCH_JUDGE_H
#define DISKMEND_BATCH_JUDGE_H

#include "batch/worker.h"
#include "guest/open.h"
#include "report/report.h"

/* What the document says about the target, whatever the job. */
struct judge_target {
    const struct opened *opened;
    const struct opened_root *root;
};

/* Says what is being done ("reading", "judging"). */
typedef void judge_progress(void *context, const char *stage);

/* Takes a document that is done; what it needs of memory is in A, which is freed behind it. */
typedef void judge_document(void *context, struct arena *a, const struct json *document);

/* Hands over the document of the request's job, or one after the other (why: one a subject, of
 * which there may be ten thousand). 0, or E when our own parts (lenses, rules) are at fault. */
int judge_root(struct arena *a, const struct worker_request *request,
               const struct judge_target *target, struct tree *tree, judge_progress *progress,
               judge_document *done, void *context, struct err *e);

/* For mend*.c: the sentences of a report while they are gathered, and what every document says about
 * its target. */
struct judge_notes {
    VEC(const char *) texts;
};
void judge_opened_notes(struct arena *a, const struct judge_target *target,
                        struct judge_notes *notes);
struct report_input judge_report_input(const struct worker_request *request,
                                       const struct judge_target *target,
                                       const struct judge_notes *notes);

#endif
