/* The order findings are read in, and duplicates made one. */
#ifndef DISKMEND_RULES_ORDER_H
#define DISKMEND_RULES_ORDER_H

#include "model/walk.h"
#include "rules/rules.h"

/* A finding with what only the order needs. */
struct ranked_finding {
    struct finding finding;
    enum gate shuts; /* the gate it shuts in somebody's walk; GATE_COUNT: none */
    size_t record;   /* of its record: the walks list locks in the order they are met */
    size_t number;   /* as found, so that the order is total */
};

/* Sort: what shuts a walk first, in gate order (nobody-can-log-in, the sum of them, after them);
 * then severity; then, of what shuts, what is met first, else gate, place, rule and user. Of those
 * with the same rule, place and message one is left; its user is NULL when they were several
 * people's. Appends to OUT. */
void order_findings(struct arena *a, struct ranked_finding *items, size_t count,
                    struct rule_results *out);

#endif
