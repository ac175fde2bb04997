/* The examples every rule carries, run: each is a healthy fixture guest with a few changes, judged
 * in memory as a disk would be. For `diskmend rules check` and the test suite; reads the fixtures
 * from the host and never a guest. */
#ifndef DISKMEND_BATCH_RULE_EXAMPLES_H
#define DISKMEND_BATCH_RULE_EXAMPLES_H

#include "base/vec.h"
#include "facts/facts.h"
#include "rules/rules.h"

struct rule_examples_request {
    const struct rule_set *rules;
    const char *lens_directory;
    const struct sshd_keyword_table *keywords;
    const char *fixtures;      /* the directory that holds guests/ */
    int64_t at;                /* the moment judged, where the example names none */
    const char *const *select; /* globs over rule ids; none: all rules */
    size_t select_count;
};

struct rule_example_result {
    const struct rule *rule;
    const char *name;
    bool is_bad;         /* the rule has to find something in it */
    const char *failure; /* NULL: it went as the example says */
};

typedef VEC(struct rule_example_result) rule_example_results;

/* Run them all; the number of failures. A memory fault in one ends the process: that is a bug. */
size_t rule_examples_run(struct arena *a, const struct rule_examples_request *request,
                         rule_example_results *results);

#endif
