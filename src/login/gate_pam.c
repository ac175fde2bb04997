/* Gate pam: the stacks a login runs through, evaluated as libpam does (pam_dispatch.c
 * _pam_dispatch_aux): auth for passwords, account and session for everybody. sshd: auth-pam.c
 * do_pam_account, do_pam_session; a session that PAM refuses ends with status 254. */
#include "login/pam_verdict.h"

#include <string.h>

#include "base/path.h"
#include "login/visit.h"

/* Each module that is not modelled doubles the ways through a stack; beyond this all is open. */
#define MAXIMUM_WAYS 256
#define LEVELS       17

enum impression { IMPRESSION_NONE, IMPRESSION_GOOD, IMPRESSION_BAD };

struct state {
    enum impression impression;
    int status;
};

struct stack {
    const struct visit *v;
    const char *service; /* NULL: sshd's */
    const struct pam_fact **entries;
    struct pam_verdict *verdicts;
    size_t count;
    unsigned ways;
    bool can_pass, can_fail;
    bool can_pass_aged; /* … but for a new password */
    /* Of the first way that fails while all unknown modules say yes. */
    size_t blamed;
    bool is_blamed;
    size_t first_unknown;
};

struct way {
    struct state now, saved[LEVELS];
    size_t next;
    int64_t level; /* of the entry before */
    size_t blamed;
    size_t last_failure; /* a module with a reason of its own, that said no */
    bool optimistic;
};

static void finish(struct stack *s, const struct way *w)
{
    bool passes = w->now.impression == IMPRESSION_GOOD &&
                  (w->now.status == PAM_CODE_SUCCESS || w->now.status == PAM_CODE_NEW_AUTHTOK_REQD);
    s->can_pass |= passes;
    s->can_pass_aged |= passes && w->now.status == PAM_CODE_NEW_AUTHTOK_REQD;
    s->can_fail |= !passes;
    if (passes || !w->optimistic || s->is_blamed)
        return;
    s->is_blamed = true;
    s->blamed = w->blamed;
    /* A pam_deny that is reached because another module said no: that one is the cause. */
    const struct pam_verdict *by = w->blamed < s->count ? &s->verdicts[w->blamed] : NULL;
    bool denied = by && by->known && by->reason && strcmp(by->reason, "pam-stack-denies") == 0;
    if ((!by || denied) && w->last_failure < s->count)
        s->blamed = w->last_failure;
}

/* Skip to the end of this (sub)stack. */
static size_t end_of_level(const struct stack *s, size_t i)
{
    int64_t level = s->entries[i]->level;
    while (i + 1 < s->count && s->entries[i + 1]->level >= level)
        i++;
    return i;
}

/* Skip COUNT modules; a substack counts as one. False: there are not so many. */
static bool jump(const struct stack *s, size_t *i, int count)
{
    int64_t level = s->entries[*i]->level;
    while (*i + 1 < s->count && s->entries[*i + 1]->level >= level && count > 0) {
        do
            (*i)++;
        while (*i + 1 < s->count && s->entries[*i + 1]->level > level);
        count--;
    }
    return count == 0;
}

static void step(struct stack *s, struct way *w, size_t i, int code)
{
    const struct pam_fact *e = s->entries[i];
    const struct pam_verdict *verdict = &s->verdicts[i];
    size_t level = e->level >= 0 && e->level < LEVELS ? (size_t)e->level : LEVELS - 1;
    int action = e->actions[code];
    if (verdict->known && verdict->reason && code != PAM_CODE_SUCCESS && action != PAM_DO_OK &&
        strcmp(verdict->reason, "pam-stack-denies") != 0)
        w->last_failure = i;
    switch (action) {
    case PAM_DO_RESET:
        w->now = w->saved[level];
        break;
    case PAM_DO_IGNORE:
        break;
    case PAM_DO_OK:
    case PAM_DO_DONE:
        if (w->now.impression == IMPRESSION_NONE ||
            (w->now.impression == IMPRESSION_GOOD && w->now.status == PAM_CODE_SUCCESS))
            w->now = (struct state){IMPRESSION_GOOD, code};
        if (w->now.impression == IMPRESSION_GOOD && action == PAM_DO_DONE)
            i = end_of_level(s, i);
        break;
    case PAM_DO_BAD:
    case PAM_DO_DIE:
        if (w->now.impression != IMPRESSION_BAD) {
            w->now = (struct state){IMPRESSION_BAD,
                                    code == PAM_CODE_IGNORE ? PAM_CODE_PERM_DENIED : code};
            w->blamed = i;
        }
        if (action == PAM_DO_DIE)
            i = end_of_level(s, i);
        break;
    default: {
        size_t from = i;
        if (!jump(s, &i, action)) {
            w->now = (struct state){IMPRESSION_BAD, PAM_CODE_PERM_DENIED};
            w->blamed = from;
        }
        break;
    }
    }
    w->level = e->level;
    w->next = i + 1;
}

static void walk_ways(struct stack *s, struct way w)
{
    while (w.next < s->count) {
        size_t i = w.next;
        const struct pam_fact *e = s->entries[i];
        size_t level = e->level >= 0 && e->level < LEVELS ? (size_t)e->level : LEVELS - 1;
        if (e->level > w.level)
            w.saved[level] = w.now;
        if (s->verdicts[i].known) {
            step(s, &w, i, s->verdicts[i].code);
            continue;
        }
        if (s->first_unknown >= s->count)
            s->first_unknown = i;
        if (++s->ways >= MAXIMUM_WAYS) {
            s->can_pass = s->can_fail = true;
            return;
        }
        struct way other = w;
        other.optimistic = false;
        step(s, &other, i, PAM_CODE_AUTH_ERR);
        step(s, &w, i, PAM_CODE_SUCCESS);
        walk_ways(s, other);
    }
    finish(s, &w);
}

/* A restart below entry I would save no state: libpam saves it on the way in only. */
static struct way first_way(const struct stack *s)
{
    struct way w = {.optimistic = true, .blamed = s->count, .last_failure = s->count};
    for (size_t i = 0; i < LEVELS; i++)
        w.saved[i] = (struct state){IMPRESSION_NONE, PAM_CODE_PERM_DENIED};
    w.now = w.saved[0];
    return w;
}

static size_t collect(struct stack *s, const char *service, const char *type)
{
    const struct facts *f = s->v->facts;
    s->count = 0;
    for (size_t i = 0; i < f->pam.count; i++) {
        const struct pam_fact *e = &f->pam.items[i];
        if (strcmp(e->service, service) == 0 && strcmp(e->type, type) == 0)
            s->entries[s->count++] = e;
    }
    return s->count;
}

/* Why libpam does not take a line as it stands. */
static const char *problem_text(const char *problem)
{
    static const char *const rows[][2] = {
        {"bad-type", "its first word is none of auth, account, password, session"},
        {"bad-control", "its control cannot be read"},
        {"no-control", "it has no control"},
        {"no-module", "it names no module"},
        {"include-missing", "there is no such file"},
        {"include-depth", "it includes itself, or the includes go too deep"},
    };
    for (size_t i = 0; problem && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], problem) == 0)
            return rows[i][1];
    return problem;
}

static void lock_stack(const struct stack *s, const char *type, bool other)
{
    const struct facts *f = s->v->facts;
    const struct pam_fact *e = s->blamed < s->count ? s->entries[s->blamed] : NULL;
    const struct pam_verdict *by = e ? &s->verdicts[s->blamed] : NULL;
    const char *id = by && by->known && by->reason ? by->reason : "pam-stack-denies";
    struct place at = by && by->at.file ? by->at
                      : e               ? e->at
                      : s->count > 0
                          ? s->entries[0]->at
                          : place_of_file(path_join(f->arena, "/etc/pam.d", f->pam_service.name));
    if (other && (f->pam_service.file_missing || f->pam_service.file_empty)) {
        id = "pam-service-file-missing";
        at = place_of_file(path_join(f->arena, "/etc/pam.d", f->pam_service.name));
    }
    struct reason *r = reason_add(s->v->reasons, id, GATE_SHUT, at);
    r->keyword = type;
    r->value = by && by->value ? by->value : e ? e->module : NULL;
    r->wanted = by ? by->wanted : NULL;
    r->detail = by && by->detail                    ? problem_text(by->detail)
                : e && e->problem                   ? problem_text(e->problem)
                : e && by && by->known && !by->code ? "its control refuses success"
                                                    : NULL;
    if (strcmp(id, "pam-service-file-missing") == 0) {
        r->value = at.file;
        r->wanted = path_join(f->arena, "/etc/pam.d", "other");
        r->detail = f->pam_service.file_missing ? "missing" : "empty";
    }
}

static void leave_open(const struct stack *s, const char *type)
{
    const struct pam_fact *e = s->first_unknown < s->count ? s->entries[s->first_unknown] : NULL;
    struct reason *r = reason_add(s->v->reasons, "pam-stack-denies", GATE_UNKNOWN,
                                  e ? e->at : place_of_file(NULL));
    r->keyword = type;
    r->value = e ? e->module : NULL;
    r->detail = "this module is not modelled, and what it says decides";
}

/* Room for one stack at a time, used again for every subject. */
struct stack_room {
    const struct pam_fact **entries;
    struct pam_verdict *verdicts;
};

struct stack_room *stack_room_new(const struct facts *f)
{
    struct stack_room *room = arena_new_struct(f->arena, struct stack_room);
    room->entries = arena_alloc_array(f->arena, f->pam.count + 1, sizeof *room->entries);
    room->verdicts = arena_alloc_array(f->arena, f->pam.count + 1, sizeof *room->verdicts);
    return room;
}

/* UNIX_CODE: what pam_unix answers; PAM_CODE_SUCCESS leaves it to pam_module_verdict. Returns
 * whether the service has no stack of its own and that of "other" holds. */
static bool walk_phase(struct stack *s, const char *type, int unix_code)
{
    const struct facts *f = s->v->facts;
    s->entries = s->v->room->entries;
    s->verdicts = s->v->room->verdicts;
    bool other = collect(s, s->service ? s->service : f->pam_service.name, type) == 0;
    if (other)
        collect(s, "other", type);
    for (size_t i = 0; i < s->count; i++) {
        const struct pam_fact *e = s->entries[i];
        bool refuses = unix_code != PAM_CODE_SUCCESS && !e->must_fail &&
                       e->present == TRUTH_YES && strcmp(path_name(e->module), "pam_unix.so") == 0;
        s->verdicts[i] = refuses ? pam_answers(unix_code) : pam_module_verdict(s->v, e);
    }
    s->first_unknown = s->count;
    walk_ways(s, first_way(s));
    return other;
}

enum gate_state pam_phase_state(const struct visit *v, const char *service, const char *type,
                                struct pam_verdict *why)
{
    struct stack s = {.v = v, .service = service};
    walk_phase(&s, type, PAM_CODE_SUCCESS);
    if (s.can_pass && !s.can_fail)
        return GATE_OPEN;
    size_t which = s.can_pass ? s.first_unknown : s.blamed;
    const struct pam_fact *e = which < s.count ? s.entries[which] : NULL;
    *why = e ? s.verdicts[which] : (struct pam_verdict){0};
    if (e && !why->at.file)
        why->at = e->at;
    if (e && !why->value)
        why->value = e->module;
    why->detail = problem_text(why->detail);
    return s.can_pass ? GATE_UNKNOWN : GATE_SHUT;
}

/* One phase. */
static void judge_phase(const struct visit *v, const char *type)
{
    struct stack s = {.v = v};
    bool other = walk_phase(&s, type, PAM_CODE_SUCCESS);
    if (!s.can_pass)
        lock_stack(&s, type, other);
    else if (s.can_fail)
        leave_open(&s, type);
}

/* What pam_unix says of the locks that gate account took from shadow; PAM_CODE_SUCCESS: the reason
 * is no such lock. A password is not even checked without a shadow line. */
static int unix_answer(const struct visit *v, const struct reason *r)
{
    static const struct {
        const char *id;
        int code;
    } rows[] = {{"shadow-entry-missing", PAM_CODE_AUTHINFO_UNAVAIL},
                {"account-expired", PAM_CODE_ACCT_EXPIRED},
                {"password-expired", PAM_CODE_NEW_AUTHTOK_REQD}};
    bool password = v->subject->method != METHOD_PUBLICKEY;
    for (size_t i = password ? 1 : 0; r->state != GATE_OPEN && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(r->id, rows[i].id) == 0)
            return rows[i].code;
    return PAM_CODE_SUCCESS;
}

/* Gate account spoke for pam_unix. Where the account stack never comes to it, or lets pass in spite
 * of it, its locks are none. */
static void heed_stack(const struct visit *v)
{
    struct reason_list *list = v->reasons;
    size_t kept = 0;
    for (size_t i = 0; i < list->items.count; i++) {
        struct reason r = list->items.items[i];
        int code = unix_answer(v, &r);
        if (code != PAM_CODE_SUCCESS) {
            struct stack s = {.v = v};
            walk_phase(&s, "account", code);
            if (s.can_pass && !s.can_fail && !s.can_pass_aged)
                continue;
            if (s.can_pass && s.first_unknown < s.count && r.state == GATE_SHUT)
                r.state = GATE_UNKNOWN;
        }
        list->items.items[kept++] = r;
    }
    list->items.count = kept;
}

/* What pam_limits sets holds whatever its line's control says. */
static void judge_processes(const struct visit *v)
{
    const struct facts *f = v->facts;
    for (size_t i = 0; i < f->pam.count; i++) {
        const struct pam_fact *e = &f->pam.items[i];
        struct pam_verdict verdict;
        if (strcmp(e->type, "session") != 0 || strcmp(e->service, f->pam_service.name) != 0 ||
            e->present != TRUTH_YES || strcmp(path_name(e->module), "pam_limits.so") != 0 ||
            !pam_limits_leave_no_process(v, e, &verdict))
            continue;
        struct reason *r = reason_add(v->reasons, verdict.reason, GATE_SHUT, verdict.at);
        r->keyword = "session";
        r->value = verdict.value;
        r->detail = verdict.detail;
        return;
    }
}

static bool pam_is_asked(const struct facts *f)
{
    return uses_pam(f) && f->os.pam != TRUTH_NO && f->pam_service.name;
}

/* AuthenticationMethods that want a password or a code besides the key. */
static bool key_is_not_enough(const struct visit *v)
{
    struct text_list lists = effective_words(v->settings, "AuthenticationMethods");
    bool with_key = false;
    for (size_t i = 0; i < lists.count; i++) {
        const char *list = lists.items[i];
        if (!strstr(list, "publickey"))
            continue;
        with_key = true;
        if (!strstr(list, "password") && !strstr(list, "keyboard-interactive"))
            return false;
    }
    return with_key;
}

void gate_pam_guest(const struct facts *f, struct reason_list *out)
{
    const struct pam_service *s = &f->pam_service;
    if (!pam_is_asked(f) || (!s->broken && !s->unreadable))
        return;
    bool missing = s->broken && s->file_missing;
    const char *id = missing ? "pam-service-file-missing" : "pam-include-broken";
    struct reason *r = reason_for_all(out, id, s->broken ? GATE_SHUT : GATE_UNKNOWN,
                                      s->broken ? s->broken_at : s->unreadable_at);
    r->keyword = "auth, account and session";
    r->value = missing ? s->broken_at.file : s->broken ? s->broken_by : s->unreadable_at.file;
    r->wanted = missing ? "/etc/pam.d/other" : NULL;
    r->detail = missing ? "missing" : s->broken ? NULL : s->unreadable;
}

void gate_pam(const struct visit *v)
{
    const struct pam_service *s = &v->facts->pam_service;
    if (!v->account || !pam_is_asked(v->facts) || s->broken || s->unreadable)
        return;
    if (v->subject->method != METHOD_PUBLICKEY || key_is_not_enough(v))
        judge_phase(v, "auth");
    heed_stack(v);
    judge_phase(v, "account");
    judge_phase(v, "session");
    judge_processes(v);
}
