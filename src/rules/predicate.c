#include "rules/predicate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/pattern.h"

const struct json *predicate_field(const struct json *record, const char *field)
{
    const char *dot = strchr(field, '.');
    if (!dot)
        return json_member(record, field);
    char head[64];
    size_t n = (size_t)(dot - field);
    if (n >= sizeof head) /* no field of ours is that long: the checker refused it */
        return NULL;
    memcpy(head, field, n);
    head[n] = '\0';
    return json_member(json_member(record, head), dot + 1);
}

struct predicate predicate_prepare(const struct rule_context *context,
                                   const struct vocabulary_source *source,
                                   const struct json *written)
{
    struct predicate p = {.field = json_string(json_at(written, 0)), .anchor = SIZE_MAX};
    p.op = vocabulary_operator(json_string(json_at(written, 1)));
    vocabulary_field(source, p.field, &p.kind);
    p.value = value_resolve(context, json_at(written, 2));
    if (p.op == OP_MATCH || p.op == OP_NOMATCH)
        p.has_regex = json_string(p.value) && !pattern_compile(json_string(p.value), &p.regex);
    return p;
}

void predicate_release(struct predicate *p)
{
    if (p->has_regex)
        regfree(&p->regex);
    p->has_regex = false;
}

bool predicate_fits_object(const struct json *record, const struct json *wanted)
{
    for (const struct json *w = json_first(wanted); w; w = json_next(w))
        if (!json_equal(json_member(record, json_name(w)), w))
            return false;
    return true;
}

static bool in_list(const struct json *value, const struct json *list)
{
    if (json_type(list) != JSON_ARRAY)
        return json_equal(value, list);
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (json_equal(value, item))
            return true;
    return false;
}

static enum answer yes_if(bool truth)
{
    return truth ? ANSWER_YES : ANSWER_NO;
}

/* "10M" against a number, a date against days, a version against a text. */
static enum answer ordered(const struct rule_context *c, const struct predicate *p,
                           const struct json *have, const char **reason)
{
    double order;
    const char *want_text = json_string(p->value), *have_text = json_string(have);
    if (p->kind == FIELD_IS_DAYS && want_text) {
        double wanted, now = json_number(json_member(c->facts, "at"), -1);
        if (now < 0 && strncmp(want_text, "now", 3) == 0) {
            *reason = "the facts do not say which moment they are judged for";
            return ANSWER_UNKNOWN;
        }
        if (json_type(have) != JSON_NUMBER || !value_days(want_text, now, &wanted))
            return ANSWER_NO;
        order = json_number(have, 0) - wanted;
    } else if (json_type(have) == JSON_NUMBER && want_text) {
        char *unit;
        double wanted = strtod(want_text, &unit);
        const char *units = "KMGT", *found = *unit ? strchr(units, *unit) : NULL;
        for (const char *u = units; found && u <= found; u++)
            wanted *= 1024;
        order = json_number(have, 0) - wanted;
    } else if (json_type(have) == JSON_NUMBER && json_type(p->value) == JSON_NUMBER) {
        order = json_number(have, 0) - json_number(p->value, 0);
    } else if (have_text && want_text) {
        order = value_compare_versions(have_text, want_text);
    } else {
        return ANSWER_NO;
    }
    switch (p->op) {
    case OP_LT:
        return yes_if(order < 0);
    case OP_LE:
        return yes_if(order <= 0);
    case OP_GT:
        return yes_if(order > 0);
    default:
        return yes_if(order >= 0);
    }
}

static enum answer matched(const struct predicate *p, const struct json *have, const char **reason)
{
    const char *text = json_string(have);
    if (!text || !p->has_regex)
        return yes_if(p->op == OP_NOMATCH && !text);
    if (strlen(text) > PATTERN_SUBJECT_BYTES) {
        *reason = "a text too long to match";
        return ANSWER_UNKNOWN;
    }
    bool hit = regexec(&p->regex, text, 0, NULL, 0) == 0;
    return yes_if(hit == (p->op == OP_MATCH));
}

static bool holds_all(const struct json *list, const struct json *wanted, bool negated)
{
    if (json_type(wanted) != JSON_ARRAY)
        return in_list(wanted, list) != negated;
    for (const struct json *w = json_first(wanted); w; w = json_next(w))
        if (in_list(w, list) == negated)
            return false;
    return true;
}

static bool mode_within(const struct json *have, const struct json *most)
{
    const char *a = json_string(have), *b = json_string(most);
    return a && b && (strtoul(a, NULL, 8) & ~strtoul(b, NULL, 8)) == 0;
}

/* What a record without the field answers: it is not equal to, in, or matched by anything. */
static enum answer of_missing(enum operator_name op)
{
    return yes_if(op == OP_NE || op == OP_NOT_IN || op == OP_NOMATCH || op == OP_LACKS ||
                  op == OP_SUBSET || op == OP_ABSENT);
}

enum answer predicate_ask(const struct rule_context *context, const struct predicate *p,
                          const struct json *record, size_t index, const char **reason)
{
    if (p->op == OP_BEFORE)
        return yes_if(p->anchor == SIZE_MAX || index < p->anchor);
    if (p->op == OP_AFTER)
        return yes_if(p->anchor != SIZE_MAX && index > p->anchor);
    const struct json *have = predicate_field(record, p->field);
    if (have && json_type(have) == JSON_NULL && p->kind == FIELD_IS_TRUTH) {
        *reason = arena_printf(context->arena, "%s is not known", p->field);
        return ANSWER_UNKNOWN;
    }
    if (!have || json_type(have) == JSON_NULL)
        return of_missing(p->op);
    switch (p->op) {
    case OP_EQ:
        return yes_if(json_equal(have, p->value));
    case OP_NE:
        return yes_if(!json_equal(have, p->value));
    case OP_IN:
        return yes_if(in_list(have, p->value));
    case OP_NOT_IN:
        return yes_if(!in_list(have, p->value));
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return ordered(context, p, have, reason);
    case OP_MATCH:
    case OP_NOMATCH:
        return matched(p, have, reason);
    case OP_HAS:
        return yes_if(holds_all(have, p->value, false));
    case OP_LACKS:
        return yes_if(holds_all(have, p->value, true));
    case OP_SUBSET:
        return yes_if(holds_all(p->value, have, false));
    case OP_MODE_MAX:
        return yes_if(mode_within(have, p->value));
    case OP_EXISTS:
        return ANSWER_YES;
    default: /* OP_ABSENT */
        return ANSWER_NO;
    }
}
