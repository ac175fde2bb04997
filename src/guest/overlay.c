#include "guest/overlay.h"

#include "base/limits.h"
#include "base/map.h"

/* What is known about one path; each part is asked of the engine below at most once. */
struct entry {
    bool has_stat, has_link, has_list, has_read, has_xattrs;
    struct stat_answer stat;
    struct link_answer link;
    struct list_answer list;
    struct read_answer read;
    uint64_t read_limit;
    struct xattrs_answer xattrs;
};

struct overlay {
    struct tree tree;
    struct tree *under;
    struct map entries;
    uint64_t bytes_read;
    struct filesystems_answer filesystems;
    bool has_filesystems;
};

static struct overlay *overlay_of(struct tree *t)
{
    return t->state;
}

static struct entry *entry_for(struct overlay *o, const char *path)
{
    struct entry *e = map_get(&o->entries, path);
    if (!e) {
        e = arena_new_struct(o->tree.arena, struct entry);
        map_set(&o->entries, path, e);
    }
    return e;
}

static struct stat_answer overlay_lstat(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    struct entry *e = entry_for(o, path);
    if (!e->has_stat) {
        e->stat = o->under->engine->lstat(o->under, path);
        e->has_stat = true;
    }
    return e->stat;
}

static struct link_answer overlay_readlink(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    struct entry *e = entry_for(o, path);
    if (!e->has_link) {
        e->link = o->under->engine->readlink(o->under, path);
        e->has_link = true;
    }
    return e->link;
}

static struct list_answer overlay_list(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    struct entry *e = entry_for(o, path);
    if (!e->has_list) {
        e->list = o->under->engine->list(o->under, path);
        e->has_list = true;
    }
    return e->list;
}

static struct read_answer overlay_read(struct tree *t, const char *path, uint64_t limit)
{
    struct overlay *o = overlay_of(t);
    struct entry *e = entry_for(o, path);
    bool is_known = e->has_read && (!e->read.cut || e->read_limit >= limit);
    if (!is_known) {
        if (o->bytes_read >= LIMIT_TOTAL_BYTES)
            return (struct read_answer){.presence = PRESENCE_UNREADABLE,
                                        .reason = "the limit on bytes read from one guest is hit"};
        e->read = o->under->engine->read(o->under, path, limit);
        e->read_limit = limit;
        e->has_read = true;
        o->bytes_read += e->read.content.len;
    }
    struct read_answer answer = e->read;
    if (answer.content.len > limit) {
        answer.content.len = (size_t)limit;
        answer.cut = true;
    }
    return answer;
}

static struct xattrs_answer overlay_xattrs(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    struct entry *e = entry_for(o, path);
    if (!e->has_xattrs) {
        e->xattrs = o->under->engine->xattrs(o->under, path);
        e->has_xattrs = true;
    }
    return e->xattrs;
}

static struct space_answer overlay_space(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    return o->under->engine->space(o->under, path);
}

static struct filesystems_answer overlay_filesystems(struct tree *t)
{
    struct overlay *o = overlay_of(t);
    if (!o->has_filesystems) {
        o->filesystems = o->under->engine->filesystems(o->under);
        o->has_filesystems = true;
    }
    return o->filesystems;
}

static int overlay_mount(struct tree *t, size_t index, const char *directory, struct err *e)
{
    struct overlay *o = overlay_of(t);
    int result = o->under->engine->mount
                     ? o->under->engine->mount(o->under, index, directory, e)
                     : err_set(e, ERR_UNSUPPORTED, "mounts are the host's affair here");
    if (result == 0) {
        /* What was known about paths at and below the mount point may be wrong now. */
        map_init(&o->entries, o->tree.arena);
        o->has_filesystems = false;
    }
    return result;
}

static void overlay_prefetch(struct tree *t, const char *const *paths, size_t count)
{
    struct overlay *o = overlay_of(t);
    tree_prefetch(o->under, paths, count);
}

static void overlay_close(struct tree *t)
{
    tree_close(overlay_of(t)->under);
}

static const struct tree_engine overlay_engine = {
    .name = "overlay",
    .lstat = overlay_lstat,
    .readlink = overlay_readlink,
    .list = overlay_list,
    .read = overlay_read,
    .xattrs = overlay_xattrs,
    .space = overlay_space,
    .filesystems = overlay_filesystems,
    .mount = overlay_mount,
    .prefetch = overlay_prefetch,
    .close = overlay_close,
};

struct tree *overlay_new(struct arena *a, struct tree *under)
{
    struct overlay *o = arena_new_struct(a, struct overlay);
    o->tree = (struct tree){.engine = &overlay_engine, .arena = a, .state = o};
    o->under = under;
    map_init(&o->entries, a);
    return &o->tree;
}
