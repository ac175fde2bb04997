/* The rule files: loaded, checked, evaluated over the JSON facts. Words, severity and repairs are
 * data here; no rule opens or shuts a gate. Never touches a tree or a typed fact. */
#ifndef DISKMEND_RULES_RULES_H
#define DISKMEND_RULES_RULES_H

#include "base/json.h"
#include "base/vec.h"
#include "model/finding.h"

struct rule {
    const char *id;
    const char *gate; /* "" for none */
    const char *profile;
    enum severity severity;
    const char *title, *message, *why;
    const char *repair_class;  /* "auto" "flag" "report" */
    const struct json *source; /* the whole rule */
    const char *file;
    struct bytes text;   /* of that file, and where in it the rule stands: see rule_line */
    const char *pointer;
    bool is_local; /* from --rules or /etc/diskmend/rules.d */
};

/* One of rules/lists/NAME.json: {"source", "date", "values"}; a check names it "list:NAME". */
struct rule_list {
    const char *name;
    const struct json *values;
};

struct rule_set {
    struct arena *arena;
    VEC(struct rule) rules; /* in file order, files by gate order then name */
    VEC(struct rule_list) lists;
    VEC(struct err) errors;       /* every fault of every file, with file:line:column */
    VEC(const char *) notes;      /* overrides and what else must be said */
    VEC(struct json *) documents; /* owned, freed by rules_free */
};

/* Load every *.json rule file of a directory; faults are collected, not fatal. SHIPPED: ours (full
 * trust); otherwise local manners apply (ids start with x- unless "overrides", class at most flag,
 * refused when others than root or the caller can write the file or directory). */
struct rule_set *rules_new(struct arena *a);
void rules_load(struct rule_set *set, const char *directory, bool shipped);
void rules_free(struct rule_set *set);
/* The line of its file on which the rule begins. Looked for when somebody asks: to know it of every
 * rule would cost more than to judge a guest. */
int rule_line(const struct rule *rule);

const struct rule *rules_find(const struct rule_set *set, const char *id);

/* What the rules say of one lock, to whomever it happens. */
struct rule_words {
    enum severity severity;
    const char *title, *message, *why, *repair_class;
};

/* Words for RECORD, one of the login section of FACTS; false when no rule has its reason. */
bool rules_word(const struct rule_set *set, const struct json *facts, const struct json *record,
                struct rule_words *out);

struct rule_selection;

/* The steps of RULE's repair for RECORD: an array of {"do": VERB, ARGUMENT: text or list of texts}
 * with every template filled in. The caller owns it; NULL and E when a field that a step needs is
 * not in the record. */
struct json *rules_steps(const struct rule_set *set, const struct json *facts,
                         const struct rule *rule, const struct json *record, struct err *e);

/* What a person would run by hand where no file edit of ours mends it ("repair": {"command": …}),
 * filled in; NULL when the rule has none or a field is missing. */
const char *rules_command(const struct rule_set *set, const struct json *facts,
                          const struct rule *rule, const struct json *record);

/* Is the rule among those that SELECTION (profile, --select, --ignore) asks for? */
bool rules_is_selected(const struct rule *rule, const struct rule_selection *selection);

struct rule_selection {
    const char *profile;       /* "access" when NULL; --profile adds to access */
    const char *const *select; /* globs over ids; none: all of the profile */
    size_t select_count;
    const char *const *ignore;
    size_t ignore_count;
};

struct rule_results {
    VEC(struct finding) findings; /* sorted: see rules_evaluate */
    VEC(struct not_checked) not_checked;
};

/* Evaluate over a facts document. Findings come in order: what shuts somebody's walk first, in gate
 * order, then by severity, then file, line, rule, user. */
struct rule_results *rules_evaluate(const struct rule_set *set, const struct json *facts,
                                    const struct rule_selection *selection);

#endif
