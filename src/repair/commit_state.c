/* What stands at a path of an edit: what was before, what shall be, or something between. */
#include "repair/commit.h"

#include <string.h>

#include "base/hash.h"
#include "base/path.h"

static bool same_content(struct tree *t, const char *path, const struct node_state *s,
                         struct err *e)
{
    struct node_state now;
    char hash[HASH_HEX_CHARS + 1];
    if (s->type != NODE_FILE || (!s->has_content && !s->hash))
        return true;
    if (overlay_state(t, path, true, &now, e) != 0)
        return false;
    if (s->has_content)
        return bytes_equal(now.content, s->content);
    return hash_sha256_hex(now.content, hash) && strcmp(hash, s->hash) == 0;
}

bool commit_is_state(struct tree *t, const char *path, const struct node_state *s, struct err *e)
{
    struct node_state now;
    if (overlay_state(t, path, false, &now, e) != 0)
        return false;
    return node_state_equal(&now, s) && (!s->exists || same_content(t, path, s, e));
}

static bool is_one_of(uint32_t value, uint32_t a, uint32_t b)
{
    return value == a || value == b;
}

/* Each attribute as on one side or the other, none of a third kind, none lost that both have (but
 * capabilities, which the kernel takes away with the owner). */
static bool are_xattrs_between(const struct node_state *now, const struct node_state *b,
                               const struct node_state *a)
{
    for (size_t i = 0; i < now->xattr_count; i++) {
        const struct xattr *x = &now->xattrs[i];
        const struct bytes *old = node_state_xattr(b, x->name), *new = node_state_xattr(a, x->name);
        if (!(old && bytes_equal(*old, x->value)) && !(new &&bytes_equal(*new, x->value)))
            return false;
    }
    for (size_t i = 0; i < b->xattr_count; i++) {
        const char *name = b->xattrs[i].name;
        if (strcmp(name, "security.capability") != 0 && node_state_xattr(a, name) &&
            !node_state_xattr(now, name))
            return false;
    }
    return true;
}

bool commit_is_between(struct tree *t, const char *path, const struct node_state *before,
                       const struct node_state *after)
{
    struct node_state now;
    struct err ignored = {0};
    if (!before->exists || !after->exists || before->type != after->type ||
        overlay_state(t, path, false, &now, &ignored) != 0 || !now.exists ||
        now.type != before->type)
        return false;
    if (now.type == NODE_SYMLINK && strcmp(now.target, before->target) != 0)
        return false;
    if (!is_one_of(now.uid, before->uid, after->uid) ||
        !is_one_of(now.gid, before->gid, after->gid) || !are_xattrs_between(&now, before, after))
        return false;
    /* A change of owner takes set-id bits away. */
    if (now.type != NODE_SYMLINK && !is_one_of(now.mode, before->mode, after->mode) &&
        !is_one_of(now.mode, before->mode & 01777, after->mode & 01777))
        return false;
    return same_content(t, path, before, &ignored);
}

int commit_check_way(struct tree *t, const char *path, struct err *e)
{
    const char *parent = path_parent(t->arena, path);
    struct stat_answer s = tree_lstat(t, parent);
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s: %s", parent, s.reason);
    if (s.presence == PRESENCE_PRESENT &&
        (s.node.type != NODE_DIRECTORY || strcmp(s.real_path, parent) != 0))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "is not where it was: a link or something else stands on the way to it");
    return 0;
}
