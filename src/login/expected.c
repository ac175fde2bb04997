#include "login/expected.h"

#include <string.h>
#include <strings.h>

#include "login/effective.h"
#include "login/key_line.h"

static bool has_key_evidence(const char *user, const struct key_index *index)
{
    size_t count;
    const struct key_file_fact **files = key_index_files(index, user, &count);
    for (size_t i = 0; i < count; i++)
        if (files[i]->lines > 0)
            return true;
    return false;
}

static bool has_set_password(const struct account_fact *a)
{
    return a->password_state == PASSWORD_SET || a->password_state == PASSWORD_INVALID;
}

bool is_person(const struct account_fact *a, const struct key_index *index)
{
    if (a->shadowed || !a->name)
        return false;
    if (strcmp(a->name, "root") == 0)
        return true;
    bool has_key = has_key_evidence(a->name, index);
    /* An admin with a key whose shell refuses was somebody's way in until the shell changed. */
    if (!a->can_log_in_shell)
        return a->is_admin && has_key;
    return has_key || has_set_password(a) || a->is_admin;
}

/* Every key of root carries cloud-init's "Please login as the user": nobody uses it. */
static bool has_only_cloud_init_keys(const char *user, const struct key_index *index)
{
    size_t count;
    const struct key_fact **keys = key_index_keys(index, user, &count);
    for (size_t i = 0; i < count; i++)
        if (!key_line_is_cloud_init(keys[i]))
            return false;
    return count > 0;
}

static bool is_named(const struct login_question *question, const char *user)
{
    for (size_t i = 0; i < question->user_count; i++)
        if (strcmp(question->users[i], user) == 0)
            return true;
    return false;
}

static bool publickey_expected(const struct account_fact *a, const struct key_index *index)
{
    if (has_key_evidence(a->name, index))
        return a->uid != 0 || !has_only_cloud_init_keys(a->name, index);
    /* The keys went with the home: nobody can say any more that there were none. */
    if (a->uid != 0 && !a->is_system && a->home_state &&
        (strcmp(a->home_state, "missing") == 0 || strcmp(a->home_state, "not-directory") == 0))
        return true;
    return a->uid != 0 && a->is_admin && !has_set_password(a);
}

static bool somebody_open(const struct login_answer *answer, bool expected_only)
{
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        if ((w->expected || !expected_only) && walk_admission(w) != GATE_SHUT)
            return true;
    }
    return false;
}

static bool refuses_root_by_choice(const struct walk *w)
{
    const struct gate_answer *auth = &w->gates[GATE_AUTH];
    for (size_t i = 0; i < auth->reason_count; i++)
        if (strcmp(auth->reasons[i].id, "root-login-refused") == 0)
            return true;
    return false;
}

/* Root's key was given up on purpose where PermitRootLogin says no and others get in. */
static void excuse_root(struct login_answer *answer, const struct account_fact *const *accounts)
{
    bool others_open = false;
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        const struct account_fact *a = accounts[i];
        if (a && a->uid != 0 && w->expected && walk_admission(w) != GATE_SHUT)
            others_open = true;
    }
    for (size_t i = 0; others_open && i < answer->walks.count; i++) {
        struct walk *w = &answer->walks.items[i];
        const struct account_fact *a = accounts[i];
        if (a && a->uid == 0 && refuses_root_by_choice(w))
            w->expected = false;
    }
}

/* Nobody gets in by any way: then the passwords people have were a way in too. */
static void expect_passwords(const struct key_index *index, struct login_answer *answer,
                             const struct account_fact *const *accounts)
{
    bool other_person = false;
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct account_fact *a = accounts[i];
        other_person |= a && a->uid != 0;
    }
    for (size_t i = 0; i < answer->walks.count; i++) {
        struct walk *w = &answer->walks.items[i];
        const struct account_fact *a = accounts[i];
        if (!a || w->subject.method == METHOD_PUBLICKEY || !has_set_password(a))
            continue;
        if (a->uid == 0 ? other_person : has_key_evidence(a->name, index))
            continue;
        w->expected = true;
    }
}

static bool shut_by_any_way(const struct login_answer *answer, const char *user)
{
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        if (strcmp(w->subject.user, user) == 0 && walk_admission(w) != GATE_SHUT)
            return false;
    }
    return true;
}

/* Who was named, never had a key and gets in by no way: then it was the password. Not where sshd
 * asks for none: that was somebody's choice. */
static void expect_named_passwords(const struct key_index *index,
                                   const struct login_question *question,
                                   struct login_answer *answer,
                                   const struct account_fact *const *accounts)
{
    for (size_t i = 0; i < answer->walks.count; i++) {
        struct walk *w = &answer->walks.items[i];
        const struct account_fact *a = accounts[i];
        if (a && w->subject.method != METHOD_PUBLICKEY && is_named(question, w->subject.user) &&
            has_set_password(a) && !has_key_evidence(a->name, index) &&
            w->gates[GATE_AUTH].state != GATE_SHUT && shut_by_any_way(answer, a->name))
            w->expected = true;
    }
}

void expect_walks(const struct key_index *index, const struct login_question *question,
                  struct login_answer *answer, const struct account_fact *const *accounts)
{
    for (size_t i = 0; i < answer->walks.count; i++) {
        struct walk *w = &answer->walks.items[i];
        bool key = w->subject.method == METHOD_PUBLICKEY;
        if (is_named(question, w->subject.user)) {
            w->expected = key || question->password;
            continue;
        }
        const struct account_fact *a = accounts[i];
        w->expected = key && a && publickey_expected(a, index);
    }
    if (question->user_count > 0) {
        expect_named_passwords(index, question, answer, accounts);
        return;
    }
    excuse_root(answer, accounts);
    if (!somebody_open(answer, false))
        expect_passwords(index, answer, accounts);
}

/* sshd listens, only elsewhere: whoever asks there may well get in. */
static bool is_move(const struct reason *r)
{
    return strcmp(r->id, "listen-port-moved") == 0 ||
           (strcmp(r->id, "listen-socket-unit-overrides") == 0 && r->wanted);
}

static const struct reason *first_lock(const struct walk *w, enum gate gate)
{
    for (size_t i = 0; i < w->gates[gate].reason_count; i++) {
        const struct reason *r = &w->gates[gate].reasons[i];
        if (r->state == GATE_SHUT && !is_move(r))
            return r;
    }
    return NULL;
}

static bool shut_for_good(const struct walk *w)
{
    for (int g = 0; g < GATE_SUDO; g++)
        if (first_lock(w, (enum gate)g))
            return true;
    return false;
}

/* The first gate that is shut in every expected walk, else the first one shut in the first. */
static enum gate common_gate(const struct login_answer *answer)
{
    enum gate first = GATE_COUNT;
    for (int g = 0; g < GATE_SUDO; g++) {
        bool common = true;
        for (size_t i = 0; i < answer->walks.count; i++) {
            const struct walk *w = &answer->walks.items[i];
            if (!w->expected)
                continue;
            if (!first_lock(w, (enum gate)g))
                common = false;
            else if (first == GATE_COUNT)
                first = (enum gate)g;
        }
        if (common)
            return (enum gate)g;
    }
    return first;
}

static void append_reason(struct arena *a, struct gate_answer *answer, const struct reason *r)
{
    struct reason *grown = arena_alloc_array(a, answer->reason_count + 1, sizeof *grown);
    if (answer->reason_count > 0)
        memcpy(grown, answer->reasons, answer->reason_count * sizeof *grown);
    grown[answer->reason_count] = *r;
    answer->reasons = grown;
    answer->reason_count++;
}

void judge_nobody(const struct facts *f, struct login_answer *answer)
{
    size_t expected = 0;
    const struct walk *first = NULL;
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        if (!w->expected)
            continue;
        expected++;
        first = first ? first : w;
        if (!shut_for_good(w))
            return;
    }
    if (!first || somebody_open(answer, false))
        return;
    enum gate gate = common_gate(answer);
    if (gate == GATE_COUNT)
        return;
    const struct reason *cause = first_lock(first, gate);
    struct reason nobody = {
        .id = "nobody-can-log-in",
        .gate = gate,
        .state = GATE_SHUT,
        .everybody = true,
        .at = cause ? cause->at : place_of_file(NULL),
        .value = arena_printf(f->arena, "%zu", expected),
        .keyword = gate_name(gate),
        .detail = cause ? cause->id : NULL,
    };
    struct gate_answer before = {0}, after = {0};
    for (size_t i = 0; i < answer->walks.count; i++) {
        struct gate_answer *shut = &answer->walks.items[i].gates[gate];
        if (shut->state != GATE_SHUT)
            continue;
        if (shut->reasons != before.reasons) { /* walks may share their lists */
            before = after = *shut;
            append_reason(f->arena, &after, &nobody);
        }
        *shut = after;
    }
}
