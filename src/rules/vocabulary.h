/* The words of the rule language as tables: keys, operators, verbs, sources and their fields. What
 * the checker refuses, the evaluator knows and rules/schema.json says comes from here; a test holds
 * the three against each other. Pure data. */
#ifndef DISKMEND_RULES_VOCABULARY_H
#define DISKMEND_RULES_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

/* The type of a field decides how it compares. */
enum field_kind {
    FIELD_IS_TEXT,
    FIELD_IS_LIST,
    FIELD_IS_TRUTH, /* true, false, or null: not known */
    FIELD_IS_NUMBER,
    FIELD_IS_DAYS, /* days since 1970: compares with dates and "now-90d" */
    FIELD_IS_MODE, /* "0755" */
    FIELD_IS_PLACE
};

struct vocabulary_field {
    const char *name;
    enum field_kind kind;
};

/* One section of the facts document that a check may name in "for". */
struct vocabulary_source {
    const char *name;
    const struct vocabulary_field *fields;
    size_t field_count;
};

enum operator_name {
    OP_EQ,
    OP_NE,
    OP_IN,
    OP_NOT_IN,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_MATCH,
    OP_NOMATCH,
    OP_HAS,
    OP_LACKS,
    OP_SUBSET,
    OP_MODE_MAX,
    OP_BEFORE,
    OP_AFTER,
    OP_EXISTS,
    OP_ABSENT,
    OP_COUNT
};

/* A repair verb and the arguments it needs and may take, as words between blanks. */
struct vocabulary_verb {
    const char *name;
    const char *needs;
    const char *takes;
};

const struct vocabulary_source *vocabulary_source(const char *name);
const struct vocabulary_source *vocabulary_sources(size_t *count);
/* The field PATH ("mode", "at.file", "named_at.line") of a source; KIND may be NULL. */
bool vocabulary_field(const struct vocabulary_source *source, const char *path,
                      enum field_kind *kind);

/* OP_COUNT when there is no operator of that name. */
enum operator_name vocabulary_operator(const char *name);
const char *vocabulary_operator_name(enum operator_name op);

const struct vocabulary_verb *vocabulary_verb(const char *name);
const struct vocabulary_verb *vocabulary_verbs(size_t *count);

/* A list of words, ended by NULL. */
typedef const char *const *vocabulary_words;
extern const char *const vocabulary_rule_keys[]; /* keys of a rule */
extern const char *const vocabulary_leaf_keys[]; /* of a check over records */
extern const char *const vocabulary_profiles[];
extern const char *const vocabulary_classes[];     /* of a repair, mildest first */
extern const char *const vocabulary_case_keys[];   /* of an example */
extern const char *const vocabulary_changes[];     /* what an example may do to a guest */
extern const char *const vocabulary_comparisons[]; /* of "count" */
extern const char *const vocabulary_nones[];       /* of "none" */
bool vocabulary_has(vocabulary_words words, const char *word);

#endif
