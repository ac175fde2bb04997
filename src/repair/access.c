#include "repair/access.h"

#include <string.h>

#include "base/escape.h"
#include "repair/access_parts.h"
#include "repair/account_edit.h"

#define GATE_BIT(gate) (1U << (gate))

static int settle(struct verb_context *c, void *context, struct err *e);

/* In this order: sshd's own files first, for the rest is judged by them; the account before what is
 * hung on it; prior keys go before new ones come; whoever is removed goes last, when the one who
 * takes over is there. */
static const struct stage stages[] = {
    {"settle", settle},
    {"reset-ssh", access_reset_ssh},
    {"restore-ssh", access_restore_ssh},
    {"create-user", access_create_user},
    {"remove-prior-keys", access_remove_prior_keys},
    {"ssh-key", access_add_keys},
    {"password", access_set_password},
    {"unlock", access_unlock},
    {"expire", access_expire},
    {"sudo", access_grant_sudo},
    {"remove-user", access_remove_user},
};

/* Was the job of that stage asked for? */
static bool is_asked(const struct access_request *r, const char *stage)
{
    const struct {
        const char *name;
        bool asked;
    } jobs[] = {
        {"reset-ssh", r->reset_ssh},
        {"restore-ssh", r->restore_ssh},
        {"create-user", r->create != ACCESS_CREATE_NO},
        {"remove-prior-keys", r->remove_prior_keys},
        {"ssh-key", r->key_count > 0},
        {"password", r->password.ptr != NULL},
        {"unlock", r->unlock},
        {"expire", r->expiry != ACCESS_EXPIRY_UNSAID},
        {"sudo", r->sudo != ACCESS_SUDO_UNSAID},
        {"remove-user", r->remove_user != NULL},
    };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (strcmp(jobs[i].name, stage) == 0)
            return jobs[i].asked;
    return false;
}

name_list access_jobs(struct arena *a, const struct access_request *r)
{
    name_list names = {0};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (is_asked(r, stages[i].name))
            vec_push(a, &names, stages[i].name);
    return names;
}

bool access_has_job(const struct access_request *r)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (is_asked(r, stages[i].name))
            return true;
    return false;
}

const struct account_fact *access_account(struct verb_context *c, const struct access_request *r,
                                          struct err *e)
{
    const struct account_fact *account = facts_account(c->facts, r->user);
    if (!account)
        err_set(e, ERR_NOT_FOUND,
                "there is no account \"%s\" on this disk; to make one, say --create", r->user);
    return account;
}

/* What stays shut whatever the person gets: a second factor that the guest asks for, and a day that
 * this very run says. */
static const char *const kept[] = {"authmethods-extra-factor", NULL};
/* With a key alone also what keeps everybody from saying a password: others would get in by theirs.
 */
static const char *const kept_with_key[] = {"authmethods-extra-factor", "kex-or-hostkey-mismatch",
                                            "maxauthtries-low", NULL};
static const char *const kept_with_day[] = {"authmethods-extra-factor", "kex-or-hostkey-mismatch",
                                            "maxauthtries-low", "account-expired", NULL};

/* What has to open for the job to have its effect, by the ways that were given. A key alone never
 * opens a way by password. */
static struct plan_scope scope_of(const struct access_request *r)
{
    struct plan_scope scope = {.kept = r->expiry == ACCESS_EXPIRY_DAY         ? kept_with_day
                                       : r->key_count > 0 && !r->password.ptr ? kept_with_key
                                                                              : kept,
                               .announced = r->remove_user || r->remove_prior_keys ||
                                            r->expiry == ACCESS_EXPIRY_DAY || r->reset_ssh ||
                                            r->restore_ssh || r->password_for_all};
    unsigned way = GATE_BIT(GATE_AUTH) | GATE_BIT(GATE_ALLOW);
    bool is_new = r->create != ACCESS_CREATE_NO;
    if (r->key_count > 0)
        scope.gates[METHOD_PUBLICKEY] = way | GATE_BIT(GATE_KEY);
    if (r->password.ptr)
        scope.gates[METHOD_PASSWORD] = scope.gates[METHOD_KEYBOARD_INTERACTIVE] = way;
    for (int m = 0; m < METHOD_COUNT; m++) {
        bool asked = scope.gates[m] != 0 || (is_new && m == METHOD_PUBLICKEY);
        if (asked && is_new)
            scope.gates[m] |= way | GATE_BIT(GATE_ACCOUNT) | GATE_BIT(GATE_SESSION);
        if (asked && (is_new || r->unlock || r->password.ptr))
            scope.gates[m] |= GATE_BIT(GATE_ACCOUNT);
        /* Sudo is no matter of how one gets in: its locks stand on every way. */
        if ((asked && is_new) || (m == METHOD_PUBLICKEY && r->sudo > ACCESS_SUDO_KEEP))
            scope.gates[m] |= GATE_BIT(GATE_SUDO);
    }
    return scope;
}

/* What the stages work with. */
struct settled {
    struct access_request request; /* first: it is what the stages get */
    struct plan_scope scope;
};

/* What is asked of an account that may be there or not, now that the guest can be seen. */
static int settle(struct verb_context *c, void *context, struct err *e)
{
    struct settled *s = context;
    bool is_there = s->request.user && facts_account(c->facts, s->request.user);
    (void)e;
    if (s->request.create == ACCESS_CREATE_IF_MISSING && is_there)
        s->request.create = ACCESS_CREATE_NO;
    if (s->request.nopasswd_if_new && s->request.create != ACCESS_CREATE_NO &&
        s->request.sudo == ACCESS_SUDO_UNSAID)
        s->request.sudo = ACCESS_SUDO_NOPASSWD;
    s->scope = scope_of(&s->request);
    return 0;
}

void access_wipe(const struct access_request *r)
{
    if (r->password.ptr)
        explicit_bzero((void *)(uintptr_t)r->password.ptr, r->password.len);
}

struct plan *access_plan(const struct repair_input *input, const struct access_request *request,
                         struct err *e)
{
    struct settled settled = {.request = *request};
    struct plan *p =
        plan_of_stages(input, stages, sizeof stages / sizeof *stages, &settled, &settled.scope, e);
    if (!p || access_shut_other_ways(input, &settled.request, p, e) == 0)
        return p;
    plan_free(p);
    return NULL;
}
