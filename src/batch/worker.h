/* One forked process per TARGET: opens, reads, judges, and sends one JSON document back over a
 * pipe. The parent keeps the clock and kills; a worker that dies or is late is a failed report,
 * never a lost one. Address space, processor time and privileges of the worker are bounded. */
#ifndef DISKMEND_BATCH_WORKER_H
#define DISKMEND_BATCH_WORKER_H

#include "base/json.h"
#include "login/login.h"
#include "model/target.h"
#include "rules/rules.h"

enum worker_job { JOB_SCAN, JOB_FACTS, JOB_WHY, JOB_MEND, JOB_VERIFY, JOB_CHECK_DISK };

struct mending_request;    /* batch/mend.h */
struct disk_check_request; /* batch/disk_check.h */

struct worker_request {
    enum worker_job job;
    struct target target;
    struct login_question question;
    struct rule_selection selection;
    const struct rule_set *rules;
    const char *lens_directory; /* rules/lenses */
    const char *template_directory; /* rules/templates */
    const struct sshd_keyword_table *keywords;
    const struct mending_request *mending; /* of JOB_MEND */
    const struct disk_check_request *disk_check; /* of JOB_CHECK_DISK */
    bool force_emulation; /* remembered after KVM failed once in this run */
    const char *cache_directory;
    int timeout_seconds;  /* once open; 0: LIMIT_GUEST_SECONDS */
    void (*progress)(void *context, const char *target, const char *stage); /* in the parent */
    void *progress_context;
};

struct worker_outcome {
    VEC(struct json *) documents; /* one per root (why: and subject); owned by the caller */
    struct bytes edits; /* of a plan: for mend.h's MENDING_COMMIT; may hold secrets */
    bool used_emulation_after_kvm; /* say so once, and remember */
    bool opened; /* a worker that writes may have written */
    int signal; /* SIGINT etc. that stopped us, 0 otherwise */
};

/* One worker while it runs; for pool.c, which listens to several. */
struct worker;
/* Fork. REQUEST must live as long. NOT_ITS_OWN are descriptors of ours that it closes. Never NULL: a
 * worker that could not be started has no pipe and only needs its end. */
struct worker *worker_start(struct arena *a, const struct worker_request *request,
                            const int *not_its_own, size_t count);
/* To be polled for reading; -1: there is nothing to wait for. */
int worker_pipe(const struct worker *w);
/* Milliseconds until worker_tick wants to be called, whatever is readable. */
int64_t worker_time_left(const struct worker *w);
/* Take what it says and keep its clock: false when it is time for its end. */
bool worker_tick(struct worker *w, bool readable);
/* Ask for an orderly end: what it says from now on does not count. */
void worker_stop(struct worker *w);
/* Nothing of its session outlives this. At least one document (status "failed" when all else
 * fails), but for a worker that was told to stop. */
struct worker_outcome worker_end(struct worker *w);

#endif
