/* Writing into a mounted root: temporary name, owner, mode, attributes, read back, rename, synced.
 * Everything goes through the descriptor of the real parent directory; no link is ever followed. */
#include "guest/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "guest/directory_meta.h"
#include "guest/directory_private.h"
#include "guest/fault.h"
#include "guest/writing.h"

static struct directory *directory_of(struct tree *t)
{
    return t->state;
}

/* A filesystem to be flushed. Where the descriptor cannot be kept, each change was synced all the
 * same. */
static void note_written(struct directory *d, int parent)
{
    struct stat st;
    if (fstat(parent, &st) != 0)
        return;
    vec_each (filesystem, &d->written)
        if (filesystem->device == st.st_dev)
            return;
    int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    __auto_type filesystem = vec_push_new(d->tree.arena, &d->written);
    filesystem->device = st.st_dev;
    filesystem->fd = fd;
}

/* A descriptor of the parent, of our own: the engine's may be closed by the next question. */
static int open_parent(struct tree *t, const char *path, struct err *e)
{
    struct directory *d = directory_of(t);
    if (directory_is_foreign(d, path_parent(t->arena, path))) {
        err_set_at(e, ERR_REFUSED, path, 0, 0,
                   "something of this machine is mounted there, not the guest's");
        return -1;
    }
    int parent = directory_parent_of(d, path);
    int own = parent < 0 ? -1 : openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        directory_fail(e, path, "its directory cannot be opened");
    else
        note_written(d, own);
    return own;
}

static int sync_parent(int parent, const char *path, struct err *e)
{
    if (FAULT_FAILS("sync of the directory") || fsync(parent) != 0)
        return directory_fail(e, path, "does not get onto the disk");
    FAULT_POINT("synced");
    return 0;
}

/* --- making things under a temporary name ------------------------------------------------------
 */

static int write_all(int fd, struct bytes content)
{
    for (size_t at = 0; at < content.len;) {
        ssize_t n = FAULT_FAILS("write") ? -1 : write(fd, content.ptr + at, content.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += (size_t)n;
    }
    return 0;
}

static int make_file(int parent, const char *name, const char *path, const struct node_state *s,
                     struct err *e)
{
    CLEANUP_FD int fd =
        FAULT_FAILS("create")
            ? -1
            : openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return directory_fail(e, path, "cannot be made");
    FAULT_POINT("created");
    if (write_all(fd, s->content) != 0)
        return directory_fail(e, path, "cannot be written");
    int code = directory_put_meta(parent, name, path, s, e);
    if (code == 0 && (FAULT_FAILS("sync") || fsync(fd) != 0))
        code = directory_fail(e, path, "does not get onto the disk");
    return code == 0 ? directory_read_back(fd, path, s->content, e) : code;
}

static int make_named(int parent, const char *name, const char *path, const struct node_state *s,
                      struct err *e)
{
    switch (s->type) {
    case NODE_FILE:
        return make_file(parent, name, path, s, e);
    case NODE_DIRECTORY:
        if (FAULT_FAILS("directory") || mkdirat(parent, name, 0700) != 0)
            return directory_fail(e, path, "cannot be made");
        return directory_put_meta(parent, name, path, s, e);
    case NODE_SYMLINK:
        if (FAULT_FAILS("link") || symlinkat(s->target, parent, name) != 0)
            return directory_fail(e, path, "the link cannot be made");
        return directory_put_meta(parent, name, path, s, e);
    default:
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "a %s cannot be made",
                          node_type_name(s->type));
    }
}

/* The thing appears under its name whole or not at all. */
static int put(struct tree *t, const char *path, const struct node_state *s, unsigned flags,
               struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    char *whole = parent < 0 ? NULL : writing_temporary_name(t->arena, path, e);
    if (!whole)
        return e->code;
    const char *name = path_name(whole);
    int code = make_named(parent, name, path, s, e);
    if (code == 0 &&
        (FAULT_FAILS("rename") || renameat2(parent, name, parent, path_name(path), flags) != 0))
        code = directory_fail(e, path, "cannot be put in its place");
    if (code != 0) {
        unlinkat(parent, name, s->type == NODE_DIRECTORY ? AT_REMOVEDIR : 0);
        return code;
    }
    FAULT_POINT("renamed");
    return sync_parent(parent, path, e);
}

/* --- the operations ----------------------------------------------------------------------------
 */

static int directory_make(struct tree *t, const char *path, const struct node_state *s,
                          struct err *e)
{
    return put(t, path, s, RENAME_NOREPLACE, e);
}

static int directory_replace(struct tree *t, const char *path, const struct node_state *s,
                             struct err *e)
{
    if (s->type == NODE_DIRECTORY)
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "a directory replaces nothing");
    return put(t, path, s, 0, e);
}

static int directory_set_meta(struct tree *t, const char *path, const struct node_state *s,
                              struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return e->code;
    const char *name = directory_name_of(path);
    int code = directory_put_meta(parent, name, path, s, e);
    bool opens = s->type == NODE_FILE || s->type == NODE_DIRECTORY;
    CLEANUP_FD int fd = opens && code == 0
                            ? openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                            : -1;
    if (fd >= 0 && (FAULT_FAILS("sync of the mode") || fsync(fd) != 0))
        code = directory_fail(e, path, "does not get onto the disk");
    return code == 0 ? sync_parent(parent, path, e) : code;
}

static int directory_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return e->code;
    if (FAULT_FAILS("move") ||
        renameat2(parent, path_name(path), parent, path_name(to), RENAME_NOREPLACE) != 0)
        return directory_fail(e, path, "cannot be renamed");
    FAULT_POINT("moved");
    return sync_parent(parent, path, e);
}

static int directory_remove(struct tree *t, const char *path, struct err *e)
{
    CLEANUP_FD int parent = open_parent(t, path, e);
    if (parent < 0)
        return e->code;
    bool is_directory = t->engine->lstat(t, path).node.type == NODE_DIRECTORY;
    if (FAULT_FAILS("remove") ||
        unlinkat(parent, path_name(path), is_directory ? AT_REMOVEDIR : 0) != 0)
        return directory_fail(e, path, "cannot be removed");
    FAULT_POINT("removed");
    return sync_parent(parent, path, e);
}

static int directory_flush(struct tree *t, struct err *e)
{
    struct directory *d = directory_of(t);
    int failed = 0;
    vec_each (filesystem, &d->written) {
        if (FAULT_FAILS("flush") || syncfs(filesystem->fd) != 0)
            failed = errno;
        close(filesystem->fd);
    }
    d->written.count = 0;
    errno = failed;
    return failed ? directory_fail(e, "/", "does not get onto the disk") : 0;
}

static int directory_lock(struct tree *t, struct err *e)
{
    struct directory *d = directory_of(t);
    if (d->lock >= 0)
        return 0;
    d->lock = openat(d->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->lock < 0)
        return directory_fail(e, "/", "cannot be opened");
    /* A filesystem that knows no locks is taken without one. */
    if (flock(d->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return err_set(e, ERR_IN_USE,
                       "another diskmend is writing to it at this moment: nothing was written, "
                       "wait for it to end");
    return 0;
}

/* --- may it be changed? ------------------------------------------------------------------------
 */

static int check_open(int fd, const char *path, const char *immutable, struct err *e)
{
    struct statvfs v;
    int flags = 0;
    if (fd < 0)
        return 0;
    if (fstatvfs(fd, &v) == 0 && (v.f_flag & ST_RDONLY))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "its filesystem is mounted read-only: mount it read-write first");
    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s", immutable);
    return 0;
}

static int directory_check(struct tree *t, const char *path, struct err *e)
{
    struct directory *d = directory_of(t);
    if (directory_is_foreign(d, path))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "something of this machine is mounted there, not the guest's");
    enum node_type type = t->engine->lstat(t, path).node.type;
    int parent = directory_parent_of(d, path);
    bool can_open = parent >= 0 && (type == NODE_FILE || type == NODE_DIRECTORY);
    CLEANUP_FD int fd = can_open ? openat(parent, directory_name_of(path),
                                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                 : -1;
    CLEANUP_FD int here = parent < 0 ? -1 : openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here < 0)
        return directory_fail(e, path, "its directory cannot be opened");
    int code = check_open(fd, path, "is immutable: chattr -ia would lift it", e);
    return code ? code
                : check_open(here, path, "its directory is immutable: chattr -ia would lift it", e);
}

const struct tree_writing directory_writing = {
    .make = directory_make,
    .replace = directory_replace,
    .set_meta = directory_set_meta,
    .move = directory_move,
    .remove = directory_remove,
    .flush = directory_flush,
    .lock = directory_lock,
    .check = directory_check,
};
