/* Names that somebody may have meant. */
#ifndef DISKMEND_CLI_NEAR_H
#define DISKMEND_CLI_NEAR_H

#include "rules/rules.h"

/* "; did you mean a, b or c?" of the rules whose id is like WORD, or where they are listed. */
const char *near_rules(struct arena *a, const struct rule_set *rules, const char *word);

#endif
