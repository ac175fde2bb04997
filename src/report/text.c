#include "report/text.h"

#include <string.h>

#include "base/escape.h"
#include "report/access_text.h"
#include "report/check_text.h"
#include "report/page.h"
#include "report/plan_text.h"
#include "report/verify_text.h"
#include "report/why_text.h"

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

static void add_escaped(struct page *p, const char *text)
{
    escape_terminal(p->out, bytes_of(text));
}

const char *page_place(struct arena *a, const struct json *at)
{
    struct strbuf s;
    strbuf_init(&s, a);
    escape_terminal(&s, bytes_of(text_of(at, "file")));
    int line = (int)json_number(json_member(at, "line"), 0);
    int column = (int)json_number(json_member(at, "column"), 0);
    if (s.len > 0 && line > 0)
        strbuf_printf(&s, ":%d", line);
    if (s.len > 0 && line > 0 && column > 0)
        strbuf_printf(&s, ":%d", column);
    return s.ptr;
}

static const char *os_name(struct arena *a, const struct json *os)
{
    if (*text_of(os, "name"))
        return text_of(os, "name");
    if (*text_of(os, "id"))
        return arena_printf(a, "%s %s", text_of(os, "id"), text_of(os, "version"));
    return "unknown system";
}

static void print_failure(struct page *p)
{
    const struct json *failure = json_member(p->document, "failure");
    struct strbuf line;
    strbuf_init(&line, p->out->arena);
    strbuf_add(&line, strcmp(text_of(failure, "stage"), "read") == 0 ? "not judged: "
                                                                     : "cannot be opened: ");
    escape_terminal(&line, bytes_of(text_of(failure, "message")));
    table_coloured(p->out, line.ptr, COLOUR_RED, p->options->colour);
    strbuf_add_char(p->out, '\n');
}

static void print_header(struct page *p)
{
    const struct json *target = json_member(p->document, "target");
    char *name = escape_terminal_text(p->out->arena, text_of(target, "name"));
    table_coloured(p->out, name, COLOUR_BOLD, p->options->colour);
    const struct json *os = json_member(p->document, "os");
    bool failed = strcmp(text_of(p->document, "status"), "failed") == 0;
    strbuf_add(p->out, !failed && json_type(os) == JSON_NULL ? "\n" : "  ");
    if (failed) {
        print_failure(p);
        return;
    }
    if (json_type(os) == JSON_NULL)
        return; /* a job that did not ask what system it is */
    add_escaped(p, os_name(p->out->arena, os));
    strbuf_add(p->out, *text_of(os, "openssh") ? ", OpenSSH " : ", OpenSSH of unknown version");
    add_escaped(p, text_of(os, "openssh"));
    if (strcmp(text_of(target, "kind"), "directory") == 0) {
        strbuf_add(p->out, ", a mounted directory\n");
        return;
    }
    strbuf_add(p->out, ", root on ");
    add_escaped(p, text_of(target, "root"));
    strbuf_add(p->out, ", read by ");
    add_escaped(p, text_of(target, "engine"));
    strbuf_add_char(p->out, '\n');
}

static void print_notes(struct page *p)
{
    const struct json *notes = json_member(p->document, "notes");
    for (const struct json *n = json_first(notes); n; n = json_next(n)) {
        strbuf_add(p->out, "  note: ");
        char *text = escape_terminal_text(p->out->arena, json_string(n) ? json_string(n) : "");
        table_paragraph(p->out, text, 8, 8, &p->style);
        strbuf_add_char(p->out, '\n');
    }
}

enum colour page_severity_colour(const char *severity)
{
    switch (severity_by_name(severity)) {
    case SEVERITY_CRITICAL:
    case SEVERITY_HIGH:
        return COLOUR_RED;
    case SEVERITY_MEDIUM:
        return COLOUR_YELLOW;
    default:
        return COLOUR_NONE;
    }
}

static void print_findings(struct page *p)
{
    struct arena *a = p->out->arena;
    struct table t = {.arena = a, .ragged_from = 3};
    const struct json *findings = json_member(p->document, "findings");
    for (const struct json *f = json_first(findings); f; f = json_next(f)) {
        struct table_row *row = table_add(&t, 5);
        const char *severity = text_of(f, "severity");
        row->cells[0] =
            (struct table_cell){escape_terminal_text(a, severity), page_severity_colour(severity)};
        const char *gate = text_of(f, "gate");
        row->cells[1].text = *gate ? escape_terminal_text(a, gate) : "-";
        row->cells[2].text = escape_terminal_text(a, text_of(f, "rule"));
        const char *place = page_place(a, json_member(f, "at"));
        row->cells[3].text = *place ? place : "-";
        row->cells[4].text = escape_terminal_text(a, text_of(f, "message"));
        if (p->options->verbose && *text_of(f, "why"))
            row->below = escape_terminal_text(a, text_of(f, "why"));
    }
    table_print(p->out, &t, 2, &p->style);
}

/* Rules that wait for the same source stand on one line. */
static void print_not_checked(struct page *p)
{
    struct arena *a = p->out->arena;
    const struct json *list = json_member(p->document, "not_checked");
    struct table t = {.arena = a};
    size_t count = json_count(list);
    bool *done = arena_alloc_array(a, count, sizeof *done);
    size_t i = 0;
    for (const struct json *n = json_first(list); n; n = json_next(n), i++) {
        if (done[i])
            continue;
        struct strbuf rules;
        strbuf_init(&rules, a);
        size_t waiting = 0, j = i;
        for (const struct json *m = n; m; m = json_next(m), j++) {
            if (strcmp(text_of(m, "reason"), text_of(n, "reason")) != 0 ||
                !json_equal(json_member(m, "at"), json_member(n, "at")))
                continue;
            done[j] = true;
            if (!*text_of(m, "rule"))
                continue;
            waiting++;
            if (waiting <= 2 || p->options->verbose) {
                strbuf_add(&rules, waiting > 1 ? ", " : "");
                escape_terminal(&rules, bytes_of(text_of(m, "rule")));
            }
        }
        if (waiting > 2 && !p->options->verbose)
            strbuf_printf(&rules, " and %zu more", waiting - 2);
        struct table_row *row = table_add(&t, 2);
        const char *place = page_place(a, json_member(n, "at"));
        row->cells[0].text = *place ? place : "-";
        char *reason = escape_terminal_text(a, text_of(n, "reason"));
        row->cells[1].text =
            waiting > 0 ? arena_printf(a, "%s (needed by %s)", reason, rules.ptr) : reason;
    }
    if (t.rows.count == 0)
        return;
    strbuf_add(p->out, "not checked\n");
    table_print(p->out, &t, 2, &p->style);
}

static void add_list(struct strbuf *s, const struct json *names)
{
    const char *between = "";
    for (const struct json *n = json_first(names); n; n = json_next(n)) {
        strbuf_add(s, between);
        escape_terminal(s, bytes_of(json_string(n) ? json_string(n) : ""));
        between = ", ";
    }
}

static void add_word(struct strbuf *s, const char *text)
{
    escape_terminal(s, bytes_of(escape_shell_word(s->arena, text)));
}

/* "diskmend COMMAND web01.qcow2 --user ana" */
static void add_command(const struct page *p, struct strbuf *s, const char *command,
                        const char *person)
{
    const struct json *target = json_member(p->document, "target");
    const struct json *disks = json_member(target, "disks");
    strbuf_printf(s, "diskmend %s ", command);
    for (const struct json *d = json_first(disks); d; d = json_next(d)) {
        strbuf_add(s, d == json_first(disks) ? "-a " : " -a ");
        add_word(s, json_string(d) ? json_string(d) : "");
    }
    if (!disks) {
        strbuf_add(s, strcmp(text_of(target, "kind"), "domain") == 0 ? "-d " : "");
        add_word(s, text_of(target, "name"));
    }
    strbuf_add(s, " --user ");
    add_word(s, person);
}

/* "2 findings (1 critical, 1 high). …" */
static void closing_of_findings(struct page *p, struct strbuf *s, size_t count)
{
    const struct json *summary = json_member(p->document, "summary");
    strbuf_printf(s, "%zu finding%s (", count, count == 1 ? "" : "s");
    const char *between = "";
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--) {
        const char *name = severity_name((enum severity)i);
        int n = (int)json_number(json_member(summary, name), 0);
        if (n > 0)
            strbuf_printf(s, "%s%d %s", between, n, name);
        between = n > 0 ? ", " : between;
    }
    strbuf_add(s, "). ");
    const char *person = access_shut_person(p->document);
    if (person && access_is_mendable(p->document, person)) {
        strbuf_add(s, "To let ");
        escape_terminal(s, bytes_of(person));
        strbuf_add(s, " back in: ");
        add_command(p, s, "repair", person);
        return;
    }
    if (person) {
        strbuf_add(s, "Gate by gate: ");
        add_command(p, s, "why", person);
        return;
    }
    strbuf_add(s, "The first one explained: diskmend rules show ");
    const struct json *first = json_first(json_member(p->document, "findings"));
    escape_terminal(s, bytes_of(text_of(first, "rule")));
}

/* Somebody who should get in, and it cannot be told whether they do. */
static bool has_unknown_way(const struct page *p)
{
    const struct json *access = json_member(p->document, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (strcmp(text_of(w, "verdict"), "unknown") == 0 &&
            json_bool(json_member(w, "expected"), true))
            return true;
    return false;
}

static void closing_without_findings(struct page *p, struct strbuf *s)
{
    if (json_count(json_member(p->document, "not_checked")) > 0) {
        strbuf_add(s, "no findings, but not a clean bill: what stands under \"not checked\" could "
                      "not be read");
        return;
    }
    if (has_unknown_way(p)) {
        strbuf_add(s,
                   "no findings, but not a clean bill: what stands as \"unknown\" under \"access\" "
                   "cannot be told from this disk");
        return;
    }
    strbuf_add(s, "clean: nothing found at the gates ");
    add_list(s, json_member(p->document, "gates_judged"));
    const char *people = access_open_people(s->arena, p->document);
    strbuf_printf(s, *people ? "; can log in: %s" : "; nobody has a way in that works%s", people);
}

static void print_closing(struct page *p)
{
    struct strbuf s;
    strbuf_init(&s, p->out->arena);
    size_t count = json_count(json_member(p->document, "findings"));
    if (count > 0)
        closing_of_findings(p, &s, count);
    else
        closing_without_findings(p, &s);
    table_paragraph(p->out, s.ptr, 0, 0, &p->style);
    strbuf_add_char(p->out, '\n');
}

static bool is_why(const struct json *document)
{
    return strcmp(text_of(document, "schema"), "diskmend.why/1") == 0;
}

/* The subjects of one guest stand under one headline. */
static void render_why(struct page *p, const struct json *before)
{
    bool failed = strcmp(text_of(p->document, "status"), "failed") == 0;
    bool again = before && is_why(before) &&
                 json_equal(json_member(before, "target"), json_member(p->document, "target"));
    if (!again || failed) {
        print_header(p);
        if (!p->options->quiet)
            print_notes(p);
        if (!failed)
            print_not_checked(p);
    }
    if (!failed)
        why_print(p);
}

static bool is_plan_shown_already(const struct page *p)
{
    return p->options->only_the_end && json_member(p->document, "plan");
}

static void render_one(struct page *p)
{
    if (is_plan_shown_already(p)) {
        plan_print_end(p);
        return;
    }
    bool failed = strcmp(text_of(p->document, "status"), "failed") == 0;
    print_header(p);
    if (!p->options->quiet)
        print_notes(p);
    if (failed)
        return;
    if (strcmp(text_of(p->document, "schema"), "diskmend.runs/1") == 0) {
        runs_print(p);
        return;
    }
    if (json_member(p->document, "plan")) {
        plan_print(p);
        return;
    }
    if (strcmp(text_of(p->document, "schema"), "diskmend.check/1") == 0) {
        check_print(p);
        return;
    }
    if (json_member(p->document, "checks")) {
        verify_print(p);
        return;
    }
    print_findings(p);
    print_not_checked(p);
    if (p->options->quiet)
        return;
    access_print(p->out, p->document, &p->style);
    print_closing(p);
}

void report_render_text(struct strbuf *out, const struct json *const *documents, size_t count,
                        const struct report_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct page p = {out, documents[i], options, {options->colour, options->width}};
        if (i > 0)
            strbuf_add_char(out, '\n');
        if (is_why(documents[i]))
            render_why(&p, i > 0 ? documents[i - 1] : NULL);
        else
            render_one(&p);
    }
}
