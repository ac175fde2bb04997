/* Could the user open this file? By mode bits, every directory on the way included. */
#include "facts/key_parts.h"

#include "base/path.h"
#include "facts/collect.h"
#include "facts/safe_path.h"

#define MAY_READ   4u
#define MAY_SEARCH 1u

/* Every real directory from "/" down to DIRECTORY must let the user through. NULL: it does. */
static const char *blocked_above(struct facts *f, const struct account_fact *account,
                                 const char *directory, struct text_list *seen)
{
    const char *blocked = NULL;
    for (const char *path = directory;; path = path_parent(f->arena, path)) {
        if (text_list_has(seen, path))
            break;
        text_list_add(f->arena, seen, path);
        struct stat_answer s = tree_lstat(f->tree, path);
        if (s.presence == PRESENCE_PRESENT && !safe_path_may(account, &s.node, MAY_SEARCH))
            blocked = path;
        if (strcmp(path, "/") == 0)
            break;
    }
    return blocked;
}

void key_judge_access(struct facts *f, const struct account_fact *account, const struct node *file,
                      struct key_file_fact *out)
{
    struct text_list seen = {0};
    const char *blocked = NULL;
    /* Links: the directories named on the way count as well as those they lead to. */
    for (const char *path = path_parent(f->arena, out->path); !blocked;
         path = path_parent(f->arena, path)) {
        struct stat_answer s = tree_stat(f->tree, path);
        if (s.presence == PRESENCE_PRESENT)
            blocked = blocked_above(f, account, s.real_path, &seen);
        if (strcmp(path, "/") == 0)
            break;
    }
    if (!blocked)
        blocked = blocked_above(f, account, path_parent(f->arena, out->real_path), &seen);
    if (!blocked && !safe_path_may(account, file, MAY_READ))
        blocked = out->real_path;
    out->readable_by_user = !blocked;
    out->blocked_at = blocked;
}
