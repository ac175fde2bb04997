/* What the image_*.c files share. Nobody else includes this: it is the door to guestfs.h. */
#ifndef DISKMEND_GUEST_IMAGE_PRIVATE_H
#define DISKMEND_GUEST_IMAGE_PRIVATE_H

#include <guestfs.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "guest/image.h"
#include "guest/superblock.h"

struct image_filesystem {
    struct filesystem shown; /* as tree.h hands it on */
    const char *mountable;   /* as libguestfs names it: shown.device, or "btrfsvol:…" */
    enum superblock_use use;
    bool mount_failed; /* with the reason below; not tried again */
    const char *mount_error;
};

struct image_root {
    struct opened_root shown;
    size_t filesystem;
};

/* One root as a tree: what was asked is remembered, what was written is held against the disk once
 * more at the end. */
struct image_view {
    struct tree tree;
    struct image *image;
    struct map stats;    /* path → struct stat_answer */
    struct map links;    /* path → target */
    struct map listings; /* path → struct listing */
    struct map written;  /* path → struct node_state of a file, or NULL: gone again */
    bool has_mounts;     /* beside "/" */
    VEC(struct image_space { uint64_t device; struct space_answer answer; }) spaces;
};

struct image {
    struct arena *arena;
    guestfs_h *g;
    const struct image_request *request;
    const char *engine_name;
    VEC(struct image_filesystem) filesystems;
    VEC(struct volume_group) groups;
    VEC(struct disk) disks;
    VEC(struct image_root) roots;
    struct opened_root *shown_roots;
    bool disks_blank;        /* no table, no filesystem, only zeros */
    struct image_view *view; /* of what is mounted now, or NULL */
    size_t view_filesystem;  /* the one on "/" */
    bool is_running;         /* what is mounted is a throw-away copy that may be written */
    bool is_writing;         /* from now on what is mounted is mounted read-write */
};

/* A list that libguestfs made: strings and the array itself are ours to free. */
static inline void cleanup_guestfs_strings(char ***list)
{
    for (char **p = *list; p && *p; p++)
        free(*p);
    free(*list);
}
#define CLEANUP_GUESTFS_STRINGS __attribute__((cleanup(cleanup_guestfs_strings)))

/* image_launch.c: a running appliance with the request's disks, or NULL and E. ENGINE_NAME says
 * how it runs. */
guestfs_h *image_launch(struct arena *a, const struct image_request *request,
                        const char **engine_name, struct err *e);

/* image_failure.c: why the appliance did not start, and the cure. CONSOLE is what it said last. True
 * when the cause is plain and has nothing to do with how the processor is emulated. */
bool image_launch_failure(guestfs_h *g, const char *console, struct err *e);
/* The first line of libguestfs's last error without the "function: " before it. */
const char *image_last_error(struct arena *a, guestfs_h *g);

/* image_disks.c: what is on the disks, by their first bytes. */
void image_find_filesystems(struct image *image);
/* The subvolumes of each btrfs behind it (the appliance mounts them for that). */
void image_list_subvolumes(struct image *image);
/* The same by asking the appliance: seconds under emulation, so only when the above is not enough.
 * Adds what is new. */
void image_find_filesystems_slowly(struct image *image);
/* One more device of the appliance: its partitions, or what stands straight on it. */
void image_look_at_device(struct image *image, const char *name);
/* image_unlock.c: open what the keys open; true when something was. */
bool image_unlock(struct image *image);

/* image_roots.c */
int image_find_roots(struct image *image, struct err *e);

/* image_tree.c: mount a filesystem on "/" after unmounting all; the tree, or NULL and E. */
struct tree *image_mount_root(struct image *image, size_t filesystem, struct err *e);
/* What was known of PATH, of all below it and of its directory's names is so no longer. */
void image_forget(struct image_view *v, const char *path);

/* image_mount.c: 0, or -1 with the reason in FS->mount_error. */
int image_mount_filesystem(struct image *image, struct image_filesystem *fs, const char *directory);
/* Before anything is mounted: ERR_REFUSED when nothing may be written to this guest as it is. */
int image_refuse_unwritable(struct image *image, struct err *e);
/* The same for one filesystem, of which fsck has to be run first. */
int image_refuse_damaged(const struct image *image, size_t filesystem, struct err *e);

/* image_write.c */
extern const struct tree_writing image_writing;
/* Everything that was written, read back from the disk itself. */
int image_read_back(struct image_view *v, struct err *e);

#endif
