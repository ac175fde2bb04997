#include "report/change_text.h"

#include <string.h>

#include "base/escape.h"

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

static const char *escaped(struct arena *a, const struct json *o, const char *name)
{
    return escape_terminal_text(a, text_of(o, name));
}

static bool is(const struct json *o, const char *name, const char *value)
{
    return strcmp(text_of(o, name), value) == 0;
}

static const char *user_of(const struct json *why)
{
    return text_of(json_member(why, "subject"), "user");
}

/* --- who matters ------------------------------------------------------------------------------ */

static bool is_named(const struct json *document, const char *user)
{
    const struct json *users = json_member(document, "users");
    for (const struct json *u = json_first(users); u; u = json_next(u))
        if (json_string(u) && strcmp(json_string(u), user) == 0)
            return true;
    return false;
}

static const struct json *same_subject(const struct json *whys, const struct json *why)
{
    const struct json *subject = json_member(why, "subject");
    for (const struct json *w = json_first(whys); w; w = json_next(w)) {
        const struct json *other = json_member(w, "subject");
        if (is(other, "user", text_of(subject, "user")) &&
            is(other, "method", text_of(subject, "method")))
            return w;
    }
    return NULL;
}

/* Who was named, and whoever should get in and did not or does not. */
static bool is_told_in_full(const struct json *document, const struct json *why)
{
    const struct json *was = same_subject(json_member(document, "before"), why);
    if (is_named(document, user_of(why)))
        return true;
    return json_bool(json_member(why, "expected"), false) &&
           (!is(why, "verdict", "open") || !was || !is(was, "verdict", "open"));
}

/* --- one gate --------------------------------------------------------------------------------- */

static enum colour state_colour(const char *state)
{
    return strcmp(state, "open") == 0   ? COLOUR_GREEN
           : strcmp(state, "shut") == 0 ? COLOUR_RED
                                        : COLOUR_YELLOW;
}

static bool is_passable(const struct json *gate)
{
    return is(gate, "state", "open") || is(gate, "state", "not-judged");
}

static const struct json *gate_of(const struct json *why, const char *name)
{
    const struct json *gates = json_member(why, "gates");
    for (const struct json *g = json_first(gates); g; g = json_next(g))
        if (is(g, "gate", name))
            return g;
    return NULL;
}

static const struct json *left_of(const struct json *document, const char *rule, const char *user)
{
    const struct json *left = json_member(document, "left");
    for (const struct json *l = json_first(left); l; l = json_next(l))
        if (is(l, "rule", rule) && (!json_member_string(l, "user") || is(l, "user", user)))
            return l;
    return NULL;
}

/* What still stands in the way, and why it was not touched. */
static void add_lock(struct page *p, struct table *t, struct table_row *row, const char *user,
                     const struct json *reason)
{
    struct arena *a = t->arena;
    const char *place = page_place(a, json_member(reason, "at"));
    const struct json *left = left_of(p->document, text_of(reason, "rule"), user);
    row->cells[2].text = escaped(a, reason, "rule");
    row->cells[3].text = *place ? place : "-";
    row->cells[4].text = escaped(a, reason, "message");
    if (!left)
        return;
    row->below = arena_printf(a, "not touched: %s%s%s", escaped(a, left, "reason"),
                              *text_of(left, "command") ? ". To mend it: " : "",
                              escaped(a, left, "command"));
}

/* The rules whose locks are gone. */
static void add_mended(struct table *t, struct table_row *row, const struct json *was)
{
    struct strbuf s;
    strbuf_init(&s, t->arena);
    const struct json *reasons = json_member(was, "reasons");
    for (const struct json *r = json_first(reasons); r; r = json_next(r)) {
        if (is(r, "state", "note") || (s.len > 0 && strstr(s.ptr, text_of(r, "rule"))))
            continue;
        strbuf_add(&s, s.len > 0 ? ", " : "");
        escape_terminal(&s, bytes_of(text_of(r, "rule")));
    }
    row->cells[2].text = s.ptr;
}

static void add_gate(struct page *p, struct table *t, const char *user, const struct json *was,
                     const struct json *gate)
{
    struct arena *a = t->arena;
    struct table_row *row = table_add(t, 5);
    const char *from = text_of(was, "state"), *to = text_of(gate, "state");
    row->cells[0].text = escaped(a, gate, "gate");
    row->cells[1] =
        (struct table_cell){strcmp(from, to) == 0 || !*from ? to
                                                            : arena_printf(a, "%s → %s", from, to),
                            state_colour(to)};
    if (is_passable(gate)) {
        add_mended(t, row, was);
        return;
    }
    bool first = true;
    const struct json *reasons = json_member(gate, "reasons");
    for (const struct json *r = json_first(reasons); r; r = json_next(r)) {
        if (is(r, "state", "note"))
            continue;
        add_lock(p, t, first ? row : table_add(t, 5), user, r);
        first = false;
    }
}

/* --- one person ------------------------------------------------------------------------------- */

static void add_verdict(struct strbuf *s, const struct json *why)
{
    bool shut = is(why, "verdict", "shut"), open = is(why, "verdict", "open");
    escape_terminal(s, bytes_of(text_of(why, "verdict")));
    const struct json *at = open ? NULL : json_member(why, shut ? "shut_at" : "unknown_at");
    for (const struct json *g = json_first(at); g; g = json_next(g)) {
        strbuf_add(s, g == json_first(at) ? " at " : ", ");
        escape_terminal(s, bytes_of(json_string(g) ? json_string(g) : ""));
    }
}

/* "shut at sshd, key → open" */
static void print_verdicts(struct page *p, const struct json *was, const struct json *why)
{
    struct strbuf before, after;
    strbuf_init(&before, p->out->arena);
    strbuf_init(&after, p->out->arena);
    if (was)
        add_verdict(&before, was);
    add_verdict(&after, why);
    if (was && strcmp(before.ptr, after.ptr) == 0) {
        strbuf_add(p->out, "as before, ");
    } else if (was) {
        table_coloured(p->out, before.ptr, state_colour(text_of(was, "verdict")),
                       p->options->colour);
        strbuf_add(p->out, " → ");
    }
    table_coloured(p->out, after.ptr, state_colour(text_of(why, "verdict")), p->options->colour);
}

static void print_rest(struct page *p, const struct json *why, const char *state, const char *words,
                       bool *first)
{
    const struct json *gates = json_member(why, "gates");
    const struct json *was = same_subject(json_member(p->document, "before"), why);
    const char *between = "";
    for (const struct json *g = json_first(gates); g; g = json_next(g)) {
        const struct json *before = gate_of(was, text_of(g, "gate"));
        if (!is(g, "state", state) || (before && !is_passable(before)))
            continue;
        if (!*between)
            strbuf_printf(p->out, "%s%s: ", *first ? "    " : "; ", words);
        strbuf_add(p->out, between);
        escape_terminal(p->out, bytes_of(text_of(g, "gate")));
        between = ", ";
        *first = false;
    }
}

static void print_person(struct page *p, const struct json *why)
{
    struct arena *a = p->out->arena;
    struct table t = {.arena = a, .ragged_from = 2};
    const struct json *was = same_subject(json_member(p->document, "before"), why);
    const struct json *gates = json_member(why, "gates");
    const struct json *subject = json_member(why, "subject");
    strbuf_add(p->out, "  ");
    table_coloured(p->out, escaped(a, subject, "user"), COLOUR_BOLD, p->options->colour);
    strbuf_printf(p->out, " by %s", escaped(a, subject, "method"));
    if (*text_of(subject, "from"))
        strbuf_printf(p->out, " from %s", escaped(a, subject, "from"));
    strbuf_add(p->out, ": ");
    print_verdicts(p, was, why);
    strbuf_add_char(p->out, '\n');
    if (!is_told_in_full(p->document, why))
        return;
    for (const struct json *g = json_first(gates); g; g = json_next(g)) {
        const struct json *before = gate_of(was, text_of(g, "gate"));
        if (!is_passable(g) || (before && !is_passable(before)))
            add_gate(p, &t, user_of(why), before, g);
    }
    table_print(p->out, &t, 4, &p->style);
    bool first = true;
    if (p->options->quiet)
        return;
    print_rest(p, why, "open", "open as before", &first);
    print_rest(p, why, "not-judged", "not judged", &first);
    if (!first)
        strbuf_add_char(p->out, '\n');
}

void change_print(struct page *p)
{
    const struct json *after = json_member(p->document, "after");
    if (json_count(after) == 0)
        return;
    strbuf_add(p->out, "access\n");
    for (const struct json *w = json_first(after); w; w = json_next(w))
        print_person(p, w);
}

bool change_tells(const struct json *document, const struct json *left)
{
    const struct json *after = json_member(document, "after");
    for (const struct json *w = json_first(after); w; w = json_next(w)) {
        const char *user = json_member_string(left, "user");
        if (!is_told_in_full(document, w) || (user && strcmp(user, user_of(w)) != 0))
            continue;
        const struct json *gates = json_member(w, "gates");
        for (const struct json *g = json_first(gates); g; g = json_next(g)) {
            if (is_passable(g))
                continue;
            const struct json *reasons = json_member(g, "reasons");
            for (const struct json *r = json_first(reasons); r; r = json_next(r))
                if (!is(r, "state", "note") && is(r, "rule", text_of(left, "rule")))
                    return true;
        }
    }
    return false;
}

const char *change_still_shut(const struct json *document)
{
    const struct json *after = json_member(document, "after");
    for (const struct json *w = json_first(after); w; w = json_next(w)) {
        bool open = false;
        for (const struct json *x = json_first(after); x; x = json_next(x))
            open |= strcmp(user_of(x), user_of(w)) == 0 && is(x, "verdict", "open");
        if (json_bool(json_member(w, "expected"), false) && !open)
            return user_of(w);
    }
    return NULL;
}
