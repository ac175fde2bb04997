/* The host's mount table (/proc/self/mountinfo), for what lies below a directory and for whether a
 * block device is mounted. */
#ifndef DISKMEND_GUEST_MOUNTINFO_H
#define DISKMEND_GUEST_MOUNTINFO_H

#include <sys/types.h>

#include "base/vec.h"

struct host_mount {
    dev_t device;
    const char *root;      /* what of the filesystem is mounted: "/" for all of it */
    const char *directory; /* where, octal escapes undone */
    const char *type;      /* "ext4" "proc" … */
    const char *source;    /* "/dev/sda1" or whatever was given */
    bool read_only;        /* by mount or by filesystem */
    bool no_atime;
};

struct host_mounts {
    VEC(struct host_mount) mounts; /* in mount order: a later one covers an earlier */
};

/* Empty when /proc is not there. */
struct host_mounts mountinfo_read(struct arena *a);
/* The mount that PATH (absolute, without links) lies on; NULL when unknown. */
const struct host_mount *mountinfo_of(const struct host_mounts *all, const char *path);

#endif
