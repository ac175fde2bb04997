/* The plan: apply what may be mended to the overlay, judge again, until nothing is left to do. */
#include "repair/repair.h"

#include <string.h>

#include "base/escape.h"
#include "base/map.h"
#include "repair/guard.h"
#include "repair/label_pass.h"
#include "repair/policy.h"
#include "repair/stages.h"
#include "repair/text_edit.h"

#define ROUNDS_MAX   40 /* thirteen gates, and a bad neighbour makes a round of each repair */
#define RESTARTS_MAX 4  /* each forbids at least one repair that did not help */

enum fate {
    FATE_APPLIED,
    FATE_LEFT,
    FATE_BANNED, /* applied in an earlier attempt, and the lock stayed */
};

/* What became of one lock. */
struct verdict {
    enum fate fate;
    size_t round;
    const char *reason;
    enum gate_state state; /* of the lock then */
};

struct planner {
    const struct repair_input *input;
    struct arena *arena;
    struct plan *plan;
    const struct plan_scope *scope; /* NULL: whatever the policy allows */
    struct map verdicts;            /* candidate.key → struct verdict */
    struct judgement *base, *now;   /* where the rules began: nothing may be worse than it */
    size_t base_causes, base_notes;
    struct line_moves moves;
    size_t tried_at; /* mark of the overlay when what was left was tried last */
};

typedef VEC(struct candidate) candidates;

/* --- which locks there are -------------------------------------------------------------------- */

static const char *key_of(struct arena *a, const struct reason *r, const char *user)
{
    return arena_printf(a, "%s\x1f%s\x1f%s\x1f%d\x1f%s\x1f%s", r->id, user ? user : "*",
                        r->at.file ? r->at.file : "", r->at.line, r->value ? r->value : "",
                        r->keyword ? r->keyword : "");
}

static bool names_user(const struct repair_input *input)
{
    return input->question->user_count > 0;
}

/* Of a named user, the key walk counts, and the password's where it is asked about or set up. */
static bool counts(const struct planner *p, const struct walk *w)
{
    if (!names_user(p->input))
        return true;
    return w->subject.method == METHOD_PUBLICKEY || p->input->question->password || w->expected;
}

static bool is_in_scope(const struct planner *p, const struct walk *w, enum gate gate)
{
    return !p->scope || (names_user(p->input) && p->scope->gates[w->subject.method] & 1U << gate);
}

static bool is_kept(const struct planner *p, const char *rule)
{
    for (const char *const *k = p->scope ? p->scope->kept : NULL; k && *k; k++)
        if (strcmp(*k, rule) == 0)
            return true;
    return false;
}

/* Is there a walk in whose scope the same lock stands? */
static bool stands_in_scope(struct planner *p, const struct walk *w, const struct reason *r,
                            const char *key)
{
    vec_each (other, &p->now->subjects->walks) {
        const struct gate_answer *answer = &other->gates[r->gate];
        if (other == w || !is_in_scope(p, other, r->gate))
            continue;
        for (size_t i = 0; i < answer->reason_count; i++) {
            const struct reason *same = &answer->reasons[i];
            const char *user = same->everybody ? NULL : other->subject.user;
            if (strcmp(key_of(p->arena, same, user), key) == 0)
                return true;
        }
    }
    return false;
}

static void add_candidate(struct planner *p, candidates *out, struct map *seen,
                          const struct walk *w, const struct reason *r)
{
    const struct rule *rule = rules_find(p->input->rules, r->id);
    if (!rule || strcmp(r->id, "nobody-can-log-in") == 0)
        return;
    if (!r->everybody && !w->expected && !names_user(p->input))
        return;
    const char *user = r->everybody ? NULL : w->subject.user;
    const char *key = key_of(p->arena, r, user);
    if (map_get(seen, key))
        return;
    bool in_scope = is_in_scope(p, w, r->gate) && !is_kept(p, r->id);
    if (p->scope && !in_scope && !is_kept(p, r->id) && stands_in_scope(p, w, r, key))
        return; /* the same lock on another way of the same person, which is in scope */
    struct candidate c = {
        .rule = rule,
        .record = login_reason_record(p->arena, w, r),
        .key = key,
        .gate = r->gate,
        .state = r->state,
        .user = user,
        .is_named = names_user(p->input),
        .in_scope = in_scope,
        .at = r->at,
    };
    map_set(seen, key, out);
    vec_push(p->arena, out, c);
}

/* In gate order, so that what hides other locks is mended first. */
static void collect(struct planner *p, candidates *out)
{
    struct map seen;
    map_init(&seen, p->arena);
    for (int g = 0; g < GATE_COUNT; g++)
        vec_each (walk, &p->now->subjects->walks)
            for (size_t i = 0; counts(p, walk) && i < walk->gates[g].reason_count; i++)
                add_candidate(p, out, &seen, walk, &walk->gates[g].reasons[i]);
}

static void free_records(candidates *list)
{
    vec_each (c, list)
        json_free(c->record);
}

/* --- applying one ----------------------------------------------------------------------------- */

static void remember(struct planner *p, const struct candidate *c, enum fate fate,
                     const char *reason)
{
    struct verdict *v = arena_new_struct(p->arena, struct verdict);
    *v = (struct verdict){fate, p->plan->rounds, reason, c->state};
    map_set(&p->verdicts, c->key, v);
}

static const char *sentence(struct arena *a, const struct err *e)
{
    return *e->path ? arena_printf(a, "%s: %s", e->path, e->text) : arena_strdup(a, e->text);
}

/* All steps or none. */
static int apply_steps(struct planner *p, const struct candidate *c, struct verb_context *context,
                       struct err *e)
{
    struct json *steps = rules_steps(p->input->rules, p->now->document, c->rule, c->record, e);
    if (!steps)
        return e->code;
    size_t mark = overlay_mark(p->input->tree);
    int code = 0;
    for (const struct json *s = json_first(steps); s && code == 0; s = json_next(s)) {
        const char *name = json_member_string(s, "do");
        const struct verb *verb = verb_by_name(name);
        code = verb ? verb->apply(context, s, e)
                    : err_set(e, ERR_UNSUPPORTED, "this build cannot do \"%s\"", name);
    }
    if (code != 0)
        overlay_roll_back(p->input->tree, mark);
    json_free(steps);
    return code;
}

static void take_text(struct tree *t, struct plan_cause *cause)
{
    size_t count;
    const struct overlay_edit *edits = overlay_edits(t, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(edits[i].path, cause->path) == 0 && edits[i].after.has_content) {
            cause->has_text = true;
            cause->text = edits[i].after.content;
        }
}

void plan_note_causes(const struct repair_input *input, struct plan *p, size_t mark,
                      const char *rule, const char *job)
{
    size_t count;
    const char *const *paths = overlay_touched(input->tree, mark, &count);
    for (size_t i = 0; i < count; i++) {
        struct plan_cause cause = {.path = paths[i], .rule = rule, .job = job};
        take_text(input->tree, &cause);
        vec_push(input->arena, &p->causes, cause);
    }
}

/* True when the overlay has changed. */
static bool apply(struct planner *p, const struct candidate *c)
{
    struct tree *t = p->input->tree;
    struct err e = {0};
    struct verb_context context = {.input = p->input,
                                   .arena = p->arena,
                                   .tree = t,
                                   .facts = p->now->facts,
                                   .rule = c->rule->id,
                                   .record = c->record,
                                   .user = c->user,
                                   .moves = &p->moves};
    size_t mark = overlay_mark(t);
    int code = apply_steps(p, c, &context, &e);
    if (code == VERB_LATER)
        return false;
    if (code != 0) {
        remember(p, c, FATE_LEFT, sentence(p->arena, &e));
        return false;
    }
    if (overlay_mark(t) == mark) {
        remember(p, c, FATE_LEFT, "its repair is in place already and does not open the gate");
        return false;
    }
    remember(p, c, FATE_APPLIED, NULL);
    plan_note_causes(p->input, p->plan, mark, c->rule->id, NULL);
    vec_each (note, &context.notes)
        vec_push(p->arena, &p->plan->notes, *note);
    return true;
}

/* --- rounds ----------------------------------------------------------------------------------- */

/* An auto rule's lock may vanish for everybody; a flag rule's only for whom it was asked. */
static bool may_vanish(void *context, const struct reason *r)
{
    const struct planner *p = context;
    const struct rule *rule = rules_find(p->input->rules, r->id);
    if (!rule || strcmp(rule->repair_class, "auto") == 0 || p->input->options->unsafe)
        return true;
    for (size_t i = 0; i < p->input->options->allow_count; i++)
        if (strcmp(p->input->options->allow[i], r->id) == 0)
            return true;
    return false;
}

static const char *worse(struct planner *p, const struct judgement *then)
{
    return guard_worse(p->input, p->base, then, may_vanish, p);
}

/* What is to be tried in this round. */
static bool is_open_question(struct planner *p, const struct candidate *c)
{
    const char *reason, *command;
    return c->in_scope && !map_get(&p->verdicts, c->key) &&
           policy_of(p->input, p->now->document, c, &reason, &command) == POLICY_MEND;
}

static void adopt(struct planner *p, struct judgement *then)
{
    if (p->now != p->base)
        judgement_free(p->now);
    p->now = then;
}

/* The edits of a round together made something worse: one at a time, and without the culprit. */
static void apply_singly(struct planner *p, const candidates *list)
{
    vec_each (c, list) {
        if (!is_open_question(p, c))
            continue;
        size_t mark = overlay_mark(p->input->tree), causes = p->plan->causes.count;
        size_t notes = p->plan->notes.count;
        p->moves.paths.count = 0; /* what is not adopted has moved no line */
        if (!apply(p, c))
            continue;
        struct judgement *then = judgement_make(p->input);
        const char *why = worse(p, then);
        if (!why) {
            /* The other candidates stand on the facts before; their lines may have moved. */
            adopt(p, then);
            return;
        }
        judgement_free(then);
        overlay_roll_back(p->input->tree, mark);
        p->plan->causes.count = causes;
        p->plan->notes.count = notes;
        remember(p, c, FATE_LEFT,
                 arena_printf(p->arena, "left as it is, because with its repair %s", why));
    }
}

static void forget_round(struct planner *p, const candidates *list, size_t mark, size_t causes,
                         size_t notes)
{
    overlay_roll_back(p->input->tree, mark);
    p->plan->causes.count = causes;
    p->plan->notes.count = notes;
    p->moves.paths.count = 0;
    vec_each (c, list) {
        struct verdict *v = map_get(&p->verdicts, c->key);
        if (v && v->fate == FATE_APPLIED && v->round == p->plan->rounds)
            map_set(&p->verdicts, c->key, NULL);
    }
}

/* False when there was nothing to do any more. */
static bool one_round(struct planner *p)
{
    candidates list = {0};
    size_t mark = overlay_mark(p->input->tree), causes = p->plan->causes.count;
    size_t notes = p->plan->notes.count;
    bool changed = false, boot_is_done = false;
    p->moves.paths.count = 0;
    collect(p, &list);
    vec_each (c, &list) {
        if (changed && c->gate > GATE_BOOT && !boot_is_done)
            break; /* a link or a mount that comes back takes other locks with it */
        boot_is_done |= c->gate > GATE_BOOT;
        if (is_open_question(p, c))
            changed |= apply(p, c);
    }
    if (changed) {
        struct judgement *then = judgement_make(p->input);
        if (!worse(p, then)) {
            adopt(p, then);
        } else {
            judgement_free(then);
            forget_round(p, &list, mark, causes, notes);
            apply_singly(p, &list);
            changed = overlay_mark(p->input->tree) != mark;
        }
    }
    free_records(&list);
    return changed;
}

/* Locks whose repair was made and that still stand: their repair helps nobody. */
static bool ban_what_did_not_help(struct planner *p)
{
    candidates list = {0};
    bool any = false;
    collect(p, &list);
    vec_each (c, &list) {
        const struct verdict *v = map_get(&p->verdicts, c->key);
        bool is_open_now = v && v->state == GATE_SHUT && c->state != GATE_SHUT;
        if (!v || v->fate != FATE_APPLIED || is_open_now)
            continue;
        remember(p, c, FATE_BANNED, "its repair was tried and does not open the gate");
        any = true;
    }
    free_records(&list);
    return any;
}

/* What could not be mended may be possible now: a directory that was missing is there. True when
 * something has changed since the last time. */
static bool try_left_again(struct planner *p)
{
    size_t mark = overlay_mark(p->input->tree);
    bool any = false;
    if (mark == p->tried_at)
        return false;
    p->tried_at = mark;
    for (size_t i = 0; i < p->verdicts.capacity; i++) {
        const struct verdict *v = p->verdicts.slots[i].key ? p->verdicts.slots[i].value : NULL;
        if (!v || v->fate != FATE_LEFT)
            continue;
        p->verdicts.slots[i].value = NULL;
        any = true;
    }
    return any;
}

/* Everything but what is known not to help. */
static void start_again(struct planner *p, size_t mark)
{
    overlay_roll_back(p->input->tree, mark);
    p->tried_at = mark;
    p->plan->causes.count = p->base_causes;
    p->plan->notes.count = p->base_notes;
    struct map kept = p->verdicts;
    map_init(&p->verdicts, p->arena);
    for (size_t i = 0; i < kept.capacity; i++) {
        struct verdict *v = kept.slots[i].key ? kept.slots[i].value : NULL;
        if (v && v->fate == FATE_BANNED)
            map_set(&p->verdicts, kept.slots[i].key, v);
    }
    adopt(p, p->base);
}

/* --- what is left ----------------------------------------------------------------------------- */

/* What a job leaves to a repair. */
static const char *repair_command(struct planner *p, const struct candidate *c)
{
    const char *command = arena_printf(p->arena, "diskmend repair %s", p->input->options->target);
    if (!c->user && !names_user(p->input))
        return command;
    const char *user = c->user ? c->user : p->input->question->users[0];
    return arena_printf(p->arena, "%s --user %s", command, escape_shell_word(p->arena, user));
}

static bool is_ours(const char *command)
{
    return command && strncmp(command, "diskmend ", strlen("diskmend ")) == 0;
}

/* Rules do not know what the disk is called here. */
static const char *on_this_disk(struct planner *p, const char *command)
{
    static const char word[] = " DISK ";
    const char *at = strstr(command, word);
    return at ? arena_printf(p->arena, "%.*s %s %s", (int)(at - command), command,
                             p->input->options->target, at + strlen(word))
              : command;
}

static void list_left(struct planner *p)
{
    candidates list = {0};
    collect(p, &list);
    vec_each (c, &list) {
        const char *reason, *command;
        enum policy_answer answer = policy_of(p->input, p->now->document, c, &reason, &command);
        const struct verdict *v = map_get(&p->verdicts, c->key);
        if (answer == POLICY_IGNORE)
            continue;
        if (answer == POLICY_MEND)
            reason = !c->in_scope     ? "not part of what was asked for"
                     : v && v->reason ? v->reason
                                      : "its repair did not open the gate";
        if (answer == POLICY_MEND)
            command = rules_command(p->input->rules, p->now->document, c->rule, c->record);
        if (answer == POLICY_MEND && !c->in_scope && !is_ours(command))
            command = repair_command(p, c);
        if (is_ours(command))
            command = on_this_disk(p, command);
        vec_push(p->arena, &p->plan->left,
                 ((struct plan_left){c->rule->id, c->user, c->at, reason, command}));
    }
    free_records(&list);
}

/* What is new has no label yet; the guest's policy says which. True when the overlay has changed.
 */
bool plan_label_new(const struct repair_input *input, struct plan *plan, const struct facts *f)
{
    struct err e = {0};
    const char *note;
    size_t mark = overlay_mark(input->tree), count;
    bool changed = label_pass(input->arena, input->tree, f, &note, &e);
    const char *const *paths = overlay_touched(input->tree, mark, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(paths[i], "/.autorelabel") == 0)
            vec_push(input->arena, &plan->causes,
                     ((struct plan_cause){.path = paths[i], .rule = "selinux-labels-lost"}));
    if (note)
        vec_push(input->arena, &plan->notes, note);
    return changed;
}

static int check_users(const struct repair_input *input, const struct login_answer *answer,
                       struct err *e)
{
    if (answer->unknown_users.count == 0)
        return 0;
    const char *user = answer->unknown_users.items[0];
    return err_set(e, ERR_NOT_FOUND,
                   "there is no account \"%s\" on this disk; to make one, use "
                   "\"diskmend access %s --user %s --create\"",
                   user, input->options->target, escape_shell_word(input->arena, user));
}

void plan_by_rules(const struct repair_input *input, struct plan *plan, struct judgement *now,
                   const struct plan_scope *scope)
{
    struct planner p = {.input = input,
                        .arena = input->arena,
                        .plan = plan,
                        .scope = scope,
                        .base = now,
                        .now = now,
                        .base_causes = plan->causes.count,
                        .base_notes = plan->notes.count};
    size_t start = overlay_mark(input->tree);
    p.tried_at = start;
    map_init(&p.verdicts, p.arena);
    plan->rounds = 1;
    for (size_t restarts = 0;;) {
        for (; plan->rounds <= ROUNDS_MAX && one_round(&p); plan->rounds++)
            continue;
        if (plan->rounds++ <= ROUNDS_MAX && try_left_again(&p))
            continue;
        if (restarts++ >= RESTARTS_MAX || !ban_what_did_not_help(&p))
            break;
        start_again(&p, start);
        plan->rounds = 1;
    }
    if (plan_label_new(input, plan, p.now->facts))
        adopt(&p, judgement_make(input));
    list_left(&p);
    plan->after = p.now;
}

struct plan *plan_make(const struct repair_input *input, struct err *e)
{
    struct plan *p = arena_new_struct(input->arena, struct plan);
    p->before = p->after = judgement_make(input);
    if (check_users(input, p->before->subjects, e) != 0) {
        plan_free(p);
        return NULL;
    }
    plan_by_rules(input, p, p->before, NULL);
    return p;
}
