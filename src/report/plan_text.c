#include "report/plan_text.h"

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

/* --- the changes ------------------------------------------------------------------------------ */

/* The rules behind a change, or the job. */
static const char *causes(struct arena *a, const struct json *change)
{
    struct strbuf s;
    strbuf_init(&s, a);
    const struct json *rules = json_member(change, "rules");
    for (const struct json *r = json_first(rules); r; r = json_next(r)) {
        strbuf_add(&s, r == json_first(rules) ? "" : ", ");
        escape_terminal(&s, bytes_of(json_string(r) ? json_string(r) : ""));
    }
    return s.len > 0 ? s.ptr : escaped(a, change, "job");
}

static const char *what_changes(struct arena *a, const struct json *change)
{
    const char *from = escaped(a, change, "from"), *to = escaped(a, change, "to");
    if (*from && *to)
        return arena_printf(a, "%s → %s", from, to);
    return *to ? to : from;
}

static void print_changes(struct page *p, const struct json *plan)
{
    struct arena *a = p->out->arena;
    struct table t = {.arena = a, .ragged_from = 1};
    for (const struct json *c = json_first(plan); c; c = json_next(c)) {
        struct table_row *row = table_add(&t, 4);
        row->cells[0].text = escaped(a, c, "change");
        row->cells[1].text = escaped(a, c, "path");
        row->cells[2].text = what_changes(a, c);
        row->cells[3] = (struct table_cell){arena_printf(a, "(%s)", causes(a, c)), COLOUR_FAINT};
    }
    strbuf_add(p->out, json_bool(json_member(p->document, "written"), false) ? "changed\n"
                                                                             : "to be changed\n");
    table_print(p->out, &t, 2, &p->style);
}

/* One line of a diff: its sign decides the colour, and its bytes are the guest's. */
static void print_diff_line(struct page *p, const char *line, size_t length)
{
    char *text = escape_terminal_text(
        p->out->arena, arena_text(p->out->arena, (struct bytes){line, length}));
    enum colour colour = length == 0         ? COLOUR_NONE
                         : line[0] == '+'    ? COLOUR_GREEN
                         : line[0] == '-'    ? COLOUR_RED
                         : line[0] == '@'    ? COLOUR_FAINT
                                             : COLOUR_NONE;
    table_coloured(p->out, text, colour, p->options->colour);
    strbuf_add_char(p->out, '\n');
}

static void print_diffs(struct page *p, const struct json *plan)
{
    for (const struct json *c = json_first(plan); c; c = json_next(c)) {
        const char *diff = json_member_string(c, "diff");
        if (!diff || !*diff)
            continue;
        strbuf_add_char(p->out, '\n');
        for (const char *line = diff; *line;) {
            size_t n = strcspn(line, "\n");
            print_diff_line(p, line, n);
            line += n + (line[n] == '\n');
        }
    }
}

static void print_left(struct page *p)
{
    struct arena *a = p->out->arena;
    const struct json *left = json_member(p->document, "left");
    struct table t = {.arena = a, .ragged_from = 1};
    if (json_count(left) == 0)
        return;
    for (const struct json *l = json_first(left); l; l = json_next(l)) {
        struct table_row *row = table_add(&t, 3);
        const char *place = page_place(a, json_member(l, "at"));
        row->cells[0].text = escaped(a, l, "rule");
        row->cells[1].text = *place ? place : "-";
        row->cells[2].text = escaped(a, l, "reason");
        if (*text_of(l, "command"))
            row->below = arena_printf(a, "to mend it: %s", escaped(a, l, "command"));
    }
    strbuf_add(p->out, "\nleft as it is\n");
    table_print(p->out, &t, 2, &p->style);
}

/* --- who gets in ------------------------------------------------------------------------------ */

static const char *verdict(struct arena *a, const struct json *why, enum colour *colour)
{
    const char *state = text_of(why, "verdict");
    bool open = strcmp(state, "open") == 0, shut = strcmp(state, "shut") == 0;
    struct strbuf s;
    strbuf_init(&s, a);
    *colour = open ? COLOUR_GREEN : shut ? COLOUR_RED : COLOUR_YELLOW;
    escape_terminal(&s, bytes_of(state));
    const struct json *at = open ? NULL : json_member(why, shut ? "shut_at" : "unknown_at");
    for (const struct json *g = json_first(at); g; g = json_next(g)) {
        strbuf_add(&s, g == json_first(at) ? " at " : ", ");
        escape_terminal(&s, bytes_of(json_string(g) ? json_string(g) : ""));
    }
    return s.ptr;
}

static const struct json *same_subject(const struct json *whys, const struct json *why)
{
    const struct json *subject = json_member(why, "subject");
    for (const struct json *w = json_first(whys); w; w = json_next(w)) {
        const struct json *other = json_member(w, "subject");
        if (strcmp(text_of(other, "user"), text_of(subject, "user")) == 0 &&
            strcmp(text_of(other, "method"), text_of(subject, "method")) == 0)
            return w;
    }
    return NULL;
}

static void print_people(struct page *p)
{
    struct arena *a = p->out->arena;
    struct table t = {.arena = a};
    const struct json *before = json_member(p->document, "before");
    const struct json *after = json_member(p->document, "after");
    for (const struct json *w = json_first(after); w; w = json_next(w)) {
        const struct json *subject = json_member(w, "subject"), *was = same_subject(before, w);
        struct table_row *row = table_add(&t, 5);
        row->cells[0].text = escaped(a, subject, "user");
        row->cells[1].text = escaped(a, subject, "method");
        row->cells[2].text = was ? verdict(a, was, &row->cells[2].colour) : "-";
        row->cells[3].text = "→";
        row->cells[4].text = verdict(a, w, &row->cells[4].colour);
    }
    if (t.rows.count == 0)
        return;
    strbuf_add(p->out, "\naccess\n");
    table_print(p->out, &t, 2, &p->style);
}

/* --- the page --------------------------------------------------------------------------------- */

static void print_closing(struct page *p, size_t changes)
{
    struct arena *a = p->out->arena;
    const char *target = escape_terminal_text(
        a, escape_shell_word(a, text_of(json_member(p->document, "target"), "name")));
    const char *run = escaped(a, p->document, "run");
    const char *text;
    if (changes == 0)
        text = json_count(json_member(p->document, "left")) > 0
                   ? "nothing to write: what could be mended here needs a person, see above"
                   : "nothing to write: there is nothing to mend";
    else if (json_bool(json_member(p->document, "written"), false))
        text = arena_printf(a,
                            "written and read back as run %s. To take it back: diskmend undo %s "
                            "%s. Next: detach the disk, swap it back, boot.",
                            run, target, run);
    else
        text = arena_printf(a, "%zu change%s planned; nothing is written yet", changes,
                            changes == 1 ? "" : "s");
    strbuf_add_char(p->out, '\n');
    table_paragraph(p->out, text, 0, 0, &p->style);
    strbuf_add_char(p->out, '\n');
}

void plan_print(struct page *p)
{
    const struct json *plan = json_member(p->document, "plan");
    size_t changes = json_count(plan);
    if (changes > 0) {
        print_changes(p, plan);
        print_diffs(p, plan);
    }
    print_left(p);
    print_people(p);
    print_closing(p, changes);
}

void runs_print(struct page *p)
{
    struct arena *a = p->out->arena;
    struct table t = {.arena = a};
    const struct json *runs = json_member(p->document, "runs");
    if (json_count(runs) == 0) {
        strbuf_add(p->out, "no run of diskmend is recorded on it\n");
        return;
    }
    for (const struct json *r = json_first(runs); r; r = json_next(r)) {
        struct table_row *row = table_add(&t, 4);
        row->cells[0].text = escaped(a, r, "run");
        row->cells[1].text = escaped(a, r, "command");
        row->cells[2].text = escaped(a, r, "state");
        row->cells[3].text = arena_printf(
            a, "%d paths", (int)json_number(json_member(r, "changes"), 0));
    }
    table_print(p->out, &t, 2, &p->style);
}
