/* Job: the person becomes root by sudo, asked for a password or not, by one rule: the
 * distribution's admin group where that gives it, else the rule that is there changed, else one of
 * the person's own.
 */
#include <string.h>

#include "login/sudo_standing.h"
#include "repair/access_parts.h"
#include "repair/sudo_edit.h"

#define ROUNDS_MAX 6 /* a membership, a rule, its tag, a setting, and another rule's tag */

struct granting {
    struct verb_context *c; /* its facts are gathered anew for each step */
    const struct account_fact *account;
    struct sudo_standing is;
    bool without_password; /* what was asked for */
    bool is_new;           /* the account was made in this run */
};

static int verb_with(struct verb_context *c, verb_function *verb, const char *const *members,
                     int line, struct err *e)
{
    struct json *step = json_new_object(c->arena);
    for (; members[0]; members += 2)
        json_set_string(c->arena, step, members[0], members[1]);
    if (line > 0)
        json_set_string(c->arena, step, "line", arena_printf(c->arena, "%d", line));
    int code = verb(c, step, e);
    json_free(step);
    return code;
}

/* --- the admin group ---------------------------------------------------------------------------
 */

static const struct group_fact *group_named(struct verb_context *c, const char *name)
{
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && strcmp(group->name, name) == 0)
            return group;
    return NULL;
}

static bool is_member(const struct account_fact *a, const char *group)
{
    for (size_t i = 0; i < a->groups.count; i++)
        if (strcmp(a->groups.items[i], group) == 0)
            return true;
    return false;
}

/* As if the person were in GROUP. */
static struct sudo_standing standing_in(struct granting *g, const struct group_fact *group)
{
    struct account_fact copy = *g->account;
    struct arena *a = g->c->arena;
    const char **names = arena_alloc_array(a, copy.groups.count + 1, sizeof *names);
    int64_t *ids = arena_alloc_array(a, copy.group_id_count + 1, sizeof *ids);
    for (size_t i = 0; i < copy.groups.count; i++)
        names[i] = copy.groups.items[i];
    for (size_t i = 0; i < copy.group_id_count; i++)
        ids[i] = copy.group_ids[i];
    names[copy.groups.count] = group->name;
    ids[copy.group_id_count] = group->gid;
    copy.groups = (struct text_list){names, copy.groups.count + 1};
    copy.group_ids = ids;
    copy.group_id_count++;
    return sudo_standing_of(g->c->facts, &copy);
}

/* Join the group that stands for administrators here, when it brings what was asked for, or the
 * account is new: policies go by that group. False: there is none to join. */
static bool join_group(struct granting *g, int *code, struct err *e)
{
    static const char *const debian[] = {"sudo", "admin", NULL};
    static const char *const others[] = {"wheel", "sudo", "admin", NULL};
    bool is_debian = g->c->facts->os.family_code == FAMILY_DEBIAN;
    for (const char *const *name = is_debian ? debian : others; *name; name++) {
        const struct group_fact *group = group_named(g->c, *name);
        if (!group || is_member(g->account, *name))
            continue;
        struct sudo_standing then = standing_in(g, group);
        bool brings =
            then.grant == (g->without_password ? SUDO_GRANT_NOPASSWD : SUDO_GRANT_PASSWORD);
        if (!brings && !(g->is_new && then.grant == SUDO_GRANT_PASSWORD))
            continue;
        const char *members[] = {"name", g->account->name, "group", *name, NULL};
        *code = verb_with(g->c, verb_group_add, members, 0, e);
        return true;
    }
    return false;
}

/* --- rules -------------------------------------------------------------------------------------
 */

/* Written for this person by name and for nobody else. */
static bool is_own_rule(struct granting *g)
{
    const struct sudo_fact *rule = g->is.rule;
    struct text_file f;
    struct err none = {0};
    if (!rule || rule->users.count != 1 || strcmp(rule->users.items[0], g->account->name) != 0 ||
        text_open(g->c, rule->at.file, false, &f, &none) != 0)
        return false;
    const struct text_line *line = text_line_at(&f, rule->at.line, &none);
    size_t n = strlen(g->account->name);
    return line && line->text.len > n && bytes_start_with(line->text, g->account->name) &&
           strchr(" \t", line->text.ptr[n]);
}

static bool main_is_missing(struct verb_context *c)
{
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "file") && s->counts && s->at.line == 0 && s->defect)
            return strcmp(s->defect, "missing") == 0;
    return false;
}

static int own_rule(struct granting *g, struct err *e)
{
    const char *members[] = {"name", g->account->name, NULL};
    if (main_is_missing(g->c))
        return verb_with(g->c, verb_sudo_rule, members, 0, e);
    return sudo_edit_for_user(g->c, g->account->name,
                              sudo_edit_rule(g->c, g->account, g->without_password),
                              g->is.rule ? &g->is.rule->at : NULL, e);
}

/* One step nearer to what was asked for. */
static int step(struct granting *g, struct err *e)
{
    int code = 0;
    const struct sudo_fact *rule = g->is.rule;
    bool has = g->is.grant == SUDO_GRANT_PASSWORD || g->is.grant == SUDO_GRANT_NOPASSWD;
    if (!has) {
        if (g->is.grant == SUDO_GRANT_DENIED)
            verb_note(g->c,
                      arena_printf(g->c->arena,
                                   "%s:%d keeps %s from root's shell: what was asked for stands "
                                   "behind it now",
                                   rule->at.file, rule->at.line, g->account->name));
        return join_group(g, &code, e) ? code : own_rule(g, e);
    }
    if (g->without_password) {
        const char *members[] = {"name", g->account->name, "path", rule->at.file, NULL};
        return verb_with(g->c, verb_sudo_nopasswd, members, rule->at.line, e);
    }
    if (g->is.grant == SUDO_GRANT_NOPASSWD && is_own_rule(g))
        return sudo_edit_ask_password(g->c, rule->at.file, rule->at.line, e);
    if (g->is.grant == SUDO_GRANT_NOPASSWD)
        return own_rule(g, e);
    /* root's password is asked for (SUSE): this person's own instead, and nothing else changes. */
    return sudo_edit_for_user(g->c, g->account->name,
                              arena_printf(g->c->arena, "Defaults:%s !%s", g->account->name,
                                           g->is.other_password->name),
                              &g->is.other_password->at, e);
}

static bool is_done(const struct granting *g)
{
    return g->without_password ? g->is.grant == SUDO_GRANT_NOPASSWD
                               : g->is.grant == SUDO_GRANT_PASSWORD && !g->is.other_password;
}

/* --- the guest ---------------------------------------------------------------------------------
 */

static size_t errors_of(const struct facts *f)
{
    size_t n = 0;
    vec_each (s, &f->sudo)
        n += sudo_edit_is(s, "error") && s->counts;
    return n;
}

static bool has_program(struct verb_context *c)
{
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "program"))
            return true;
    return false;
}

static void say_no_program(struct verb_context *c, const char *user)
{
    bool doas = tree_stat(c->tree, "/usr/bin/doas").presence == PRESENCE_PRESENT;
    verb_note(c, arena_printf(c->arena,
                              "sudo is not installed on this guest, so %s was given none%s", user,
                              doas ? ": doas is there (its rules are in /etc/doas.conf and "
                                     "/etc/doas.d)"
                                   : ": root's password or key is the way to root there"));
}

static void say_no_password(struct granting *g)
{
    const struct account_fact *a = g->account;
    if (!g->without_password && a->password_state != PASSWORD_SET &&
        a->password_state != PASSWORD_UNKNOWN)
        verb_note(g->c, arena_printf(g->c->arena,
                                     "sudo asks %s for a password, and there is none: set one "
                                     "(--password-prompt), or say --sudo nopasswd",
                                     a->name));
}

static void say_asked(struct granting *g, const struct sudo_standing *before)
{
    if (before->grant == SUDO_GRANT_NOPASSWD && !g->without_password)
        verb_note(g->c,
                  arena_printf(g->c->arena, "sudo asked %s for no password (%s:%d), and does now",
                               g->account->name, before->rule->at.file, before->rule->at.line));
    if (before->grant != SUDO_GRANT_NOPASSWD && g->without_password)
        verb_note(g->c, arena_printf(g->c->arena,
                                     "%s becomes root by sudo without a password from now on",
                                     g->account->name));
}

/* Until what sudo reads is what was asked for. */
static int grant(struct granting *g, const char *user, struct err *e)
{
    const struct repair_input *in = g->c->input;
    struct sudo_standing before = {0};
    size_t faults = errors_of(g->c->facts);
    int code = 0;
    for (int round = 0; code == 0 && round <= ROUNDS_MAX; round++) {
        struct line_moves moves = {0};
        g->c->moves = &moves;
        g->account = facts_account(g->c->facts, user);
        if (!g->account)
            return err_set(e, ERR_INTERNAL, "the account %s is lost on the way", user);
        g->is = sudo_standing_of(g->c->facts, g->account);
        if (round == 0)
            before = g->is;
        if (errors_of(g->c->facts) > faults)
            return err_set(e, ERR_INTERNAL, "sudo would not read what was to be written for %s",
                           user);
        if (is_done(g)) {
            say_asked(g, &before);
            say_no_password(g);
            return 0;
        }
        size_t mark = overlay_mark(g->c->tree);
        code = step(g, e);
        if (code == 0 && overlay_mark(g->c->tree) == mark)
            break;
        g->c->facts =
            facts_gather(g->c->arena, g->c->tree, in->lenses, in->keywords, in->question->at);
    }
    if (code != 0)
        return code;
    return err_set_at(e, ERR_REFUSED, g->is.rule ? g->is.rule->at.file : "/etc/sudoers",
                      g->is.rule ? g->is.rule->at.line : 0, 0,
                      "no rule of %s's own can change what sudo does here: it has to be put right "
                      "by hand",
                      user);
}

int access_grant_sudo(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    bool is_new = request->create != ACCESS_CREATE_NO;
    if (request->sudo == ACCESS_SUDO_KEEP || (request->sudo == ACCESS_SUDO_UNSAID && !is_new))
        return 0;
    const struct account_fact *account = access_account(c, request, e);
    if (!account)
        return ERR_NOT_FOUND;
    if (account->uid == 0) {
        verb_note(c,
                  arena_printf(c->arena, "%s is root already, and needs no sudo", account->name));
        return 0;
    }
    if (!has_program(c)) {
        say_no_program(c, account->name);
        return 0;
    }
    struct verb_context inner = *c;
    struct granting g = {.c = &inner,
                         .without_password = request->sudo == ACCESS_SUDO_NOPASSWD,
                         .is_new = is_new};
    int code = grant(&g, request->user, e);
    c->notes.items = inner.notes.items;
    c->notes.count = inner.notes.count;
    c->notes.capacity = inner.notes.capacity;
    return code;
}
