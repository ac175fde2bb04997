/* One predicate of a rule on one record: [field, operator, value]. Three-valued: what the record
 * does not know is never a pass. Knows the operators and nothing of checks or findings. */
#ifndef DISKMEND_RULES_PREDICATE_H
#define DISKMEND_RULES_PREDICATE_H

#include <regex.h>

#include "rules/value.h"
#include "rules/vocabulary.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* A predicate made ready: parameters followed, the expression compiled. */
struct predicate {
    const char *field;
    enum operator_name op;
    enum field_kind kind;
    const struct json *value; /* NULL for exists and absent */
    regex_t regex;
    bool has_regex;
    size_t anchor; /* before, after: index of the first record that fits the value; SIZE_MAX none */
};

/* Make ready one predicate of a checked rule over SOURCE. */
struct predicate predicate_prepare(const struct rule_context *context,
                                   const struct vocabulary_source *source,
                                   const struct json *written);
void predicate_release(struct predicate *p);

/* The member of RECORD that the dotted path FIELD names; NULL when it is missing. */
const struct json *predicate_field(const struct json *record, const char *field);

/* INDEX is the record's position among the selected records. REASON is set (to a sentence) when the
 * answer is unknown. */
enum answer predicate_ask(const struct rule_context *context, const struct predicate *p,
                          const struct json *record, size_t index, const char **reason);

/* For before and after: does RECORD have every member of WANTED with the same value? */
bool predicate_fits_object(const struct json *record, const struct json *wanted);

#endif
