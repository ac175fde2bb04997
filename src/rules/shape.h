/* Whether a rule is well made: keys, types, words, references, tests. Every fault of every file is
 * collected with file, line and column; nothing is evaluated here. */
#ifndef DISKMEND_RULES_SHAPE_H
#define DISKMEND_RULES_SHAPE_H

#include "rules/rules.h"
#include "rules/vocabulary.h"

/* One rule file while it is looked at. */
struct rule_file {
    struct rule_set *set;
    const char *path;
    struct bytes text;
    bool is_shipped;
};

/* A value in a file and the JSON Pointer that leads to it. */
struct shape_node {
    const struct json *json;
    const char *pointer;
};

/* Note a fault at NODE. */
void shape_fault(struct rule_file *f, struct shape_node node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The member NAME or element INDEX of NODE. */
struct shape_node shape_member(struct rule_file *f, struct shape_node node, const char *name);
struct shape_node shape_element(struct rule_file *f, struct shape_node node, size_t index);

/* Faults for every member of NODE that is not one of KEYS; false when NODE is no object. */
bool shape_keys(struct rule_file *f, struct shape_node node, vocabulary_words keys,
                const char *what);
/* The text of a member, NULL (and a fault when it is NEEDED or no text) otherwise. */
const char *shape_text(struct rule_file *f, struct shape_node node, const char *name, bool needed);
/* The text of a member that must be one of WORDS. */
const char *shape_word(struct rule_file *f, struct shape_node node, const char *name,
                       vocabulary_words words, bool needed);
/* An array member with at least one element; false (and a fault) otherwise. */
bool shape_array(struct rule_file *f, struct shape_node node, const char *name, bool needed);

/* The whole rule. True when it has no fault. */
bool shape_rule(struct rule_file *f, struct shape_node rule);

/* shape_check.c: the check of RULE. Says which sources its findings' records come from. */
struct shape_sources {
    VEC(const struct vocabulary_source *) sources;
    bool without_record; /* some finding of it has no record: count, none, not */
};
void shape_check(struct rule_file *f, struct shape_node rule, struct shape_sources *sources);
/* A list of predicates over one source ("where", "expect"). */
void shape_predicates(struct rule_file *f, struct shape_node rule, struct shape_node list,
                      const struct vocabulary_source *source);
/* Names of a template: fields of every source, parameters of the rule. */
void shape_template(struct rule_file *f, struct shape_node rule, struct shape_node text,
                    const struct shape_sources *sources);

/* shape_repair.c: repair and tests. */
void shape_repair(struct rule_file *f, struct shape_node rule, const struct shape_sources *sources);
void shape_tests(struct rule_file *f, struct shape_node rule);

#endif
