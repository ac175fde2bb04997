#include "tests/cases/matrix.h"

#include <string.h>

static const struct login_answer *everybody(struct trial *t, const struct facts *f)
{
    VEC(const char *) names = {0};
    vec_each (account, &f->accounts)
        if (!account->shadowed)
            vec_push(t->arena, &names, account->name);
    struct login_question question = trial_question(t);
    question.users = names.items;
    question.user_count = names.count;
    question.password = true;
    return login_judge(f, &question);
}

static const struct walk *walk_of(const struct login_answer *answer, const struct subject *s)
{
    vec_each (walk, &answer->walks)
        if (walk->subject.method == s->method && strcmp(walk->subject.user, s->user) == 0)
            return walk;
    return NULL;
}

static bool gets_in(const struct walk *w)
{
    return w && walk_admission(w) == GATE_OPEN;
}

static bool has_lock(const struct walk *w, const struct reason *lock)
{
    const struct gate_answer *gate = &w->gates[lock->gate];
    for (size_t i = 0; i < gate->reason_count; i++)
        if (gate->reasons[i].state == GATE_SHUT && strcmp(gate->reasons[i].id, lock->id) == 0)
            return true;
    return false;
}

static bool may_go(struct trial *t, const struct reason *lock)
{
    const struct rule *rule = rules_find(t->runner->rules, lock->id);
    return lock->everybody || (rule && strcmp(rule->repair_class, "auto") == 0);
}

/* Somebody gets in who did not: by which locks that were his own? */
static void expect_no_own_lock_gone(struct trial *t, const struct walk *was, const struct walk *is)
{
    for (int g = 0; was && g < GATE_SUDO; g++)
        for (size_t i = 0; i < was->gates[g].reason_count; i++) {
            const struct reason *lock = &was->gates[g].reasons[i];
            if (lock->state == GATE_SHUT && !has_lock(is, lock) && !may_go(t, lock))
                FAIL(t, "%s gets in by %s, too: %s is gone", is->subject.user,
                     login_method_name(is->subject.method), lock->id);
        }
}

static size_t ways_to_root(const struct login_answer *answer)
{
    size_t ways = 0;
    vec_each (walk, &answer->walks)
        ways += gets_in(walk) && (strcmp(walk->subject.user, "root") == 0 ||
                                  (walk->gates[GATE_SUDO].state == GATE_OPEN &&
                                   (walk->sudo == SUDO_PASSWORD || walk->sudo == SUDO_NOPASSWD)));
    return ways;
}

void matrix_expect_no_worse(struct trial *t, const struct judgement *before,
                            const struct judgement *after, const char *named)
{
    const struct login_answer *old = everybody(t, before->facts);
    const struct login_answer *new = everybody(t, after->facts);
    vec_each (was, &old->walks)
        if (gets_in(was) && !gets_in(walk_of(new, &was->subject)))
            FAIL(t, "%s no longer gets in by %s", was->subject.user,
                 login_method_name(was->subject.method));
    vec_each (is, &new->walks) {
        const struct walk *was = walk_of(old, &is->subject);
        bool is_named = named && strcmp(is->subject.user, named) == 0;
        if (gets_in(is) && !gets_in(was) && !is_named)
            expect_no_own_lock_gone(t, was, is);
    }
    if (ways_to_root(old) > 0 && ways_to_root(new) == 0)
        FAIL(t, "no way to root is left");
}

void matrix_expect_same_for_others(struct trial *t, const struct judgement *before,
                                   const struct judgement *after, const char *named)
{
    const struct login_answer *old = everybody(t, before->facts);
    const struct login_answer *new = everybody(t, after->facts);
    vec_each (was, &old->walks) {
        const struct walk *is = walk_of(new, &was->subject);
        bool is_named = named && strcmp(was->subject.user, named) == 0;
        if (!is_named && gets_in(was) != gets_in(is))
            FAIL(t, "%s %s by %s", was->subject.user,
                 gets_in(is) ? "gets in, too," : "no longer gets in",
                 login_method_name(was->subject.method));
    }
    vec_each (is, &new->walks)
        if (gets_in(is) && !walk_of(old, &is->subject) &&
            !(named && strcmp(is->subject.user, named) == 0))
            FAIL(t, "%s is new and gets in", is->subject.user);
}
