/* Writing into a tree that lives in memory: what commit and undo are tested with. */
#include "base/path.h"
#include "guest/memory.h"
#include "guest/writing.h"

static int put(struct tree *t, const char *path, const struct node_state *s, struct err *e)
{
    switch (s->type) {
    case NODE_FILE:
        memory_tree_file(t, path, s->content, s->mode, s->uid, s->gid);
        break;
    case NODE_DIRECTORY:
        memory_tree_directory(t, path, s->mode, s->uid, s->gid);
        break;
    case NODE_SYMLINK:
        memory_tree_symlink(t, path, s->target);
        break;
    default:
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "a %s cannot be made",
                          node_type_name(s->type));
    }
    memory_tree_meta(t, path, s->mode, s->uid, s->gid);
    for (size_t i = 0; i < s->xattr_count; i++)
        memory_tree_xattr(t, path, s->xattrs[i].name, s->xattrs[i].value);
    return 0;
}

static bool is_there(struct tree *t, const char *path)
{
    return t->engine->lstat(t, path).presence == PRESENCE_PRESENT;
}

static int memory_make(struct tree *t, const char *path, const struct node_state *s, struct err *e)
{
    if (is_there(t, path))
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "is there already");
    const char *parent = path_parent(t->arena, path);
    if (!is_there(t, parent) || t->engine->lstat(t, parent).node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_IO, path, 0, 0, "its directory is not there");
    return put(t, path, s, e);
}

static int memory_replace(struct tree *t, const char *path, const struct node_state *s,
                          struct err *e)
{
    bool was_directory = is_there(t, path) && t->engine->lstat(t, path).node.type == NODE_DIRECTORY;
    if (was_directory || s->type == NODE_DIRECTORY)
        return err_set_at(e, ERR_IO, path, 0, 0, "a directory is replaced by nothing, nor replaces it");
    memory_tree_remove(t, path);
    return put(t, path, s, e);
}

static int memory_set_meta(struct tree *t, const char *path, const struct node_state *s,
                           struct err *e)
{
    if (!is_there(t, path))
        return err_set_at(e, ERR_IO, path, 0, 0, "is not there");
    memory_tree_meta(t, path, s->mode, s->uid, s->gid);
    memory_tree_no_xattrs(t, path);
    for (size_t i = 0; i < s->xattr_count; i++)
        memory_tree_xattr(t, path, s->xattrs[i].name, s->xattrs[i].value);
    return 0;
}

static struct node_state state_of(struct tree *t, const char *path)
{
    struct node n = t->engine->lstat(t, path).node;
    struct xattrs_answer x = t->engine->xattrs(t, path);
    struct node_state s = {.exists = true,
                           .type = n.type,
                           .mode = n.mode,
                           .uid = n.uid,
                           .gid = n.gid,
                           .has_content = n.type == NODE_FILE,
                           .xattrs = x.xattrs,
                           .xattr_count = x.count};
    if (n.type == NODE_FILE)
        s.content = t->engine->read(t, path, UINT64_MAX).content;
    if (n.type == NODE_SYMLINK)
        s.target = t->engine->readlink(t, path).target;
    return s;
}

static int memory_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    struct node_state s = state_of(t, path);
    if (is_there(t, to))
        return err_set_at(e, ERR_REFUSED, to, 0, 0, "is there already");
    int code = s.type == NODE_FILE || s.type == NODE_DIRECTORY || s.type == NODE_SYMLINK
                   ? put(t, to, &s, e)
                   : 0;
    if (s.type > NODE_SYMLINK) {
        memory_tree_special(t, to, s.type);
        memory_tree_meta(t, to, s.mode, s.uid, s.gid);
    }
    struct list_answer below = t->engine->list(t, path);
    for (size_t i = 0; i < below.count && code == 0 && s.type == NODE_DIRECTORY; i++)
        code = memory_move(t, path_join(t->arena, path, below.names[i]),
                           path_join(t->arena, to, below.names[i]), e);
    memory_tree_remove(t, path);
    return code;
}

static int memory_remove(struct tree *t, const char *path, struct err *e)
{
    if (!is_there(t, path))
        return err_set_at(e, ERR_IO, path, 0, 0, "is not there");
    if (t->engine->list(t, path).count > 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a directory that is not empty");
    memory_tree_remove(t, path);
    return 0;
}

static int memory_flush(struct tree *t, struct err *e)
{
    (void)t, (void)e;
    return 0;
}

static int memory_check(struct tree *t, const char *path, struct err *e)
{
    (void)t, (void)path, (void)e;
    return 0;
}

const struct tree_writing memory_writing = {
    .make = memory_make,
    .replace = memory_replace,
    .set_meta = memory_set_meta,
    .move = memory_move,
    .remove = memory_remove,
    .flush = memory_flush,
    .check = memory_check,
};
