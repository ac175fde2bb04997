/* What the first bytes of a disk or partition say it is, with UUID and label: a small libblkid for
 * bytes that come from a file, a device or an appliance alike. Asking the appliance itself
 * (list_filesystems, vfs_uuid …) costs seconds under emulation; this costs one read. Pure: touches
 * no file, trusts no byte. */
#ifndef DISKMEND_GUEST_SUPERBLOCK_H
#define DISKMEND_GUEST_SUPERBLOCK_H

#include <stdint.h>

#include "base/arena.h"

/* So many bytes from the start decide (btrfs and reiserfs have theirs at 64 KiB). */
#define SUPERBLOCK_BYTES (68u * 1024u)

enum superblock_use {
    SUPERBLOCK_LINUX,  /* a filesystem that a Linux root can live on */
    SUPERBLOCK_OTHER,  /* a filesystem all the same: vfat, ntfs, iso9660 … */
    SUPERBLOCK_SWAP,   /* swap or a hibernated system */
    SUPERBLOCK_MEMBER, /* part of something else: LVM, md, … */
    SUPERBLOCK_LOCKED  /* encrypted: LUKS, BitLocker */
};

struct superblock {
    const char *type; /* libblkid's name: "ext4" "crypto_LUKS" "LVM2_member" … */
    enum superblock_use use;
    const char *uuid;  /* as libblkid writes it, "" when there is none */
    const char *label; /* "" when there is none */
};

/* False when nothing is recognised (then OUT is untouched). START is what could be read, at most
 * SUPERBLOCK_BYTES are looked at. */
bool superblock_identify(struct arena *a, struct bytes start, struct superblock *out);

/* 16 bytes as 8-4-4-4-12 lower-case digits. */
const char *superblock_uuid_text(struct arena *a, const unsigned char uuid[16]);

#endif
