#include "guest/superblock_health.h"

#include <string.h>

#include "guest/checksum.h"
#include "guest/disk_reader.h"

static const unsigned char *at(struct bytes b, size_t offset, size_t count)
{
    if (b.len < count || offset > b.len - count)
        return NULL;
    return (const unsigned char *)b.ptr + offset;
}

/* Linux: fs/ext4/ext4.h (places), fs/ext4/super.c ext4_superblock_csum: the sum starts with all
 * bits set and is not turned over at its end. */
static struct superblock_health ext_health(struct bytes b)
{
    enum { START = 1024, SIZE = 1024, CHECKSUM = 0x3fc };
    enum { VALID = 0x1, ERRORS = 0x2, RECOVER = 0x4, METADATA_CHECKSUM = 0x400 };
    static const char *const policies[] = {NULL, "continue", "remount-ro", "panic"};
    struct superblock_health h = {0};
    const unsigned char *p = at(b, START, SIZE);
    if (!p)
        return h;
    uint16_t state = disk_le16(p + 0x3a), policy = disk_le16(p + 0x3c);
    h.on_errors = policy < 4 ? policies[policy] : NULL;
    h.unclean = !(state & VALID) || (disk_le32(p + 0x60) & RECOVER);
    if (state & ERRORS)
        h.damage = "errors";
    if ((disk_le32(p + 0x64) & METADATA_CHECKSUM) &&
        disk_le32(p + CHECKSUM) != ~checksum_crc32c(0, p, CHECKSUM))
        h.damage = "checksum";
    return h;
}

/* Linux: fs/xfs/libxfs/xfs_format.h (places), xfs_sb.c xfs_sb_read_verify (the sum, sb_inprogress),
 * xfs_mount.c xfs_check_new_dalign and xfs_super.c ("Filesystem needs repair"). */
static struct superblock_health xfs_health(struct bytes b)
{
    enum { VERSION = 100, SECTOR = 102, IN_PROGRESS = 126, INCOMPATIBLE = 216, CHECKSUM = 224 };
    enum { NEEDS_REPAIR = 0x10 };
    static const unsigned char none[4];
    struct superblock_health h = {0};
    const unsigned char *p = at(b, 0, 512);
    if (!p)
        return h;
    if (p[IN_PROGRESS])
        h.damage = "unfinished";
    if ((p[VERSION + 1] & 0xf) != 5)
        return h;
    if (disk_be32(p + INCOMPATIBLE) & NEEDS_REPAIR)
        h.damage = "needs-repair";
    size_t sector = (size_t)p[SECTOR] << 8 | p[SECTOR + 1];
    if (sector < 512 || !at(b, 0, sector))
        return h;
    uint32_t sum = checksum_crc32c(0, p, CHECKSUM);
    sum = checksum_crc32c(sum, none, sizeof none);
    sum = checksum_crc32c(sum, p + CHECKSUM + 4, sector - CHECKSUM - 4);
    if (disk_le32(p + CHECKSUM) != sum)
        h.damage = "checksum";
    return h;
}

/* Linux: fs/fat/inode.c fat_set_state. */
static struct superblock_health fat_health(struct bytes b)
{
    struct superblock_health h = {0};
    const unsigned char *p = at(b, 0, 512);
    if (p)
        h.unclean = p[memcmp(p + 82, "FAT32   ", 8) == 0 ? 0x41 : 0x25] & 1;
    return h;
}

struct superblock_health superblock_health(const char *type, struct bytes start)
{
    if (strcmp(type, "ext2") == 0 || strcmp(type, "ext3") == 0 || strcmp(type, "ext4") == 0)
        return ext_health(start);
    if (strcmp(type, "xfs") == 0)
        return xfs_health(start);
    if (strcmp(type, "vfat") == 0)
        return fat_health(start);
    return (struct superblock_health){0};
}
