/* The door of repair/: from a broken guest to a plan of edits in its overlay, proven by judging the
 * edited tree again. Writes nothing to a disk (commit.h does), prints nothing. */
#ifndef DISKMEND_REPAIR_REPAIR_H
#define DISKMEND_REPAIR_REPAIR_H

#include "base/vec.h"
#include "guest/overlay.h"
#include "login/login.h"
#include "rules/rules.h"

struct repair_options {
    struct rule_selection selection; /* --select, --ignore: only filter */
    const char *const *allow;        /* --allow: consent to one rule's repair each */
    size_t allow_count;
    bool unsafe;        /* consent to all flag repairs */
    bool port_is_given; /* --port: the one thing that moves a port */
    const char *target; /* target_words(): for the commands that are shown */
};

/* What a repair works with; borrowed, all of it. */
struct repair_input {
    struct arena *arena;
    struct tree *tree; /* an overlay */
    struct lens_session *lenses;
    const struct sshd_keyword_table *keywords;
    const struct rule_set *rules;
    const struct login_question *question; /* users: those named by --user */
    const struct repair_options *options;
    const char *template_directory; /* rules/templates, on this machine; NULL: none */
};

/* The guest as the overlay shows it, judged. */
struct judgement {
    struct facts *facts;
    struct json *document;              /* facts document with the login section */
    const struct login_answer *people;  /* everybody who should get in */
    const struct login_answer *subjects; /* the question's; the same as `people` without --user */
};
/* Free with judgement_free. */
struct judgement *judgement_make(const struct repair_input *input);
void judgement_free(struct judgement *j);

/* What a path is changed for. In the order of the changes. */
struct plan_cause {
    const char *path;
    const char *rule; /* NULL where a job (access, undo) did it */
    const char *job;
    bool has_text;     /* a regular file whose content has been edited by now … */
    struct bytes text; /* … as this change left it */
};

/* A lock that stays, and why. */
struct plan_left {
    const char *rule;
    const char *user; /* NULL: everybody's */
    struct place at;
    const char *reason;  /* a sentence */
    const char *command; /* what would mend it; NULL when nobody can say */
};

struct plan {
    struct judgement *before, *after; /* owned by the plan: plan_free */
    VEC(struct plan_cause) causes;
    VEC(struct plan_left) left;
    VEC(const char *) notes; /* new fingerprints, what a repair widens … */
    size_t rounds;
};

/* Edit the overlay until the subjects get in, or nothing that may be done is left. The edits stay in
 * the overlay. NULL and E on error: ERR_NOT_FOUND for an unknown user, ERR_INTERNAL. */
struct plan *plan_make(const struct repair_input *input, struct err *e);
void plan_free(struct plan *p);

/* The same for what is not a repair by rules (undo, access): JOB edits the overlay once; the guest is
 * judged before and after. Its edits have the cause NAME. */
typedef int plan_job(void *context, struct plan *p, struct err *e);
struct plan *plan_of_job(const struct repair_input *input, const char *name, plan_job *job,
                         void *context, struct err *e);

/* The rules (and jobs) that changed PATH, each once, in the order they did. */
struct plan_causes {
    const char **jobs, **rules; /* jobs come before rules */
    size_t job_count, rule_count;
    const char *job; /* the last of them */
};
struct plan_causes plan_causes_of(struct arena *a, const struct plan *p, const char *path);

/* Does the subject get in by one of the ways judged? */
enum gate_state subject_admission(const struct login_answer *answer, const char *user);

#endif
