/* Plans of jobs: undo's one, access's several, and what a plan says of its edits. */
#include "repair/stages.h"

#include <string.h>

#include "repair/guard.h"
#include "repair/text_edit.h"

/* --- several, each on what the one before left ------------------------------------------------ */

/* A stage has changed the overlay: the next one stands on the guest as it is now. */
static void judge_again(const struct repair_input *input, const struct plan *p,
                        struct judgement **now)
{
    if (*now != p->before)
        judgement_free(*now);
    *now = judgement_make(input);
}

static int run_stage(const struct repair_input *input, struct plan *p, const struct stage *stage,
                     void *context, struct judgement **now, struct err *e)
{
    struct line_moves moves = {0};
    struct verb_context c = {.input = input,
                             .arena = input->arena,
                             .tree = input->tree,
                             .facts = (*now)->facts,
                             .rule = stage->name,
                             .user = input->question->user_count ? input->question->users[0] : NULL,
                             .moves = &moves};
    size_t mark = overlay_mark(input->tree);
    int code = stage->run(&c, context, e);
    if (code == VERB_LATER)
        return err_set(e, ERR_INTERNAL, "%s stands on lines that have moved", stage->name);
    if (code != 0)
        return code;
    plan_note_causes(input, p, mark, NULL, stage->name);
    vec_each (note, &c.notes)
        vec_push(input->arena, &p->notes, *note);
    if (overlay_mark(input->tree) != mark)
        judge_again(input, p, now);
    return 0;
}

/* A job names whom it is for: no lock of anybody else goes with it. */
static bool no_lock_vanishes(void *context, const struct reason *r)
{
    (void)context, (void)r;
    return false;
}

struct plan *plan_of_stages(const struct repair_input *input, const struct stage *stages,
                            size_t count, void *context, const struct plan_scope *scope,
                            struct err *e)
{
    struct plan *p = arena_new_struct(input->arena, struct plan);
    int code = 0;
    p->before = p->after = judgement_make(input);
    struct judgement *now = p->before;
    for (size_t i = 0; i < count && code == 0; i++)
        code = run_stage(input, p, &stages[i], context, &now, e);
    const char *worse = code == 0 && !scope->announced && now != p->before
                            ? guard_worse(input, p->before, now, no_lock_vanishes, NULL)
                            : NULL;
    if (worse)
        code = err_set(e, ERR_REFUSED, "left as it is, because with it %s", worse);
    if (code == 0)
        plan_by_rules(input, p, now, scope);
    if (now != p->before && now != p->after)
        judgement_free(now);
    if (code == 0)
        return p;
    plan_free(p);
    return NULL;
}

/* --- one -------------------------------------------------------------------------------------- */

struct plan *plan_of_job(const struct repair_input *input, const char *name, plan_job *job,
                         void *context, struct err *e)
{
    struct plan *p = arena_new_struct(input->arena, struct plan);
    size_t mark = overlay_mark(input->tree);
    p->before = p->after = judgement_make(input);
    p->rounds = 1;
    if (job(context, p, e) != 0) {
        plan_free(p);
        return NULL;
    }
    plan_note_causes(input, p, mark, NULL, name);
    /* Undo gives back what was there, its labels too. */
    if (strcmp(name, "undo") != 0)
        plan_label_new(input, p, p->before->facts);
    p->after = judgement_make(input);
    return p;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    if (p->after != p->before)
        judgement_free(p->after);
    judgement_free(p->before);
}

static void add_once(struct arena *a, name_list *names, const char *name)
{
    vec_each (known, names)
        if (strcmp(*known, name) == 0)
            return;
    vec_push(a, names, name);
}

struct plan_causes plan_causes_of(struct arena *a, const struct plan *p, const char *path)
{
    name_list rules = {0}, jobs = {0};
    vec_each (cause, &p->causes) {
        if (strcmp(cause->path, path) != 0)
            continue;
        if (cause->job)
            add_once(a, &jobs, cause->job);
        if (cause->rule)
            add_once(a, &rules, cause->rule);
    }
    return (struct plan_causes){.jobs = jobs.items,
                                .job_count = jobs.count,
                                .rules = rules.items,
                                .rule_count = rules.count,
                                .job = jobs.count ? jobs.items[jobs.count - 1] : NULL};
}
