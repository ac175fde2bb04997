/* Whether the repair and the examples of a rule are well made. */
#include "rules/shape.h"

#include <string.h>

/* Is WORD one of the blank-separated WORDS? */
static bool word_in(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; *p; p += *p == ' ') {
        size_t length = strcspn(p, " ");
        if (length == n && strncmp(p, word, n) == 0)
            return true;
        p += length;
    }
    return false;
}

/* A template, or a list of them. */
static void argument(struct rule_file *f, struct shape_node rule, struct shape_node value,
                     const struct shape_sources *sources)
{
    if (json_string(value.json)) {
        shape_template(f, rule, value, sources);
        return;
    }
    if (json_type(value.json) == JSON_ARRAY && json_count(value.json) > 0) {
        for (size_t i = 0; i < json_count(value.json); i++) {
            struct shape_node item = shape_element(f, value, i);
            if (json_string(item.json))
                shape_template(f, rule, item, sources);
            else
                shape_fault(f, item, "an argument of a step is a text or a list of texts");
        }
        return;
    }
    shape_fault(f, value, "an argument of a step is a text or a list of texts");
}

static void step(struct rule_file *f, struct shape_node rule, struct shape_node node,
                 const struct shape_sources *sources)
{
    if (json_type(node.json) != JSON_OBJECT) {
        shape_fault(f, node, "a step must be an object");
        return;
    }
    const char *name = shape_text(f, node, "do", true);
    if (!name)
        return;
    const struct vocabulary_verb *verb = vocabulary_verb(name);
    if (!verb) {
        shape_fault(f, shape_member(f, node, "do"), "unknown verb \"%s\"", name);
        return;
    }
    for (const struct json *m = json_first(node.json); m; m = json_next(m)) {
        struct shape_node member = shape_member(f, node, json_name(m));
        if (strcmp(json_name(m), "do") == 0)
            continue;
        if (!word_in(verb->needs, json_name(m)) && !word_in(verb->takes, json_name(m)))
            shape_fault(f, member, "%s has no argument \"%s\"", name, json_name(m));
        else
            argument(f, rule, member, sources);
    }
    for (const char *p = verb->needs; *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        char *need = arena_text(f->set->arena, (struct bytes){p, n});
        if (!json_member(node.json, need))
            shape_fault(f, node, "%s needs the argument \"%s\"", name, need);
        p += n;
    }
}

void shape_repair(struct rule_file *f, struct shape_node rule, const struct shape_sources *sources)
{
    static const char *const keys[] = {"class", "steps", "command", NULL};
    struct shape_node repair = shape_member(f, rule, "repair");
    if (!repair.json) {
        shape_fault(f, rule, "\"repair\" is missing");
        return;
    }
    if (!shape_keys(f, repair, keys, "\"repair\""))
        return;
    const char *class = shape_word(f, repair, "class", vocabulary_classes, true);
    if (shape_text(f, repair, "command", false))
        shape_template(f, rule, shape_member(f, repair, "command"), sources);
    struct shape_node steps = shape_member(f, repair, "steps");
    if (json_type(steps.json) != JSON_ARRAY) {
        shape_fault(f, repair, "\"steps\" must be a list");
        return;
    }
    bool reports = class && strcmp(class, "report") == 0;
    if (class && reports != (json_count(steps.json) == 0))
        shape_fault(f, steps,
                    reports ? "a repair of class report has no steps"
                            : "a repair of this class has at least one step");
    if (class && !f->is_shipped && strcmp(class, "auto") == 0)
        shape_fault(f, shape_member(f, repair, "class"), "a local rule is at most of class flag");
    for (size_t i = 0; i < json_count(steps.json); i++)
        step(f, rule, shape_element(f, steps, i), sources);
}

static void expectation(struct rule_file *f, struct shape_node node)
{
    static const char *const keys[] = {"file", "line", "user", "severity", NULL};
    if (!shape_keys(f, node, keys, "an expected finding"))
        return;
    shape_text(f, node, "file", false);
    shape_text(f, node, "user", false);
    struct shape_node line = shape_member(f, node, "line");
    if (line.json && json_type(line.json) != JSON_NUMBER)
        shape_fault(f, line, "\"line\" must be a number");
    const char *severity = shape_text(f, node, "severity", false);
    if (severity && severity_by_name(severity) < 0)
        shape_fault(f, shape_member(f, node, "severity"), "unknown severity \"%s\"", severity);
}

static void question(struct rule_file *f, struct shape_node node)
{
    static const char *const keys[] = {"users", "from", "port", "identity", "at", "password", NULL};
    if (node.json)
        shape_keys(f, node, keys, "\"question\"");
}

static void example(struct rule_file *f, struct shape_node node, bool bad)
{
    if (!shape_keys(f, node, vocabulary_case_keys, "an example"))
        return;
    shape_text(f, node, "name", true);
    shape_text(f, node, "guest", true);
    shape_word(f, node, "profile", vocabulary_profiles, false);
    question(f, shape_member(f, node, "question"));
    if (bad && shape_array(f, node, "expect", true)) {
        struct shape_node list = shape_member(f, node, "expect");
        for (size_t i = 0; i < json_count(list.json); i++)
            expectation(f, shape_element(f, list, i));
    } else if (!bad && json_member(node.json, "expect")) {
        shape_fault(f, shape_member(f, node, "expect"), "a good example expects nothing");
    }
    struct shape_node changes = shape_member(f, node, "changes");
    if (changes.json && json_type(changes.json) != JSON_ARRAY)
        shape_fault(f, changes, "\"changes\" must be a list");
    for (size_t i = 0; i < json_count(changes.json); i++)
        shape_word(f, shape_element(f, changes, i), "do", vocabulary_changes, true);
}

void shape_tests(struct rule_file *f, struct shape_node rule)
{
    static const char *const keys[] = {"bad", "good", NULL};
    struct shape_node tests = shape_member(f, rule, "tests");
    if (!tests.json) {
        shape_fault(f, rule, "\"tests\" is missing: at least one bad and one good example");
        return;
    }
    if (!shape_keys(f, tests, keys, "\"tests\""))
        return;
    for (size_t k = 0; k < 2; k++) {
        if (!shape_array(f, tests, keys[k], true))
            continue;
        struct shape_node list = shape_member(f, tests, keys[k]);
        for (size_t i = 0; i < json_count(list.json); i++)
            example(f, shape_element(f, list, i), k == 0);
    }
}
