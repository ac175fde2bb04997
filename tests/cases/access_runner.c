/* Each job of access on each healthy guest: planned, judged, written in memory, planned again,
 * taken back. The person gets in by the way that was given, nobody else's way in changes, and a job
 * that cannot be done says why. Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "repair/access.h"
#include "tests/cases/matrix.h"
#include "tests/cases/trial.h"
#include "tests/cases/written.h"

#define PASSWORD "correct horse battery"
#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINJqLwtwXL+bJUd2URqltIWaQ06bNxzXrw8IPEnRxTg0 new@laptop"
#define JOB_SECONDS 60
#define JUNE_2026   20605 /* the day the fixtures are judged on */

static const struct access_key_text new_key = {"new.pub", {KEY "\n", sizeof KEY}};

enum effect {
    BY_KEY = 1,      /* gets in by the new key */
    BY_PASSWORD = 2, /* … by the password, or by keyboard-interactive */
    TO_ROOT = 4,
    SHUT_OUT = 8,   /* does not get in, by any way */
    GONE = 16,      /* is no account any more */
    FOR_ALL = 32,   /* others' ways in may change */
    ONLY_ONCE = 64, /* a second time is refused, not idle */
    ONLY_HOME = 128 /* nothing outside the person's home is touched */
};

struct job {
    const char *name;
    struct access_request request; /* "$owner" stands for the guest's own person */
    unsigned effect;
    const char *changes; /* to the guest before; NULL: none */
    const char *refused; /* a word of why it is not done; NULL: it is */
};

#define KEYS .keys = &new_key, .key_count = 1
/* Nobody has heard of it: what holds everywhere is done, whatever we make of the rest of it. */
#define UNKNOWN                                                                                    \
    "[{\"do\":\"remove\",\"path\":\"/etc/os-release\"},{\"do\":\"write\",\"path\":\"/etc/"         \
    "os-release\","                                                                                \
    "\"text\":\"ID=strangeix\\nNAME=Strangeix\\nVERSION_ID=7\\n\"}]"
#define SECRET .password = {PASSWORD, sizeof PASSWORD - 1}

static const struct job jobs[] = {
    {"key", {.user = "$owner", KEYS}, BY_KEY | ONLY_HOME, NULL, NULL},
    {"key, prior ones gone",
     {.user = "$owner", KEYS, .remove_prior_keys = true},
     BY_KEY,
     NULL,
     NULL},
    {"prior keys gone", {.user = "$owner", .remove_prior_keys = true}, 0, NULL, NULL},
    {"password", {.user = "$owner", SECRET}, BY_PASSWORD, NULL, NULL},
    {"password, asked of all",
     {.user = "$owner", SECRET, .password_for_all = true},
     BY_PASSWORD | FOR_ALL,
     NULL,
     NULL},
    {"key and password", {.user = "$owner", KEYS, SECRET}, BY_KEY | BY_PASSWORD, NULL, NULL},
    {"new account with a key",
     {.user = "bela", .create = ACCESS_CREATE_NEW, KEYS, .sudo = ACCESS_SUDO_NOPASSWD},
     BY_KEY | TO_ROOT | ONLY_ONCE,
     NULL,
     NULL},
    {"new account with a password",
     {.user = "bela", .create = ACCESS_CREATE_NEW, SECRET},
     BY_PASSWORD | TO_ROOT | ONLY_ONCE,
     NULL,
     NULL},
    {"settings for somebody new",
     {.user = "bela", .create = ACCESS_CREATE_IF_MISSING, KEYS, .nopasswd_if_new = true},
     BY_KEY | TO_ROOT,
     NULL,
     NULL},
    {"settings for somebody there",
     {.user = "$owner", .create = ACCESS_CREATE_IF_MISSING, KEYS, .nopasswd_if_new = true},
     BY_KEY,
     NULL,
     NULL},
    {"new account that others are preferred to",
     {.user = "bela", .create = ACCESS_CREATE_NEW, KEYS, .sudo = ACCESS_SUDO_NOPASSWD},
     BY_KEY | TO_ROOT | ONLY_ONCE,
     "[{\"do\":\"append\",\"path\":\"/etc/ssh/sshd_config\",\"text\":\"\\nMatch all\\nAllowUsers "
     "ana ubuntu "
     "ec2-user\\nAllowGroups ana users ubuntu ec2-user\\n\"}]",
     NULL},
    {"sudo without a password",
     {.user = "$owner", .sudo = ACCESS_SUDO_NOPASSWD},
     TO_ROOT,
     NULL,
     NULL},
    {"sudo with a password",
     {.user = "$owner", SECRET, .sudo = ACCESS_SUDO_PASSWORD},
     BY_PASSWORD | TO_ROOT,
     NULL,
     NULL},
    {"unlock", {.user = "$owner", .unlock = true}, 0, NULL, NULL},
    {"expiry, past",
     {.user = "$owner", .expiry = ACCESS_EXPIRY_DAY, .expires_on = JUNE_2026 - 1},
     SHUT_OUT,
     NULL,
     NULL},
    {"expiry, to come",
     {.user = "$owner", KEYS, .expiry = ACCESS_EXPIRY_DAY, .expires_on = JUNE_2026 + 1},
     BY_KEY,
     NULL,
     NULL},
    {"no expiry", {.user = "$owner", .expiry = ACCESS_EXPIRY_NEVER}, 0, NULL, NULL},
    {"sshd reset", {.reset_ssh = true}, FOR_ALL, NULL, NULL},
    {"sshd reset, wrecked before",
     {.user = "$owner", KEYS, .reset_ssh = true},
     BY_KEY | FOR_ALL,
     "[{\"do\":\"write\",\"path\":\"/etc/ssh/sshd_config\",\"text\":\"Prot "
     "2\\nPermitRootLogin\\n\"},"
     "{\"do\":\"mode\",\"path\":\"/etc/ssh\",\"mode\":\"0777\"}]",
     NULL},
    {"the owner removed, root locked",
     {.remove_user = "$owner"},
     GONE,
     "[{\"do\":\"replace\",\"path\":\"/etc/shadow\",\"old\":\"root:\",\"new\":\"root:!\"}]",
     "root"},
    {"the owner removed, somebody new instead",
     {.user = "bela",
      .create = ACCESS_CREATE_NEW,
      KEYS,
      .sudo = ACCESS_SUDO_NOPASSWD,
      .remove_user = "$owner",
      .remove_home = true},
     BY_KEY | TO_ROOT | GONE | FOR_ALL | ONLY_ONCE,
     NULL,
     NULL},
    {"unknown distribution: key", {.user = "$owner", KEYS}, ONLY_HOME, UNKNOWN, NULL},
    {"unknown distribution: password", {.user = "$owner", SECRET}, 0, UNKNOWN, NULL},
    {"unknown distribution: new account",
     {.user = "bela", .create = ACCESS_CREATE_NEW, KEYS, .sudo = ACCESS_SUDO_NOPASSWD},
     ONLY_ONCE,
     UNKNOWN,
     NULL},
    {"unknown distribution: sshd reset",
     {.user = "$owner", KEYS, .reset_ssh = true},
     FOR_ALL,
     UNKNOWN,
     NULL},
    {"root removed", {.remove_user = "root"}, 0, NULL, "root"},
    {"a stranger removed", {.remove_user = "nosuch"}, 0, NULL, "nosuch"},
    {"a key of nobody", {.user = "nosuch", KEYS}, 0, NULL, "--create"},
};

struct running {
    struct trial *trial;
    const struct job *job;
    struct access_request request;
    const char *user, *removed;
    struct tree *raw; /* under the overlay */
    struct login_question question;
    struct repair_options options;
    struct repair_input input;
    struct plan *plan;
};

static void fail(struct running *r, const char *text)
{
    FAIL(r->trial, "%s: %s", r->job->name, text);
}

/* --- the guest -------------------------------------------------------------------------------- */

static const char *owner_of(struct trial *t)
{
    struct err e = {0};
    struct facts *f =
        facts_gather(t->arena, t->tree, t->lenses, t->runner->keywords, (int64_t)JUNE_2026 * 86400);
    (void)e;
    vec_each (account, &f->accounts)
        if (account->uid == 1000)
            return account->name;
    return "ana";
}

static const char *person(const char *name, const char *owner)
{
    return name && strcmp(name, "$owner") == 0 ? owner : name;
}

static bool prepare(struct running *r, const char *owner)
{
    struct trial *t = r->trial;
    struct err e = {0};
    struct json *changes =
        r->job->changes ? json_parse(bytes_of(r->job->changes), "changes", &e) : NULL;
    r->raw = fixture_guest(t->arena, t->runner->fixtures, t->name, &e);
    if (!r->raw || (changes && fixture_change(r->raw, changes, &e) != 0) || e.code != ERR_NONE) {
        fail(r, e.text);
        return false;
    }
    json_free(changes);
    r->request = r->job->request;
    r->user = r->request.user = person(r->request.user, owner);
    r->removed = r->request.remove_user = person(r->request.remove_user, owner);
    r->question = trial_question(t);
    r->question.users = r->user ? &r->user : NULL;
    r->question.user_count = r->user != NULL;
    r->question.password = r->request.password.ptr != NULL;
    r->options.target = t->name;
    return true;
}

static struct plan *make_plan(struct running *r, struct err *e)
{
    struct trial *t = r->trial;
    const char *source = getenv("DISKMEND_SOURCE");
    r->input = (struct repair_input){
        .arena = t->arena,
        .tree = overlay_new(t->arena, r->raw),
        .lenses = t->lenses,
        .template_directory = arena_printf(t->arena, "%s/rules/templates", source ? source : "."),
        .keywords = t->runner->keywords,
        .rules = t->runner->rules,
        .question = &r->question,
        .options = &r->options,
    };
    return access_plan(&r->input, &r->request, e);
}

/* --- what is to come of it -------------------------------------------------------------------- */

static const struct walk *walk_by(const struct login_answer *answer, const char *user,
                                  enum login_method method)
{
    vec_each (w, &answer->walks)
        if (w->subject.method == method && user && strcmp(w->subject.user, user) == 0)
            return w;
    return NULL;
}

static bool gets_in_by(const struct login_answer *answer, const char *user, enum login_method m)
{
    const struct walk *w = walk_by(answer, user, m);
    return w && walk_admission(w) == GATE_OPEN;
}

/* With the new key and no other. */
static bool gets_in_by_new_key(struct running *r)
{
    const char *whole = KEY;
    struct login_question question = r->question;
    question.users = &r->user;
    question.user_count = 1;
    question.identity =
        arena_text(r->trial->arena, (struct bytes){whole, strlen(whole) - strlen(" new@laptop")});
    return gets_in_by(login_judge(r->plan->after->facts, &question), r->user, METHOD_PUBLICKEY);
}

static void say_state(struct running *r)
{
    vec_each (left, &r->plan->left)
        FAIL(r->trial, "%s:   left: %s: %s", r->job->name, left->rule, left->reason);
    vec_each (note, &r->plan->notes)
        FAIL(r->trial, "%s:   note: %s", r->job->name, *note);
}

static void expect_effect(struct running *r)
{
    const struct login_answer *now = r->plan->after->subjects;
    unsigned effect = r->job->effect;
    size_t before = r->trial->failures.count;
    bool by_password = gets_in_by(now, r->user, METHOD_PASSWORD) ||
                       gets_in_by(now, r->user, METHOD_KEYBOARD_INTERACTIVE);
    const struct walk *w = walk_by(now, r->user, METHOD_PUBLICKEY);
    if (effect & BY_KEY && !gets_in_by_new_key(r))
        fail(r, "the new key does not let the person in");
    if (r->request.key_count > 0 && !gets_in_by_new_key(r) && r->plan->left.count == 0)
        fail(r, "the new key does not let the person in, and nothing says why");
    if (effect & BY_PASSWORD && !by_password)
        fail(r, "the password does not let the person in");
    if (effect & TO_ROOT && !(w && w->gates[GATE_SUDO].state == GATE_OPEN &&
                              (w->sudo == SUDO_NOPASSWD || w->sudo == SUDO_PASSWORD)))
        fail(r, "the person does not become root");
    if (effect & TO_ROOT && r->request.sudo == ACCESS_SUDO_NOPASSWD &&
        !(w && w->sudo == SUDO_NOPASSWD))
        fail(r, "sudo asks for a password still");
    if (effect & SHUT_OUT && subject_admission(now, r->user) == GATE_OPEN)
        fail(r, "the person gets in still");
    if (effect & GONE && facts_account(r->plan->after->facts, r->removed))
        fail(r, "the account is there still");
    if (r->trial->failures.count > before)
        say_state(r);
}

/* Whatever else somebody set up (a second factor, say) is no affair of a key's. */
static void expect_only_home(struct running *r)
{
    size_t count;
    const struct overlay_edit *edits = overlay_edits(r->input.tree, &count);
    if (!(r->job->effect & ONLY_HOME))
        return;
    const struct account_fact *a = facts_account(r->plan->after->facts, r->user);
    for (size_t i = 0; i < count; i++)
        if (!a || !path_is_below(edits[i].path, a->home))
            fail(r, arena_printf(r->trial->arena, "%s is touched", edits[i].path));
}

static void expect_nobody_else(struct running *r)
{
    const struct judgement *was = r->plan->before, *is = r->plan->after;
    if (!(r->job->effect & FOR_ALL))
        matrix_expect_same_for_others(r->trial, was, is, r->user ? r->user : r->removed);
    if (r->request.key_count == 0 || r->request.password.ptr || r->request.reset_ssh)
        return;
    /* A key opens no password login, not even the person's own. */
    struct login_question question = r->question;
    question.users = &r->user;
    question.user_count = 1;
    question.password = true;
    const struct login_answer *old = login_judge(was->facts, &question);
    const struct login_answer *new = login_judge(is->facts, &question);
    for (int m = METHOD_PASSWORD; m <= METHOD_KEYBOARD_INTERACTIVE; m++)
        if (gets_in_by(new, r->user, (enum login_method)m) &&
            !gets_in_by(old, r->user, (enum login_method)m))
            fail(r, "the key has opened login by password");
}

/* No hash and no password in what a person or a program is told. */
static void expect_no_secret(struct running *r)
{
    vec_each (note, &r->plan->notes)
        if (strstr(*note, PASSWORD) || strstr(*note, "$y$") || strstr(*note, "$6$"))
            fail(r, "a secret in a note");
    vec_each (left, &r->plan->left)
        if (strstr(left->reason, PASSWORD))
            fail(r, "a secret in what is left");
}

/* --- written, again, and taken back ----------------------------------------------------------- */

static void expect_idle(struct running *r)
{
    struct err e = {0};
    size_t count;
    struct plan *again = make_plan(r, &e);
    const struct overlay_edit *edits = again ? overlay_edits(r->input.tree, &count) : NULL;
    if (r->job->effect & ONLY_ONCE) {
        if (again || !strstr(e.text, "already"))
            fail(r, arena_printf(r->trial->arena, "a second time: %s", again ? "done" : e.text));
    } else if (r->job->effect & GONE) {
        if (again)
            fail(r, "a second time it is done again");
    } else if (!again) {
        fail(r, arena_printf(r->trial->arena, "a second time it is not done: %s", e.text));
    } else if (count > 0) {
        fail(r, arena_printf(r->trial->arena, "a second time it edits %zu more, %s", count,
                             edits[0].path));
    }
    plan_free(again);
}

static void expect_written(struct running *r)
{
    struct trial *t = r->trial;
    size_t count;
    overlay_edits(r->input.tree, &count);
    if (count == 0)
        return;
    const char *before = tree_description(t, r->raw);
    const char *run = write_edits(t, r->input.tree, r->raw, "access");
    if (!run)
        return;
    expect_idle(r);
    size_t failures = t->failures.count;
    expect_undone(t, r->raw, run, before);
    if (t->failures.count > failures)
        fail(r, "(that was it)");
}

static void run_job(struct trial *t, const struct job *job, const char *owner)
{
    struct running r = {.trial = t, .job = job};
    struct err e = {0};
    alarm(JOB_SECONDS); /* not of all jobs together */
    if (!prepare(&r, owner))
        return;
    r.plan = make_plan(&r, &e);
    if (job->refused) {
        if (r.plan || !strstr(e.text, job->refused))
            fail(&r,
                 arena_printf(t->arena, "refused is wanted, not: %s", r.plan ? "done" : e.text));
        plan_free(r.plan);
        return;
    }
    if (!r.plan) {
        fail(&r, arena_printf(t->arena, "%s%s%s", e.path, *e.path ? ": " : "", e.text));
        return;
    }
    expect_effect(&r);
    expect_nobody_else(&r);
    expect_only_home(&r);
    expect_no_secret(&r);
    struct plan *plan = r.plan;
    expect_written(&r);
    plan_free(plan);
}

static void test(struct trial *t)
{
    const char *owner = owner_of(t), *only = getenv("ACCESS_JOB");
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (!only || strcmp(only, jobs[i].name) == 0)
            run_job(t, &jobs[i], owner);
}

int main(int argc, char **argv)
{
    static const struct trial_kind kind = {test, NULL};
    return trial_main(argc, argv, &kind);
}
