#include "cli/command.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "batch/rule_examples.h"
#include "cli/data.h"
#include "cli/environment.h"
#include "cli/near.h"
#include "cli/say.h"
#include "report/table.h"

static struct rule_set *load(struct options *o, const struct data_directories *where)
{
    return data_rules(o->arena, where, o->rule_directories.items, o->rule_directories.count);
}

static const char *escaped(struct options *o, const char *text)
{
    return escape_terminal_text(o->arena, text ? text : "");
}

static bool wants_json(const struct options *o)
{
    return o->outputs.count > 0 && strcmp(o->outputs.items[0].format->name, "text") != 0;
}

static int print(struct options *o, const struct strbuf *text)
{
    const char *file = o->outputs.count > 0 ? o->outputs.items[0].file : NULL;
    return write_result(text, file) ? EXIT_CLEAN : EXIT_USAGE;
}

/* Rules as they stand in their files, with the place added. */
static int print_json(struct options *o, const struct rule *const *rules, size_t count)
{
    struct arena *a = o->arena;
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        struct json *rule = json_copy(a, rules[i]->source);
        struct json *at = json_new_object(a);
        json_set_string(a, at, "file", rules[i]->file);
        json_set_number(a, at, "line", rule_line(rules[i]));
        json_set(a, rule, "at", at);
        json_append(a, list, rule);
    }
    struct strbuf text;
    strbuf_init(&text, a);
    const struct json *document = list;
    o->outputs.items[0].format->render(&text, &document, 1, NULL);
    json_free(list);
    return print(o, &text);
}

static int list_rules(struct options *o)
{
    struct data_directories where = data_find(o->arena);
    struct rule_set *set = load(o, &where);
    if (!set)
        return EXIT_USAGE;
    VEC(const struct rule *) all = {0};
    vec_each (rule, &set->rules)
        vec_push(o->arena, &all, rule);
    int code;
    if (wants_json(o)) {
        code = print_json(o, all.items, all.count);
    } else {
        struct table t = {.arena = o->arena};
        vec_each (rule, &all) {
            struct table_row *row = table_add(&t, 5);
            row->cells[0].text = escaped(o, (*rule)->id);
            row->cells[1].text = *(*rule)->gate ? escaped(o, (*rule)->gate) : "-";
            row->cells[2].text = severity_name((*rule)->severity);
            row->cells[3].text = escaped(o, (*rule)->repair_class);
            row->cells[4].text = escaped(o, (*rule)->title);
        }
        struct strbuf text;
        strbuf_init(&text, o->arena);
        struct table_style style = {environment_colour(o->colour, STDOUT_FILENO), 0};
        table_print(&text, &t, 0, &style);
        code = print(o, &text);
    }
    rules_free(set);
    return code;
}

static void add_part(struct strbuf *out, const char *name, const char *text, int width)
{
    if (!*text)
        return;
    struct table_style style = {false, width};
    strbuf_printf(out, "  %-8s ", name);
    table_paragraph(out, text, 11, 11, &style);
    strbuf_add_char(out, '\n');
}

/* "file mode: path {at.file}, clear 022" */
static const char *step_words(struct options *o, const struct json *step)
{
    struct strbuf out;
    strbuf_init(&out, o->arena);
    const char *verb = json_member_string(step, "do");
    for (const char *p = verb ? verb : ""; *p; p++)
        strbuf_add_char(&out, *p == '_' ? ' ' : *p);
    const char *between = ": ";
    for (const struct json *m = json_first(step); m; m = json_next(m)) {
        if (strcmp(json_name(m) ? json_name(m) : "", "do") == 0)
            continue;
        strbuf_printf(&out, "%s%s ", between, json_name(m));
        strbuf_add(&out, json_string(m) ? json_string(m) : json_print(o->arena, m, false));
        between = ", ";
    }
    return out.ptr;
}

static void add_steps(struct options *o, struct strbuf *out, const struct rule *rule, int width)
{
    static const char *const words[][2] = {{"auto", "safe to do unasked"},
                                           {"flag", "only with consent: it may widen access"},
                                           {"report", "none: a person has to decide"}};
    const char *meaning = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(rule->repair_class, words[i][0]) == 0)
            meaning = words[i][1];
    add_part(out, "repair",
             arena_printf(o->arena, "%s (%s)", escaped(o, rule->repair_class), meaning), width);
    const struct json *repair = json_member(rule->source, "repair");
    const struct json *steps = json_member(repair, "steps");
    for (const struct json *s = json_first(steps); s; s = json_next(s))
        add_part(out, "", escaped(o, step_words(o, s)), width);
    const char *command = json_member_string(repair, "command");
    if (command)
        add_part(out, "by hand", escaped(o, command), width);
}

/* "man  sshd(8), sshd_config(5)": a line a kind of source. */
static void add_refs(struct options *o, struct strbuf *out, const struct json *refs, int width)
{
    for (const struct json *kind = json_first(refs); kind; kind = json_next(kind)) {
        struct strbuf line;
        strbuf_init(&line, o->arena);
        escape_terminal(&line, bytes_of(json_name(kind) ? json_name(kind) : ""));
        if (json_string(kind))
            strbuf_printf(&line, ": %s", escaped(o, json_string(kind)));
        for (const struct json *one = json_first(kind); one; one = json_next(one)) {
            strbuf_add(&line, one == json_first(kind) ? ": " : ", ");
            strbuf_add(&line, escaped(o, json_string(one)));
        }
        add_part(out, kind == json_first(refs) ? "refs" : "", line.ptr, width);
    }
}

static void show_rule(struct options *o, struct strbuf *out, const struct rule *rule)
{
    int width = environment_width(STDOUT_FILENO);
    bool colour = environment_colour(o->colour, STDOUT_FILENO);
    table_coloured(out, escaped(o, rule->id), COLOUR_BOLD, colour);
    strbuf_printf(out, "  %s", severity_name(rule->severity));
    if (*rule->gate)
        strbuf_printf(out, ", gate %s", escaped(o, rule->gate));
    strbuf_printf(out, ", profile %s\n", escaped(o, rule->profile));
    add_part(out, "title", escaped(o, rule->title), width);
    add_part(out, "message", escaped(o, rule->message), width);
    add_part(out, "why", escaped(o, rule->why), width);
    add_steps(o, out, rule, width);
    add_refs(o, out, json_member(rule->source, "refs"), width);
    add_part(out, "file", escaped(o, arena_printf(o->arena, "%s:%d", rule->file, rule_line(rule))),
             0);
}

static int show_rules(struct options *o)
{
    struct data_directories where = data_find(o->arena);
    struct rule_set *set = load(o, &where);
    if (!set)
        return EXIT_USAGE;
    VEC(const struct rule *) chosen = {0};
    int code = EXIT_CLEAN;
    for (size_t i = 1; i < o->words.count; i++) {
        const struct rule *rule = rules_find(set, o->words.items[i]);
        if (rule) {
            vec_push(o->arena, &chosen, rule);
        } else {
            say("there is no rule \"%s\"%s", o->words.items[i],
                near_rules(o->arena, set, o->words.items[i]));
            code = EXIT_USAGE;
        }
    }
    if (code == EXIT_CLEAN && wants_json(o)) {
        code = print_json(o, chosen.items, chosen.count);
    } else if (code == EXIT_CLEAN) {
        struct strbuf text;
        strbuf_init(&text, o->arena);
        vec_each (rule, &chosen) {
            if (rule != chosen.items)
                strbuf_add_char(&text, '\n');
            show_rule(o, &text, *rule);
        }
        code = print(o, &text);
    }
    rules_free(set);
    return code;
}

/* Examples are judged at this moment unless they name one (1 June 2026, 00:00 UTC), so that what
 * they say about expiry dates holds for ever. */
#define EXAMPLES_AT 1780272000

/* The examples of every rule, or with LOCAL_ONLY of the rules that are not ours. */
static int check_examples(struct options *o, const struct data_directories *where,
                          const struct rule_set *set, bool local_only)
{
    struct err e = {0};
    struct rule_examples_request request = {
        .rules = set,
        .lens_directory = where->lenses,
        .keywords = data_keywords(o->arena, where, &e),
        .fixtures = where->fixtures,
        .at = EXAMPLES_AT,
    };
    if (!request.keywords) {
        say_error(&e);
        return EXIT_USAGE;
    }
    text_vec local = {0};
    vec_each (rule, &set->rules)
        if (rule->is_local)
            vec_push(o->arena, &local, rule->id);
    rule_example_results results = {0};
    size_t failures = 0;
    if (!local_only || local.count > 0) {
        request.select = local_only ? local.items : NULL;
        request.select_count = local_only ? local.count : 0;
        failures = rule_examples_run(o->arena, &request, &results);
    }
    vec_each (result, &results)
        if (result->failure)
            say("%s:%d: %s, example \"%s\": %s", result->rule->file, rule_line(result->rule),
                result->rule->id, result->name, result->failure);
    struct strbuf text;
    strbuf_init(&text, o->arena);
    strbuf_printf(&text, "%zu rules without a fault; %zu examples run, %zu of them failed\n",
                  set->rules.count, results.count, failures);
    int code = print(o, &text);
    return failures > 0 ? EXIT_USAGE : code;
}

static int check_rules(struct options *o)
{
    bool local_only = o->words.count > 1;
    for (size_t i = 1; i < o->words.count; i++)
        vec_push(o->arena, &o->rule_directories, o->words.items[i]);
    struct data_directories where = data_find(o->arena);
    struct rule_set *set = load(o, &where);
    if (!set)
        return EXIT_USAGE;
    vec_each (note, &set->notes)
        say("%s", *note);
    int code = check_examples(o, &where, set, local_only);
    rules_free(set);
    return code;
}

int command_rules(struct options *o)
{
    static const struct {
        const char *name;
        size_t least, most;
        int (*run)(struct options *o);
    } parts[] = {{"list", 0, 0, list_rules},
                 {"show", 1, SIZE_MAX, show_rules},
                 {"check", 0, 1, check_rules}};
    const char *word = o->words.count > 0 ? o->words.items[0] : "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, word) != 0)
            continue;
        size_t given = o->words.count - 1;
        if (given >= parts[i].least && given <= parts[i].most)
            return parts[i].run(o);
    }
    say("usage: diskmend rules list | show RULE... | check [DIR]");
    return EXIT_USAGE;
}
