#include "repair/guard.h"

#include <string.h>

static bool is_named(const struct repair_input *input, const char *user)
{
    for (size_t i = 0; i < input->question->user_count; i++)
        if (strcmp(input->question->users[i], user) == 0)
            return true;
    return false;
}

/* Gets in, and becomes root. */
static bool reaches_root(const struct walk *w)
{
    return walk_admission(w) == GATE_OPEN &&
           (strcmp(w->subject.user, "root") == 0 ||
            (walk_verdict(w) == GATE_OPEN &&
             (w->sudo == SUDO_PASSWORD || w->sudo == SUDO_NOPASSWD)));
}

bool guard_somebody_reaches_root(const struct login_answer *answer, const char *but)
{
    vec_each (walk, &answer->walks)
        if (reaches_root(walk) && !(but && strcmp(walk->subject.user, but) == 0))
            return true;
    return false;
}

/* A lock that was in the way of W before, and that nobody allowed to take away. */
static const struct reason *wrongly_vanished(const struct walk *before, const struct walk *after,
                                             guard_may_vanish *may_vanish, void *context)
{
    for (int g = 0; g < GATE_SUDO; g++)
        for (size_t i = 0; i < before->gates[g].reason_count; i++) {
            const struct reason *r = &before->gates[g].reasons[i];
            if (r->state != GATE_SHUT || r->everybody || may_vanish(context, r))
                continue;
            bool stays = false;
            for (size_t k = 0; k < after->gates[g].reason_count; k++)
                stays |= strcmp(after->gates[g].reasons[k].id, r->id) == 0 &&
                         after->gates[g].reasons[k].state == GATE_SHUT;
            if (!stays)
                return r;
        }
    return NULL;
}

const char *guard_worse(const struct repair_input *input, const struct judgement *before,
                        const struct judgement *after, guard_may_vanish *may_vanish, void *context)
{
    struct arena *a = input->arena;
    vec_each (was, &before->people->walks) {
        const struct walk *is = login_same_walk(after->people, was);
        const char *method = login_method_name(was->subject.method);
        if (walk_admission(was) == GATE_OPEN && (!is || walk_admission(is) != GATE_OPEN))
            return arena_printf(a, "%s could no longer log in by %s", was->subject.user, method);
        if (!is || is_named(input, was->subject.user) || walk_admission(was) == GATE_OPEN)
            continue;
        /* What is mended for somebody who was named may be shared with others, who stay shut out by
         * what else there is. Where nobody was, no lock goes unasked even from among several: the
         * next run would start from there and take the rest. */
        if (input->question->user_count > 0 && walk_admission(is) != GATE_OPEN)
            continue;
        const struct reason *r = wrongly_vanished(was, is, may_vanish, context);
        if (r && walk_admission(is) == GATE_OPEN)
            return arena_printf(a, "%s would be let in by %s, too", was->subject.user, method);
        if (r)
            return arena_printf(a, "%s would lose a lock (%s), who was not named", was->subject.user,
                                r->id);
    }
    vec_each (is, &after->people->walks) {
        if (walk_admission(is) == GATE_OPEN && !is_named(input, is->subject.user) &&
            !login_same_walk(before->people, is))
            return arena_printf(a, "%s would be let in by %s, who could not log in before",
                                is->subject.user, login_method_name(is->subject.method));
    }
    if (guard_somebody_reaches_root(before->people, NULL) &&
        !guard_somebody_reaches_root(after->people, NULL))
        return "nobody could become root any more";
    return NULL;
}
