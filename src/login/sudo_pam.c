/* sudo: src/load_plugins.c sudo_check_plugin; plugins/sudoers/auth/pam.c sudo_pam_init (also where
 * no password is asked for), sudo_pam_verify, sudo_pam_approval (account management, for every
 * rule). */
#include "login/sudo_pam.h"

#include <string.h>

#include "base/path.h"
#include "login/pam_verdict.h"
#include "login/sudo_match.h"

static struct reason *lock(const struct visit *v, enum gate_state state, struct place at,
                           const char *keyword, const char *detail)
{
    struct reason *r = reason_add(v->reasons, "sudo-tty-or-conf", state, at);
    r->keyword = keyword;
    r->detail = detail;
    return r;
}

static const char *say_defect(struct arena *a, const struct sudo_fact *s)
{
    if (strcmp(s->defect, "missing") == 0)
        return "is missing";
    if (strcmp(s->defect, "owner") == 0)
        return arena_printf(a, "belongs to uid %lld", (long long)s->uid);
    if (strcmp(s->defect, "not-regular") == 0)
        return "is not a regular file";
    return arena_printf(a, "can be written by others than root (mode %s)", s->mode);
}

enum gate_state sudo_judge_conf(const struct visit *v)
{
    struct arena *a = v->facts->arena;
    vec_each (s, &v->facts->sudo) {
        if (!s->defect)
            continue;
        if (sudo_is_item(s, "plugin")) {
            /* 1.9.5 refuses a plugin that others may write, 1.9.13 does not. */
            int version = sudo_program_version(v->facts);
            if (strcmp(s->defect, "missing") != 0 && (version == 0 || version > 10905))
                continue;
            lock(v, GATE_SHUT, s->at, s->path,
                 arena_printf(a, "%s %s, and sudo ends over a plugin that it cannot load",
                              path_name(s->path), say_defect(a, s)));
            return GATE_SHUT;
        }
        if (sudo_is_item(s, "conf"))
            lock(v, GATE_OPEN, s->at, s->path,
                 arena_printf(a, "the file %s: sudo says so each time, and goes on without it",
                              say_defect(a, s)));
    }
    return GATE_OPEN;
}

static struct place service_place(const struct visit *v, const struct pam_service *s)
{
    return place_of_file(path_join(v->facts->arena, "/etc/pam.d", s->name));
}

/* One lock, one reason: gate pam met the same refusal in sshd's stack. */
static bool is_said(const struct visit *v, const struct pam_verdict *why)
{
    vec_each (r, &v->reasons->items)
        if (why->reason && strcmp(r->id, why->reason) == 0 && r->state == GATE_SHUT &&
            r->at.line == why->at.line && r->at.file && why->at.file &&
            strcmp(r->at.file, why->at.file) == 0)
            return true;
    return false;
}

/* SHUT_STATE: what a refusal is for the gate. */
static enum gate_state judge_service(const struct visit *v, const struct pam_service *s, bool asks,
                                     enum gate_state shut_state)
{
    struct arena *a = v->facts->arena;
    if (s->broken) {
        lock(v, shut_state, s->broken_at.file ? s->broken_at : service_place(v, s), s->name,
             "PAM cannot be initialised: the file breaks off or includes one that is not there");
        return GATE_SHUT;
    }
    if (s->unreadable) {
        if (shut_state == GATE_SHUT)
            lock(v, GATE_UNKNOWN, s->unreadable_at, s->name, s->unreadable);
        return GATE_UNKNOWN;
    }
    static const char *const types[] = {"auth", "account"};
    for (size_t i = asks ? 0 : 1; i < 2; i++) {
        struct pam_verdict why = {0};
        enum gate_state state = pam_phase_state(v, s->name, types[i], &why);
        if (state == GATE_OPEN)
            continue;
        if (state == GATE_UNKNOWN && shut_state != GATE_SHUT)
            return state;
        if (state == GATE_SHUT && is_said(v, &why))
            return state;
        const char *what = why.value ? why.value : "its stack";
        lock(v, state == GATE_SHUT ? shut_state : state, why.at.file ? why.at : service_place(v, s),
             s->name,
             state == GATE_UNKNOWN
                 ? arena_printf(a, "%s decides, and is not modelled", what)
                 : arena_printf(a, "PAM refuses in its %s phase, by %s%s%s", types[i], what,
                                why.detail ? ": " : "", why.detail ? why.detail : ""));
        return state;
    }
    return GATE_OPEN;
}

enum gate_state sudo_judge_pam(const struct visit *v, bool asks)
{
    const struct facts *f = v->facts;
    const struct pam_service *login = &f->sudo_login_pam, *plain = &f->sudo_pam;
    /* Another service than the usual: not followed. */
    if (!login->name || sudo_setting(v, "pam_login_service") || sudo_setting(v, "pam_service"))
        return GATE_OPEN;
    enum gate_state state = judge_service(v, login, asks, GATE_SHUT);
    if (state == GATE_OPEN && strcmp(login->name, plain->name) != 0)
        judge_service(v, plain, asks, GATE_OPEN);
    return state;
}
