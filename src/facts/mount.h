/* fstab (and enabled mount units, and crypttab names) against the filesystems that are there. The producer also mounts the
 * rest of the guest into the tree and marks what it could not mount. */
#ifndef DISKMEND_FACTS_MOUNT_H
#define DISKMEND_FACTS_MOUNT_H

#include "facts/record.h"

struct mount_fact {
    const char *device; /* first field as written, octal escapes undone */
    const char *directory;
    const char *type;
    struct text_list options;
    int64_t field_count; /* as libmount counts: 4 fields are legal */
    const char *defect;  /* NULL, or "too-few-fields" "bad-number" "unknown-type" "quoted"
                         * "bad-directory" "odd-blank" "type-mismatch" "unknown-option"
                         * "repeated": an earlier line has the same directory */
    enum truth device_found; /* on the disks given; unknown where that cannot be told */
    bool all_disks_known;
    bool required;       /* systemd's local-fs.target requires it, and fails with it */
    bool system;         /* /, /usr, /var, /boot, /boot/efi */
    bool is_network;     /* nfs, cifs, _netdev … */
    bool is_swap;
    bool in_tree;        /* mounted in our tree */
    const char *filesystem; /* device of the filesystem that fits, "/dev/sda1" */
    const char *identifies; /* "UUID" "LABEL" "PARTUUID" "PARTLABEL" "path" "mapper" "none" */
    const char *detail;
    int64_t pass;        /* the sixth field: 0 is never checked at boot */
    const char *refusal; /* what the kernel said when it would not mount it; NULL: it was not asked */
    struct place at;
};

/* A filesystem of the disks, as `filesystems` of the facts document. */
struct filesystem_fact {
    const char *device, *type, *uuid, *label, *partuuid, *partlabel, *mounted_on;
    const char *subvolume; /* btrfs: NULL for the device itself */
    const char *damage;    /* NULL "errors" "checksum" "needs-repair" "unfinished" */
    const char *on_errors; /* ext: "continue" "remount-ro" "panic" */
    bool unclean;          /* a log to replay, or not unmounted: as in any copy of a running VM */
    int64_t size;
};

extern const struct fact_kind mount_kind, filesystem_kind;

#endif
