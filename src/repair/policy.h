/* Who may do what (DESIGN 9.1): may this lock be mended in this run, and if not, what is said.
 * For plan.c only; knows nothing of edits. */
#ifndef DISKMEND_REPAIR_POLICY_H
#define DISKMEND_REPAIR_POLICY_H

#include "repair/repair.h"

/* One lock that a rule may mend. */
struct candidate {
    const struct rule *rule;
    struct json *record; /* the login record; freed with the plan */
    const char *key;     /* tells locks apart: rule, user, place, value */
    enum gate gate;
    enum gate_state state;
    const char *user; /* NULL: everybody's */
    bool in_scope;    /* the plan may mend it at all: see stages.h */
    bool is_named;    /* it stands in the walk of a user named by --user */
    struct place at;
};

enum policy_answer {
    POLICY_MEND,
    POLICY_LEAVE,  /* listed as left, with REASON and COMMAND */
    POLICY_IGNORE, /* not asked for: not even listed */
};

enum policy_answer policy_of(const struct repair_input *input, const struct json *facts,
                             const struct candidate *c, const char **reason,
                             const char **command);

#endif
