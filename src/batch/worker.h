/* One forked process per TARGET: opens, reads, judges, and sends one JSON document back over a
 * pipe. The parent keeps the clock and kills; a worker that dies or is late is a failed report,
 * never a lost one. Address space, processor time and privileges of the worker are bounded. */
#ifndef DISKMEND_BATCH_WORKER_H
#define DISKMEND_BATCH_WORKER_H

#include "base/json.h"
#include "login/login.h"
#include "model/target.h"
#include "rules/rules.h"

enum worker_job { JOB_SCAN, JOB_FACTS, JOB_WHY };

struct worker_request {
    enum worker_job job;
    struct target target;
    struct login_question question;
    struct rule_selection selection;
    const struct rule_set *rules;
    const char *lens_directory; /* rules/lenses */
    const struct sshd_keyword_table *keywords;
    bool force_emulation; /* remembered after KVM failed once in this run */
    const char *cache_directory;
    int timeout_seconds;  /* once open; 0: LIMIT_GUEST_SECONDS */
    void (*progress)(void *context, const char *target, const char *stage); /* in the parent */
    void *progress_context;
};

struct worker_outcome {
    VEC(struct json *) documents; /* one per root (why: and subject); owned by the caller */
    bool used_emulation_after_kvm; /* say so once, and remember */
    int signal; /* SIGINT etc. that stopped us, 0 otherwise */
};

/* Fork, wait, collect. Always gives at least one document (status "failed" when all else fails). */
struct worker_outcome worker_run(struct arena *a, const struct worker_request *request);

#endif
