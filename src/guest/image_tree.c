#include "guest/image_private.h"
#include "guest/names.h"
#include "guest/node_state.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"

/* libguestfs splits longer lists into several calls by itself; these bounds keep one answer small.
 */
#define NAMES_PER_CALL 1000
/* One message holds 4 MiB less its header. */
#define BYTES_PER_CALL (2u * 1024u * 1024u)

/* A directory that was listed: all its names are known, the rest is fetched for all at once. */
struct listing {
    struct list_answer answer;
    bool has_stats, has_links;
};

static struct image_view *view_of(struct tree *t)
{
    return t->state;
}

static bool errno_is_absence(guestfs_h *g)
{
    int code = guestfs_last_errno(g);
    return code == ENOENT || code == ENOTDIR;
}

/* "Input/output error", or libguestfs's words where there is no number. */
static const char *failure_reason(struct arena *a, guestfs_h *g)
{
    int code = guestfs_last_errno(g);
    return code != 0 ? arena_strdup(a, strerror(code)) : image_last_error(a, g);
}

static struct stat_answer *stat_from(struct arena *a, const struct guestfs_statns *st)
{
    static const enum node_type types[16] = {[S_IFIFO >> 12] = NODE_FIFO,
                                             [S_IFCHR >> 12] = NODE_CHARACTER_DEVICE,
                                             [S_IFDIR >> 12] = NODE_DIRECTORY,
                                             [S_IFBLK >> 12] = NODE_BLOCK_DEVICE,
                                             [S_IFREG >> 12] = NODE_FILE,
                                             [S_IFLNK >> 12] = NODE_SYMLINK,
                                             [S_IFSOCK >> 12] = NODE_SOCKET};
    struct stat_answer *answer = arena_new_struct(a, struct stat_answer);
    answer->presence = PRESENCE_PRESENT;
    answer->node = (struct node){.type = types[(st->st_mode & S_IFMT) >> 12],
                                 .mode = (uint32_t)(st->st_mode & 07777),
                                 .uid = (uint32_t)st->st_uid,
                                 .gid = (uint32_t)st->st_gid,
                                 .size = st->st_size > 0 ? (uint64_t)st->st_size : 0,
                                 .device = (uint64_t)st->st_dev,
                                 .inode = (uint64_t)st->st_ino,
                                 .links = (uint32_t)st->st_nlink,
                                 .modified = st->st_mtime_sec};
    return answer;
}

/* --- many at once ----------------------------------------------------------------------------- */

/* A borrowed slice as the NULL-ended array that libguestfs wants. */
static char **name_array(struct arena *a, const char *const *names, size_t count)
{
    char **array = arena_alloc_array(a, count + 1, sizeof *array);
    for (size_t i = 0; i < count; i++)
        array[i] = arena_strdup(a, names[i]);
    return array;
}

/* Those that fail are left to be asked for one by one: the bulk answer does not say why. */
static void fetch_stats(struct image_view *v, const char *directory, const char *const *names,
                        size_t count)
{
    struct arena *a = v->tree.arena;
    for (size_t at = 0; at < count; at += NAMES_PER_CALL) {
        size_t n = count - at < NAMES_PER_CALL ? count - at : NAMES_PER_CALL;
        struct guestfs_statns_list *list =
            guestfs_lstatnslist(v->image->g, directory, name_array(a, names + at, n));
        for (size_t i = 0; list && i < n && i < list->len; i++)
            if (list->val[i].st_ino != -1)
                map_set(&v->stats, path_join(a, directory, names[at + i]),
                        stat_from(a, &list->val[i]));
        if (list)
            guestfs_free_statns_list(list);
    }
}

static void fetch_links(struct image_view *v, const char *directory, const struct listing *listing)
{
    struct arena *a = v->tree.arena;
    VEC(const char *) links = {0};
    for (size_t i = 0; i < listing->answer.count; i++) {
        const char *name = listing->answer.names[i];
        const struct stat_answer *known = map_get(&v->stats, path_join(a, directory, name));
        if (known && known->node.type == NODE_SYMLINK && links.count < NAMES_PER_CALL)
            vec_push(a, &links, name);
    }
    if (links.count == 0)
        return;
    CLEANUP_GUESTFS_STRINGS char **targets =
        guestfs_readlinklist(v->image->g, directory, name_array(a, links.items, links.count));
    for (size_t i = 0; targets && targets[i] && i < links.count; i++)
        if (*targets[i]) /* "" is its word for failure */
            map_set(&v->links, path_join(a, directory, links.items[i]),
                    arena_text(a, bytes_of(targets[i])));
}

static bool is_listed(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->answer.count; i++)
        if (strcmp(listing->answer.names[i], name) == 0)
            return true;
    return false;
}

/* --- the engine ------------------------------------------------------------------------------- */

static struct stat_answer image_lstat(struct tree *t, const char *path)
{
    struct image_view *v = view_of(t);
    struct stat_answer answer = {.presence = PRESENCE_ABSENT};
    const struct stat_answer *known = map_get(&v->stats, path);
    const char *parent = path_parent(t->arena, path), *name = path_name(path);
    struct listing *listing = known || !*name ? NULL : map_get(&v->listings, parent);
    if (listing && !listing->answer.cut) {
        if (!is_listed(listing, name))
            return answer;
        if (!listing->has_stats) {
            listing->has_stats = true;
            fetch_stats(v, parent, listing->answer.names, listing->answer.count);
            known = map_get(&v->stats, path);
        }
    }
    if (known)
        return *known;
    struct guestfs_statns *st = guestfs_lstatns(v->image->g, path);
    if (st) {
        struct stat_answer *fresh = stat_from(t->arena, st);
        guestfs_free_statns(st);
        map_set(&v->stats, path, fresh);
        return *fresh;
    }
    if (!errno_is_absence(v->image->g)) {
        answer.presence = PRESENCE_UNREADABLE;
        answer.reason = failure_reason(t->arena, v->image->g);
    }
    return answer;
}

static struct link_answer image_readlink(struct tree *t, const char *path)
{
    struct image_view *v = view_of(t);
    const char *parent = path_parent(t->arena, path), *name = path_name(path);
    struct listing *listing = map_get(&v->listings, parent);
    if (listing && listing->has_stats && !listing->has_links) {
        listing->has_links = true;
        fetch_links(v, parent, listing);
    }
    const char *target = map_get(&v->links, path);
    if (!target) {
        /* The list form costs no fork in the appliance; only a failure asks for its reason. */
        CLEANUP_GUESTFS_STRINGS char **found =
            guestfs_readlinklist(v->image->g, parent, name_array(t->arena, &name, 1));
        if (found && found[0] && *found[0])
            target = arena_text(t->arena, bytes_of(found[0]));
    }
    if (!target) {
        CLEANUP_FREE char *found = guestfs_readlink(v->image->g, path);
        if (found)
            target = arena_text(t->arena, bytes_of(found));
    }
    if (target)
        return (struct link_answer){.presence = PRESENCE_PRESENT, .target = target};
    if (errno_is_absence(v->image->g))
        return (struct link_answer){.presence = PRESENCE_ABSENT};
    return (struct link_answer){.presence = PRESENCE_UNREADABLE,
                                .reason = failure_reason(t->arena, v->image->g)};
}

static struct list_answer image_list(struct tree *t, const char *path)
{
    struct image_view *v = view_of(t);
    struct listing *listing = map_get(&v->listings, path);
    if (listing)
        return listing->answer;
    struct list_answer answer = {.presence = PRESENCE_PRESENT};
    struct guestfs_dirent_list *entries = guestfs_readdir(v->image->g, path);
    if (!entries) {
        answer.presence = errno_is_absence(v->image->g) ? PRESENCE_ABSENT : PRESENCE_UNREADABLE;
        answer.reason = failure_reason(t->arena, v->image->g);
        return answer;
    }
    struct names names = {0};
    for (uint32_t i = 0; i < entries->len; i++)
        if (!names_take(t->arena, &names, entries->val[i].name))
            break;
    guestfs_free_dirent_list(entries);
    answer.names = names.items.items;
    answer.count = names.items.count;
    answer.cut = names.cut;
    listing = arena_new_struct(t->arena, struct listing);
    listing->answer = answer;
    /* The tree sorts the names in place: ours may be in any order, but must not move under it. */
    listing->answer.names = arena_alloc_array(t->arena, answer.count + 1, sizeof *answer.names);
    for (size_t i = 0; i < answer.count; i++)
        listing->answer.names[i] = answer.names[i];
    map_set(&v->listings, path, listing);
    return answer;
}

/* pread opens a FIFO and waits for ever: only what lstat called a regular file comes here. */
static struct read_answer image_read(struct tree *t, const char *path, uint64_t limit)
{
    struct image_view *v = view_of(t);
    struct read_answer answer = {.presence = PRESENCE_PRESENT};
    struct stat_answer st = image_lstat(t, path);
    if (st.presence != PRESENCE_PRESENT || st.node.type != NODE_FILE) {
        answer.presence = st.presence == PRESENCE_PRESENT ? PRESENCE_UNREADABLE : st.presence;
        answer.reason = st.presence == PRESENCE_PRESENT ? "not a regular file" : st.reason;
        return answer;
    }
    answer.size = st.node.size;
    answer.cut = st.node.size > limit;
    size_t room = (size_t)(answer.cut ? limit : st.node.size), got = 0;
    char *content = arena_alloc(t->arena, room + 1);
    while (got < room) {
        size_t wanted = room - got < BYTES_PER_CALL ? room - got : BYTES_PER_CALL, count = 0;
        CLEANUP_FREE char *bytes =
            guestfs_pread(v->image->g, path, (int)wanted, (int64_t)got, &count);
        if (!bytes || count > wanted) {
            answer.presence = PRESENCE_UNREADABLE;
            answer.reason = failure_reason(t->arena, v->image->g);
            return answer;
        }
        if (count == 0)
            break;
        memcpy(content + got, bytes, count);
        got += count;
    }
    answer.content = (struct bytes){content, got};
    return answer;
}

static int64_t image_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer,
                               size_t size)
{
    struct image_view *v = view_of(t);
    size_t wanted = size < BYTES_PER_CALL ? size : BYTES_PER_CALL, count = 0;
    struct stat_answer st = image_lstat(t, path);
    if (st.presence != PRESENCE_PRESENT || st.node.type != NODE_FILE || offset > INT64_MAX)
        return -1;
    CLEANUP_FREE char *bytes =
        guestfs_pread(v->image->g, path, (int)wanted, (int64_t)offset, &count);
    if (!bytes || count > wanted)
        return -1;
    memcpy(buffer, bytes, count);
    return (int64_t)count;
}

static struct xattrs_answer image_xattrs(struct tree *t, const char *path)
{
    struct image_view *v = view_of(t);
    struct xattrs_answer answer = {.presence = PRESENCE_PRESENT};
    struct guestfs_xattr_list *list = guestfs_lgetxattrs(v->image->g, path);
    if (!list) {
        if (guestfs_last_errno(v->image->g) == ENOTSUP)
            return answer; /* a filesystem without any */
        answer.presence = errno_is_absence(v->image->g) ? PRESENCE_ABSENT : PRESENCE_UNREADABLE;
        answer.reason = failure_reason(t->arena, v->image->g);
        return answer;
    }
    answer.xattrs = arena_alloc_array(t->arena, list->len, sizeof *answer.xattrs);
    for (uint32_t i = 0; i < list->len; i++) {
        if (xattr_is_echo(list->val[i].attrname))
            continue;
        struct bytes value = {list->val[i].attrval, list->val[i].attrval_len};
        answer.xattrs[answer.count++] =
            (struct xattr){arena_text(t->arena, bytes_of(list->val[i].attrname)),
                           arena_bytes(t->arena, value)};
    }
    guestfs_free_xattr_list(list);
    return answer;
}

static struct space_answer image_space(struct tree *t, const char *path)
{
    struct image_view *v = view_of(t);
    struct space_answer answer = {.presence = PRESENCE_PRESENT};
    /* Each costs a process in the appliance: one for a filesystem is enough. */
    struct stat_answer st = image_lstat(t, path);
    vec_each (known, &v->spaces)
        if (st.presence == PRESENCE_PRESENT && known->device == st.node.device)
            return known->answer;
    struct guestfs_statvfs *s = guestfs_statvfs(v->image->g, path);
    if (!s) {
        answer.presence = errno_is_absence(v->image->g) ? PRESENCE_ABSENT : PRESENCE_UNREADABLE;
        answer.reason = failure_reason(t->arena, v->image->g);
        return answer;
    }
    uint64_t unit = (uint64_t)(s->frsize > 0 ? s->frsize : s->bsize);
    answer.bytes_total = (uint64_t)s->blocks * unit;
    answer.bytes_free = (uint64_t)s->bavail * unit;
    answer.inodes_total = (uint64_t)s->files;
    answer.inodes_free = (uint64_t)s->favail;
    answer.block_bytes = (uint64_t)s->bsize;
    guestfs_free_statvfs(s);
    if (st.presence == PRESENCE_PRESENT)
        vec_push(t->arena, &v->spaces, ((struct image_space){st.node.device, answer}));
    return answer;
}

static struct filesystems_answer image_filesystems(struct tree *t)
{
    const struct image *image = view_of(t)->image;
    struct filesystems_answer answer = {.presence = PRESENCE_PRESENT,
                                        .count = image->filesystems.count,
                                        .groups = image->groups.items,
                                        .group_count = image->groups.count,
                                        .disks = image->disks.items,
                                        .disk_count = image->disks.count,
                                        .all_known = false};
    answer.items = arena_alloc_array(t->arena, answer.count, sizeof *answer.items);
    for (size_t i = 0; i < answer.count; i++)
        answer.items[i] = image->filesystems.items[i].shown;
    return answer;
}

/* Entries at and below DIRECTORY were about what the mount now hides. */
static void forget_below(struct map *m, struct arena *a, const char *directory)
{
    struct map kept;
    map_init(&kept, a);
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key && !path_is_below(m->slots[i].key, directory))
            map_set(&kept, m->slots[i].key, m->slots[i].value);
    *m = kept;
}

void image_forget(struct image_view *v, const char *path)
{
    struct arena *a = v->tree.arena;
    forget_below(&v->stats, a, path);
    forget_below(&v->links, a, path);
    forget_below(&v->listings, a, path_parent(a, path));
}

static int image_mount(struct tree *t, size_t index, const char *directory, struct err *e)
{
    struct image_view *v = view_of(t);
    struct image *image = v->image;
    if (index >= image->filesystems.count)
        return err_set(e, ERR_INTERNAL, "there is no filesystem number %zu", index);
    struct image_filesystem *fs = &image->filesystems.items[index];
    if (image_mount_filesystem(image, fs, directory) != 0)
        return err_set(e, image->is_writing ? ERR_REFUSED : ERR_IO, "%s (%s) cannot be mounted on %s: %s", fs->mountable,
                       fs->shown.type, directory, fs->mount_error);
    fs->shown.mounted_on = arena_strdup(t->arena, directory);
    v->has_mounts = true;
    forget_below(&v->stats, t->arena, directory);
    forget_below(&v->links, t->arena, directory);
    forget_below(&v->listings, t->arena, directory);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Group by directory, one call each. Only for paths whose parent is a real directory; others fail
 * in the appliance and are asked for again later. */
static void image_prefetch(struct tree *t, const char *const *paths, size_t count)
{
    struct image_view *v = view_of(t);
    struct arena *a = t->arena;
    const char **sorted = arena_alloc_array(a, count + 1, sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (*paths[i] == '/' && *path_name(paths[i]) && !map_get(&v->stats, paths[i]))
            sorted[n++] = paths[i];
    qsort(sorted, n, sizeof *sorted, by_text);
    for (size_t from = 0, to; from < n; from = to) {
        const char *parent = path_parent(a, sorted[from]);
        VEC(const char *) names = {0};
        for (to = from; to < n && strcmp(path_parent(a, sorted[to]), parent) == 0; to++)
            vec_push(a, &names, path_name(sorted[to]));
        if (names.count > 1 && !map_get(&v->listings, parent))
            fetch_stats(v, parent, names.items, names.count);
    }
}

static void image_tree_close(struct tree *t)
{
    (void)t; /* the appliance belongs to the opened target */
}

static const struct tree_engine image_engine = {
    .name = "libguestfs",
    .lstat = image_lstat,
    .readlink = image_readlink,
    .list = image_list,
    .read = image_read,
    .read_part = image_read_part,
    .xattrs = image_xattrs,
    .space = image_space,
    .filesystems = image_filesystems,
    .mount = image_mount,
    .prefetch = image_prefetch,
    .close = image_tree_close,
};

struct tree *image_mount_root(struct image *image, size_t filesystem, struct err *e)
{
    struct image_filesystem *fs = &image->filesystems.items[filesystem];
    if (image->view && image->view_filesystem == filesystem && !image->view->has_mounts)
        return &image->view->tree;
    if (image->view)
        guestfs_umount_all(image->g);
    image->view = NULL;
    vec_each (each, &image->filesystems)
        each->shown.mounted_on = "";
    if (image_mount_filesystem(image, fs, "/") != 0) {
        fs->mount_failed = true;
        err_set(e, image->is_writing ? ERR_REFUSED : ERR_IO, "%s: %s (%s) cannot be mounted: %s", image->request->name, fs->mountable,
                fs->shown.type, fs->mount_error);
        return NULL;
    }
    fs->shown.mounted_on = "/";
    struct image_view *v = arena_new_struct(image->arena, struct image_view);
    v->tree = (struct tree){.engine = &image_engine, .arena = image->arena, .state = v};
    v->image = image;
    v->tree.writing = image->is_writing ? &image_writing : NULL;
    map_init(&v->written, image->arena);
    map_init(&v->stats, image->arena);
    map_init(&v->links, image->arena);
    map_init(&v->listings, image->arena);
    image->view = v;
    image->view_filesystem = filesystem;
    return &v->tree;
}
