/* Every fixture judged as the worker judges a disk: each healthy guest must let its person in and
 * show nothing of severity high or critical, each case must give what its want.json says. Prints
 * TAP. Each fixture is judged in a process of its own, so that one crash is one failed test. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "batch/why.h"
#include "facts/facts.h"
#include "guest/fixture.h"
#include "guest/overlay.h"
#include "login/login.h"
#include "rules/rules.h"

#define MOMENT        "2026-06-01"
#define CASE_SECONDS  20
#define FAILURES_SAID 40

struct runner {
    struct arena *arena;
    const char *fixtures;
    const char *lenses;
    const struct sshd_keyword_table *keywords;
    struct rule_set *rules;
};

/* One fixture and what was found wrong with its judgement. */
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

static void fail(struct trial *t, const char *text)
{
    if (t->failures.count < FAILURES_SAID)
        vec_push(t->arena, &t->failures, text);
}

#define FAIL(trial, ...) fail(trial, arena_printf((trial)->arena, __VA_ARGS__))

static struct bytes read_text(struct arena *a, const char *path)
{
    struct strbuf s;
    strbuf_init(&s, a);
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    char buffer[65536];
    ssize_t n;
    if (fd < 0)
        return (struct bytes){0};
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        strbuf_add_bytes(&s, (struct bytes){buffer, (size_t)n});
    return strbuf_bytes(&s);
}

/* --- judging ------------------------------------------------------------------------------------
 */

static int64_t moment(const char *date)
{
    struct tm tm = {0};
    if (sscanf(date, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm);
}

static struct login_question question_of(struct trial *t)
{
    const struct json *q = json_member(t->document, "question");
    const char *date = json_member_string(q, "at");
    struct login_question question = {
        .from = json_member_string(q, "from"),
        .port = (int)json_number(json_member(q, "port"), 22),
        .identity = json_member_string(q, "identity"),
        .password = json_bool(json_member(q, "password"), false),
        .at = moment(date ? date : MOMENT),
    };
    VEC(const char *) users = {0};
    const struct json *named = json_member(q, "users");
    for (const struct json *u = json_first(named); u; u = json_next(u))
        vec_push(t->arena, &users, json_string(u));
    question.users = users.items;
    question.user_count = users.count;
    return question;
}

static struct json *load_json(struct trial *t, const char *path)
{
    struct err e = {0};
    struct bytes text = read_text(t->arena, path);
    struct json *document = text.ptr ? json_parse(text, path, &e) : NULL;
    if (!document)
        FAIL(t, "%s: %s", path, text.ptr ? e.text : strerror(errno));
    return document;
}

static bool load(struct trial *t)
{
    struct err e = {0};
    const char *fixtures = t->runner->fixtures;
    if (t->is_guest) {
        t->tree = fixture_guest(t->arena, fixtures, t->name, &e);
    } else {
        t->tree = fixture_case(t->arena, fixtures, t->name, &t->document, &e);
        const char *directory =
            path_join(t->arena, path_join(t->arena, fixtures, "cases"), t->name);
        t->want = load_json(t, path_join(t->arena, directory, "want.json"));
    }
    t->lenses = lens_open(t->arena, t->runner->lenses, &e);
    if (!t->tree || !t->lenses)
        FAIL(t, "%s: %s", e.path, e.text);
    return t->failures.count == 0;
}

static void judge(struct trial *t)
{
    struct login_question question = question_of(t);
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
        struct login_question question = question_of(t);
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
    vec_each (text, &t->failures)
        printf("# %s\n", *text);
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

/* In the child: judge, compare, print the TAP line. */
static bool run_trial(const struct runner *runner, const char *name, bool is_guest, int number)
{
    struct trial t = {.runner = runner, .name = name, .is_guest = is_guest};
    t.arena = arena_new(NULL, NULL);
    if (!t.arena)
        return false;
    if (load(&t)) {
        judge(&t);
        if (is_guest)
            compare_guest(&t);
        else
            compare_case(&t);
        compare_why(&t);
    }
    bool passed = t.failures.count == 0;
    printf("%sok %d - %s %s\n", passed ? "" : "not ", number, is_guest ? "guest" : "case", name);
    if (!passed || getenv("CASE_VERBOSE"))
        say_failures(&t);
    json_free(t.document);
    json_free(t.want);
    lens_close(t.lenses);
    arena_free(t.arena);
    return passed;
}

static bool run_in_child(const struct runner *runner, const char *name, bool is_guest, int number)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        bool passed = run_trial(runner, name, is_guest, number);
        fflush(stdout);
        exit(passed ? 0 : 1); /* not _exit: the leak sanitizer looks on the way out */
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        return WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status))
        printf("not ok %d - %s died of signal %d\n", number, name, WTERMSIG(status));
    else
        printf("not ok %d - %s ended with status %d\n", number, name, WEXITSTATUS(status));
    return false;
}

typedef VEC(const char *) names;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The directories of FIXTURES/KIND, sorted; the base trees are no guests. */
static names list_names(struct arena *a, const char *fixtures, const char *kind)
{
    names list = {0};
    CLEANUP_DIR DIR *dir = opendir(path_join(a, fixtures, kind));
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, "base", 4) != 0)
            vec_push(a, &list, arena_strdup(a, entry->d_name));
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare_names);
    return list;
}

static bool chosen(const char *name, int count, char **only)
{
    for (int i = 0; i < count; i++)
        if (strcmp(only[i], name) == 0)
            return true;
    return count == 0;
}

static bool prepare(struct runner *r, const char *rules)
{
    struct err e = {0};
    const char *path = path_join(r->arena, rules, "sshd-keywords.json");
    r->lenses = path_join(r->arena, rules, "lenses");
    r->keywords = sshd_keywords_load(r->arena, read_text(r->arena, path), path, &e);
    if (!r->keywords) {
        printf("Bail out! %s: %s\n", path, e.text);
        return false;
    }
    struct rule_set *set = rules_new(r->arena);
    rules_load(set, rules, true);
    vec_each (fault, &set->errors)
        printf("# %s:%d: %s\n", fault->path, fault->line, fault->text);
    if (set->errors.count > 0 || set->rules.count == 0) {
        printf("Bail out! the rules do not load\n");
        return false;
    }
    r->rules = set;
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: case_runner FIXTURES RULES [NAME...]\n");
        return 2;
    }
    struct runner r = {.arena = arena_new(NULL, NULL), .fixtures = argv[1]};
    if (!r.arena || !prepare(&r, argv[2]))
        return 1;
    static const char *const kinds[] = {"guests", "cases"};
    int failed = 0, number = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        names list = list_names(r.arena, r.fixtures, kinds[k]);
        if (list.count == 0) {
            printf("not ok %d - %s/%s holds nothing\n", ++number, r.fixtures, kinds[k]);
            failed++;
        }
        vec_each (name, &list)
            if (chosen(*name, argc - 3, argv + 3) && !run_in_child(&r, *name, k == 0, ++number))
                failed++;
    }
    printf("1..%d\n", number);
    printf("# %d of %d failed\n", failed, number);
    rules_free(r.rules);
    arena_free(r.arena);
    return failed == 0 ? 0 : 1;
}
