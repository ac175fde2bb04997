/* The disk as a tree of files: the one interface through which everything above guest/ sees a
 * guest, whatever engine reads it. Every answer is three-valued (present, absent, unreadable with
 * the reason). Paths are absolute guest paths; symbolic links resolve inside the guest's root,
 * always, in tree.c and nowhere else: an engine is only ever asked about a path whose parents are
 * real directories. All memory is the arena's. */
#ifndef DISKMEND_GUEST_TREE_H
#define DISKMEND_GUEST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum presence { PRESENCE_ABSENT, PRESENCE_PRESENT, PRESENCE_UNREADABLE };

enum node_type {
    NODE_FILE,
    NODE_DIRECTORY,
    NODE_SYMLINK,
    NODE_FIFO,
    NODE_SOCKET,
    NODE_CHARACTER_DEVICE,
    NODE_BLOCK_DEVICE
};
const char *node_type_name(enum node_type type); /* "file" "directory" "symlink" "fifo" … */

struct node {
    enum node_type type;
    uint32_t mode; /* permission bits with set-id and sticky, 07777 */
    uint32_t uid;
    uint32_t gid;
    uint64_t size;
    uint64_t device; /* tells filesystems apart within one tree */
    uint64_t inode;
    uint32_t links;
    int64_t modified; /* seconds since 1970 */
};

struct stat_answer {
    enum presence presence;
    const char *reason;    /* why unreadable: "not mounted", "input/output error" … */
    struct node node;      /* when present */
    const char *real_path; /* when present: where it really is, links resolved */
};

struct read_answer {
    enum presence presence;
    const char *reason; /* why unreadable: "a FIFO, not a regular file", "Permission denied" … */
    struct bytes content;
    bool cut;      /* the file is larger than the limit asked for: content is its beginning */
    uint64_t size; /* of the whole file */
    const char *real_path;
};

struct list_answer {
    enum presence presence;
    const char *reason;
    const char **names; /* sorted by byte value, without "." and ".." */
    size_t count;
    bool cut; /* more than LIMIT_DIRECTORY_ENTRIES */
};

struct link_answer {
    enum presence presence;
    const char *reason;
    const char *target; /* as stored */
};

struct xattr {
    const char *name; /* "security.selinux" */
    struct bytes value;
};

struct xattrs_answer {
    enum presence presence;
    const char *reason;
    struct xattr *xattrs;
    size_t count;
};

struct space_answer {
    enum presence presence;
    const char *reason;
    uint64_t bytes_total, bytes_free, inodes_total, inodes_free; /* free: to others than root */
    uint64_t block_bytes;
};

/* One filesystem (or swap, LUKS …) on the disks given. Members are "" when there is none. */
struct filesystem {
    const char *device; /* as the engine names it: "/dev/sda1" */
    const char *type;   /* "ext4" "xfs" "swap" "crypto_LUKS" … "" when unknown */
    const char *uuid;
    const char *label;
    const char *partuuid;
    const char *partlabel;
    uint64_t size;
    const char *mounted_on; /* guest path, "" while it is not mounted in the tree */
    /* btrfs: NULL for the device itself (its default subvolume); else one of its subvolumes
     * ("@home"), an item of its own behind the device's, for fstab's subvol= option. */
    const char *subvolume;
    /* What its superblock says of its health: guest/superblock_health.h has the words. */
    const char *damage, *on_errors;
    bool unclean;
};

/* A volume group of LVM, as one of its physical volumes describes it. */
struct volume_group {
    const char *name, *uuid;
    const char **physical; /* ids of all physical volumes it is made of, given or not */
    size_t physical_count;
    const char **logical; /* names of its logical volumes, hidden ones too */
    size_t logical_count;
};

/* A whole disk with a partition table. */
struct disk {
    const char *device;
    const char *table;   /* "gpt" "mbr" */
    const char *problem; /* NULL, or one of partition.h */
};

struct filesystems_answer {
    enum presence presence;
    const char *reason;
    struct filesystem *items;
    size_t count;
    struct volume_group *groups; /* only where the disks are read as a whole */
    size_t group_count;
    struct disk *disks;
    size_t disk_count;
    bool of_host; /* what this machine has, the guest's own or not */
    bool all_known; /* false: other disks may exist that we were not given or cannot see */
};

struct tree;

/* What an engine provides. PATH is resolved but for its last component; an engine never follows
 * a link. `read` is only called for what lstat called a regular file. */
struct tree_engine {
    const char *name; /* "libguestfs" "directory" "memory" "overlay" */
    struct stat_answer (*lstat)(struct tree *t, const char *path);
    struct link_answer (*readlink)(struct tree *t, const char *path);
    struct list_answer (*list)(struct tree *t, const char *path);
    struct read_answer (*read)(struct tree *t, const char *path, uint64_t limit);
    /* At most SIZE bytes from OFFSET into BUFFER: how many, 0 behind the end, -1 on failure. */
    int64_t (*read_part)(struct tree *t, const char *path, uint64_t offset, void *buffer,
                         size_t size);
    struct xattrs_answer (*xattrs)(struct tree *t, const char *path);
    struct space_answer (*space)(struct tree *t, const char *path);
    struct filesystems_answer (*filesystems)(struct tree *t);
    /* Mount filesystem number INDEX of `filesystems` read-only on DIRECTORY (resolved). NULL
     * where mounts are the host's affair (directory) or given (memory). */
    int (*mount)(struct tree *t, size_t index, const char *directory, struct err *e);
    /* Fetch in bulk what will be asked for; may be NULL. */
    void (*prefetch)(struct tree *t, const char *const *paths, size_t count);
    void (*close)(struct tree *t);
};

struct tree_writing; /* guest/writing.h */

struct tree {
    const struct tree_engine *engine;
    const struct tree_writing *writing; /* NULL: opened for reading */
    struct arena *arena;
    void *state; /* the engine's own */
    /* Directories whose filesystem is not in the tree: see tree_mark_not_mounted. */
    VEC(struct tree_gap { const char *directory; const char *reason; }) gaps;
    size_t globbed; /* names that patterns were held against so far, for LIMIT_GLOB_NAMES */
};

/* Never follows the last component. */
struct stat_answer tree_lstat(struct tree *t, const char *path);
/* Follows links (at most LIMIT_SYMLINKS; more is unreadable, "too many symbolic links"). A dangling
 * link is absent. */
struct stat_answer tree_stat(struct tree *t, const char *path);
/* Follows links, insists on a regular file (a FIFO, device or directory is unreadable with that
 * reason), reads at most LIMIT bytes. */
struct read_answer tree_read(struct tree *t, const char *path, uint64_t limit);
/* A piece of a regular file that is too large to be kept: into BUFFER, nothing is remembered. How many
 * bytes, 0 behind the end; -1: it is not there, no regular file, or cannot be read. */
int64_t tree_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer,
                       size_t size);
struct list_answer tree_list(struct tree *t, const char *path);
struct link_answer tree_readlink(struct tree *t, const char *path);
struct xattrs_answer tree_xattrs(struct tree *t, const char *path);
struct space_answer tree_space(struct tree *t, const char *path);
struct filesystems_answer tree_filesystems(struct tree *t);
/* 0, or an error; ERR_UNSUPPORTED where the engine has no say in mounts. */
int tree_mount(struct tree *t, size_t filesystem_index, const char *directory, struct err *e);
void tree_prefetch(struct tree *t, const char *const *paths, size_t count);
void tree_close(struct tree *t);

/* From now on everything below DIRECTORY (not DIRECTORY itself) is unreadable with REASON
 * ("not mounted: UUID=…"): what lies beneath a mount point is not what the guest will see. */
void tree_mark_not_mounted(struct tree *t, const char *directory, const char *reason);
/* Forget those marks and what counts against limits: the guest is looked at anew. */
void tree_start_anew(struct tree *t);

/* Paths that match a glob(7) pattern (*, ?, [...]; no braces; a leading dot must be matched
 * literally), sorted by byte value as sshd's and glob's GLOB_NOSORT-less order in the C locale.
 * A pattern without wildcards gives itself if something (a dangling link too) is there. Unreadable
 * where some directory is, and where LIMIT_GLOB_NAMES is hit (links in circles multiply names). */
struct list_answer tree_glob(struct tree *t, const char *pattern);

#endif
