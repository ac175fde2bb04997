#include "repair/tree_copy.h"

#include <string.h>

#include "base/path.h"

#define DEPTH_MAX   8
#define ENTRIES_MAX 256u

/* What people set on it stays; the label is that of the new place (label_pass), and a capability
 * nobody's to give. */
static void drop_system_xattrs(struct arena *a, struct node_state *s)
{
    struct xattr *kept = arena_alloc_array(a, s->xattr_count, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < s->xattr_count; i++)
        if (strncmp(s->xattrs[i].name, "security.", 9) != 0 &&
            strncmp(s->xattrs[i].name, "trusted.", 8) != 0)
            kept[count++] = s->xattrs[i];
    s->xattrs = kept;
    s->xattr_count = count;
}

static int copy_one(struct verb_context *c, const char *from, const char *to, uint32_t uid,
                    uint32_t gid, struct err *e)
{
    struct node_state s;
    int code = overlay_state(c->tree, from, true, &s, e);
    if (code != 0)
        return code;
    if (s.type != NODE_FILE && s.type != NODE_DIRECTORY && s.type != NODE_SYMLINK)
        return 0;
    s.uid = uid;
    s.gid = gid;
    s.mode &= 0777;
    drop_system_xattrs(c->arena, &s);
    return overlay_put(c->tree, to, &s, e);
}

static int copy_below(struct verb_context *c, const char *from, const char *to, uint32_t uid,
                      uint32_t gid, int depth, size_t *left, struct err *e)
{
    struct list_answer names = tree_list(c->tree, from);
    int code = 0;
    for (size_t i = 0; names.presence == PRESENCE_PRESENT && i < names.count && code == 0; i++) {
        const char *source = path_join(c->arena, from, names.names[i]);
        const char *target = path_join(c->arena, to, names.names[i]);
        struct stat_answer s = tree_lstat(c->tree, source);
        if (s.presence != PRESENCE_PRESENT ||
            tree_lstat(c->tree, target).presence != PRESENCE_ABSENT)
            continue;
        if ((*left)-- == 0 || depth > DEPTH_MAX)
            return err_set_at(e, ERR_LIMIT, from, 0, 0, "too much to copy");
        code = copy_one(c, source, target, uid, gid, e);
        if (code == 0 && s.node.type == NODE_DIRECTORY)
            code = copy_below(c, source, target, uid, gid, depth + 1, left, e);
    }
    return code;
}

int tree_copy(struct verb_context *c, const char *from, const char *to, uint32_t uid, uint32_t gid,
              struct err *e)
{
    size_t left = ENTRIES_MAX;
    struct stat_answer s = tree_stat(c->tree, from), t = tree_stat(c->tree, to);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return 0;
    if (t.presence != PRESENCE_PRESENT || t.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, to, 0, 0, "no directory");
    return copy_below(c, s.real_path, t.real_path, uid, gid, 0, &left, e);
}
