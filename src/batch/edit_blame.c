#include "batch/edit_blame.h"

#include <string.h>

#include "facts/collect.h"

/* A line of the text as it is at one moment of the plan. */
struct line {
    bool is_old;
    size_t number;                  /* of an old line: in the text before the plan */
    const struct plan_cause *cause; /* of a new line: what put it there */
};
typedef VEC(struct line) line_list;

struct edit_blame {
    struct arena *arena;
    line_list now;
    const struct plan_cause *
        *taken_by; /* for each line of the text before the plan; NULL: it stays */
    size_t old_count;
};

static size_t count_lines(struct bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n + (text.len > 0 && text.ptr[text.len - 1] != '\n');
}

/* One change from the text that BLAME->now stands for. */
static void step(struct edit_blame *b, struct bytes from, const struct plan_cause *cause)
{
    diff_ranges changes = diff_compare(b->arena, from, cause->text);
    line_list next = {0};
    size_t at = 0;
    vec_each (c, &changes) {
        for (; at < c->old_from; at++)
            vec_push(b->arena, &next, b->now.items[at]);
        for (; at < c->old_from + c->old_count; at++)
            if (b->now.items[at].is_old)
                b->taken_by[b->now.items[at].number] = cause;
        for (size_t i = 0; i < c->new_count; i++)
            vec_push(b->arena, &next, ((struct line){.cause = cause}));
    }
    for (; at < b->now.count; at++)
        vec_push(b->arena, &next, b->now.items[at]);
    b->now = next;
}

struct edit_blame *edit_blame_of(struct arena *a, const struct plan *plan, const char *path,
                                 struct bytes before)
{
    struct edit_blame *b = arena_new_struct(a, struct edit_blame);
    struct bytes text = before;
    b->arena = a;
    b->old_count = count_lines(before);
    b->taken_by = arena_alloc_array(a, b->old_count + 1, sizeof *b->taken_by);
    for (size_t i = 0; i < b->old_count; i++)
        vec_push(a, &b->now, ((struct line){.is_old = true, .number = i}));
    vec_each (cause, &plan->causes) {
        if (!cause->has_text || strcmp(cause->path, path) != 0)
            continue;
        step(b, text, cause);
        text = cause->text;
    }
    return b;
}

static void add(const struct edit_blame *b, struct text_list *list, const char *name)
{
    if (name && !text_list_has(list, name))
        text_list_add(b->arena, list, name);
}

static void add_cause(const struct edit_blame *b, struct hunk_causes *out,
                      const struct plan_cause *cause)
{
    add(b, &out->rules, cause ? cause->rule : NULL);
    add(b, &out->jobs, cause ? cause->job : NULL);
}

struct hunk_causes edit_blame_hunk(const struct edit_blame *b, struct diff_range hunk)
{
    struct hunk_causes out = {0};
    for (size_t i = hunk.old_from; i < hunk.old_from + hunk.old_count && i < b->old_count; i++)
        add_cause(b, &out, b->taken_by[i]);
    for (size_t i = hunk.new_from; i < hunk.new_from + hunk.new_count && i < b->now.count; i++)
        add_cause(b, &out, b->now.items[i].cause);
    return out;
}
