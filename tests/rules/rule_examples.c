/* Every rule's own examples, run as `diskmend rules check` runs them, and the tables of the rule
 * language held against the documents that the fixtures give. Prints TAP. Words given on the
 * command line are globs over rule ids. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/strbuf.h"
#include "batch/rule_examples.h"
#include "guest/fixture.h"
#include "guest/overlay.h"
#include "login/login.h"
#include "rules/value.h"
#include "rules/vocabulary.h"

#define MOMENT "2026-06-01"

struct tap {
    struct arena *arena;
    int number, failures;
};

static void tap(struct tap *t, const char *fault, const char *what)
{
    t->failures += fault != NULL;
    printf("%sok %d - %s\n", fault ? "not " : "", ++t->number,
           escape_terminal_text(t->arena, what));
    if (fault)
        printf("# %s\n", escape_terminal_text(t->arena, fault));
}

static struct bytes read_text(struct arena *a, const char *path)
{
    struct strbuf s;
    strbuf_init(&s, a);
    CLEANUP_FILE FILE *file = fopen(path, "re");
    char buffer[65536];
    size_t n;
    while (file && (n = fread(buffer, 1, sizeof buffer, file)) > 0)
        strbuf_add_bytes(&s, (struct bytes){buffer, n});
    return strbuf_bytes(&s);
}

/* Does the type of a member fit the kind the vocabulary gives it? */
static bool kind_fits(enum field_kind kind, const struct json *member)
{
    switch (json_type(member)) {
    case JSON_STRING:
        return kind == FIELD_IS_TEXT || kind == FIELD_IS_MODE;
    case JSON_NUMBER:
        return kind == FIELD_IS_NUMBER || kind == FIELD_IS_DAYS;
    case JSON_BOOL:
        return kind == FIELD_IS_TRUTH;
    case JSON_ARRAY:
        return kind == FIELD_IS_LIST;
    case JSON_OBJECT:
        return kind == FIELD_IS_PLACE;
    default:
        return true;
    }
}

static const struct vocabulary_field *field_of(const struct vocabulary_source *s, const char *name)
{
    for (size_t i = 0; i < s->field_count; i++)
        if (strcmp(s->fields[i].name, name) == 0)
            return &s->fields[i];
    return NULL;
}

/* Every member of every record of the document is a field the rules may name. */
static const char *compare_record(struct arena *a, const struct vocabulary_source *source,
                                  const struct json *record)
{
    for (const struct json *m = json_first(record); m; m = json_next(m)) {
        const struct vocabulary_field *f = field_of(source, json_name(m));
        if (!f)
            return arena_printf(a, "%s.%s is not in the vocabulary", source->name, json_name(m));
        if (!kind_fits(f->kind, m))
            return arena_printf(a, "%s.%s is of another type", source->name, json_name(m));
    }
    return NULL;
}

static const char *compare_document(struct arena *a, const struct json *document)
{
    static const char *const not_sources[] = {"schema", "at", "gap", "notes"};
    for (const struct json *section = json_first(document); section; section = json_next(section)) {
        bool passed_over = false;
        for (size_t i = 0; i < sizeof not_sources / sizeof *not_sources; i++)
            passed_over |= strcmp(json_name(section), not_sources[i]) == 0;
        const struct vocabulary_source *source = vocabulary_source(json_name(section));
        if (!passed_over && !source)
            return arena_printf(a, "section %s is not in the vocabulary", json_name(section));
        if (passed_over)
            continue;
        bool is_list = json_type(section) == JSON_ARRAY;
        const char *fault = is_list ? NULL : compare_record(a, source, section);
        for (const struct json *r = is_list ? json_first(section) : NULL; r && !fault;
             r = json_next(r))
            fault = compare_record(a, source, r);
        if (fault)
            return fault;
    }
    return NULL;
}

static void check_vocabulary(struct tap *t, const struct rule_examples_request *request)
{
    static const char *const guests[] = {"debian-12", "rhel-9", "ubuntu-24.04", "alpine-3"};
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        struct err e = {0};
        struct tree *tree = fixture_guest(t->arena, request->fixtures, guests[i], &e);
        struct lens_session *lenses = lens_open(t->arena, request->lens_directory, &e);
        const char *fault = e.text;
        if (tree && lenses) {
            struct facts *f = facts_gather(t->arena, overlay_new(t->arena, tree), lenses,
                                           request->keywords, request->at);
            struct login_question question = {.port = 22, .at = request->at};
            CLEANUP_JSON struct json *document = facts_document(f);
            login_add_to_document(f, login_judge(f, &question), document);
            fault = compare_document(t->arena, document);
            lens_close(lenses);
        }
        tap(t, fault, arena_printf(t->arena, "the vocabulary knows the facts of %s", guests[i]));
    }
}

/* Reasons and rules are one to one, gate by gate. */
static void check_reasons(struct tap *t, const struct rule_set *set)
{
    size_t count;
    const struct login_reason_row *rows = login_reasons(&count);
    struct strbuf fault;
    strbuf_init(&fault, t->arena);
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = rules_find(set, rows[i].id);
        if (!rule || strcmp(rule->gate, gate_name(rows[i].gate)) != 0)
            strbuf_printf(&fault, "%s: %s; ", rows[i].id, rule ? "another gate" : "no rule");
    }
    size_t with_gate = 0;
    vec_each (rule, &set->rules) {
        bool known = !*rule->gate;
        for (size_t i = 0; i < count && !known; i++)
            known = strcmp(rows[i].id, rule->id) == 0;
        if (!known)
            strbuf_printf(&fault, "%s: no reason; ", rule->id);
        with_gate += *rule->gate != '\0';
    }
    tap(t, fault.len ? fault.ptr : NULL,
        arena_printf(t->arena, "%zu rules with a gate, %zu reasons, one to one", with_gate, count));
}

int main(int argc, char **argv)
{
    const char *source = getenv("DISKMEND_SOURCE");
    struct tap t = {.arena = arena_new(NULL, NULL)};
    if (!source || !t.arena) {
        printf("Bail out! DISKMEND_SOURCE is not set\n");
        return EXIT_FAILURE;
    }
    struct rule_set *set = rules_new(t.arena);
    rules_load(set, arena_printf(t.arena, "%s/rules", source), true);
    vec_each (e, &set->errors)
        printf("# %s:%d:%d: %s\n", e->path, e->line, e->column, e->text);
    tap(&t, set->errors.count ? "see above" : NULL, "the shipped rules load without a fault");

    double days;
    struct err e = {0};
    const char *keywords = arena_printf(t.arena, "%s/rules/sshd-keywords.json", source);
    struct rule_examples_request request = {
        .rules = set,
        .lens_directory = arena_printf(t.arena, "%s/rules/lenses", source),
        .keywords = sshd_keywords_load(t.arena, read_text(t.arena, keywords), keywords, &e),
        .fixtures = arena_printf(t.arena, "%s/fixtures", source),
        .select = (const char *const *)argv + 1,
        .select_count = (size_t)argc - 1,
    };
    if (value_days(MOMENT, 0, &days))
        request.at = (int64_t)days * 86400;
    tap(&t, request.keywords ? NULL : e.text, "the keyword table loads");
    check_reasons(&t, set);
    if (request.keywords) {
        check_vocabulary(&t, &request);
        rule_example_results results = {0};
        rule_examples_run(t.arena, &request, &results);
        vec_each (r, &results)
            tap(&t, r->failure,
                arena_printf(t.arena, "%s, %s: %s", r->rule->id, r->is_bad ? "bad" : "good",
                             r->name));
    }
    printf("1..%d\n", t.number);
    int failures = t.failures;
    rules_free(set);
    arena_free(t.arena);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
