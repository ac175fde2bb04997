/* Verbs on memberships: group and gshadow together. */
#include <string.h>

#include "repair/account_edit.h"

/* In both files; a group that gshadow does not know is group's alone. */
static int change_member(struct verb_context *c, const char *name, const char *group, bool wanted,
                         struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (!account_is_plain_name(name))
        return err_set(e, ERR_REFUSED, "\"%s\" is no name that a group could list", name);
    int code = account_open_line(c, GROUP_PATH, group, &f, &line, e);
    if (code != 0)
        return code;
    account_list_change(c, line, GROUP_MEMBERS, name, wanted);
    code = text_save(c, &f, e);
    if (code != 0 || !account_has_file(c, GSHADOW_PATH))
        return code;
    code = text_open(c, GSHADOW_PATH, false, &f, e);
    if (code != 0)
        return code;
    line = account_line(&f, group, NULL);
    if (line)
        account_list_change(c, line, GSHADOW_MEMBERS, name, wanted);
    return text_save(c, &f, e);
}

int verb_group_add(struct verb_context *c, const struct json *step, struct err *e)
{
    return change_member(c, step_text(step, "name"), step_text(step, "group"), true, e);
}

static const struct group_fact *group_named(struct verb_context *c, const char *name)
{
    vec_each (group, &c->facts->groups)
        if (!group->shadowed && strcmp(group->name, name) == 0)
            return group;
    return NULL;
}

/* A membership that goes with the account's own line cannot be dropped. */
int verb_group_drop(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name"), *group = step_text(step, "group");
    const struct account_fact *account = facts_account(c->facts, name);
    const struct group_fact *is = group_named(c, group);
    if (account && is && account->gid == is->gid)
        return err_set(e, ERR_REFUSED, "%s is the primary group of %s", group, name);
    return change_member(c, name, group, false, e);
}

/* Nobody else is in it, by membership or as primary group. */
static bool is_private(struct verb_context *c, const struct group_fact *group,
                       const struct account_fact *owner)
{
    for (size_t i = 0; i < group->members.count; i++)
        if (strcmp(group->members.items[i], owner->name) != 0)
            return false;
    vec_each (account, &c->facts->accounts)
        if (account->gid == group->gid && strcmp(account->name, owner->name) != 0)
            return false;
    return group->gid > 0;
}

/* Groups whose members may do what others may not, in some distribution or other. */
static bool gives_something(struct verb_context *c, const struct group_fact *group)
{
    static const char *const powerful[] = {
        "root",      "wheel",  "sudo", "admin",  "adm",      "docker",          "lxd",   "libvirt",
        "disk",      "shadow", "kvm",  "backup", "operator", "systemd-journal", "staff", "bin",
        "daemon",    "sys",    "kmem", "tty",    "ssh_keys", "google-sudoers",  "incus", "podman",
        "wireshark", "mail",   "utmp", "video",  "input",    "users",           NULL};
    for (const char *const *name = powerful; *name; name++)
        if (strcmp(*name, group->name) == 0)
            return true;
    const char *rule = arena_printf(c->arena, "%%%s", group->name);
    vec_each (grant, &c->facts->sudo)
        for (size_t i = 0; i < grant->users.count; i++)
            if (strcmp(grant->users.items[i], rule) == 0)
                return true;
    return group->gid < 1000 && !strstr(group->name, "ssh");
}

/* Past AllowGroups: the account's own private group on the list opens it for nobody else; else a
 * membership in one of the groups listed that means nothing but this login. */
static int pass_allow(struct verb_context *c, const struct account_fact *account,
                      const char *listed, struct err *e)
{
    vec_each (group, &c->facts->groups) {
        if (group->shadowed || group->gid != account->gid || !is_private(c, group, account))
            continue;
        struct json *step = json_new_object(c->arena);
        json_set_string(c->arena, step, "key", "AllowGroups");
        json_set_string(c->arena, step, "value", group->name);
        int code = verb_sshd_list_add(c, step, e);
        json_free(step);
        return code;
    }
    for (const char *p = listed; *p;) {
        size_t n = strcspn(p, " ");
        const char *name = arena_text(c->arena, (struct bytes){p, n});
        const struct group_fact *group = group_named(c, name);
        if (group && !gives_something(c, group))
            return change_member(c, account->name, name, true, e);
        p += n + (p[n] == ' ');
    }
    return err_set(e, ERR_REFUSED,
                   "%s has no group of its own, and every group on the list (%s) gives more than "
                   "this login or is not there",
                   account->name, listed);
}

/* Past the list KEY of sshd_config, by the way that gives the least. */
int verb_group_admit(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name"), *key = step_text(step, "key");
    const char *value = step_text(step, "value");
    const struct account_fact *account = facts_account(c->facts, name);
    if (!account)
        return err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name);
    if (strcmp(key, "AllowGroups") == 0)
        return pass_allow(c, account, value, e);
    const struct group_fact *group = group_named(c, value);
    if (!group)
        return err_set(e, ERR_REFUSED, "DenyGroups %s is a pattern: more than one group may fit",
                       value);
    if (account->gid == group->gid)
        return err_set(e, ERR_REFUSED, "%s is the primary group of %s", value, name);
    return change_member(c, name, value, false, e);
}
