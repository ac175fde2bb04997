/* What a rule writes as a value, made concrete: "@parameter" by profile and distribution,
 * "list:name" from rules/lists, versions and dates. */
#ifndef DISKMEND_RULES_VALUE_H
#define DISKMEND_RULES_VALUE_H

#include "rules/rules.h"

/* What a rule is evaluated in. */
struct rule_context {
    struct arena *arena;
    const struct rule_set *set;
    const struct rule *rule;
    const struct json *facts;
    const char *profile; /* the one asked for beside access; NULL for none */
};

/* The values of the list NAME, NULL when there is none. */
const struct json *value_list(const struct rule_set *set, const char *name);

/* VALUE with "@parameter" and "list:name" followed; VALUE itself when it is neither. NULL when
 * they lead nowhere (the checker refuses such rules). */
const struct json *value_resolve(const struct rule_context *context, const struct json *value);

/* The value of the rule's parameter NAME (without the @) for this profile and distribution. */
const struct json *value_parameter(const struct rule_context *context, const char *name);

/* Compare two version texts part by part ("9.10p1" is after "9.9p2"): negative, 0, positive. */
int value_compare_versions(const char *a, const char *b);

/* Days since 1970 of "2026-06-01", "now", "now-90d", "now+1w"; false when TEXT is none of these.
 * NOW is in seconds since 1970. */
bool value_days(const char *text, double now, double *days);

/* Does the rule's `applies` fit this guest? NULL in REASON: it was decided; otherwise why not. */
bool value_applies(const struct rule_context *context, const char **reason);

/* A condition of applies.os ("debian", "ubuntu:>=22.04"): does it parse? */
bool value_os_condition(const char *condition);
/* A condition of applies.openssh (">=9.8"): does it parse? */
bool value_version_condition(const char *condition);

#endif
