#include "report/why_text.h"

#include <string.h>

#include "base/escape.h"
#include "report/access_text.h"

enum { CELL_GATE, CELL_STATE, CELL_SEVERITY, CELL_RULE, CELL_PLACE, CELL_MESSAGE, CELLS };

/* Accounts of a guest that a message about an unknown user has room for. */
#define ACCOUNTS_IN_MESSAGE 8

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

static enum gate_state state_of(const struct json *gate)
{
    const char *name = text_of(gate, "state");
    for (int s = GATE_OPEN; s < GATE_NOT_JUDGED; s++)
        if (strcmp(gate_state_name((enum gate_state)s), name) == 0)
            return (enum gate_state)s;
    return GATE_NOT_JUDGED;
}

static enum colour state_colour(enum gate_state state)
{
    static const enum colour colours[] = {[GATE_OPEN] = COLOUR_GREEN,
                                          [GATE_SHUT] = COLOUR_RED,
                                          [GATE_UNKNOWN] = COLOUR_YELLOW,
                                          [GATE_NOT_JUDGED] = COLOUR_FAINT};
    return colours[state];
}

static void add_names(struct strbuf *s, const struct json *names)
{
    const char *between = "";
    for (const struct json *n = json_first(names); n; n = json_next(n)) {
        strbuf_add(s, between);
        escape_terminal(s, bytes_of(json_string(n) ? json_string(n) : ""));
        between = ", ";
    }
}

/* "ana by publickey from any address to port 22: shut at sshd, key" */
static void print_subject(struct page *p)
{
    const struct json *d = p->document;
    const struct json *subject = json_member(d, "subject");
    const char *verdict = text_of(d, "verdict");
    bool shut = strcmp(verdict, "shut") == 0, open = strcmp(verdict, "open") == 0;
    char *user = escape_terminal_text(p->out->arena, text_of(subject, "user"));
    table_coloured(p->out, user, COLOUR_BOLD, p->options->colour);
    strbuf_printf(p->out, " by %s from ", text_of(subject, "method"));
    escape_terminal(p->out,
                    bytes_of(*text_of(subject, "from") ? text_of(subject, "from") : "any address"));
    strbuf_printf(p->out, " to port %d: ", (int)json_number(json_member(subject, "port"), 22));
    struct strbuf s;
    strbuf_init(&s, p->out->arena);
    strbuf_add(&s, verdict);
    const struct json *at = json_member(d, shut ? "shut_at" : "unknown_at");
    if (!open && json_count(at) > 0) {
        strbuf_add(&s, " at ");
        add_names(&s, at);
    }
    table_coloured(p->out, s.ptr,
                   open   ? COLOUR_GREEN
                   : shut ? COLOUR_RED
                          : COLOUR_YELLOW,
                   p->options->colour);
    const char *sudo = access_sudo_words(text_of(d, "sudo"));
    if (sudo && strcmp(user, "root") != 0)
        strbuf_printf(p->out, "; sudo: %s", sudo);
    if (!open && !json_bool(json_member(d, "expected"), true))
        strbuf_add(p->out, " (this way in was not set up)");
    strbuf_add_char(p->out, '\n');
}

/* A paragraph below the row that came last. */
static void add_below(struct table *t, const char *text)
{
    struct table_row *row = &t->rows.items[t->rows.count - 1];
    row->below = row->below ? arena_printf(t->arena, "%s %s", row->below, text) : text;
}

static void fill_reason(struct table_row *row, struct arena *a, const struct json *reason)
{
    const char *severity = text_of(reason, "severity");
    const char *place = page_place(a, json_member(reason, "at"));
    row->cells[CELL_SEVERITY] =
        (struct table_cell){escape_terminal_text(a, severity), page_severity_colour(severity)};
    row->cells[CELL_RULE].text = escape_terminal_text(a, text_of(reason, "rule"));
    row->cells[CELL_PLACE].text = *place ? place : "-";
    row->cells[CELL_MESSAGE].text = escape_terminal_text(a, text_of(reason, "message"));
}

/* The gate's row, one more for each further reason, and what the person sees of it. */
static void add_gate(struct page *p, struct table *t, const struct json *gate, bool *is_first)
{
    enum gate_state state = state_of(gate);
    bool passable = state == GATE_OPEN || state == GATE_NOT_JUDGED;
    if (p->options->quiet && passable)
        return;
    bool marked = state == GATE_SHUT && *is_first;
    struct arena *a = t->arena;
    struct table_row *row = table_add(t, CELLS);
    row->cells[CELL_GATE] =
        (struct table_cell){arena_printf(a, "%s %s", marked ? ">" : " ", text_of(gate, "gate")),
                            marked ? COLOUR_BOLD : COLOUR_NONE};
    row->cells[CELL_STATE] =
        (struct table_cell){state == GATE_NOT_JUDGED ? "not judged" : gate_state_name(state),
                            state_colour(state)};
    const struct json *reasons = json_member(gate, "reasons");
    for (const struct json *r = json_first(reasons); r; r = json_next(r)) {
        if (r != json_first(reasons))
            row = table_add(t, CELLS);
        fill_reason(row, a, r);
        if (p->options->verbose && *text_of(r, "why"))
            add_below(t, escape_terminal_text(a, text_of(r, "why")));
    }
    if (state == GATE_SHUT)
        add_below(t, arena_printf(a, "%s: %s", marked ? "The person sees" : "Once that is mended",
                                  text_of(gate, "symptom")));
    *is_first = *is_first && state != GATE_SHUT;
}

static const struct json *first_lock(const struct json *gates)
{
    for (const struct json *g = json_first(gates); g; g = json_next(g))
        for (const struct json *r = json_first(json_member(g, "reasons")); r; r = json_next(r))
            if (strcmp(text_of(r, "state"), "shut") == 0)
                return r;
    return NULL;
}

static void print_closing(struct page *p)
{
    struct strbuf s;
    strbuf_init(&s, p->out->arena);
    const struct json *accounts = json_member(p->document, "accounts");
    if (json_count(accounts) > ACCOUNTS_IN_MESSAGE) {
        strbuf_add(&s, "Accounts on this disk: ");
        add_names(&s, accounts);
        strbuf_add(&s, ". ");
    }
    const struct json *lock = first_lock(json_member(p->document, "gates"));
    if (lock) {
        strbuf_add(&s, "The first lock explained: diskmend rules show ");
        escape_terminal(&s, bytes_of(text_of(lock, "rule")));
    }
    if (s.len == 0)
        return;
    table_paragraph(p->out, s.ptr, 0, 0, &p->style);
    strbuf_add_char(p->out, '\n');
}

void why_print(struct page *p)
{
    struct table t = {.arena = p->out->arena, .ragged_from = CELL_PLACE};
    const struct json *gates = json_member(p->document, "gates");
    bool is_first = true;
    print_subject(p);
    for (const struct json *g = json_first(gates); g; g = json_next(g))
        add_gate(p, &t, g, &is_first);
    table_print(p->out, &t, 0, &p->style);
    if (!p->options->quiet)
        print_closing(p);
}
