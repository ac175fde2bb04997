/* misc.c safe_path and secure_permissions, on the tree instead of the running system. */
#include "facts/safe_path.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"

/* Debian's user-group-modes patch, misc.c secure_permissions: group write is tolerated where the
 * group is one person's alone: primary group of nobody but USER, who logs in, and no member but the
 * owner of the file; one of the two must be in it. */
static bool is_private_group(const struct facts *f, int64_t user, uint32_t uid, uint32_t gid)
{
    const struct group_fact *group = NULL;
    vec_each (g, &f->groups) {
        if (g->gid == gid) {
            group = g;
            break;
        }
    }
    if (!group || group->members.count > 1)
        return false;
    const char *owner = NULL;
    bool primary = false;
    vec_each (account, &f->accounts) {
        if (!account->nss_visible)
            continue;
        if (account->uid == uid && !owner)
            owner = account->name;
        if (account->gid != gid)
            continue;
        if (account->uid != user)
            return false;
        primary = true;
    }
    if (group->members.count == 1)
        return owner && strcmp(group->members.items[0], owner) == 0;
    return primary;
}

/* NULL when it is fine. */
static const char *fault_of(const struct facts *f, const struct node *n, int64_t uid)
{
    if (n->uid != 0 && (int64_t)n->uid != uid)
        return "owner";
    if (n->mode & 02)
        return "world-writable";
    if ((n->mode & 020) &&
        !(f->os.private_group == TRUTH_YES && is_private_group(f, uid, n->uid, n->gid)))
        return "group-writable";
    return NULL;
}

static struct safe_path_answer fault_at(struct facts *f, const char *path, const struct node *n,
                                        const char *home, bool is_file, const char *why)
{
    const char *kind = "directory";
    if (is_file)
        kind = "file";
    else if (home && strcmp(path, home) == 0)
        kind = "home";
    else if (strcmp(path_name(path), ".ssh") == 0)
        kind = "ssh-directory";
    return (struct safe_path_answer){TRUTH_NO, arena_strdup(f->arena, path), kind, why, n->mode,
                                     n->uid};
}

struct safe_path_answer safe_path_check(struct facts *f, const char *real_path,
                                        const struct node *file, const char *home, int64_t uid)
{
    const char *why = fault_of(f, file, uid);
    if (why)
        return fault_at(f, real_path, file, home, true, why);
    const char *path = real_path;
    for (size_t i = 0; i < LIMIT_PATH_BYTES && strcmp(path, "/") != 0; i++) {
        path = path_parent(f->arena, path);
        struct stat_answer s = tree_lstat(f->tree, path);
        if (s.presence != PRESENCE_PRESENT)
            return (struct safe_path_answer){.safe = TRUTH_UNKNOWN};
        why = fault_of(f, &s.node, uid);
        if (why)
            return fault_at(f, path, &s.node, home, false, why);
        if (home && strcmp(path, home) == 0)
            break;
    }
    return (struct safe_path_answer){.safe = TRUTH_YES};
}

bool safe_path_may(const struct account_fact *user, const struct node *node, unsigned bit)
{
    if (user->uid == 0)
        return true;
    if ((int64_t)node->uid == user->uid)
        return node->mode >> 6 & bit;
    for (size_t i = 0; i < user->group_id_count; i++)
        if (user->group_ids[i] == node->gid)
            return node->mode >> 3 & bit;
    return node->mode & bit;
}
