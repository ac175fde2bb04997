#include "rules/order.h"

#include <stdlib.h>
#include <string.h>

static int compare_text(const char *a, const char *b)
{
    if (!a || !b)
        return a ? -1 : b ? 1 : 0;
    return strcmp(a, b);
}

static int compare_int(int a, int b)
{
    return (a > b) - (a < b);
}

/* Rule, place and message: what a reader cannot tell apart. */
static int compare_seen(const struct finding *a, const struct finding *b)
{
    int order = compare_text(a->at.file, b->at.file);
    order = order ? order : compare_int(a->at.line, b->at.line);
    order = order ? order : compare_int(a->at.column, b->at.column);
    order = order ? order : strcmp(a->rule, b->rule);
    return order ? order : strcmp(a->message, b->message);
}

/* The sum of the others: a reader wants their causes first. */
static bool is_summary(const struct finding *f)
{
    return strcmp(f->rule, "nobody-can-log-in") == 0;
}

/* What shuts a gate is met in the order of the walk: sshd's own order of fatal checks. */
static int compare_met(const struct ranked_finding *a, const struct ranked_finding *b)
{
    return a->shuts == GATE_COUNT ? 0 : (a->record > b->record) - (a->record < b->record);
}

static int compare_alike(const void *left, const void *right)
{
    const struct ranked_finding *a = left, *b = right;
    return compare_seen(&a->finding, &b->finding);
}

/* The same thing said of several people is met where it is met first. */
static void meet_alike_together(struct ranked_finding *items, size_t count)
{
    qsort(items, count, sizeof *items, compare_alike);
    for (size_t from = 0, to; from < count; from = to) {
        size_t record = items[from].record;
        for (to = from + 1; to < count && compare_alike(&items[from], &items[to]) == 0; to++)
            record = items[to].record < record ? items[to].record : record;
        for (size_t i = from; i < to; i++)
            items[i].record = record;
    }
}

static int compare(const void *left, const void *right)
{
    const struct ranked_finding *a = left, *b = right;
    const struct finding *f = &a->finding, *g = &b->finding;
    int order = compare_int(a->shuts == GATE_COUNT, b->shuts == GATE_COUNT);
    order = order ? order : compare_int(is_summary(f), is_summary(g));
    order = order ? order : compare_int((int)a->shuts, (int)b->shuts);
    order = order ? order : compare_int((int)g->severity, (int)f->severity);
    order = order ? order : compare_met(a, b);
    order = order ? order : compare_int((int)gate_by_name(f->gate), (int)gate_by_name(g->gate));
    order = order ? order : compare_seen(f, g);
    order = order ? order : compare_text(f->user, g->user);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

void order_findings(struct arena *a, struct ranked_finding *items, size_t count,
                    struct rule_results *out)
{
    if (count > 1) {
        meet_alike_together(items, count);
        qsort(items, count, sizeof *items, compare);
    }
    struct finding *last = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &items[i].finding;
        if (last && compare_seen(last, f) == 0) {
            if (last->user && (!f->user || strcmp(last->user, f->user) != 0))
                last->user = NULL;
            continue;
        }
        last = vec_push_new(a, &out->findings);
        *last = *f;
    }
}
