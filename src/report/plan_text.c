#include "report/plan_text.h"

#include <string.h>

#include "base/escape.h"
#include "report/change_text.h"

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

static const char *escaped(struct arena *a, const struct json *o, const char *name)
{
    return escape_terminal_text(a, text_of(o, name));
}

static bool is_result(const struct page *p, const char *result)
{
    return strcmp(text_of(p->document, "result"), result) == 0;
}

/* --- the changes ------------------------------------------------------------------------------ */

static void add_names(struct strbuf *s, const struct json *names)
{
    for (const struct json *n = json_first(names); n; n = json_next(n)) {
        strbuf_add(s, s->len > 0 ? ", " : "");
        escape_terminal(s, bytes_of(json_string(n) ? json_string(n) : ""));
    }
}

/* The jobs behind a change, and the rules. */
static const char *causes(struct arena *a, const struct json *change)
{
    struct strbuf s;
    strbuf_init(&s, a);
    const struct json *jobs = json_member(change, "jobs");
    if (!jobs)
        escape_terminal(&s, bytes_of(text_of(change, "job")));
    add_names(&s, jobs);
    add_names(&s, json_member(change, "rules"));
    return s.ptr;
}

static const char *what_changes(struct arena *a, const struct json *change)
{
    const char *from = escaped(a, change, "from"), *to = escaped(a, change, "to");
    if (*from && *to)
        return arena_printf(a, "%s → %s", from, to);
    return *to ? to : from;
}

/* The rule's own word on why the lock matters, from the walk before. */
static const char *why_of(const struct json *whys, const char *rule)
{
    for (const struct json *w = json_first(whys); w; w = json_next(w))
        for (const struct json *g = json_first(json_member(w, "gates")); g; g = json_next(g))
            for (const struct json *r = json_first(json_member(g, "reasons")); r; r = json_next(r))
                if (strcmp(text_of(r, "rule"), rule) == 0)
                    return text_of(r, "why");
    return "";
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
        const struct json *rules = json_member(c, "rules");
        for (const struct json *r = json_first(rules); p->options->verbose && r; r = json_next(r)) {
            const char *why =
                why_of(json_member(p->document, "before"), json_string(r) ? json_string(r) : "");
            row->below = arena_printf(a, "%s%s%s", row->below ? row->below : "",
                                      row->below ? " " : "", escape_terminal_text(a, why));
        }
    }
    strbuf_add(p->out, is_result(p, "done") ? "changed\n" : "to be changed\n");
    table_print(p->out, &t, 2, &p->style);
}

/* One line of a diff: its sign decides the colour, and its bytes are the guest's. Tabs stay: they
 * do no harm, and a person wants to read the line. */
static void print_diff_line(struct page *p, struct bytes line)
{
    struct strbuf text;
    strbuf_init(&text, p->out->arena);
    for (size_t at = 0; at < line.len;) {
        const char *tab = memchr(line.ptr + at, '\t', line.len - at);
        size_t end = tab ? (size_t)(tab - line.ptr) : line.len;
        escape_terminal(&text, bytes_cut(line, at, end));
        strbuf_add(&text, tab ? "\t" : "");
        at = end + (tab ? 1 : 0);
    }
    char sign = line.len > 0 ? line.ptr[0] : '\0';
    enum colour colour = sign == '+'   ? COLOUR_GREEN
                         : sign == '-' ? COLOUR_RED
                         : sign == '@' ? COLOUR_FAINT
                                       : COLOUR_NONE;
    table_coloured(p->out, text.ptr, colour, p->options->colour);
    strbuf_add_char(p->out, '\n');
}

/* How many lines like the first one, which hides something, stand there; END is behind them. */
static size_t hidden_lines(const char *line, const char **end)
{
    static const char hidden[] = "(not shown)\n";
    size_t count = 0, length = sizeof hidden; /* with the sign in front */
    char sign = *line;
    while (*line == sign && sign && strncmp(line + 1, hidden, length - 1) == 0) {
        line += length;
        count++;
    }
    *end = line;
    return count;
}

static void print_diff(struct page *p, const char *diff)
{
    for (const char *line = diff, *end; *line;) {
        size_t hidden = hidden_lines(line, &end);
        if (hidden > 1) {
            const char *text =
                arena_printf(p->out->arena, "%c(%zu lines not shown)", *line, hidden);
            print_diff_line(p, bytes_of(text));
            line = end;
            continue;
        }
        size_t n = strcspn(line, "\n");
        print_diff_line(p, (struct bytes){line, n});
        line += n + (line[n] == '\n');
    }
}

static void print_diffs(struct page *p, const struct json *plan)
{
    for (const struct json *c = json_first(plan); c; c = json_next(c)) {
        const char *diff = json_member_string(c, "diff");
        if (!diff || !*diff)
            continue;
        strbuf_add_char(p->out, '\n');
        print_diff(p, diff);
    }
}

/* --- what else there is to know --------------------------------------------------------------- */

/* Locks of those who were not asked about; the others stand at their gates. */
static void print_left(struct page *p)
{
    struct arena *a = p->out->arena;
    const struct json *left = json_member(p->document, "left");
    struct table t = {.arena = a, .ragged_from = 1};
    for (const struct json *l = json_first(left); l; l = json_next(l)) {
        if (change_tells(p->document, l))
            continue;
        struct table_row *row = table_add(&t, 3);
        const char *place = page_place(a, json_member(l, "at"));
        row->cells[0].text = escaped(a, l, "rule");
        row->cells[1].text = *place ? place : "-";
        row->cells[2].text = escaped(a, l, "reason");
        if (*text_of(l, "command"))
            row->below = arena_printf(a, "to mend it: %s", escaped(a, l, "command"));
    }
    if (t.rows.count == 0)
        return;
    strbuf_add(p->out, "not touched\n");
    table_print(p->out, &t, 2, &p->style);
    strbuf_add_char(p->out, '\n');
}

/* New fingerprints, what a repair widens: who does not read the rest reads this. */
static void print_remarks(struct page *p)
{
    const struct json *remarks = json_member(p->document, "remarks");
    if (json_count(remarks) == 0)
        return;
    strbuf_add(p->out, "to know\n");
    for (const struct json *r = json_first(remarks); r; r = json_next(r)) {
        const char *text = json_string(r) ? json_string(r) : "";
        strbuf_add(p->out, "  ");
        table_paragraph(p->out, escape_terminal_text(p->out->arena, text), 2, 4, &p->style);
        strbuf_add_char(p->out, '\n');
    }
    strbuf_add_char(p->out, '\n');
}

/* --- the last lines --------------------------------------------------------------------------- */

static const char *next_step(const struct page *p)
{
    const char *kind = text_of(json_member(p->document, "target"), "kind");
    if (strcmp(kind, "directory") == 0)
        return "Next: unmount it, detach the disk, swap it back, boot.";
    return strcmp(kind, "device") == 0 ? "Next: detach the disk, swap it back, boot."
                                       : "Next: boot the VM from it.";
}

static bool is_access(const struct page *p)
{
    return json_count(json_member(p->document, "jobs")) > 0;
}

static const char *closing_of_done(struct page *p)
{
    struct arena *a = p->out->arena;
    const char *run = escaped(a, p->document, "run");
    const char *shut = *text_of(p->document, "undoes") ? NULL : change_still_shut(p->document);
    if (*text_of(p->document, "forgets"))
        return arena_printf(a, "the run %s is forgotten: it can no longer be undone", run);
    if (*text_of(p->document, "continues"))
        return arena_printf(a, "the run %s is finished and read back. %s", run, next_step(p));
    if (json_count(json_member(p->document, "plan")) == 0)
        return arena_printf(a, "the run %s is closed: nothing of it is left on the disk", run);
    /* A job may well have shut the way in, as it was asked to. */
    const char *how =
        is_access(p) ? "does not get in, see above." : "still does not get in, see above.";
    return arena_printf(a, "written and read back as run %s. To take it back: %s. %s", run,
                        escaped(a, p->document, "undo"),
                        shut ? arena_printf(a, "%s %s", escape_terminal_text(a, shut), how)
                             : next_step(p));
}

static const char *closing_of_nothing(struct page *p)
{
    struct arena *a = p->out->arena;
    const char *shut = change_still_shut(p->document);
    if (*text_of(p->document, "undoes"))
        return arena_printf(a,
                            "nothing of the run %s is left on the disk: only its record has to "
                            "be closed",
                            escaped(a, p->document, "undoes"));
    if (is_access(p))
        return shut
                   ? arena_printf(a,
                                  "nothing to write: what was asked for is so already, and %s does "
                                  "not get in, see above",
                                  escape_terminal_text(a, shut))
                   : "nothing to write: what was asked for is so already";
    if (shut)
        return arena_printf(a, "nothing to write: what keeps %s out needs a person, see above",
                            escape_terminal_text(a, shut));
    return "nothing to write: there is nothing to mend";
}

static const char *closing(struct page *p)
{
    struct arena *a = p->out->arena;
    size_t changes = json_count(json_member(p->document, "plan"));
    const char *which = json_member_string(p->document, "continues");
    which = which ? which : json_member_string(p->document, "forgets");
    if (is_result(p, "done"))
        return closing_of_done(p);
    if (is_result(p, "refused"))
        return "refused: nothing was written";
    if (is_result(p, "rolled-back"))
        return "the write failed and was taken back: nothing is changed";
    if (is_result(p, "broken"))
        return "the write failed half-way: the disk may be between two states until the run is "
               "undone";
    if (which)
        return arena_printf(a, "nothing is written: the run %s is as it was",
                            escape_terminal_text(a, which));
    if (changes == 0)
        return closing_of_nothing(p);
    return arena_printf(a, "%zu change%s planned; nothing is written%s", changes,
                        changes == 1 ? "" : "s", is_result(p, "planned") ? " yet" : "");
}

/* --- the page --------------------------------------------------------------------------------- */

static void print_closing(struct page *p)
{
    table_paragraph(p->out, closing(p), 0, 0, &p->style);
    strbuf_add_char(p->out, '\n');
}

void plan_print(struct page *p)
{
    const struct json *plan = json_member(p->document, "plan");
    if (json_count(plan) > 0) {
        print_changes(p, plan);
        if (!p->options->quiet)
            print_diffs(p, plan);
        strbuf_add_char(p->out, '\n');
    }
    print_left(p);
    print_remarks(p);
    change_print(p);
    if (json_count(json_member(p->document, "after")) > 0)
        strbuf_add_char(p->out, '\n');
    print_closing(p);
}

void plan_print_end(struct page *p)
{
    if (is_result(p, "done"))
        print_remarks(p);
    print_closing(p);
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
        int changes = (int)json_number(json_member(r, "changes"), 0);
        row->cells[0].text = escaped(a, r, "run");
        row->cells[1].text = escaped(a, r, "command");
        row->cells[2].text = escaped(a, r, "state");
        row->cells[3].text = arena_printf(a, "%d path%s", changes, changes == 1 ? "" : "s");
    }
    table_print(p->out, &t, 2, &p->style);
}
