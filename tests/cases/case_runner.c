/* Every fixture judged as the worker judges a disk: each healthy guest must let its person in and
 * show nothing of severity high or critical, each case must give what its want.json says. Prints
 * TAP. Each fixture is judged in a process of its own, so that one crash is one failed test. */
#include <stdio.h>

#include "batch/why.h"
#include "guest/overlay.h"
#include "tests/cases/trial.h"

/* --- judging ------------------------------------------------------------------------------------
 */

static void judge(struct trial *t)
{
    struct login_question question = trial_question(t);
    struct rule_selection selection = {0};
    t->facts = facts_gather(t->arena, overlay_new(t->arena, t->tree), t->lenses,
                            t->runner->keywords, question.at);
    t->answer = login_judge(t->facts, &question);
    CLEANUP_JSON struct json *document = facts_document(t->facts);
    login_add_to_document(t->facts, t->answer, document);
    t->results = rules_evaluate(t->runner->rules, document, &selection);
}

/* --- comparing ----------------------------------------------------------------------------------
 */

static bool same(const char *wanted, const char *found)
{
    return !wanted || (found && strcmp(wanted, found) == 0);
}

static const struct finding *find_wanted(const struct trial *t, const struct json *wanted)
{
    double line = json_number(json_member(wanted, "line"), 0);
    vec_each (f, &t->results->findings)
        if (same(json_member_string(wanted, "rule"), f->rule) &&
            same(json_member_string(wanted, "file"), f->at.file) &&
            same(json_member_string(wanted, "user"), f->user) &&
            same(json_member_string(wanted, "severity"), severity_name(f->severity)) &&
            (line <= 0 || f->at.line == (int)line))
            return f;
    return NULL;
}

static bool is_wanted(const struct trial *t, const struct finding *finding)
{
    const struct json *findings = json_member(t->want, "findings");
    for (const struct json *w = json_first(findings); w; w = json_next(w))
        if (same(json_member_string(w, "rule"), finding->rule))
            return true;
    return false;
}

/* The rule on top; "nobody-can-log-in" only sums up the others. */
static const char *first_cause(const struct trial *t)
{
    vec_each (f, &t->results->findings)
        if (strcmp(f->rule, "nobody-can-log-in") != 0)
            return f->rule;
    return "nothing";
}

static void compare_findings(struct trial *t)
{
    const struct json *wanted = json_member(t->want, "findings");
    const char *top = json_member_string(t->want, "top");
    bool only = json_bool(json_member(t->want, "only"), false);
    const char *first = first_cause(t);
    if (!same(top, first))
        FAIL(t, "the first finding is %s, not %s", first, top);
    for (const struct json *w = json_first(wanted); w; w = json_next(w))
        if (!find_wanted(t, w))
            FAIL(t, "not found: %s", json_print(t->arena, w, false));
    vec_each (f, &t->results->findings)
        if (only && f->severity >= SEVERITY_HIGH && !is_wanted(t, f))
            FAIL(t, "%s (%s) was not to be found", f->rule, severity_name(f->severity));
}

static const struct walk *find_walk(const struct trial *t, const char *user, const char *method)
{
    vec_each (walk, &t->answer->walks)
        if (same(user, walk->subject.user) && same(method, login_method_name(walk->subject.method)))
            return walk;
    return NULL;
}

static void compare_access(struct trial *t)
{
    const struct json *access = json_member(t->want, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w)) {
        const char *user = json_member_string(w, "user");
        const char *method = json_member_string(w, "method");
        const char *verdict = json_member_string(w, "verdict");
        const struct walk *walk = find_walk(t, user, method);
        if (!walk) {
            FAIL(t, "nobody walked as %s by %s", user, method);
            continue;
        }
        const char *found = gate_state_name(walk_verdict(walk));
        if (!same(verdict, found))
            FAIL(t, "%s by %s is %s, not %s", user, method, found, verdict);
        const struct json *shut_at = json_member(w, "shut_at");
        for (const struct json *g = json_first(shut_at); g; g = json_next(g)) {
            enum gate gate = gate_by_name(json_string(g));
            if (gate == GATE_COUNT || walk->gates[gate].state != GATE_SHUT)
                FAIL(t, "%s by %s is not shut at %s", user, method, json_string(g));
        }
        for (int gate = 0; shut_at && gate < GATE_COUNT; gate++) {
            bool listed = false;
            for (const struct json *g = json_first(shut_at); g; g = json_next(g))
                listed = listed || (int)gate_by_name(json_string(g)) == gate;
            if (!listed && walk->gates[gate].state == GATE_SHUT)
                FAIL(t, "%s by %s is shut at %s as well", user, method, gate_name((enum gate)gate));
        }
    }
}

/* --- why ----------------------------------------------------------------------------------------
 */

static void compare_gate(struct trial *t, const struct walk *walk, const struct json *shown, int g)
{
    const struct gate_answer *gate = &walk->gates[g];
    const char *who = walk->subject.user;
    if (!same(gate_name((enum gate)g), json_member_string(shown, "gate")))
        FAIL(t, "why %s: gate %d is not %s", who, g, gate_name((enum gate)g));
    if (!same(gate_state_name(gate->state), json_member_string(shown, "state")))
        FAIL(t, "why %s: gate %s is not %s", who, gate_name((enum gate)g),
             gate_state_name(gate->state));
    const struct json *reasons = json_member(shown, "reasons");
    if (gate->state != GATE_OPEN && gate->state != GATE_NOT_JUDGED && json_count(reasons) == 0)
        FAIL(t, "why %s: gate %s is %s without a reason", who, gate_name((enum gate)g),
             gate_state_name(gate->state));
    for (const struct json *r = json_first(reasons); r; r = json_next(r)) {
        const char *message = json_member_string(r, "message");
        if (!message || !*message || same(json_member_string(r, "rule"), message))
            FAIL(t, "why %s: %s has no words", who, json_member_string(r, "rule"));
    }
}

static void compare_document(struct trial *t, const struct walk *walk, const struct json *document)
{
    const char *verdict = json_member_string(document, "verdict");
    if (!same(gate_state_name(walk_verdict(walk)), verdict))
        FAIL(t, "why %s by %s: %s, and scan says %s", walk->subject.user,
             login_method_name(walk->subject.method), verdict, gate_state_name(walk_verdict(walk)));
    const struct json *gates = json_member(document, "gates");
    if (json_count(gates) != GATE_COUNT)
        FAIL(t, "why %s: %zu gates", walk->subject.user, json_count(gates));
    int g = 0;
    for (const struct json *shown = json_first(gates); shown && g < GATE_COUNT;
         shown = json_next(shown))
        compare_gate(t, walk, shown, g++);
}

/* Whoever stands in the matrix, asked about by name: the same verdict, gate by gate. */
static void compare_why(struct trial *t)
{
    vec_each (walk, &t->answer->walks) {
        struct login_question question = trial_question(t);
        question.users = &walk->subject.user;
        question.user_count = 1;
        question.password = true;
        struct login_answer *answer = login_judge(t->facts, &question);
        CLEANUP_JSON struct json *facts = facts_document(t->facts);
        login_add_to_document(t->facts, answer, facts);
        struct report_input input = {.target_name = t->name, .target_kind = "directory"};
        vec_each (named, &answer->walks) {
            if (named->subject.method != walk->subject.method)
                continue;
            CLEANUP_JSON struct json *document =
                why_document(t->arena, t->runner->rules, facts, answer, named, &input);
            compare_document(t, walk, document);
        }
    }
}

/* As the command ends: 3 for what could not be read or told, 1 for a finding of severity high. */
static int exit_code(const struct trial *t)
{
    int code = t->results->not_checked.count > 0 || t->facts->gaps.count > 0 ? 3 : 0;
    vec_each (f, &t->results->findings)
        if (f->severity >= SEVERITY_HIGH && code < 1)
            code = 1;
    vec_each (walk, &t->answer->walks)
        if (walk->expected && walk_verdict(walk) == GATE_UNKNOWN)
            code = 3;
    return code;
}

static void compare_case(struct trial *t)
{
    compare_findings(t);
    compare_access(t);
    int wanted = (int)json_number(json_member(t->want, "exit"), -1);
    if (wanted >= 0 && exit_code(t) != wanted)
        FAIL(t, "the exit code would be %d, not %d", exit_code(t), wanted);
}

static void compare_guest(struct trial *t)
{
    bool person = false;
    vec_each (f, &t->results->findings)
        if (f->severity >= SEVERITY_HIGH)
            FAIL(t, "a healthy guest has %s (%s)", f->rule, severity_name(f->severity));
    vec_each (walk, &t->answer->walks) {
        if (strcmp(walk->subject.user, "root") == 0 || walk->subject.method != METHOD_PUBLICKEY ||
            !walk->expected)
            continue;
        person = true;
        if (walk_verdict(walk) != GATE_OPEN)
            FAIL(t, "%s by publickey is %s", walk->subject.user,
                 gate_state_name(walk_verdict(walk)));
    }
    if (!person)
        FAIL(t, "no person was expected to log in with a key");
    vec_each (gap, &t->facts->gaps)
        FAIL(t, "not read: %s: %s", gap->at.file ? gap->at.file : "?", gap->reason);
}

/* --- telling ------------------------------------------------------------------------------------
 */

static void say_failures(struct trial *t)
{
    if (!t->results)
        return;
    vec_each (f, &t->results->findings)
        printf("#   found: %s %s %s %s:%d user %s: %s\n", severity_name(f->severity), f->gate,
               f->rule, f->at.file ? f->at.file : "-", f->at.line, f->user ? f->user : "-",
               f->message);
    vec_each (walk, &t->answer->walks) {
        printf("#   access: %s %s %s%s", walk->subject.user,
               login_method_name(walk->subject.method), gate_state_name(walk_verdict(walk)),
               walk->expected ? "" : " (not expected)");
        for (int gate = 0; gate < GATE_COUNT; gate++) {
            const struct gate_answer *g = &walk->gates[gate];
            for (size_t i = 0; i < g->reason_count; i++)
                printf(" %s:%s=%s", gate_name((enum gate)gate), g->reasons[i].id,
                       gate_state_name(g->reasons[i].state));
        }
        printf("\n");
    }
    vec_each (row, &t->results->not_checked)
        printf("#   not checked: %s: %s\n", row->rule ? row->rule : "-", row->reason);
    vec_each (gap, &t->facts->gaps)
        printf("#   gap: %s %s: %s\n", gap->section, gap->at.file ? gap->at.file : "-",
               gap->reason);
}

static void test(struct trial *t)
{
    judge(t);
    if (t->is_guest)
        compare_guest(t);
    else
        compare_case(t);
    compare_why(t);
}

int main(int argc, char **argv)
{
    static const struct trial_kind kind = {test, say_failures};
    return trial_main(argc, argv, &kind);
}
