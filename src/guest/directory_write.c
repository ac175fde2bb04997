/* Writing into a mounted root: temporary name, owner, mode, attributes, read back, rename, synced.
 * Everything goes through the descriptor of the real parent directory; no link is ever followed. */
#include "guest/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "guest/directory_private.h"
#include "guest/fault.h"
#include "guest/writing.h"

static struct directory *directory_of(struct tree *t)
{
    return t->state;
}

static int fail(struct err *e, const char *path, const char *what)
{
    int reason = errno;
    enum err_code code = reason == EEXIST || reason == ENOTEMPTY ? ERR_REFUSED : ERR_IO;
    return err_set_at(e, code, path, 0, 0, "%s: %s", what, strerror(reason));
}

/* A descriptor of the parent, of our own: the engine's may be closed by the next question. */
static int open_parent(struct tree *t, const char *path, struct err *e)
{
    int parent = directory_parent_of(directory_of(t), path);
    int own = parent < 0 ? -1 : openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        fail(e, path, "its directory cannot be opened");
    return own;
}

/* --- metadata --------------------------------------------------------------------------------- */

/* The kernel's own label, where the running kernel insists on one, is not ours to drop. */
static bool may_stay(const char *name)
{
    return strcmp(name, "security.selinux") == 0;
}

static int drop_other_xattrs(const char *proc, const char *path, const struct node_state *s,
                             struct err *e)
{
    char names[XATTR_LIST_MAX];
    ssize_t n = listxattr(proc, names, sizeof names);
    if (n < 0)
        return errno == ENOTSUP ? 0 : fail(e, path, "its attributes cannot be listed");
    for (const char *name = names; name < names + n; name += strlen(name) + 1)
        if (!node_state_xattr(s, name) && removexattr(proc, name) != 0 && !may_stay(name))
            return fail(e, path, "an extended attribute cannot be removed");
    return 0;
}

static int set_xattrs(const char *proc, const char *path, const struct node_state *s,
                      struct err *e)
{
    int code = drop_other_xattrs(proc, path, s, e);
    for (size_t i = 0; i < s->xattr_count && code == 0; i++) {
        const struct xattr *x = &s->xattrs[i];
        if (setxattr(proc, x->name, x->value.ptr, x->value.len, 0) != 0)
            code = err_set_at(e, ERR_IO, path, 0, 0, "the attribute %s cannot be set: %s", x->name,
                              strerror(errno));
    }
    return code;
}

/* FD may be O_PATH. Owner first: the kernel takes set-id bits and capabilities away with it. */
static int set_meta(int fd, const char *path, const struct node_state *s, struct err *e)
{
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    if (fchownat(fd, "", s->uid, s->gid, AT_EMPTY_PATH) != 0)
        return fail(e, path, "its owner cannot be changed");
    FAULT_POINT("owner");
    if (s->type == NODE_SYMLINK)
        return 0;
    if (chmod(proc, s->mode) != 0)
        return fail(e, path, "its mode cannot be changed");
    FAULT_POINT("mode");
    return set_xattrs(proc, path, s, e);
}

/* What is on the disk now, byte by byte and bit by bit. */
static int read_back(int fd, const char *path, const struct node_state *s, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail(e, path, "cannot be read back");
    bool same = (st.st_mode & 07777) == s->mode && st.st_uid == s->uid && st.st_gid == s->gid &&
                (uint64_t)st.st_size == s->content.len;
    char buffer[65536];
    for (size_t at = 0; same && at < s->content.len;) {
        ssize_t n = pread(fd, buffer, sizeof buffer, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        same = n > 0 && (size_t)n <= s->content.len - at &&
               memcmp(buffer, s->content.ptr + at, (size_t)n) == 0;
        at += same ? (size_t)n : 0;
    }
    return same ? 0 : err_set_at(e, ERR_IO, path, 0, 0, "does not read back as it was written");
}

/* --- files ------------------------------------------------------------------------------------ */

static int write_all(int fd, struct bytes content)
{
    for (size_t at = 0; at < content.len;) {
        ssize_t n = write(fd, content.ptr + at, content.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += (size_t)n;
    }
    return 0;
}

static int fill_file(int fd, const char *path, const struct node_state *s, struct err *e)
{
    FAULT_POINT("create");
    if (write_all(fd, s->content) != 0)
        return fail(e, path, "cannot be written");
    FAULT_POINT("content");
    int code = set_meta(fd, path, s, e);
    if (code == 0 && fsync(fd) != 0)
        code = fail(e, path, "does not get onto the disk");
    return code == 0 ? read_back(fd, path, s, e) : code;
}

/* The thing under a temporary name beside its place; TEMPORARY is set once it is there. */
static int make_beside(struct tree *t, int parent, const char *path, const struct node_state *s,
                       const char **temporary, struct err *e)
{
    char *whole = writing_temporary_name(t->arena, path, e);
    if (!whole)
        return ERR_IO;
    const char *name = path_name(whole);
    if (s->type == NODE_SYMLINK) {
        if (symlinkat(s->target, parent, name) != 0)
            return fail(e, path, "the link cannot be made");
        *temporary = name;
        return fchownat(parent, name, s->uid, s->gid, AT_SYMLINK_NOFOLLOW) == 0
                   ? 0
                   : fail(e, path, "its owner cannot be changed");
    }
    CLEANUP_FD int fd =
        openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(e, path, "cannot be made");
    *temporary = name;
    return fill_file(fd, path, s, e);
}

static int put(struct tree *t, const char *path, const struct node_state *s, bool replace,
               struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return ERR_IO;
    const char *temporary = NULL;
    int code = make_beside(t, parent, path, s, &temporary, e);
    FAULT_POINT("rename");
    if (code == 0 && renameat2(parent, temporary, parent, path_name(path),
                               replace ? 0 : RENAME_NOREPLACE) != 0)
        code = fail(e, path, "cannot be put in its place");
    if (code != 0 && temporary)
        unlinkat(parent, temporary, 0);
    if (code == 0 && fsync(parent) != 0)
        code = fail(e, path, "does not get onto the disk");
    return code;
}

static int directory_make(struct tree *t, const char *path, const struct node_state *s,
                          struct err *e)
{
    if (s->type != NODE_DIRECTORY)
        return put(t, path, s, false, e);
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return ERR_IO;
    if (mkdirat(parent, path_name(path), 0700) != 0)
        return fail(e, path, "cannot be made");
    CLEANUP_FD int fd = openat(parent, path_name(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int code = fd < 0 ? fail(e, path, "cannot be opened") : set_meta(fd, path, s, e);
    if (code != 0)
        unlinkat(parent, path_name(path), AT_REMOVEDIR);
    else if (fsync(parent) != 0)
        code = fail(e, path, "does not get onto the disk");
    return code;
}

static int directory_replace(struct tree *t, const char *path, const struct node_state *s,
                             struct err *e)
{
    return put(t, path, s, true, e);
}

static int directory_set_meta(struct tree *t, const char *path, const struct node_state *s,
                              struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return ERR_IO;
    CLEANUP_FD int fd =
        openat(parent, directory_name_of(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail(e, path, "cannot be opened");
    int code = set_meta(fd, path, s, e);
    struct stat st;
    if (code == 0 && (fstat(fd, &st) != 0 || st.st_uid != s->uid || st.st_gid != s->gid ||
                      (s->type != NODE_SYMLINK && (st.st_mode & 07777) != s->mode)))
        code = err_set_at(e, ERR_IO, path, 0, 0, "does not read back as it was written");
    if (code == 0 && fsync(parent) != 0)
        code = fail(e, path, "does not get onto the disk");
    return code;
}

static int directory_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return ERR_IO;
    if (renameat2(parent, path_name(path), parent, path_name(to), RENAME_NOREPLACE) != 0)
        return fail(e, path, "cannot be renamed");
    FAULT_POINT("moved");
    return fsync(parent) == 0 ? 0 : fail(e, path, "does not get onto the disk");
}

static int directory_remove(struct tree *t, const char *path, struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return ERR_IO;
    bool is_directory = t->engine->lstat(t, path).node.type == NODE_DIRECTORY;
    if (unlinkat(parent, path_name(path), is_directory ? AT_REMOVEDIR : 0) != 0)
        return fail(e, path, "cannot be removed");
    FAULT_POINT("removed");
    return fsync(parent) == 0 ? 0 : fail(e, path, "does not get onto the disk");
}

static int directory_flush(struct tree *t, struct err *e)
{
    struct directory *d = directory_of(t);
    CLEANUP_FD int fd = openat(d->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && syncfs(fd) == 0 ? 0 : fail(e, "/", "does not get onto the disk");
}

static int directory_check(struct tree *t, const char *path, struct err *e)
{
    struct directory *d = directory_of(t);
    struct statvfs v;
    int flags = 0;
    int parent = directory_parent_of(d, path);
    enum node_type type = t->engine->lstat(t, path).node.type;
    bool can_open = parent >= 0 && (type == NODE_FILE || type == NODE_DIRECTORY);
    CLEANUP_FD int fd = can_open ? openat(parent, directory_name_of(path),
                                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                 : -1;
    CLEANUP_FD int here =
        parent < 0 ? -1 : openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here < 0)
        return fail(e, path, "its directory cannot be opened");
    if (fstatvfs(here, &v) == 0 && (v.f_flag & ST_RDONLY))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "its filesystem is mounted read-only: mount it read-write first");
    if (ioctl(here, FS_IOC_GETFLAGS, &flags) == 0 && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "its directory is immutable: chattr -ia would lift it");
    if (fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
        (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "is immutable: chattr -ia would lift it");
    return 0;
}

const struct tree_writing directory_writing = {
    .make = directory_make,
    .replace = directory_replace,
    .set_meta = directory_set_meta,
    .move = directory_move,
    .remove = directory_remove,
    .flush = directory_flush,
    .check = directory_check,
};
