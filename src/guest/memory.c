#include "guest/memory.h"

#include "base/map.h"
#include "base/path.h"

struct memory_node {
    struct node node;
    struct bytes content;
    const char *target;     /* of a symbolic link */
    const char *unreadable; /* the reason, when this path answers so */
    bool removed;
    VEC(struct xattr) xattrs;
    VEC(const char *) names; /* of a directory; removed children stay listed and are skipped */
};

struct memory {
    struct tree tree;
    struct map nodes; /* by tidy absolute path */
    VEC(struct filesystem) filesystems;
    VEC(struct {
        const char *path;
        const char *reason;
    })
    unreadable;
    VEC(struct volume_group) groups;
    VEC(struct disk) disks;
    VEC(struct {
        const char *path;
        struct space_answer space;
    })
    spaces;
    uint64_t next_inode;
};

static struct memory *memory_of(struct tree *t)
{
    return t->state;
}

static struct memory_node *node_at(struct tree *t, const char *path)
{
    struct memory_node *n = map_get(&memory_of(t)->nodes, path);
    return n && !n->removed ? n : NULL;
}

static const char *unreadable_reason(struct tree *t, const char *path)
{
    vec_each (u, &memory_of(t)->unreadable)
        if (path_is_below(path, u->path))
            return u->reason;
    return NULL;
}

static struct stat_answer memory_lstat(struct tree *t, const char *path)
{
    struct stat_answer answer = {.presence = PRESENCE_ABSENT};
    const struct memory_node *n = node_at(t, path);
    answer.reason = unreadable_reason(t, path);
    if (answer.reason) {
        answer.presence = PRESENCE_UNREADABLE;
    } else if (n) {
        answer.presence = PRESENCE_PRESENT;
        answer.node = n->node;
    }
    return answer;
}

static struct link_answer memory_readlink(struct tree *t, const char *path)
{
    const struct memory_node *n = node_at(t, path);
    if (!n || n->node.type != NODE_SYMLINK)
        return (struct link_answer){.presence = PRESENCE_ABSENT};
    return (struct link_answer){.presence = PRESENCE_PRESENT, .target = n->target};
}

static struct list_answer memory_list(struct tree *t, const char *path)
{
    struct list_answer answer = {.presence = PRESENCE_PRESENT};
    const struct memory_node *n = node_at(t, path);
    if (!n)
        return (struct list_answer){.presence = PRESENCE_ABSENT};
    answer.names = arena_alloc_array(t->arena, n->names.count, sizeof *answer.names);
    vec_each (name, &n->names)
        if (node_at(t, path_join(t->arena, path, *name)))
            answer.names[answer.count++] = *name;
    return answer;
}

static struct read_answer memory_read(struct tree *t, const char *path, uint64_t limit)
{
    const struct memory_node *n = node_at(t, path);
    if (!n)
        return (struct read_answer){.presence = PRESENCE_ABSENT};
    bool cut = n->content.len > limit;
    return (struct read_answer){.presence = PRESENCE_PRESENT,
                                .content =
                                    bytes_cut(n->content, 0, cut ? (size_t)limit : n->content.len),
                                .cut = cut,
                                .size = n->content.len};
}

static int64_t memory_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer,
                                size_t size)
{
    const struct memory_node *n = node_at(t, path);
    if (!n)
        return -1;
    size_t from = offset < n->content.len ? (size_t)offset : n->content.len;
    size_t count = n->content.len - from < size ? n->content.len - from : size;
    if (count > 0)
        memcpy(buffer, n->content.ptr + from, count);
    return (int64_t)count;
}

static struct xattrs_answer memory_xattrs(struct tree *t, const char *path)
{
    const struct memory_node *n = node_at(t, path);
    if (!n)
        return (struct xattrs_answer){.presence = PRESENCE_ABSENT};
    return (struct xattrs_answer){
        .presence = PRESENCE_PRESENT, .xattrs = n->xattrs.items, .count = n->xattrs.count};
}

static struct space_answer memory_space(struct tree *t, const char *path)
{
    struct space_answer answer = {.presence = PRESENCE_PRESENT,
                                  .bytes_total = 1u << 30,
                                  .bytes_free = 1u << 29,
                                  .inodes_total = 65536,
                                  .inodes_free = 60000,
                                  .block_bytes = 4096};
    size_t deepest = 0;
    vec_each (s, &memory_of(t)->spaces) {
        if (path_is_below(path, s->path) && strlen(s->path) > deepest) {
            deepest = strlen(s->path);
            answer = s->space;
        }
    }
    return answer;
}

static struct filesystems_answer memory_filesystems(struct tree *t)
{
    struct memory *m = memory_of(t);
    return (struct filesystems_answer){.presence = PRESENCE_PRESENT,
                                       .items = m->filesystems.items,
                                       .count = m->filesystems.count,
                                       .groups = m->groups.items,
                                       .group_count = m->groups.count,
                                       .disks = m->disks.items,
                                       .disk_count = m->disks.count,
                                       .all_known = true};
}

static const struct tree_engine memory_engine = {
    .name = "memory",
    .lstat = memory_lstat,
    .readlink = memory_readlink,
    .list = memory_list,
    .read = memory_read,
    .read_part = memory_read_part,
    .xattrs = memory_xattrs,
    .space = memory_space,
    .filesystems = memory_filesystems,
};

/* The node at PATH, made (with its parents) if it is not there. */
static struct memory_node *node_make(struct tree *t, const char *given)
{
    struct memory *m = memory_of(t);
    const char *path = path_tidy(t->arena, given);
    struct memory_node *n = map_get(&m->nodes, path);
    if (n && !n->removed)
        return n;
    bool is_new = n == NULL;
    if (is_new)
        n = arena_new_struct(t->arena, struct memory_node);
    else
        *n = (struct memory_node){.names = {0}};
    n->node = (struct node){
        .type = NODE_DIRECTORY, .mode = 0755, .device = 1, .inode = ++m->next_inode, .links = 1};
    if (is_new)
        map_set(&m->nodes, path, n);
    if (strcmp(path, "/") != 0) {
        struct memory_node *parent = node_make(t, path_parent(t->arena, path));
        bool is_listed = false;
        if (!is_new)
            vec_each (name, &parent->names)
                is_listed |= strcmp(*name, path_name(path)) == 0;
        if (!is_listed)
            vec_push(t->arena, &parent->names, arena_strdup(t->arena, path_name(path)));
    }
    return n;
}

struct tree *memory_tree_new(struct arena *a)
{
    struct memory *m = arena_new_struct(a, struct memory);
    m->tree = (struct tree){
        .engine = &memory_engine, .writing = &memory_writing, .arena = a, .state = m};
    map_init(&m->nodes, a);
    node_make(&m->tree, "/");
    return &m->tree;
}

static void set_meta(struct memory_node *n, enum node_type type, uint32_t mode, uint32_t uid,
                     uint32_t gid)
{
    n->node.type = type;
    n->node.mode = mode & 07777u;
    n->node.uid = uid;
    n->node.gid = gid;
    n->target = NULL;
    n->content = (struct bytes){"", 0};
    n->node.size = 0;
}

void memory_tree_file(struct tree *t, const char *path, struct bytes content, uint32_t mode,
                      uint32_t uid, uint32_t gid)
{
    struct memory_node *n = node_make(t, path);
    set_meta(n, NODE_FILE, mode, uid, gid);
    n->content = arena_bytes(t->arena, content);
    n->node.size = content.len;
}

void memory_tree_directory(struct tree *t, const char *path, uint32_t mode, uint32_t uid,
                           uint32_t gid)
{
    set_meta(node_make(t, path), NODE_DIRECTORY, mode, uid, gid);
}

void memory_tree_symlink(struct tree *t, const char *path, const char *target)
{
    struct memory_node *n = node_make(t, path);
    set_meta(n, NODE_SYMLINK, 0777, 0, 0);
    n->target = arena_strdup(t->arena, target);
    n->node.size = strlen(target);
}

void memory_tree_special(struct tree *t, const char *path, enum node_type type)
{
    set_meta(node_make(t, path), type, 0644, 0, 0);
}

void memory_tree_remove(struct tree *t, const char *path)
{
    const char *tidy = path_tidy(t->arena, path);
    struct memory_node *n = node_at(t, tidy);
    if (!n)
        return;
    vec_each (name, &n->names)
        memory_tree_remove(t, path_join(t->arena, tidy, *name));
    n->removed = true;
}

void memory_tree_meta(struct tree *t, const char *path, uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct memory_node *n = node_at(t, path_tidy(t->arena, path));
    if (!n)
        return;
    n->node.mode = mode & 07777u;
    n->node.uid = uid;
    n->node.gid = gid;
}

void memory_tree_xattr(struct tree *t, const char *path, const char *name, struct bytes value)
{
    struct memory_node *n = node_at(t, path_tidy(t->arena, path));
    if (!n)
        return;
    vec_push(t->arena, &n->xattrs,
             ((struct xattr){arena_strdup(t->arena, name), arena_bytes(t->arena, value)}));
}

void memory_tree_no_xattrs(struct tree *t, const char *path)
{
    struct memory_node *n = node_at(t, path_tidy(t->arena, path));
    if (n)
        n->xattrs.count = 0;
}

void memory_tree_unreadable(struct tree *t, const char *path, const char *reason)
{
    struct memory *m = memory_of(t);
    __auto_type u = vec_push_new(t->arena, &m->unreadable);
    u->path = path_tidy(t->arena, path);
    u->reason = arena_strdup(t->arena, reason);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

void memory_tree_filesystem(struct tree *t, const struct filesystem *filesystem)
{
    struct memory *m = memory_of(t);
    vec_each (f, &m->filesystems) {
        if (strcmp(f->device, filesystem->device) == 0 &&
            strcmp(or_empty(f->subvolume), or_empty(filesystem->subvolume)) == 0) {
            *f = *filesystem;
            return;
        }
    }
    vec_push(t->arena, &m->filesystems, *filesystem);
}

void memory_tree_no_filesystem(struct tree *t, const char *device)
{
    struct memory *m = memory_of(t);
    size_t kept = 0;
    for (size_t i = 0; i < m->filesystems.count; i++)
        if (strcmp(m->filesystems.items[i].device, device) != 0)
            m->filesystems.items[kept++] = m->filesystems.items[i];
    m->filesystems.count = kept;
}

void memory_tree_space(struct tree *t, const char *path, const struct space_answer *space)
{
    struct memory *m = memory_of(t);
    const char *tidy = path_tidy(t->arena, path);
    __auto_type s = vec_push_new(t->arena, &m->spaces);
    s->path = tidy;
    s->space = *space;
    /* What has room of its own is a filesystem of its own. */
    node_make(t, tidy)->node.device = strcmp(tidy, "/") == 0 ? 1 : 1 + m->spaces.count;
}

void memory_tree_volume_group(struct tree *t, const struct volume_group *group)
{
    struct memory *m = memory_of(t);
    vec_each (g, &m->groups) {
        if (strcmp(g->name, group->name) == 0) {
            *g = *group;
            return;
        }
    }
    vec_push(t->arena, &m->groups, *group);
}

void memory_tree_disk(struct tree *t, const struct disk *disk)
{
    struct memory *m = memory_of(t);
    vec_each (d, &m->disks) {
        if (strcmp(d->device, disk->device) == 0) {
            *d = *disk;
            return;
        }
    }
    vec_push(t->arena, &m->disks, *disk);
}
