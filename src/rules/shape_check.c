/* Whether the check of a rule is well made. */
#include "rules/shape.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/pattern.h"
#include "rules/template.h"
#include "rules/value.h"

/* "@parameter" and "list:name" must lead somewhere; true when VALUE is one of them. */
static bool is_reference(struct rule_file *f, struct shape_node rule, struct shape_node value)
{
    const char *text = json_string(value.json);
    if (text && text[0] == '@') {
        if (!json_member(json_member(rule.json, "params"), text + 1))
            shape_fault(f, value, "there is no parameter \"%s\"", text + 1);
        return true;
    }
    if (text && strncmp(text, "list:", 5) == 0) {
        if (!value_list(f->set, text + 5))
            shape_fault(f, value, "there is no list \"%s\"", text + 5);
        return true;
    }
    return false;
}

static bool is_octal(const char *text)
{
    return text && *text && strlen(text) <= 5 && strspn(text, "01234567") == strlen(text);
}

/* Does a value of this kind of field ever equal VALUE? */
static bool comparable(enum field_kind kind, const struct json *value)
{
    switch (kind) {
    case FIELD_IS_TEXT:
    case FIELD_IS_LIST:
        return json_type(value) == JSON_STRING;
    case FIELD_IS_MODE:
        return is_octal(json_string(value));
    case FIELD_IS_TRUTH:
        return json_type(value) == JSON_BOOL;
    case FIELD_IS_NUMBER:
        return json_type(value) == JSON_NUMBER;
    case FIELD_IS_DAYS:
    case FIELD_IS_PLACE:
        break;
    }
    return false;
}

static void list_value(struct rule_file *f, struct shape_node value, enum field_kind kind)
{
    if (json_type(value.json) != JSON_ARRAY || json_count(value.json) == 0) {
        shape_fault(f, value, "a list with at least one element is expected here");
        return;
    }
    for (size_t i = 0; i < json_count(value.json); i++)
        if (!comparable(kind, json_at(value.json, i)))
            shape_fault(f, shape_element(f, value, i), "this can never equal the field");
}

static void ordered_value(struct rule_file *f, struct shape_node value, enum field_kind kind)
{
    const char *text = json_string(value.json);
    double ignored;
    bool good = text || json_type(value.json) == JSON_NUMBER;
    if (kind == FIELD_IS_DAYS)
        good = text ? value_days(text, 0, &ignored) : good;
    else if (kind != FIELD_IS_NUMBER && kind != FIELD_IS_TEXT)
        good = false;
    if (!good)
        shape_fault(f, value, "the field has no order against this value");
}

static void operand(struct rule_file *f, struct shape_node value, enum operator_name op,
                    enum field_kind kind)
{
    const char *text = json_string(value.json), *fault;
    regex_t regex;
    switch (op) {
    case OP_EQ:
    case OP_NE:
        if (kind == FIELD_IS_LIST || !comparable(kind, value.json))
            shape_fault(f, value, "this can never equal the field");
        break;
    case OP_IN:
    case OP_NOT_IN:
    case OP_SUBSET:
        list_value(f, value, kind);
        break;
    case OP_HAS:
    case OP_LACKS:
        if (kind != FIELD_IS_LIST)
            shape_fault(f, value, "\"has\" and \"lacks\" ask lists, and this field is none");
        else if (!text)
            list_value(f, value, kind);
        break;
    case OP_MATCH:
    case OP_NOMATCH:
        fault = kind != FIELD_IS_TEXT ? "the field is no text"
                : !text               ? "a regular expression is expected here"
                                      : pattern_compile(text, &regex);
        if (fault)
            shape_fault(f, value, "%s", fault);
        else
            regfree(&regex);
        break;
    case OP_MODE_MAX:
        if (kind != FIELD_IS_MODE || !is_octal(text))
            shape_fault(f, value, "\"mode_max\" compares a mode with a text like \"0644\"");
        break;
    case OP_BEFORE:
    case OP_AFTER:
        if (json_type(value.json) != JSON_OBJECT || json_count(value.json) == 0)
            shape_fault(f, value, "an object of fields and values is expected here");
        break;
    default:
        ordered_value(f, value, kind);
    }
}

static void predicate(struct rule_file *f, struct shape_node rule, struct shape_node one,
                      const struct vocabulary_source *source)
{
    const char *field = json_string(json_at(one.json, 0));
    const char *name = json_string(json_at(one.json, 1));
    enum field_kind kind = FIELD_IS_TEXT;
    if (json_type(one.json) != JSON_ARRAY || !field || !name) {
        shape_fault(f, one, "a predicate is [field, operator, value]");
        return;
    }
    enum operator_name op = vocabulary_operator(name);
    bool alone = op == OP_EXISTS || op == OP_ABSENT;
    bool positional = op == OP_BEFORE || op == OP_AFTER;
    if (op == OP_COUNT) {
        shape_fault(f, shape_element(f, one, 1), "unknown operator \"%s\"", name);
        return;
    }
    if (json_count(one.json) != (alone ? 2 : 3)) {
        shape_fault(f, one, alone ? "\"%s\" takes no value" : "\"%s\" takes one value", name);
        return;
    }
    if (!(positional && strcmp(field, "pos") == 0) && !vocabulary_field(source, field, &kind)) {
        shape_fault(f, shape_element(f, one, 0), "%s records have no field \"%s\"", source->name,
                    field);
        return;
    }
    struct shape_node value = shape_element(f, one, 2);
    if (!alone && !is_reference(f, rule, value))
        operand(f, value, op, kind);
}

void shape_predicates(struct rule_file *f, struct shape_node rule, struct shape_node list,
                      const struct vocabulary_source *source)
{
    for (size_t i = 0; i < json_count(list.json); i++)
        predicate(f, rule, shape_element(f, list, i), source);
}

static void selection(struct rule_file *f, struct shape_node in,
                      const struct vocabulary_source *source)
{
    if (json_type(in.json) != JSON_OBJECT || json_count(in.json) == 0) {
        shape_fault(f, in, "\"in\" must be an object of fields and patterns");
        return;
    }
    for (const struct json *m = json_first(in.json); m; m = json_next(m)) {
        struct shape_node one = shape_member(f, in, json_name(m));
        enum field_kind kind;
        if (!vocabulary_field(source, json_name(m), &kind) || kind != FIELD_IS_TEXT)
            shape_fault(f, one, "%s records have no text field \"%s\"", source->name, json_name(m));
        if (json_type(m) == JSON_STRING)
            continue;
        bool texts = json_type(m) == JSON_ARRAY && json_count(m) > 0;
        for (const struct json *g = json_first(m); g; g = json_next(g))
            texts = texts && json_type(g) == JSON_STRING;
        if (!texts)
            shape_fault(f, one, "a pattern or a list of patterns is expected here");
    }
}

/* The place of a finding that has no record: a path, or {file, line}. */
static void place(struct rule_file *f, struct shape_node check, bool needed)
{
    static const char *const keys[] = {"file", "line", NULL};
    struct shape_node at = shape_member(f, check, "at");
    if (!at.json) {
        if (needed)
            shape_fault(f, check,
                        "\"at\" is missing: \"count\", \"none\": \"fail\" and \"not\" "
                        "have no record to point at");
    } else if (!json_string(at.json) && shape_keys(f, at, keys, "\"at\"")) {
        shape_text(f, at, "file", true);
    }
}

static void count(struct rule_file *f, struct shape_node leaf)
{
    struct shape_node node = shape_member(f, leaf, "count");
    if (!node.json)
        return;
    const char *comparison = json_string(json_at(node.json, 0));
    double n = json_number(json_at(node.json, 1), -1);
    if (json_count(node.json) != 2 || !comparison ||
        !vocabulary_has(vocabulary_comparisons, comparison) || n < 0 || n != (double)(long)n)
        shape_fault(f, node, "\"count\" is [eq, le or ge, a whole number]");
}

static void leaf(struct rule_file *f, struct shape_node rule, struct shape_node node,
                 struct shape_sources *sources)
{
    shape_keys(f, node, vocabulary_leaf_keys, "a check");
    const char *name = shape_text(f, node, "for", true);
    const struct vocabulary_source *source = name ? vocabulary_source(name) : NULL;
    if (name && !source)
        shape_fault(f, shape_member(f, node, "for"), "unknown source \"%s\"", name);
    if (!source)
        return;
    vec_push(f->set->arena, &sources->sources, source);
    const char *none = shape_word(f, node, "none", vocabulary_nones, false);
    bool fails = none && strcmp(none, "fail") == 0;
    bool counts = json_member(node.json, "count");
    sources->without_record |= fails || counts;
    place(f, node, fails || counts);
    count(f, node);
    if (json_member(node.json, "in"))
        selection(f, shape_member(f, node, "in"), source);
    if (shape_array(f, node, "where", false))
        shape_predicates(f, rule, shape_member(f, node, "where"), source);
    if (shape_array(f, node, "expect", false))
        shape_predicates(f, rule, shape_member(f, node, "expect"), source);
    if (!json_member(node.json, "where") && !json_member(node.json, "expect") && !counts && !fails)
        shape_fault(f, node,
                    "the check is vacuous: it has neither where, expect, count nor "
                    "\"none\": \"fail\"");
}

static void walk(struct rule_file *f, struct shape_node rule, struct shape_node node, int depth,
                 struct shape_sources *sources);

static void several(struct rule_file *f, struct shape_node rule, struct shape_node list, int depth,
                    struct shape_sources *sources)
{
    if (json_type(list.json) != JSON_ARRAY || json_count(list.json) < 2) {
        shape_fault(f, list, "\"all\" and \"any\" take a list of at least two checks");
        return;
    }
    for (size_t i = 0; i < json_count(list.json); i++)
        walk(f, rule, shape_element(f, list, i), depth + 1, sources);
}

/* A condition must say what holds, or it would read the wrong way round. */
static void condition(struct rule_file *f, struct shape_node when)
{
    if (json_member(when.json, "for") && !json_member(when.json, "expect") &&
        !json_member(when.json, "count"))
        shape_fault(f, when, "\"when\" needs \"expect\" or \"count\"");
}

static void walk(struct rule_file *f, struct shape_node rule, struct shape_node node, int depth,
                 struct shape_sources *sources)
{
    static const char *const all_keys[] = {"all", NULL}, *const any_keys[] = {"any", NULL};
    static const char *const not_keys[] = {"not", "at", NULL};
    static const char *const when_keys[] = {"when", "then", NULL};
    if (depth > LIMIT_CHECK_DEPTH) {
        shape_fault(f, node, "checks nest at most %d deep", LIMIT_CHECK_DEPTH);
    } else if (json_member(node.json, "all")) {
        shape_keys(f, node, all_keys, "\"all\"");
        several(f, rule, shape_member(f, node, "all"), depth, sources);
    } else if (json_member(node.json, "any")) {
        shape_keys(f, node, any_keys, "\"any\"");
        several(f, rule, shape_member(f, node, "any"), depth, sources);
    } else if (json_member(node.json, "not")) {
        shape_keys(f, node, not_keys, "\"not\"");
        place(f, node, true);
        sources->without_record = true;
        walk(f, rule, shape_member(f, node, "not"), depth + 1, sources);
    } else if (json_member(node.json, "when")) {
        shape_keys(f, node, when_keys, "\"when\"");
        condition(f, shape_member(f, node, "when"));
        struct shape_sources ignored = {0};
        walk(f, rule, shape_member(f, node, "when"), depth + 1, &ignored);
        if (json_member(node.json, "then"))
            walk(f, rule, shape_member(f, node, "then"), depth + 1, sources);
        else
            shape_fault(f, node, "\"when\" has no \"then\"");
    } else {
        leaf(f, rule, node, sources);
    }
}

void shape_check(struct rule_file *f, struct shape_node rule, struct shape_sources *sources)
{
    struct shape_node check = shape_member(f, rule, "check");
    if (!check.json)
        shape_fault(f, rule, "\"check\" is missing");
    else if (json_type(check.json) != JSON_OBJECT)
        shape_fault(f, check, "\"check\" must be an object");
    else
        walk(f, rule, check, 0, sources);
}

struct template_check {
    struct rule_file *file;
    struct shape_node rule, text;
    const struct shape_sources *sources;
};

static void template_name(void *context, const char *name)
{
    struct template_check *t = context;
    if (name[0] == '@') {
        if (!json_member(json_member(t->rule.json, "params"), name + 1))
            shape_fault(t->file, t->text, "there is no parameter \"%s\"", name + 1);
        return;
    }
    if (t->sources->without_record)
        shape_fault(t->file, t->text, "{%s}: a finding of this check may have no record", name);
    vec_each (s, &t->sources->sources)
        if (!vocabulary_field(*s, name, NULL))
            shape_fault(t->file, t->text, "{%s}: %s records have no such field", name, (*s)->name);
}

void shape_template(struct rule_file *f, struct shape_node rule, struct shape_node text,
                    const struct shape_sources *sources)
{
    struct template_check t = {f, rule, text, sources};
    const char *fault = template_names(f->set->arena, json_string(text.json), template_name, &t);
    if (fault)
        shape_fault(f, text, "%s", fault);
}
