/* The walks: what holds for the whole guest is judged once, then every subject goes through the
 * gates by each method. Facts in, answers out. */
#include "login/login.h"

#include <string.h>

#include "login/expected.h"
#include "login/gate_sudo.h"
#include "login/people.h"
#include "login/visit.h"

struct judging {
    const struct facts *f;
    const struct login_question *question;
    const struct key_index *index;
    struct reason_list guest;
    struct gate_answer everybody[GATE_COUNT]; /* GUEST by gate; walks without a reason of their own
                                               * share its lists */
    struct reason_list own, unheard;          /* of one walk at a time; their room is used again */
    struct stack_room *room;
    int port; /* where sshd can be reached; Match LocalPort sees it */
    struct login_answer *answer;
    VEC(const struct account_fact *) accounts; /* one for each walk */
};

static void fill_gate(struct arena *a, struct gate_answer *answer, enum gate gate,
                      const struct reason_list *list)
{
    size_t more = 0;
    for (size_t i = 0; i < list->items.count; i++)
        more += list->items.items[i].gate == gate;
    if (more == 0)
        return;
    struct reason *reasons = arena_alloc_array(a, answer->reason_count + more, sizeof *reasons);
    if (answer->reason_count > 0)
        memcpy(reasons, answer->reasons, answer->reason_count * sizeof *reasons);
    for (size_t i = 0; i < list->items.count; i++) {
        const struct reason *r = &list->items.items[i];
        if (r->gate != gate)
            continue;
        reasons[answer->reason_count++] = *r;
        if (r->state == GATE_SHUT || (r->state == GATE_UNKNOWN && answer->state != GATE_SHUT))
            answer->state = r->state;
    }
    answer->reasons = reasons;
}

static void judge_guest(struct judging *j)
{
    gate_disk(j->f, &j->guest);
    gate_boot(j->f, &j->guest);
    gate_network(j->f, &j->guest);
    bool target_broken = reason_list_has_lock(&j->guest, "systemd-target-or-unit-masked");
    gate_sshd(j->f, target_broken, &j->guest);
    j->port = gate_listen(j->f, j->question, &j->guest);
    gate_firewall(j->f, j->question, j->port, &j->guest);
    gate_auth_guest(j->f, &j->guest);
    gate_account_files(j->f, &j->guest);
    gate_sudo_guest(j->f, &j->guest);
    gate_pam_guest(j->f, &j->guest);
    gate_session_guest(j->f, &j->guest);
    for (int g = 0; g < GATE_COUNT; g++) {
        j->everybody[g].state = GATE_OPEN;
        fill_gate(j->f->arena, &j->everybody[g], (enum gate)g, &j->guest);
    }
}

/* Gates that this build judges, for this subject. */
static bool is_judged(enum gate gate, const struct walk *w)
{
    switch (gate) {
    case GATE_BOOT:
    case GATE_NETWORK:
    case GATE_SSHD:
    case GATE_LISTEN:
    case GATE_FIREWALL:
    case GATE_AUTH:
    case GATE_ACCOUNT:
        return true;
    case GATE_ALLOW:
    case GATE_PAM:
    case GATE_SESSION:
        return w->user_exists;
    case GATE_KEY:
        return w->user_exists && w->subject.method == METHOD_PUBLICKEY;
    default:
        return false;
    }
}

static void fill_walk(struct judging *j, struct walk *w, const struct reason_list *own,
                      struct sudo_verdict sudo)
{
    w->sudo = sudo.kind;
    for (int g = 0; g < GATE_COUNT; g++) {
        struct gate_answer *answer = &w->gates[g];
        *answer = j->everybody[g];
        bool judged = g == GATE_SUDO   ? sudo.judged
                      : g == GATE_DISK ? disk_is_seen(j->f)
                                       : is_judged((enum gate)g, w);
        if (answer->state == GATE_OPEN && !judged)
            answer->state = GATE_NOT_JUDGED;
        fill_gate(j->f->arena, answer, (enum gate)g, own);
    }
}

/* SETTINGS: made by the first walk of a user, the same for the second. */
static void walk_subject(struct judging *j, const char *user, const struct account_fact *account,
                         enum login_method method, bool named, struct effective **settings)
{
    struct walk *w = vec_push_new(j->f->arena, &j->answer->walks);
    vec_push(j->f->arena, &j->accounts, account);
    w->subject = (struct subject){
        .user = user,
        .from = j->question->from,
        .port = j->question->port,
        .method = method,
        .identity = method == METHOD_PUBLICKEY ? j->question->identity : NULL,
        .at = j->question->at,
    };
    w->user_exists = account != NULL;
    if (!*settings)
        *settings = effective_for(j->f, &w->subject, account, j->port);
    j->own.items.count = 0;
    const struct visit v = {
        .facts = j->f,
        .question = j->question,
        .subject = &w->subject,
        .account = account,
        .settings = *settings,
        .index = j->index,
        .is_named = named,
        .guest = &j->guest,
        .reasons = &j->own,
        .unheard = &j->unheard,
        .room = j->room,
    };
    gate_listen_subject(&v);
    gate_account(&v);
    size_t usable_keys = gate_key(&v);
    gate_auth(&v, usable_keys);
    gate_allow(&v);
    gate_pam(&v);
    gate_session(&v);
    fill_walk(j, w, &j->own, gate_sudo(&v));
}

static void walk_user(struct judging *j, const char *user, const struct account_fact *account,
                      bool named)
{
    struct effective *settings = NULL;
    walk_subject(j, user, account, METHOD_PUBLICKEY, named, &settings);
    walk_subject(j, user, account, METHOD_PASSWORD, named, &settings);
}

/* Nobody of that name, and no line that could have been theirs: not where one is damaged or passwd
 * is lost. */
static bool is_unknown(const struct judging *j, const char *user)
{
    size_t count;
    const struct row_fact **rows = key_index_rows(j->index, user, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i]->db, "passwd") == 0)
            return false;
    return !reason_list_has(&j->guest, "passwd-file-damaged") && !people_glued(j->f, user);
}

static void walk_named(struct judging *j)
{
    const struct login_question *q = j->question;
    for (size_t i = 0; i < q->user_count; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= strcmp(q->users[k], q->users[i]) == 0;
        if (again)
            continue;
        const struct account_fact *account = facts_account(j->f, q->users[i]);
        if (!account && is_unknown(j, q->users[i]))
            vec_push(j->f->arena, &j->answer->unknown_users, q->users[i]);
        walk_user(j, q->users[i], account, true);
    }
}

/* Of thousands of walks: growing step by step would leave as much again behind in the arena. */
static void reserve_walks(struct judging *j)
{
    size_t people = 1;
    for (size_t i = 0; i < j->f->accounts.count; i++)
        people += is_person(&j->f->accounts.items[i], j->index);
    j->answer->walks.capacity = j->accounts.capacity = 2 * people;
    j->answer->walks.items =
        arena_alloc_array(j->f->arena, 2 * people, sizeof *j->answer->walks.items);
    j->accounts.items = arena_alloc_array(j->f->arena, 2 * people, sizeof *j->accounts.items);
}

/* Root first, then everybody a person could use, in the order of passwd. */
static void walk_people(struct judging *j)
{
    reserve_walks(j);
    walk_user(j, "root", facts_account(j->f, "root"), false);
    for (size_t i = 0; i < j->f->accounts.count; i++) {
        const struct account_fact *a = &j->f->accounts.items[i];
        if (is_person(a, j->index) && strcmp(a->name, "root") != 0)
            walk_user(j, a->name, a, false);
    }
}

const struct walk *login_same_walk(const struct login_answer *answer, const struct walk *walk)
{
    vec_each (other, &answer->walks)
        if (other->subject.method == walk->subject.method &&
            strcmp(other->subject.user, walk->subject.user) == 0)
            return other;
    return NULL;
}

struct login_answer *login_judge(const struct facts *f, const struct login_question *question)
{
    struct judging j = {
        .f = f,
        .question = question,
        .index = key_index_new(f),
        .guest = {.arena = f->arena},
        .own = {.arena = f->arena},
        .unheard = {.arena = f->arena},
        .room = stack_room_new(f),
        .answer = arena_new_struct(f->arena, struct login_answer),
    };
    judge_guest(&j);
    if (question->user_count > 0)
        walk_named(&j);
    else
        walk_people(&j);
    if (j.answer->unknown_users.count > 0)
        people_list(f, &j.answer->accounts);
    expect_walks(j.index, question, j.answer, j.accounts.items);
    if (question->user_count == 0)
        judge_nobody(f, j.answer);
    return j.answer;
}
