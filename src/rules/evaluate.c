/* From checks to findings: selection, severity, words, fingerprints, order. */
#include "rules/rules.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "rules/check.h"
#include "rules/order.h"
#include "rules/pattern.h"
#include "rules/predicate.h"
#include "rules/template.h"

struct evaluation {
    struct arena *arena;
    const struct rule_set *set;
    const struct json *facts;
    const char *profile;
    VEC(struct ranked_finding) found;
    struct rule_results *results;
};

static bool any_glob(const char *const *globs, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (pattern_glob(globs[i], id))
            return true;
    return false;
}

bool rules_is_selected(const struct rule *rule, const struct rule_selection *s)
{
    if (strcmp(rule->profile, "access") != 0 &&
        (!s || !s->profile || strcmp(rule->profile, s->profile) != 0))
        return false;
    if (!s)
        return true;
    if (s->select_count > 0 && !any_glob(s->select, s->select_count, rule->id))
        return false;
    return !any_glob(s->ignore, s->ignore_count, rule->id);
}

/* The source of the first leaf decides how severity_when reads its fields. */
static const struct vocabulary_source *first_source(const struct json *check)
{
    static const char *const inner[] = {"all", "any", "not", "then"};
    while (check && !json_member(check, "for")) {
        const struct json *next = NULL;
        for (size_t i = 0; i < sizeof inner / sizeof *inner && !next; i++)
            next = json_member(check, inner[i]);
        check = json_type(next) == JSON_ARRAY ? json_at(next, 0) : next;
    }
    return vocabulary_source(json_member_string(check, "for"));
}

static enum severity severity_of(const struct rule_context *c, const struct json *record)
{
    const struct vocabulary_source *source = first_source(json_member(c->rule->source, "check"));
    const struct json *cases = json_member(c->rule->source, "severity_when");
    for (const struct json *one = record ? json_first(cases) : NULL; one; one = json_next(one)) {
        bool fits = true;
        const struct json *where = json_member(one, "where");
        for (const struct json *w = json_first(where); w && fits; w = json_next(w)) {
            const char *ignored = NULL;
            struct predicate p = predicate_prepare(c, source, w);
            fits = predicate_ask(c, &p, record, 0, &ignored) == ANSWER_YES;
            predicate_release(&p);
        }
        if (fits)
            return (enum severity)severity_by_name(json_member_string(one, "severity"));
    }
    return c->rule->severity;
}

/* Over rule, file, user and value, so that a moved line or another image keeps it. */
static void fingerprint(struct arena *a, struct finding *f, const char *value)
{
    const char *parts[] = {f->rule, f->at.file, f->user, value};
    struct strbuf text;
    strbuf_init(&text, a);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        strbuf_add(&text, parts[i] ? parts[i] : "");
        strbuf_add_char(&text, '\0');
    }
    char hex[HASH_HEX_CHARS + 1] = "";
    hash_sha256_hex(strbuf_bytes(&text), hex);
    memcpy(f->fingerprint, hex, sizeof f->fingerprint - 1);
}

static const char *user_of(const struct json *record, const struct rule_context *c)
{
    const char *user = json_member_string(record, "user");
    const char *source = json_member_string(json_member(c->rule->source, "check"), "for");
    if (!user && source && strcmp(source, "account") == 0)
        user = json_member_string(record, "name");
    return user ? arena_strdup(c->arena, user) : NULL;
}

/* The document may be freed before the findings are: nothing of it is borrowed. */
static struct place own_place(struct arena *a, struct place at)
{
    at.file = at.file ? arena_strdup(a, at.file) : NULL;
    return at;
}

static void add_finding(struct evaluation *e, const struct rule_context *c,
                        const struct violation *v)
{
    const struct rule *rule = c->rule;
    const char *gate = json_member_string(v->record, "gate");
    const char *state = json_member_string(v->record, "state");
    bool is_login = rule->gate[0] != '\0';
    struct ranked_finding *r = vec_push_new(e->arena, &e->found);
    r->number = e->found.count;
    r->record = v->number;
    r->shuts = GATE_COUNT;
    if (is_login && gate && state && strcmp(state, "shut") == 0)
        r->shuts = gate_by_name(gate);
    struct finding *f = &r->finding;
    f->rule = rule->id;
    f->gate = rule->gate;
    if (is_login && gate && gate_by_name(gate) != GATE_COUNT)
        f->gate = gate_name(gate_by_name(gate));
    f->profile = rule->profile;
    f->severity = severity_of(c, v->record);
    f->message = template_render(c, rule->message, v->record);
    f->why = rule->why;
    f->user = user_of(v->record, c);
    f->at = own_place(e->arena, check_place(v->at ? v->at : json_member(v->record, "at")));
    f->repair_class = rule->repair_class;
    fingerprint(e->arena, f, json_member_string(v->record, "value"));
}

/* FIRST is the number of the rule's first gap: the same one is said once. */
static void add_gap(struct evaluation *e, const struct rule *rule, size_t first, const char *reason,
                    struct place at)
{
    for (size_t i = first; i < e->results->not_checked.count; i++) {
        const struct not_checked *g = &e->results->not_checked.items[i];
        bool same_file =
            at.file && g->at.file ? strcmp(at.file, g->at.file) == 0 : at.file == g->at.file;
        if (same_file && g->at.line == at.line && strcmp(g->reason, reason) == 0)
            return;
    }
    if (e->results->not_checked.count - first >= LIMIT_GAPS_PER_RULE)
        return;
    struct not_checked *gap = vec_push_new(e->arena, &e->results->not_checked);
    *gap = (struct not_checked){rule->id, arena_strdup(e->arena, reason), own_place(e->arena, at)};
}

static void evaluate_rule(struct evaluation *e, const struct rule *rule)
{
    struct rule_context c = {e->arena, e->set, rule, e->facts, e->profile};
    size_t first = e->results->not_checked.count;
    const char *reason;
    if (!value_applies(&c, &reason)) {
        if (reason)
            add_gap(e, rule, first, reason, place_of_file(NULL));
        return;
    }
    struct check_result r = check_run(&c, json_member(rule->source, "check"));
    size_t shown = 0;
    vec_each (v, &r.violations)
        if (shown++ < LIMIT_FINDINGS_PER_RULE)
            add_finding(e, &c, v);
    vec_each (g, &r.gaps)
        add_gap(e, rule, first, g->reason, g->at);
    if (shown > LIMIT_FINDINGS_PER_RULE)
        add_gap(e, rule, e->results->not_checked.count,
                arena_printf(e->arena, "more than %u findings; the rest is not shown",
                             LIMIT_FINDINGS_PER_RULE),
                place_of_file(NULL));
}

bool rules_word(const struct rule_set *set, const struct json *facts, const struct json *record,
                struct rule_words *out)
{
    const char *id = json_member_string(record, "reason");
    const struct rule *rule = id ? rules_find(set, id) : NULL;
    if (!rule)
        return false;
    struct rule_context c = {set->arena, set, rule, facts, NULL};
    *out = (struct rule_words){
        .severity = severity_of(&c, record),
        .title = rule->title,
        .message = template_render(&c, rule->message, record),
        .why = rule->why,
        .repair_class = rule->repair_class,
    };
    return true;
}

struct rule_results *rules_evaluate(const struct rule_set *set, const struct json *facts,
                                    const struct rule_selection *selection)
{
    struct evaluation e = {.arena = set->arena, .set = set, .facts = facts};
    e.profile = selection ? selection->profile : NULL;
    e.results = arena_new_struct(e.arena, struct rule_results);
    vec_each (rule, &set->rules)
        if (rules_is_selected(rule, selection))
            evaluate_rule(&e, rule);
    order_findings(e.arena, e.found.items, e.found.count, e.results);
    return e.results;
}
