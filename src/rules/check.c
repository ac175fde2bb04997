#include "rules/check.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "rules/pattern.h"
#include "rules/predicate.h"

struct predicates {
    struct predicate *items;
    size_t count;
};

/* A number of the document as an int; anything that is none is 0. */
static int int_of(const struct json *number)
{
    double d = json_number(number, 0);
    return isfinite(d) && d >= 0 && d <= INT32_MAX ? (int)d : 0;
}

struct place check_place(const struct json *at)
{
    if (json_string(at))
        return place_of_file(json_string(at));
    return (struct place){json_member_string(at, "file"), int_of(json_member(at, "line")),
                          int_of(json_member(at, "column"))};
}

static void add_gap(const struct rule_context *c, struct check_result *r, const char *reason,
                    struct place at)
{
    struct not_checked *gap = vec_push_new(c->arena, &r->gaps);
    gap->reason = reason;
    gap->at = at;
}

static void add_violation(const struct rule_context *c, struct check_result *r,
                          const struct json *record, const struct json *at)
{
    struct violation *v = vec_push_new(c->arena, &r->violations);
    v->record = record;
    v->at = at;
}

static void take_all(const struct rule_context *c, struct check_result *into,
                     const struct check_result *from)
{
    vec_each (v, &from->violations)
        vec_push(c->arena, &into->violations, *v);
    vec_each (g, &from->gaps)
        vec_push(c->arena, &into->gaps, *g);
}

static struct predicates prepare(const struct rule_context *c, const struct vocabulary_source *s,
                                 const struct json *list)
{
    struct predicates p = {.count = json_count(list)};
    p.items = arena_alloc_array(c->arena, p.count, sizeof *p.items);
    size_t i = 0;
    for (const struct json *w = json_first(list); w; w = json_next(w))
        p.items[i++] = predicate_prepare(c, s, w);
    return p;
}

static void release(struct predicates *p)
{
    for (size_t i = 0; i < p->count; i++)
        predicate_release(&p->items[i]);
}

/* All of them? NO wins over UNKNOWN: one false predicate settles it. */
static enum answer ask_all(const struct rule_context *c, const struct predicates *p,
                           const struct json *record, size_t index, const char **reason)
{
    enum answer all = ANSWER_YES;
    for (size_t i = 0; i < p->count; i++) {
        enum answer one = predicate_ask(c, &p->items[i], record, index, reason);
        if (one == ANSWER_NO)
            return ANSWER_NO;
        if (one == ANSWER_UNKNOWN)
            all = ANSWER_UNKNOWN;
    }
    return all;
}

/* Could this unreadable record be one that `where` asks for? Only fields it has may say no. */
static bool may_concern(const struct rule_context *c, const struct predicates *where,
                        const struct json *record, size_t index)
{
    for (size_t i = 0; i < where->count; i++) {
        const char *ignored = NULL;
        const struct predicate *p = &where->items[i];
        if (p->op == OP_BEFORE || p->op == OP_AFTER || !predicate_field(record, p->field))
            continue;
        if (predicate_ask(c, p, record, index, &ignored) == ANSWER_NO)
            return false;
    }
    return true;
}

/* "in": each named field is one of the globs. */
static bool selected(const struct json *in, const struct json *record)
{
    for (const struct json *member = json_first(in); member; member = json_next(member)) {
        const char *text = json_string(predicate_field(record, json_name(member)));
        bool fits = false;
        if (json_string(member))
            fits = text && pattern_glob(json_string(member), text);
        for (const struct json *g = json_string(member) ? NULL : json_first(member); g && !fits;
             g = json_next(g))
            fits = text && json_string(g) && pattern_glob(json_string(g), text);
        if (!fits)
            return false;
    }
    return true;
}

static void find_anchors(struct predicates *p, const struct json *record, size_t index)
{
    for (size_t i = 0; i < p->count; i++) {
        struct predicate *one = &p->items[i];
        if ((one->op == OP_BEFORE || one->op == OP_AFTER) && one->anchor == SIZE_MAX &&
            predicate_fits_object(record, one->value))
            one->anchor = index;
    }
}

static bool count_holds(const struct json *count, size_t have)
{
    const char *comparison = json_string(json_at(count, 0));
    double wanted = json_number(json_at(count, 1), 0), n = (double)have;
    if (strcmp(comparison, "eq") == 0)
        return n == wanted;
    return strcmp(comparison, "le") == 0 ? n <= wanted : n >= wanted;
}

/* Whether the section as a whole was read: gap records name the sections they tear. */
static void section_gaps(const struct rule_context *c, const char *section, struct check_result *r)
{
    const struct json *gaps = json_member(c->facts, "gap");
    for (const struct json *g = json_first(gaps); g; g = json_next(g)) {
        const char *of = json_member_string(g, "section");
        const char *reason = json_member_string(g, "reason");
        if (of && strcmp(of, section) == 0)
            add_gap(c, r, reason ? reason : "could not be read", check_place(json_member(g, "at")));
    }
    if (!json_member(c->facts, section))
        add_gap(c, r, arena_printf(c->arena, "the facts have no section %s", section),
                place_of_file(NULL));
}

/* One record of a leaf; true when it passed `where`. */
static bool judge_record(const struct rule_context *c, const struct json *leaf,
                         const struct predicates *where, const struct predicates *expect,
                         const struct json *record, size_t index, struct check_result *r)
{
    struct place at = check_place(json_member(record, "at"));
    const char *reason = json_member_string(record, "unreadable");
    if (reason) {
        if (may_concern(c, where, record, index))
            add_gap(c, r, reason, at);
        return false;
    }
    enum answer in_question = ask_all(c, where, record, index, &reason);
    if (in_question == ANSWER_UNKNOWN)
        add_gap(c, r, reason, at);
    if (in_question != ANSWER_YES)
        return false;
    const char *state = json_member_string(record, "state");
    if (state && strcmp(state, "unknown") == 0 &&
        strcmp(json_member_string(leaf, "for"), "login") == 0) {
        reason = json_member_string(record, "detail");
        if (!reason)
            reason = json_member_string(record, "value");
        add_gap(c, r, reason ? reason : "what decides it could not be read", at);
        return false;
    }
    if (json_member(leaf, "expect")) {
        enum answer as_expected = ask_all(c, expect, record, index, &reason);
        if (as_expected == ANSWER_UNKNOWN)
            add_gap(c, r, reason, at);
        if (as_expected != ANSWER_NO)
            return true;
    } else if (json_member(leaf, "count")) {
        return true;
    }
    add_violation(c, r, record, NULL);
    r->violations.items[r->violations.count - 1].number = index;
    return true;
}

static enum verdict leaf_verdict(const struct rule_context *c, const struct json *leaf,
                                 size_t passed, struct check_result *r)
{
    const struct json *count = json_member(leaf, "count");
    const char *none = json_member_string(leaf, "none");
    if (count) {
        if (r->gaps.count == 0 && !count_holds(count, passed))
            add_violation(c, r, NULL, json_member(leaf, "at"));
    } else if (passed == 0 && r->gaps.count == 0) {
        if (none && strcmp(none, "fail") == 0)
            add_violation(c, r, NULL, json_member(leaf, "at"));
        else if (!none || strcmp(none, "not-applicable") == 0)
            return VERDICT_NOT_APPLICABLE;
    }
    if (r->violations.count > 0)
        return VERDICT_FAIL;
    return r->gaps.count > 0 ? VERDICT_NOT_CHECKED : VERDICT_PASS;
}

static struct check_result run_leaf(const struct rule_context *c, const struct json *leaf)
{
    struct check_result r = {0};
    const char *name = json_member_string(leaf, "for");
    const struct vocabulary_source *source = vocabulary_source(name);
    const struct json *section = json_member(c->facts, name), *in = json_member(leaf, "in");
    struct predicates where = prepare(c, source, json_member(leaf, "where"));
    struct predicates expect = prepare(c, source, json_member(leaf, "expect"));
    section_gaps(c, name, &r);
    bool is_list = json_type(section) == JSON_ARRAY;
    size_t index = 0, passed = 0;
    for (const struct json *p = is_list ? json_first(section) : section; p;
         p = is_list ? json_next(p) : NULL)
        if (selected(in, p)) {
            find_anchors(&where, p, index);
            find_anchors(&expect, p, index++);
        }
    index = 0;
    for (const struct json *p = is_list ? json_first(section) : section; p;
         p = is_list ? json_next(p) : NULL)
        if (selected(in, p) && judge_record(c, leaf, &where, &expect, p, index++, &r)) {
            passed++;
            if (r.violations.count > LIMIT_FINDINGS_PER_RULE)
                break;
        }
    release(&where);
    release(&expect);
    r.verdict = leaf_verdict(c, leaf, passed, &r);
    return r;
}

/* all: one that fails fails it. any: one that passes passes it. */
static struct check_result run_several(const struct rule_context *c, const struct json *checks,
                                       bool any)
{
    struct check_result r = {0};
    bool passes = false, fails = false, torn = false;
    for (const struct json *one = json_first(checks); one; one = json_next(one)) {
        struct check_result part = check_run(c, one);
        take_all(c, &r, &part);
        passes |= part.verdict == VERDICT_PASS;
        fails |= part.verdict == VERDICT_FAIL;
        torn |= part.verdict == VERDICT_NOT_CHECKED;
    }
    if (any ? passes : false)
        return (struct check_result){.verdict = VERDICT_PASS};
    if (any && torn)
        r.violations.count = 0;
    r.verdict = any     ? (torn    ? VERDICT_NOT_CHECKED
                           : fails ? VERDICT_FAIL
                                   : VERDICT_NOT_APPLICABLE)
                : fails ? VERDICT_FAIL
                : torn  ? VERDICT_NOT_CHECKED
                        : (passes ? VERDICT_PASS : VERDICT_NOT_APPLICABLE);
    return r;
}

static struct check_result run_not(const struct rule_context *c, const struct json *check)
{
    struct check_result inner = check_run(c, json_member(check, "not"));
    struct check_result r = {.verdict = inner.verdict};
    if (inner.verdict == VERDICT_NOT_CHECKED)
        return inner;
    if (inner.verdict == VERDICT_FAIL) {
        r.verdict = VERDICT_PASS;
    } else if (inner.verdict == VERDICT_PASS) {
        r.verdict = VERDICT_FAIL;
        add_violation(c, &r, NULL, json_member(check, "at"));
    }
    return r;
}

struct check_result check_run(const struct rule_context *c, const struct json *check)
{
    if (json_member(check, "for"))
        return run_leaf(c, check);
    if (json_member(check, "all"))
        return run_several(c, json_member(check, "all"), false);
    if (json_member(check, "any"))
        return run_several(c, json_member(check, "any"), true);
    if (json_member(check, "not"))
        return run_not(c, check);
    struct check_result condition = check_run(c, json_member(check, "when"));
    if (condition.verdict == VERDICT_PASS)
        return check_run(c, json_member(check, "then"));
    if (condition.verdict == VERDICT_NOT_CHECKED) {
        condition.violations.count = 0;
        return condition;
    }
    return (struct check_result){.verdict = VERDICT_NOT_APPLICABLE};
}
