/* What the person in front of an ssh client sees at a shut gate: one table. For report/ only. */
#ifndef DISKMEND_REPORT_SYMPTOM_H
#define DISKMEND_REPORT_SYMPTOM_H

#include <stddef.h>

#include "model/walk.h"

/* The client's words at GATE, shut first by the reason RULE (may be NULL). Never NULL. */
const char *symptom_text(enum gate gate, const char *rule, enum login_method method);

/* The rules that do not show as their gate does, for the test that holds them against the rules. */
const char *symptom_rule(size_t index); /* NULL behind the last */

#endif
