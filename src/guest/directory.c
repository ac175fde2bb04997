#include "guest/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "guest/directory_filesystems.h"
#include "guest/directory_private.h"
#include "guest/mountinfo.h"
#include "guest/names.h"
#include "guest/node_state.h"

static struct directory *directory_of(struct tree *t)
{
    return t->state;
}

static const char *errno_text(struct arena *a)
{
    return arena_strdup(a, strerror(errno));
}

static bool errno_is_absence(void)
{
    return errno == ENOENT || errno == ENOTDIR;
}

/* --- what is mounted below but is not the guest's ----------------------------------------------
 */

static bool is_kernel_filesystem(const char *type)
{
    static const char *const types[] = {"proc",     "sysfs",      "devtmpfs",   "devpts",
                                        "cgroup",   "cgroup2",    "tmpfs",      "ramfs",
                                        "mqueue",   "hugetlbfs",  "securityfs", "selinuxfs",
                                        "debugfs",  "tracefs",    "pstore",     "bpf",
                                        "configfs", "fusectl",    "efivarfs",   "autofs",
                                        "nsfs",     "rpc_pipefs", "binfmt_misc"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static void find_foreign(struct directory *d, const struct host_mounts *mounts)
{
    struct arena *a = d->tree.arena;
    const struct host_mount *host = mountinfo_of(mounts, "/");
    size_t n = strcmp(d->path, "/") == 0 ? 0 : strlen(d->path);
    vec_each (m, &mounts->mounts) {
        bool is_inside = path_is_below(m->directory, d->path) && strcmp(m->directory, d->path) != 0;
        bool is_host_part = n > 0 && host && m->device == host->device;
        if (is_inside && (is_kernel_filesystem(m->type) || is_host_part))
            vec_push(a, &d->foreign, arena_strdup(a, m->directory + n));
    }
}

/* Something mounted stands on PATH itself; what lies below such a place is absent. */
enum foreignness { FOREIGN_NOT, FOREIGN_HERE, FOREIGN_BELOW };

static enum foreignness foreignness_of(const struct directory *d, const char *path)
{
    enum foreignness found = FOREIGN_NOT;
    vec_each (place, &d->foreign) {
        if (strcmp(*place, path) == 0)
            found = found == FOREIGN_BELOW ? found : FOREIGN_HERE;
        else if (path_is_below(path, *place))
            found = FOREIGN_BELOW;
    }
    return found;
}

bool directory_is_foreign(const struct directory *d, const char *path)
{
    return foreignness_of(d, path) != FOREIGN_NOT;
}

/* --- reaching a path ------------------------------------------------------------------------- */

/* Before Linux 5.6: one real directory after the other. The tree has resolved all links, so one in
 * the way now is an attack or a race and refused all the same. */
static int open_stepwise(const struct directory *d, const char *path)
{
    int here = openat(d->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (here >= 0 && *path) {
        path += strspn(path, "/");
        size_t n = strcspn(path, "/");
        if (n == 0)
            break;
        char name[NAME_MAX + 1];
        if (n > NAME_MAX || (n == 2 && memcmp(path, "..", 2) == 0)) {
            close(here);
            errno = n > NAME_MAX ? ENAMETOOLONG : EXDEV;
            return -1;
        }
        memcpy(name, path, n);
        name[n] = '\0';
        int next = openat(here, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int reason = errno;
        close(here);
        errno = reason;
        here = next;
        path += n;
    }
    return here;
}

static int open_directory(struct directory *d, const char *path)
{
    if (strcmp(path, "/") == 0)
        return openat(d->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (d->has_openat2) {
        struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                               .resolve =
                                   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS};
        long fd = syscall(SYS_openat2, d->root, path, &how, sizeof how);
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
            return (int)fd;
        d->has_openat2 = false; /* an old kernel, or a container's filter */
    }
    return open_stepwise(d, path);
}

int directory_parent_of(struct directory *d, const char *path)
{
    const char *parent = path_parent(d->tree.arena, path);
    if (d->parent >= 0 && strcmp(parent, d->parent_path) == 0)
        return d->parent;
    if (d->parent >= 0)
        close(d->parent);
    d->parent = open_directory(d, parent);
    d->parent_path = parent;
    return d->parent;
}

const char *directory_name_of(const char *path)
{
    const char *name = path_name(path);
    return *name ? name : ".";
}

static enum node_type type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return NODE_DIRECTORY;
    case S_IFLNK:
        return NODE_SYMLINK;
    case S_IFIFO:
        return NODE_FIFO;
    case S_IFSOCK:
        return NODE_SOCKET;
    case S_IFCHR:
        return NODE_CHARACTER_DEVICE;
    case S_IFBLK:
        return NODE_BLOCK_DEVICE;
    default:
        return NODE_FILE;
    }
}

/* --- the engine ------------------------------------------------------------------------------ */

static struct stat_answer directory_lstat(struct tree *t, const char *path)
{
    struct directory *d = directory_of(t);
    struct stat_answer answer = {.presence = PRESENCE_ABSENT};
    enum foreignness foreign = foreignness_of(d, path);
    struct stat st;
    if (foreign == FOREIGN_BELOW)
        return answer;
    int parent = directory_parent_of(d, path);
    if (parent < 0 || fstatat(parent, directory_name_of(path), &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT)) {
        if (!errno_is_absence()) {
            answer.presence = PRESENCE_UNREADABLE;
            answer.reason = errno_text(t->arena);
        }
        return answer;
    }
    if (foreign == FOREIGN_HERE && !S_ISDIR(st.st_mode))
        return answer;
    answer.presence = PRESENCE_PRESENT;
    answer.node = (struct node){.type = type_of(st.st_mode),
                                .mode = st.st_mode & 07777,
                                .uid = st.st_uid,
                                .gid = st.st_gid,
                                .size = st.st_size > 0 ? (uint64_t)st.st_size : 0,
                                .device = st.st_dev,
                                .inode = st.st_ino,
                                .links = (uint32_t)st.st_nlink,
                                .modified = st.st_mtim.tv_sec};
    return answer;
}

static struct link_answer directory_readlink(struct tree *t, const char *path)
{
    struct directory *d = directory_of(t);
    struct link_answer answer = {.presence = PRESENCE_ABSENT};
    char target[LIMIT_PATH_BYTES + 1];
    if (foreignness_of(d, path) != FOREIGN_NOT)
        return answer;
    int parent = directory_parent_of(d, path);
    ssize_t n = parent < 0 ? -1 : readlinkat(parent, directory_name_of(path), target, sizeof target);
    if (n >= 0 && (size_t)n < sizeof target) {
        answer.presence = PRESENCE_PRESENT;
        answer.target = arena_text(t->arena, (struct bytes){target, (size_t)n});
    } else if (n >= 0 || !errno_is_absence()) {
        answer.presence = PRESENCE_UNREADABLE;
        answer.reason = n >= 0 ? "the link's target is too long" : errno_text(t->arena);
    }
    return answer;
}

/* Access times stay as they are where the kernel lets us (own files, or root). */
static int open_quietly(int parent, const char *name, int flags)
{
    flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = openat(parent, name, flags | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(parent, name, flags) : fd;
}

static struct list_answer directory_list(struct tree *t, const char *path)
{
    struct directory *d = directory_of(t);
    struct list_answer answer = {.presence = PRESENCE_PRESENT};
    enum foreignness foreign = foreignness_of(d, path);
    if (foreign == FOREIGN_HERE)
        return answer;
    int parent = foreign == FOREIGN_NOT ? directory_parent_of(d, path) : -1;
    int fd = parent < 0 ? -1 : open_quietly(parent, directory_name_of(path), O_DIRECTORY);
    CLEANUP_DIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        bool is_absent = foreign == FOREIGN_BELOW || errno_is_absence();
        answer.presence = is_absent ? PRESENCE_ABSENT : PRESENCE_UNREADABLE;
        answer.reason = is_absent ? NULL : errno_text(t->arena);
        if (fd >= 0)
            close(fd);
        return answer;
    }
    struct names names = {0};
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(dir)) != NULL)
        if (!names_take(t->arena, &names, entry->d_name))
            break;
    if (!entry && errno != 0) {
        answer.presence = PRESENCE_UNREADABLE;
        answer.reason = errno_text(t->arena);
        return answer;
    }
    answer.names = names.items.items;
    answer.count = names.items.count;
    answer.cut = names.cut;
    return answer;
}

static struct read_answer read_unreadable(const char *reason)
{
    return (struct read_answer){.presence = PRESENCE_UNREADABLE, .reason = reason};
}

static struct read_answer directory_read(struct tree *t, const char *path, uint64_t limit)
{
    struct directory *d = directory_of(t);
    if (foreignness_of(d, path) != FOREIGN_NOT)
        return (struct read_answer){.presence = PRESENCE_ABSENT};
    int parent = directory_parent_of(d, path);
    CLEANUP_FD int fd = parent < 0 ? -1 : open_quietly(parent, directory_name_of(path), 0);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno_is_absence() ? (struct read_answer){.presence = PRESENCE_ABSENT}
                                  : read_unreadable(errno_text(t->arena));
    if (!S_ISREG(st.st_mode))
        return read_unreadable("not a regular file");
    uint64_t size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    size_t room = (size_t)(size < limit ? size : limit), got = 0;
    char *content = arena_alloc(t->arena, room + 1);
    while (got < room) {
        ssize_t n = pread(fd, content + got, room - got, (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return read_unreadable(errno_text(t->arena));
        if (n == 0)
            break; /* it shrank meanwhile */
        got += (size_t)n;
    }
    return (struct read_answer){.presence = PRESENCE_PRESENT,
                                .content = {content, got},
                                .cut = size > limit,
                                .size = size};
}

static int64_t directory_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer,
                                   size_t size)
{
    struct directory *d = directory_of(t);
    int parent = foreignness_of(d, path) == FOREIGN_NOT ? directory_parent_of(d, path) : -1;
    CLEANUP_FD int fd = parent < 0 ? -1 : open_quietly(parent, directory_name_of(path), 0);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || offset > INT64_MAX)
        return -1;
    ssize_t n;
    do
        n = pread(fd, buffer, size, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

static struct xattrs_answer directory_xattrs(struct tree *t, const char *path)
{
    struct directory *d = directory_of(t);
    struct xattrs_answer answer = {.presence = PRESENCE_PRESENT};
    char names[XATTR_LIST_MAX];
    if (foreignness_of(d, path) != FOREIGN_NOT)
        return answer;
    int parent = directory_parent_of(d, path);
    /* There is no flistxattrat: the parent's own descriptor, and its last component not followed.
     */
    const char *here = arena_printf(t->arena, "/proc/self/fd/%d/%s", parent, directory_name_of(path));
    ssize_t n = parent < 0 ? -1 : llistxattr(here, names, sizeof names);
    if (n < 0) {
        if (errno != ENOTSUP) {
            answer.presence = errno_is_absence() ? PRESENCE_ABSENT : PRESENCE_UNREADABLE;
            answer.reason = errno_text(t->arena);
        }
        return answer;
    }
    VEC(struct xattr) found = {0};
    for (const char *name = names; name < names + n; name += strlen(name) + 1) {
        if (xattr_is_echo(name))
            continue;
        CLEANUP_FREE char *value = malloc(XATTR_SIZE_MAX);
        ssize_t length = value ? lgetxattr(here, name, value, XATTR_SIZE_MAX) : -1;
        if (length < 0 && errno != ENODATA)
            return (struct xattrs_answer){.presence = PRESENCE_UNREADABLE,
                                          .reason = errno_text(t->arena)};
        if (length >= 0)
            vec_push(t->arena, &found,
                     ((struct xattr){arena_strdup(t->arena, name),
                                     arena_bytes(t->arena,
                                                 (struct bytes){value, (size_t)length})}));
    }
    answer.xattrs = found.items;
    answer.count = found.count;
    return answer;
}

static struct space_answer directory_space(struct tree *t, const char *path)
{
    struct directory *d = directory_of(t);
    struct statvfs v;
    int parent = directory_parent_of(d, path);
    CLEANUP_FD int fd =
        parent < 0 ? -1 : openat(parent, directory_name_of(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstatvfs(fd, &v) != 0)
        return (struct space_answer){.presence =
                                         errno_is_absence() ? PRESENCE_ABSENT : PRESENCE_UNREADABLE,
                                     .reason = errno_text(t->arena)};
    return (struct space_answer){.presence = PRESENCE_PRESENT,
                                 .bytes_total = (uint64_t)v.f_blocks * v.f_frsize,
                                 .bytes_free = (uint64_t)v.f_bavail * v.f_frsize,
                                 .inodes_total = v.f_files,
                                 .inodes_free = v.f_favail,
                                 .block_bytes = v.f_bsize};
}

static struct filesystems_answer directory_filesystems(struct tree *t)
{
    return host_filesystems(t->arena, directory_of(t)->path);
}

static void directory_close(struct tree *t)
{
    struct directory *d = directory_of(t);
    if (d->parent >= 0)
        close(d->parent);
    if (d->root >= 0)
        close(d->root);
    if (d->lock >= 0)
        close(d->lock);
    vec_each (filesystem, &d->written)
        close(filesystem->fd);
    d->written.count = 0;
    d->parent = d->root = d->lock = -1;
}

static const struct tree_engine directory_engine = {
    .name = "directory",
    .lstat = directory_lstat,
    .readlink = directory_readlink,
    .list = directory_list,
    .read = directory_read,
    .read_part = directory_read_part,
    .xattrs = directory_xattrs,
    .space = directory_space,
    .filesystems = directory_filesystems,
    .close = directory_close,
};

struct tree *directory_open(struct arena *a, const char *path, struct note_list *notes,
                            struct err *e)
{
    CLEANUP_FREE char *real = realpath(path, NULL);
    int root = real ? open(real, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root < 0) {
        enum err_code code = errno == ENOENT    ? ERR_NOT_FOUND
                             : errno == EACCES  ? ERR_ACCESS
                             : errno == ENOTDIR ? ERR_UNSUPPORTED
                                                : ERR_IO;
        err_set(e, code, "%s: %s", path,
                code == ERR_NOT_FOUND ? "no such file or directory" : strerror(errno));
        return NULL;
    }
    struct directory *d = arena_new_struct(a, struct directory);
    *d = (struct directory){.tree = {.engine = &directory_engine, .arena = a, .state = d},
                            .root = root,
                            .path = arena_strdup(a, real),
                            .has_openat2 = true,
                            .parent = -1,
                            .lock = -1};
    struct host_mounts mounts = mountinfo_read(a);
    find_foreign(d, &mounts);
    const struct host_mount *own = mountinfo_of(&mounts, d->path);
    if (!own || (!own->read_only && !own->no_atime))
        note_add(notes, "%s: mounted neither ro nor noatime, so reading may move access times",
                 path);
    return &d->tree;
}

struct tree *directory_open_for_writing(struct arena *a, const char *path, struct note_list *notes,
                                        struct err *e)
{
    struct tree *t = directory_open(a, path, notes, e);
    if (t)
        t->writing = &directory_writing;
    return t;
}
