#include "guest/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "guest/mountinfo.h"

/* qemu's locks (block/file-posix.c): a permission in use is a shared lock on byte 100 + its bit;
 * writing is bit 1. Whoever reads only does not lock this byte. */
#define QEMU_WRITER_BYTE 101
/* A permission that others must not have is a shared lock on byte 200 + its bit: whoever reads a
 * disk with locks on forbids writers. */
#define QEMU_NO_WRITERS_BYTE 201

struct holder {
    const char *name; /* of the program, NULL when it cannot be seen */
    long process;
};

static bool read_small(const char *path, char *buffer, size_t room)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, buffer, room - 1) : -1;
    if (n < 0)
        return false;
    buffer[n] = '\0';
    return true;
}

/* Does descriptor NAME of PROCESS hold the file open for writing with a lock on it? */
static bool holds(struct arena *a, long process, const char *name, const struct stat *file)
{
    struct stat there;
    char info[4096];
    if (stat(arena_printf(a, "/proc/%ld/fd/%s", process, name), &there) != 0 ||
        there.st_dev != file->st_dev || there.st_ino != file->st_ino)
        return false;
    return read_small(arena_printf(a, "/proc/%ld/fdinfo/%s", process, name), info, sizeof info) &&
           strstr(info, "OFDLCK") != NULL;
}

static bool process_holds(struct arena *a, long process, const struct stat *file)
{
    CLEANUP_DIR DIR *dir = opendir(arena_printf(a, "/proc/%ld/fd", process));
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && holds(a, process, entry->d_name, file))
            return true;
    return false;
}

/* An open file description's lock has no owner in the lock table: find who has the file open. */
static struct holder find_holder(struct arena *a, const struct stat *file)
{
    struct holder found = {0};
    CLEANUP_DIR DIR *dir = opendir("/proc");
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char *end = NULL, name[64];
        long process = strtol(entry->d_name, &end, 10);
        if (process <= 0 || *end != '\0' || process == getpid())
            continue;
        if (!process_holds(a, process, file))
            continue;
        found.process = process;
        if (read_small(arena_printf(a, "/proc/%ld/comm", process), name, sizeof name)) {
            name[strcspn(name, "\n")] = '\0';
            found.name = arena_strdup(a, name);
        }
        break;
    }
    return found;
}

static int check_lock(struct arena *a, int fd, const char *path, off_t byte, struct err *e)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    struct stat st;
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
        return 0; /* where locks do not work (some network filesystems) nothing can be told */
    struct holder holder = fstat(fd, &st) == 0 ? find_holder(a, &st) : (struct holder){0};
    static const char way_out[] = "shut the VM down, or scan a snapshot of the disk";
    if (holder.process == 0)
        return err_set(e, ERR_IN_USE, "%s: in use by a running program, likely qemu; %s", path,
                       way_out);
    if (holder.name && strncmp(holder.name, "qemu", 4) != 0 && strcmp(holder.name, "kvm") != 0)
        return err_set(e, ERR_IN_USE, "%s: in use by a running %s (process %ld); %s", path,
                       holder.name, holder.process, way_out);
    return err_set(e, ERR_IN_USE, "%s: in use by a running qemu (process %ld); %s", path,
                   holder.process, way_out);
}

/* DEVICE itself, its partitions, and what is built on them (LVM, LUKS, md), down to DEPTH. */
static void collect_devices(struct arena *a, const char *sys_directory, int depth,
                            void (*found)(void *context, dev_t device), void *context)
{
    char text[64];
    unsigned major_number = 0, minor_number = 0;
    if (depth == 0)
        return;
    if (read_small(arena_printf(a, "%s/dev", sys_directory), text, sizeof text)) {
        char *colon = NULL;
        major_number = (unsigned)strtoul(text, &colon, 10);
        if (*colon == ':') {
            minor_number = (unsigned)strtoul(colon + 1, NULL, 10);
            found(context, makedev(major_number, minor_number));
        }
    }
    const char *const below[] = {sys_directory, arena_printf(a, "%s/holders", sys_directory)};
    for (size_t i = 0; i < 2; i++) {
        CLEANUP_DIR DIR *dir = opendir(below[i]);
        for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
            if (entry->d_name[0] == '.')
                continue;
            const char *child = arena_printf(a, "%s/%s", below[i], entry->d_name);
            if (i == 1 || access(arena_printf(a, "%s/partition", child), F_OK) == 0)
                collect_devices(a, child, depth - 1, found, context);
        }
    }
}

struct mounted_search {
    const struct host_mounts *mounts;
    const struct host_mount *found;
};

static void search_mounted(void *context, dev_t device)
{
    struct mounted_search *search = context;
    vec_each (m, &search->mounts->mounts) {
        struct stat source;
        /* btrfs mounts carry a device number of their own; their source tells. */
        bool is_it = m->device == device || (*m->source == '/' && stat(m->source, &source) == 0 &&
                                             S_ISBLK(source.st_mode) && source.st_rdev == device);
        if (is_it && !m->read_only && !search->found)
            search->found = m;
    }
}

static int check_mounted(struct arena *a, const struct stat *st, const char *path, struct err *e)
{
    enum { DEPTH = 6 };
    struct host_mounts mounts = mountinfo_read(a);
    struct mounted_search search = {.mounts = &mounts};
    collect_devices(a,
                    arena_printf(a, "/sys/dev/block/%u:%u", major(st->st_rdev), minor(st->st_rdev)),
                    DEPTH, search_mounted, &search);
    search_mounted(&search, st->st_rdev);
    if (!search.found)
        return 0;
    return err_set(e, ERR_IN_USE,
                   "%s: mounted read-write on %s of this machine; scan the directory %s instead, "
                   "or unmount it first",
                   path, search.found->directory, search.found->directory);
}

int disk_in_use(struct arena *a, int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return 0;
    if (S_ISBLK(st.st_mode) && check_mounted(a, &st, path, e) != 0)
        return e ? (int)e->code : ERR_IN_USE;
    return check_lock(a, fd, path, QEMU_WRITER_BYTE, e);
}

/* The kernel does not tell a file that a loop device (and so maybe a mount) is made of it. */
static int check_loop_devices(struct arena *a, const struct stat *file, const char *path,
                              struct err *e)
{
    CLEANUP_DIR DIR *dir = opendir("/sys/block");
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char backing[4096];
        struct stat there;
        const char *name = arena_printf(a, "/sys/block/%s/loop/backing_file", entry->d_name);
        if (strncmp(entry->d_name, "loop", 4) != 0 || !read_small(name, backing, sizeof backing))
            continue;
        backing[strcspn(backing, "\n")] = '\0';
        if (stat(backing, &there) == 0 && there.st_dev == file->st_dev &&
            there.st_ino == file->st_ino)
            return err_set(e, ERR_IN_USE,
                           "%s: in use: /dev/%s of this machine is made of it; detach that first "
                           "(losetup -d /dev/%s)",
                           path, entry->d_name, entry->d_name);
    }
    return 0;
}

int disk_hold_for_writing(struct arena *a, int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || check_lock(a, fd, path, QEMU_NO_WRITERS_BYTE, e) != 0 ||
        (S_ISREG(st.st_mode) && check_loop_devices(a, &st, path, e) != 0))
        return -1;
    int exclusive = S_ISBLK(st.st_mode) ? O_EXCL : 0;
    int held = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | exclusive);
    if (held >= 0)
        return held;
    if (errno == EBUSY)
        err_set(e, ERR_IN_USE,
                "%s: in use by this machine: it, or something on it, is mounted or part of a "
                "volume; unmount it first",
                path);
    else
        err_set(e, ERR_ACCESS, "%s: cannot be written: %s", path, strerror(errno));
    return -1;
}
