/* Owner, mode and attributes of one thing in a mounted root. Only what differs is set, so that a
 * change of one of them is one call of the kernel, wholly done or not at all. */
#include "guest/directory_meta.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "guest/fault.h"

int directory_fail(struct err *e, const char *path, const char *what)
{
    int reason = errno;
    enum err_code code = reason == EEXIST || reason == ENOTEMPTY ? ERR_REFUSED : ERR_IO;
    return err_set_at(e, code, path, 0, 0, "%s: %s", what, strerror(reason));
}

static int not_read_back(struct err *e, const char *path)
{
    return err_set_at(e, ERR_IO, path, 0, 0, "does not read back as it was written");
}

/* The way to NAME in PARENT for calls that know no descriptor of a directory; as long as none of
 * them follows a link. */
#define PROC_PATH_MAX (sizeof "/proc/self/fd/" + 3 * sizeof(int) + NAME_MAX + 2)

static void proc_path(char *out, int parent, const char *name)
{
    snprintf(out, PROC_PATH_MAX, "/proc/self/fd/%d/%s", parent, name);
}

/* --- extended attributes -----------------------------------------------------------------------
 */

/* The kernel's own label, where the running kernel insists on one, is not ours to drop. */
static bool may_stay(const char *name)
{
    return strcmp(name, "security.selinux") == 0;
}

/* Is the value there already? */
static bool has_value(const char *proc, const struct xattr *x)
{
    CLEANUP_FREE char *value = malloc(XATTR_SIZE_MAX);
    ssize_t n = value ? lgetxattr(proc, x->name, value, XATTR_SIZE_MAX) : -1;
    return n >= 0 && bytes_equal((struct bytes){value, (size_t)n}, x->value);
}

static int drop_others(const char *proc, const char *path, const struct node_state *s,
                       struct err *e)
{
    char names[XATTR_LIST_MAX];
    ssize_t n = llistxattr(proc, names, sizeof names);
    if (n < 0)
        return errno == ENOTSUP && s->xattr_count == 0
                   ? 0
                   : directory_fail(e, path, "its attributes cannot be listed");
    for (const char *name = names; name < names + n; name += strlen(name) + 1) {
        if (node_state_xattr(s, name) || xattr_is_echo(name))
            continue;
        if ((FAULT_FAILS("attribute drop") || lremovexattr(proc, name) != 0) && !may_stay(name))
            return directory_fail(e, path, "an extended attribute cannot be removed");
    }
    return 0;
}

static int set_xattrs(const char *proc, const char *path, const struct node_state *s, struct err *e)
{
    int code = drop_others(proc, path, s, e);
    for (size_t i = 0; i < s->xattr_count && code == 0; i++) {
        const struct xattr *x = &s->xattrs[i];
        if (has_value(proc, x))
            continue;
        if (FAULT_FAILS("attribute") ||
            lsetxattr(proc, x->name, x->value.ptr, x->value.len, 0) != 0)
            code = err_set_at(e, ERR_IO, path, 0, 0, "the attribute %s cannot be set: %s", x->name,
                              strerror(errno));
    }
    return code;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static int set_mode(int parent, const char *name, const char *path, uint32_t mode, struct err *e)
{
    char proc[PROC_PATH_MAX];
    CLEANUP_FD int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return directory_fail(e, path, "cannot be opened");
    /* chmod follows a link, and this one leads to what was opened. */
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    if (FAULT_FAILS("mode") || chmod(proc, mode) != 0)
        return directory_fail(e, path, "its mode cannot be changed");
    return 0;
}

/* Owner first: the kernel takes set-id bits and capabilities away with it. */
int directory_put_meta(int parent, const char *name, const char *path, const struct node_state *s,
                       struct err *e)
{
    char proc[PROC_PATH_MAX];
    struct stat st;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return directory_fail(e, path, "cannot be looked at");
    if (S_ISLNK(st.st_mode) != (s->type == NODE_SYMLINK))
        return err_set_at(e, ERR_IO, path, 0, 0, "is not what it was a moment ago");
    if (st.st_uid != s->uid || st.st_gid != s->gid) {
        if (FAULT_FAILS("owner") ||
            fchownat(parent, name, s->uid, s->gid, AT_SYMLINK_NOFOLLOW) != 0 ||
            fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            return directory_fail(e, path, "its owner cannot be changed");
    }
    if (s->type != NODE_SYMLINK && (st.st_mode & 07777) != s->mode) {
        int code = set_mode(parent, name, path, s->mode, e);
        if (code != 0)
            return code;
    }
    proc_path(proc, parent, name);
    int code = set_xattrs(proc, path, s, e);
    if (code != 0)
        return code;
    bool same = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_uid == s->uid &&
                st.st_gid == s->gid && (s->type == NODE_SYMLINK || (st.st_mode & 07777) == s->mode);
    for (size_t i = 0; same && i < s->xattr_count; i++)
        same = has_value(proc, &s->xattrs[i]);
    return same ? 0 : not_read_back(e, path);
}

int directory_read_back(int fd, const char *path, struct bytes content, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return directory_fail(e, path, "cannot be read back");
    bool same = (uint64_t)st.st_size == content.len;
    char buffer[65536];
    for (size_t at = 0; same && at < content.len;) {
        ssize_t n = pread(fd, buffer, sizeof buffer, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        same = n > 0 && (size_t)n <= content.len - at &&
               memcmp(buffer, content.ptr + at, (size_t)n) == 0;
        at += same ? (size_t)n : 0;
    }
    return same ? 0 : not_read_back(e, path);
}
