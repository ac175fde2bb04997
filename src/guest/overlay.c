#include "guest/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "guest/overlay_private.h"

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

static struct stat_answer lstat_under(struct overlay *o, const char *path)
{
    struct entry *e = entry_for(o, path);
    if (!e->has_stat) {
        e->stat = o->under->engine->lstat(o->under, path);
        e->has_stat = true;
    }
    return e->stat;
}

/* What the edit makes of it; what no edit touches (times, links) is as underneath. */
static struct stat_answer lstat_edited(struct overlay *o, const struct overlay_slot *slot)
{
    const struct node_state *after = &slot->edit.after;
    struct stat_answer answer = {.presence = PRESENCE_ABSENT};
    if (!after->exists)
        return answer;
    if (slot->source)
        answer = lstat_under(o, slot->source);
    else
        answer.node = (struct node){.inode = slot->inode, .links = 1};
    answer.presence = PRESENCE_PRESENT;
    answer.reason = NULL;
    answer.node.type = after->type;
    answer.node.mode = after->mode;
    answer.node.uid = after->uid;
    answer.node.gid = after->gid;
    if (after->type == NODE_FILE && after->has_content)
        answer.node.size = after->content.len;
    if (!slot->source) {
        struct stat_answer parent = tree_lstat(&o->tree, path_parent(o->tree.arena, slot->edit.path));
        answer.node.device = parent.node.device;
    }
    return answer;
}

static struct stat_answer overlay_lstat(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    const struct overlay_slot *slot = overlay_slot_of(o, path);
    if (slot)
        return lstat_edited(o, slot);
    const char *origin = overlay_origin(o, path);
    return origin ? lstat_under(o, origin) : (struct stat_answer){.presence = PRESENCE_ABSENT};
}

static struct link_answer overlay_readlink(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    const struct overlay_slot *slot = overlay_slot_of(o, path);
    if (slot && slot->edit.after.exists && slot->edit.after.target)
        return (struct link_answer){.presence = PRESENCE_PRESENT,
                                    .target = slot->edit.after.target};
    const char *origin = overlay_origin(o, path);
    if (!origin)
        return (struct link_answer){.presence = PRESENCE_ABSENT};
    struct entry *e = entry_for(o, origin);
    if (!e->has_link) {
        e->link = o->under->engine->readlink(o->under, origin);
        e->has_link = true;
    }
    return e->link;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_child(const char *path, const char *directory)
{
    size_t n = strlen(directory);
    bool is_root = n == 1;
    return strncmp(path, directory, n) == 0 && (is_root || path[n] == '/') &&
           path[n + !is_root] && !strchr(path + n + !is_root, '/');
}

/* The names underneath, without those that are gone, with those that are new. */
static struct list_answer list_edited(struct overlay *o, const char *path,
                                      const struct list_answer *under)
{
    struct arena *a = o->tree.arena;
    struct list_answer answer = *under;
    VEC(const char *) names = {0};
    bool is_touched = false;
    vec_each (each, &o->order)
        is_touched |= (*each)->is_live && is_child((*each)->edit.path, path);
    if (!is_touched)
        return answer;
    for (size_t i = 0; i < under->count; i++) {
        const struct overlay_slot *slot = overlay_slot_of(o, path_join(a, path, under->names[i]));
        if (!slot || slot->edit.after.exists)
            vec_push(a, &names, under->names[i]);
    }
    vec_each (each, &o->order) {
        const struct overlay_slot *slot = *each;
        const struct overlay_edit *edit = &slot->edit;
        if (!slot->is_live || !edit->after.exists || edit->before.exists ||
            !is_child(edit->path, path))
            continue;
        vec_push(a, &names, path_name(edit->path));
    }
    if (names.count > 1)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    answer.names = names.items;
    answer.count = names.count;
    return answer;
}

static struct list_answer overlay_list(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    const char *origin = overlay_origin(o, path);
    struct list_answer answer = {.presence = PRESENCE_PRESENT};
    if (origin) {
        struct entry *e = entry_for(o, origin);
        if (!e->has_list) {
            e->list = o->under->engine->list(o->under, origin);
            e->has_list = true;
        }
        answer = e->list;
    }
    if (o->live > 0 && answer.presence == PRESENCE_PRESENT)
        return list_edited(o, path, &answer);
    return answer;
}

static struct read_answer read_under(struct overlay *o, const char *path, uint64_t limit)
{
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
    return e->read;
}

static struct read_answer overlay_read(struct tree *t, const char *path, uint64_t limit)
{
    struct overlay *o = overlay_of(t);
    const struct overlay_slot *slot = overlay_slot_of(o, path);
    struct read_answer answer = {.presence = PRESENCE_ABSENT};
    if (slot && slot->edit.after.exists && slot->edit.after.has_content) {
        answer.presence = PRESENCE_PRESENT;
        answer.content = slot->edit.after.content;
        answer.size = answer.content.len;
    } else {
        const char *origin = overlay_origin(o, path);
        if (origin)
            answer = read_under(o, origin, limit);
    }
    if (answer.content.len > limit) {
        answer.content.len = (size_t)limit;
        answer.cut = true;
    }
    return answer;
}

/* Only bytes that no edit put there are asked for anew each time. */
static int64_t overlay_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer,
                                 size_t size)
{
    struct overlay *o = overlay_of(t);
    const struct overlay_slot *slot = overlay_slot_of(o, path);
    if (slot && slot->edit.after.exists && slot->edit.after.has_content) {
        struct bytes content = slot->edit.after.content;
        size_t from = offset < content.len ? (size_t)offset : content.len;
        size_t count = content.len - from < size ? content.len - from : size;
        if (count > 0)
            memcpy(buffer, content.ptr + from, count);
        return (int64_t)count;
    }
    const char *origin = overlay_origin(o, path);
    return origin ? o->under->engine->read_part(o->under, origin, offset, buffer, size) : -1;
}

static struct xattrs_answer overlay_xattrs(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    const struct overlay_slot *slot = overlay_slot_of(o, path);
    if (slot)
        return (struct xattrs_answer){
            .presence = slot->edit.after.exists ? PRESENCE_PRESENT : PRESENCE_ABSENT,
            .xattrs = slot->edit.after.xattrs,
            .count = slot->edit.after.xattr_count};
    const char *origin = overlay_origin(o, path);
    if (!origin)
        return (struct xattrs_answer){.presence = PRESENCE_ABSENT};
    struct entry *e = entry_for(o, origin);
    if (!e->has_xattrs) {
        e->xattrs = o->under->engine->xattrs(o->under, origin);
        e->has_xattrs = true;
    }
    return e->xattrs;
}

static struct space_answer overlay_space(struct tree *t, const char *path)
{
    struct overlay *o = overlay_of(t);
    const char *origin = overlay_origin(o, path);
    if (!origin)
        return (struct space_answer){.presence = PRESENCE_ABSENT};
    return o->under->engine->space(o->under, origin);
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
    .read_part = overlay_read_part,
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
    map_init(&o->slots, a);
    o->next_inode = UINT64_MAX;
    return &o->tree;
}
