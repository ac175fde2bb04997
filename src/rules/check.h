/* A rule's check over the facts: which records break it. Three-valued: a source that could not be
 * read is "not checked" with its reason, never a pass. Words and severities are not known here. */
#ifndef DISKMEND_RULES_CHECK_H
#define DISKMEND_RULES_CHECK_H

#include "rules/value.h"

enum verdict { VERDICT_NOT_APPLICABLE, VERDICT_PASS, VERDICT_NOT_CHECKED, VERDICT_FAIL };

/* One break of the check: a record, or (count, none, not) the place the check gives. */
struct violation {
    const struct json *record; /* NULL when there is none */
    const struct json *at;     /* NULL: the record's own place */
    size_t number;             /* of the record in its section */
};

struct check_result {
    enum verdict verdict;
    VEC(struct violation) violations;
    VEC(struct not_checked) gaps; /* rule is filled in by the caller */
};

struct check_result check_run(const struct rule_context *context, const struct json *check);

/* The place a JSON object {file, line, column} or a bare path names. */
struct place check_place(const struct json *at);

#endif
