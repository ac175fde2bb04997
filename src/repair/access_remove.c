/* Job: an account leaves the guest: its lines, memberships, sudo rules and keys. The home stays
 * unless it was named, and what else is the person's is said. */
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "login/sudo_standing.h"
#include "repair/access_parts.h"
#include "repair/account_edit.h"
#include "repair/guard.h"
#include "repair/key_places.h"
#include "repair/sudo_edit.h"

/* --- who may not go ----------------------------------------------------------------------------
 */

static bool has_key(struct verb_context *c, const struct account_fact *a)
{
    vec_each (file, &c->facts->key_files)
        if (strcmp(file->user, a->name) == 0 && *file->pattern != '(' && file->usable_lines > 0)
            return true;
    return false;
}

static bool has_way_in(struct verb_context *c, const struct account_fact *a)
{
    return a->can_log_in_shell && (a->password_state == PASSWORD_SET || has_key(c, a));
}

/* Whatever stands in the way of logins as such (sshd, the network): has the account what becoming
 * root takes? */
static bool could_be_root(struct verb_context *c, const struct account_fact *a)
{
    if (a->shadowed || !a->nss_visible || !has_way_in(c, a))
        return false;
    if (a->uid == 0)
        return true;
    struct sudo_standing is = sudo_standing_of(c->facts, a);
    return is.grant == SUDO_GRANT_NOPASSWD ||
           (is.grant == SUDO_GRANT_PASSWORD &&
            (is.other_password || a->password_state == PASSWORD_SET));
}

/* Somebody new comes in the same run, with a way in and sudo. */
static bool has_successor(const struct access_request *r)
{
    return r->user && r->create != ACCESS_CREATE_NO && r->sudo != ACCESS_SUDO_KEEP &&
           (r->key_count > 0 || r->password.ptr);
}

static int check_last(struct verb_context *c, const struct account_fact *a, struct err *e)
{
    struct login_question everybody = *c->input->question;
    everybody.users = NULL;
    everybody.user_count = 0;
    const struct login_answer *people = login_judge(c->facts, &everybody);
    bool by_login = guard_somebody_reaches_root(people, NULL);
    bool is_last = by_login ? !guard_somebody_reaches_root(people, a->name) : could_be_root(c, a);
    if (!by_login)
        vec_each (other, &c->facts->accounts)
            if (is_last && strcmp(other->name, a->name) != 0 && could_be_root(c, other))
                is_last = false;
    if (!is_last)
        return 0;
    return err_set(e, ERR_REFUSED,
                   "%s is the last account that logs in and becomes root: give another one that "
                   "first (diskmend access %s --user NAME --create)",
                   a->name, c->input->options->target);
}

static int check_account(struct verb_context *c, const struct access_request *request,
                         const struct account_fact *a, struct err *e)
{
    if (a->uid == 0)
        return err_set(e, ERR_REFUSED, "%s is root (uid 0): it is not removed", a->name);
    if (a->uid == 65534 || (a->is_system && !has_way_in(c, a)))
        return err_set(e, ERR_REFUSED,
                       "%s is an account of the system (uid %lld) that nobody logs in with: what "
                       "runs as it would fail",
                       a->name, (long long)a->uid);
    if (!account_is_plain_name(a->name))
        return err_set(e, ERR_REFUSED,
                       "\"%s\" is no name that could be taken out of the files with certainty",
                       a->name);
    return has_successor(request) ? 0 : check_last(c, a, e);
}

/* --- passwd, shadow, group, gshadow, subuid, subgid --------------------------------------------
 */

/* Every line whose first field is NAME; UID: as a number, too (subuid), or NULL. */
static int drop_lines(struct verb_context *c, const char *path, const char *name, const char *uid,
                      struct err *e)
{
    struct text_file f;
    if (!account_has_file(c, path))
        return 0;
    int code = text_open(c, path, false, &f, e);
    for (size_t i = code == 0 ? f.lines.count : 0; i-- > 0;) {
        struct bytes first = account_field(f.lines.items[i].text, 0);
        if (bytes_equal_text(first, name) || (uid && bytes_equal_text(first, uid)))
            text_remove(&f, (int)i + 1, 1);
    }
    return code == 0 ? text_save(c, &f, e) : code;
}

/* Out of lists FIRST to LAST of every line. */
static int drop_member(struct verb_context *c, const char *path, size_t first, size_t last,
                       const char *name, struct err *e)
{
    struct text_file f;
    if (!account_has_file(c, path))
        return 0;
    int code = text_open(c, path, false, &f, e);
    for (size_t i = 0; code == 0 && i < f.lines.count; i++)
        for (size_t field = first; field <= last; field++)
            account_list_change(c, &f.lines.items[i], field, name, false);
    return code == 0 ? text_save(c, &f, e) : code;
}

/* Made with the account (login.defs: USERGROUPS_ENAB), and nobody else is in it. */
static bool has_private_group(struct verb_context *c, const struct account_fact *a)
{
    bool found = false;
    vec_each (group, &c->facts->groups) {
        if (strcmp(group->name, a->name) != 0)
            continue;
        found = group->gid == a->gid && group->gid > 0;
        for (size_t i = 0; i < group->members.count; i++)
            if (strcmp(group->members.items[i], a->name) != 0)
                return false;
    }
    vec_each (other, &c->facts->accounts)
        if (other->gid == a->gid && strcmp(other->name, a->name) != 0)
            return false;
    return found;
}

static bool is_shared_uid(struct verb_context *c, const struct account_fact *a)
{
    vec_each (other, &c->facts->accounts)
        if (other->uid == a->uid && strcmp(other->name, a->name) != 0)
            return true;
    return false;
}

static int drop_account(struct verb_context *c, const struct account_fact *a, struct err *e)
{
    const char *uid =
        is_shared_uid(c, a) ? NULL : arena_printf(c->arena, "%lld", (long long)a->uid);
    bool private_group = has_private_group(c, a);
    int code = drop_member(c, GROUP_PATH, GROUP_MEMBERS, GROUP_MEMBERS, a->name, e);
    if (code == 0)
        code = drop_member(c, GSHADOW_PATH, GSHADOW_ADMINS, GSHADOW_MEMBERS, a->name, e);
    if (code == 0 && private_group)
        code = drop_lines(c, GROUP_PATH, a->name, NULL, e);
    if (code == 0 && private_group)
        code = drop_lines(c, GSHADOW_PATH, a->name, NULL, e);
    if (code == 0)
        code = drop_lines(c, "/etc/subuid", a->name, uid, e);
    if (code == 0)
        code = drop_lines(c, "/etc/subgid", a->name, uid, e);
    if (code == 0)
        code = drop_lines(c, SHADOW_PATH, a->name, NULL, e);
    return code == 0 ? drop_lines(c, PASSWD_PATH, a->name, NULL, e) : code;
}

/* --- keys --------------------------------------------------------------------------------------
 */

/* The journal keeps them. A link goes, not what it leads to. */
static int drop_keys(struct verb_context *c, const struct account_fact *a, struct err *e)
{
    struct key_places places = {0};
    const struct node_state gone = {0};
    int code = 0;
    key_places_read(c, a, &places);
    vec_each (place, &places.list) {
        const char *path = place->file->path;
        struct stat_answer s = tree_lstat(c->tree, path);
        if (code != 0 || s.presence != PRESENCE_PRESENT ||
            (s.node.type != NODE_FILE && s.node.type != NODE_SYMLINK))
            continue;
        if (place->others)
            verb_note(c, arena_printf(c->arena, "%s stays: sshd reads it for %s, too", path,
                                      place->others));
        else
            code = overlay_put(c->tree, s.real_path, &gone, e);
    }
    return code;
}

/* --- what is only said -------------------------------------------------------------------------
 */

static void say_lists(struct verb_context *c, const struct account_fact *a)
{
    size_t n = strlen(a->name);
    vec_each (d, &c->facts->sshd->directives)
        for (size_t i = 0; i < d->arguments.count; i++) {
            const char *word = d->arguments.items[i];
            bool is_list =
                strcmp(d->keyword, "AllowUsers") == 0 || strcmp(d->keyword, "DenyUsers") == 0;
            if (is_list && strncmp(word, a->name, n) == 0 && (!word[n] || word[n] == '@'))
                verb_note(c,
                          arena_printf(c->arena, "%s:%d: %s still names %s, which lets nobody in",
                                       d->at.file, d->at.line, d->keyword, a->name));
        }
}

static void say_traces(struct verb_context *c, const struct account_fact *a)
{
    static const char *const places[] = {"/var/spool/cron/crontabs",
                                         "/var/spool/cron/tabs",
                                         "/var/spool/cron",
                                         "/var/spool/mail",
                                         "/var/mail",
                                         "/var/lib/systemd/linger",
                                         "/var/lib/AccountsService/users"};
    struct text_list seen = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct stat_answer s = tree_stat(c->tree, path_join(c->arena, places[i], a->name));
        if (s.presence != PRESENCE_PRESENT || s.node.type == NODE_DIRECTORY ||
            text_list_has(&seen, s.real_path))
            continue;
        text_list_add(c->arena, &seen, s.real_path);
        verb_note(c, arena_printf(c->arena, "%s is %s's and stays", s.real_path, a->name));
    }
    const char *group = arena_printf(c->arena, "%%%s", a->name);
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "rule") && text_list_has(&s->users, group))
            verb_note(c, arena_printf(c->arena, "%s:%d names the group %s, and stays", s->at.file,
                                      s->at.line, a->name));
}

static void say_home(struct verb_context *c, const struct account_fact *a)
{
    if (a->home_real && a->home_uid == a->uid)
        verb_note(c, arena_printf(c->arena,
                                  "the home %s (of uid %lld) stays: --remove-home removes it",
                                  a->home_real, (long long)a->uid));
}

/* --- the job -----------------------------------------------------------------------------------
 */

static int forget_sudo(struct verb_context *c, const struct account_fact *a, struct err *e)
{
    const struct repair_input *in = c->input;
    size_t before = 0, after = 0;
    const char *uid =
        is_shared_uid(c, a) ? NULL : arena_printf(c->arena, "#%lld", (long long)a->uid);
    size_t mark = overlay_mark(c->tree);
    int code = sudo_edit_forget(c, a->name, uid, e);
    if (code != 0 || overlay_mark(c->tree) == mark)
        return code;
    const struct facts *f =
        facts_gather(c->arena, c->tree, in->lenses, in->keywords, in->question->at);
    vec_each (s, &c->facts->sudo)
        before += sudo_edit_is(s, "error");
    vec_each (s, &f->sudo)
        after += sudo_edit_is(s, "error");
    return after <= before ? 0
                           : err_set(e, ERR_INTERNAL,
                                     "sudo would not read its rules any more without %s", a->name);
}

int access_remove_user(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    if (!request->remove_user)
        return 0;
    const struct account_fact *a = facts_account(c->facts, request->remove_user);
    if (!a)
        return err_set(e, ERR_NOT_FOUND,
                       "there is no account \"%s\" on this disk: nobody to remove",
                       request->remove_user);
    int code = check_account(c, request, a, e);
    if (code == 0)
        code = forget_sudo(c, a, e);
    if (code == 0)
        code = drop_keys(c, a, e);
    if (code == 0 && request->remove_home)
        code = access_remove_home(c, a, e);
    else if (code == 0)
        say_home(c, a);
    if (code == 0)
        code = drop_account(c, a, e);
    if (code == 0) {
        say_lists(c, a);
        say_traces(c, a);
    }
    return code;
}
