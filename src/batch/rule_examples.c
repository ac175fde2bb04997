#include "batch/rule_examples.h"

#include <string.h>

#include "base/strbuf.h"
#include "guest/fixture.h"
#include "guest/overlay.h"
#include "login/login.h"
#include "rules/pattern.h"
#include "rules/value.h"

/* One example while it runs; everything but the failure lives in an arena of its own. */
struct run {
    struct arena *arena;
    const struct rule_examples_request *request;
    const struct rule *rule;
    const struct json *example;
    struct rule_results *results;
    struct strbuf failure;
};

static struct login_question question_of(struct run *r)
{
    const struct json *q = json_member(r->example, "question");
    const char *date = json_member_string(q, "at");
    double days;
    struct login_question question = {
        .from = json_member_string(q, "from"),
        .port = (int)json_number(json_member(q, "port"), 22),
        .identity = json_member_string(q, "identity"),
        .password = json_bool(json_member(q, "password"), false),
        .at = date && value_days(date, 0, &days) ? (int64_t)days * 86400 : r->request->at,
    };
    VEC(const char *) users = {0};
    const struct json *named = json_member(q, "users");
    for (const struct json *u = json_first(named); u; u = json_next(u))
        vec_push(r->arena, &users, json_string(u));
    question.users = users.items;
    question.user_count = users.count;
    return question;
}

/* The guest of the example, judged for its rule alone; false with the failure said. */
static bool judge(struct run *r)
{
    struct err e = {0};
    const char *guest = json_member_string(r->example, "guest");
    struct tree *tree = fixture_guest(r->arena, r->request->fixtures, guest, &e);
    const struct json *changes = json_member(r->example, "changes");
    if (tree && changes && fixture_change(tree, changes, &e) != 0)
        tree = NULL;
    struct lens_session *lenses = tree ? lens_open(r->arena, r->request->lens_directory, &e) : NULL;
    if (!lenses) {
        strbuf_printf(&r->failure, "%s%s%s", e.path, *e.path ? ": " : "", e.text);
        return false;
    }
    struct login_question question = question_of(r);
    struct facts *facts = facts_gather(r->arena, overlay_new(r->arena, tree), lenses,
                                       r->request->keywords, question.at);
    struct login_answer *answer = login_judge(facts, &question);
    CLEANUP_JSON struct json *document = facts_document(facts);
    login_add_to_document(facts, answer, document);
    const char *profile = json_member_string(r->example, "profile");
    struct rule_selection only = {.profile = profile ? profile : r->rule->profile,
                                  .select = &r->rule->id,
                                  .select_count = 1};
    r->results = rules_evaluate(r->request->rules, document, &only);
    lens_close(lenses);
    return true;
}

static bool same(const char *wanted, const char *found)
{
    return !wanted || (found && strcmp(wanted, found) == 0);
}

static bool fits(const struct json *wanted, const struct finding *f)
{
    double line = json_number(json_member(wanted, "line"), f->at.line);
    return same(json_member_string(wanted, "file"), f->at.file) && (int)line == f->at.line &&
           same(json_member_string(wanted, "user"), f->user) &&
           same(json_member_string(wanted, "severity"), severity_name(f->severity));
}

static void say(struct run *r, const char *what, const struct finding *f)
{
    strbuf_printf(&r->failure, "%s%s: %s:%d user %s %s \"%s\"", r->failure.len ? "; " : "", what,
                  f->at.file ? f->at.file : "-", f->at.line, f->user ? f->user : "-",
                  severity_name(f->severity), f->message);
}

/* Every expected finding is there, and no other. */
static void compare(struct run *r)
{
    const struct json *expect = json_member(r->example, "expect");
    for (const struct json *w = json_first(expect); w; w = json_next(w)) {
        bool found = false;
        vec_each (f, &r->results->findings)
            found |= fits(w, f);
        if (!found)
            strbuf_printf(&r->failure, "%snot found: %s", r->failure.len ? "; " : "",
                          json_print(r->arena, w, false));
    }
    vec_each (f, &r->results->findings) {
        bool expected = false;
        for (const struct json *w = json_first(expect); w; w = json_next(w))
            expected |= fits(w, f);
        if (!expected)
            say(r, "not expected", f);
        else if (strstr(f->message, "?"))
            say(r, "a field is missing from the message", f);
    }
    vec_each (gap, &r->results->not_checked)
        strbuf_printf(&r->failure, "%snot checked: %s", r->failure.len ? "; " : "", gap->reason);
}

static const char *run_example(struct arena *a, const struct rule_examples_request *request,
                               const struct rule *rule, const struct json *example)
{
    struct run r = {.request = request, .rule = rule, .example = example};
    r.arena = arena_new(NULL, NULL);
    if (!r.arena)
        arena_exhausted(a);
    strbuf_init(&r.failure, r.arena);
    if (judge(&r))
        compare(&r);
    const char *failure = r.failure.len > 0 ? arena_text(a, strbuf_bytes(&r.failure)) : NULL;
    arena_free(r.arena);
    return failure;
}

static bool is_chosen(const struct rule_examples_request *request, const char *id)
{
    for (size_t i = 0; i < request->select_count; i++)
        if (pattern_glob(request->select[i], id))
            return true;
    return request->select_count == 0;
}

size_t rule_examples_run(struct arena *a, const struct rule_examples_request *request,
                         rule_example_results *results)
{
    static const char *const kinds[] = {"bad", "good"};
    size_t failures = 0;
    vec_each (rule, &request->rules->rules) {
        if (!is_chosen(request, rule->id))
            continue;
        const struct json *tests = json_member(rule->source, "tests");
        for (size_t k = 0; k < 2; k++) {
            const struct json *list = json_member(tests, kinds[k]);
            for (const struct json *x = json_first(list); x; x = json_next(x)) {
                struct rule_example_result result = {.rule = rule,
                                                     .name = json_member_string(x, "name"),
                                                     .is_bad = k == 0};
                result.failure = run_example(a, request, rule, x);
                failures += result.failure != NULL;
                vec_push(a, results, result);
            }
        }
    }
    return failures;
}
