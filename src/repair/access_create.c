/* Job: a new account for a person, as the guest's own useradd would make it: numbers, group, lines
 * of passwd, shadow, group and gshadow, subordinate ids, home. Without a password none matches. */
#include "repair/access_parts.h"

#include <string.h>

#include "base/escape.h"
#include "base/path.h"
#include "facts/collect.h"
#include "repair/account_defaults.h"
#include "repair/account_number.h"
#include "repair/tree_copy.h"

#define NAME_CHARS_MAX 32u /* useradd(8); utmp has no room for more */

struct newcomer {
    const char *name, *home, *shell;
    uint32_t uid, gid;
    bool own_group, group_is_there, home_is_there;
};

/* --- the name --------------------------------------------------------------------------------- */

/* useradd of all families takes letters, digits, "_", ".", "-" and a "$" at the end (Samba's
 * machines). Some take a digit in front; systemd and chown would take such a name for a number. */
static int check_name(const char *name, struct err *e)
{
    if (strlen(name) > NAME_CHARS_MAX)
        return err_set(e, ERR_REFUSED, "\"%s\" is longer than the %u characters of a user's name",
                       name, NAME_CHARS_MAX);
    if (!account_is_plain_name(name))
        return err_set(e, ERR_REFUSED,
                       "\"%s\" is no name for a new account: it begins with a letter or \"_\", and "
                       "goes on with letters, digits, \"_\", \".\" and \"-\"",
                       name);
    return 0;
}

/* A line of that name, seen by getpwnam or not. */
static bool has_line(struct verb_context *c, const char *path, const char *name)
{
    struct text_file f;
    struct err e = {0};
    return text_open(c, path, false, &f, &e) == 0 && account_line(&f, name, NULL) != NULL;
}

/* --- the group -------------------------------------------------------------------------------- */

static const struct group_fact *group_named(struct verb_context *c, const char *name)
{
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && strcmp(group->name, name) == 0)
            return group;
    return NULL;
}

/* What a removed account of that name left behind: nobody else's, and nobody else is in it. */
static bool is_leftover(struct verb_context *c, const struct group_fact *group)
{
    if (group->gid < login_defs_number(c, "GID_MIN", 1000) || group->gid >= UINT32_MAX)
        return false;
    for (size_t i = 0; i < group->members.count; i++)
        if (strcmp(group->members.items[i], group->name) != 0)
            return false;
    vec_each (account, &c->facts->accounts)
        if (account->gid == group->gid)
            return false;
    return true;
}

/* Without login.defs (busybox's adduser) as with USERGROUPS_ENAB: a group of one's own. */
static bool wants_own_group(struct verb_context *c)
{
    const char *place = NULL;
    const char *value = login_defs_value(c, "USERGROUPS_ENAB", &place);
    return value ? strcmp(value, "yes") == 0 : place == NULL;
}

/* The group of all users, as useradd's file names it. False: the guest has none such. */
static bool default_group(struct verb_context *c, uint32_t *gid)
{
    const char *wanted = useradd_value(c, USERADD_FILE, "GROUP");
    uint32_t number;
    bool is_number = account_number_of(bytes_of(wanted ? wanted : "100"), &number);
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && group->gid >= 0 &&
            (is_number ? group->gid == number : strcmp(group->name, wanted) == 0)) {
            *gid = (uint32_t)group->gid;
            return true;
        }
    return false;
}

static int choose_group(struct verb_context *c, struct newcomer *n, struct err *e)
{
    const struct group_fact *there = group_named(c, n->name);
    if (!wants_own_group(c) && default_group(c, &n->gid))
        return 0;
    n->own_group = true;
    if (there && !is_leftover(c, there))
        return err_set_at(e, ERR_REFUSED, GROUP_PATH, there->at.line, 0,
                          "there is a group \"%s\" already, which may have rights of its own: take "
                          "another name for the account",
                          n->name);
    n->group_is_there = there != NULL;
    n->gid = there ? (uint32_t)there->gid : account_free_gid(c, n->uid, e);
    return n->gid == 0 ? e->code : 0;
}

/* --- the lines -------------------------------------------------------------------------------- */

/* In the place of one that a removed account left: nothing of that counts for the new one. */
static int put_line(struct verb_context *c, const char *path, const char *name, const char *text,
                    struct err *e)
{
    struct text_file f;
    struct text_line *line = NULL;
    if (account_has_file(c, path)) {
        int code = text_open(c, path, false, &f, e);
        if (code != 0)
            return code;
        line = account_line(&f, name, NULL);
    }
    if (!line)
        return account_add_line(c, path, text, e);
    text_set(line, bytes_of(text));
    return text_save(c, &f, e);
}

static bool uses_shadow(struct verb_context *c)
{
    if (account_has_file(c, SHADOW_PATH))
        return true;
    vec_each (account, &c->facts->accounts)
        if (strcmp(account->password_source, "shadow") == 0)
            return true;
    return false;
}

/* A number of login.defs (useradd's file) as a field: nothing where it is none or negative. */
static const char *days(struct verb_context *c, int64_t number)
{
    return number < 0 || number > INT32_MAX ? ""
                                            : arena_printf(c->arena, "%lld", (long long)number);
}

static const char *shadow_line(struct verb_context *c, const char *name)
{
    const char *inactive = useradd_value(c, USERADD_FILE, "INACTIVE");
    int64_t idle = -1;
    if (inactive)
        text_number(bytes_of(inactive), 0, INT32_MAX, &idle);
    return arena_printf(c->arena, "%s:*:%s:%s:%s:%s:%s::", name, account_today(c),
                        days(c, login_defs_number(c, "PASS_MIN_DAYS", 0)),
                        days(c, login_defs_number(c, "PASS_MAX_DAYS", 99999)),
                        days(c, login_defs_number(c, "PASS_WARN_AGE", 7)), days(c, idle));
}

static int add_group(struct verb_context *c, const struct newcomer *n, struct err *e)
{
    if (!n->own_group || n->group_is_there)
        return 0;
    int code =
        account_add_line(c, GROUP_PATH, arena_printf(c->arena, "%s:x:%u:", n->name, n->gid), e);
    if (code != 0 || !account_has_file(c, GSHADOW_PATH))
        return code;
    return put_line(c, GSHADOW_PATH, n->name, arena_printf(c->arena, "%s:!::", n->name), e);
}

static int add_lines(struct verb_context *c, const struct newcomer *n, struct err *e)
{
    bool shadow = uses_shadow(c);
    int code = add_group(c, n, e);
    if (code == 0)
        code = account_add_line(c, PASSWD_PATH,
                                arena_printf(c->arena, "%s:%s:%u:%u::%s:%s", n->name,
                                             shadow ? "x" : "*", n->uid, n->gid, n->home, n->shell),
                                e);
    if (code == 0 && shadow)
        code = put_line(c, SHADOW_PATH, n->name, shadow_line(c, n->name), e);
    return code;
}

/* useradd: where the file is there, and login.defs does not ask for none. */
static int add_subordinate(struct verb_context *c, const char *path, const char *kind,
                           const char *name, struct err *e)
{
    struct arena *a = c->arena;
    int64_t count = login_defs_number(c, arena_printf(a, "SUB_%s_COUNT", kind), 65536);
    int64_t from = login_defs_number(c, arena_printf(a, "SUB_%s_MIN", kind), 100000);
    int64_t to = login_defs_number(c, arena_printf(a, "SUB_%s_MAX", kind), 600100000);
    if (!account_has_file(c, path) || has_line(c, path, name) || count <= 0 || count > INT32_MAX ||
        from < 1 || from > to || to > UINT32_MAX - 1)
        return 0;
    uint32_t first = account_free_range(c, path, (uint32_t)from, (uint32_t)to, (uint32_t)count);
    if (first == 0) {
        verb_note(c, arena_printf(a, "%s has no room for %s: no range of subordinate ids", path,
                                  name));
        return 0;
    }
    return account_add_line(c, path, arena_printf(a, "%s:%u:%lld", name, first, (long long)count),
                            e);
}

/* --- home and shell --------------------------------------------------------------------------- */

/* A program that everybody may run. */
static bool is_shell(struct verb_context *c, const char *path)
{
    struct stat_answer s =
        path && *path == '/' ? tree_stat(c->tree, path) : (struct stat_answer){0};
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size > 0 &&
           (s.node.mode & 0111) == 0111 && !strstr(path, "nologin") && !strstr(path, "false") &&
           !strpbrk(path, ":\n");
}

/* Debian's useradd names /bin/sh, and its adduser, which people use, bash. */
static const char *choose_shell(struct verb_context *c)
{
    const char *own = useradd_value(c, USERADD_FILE, "SHELL");
    const char *const shells[] = {own && strcmp(own, "/bin/sh") != 0 ? own : NULL,
                                  useradd_value(c, ADDUSER_FILE, "DSHELL"),
                                  "/bin/bash",
                                  "/usr/bin/bash",
                                  own,
                                  "/bin/sh"};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (is_shell(c, shells[i]))
            return shells[i];
    return "/bin/sh";
}

static const char *choose_home(struct verb_context *c, const char *name)
{
    const char *base = useradd_value(c, USERADD_FILE, "HOME");
    if (!base || *base != '/' || strpbrk(base, ":\n"))
        base = "/home";
    return arena_printf(c->arena, "%s/%s", strcmp(base, "/") == 0 ? "" : base, name);
}

/* What is there already is looked at before numbers are given: a person who comes back gets the uid
 * that owns it. */
static int look_at_home(struct verb_context *c, struct newcomer *n, uint32_t *owner, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, n->home);
    *owner = 0;
    if (s.presence == PRESENCE_ABSENT)
        return 0;
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, n->home, 0, 0, "cannot be looked at: %s", s.reason);
    if (s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, n->home, 0, 0,
                          "is in the way: no directory, where the new home would be");
    n->home_is_there = true;
    *owner = s.node.uid;
    return 0;
}

/* Where homes are; a missing one is root's, as everywhere. */
static int make_base(struct verb_context *c, const char *path, struct err *e)
{
    if (tree_stat(c->tree, path).presence == PRESENCE_PRESENT)
        return 0;
    struct json *step = json_new_object(c->arena);
    json_set_string(c->arena, step, "path", path);
    int code = verb_dir_make(c, step, e);
    json_free(step);
    return code;
}

/* HOME_MODE, else what UMASK leaves; an owner who could not enter it would have no use of it. */
static uint32_t home_mode(struct verb_context *c)
{
    int64_t mode = login_defs_number(c, "HOME_MODE", -1);
    if (mode < 0)
        mode = ~login_defs_number(c, "UMASK", 022);
    return ((uint32_t)mode & 0777) | 0700;
}

static int make_home(struct verb_context *c, const struct newcomer *n, struct err *e)
{
    const char *own = useradd_value(c, USERADD_FILE, "SKEL");
    const char *const skeletons[] = {own && *own == '/' ? own : "/etc/skel", "/usr/etc/skel"};
    struct node_state home = {
        .exists = true, .type = NODE_DIRECTORY, .mode = home_mode(c), .uid = n->uid, .gid = n->gid};
    int code = make_base(c, path_parent(c->arena, n->home), e);
    if (code != 0)
        return code;
    const char *real = real_path_of(c, n->home, e);
    code = real ? overlay_put(c->tree, real, &home, e) : ERR_REFUSED;
    for (size_t i = 0; code == 0 && i < sizeof skeletons / sizeof *skeletons; i++)
        code = tree_copy(c, skeletons[i], n->home, n->uid, n->gid, e);
    return code;
}

static int settle_home(struct verb_context *c, const struct newcomer *n, uint32_t owner,
                       struct err *e)
{
    if (!n->home_is_there)
        return make_home(c, n, e);
    if (owner == n->uid)
        verb_note(c, arena_printf(c->arena,
                                  "%s is there already and stays as it is: %s has the uid that "
                                  "owns it, %u",
                                  n->home, n->name, owner));
    else
        verb_note(c, arena_printf(c->arena,
                                  "%s is there already and stays as it is: it belongs to uid "
                                  "%u, not to %s (%u)",
                                  n->home, owner, n->name, n->uid));
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void say(struct verb_context *c, const struct newcomer *n)
{
    struct strbuf groups;
    strbuf_init(&groups, c->arena);
    verb_note(c, arena_printf(c->arena, "new account %s: uid %u, gid %u, home %s, shell %s",
                              n->name, n->uid, n->gid, n->home, n->shell));
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && text_list_has(&group->members, n->name))
            strbuf_printf(&groups, "%s%s", groups.len > 0 ? ", " : "", group->name);
    if (groups.len > 0)
        verb_note(c, arena_printf(c->arena, "groups that listed a %s before there was one: %s",
                                  n->name, groups.ptr));
}

static int create(struct verb_context *c, const char *name, struct err *e)
{
    struct newcomer n = {.name = name};
    uint32_t owner;
    n.home = choose_home(c, name);
    n.shell = choose_shell(c);
    int code = look_at_home(c, &n, &owner, e);
    if (code != 0)
        return code;
    n.uid = account_free_uid(c, owner, e);
    if (n.uid == 0)
        return e->code;
    code = choose_group(c, &n, e);
    if (code == 0)
        code = add_lines(c, &n, e);
    if (code == 0)
        code = add_subordinate(c, "/etc/subuid", "UID", name, e);
    if (code == 0)
        code = add_subordinate(c, "/etc/subgid", "GID", name, e);
    if (code == 0)
        code = settle_home(c, &n, owner, e);
    if (code == 0)
        say(c, &n);
    return code;
}

int access_create_user(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *r = context;
    if (r->create == ACCESS_CREATE_NO)
        return 0;
    if (!has_line(c, PASSWD_PATH, "root"))
        return err_set_at(
            e, ERR_REFUSED, PASSWD_PATH, 0, 0,
            "it has no line of root: more than an account is lost, and the file comes "
            "first (diskmend repair)");
    bool is_there = has_line(c, PASSWD_PATH, r->user);
    if (is_there && !facts_account(c->facts, r->user))
        return err_set_at(e, ERR_REFUSED, PASSWD_PATH, 0, 0,
                          "the line of %s is damaged, so that nobody finds the account: first "
                          "\"diskmend repair %s --user %s\"",
                          r->user, c->input->options->target, escape_shell_word(c->arena, r->user));
    if (is_there && r->create == ACCESS_CREATE_IF_MISSING)
        return 0;
    if (is_there)
        return err_set(e, ERR_REFUSED,
                       "there is an account \"%s\" already: without --create, the same command "
                       "changes it",
                       r->user);
    int code = check_name(r->user, e);
    return code == 0 ? create(c, r->user, e) : code;
}
