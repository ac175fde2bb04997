/* A plan made of jobs one after another, each on the guest as the one before left it, and then of
 * rules. For access.c and plan*.c only. */
#ifndef DISKMEND_REPAIR_STAGES_H
#define DISKMEND_REPAIR_STAGES_H

#include "repair/verb.h"

/* One job: edits the overlay on C->facts, which show all earlier edits. It does nothing where it is
 * not asked for. 0, or the error that ends the whole plan. */
typedef int stage_function(struct verb_context *c, void *context, struct err *e);

struct stage {
    const char *name; /* shown as the job behind its edits */
    stage_function *run;
};

/* What rules may repair once the jobs are done. */
struct plan_scope {
    unsigned gates[METHOD_COUNT]; /* bits (1 << gate), of the named users' walks by that method */
    const char *const *kept; /* rules whose locks stay all the same, ended by NULL; NULL: none */
    bool announced; /* the jobs may shut and open ways in of others: it is said, not refused */
};

struct plan *plan_of_stages(const struct repair_input *input, const struct stage *stages,
                            size_t count, void *context, const struct plan_scope *scope,
                            struct err *e);

/* plan.c: repair by rules within SCOPE (NULL: all that the policy allows) until nothing is left to
 * do; nothing becomes worse than NOW, which is borrowed. Fills P's causes, notes, left and after. */
void plan_by_rules(const struct repair_input *input, struct plan *p, struct judgement *now,
                   const struct plan_scope *scope);
/* plan.c: what was edited since MARK is RULE's or JOB's doing. */
void plan_note_causes(const struct repair_input *input, struct plan *p, size_t mark,
                      const char *rule, const char *job);
/* plan.c: what is new gets its label. True when the overlay has changed. */
bool plan_label_new(const struct repair_input *input, struct plan *p, const struct facts *f);

#endif
