/* What the runners over fixtures/ have in common: each guest and each case loaded into memory and
 * tried in a process of its own, TAP on standard output. */
#ifndef DISKMEND_TESTS_TRIAL_H
#define DISKMEND_TESTS_TRIAL_H

#include "base/vec.h"
#include "facts/facts.h"
#include "guest/fixture.h"
#include "login/login.h"
#include "rules/rules.h"

struct runner {
    struct arena *arena;
    const char *fixtures;
    const char *lenses;
    const struct sshd_keyword_table *keywords;
    struct rule_set *rules;
};

/* One fixture and what was found wrong with it. */
struct trial {
    const struct runner *runner;
    const char *name;
    bool is_guest;
    struct arena *arena;
    struct tree *tree;
    struct lens_session *lenses;
    struct json *document; /* case.json; NULL for a guest */
    struct json *want;
    struct facts *facts;
    struct login_answer *answer;
    struct rule_results *results;
    VEC(const char *) failures;
};

void trial_fail(struct trial *t, const char *text);
#define FAIL(trial, ...) trial_fail(trial, arena_printf((trial)->arena, __VA_ARGS__))

/* What the case asks; the moment is the suite's unless it says otherwise. */
struct login_question trial_question(struct trial *t);

/* Tries one fixture in the child: true when it passed. TEST says what, SAY prints more on failure
 * (or always with CASE_VERBOSE). */
struct trial_kind {
    void (*test)(struct trial *t);
    void (*say)(struct trial *t); /* may be NULL */
};

/* main: FIXTURES RULES [NAME...]. */
int trial_main(int argc, char **argv, const struct trial_kind *kind);

#endif
