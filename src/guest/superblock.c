#include "guest/superblock.h"

#include <ctype.h>

#include "guest/disk_reader.h"

const char *superblock_uuid_text(struct arena *a, const unsigned char u[16])
{
    return arena_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                        u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
                        u[12], u[13], u[14], u[15]);
}

/* COUNT bytes at OFFSET, or NULL when the disk is shorter. */
static const unsigned char *at(struct bytes b, size_t offset, size_t count)
{
    if (b.len < count || offset > b.len - count)
        return NULL;
    return (const unsigned char *)b.ptr + offset;
}

static bool has(struct bytes b, size_t offset, const char *magic, size_t count)
{
    const unsigned char *p = at(b, offset, count);
    return p && memcmp(p, magic, count) == 0;
}

static const char *uuid_at(struct arena *a, struct bytes b, size_t offset)
{
    static const unsigned char none[16];
    const unsigned char *p = at(b, offset, 16);
    return p && memcmp(p, none, 16) != 0 ? superblock_uuid_text(a, p) : "";
}

/* A label ends at the first NUL; trailing blanks are padding (FAT, ISO 9660). */
static const char *label_at(struct arena *a, struct bytes b, size_t offset, size_t room)
{
    const unsigned char *p = at(b, offset, room);
    if (!p)
        return "";
    struct bytes label = {(const char *)p, strnlen((const char *)p, room)};
    while (label.len > 0 && label.ptr[label.len - 1] == ' ')
        label.len--;
    return arena_text(a, label);
}

/* ext2, ext3 or ext4 by its features, as libblkid tells them apart (superblocks/ext.c). */
static bool identify_ext(struct arena *a, struct bytes b, struct superblock *out)
{
    enum { START = 1024, HAS_JOURNAL = 0x4, IS_JOURNAL = 0x8 };
    const uint32_t ext3_incompatible = 0x2 | 0x4 | 0x10, ext3_read_only = 0x1 | 0x2 | 0x4;
    const uint32_t ext2_incompatible = 0x2 | 0x10;
    const unsigned char *p = at(b, START, 1024);
    if (!p || disk_le16(p + 56) != 0xEF53)
        return false;
    uint32_t compatible = disk_le32(p + 92);
    uint32_t incompatible = disk_le32(p + 96), read_only = disk_le32(p + 100);
    out->use = SUPERBLOCK_LINUX;
    if (incompatible & IS_JOURNAL) {
        out->type = "jbd";
        out->use = SUPERBLOCK_MEMBER;
    } else if (!(compatible & HAS_JOURNAL) && !(incompatible & ~ext2_incompatible) &&
               !(read_only & ~ext3_read_only)) {
        out->type = "ext2";
    } else if ((compatible & HAS_JOURNAL) && !(incompatible & ~ext3_incompatible) &&
               !(read_only & ~ext3_read_only)) {
        out->type = "ext3";
    } else {
        out->type = "ext4";
    }
    out->uuid = uuid_at(a, b, START + 104);
    out->label = label_at(a, b, START + 120, 16);
    return true;
}

/* Swap's signature ends the first page; pages differ by architecture. */
static bool identify_swap(struct arena *a, struct bytes b, struct superblock *out)
{
    static const size_t page_sizes[] = {4096, 8192, 16384, 32768, 65536};
    for (size_t i = 0; i < sizeof page_sizes / sizeof *page_sizes; i++) {
        size_t signature = page_sizes[i] - 10;
        bool is_swap = has(b, signature, "SWAPSPACE2", 10) || has(b, signature, "SWAP-SPACE", 10);
        bool sleeps = has(b, signature, "S1SUSPEND", 9) || has(b, signature, "S2SUSPEND", 9) ||
                      has(b, signature, "ULSUSPEND", 9) || has(b, signature, "LINHIB0001", 10);
        if (!is_swap && !sleeps)
            continue;
        out->type = is_swap ? "swap" : "swsuspend";
        out->use = SUPERBLOCK_SWAP;
        out->uuid = uuid_at(a, b, 1024 + 12);
        out->label = label_at(a, b, 1024 + 28, 16);
        return true;
    }
    return false;
}

/* LVM's label stands in one of the first four sectors; its id is text without the hyphens. */
static bool identify_lvm(struct arena *a, struct bytes b, struct superblock *out)
{
    for (size_t sector = 0; sector < 4; sector++) {
        size_t start = sector * 512;
        if (!has(b, start, "LABELONE", 8) || !has(b, start + 24, "LVM2 001", 8))
            continue;
        out->type = "LVM2_member";
        out->use = SUPERBLOCK_MEMBER;
        const unsigned char *p = at(b, start, 512);
        uint32_t header = p ? disk_le32(p + 20) : 0;
        const unsigned char *id = header <= 512 ? at(b, start + header, 32) : NULL;
        bool is_plain = id != NULL;
        for (size_t i = 0; is_plain && i < 32; i++)
            is_plain = isalnum(id[i]) != 0;
        if (is_plain) {
            const char *t = (const char *)id;
            out->uuid = arena_printf(a, "%.6s-%.4s-%.4s-%.4s-%.4s-%.4s-%.6s", t, t + 6, t + 10,
                                     t + 14, t + 18, t + 22, t + 26);
        }
        return true;
    }
    return false;
}

/* md superblocks 1.1 and 1.2 (1.0 and 0.90 stand at the end: the appliance finds those). */
static bool identify_md(struct arena *a, struct bytes b, struct superblock *out)
{
    static const size_t starts[] = {0, 4096};
    for (size_t i = 0; i < 2; i++) {
        if (!has(b, starts[i], "\xfc\x4e\x2b\xa9", 4))
            continue;
        out->type = "linux_raid_member";
        out->use = SUPERBLOCK_MEMBER;
        out->uuid = uuid_at(a, b, starts[i] + 16);
        out->label = label_at(a, b, starts[i] + 32, 32);
        return true;
    }
    return false;
}

static bool identify_luks(struct arena *a, struct bytes b, struct superblock *out)
{
    if (!has(b, 0, "LUKS\xba\xbe", 6))
        return false;
    const unsigned char *p = at(b, 0, 8);
    out->type = "crypto_LUKS";
    out->use = SUPERBLOCK_LOCKED;
    out->uuid = label_at(a, b, 168, 40);
    if (p && p[7] == 2)
        out->label = label_at(a, b, 24, 48);
    return true;
}

static bool identify_fat(struct arena *a, struct bytes b, struct superblock *out)
{
    bool is_fat32 = has(b, 82, "FAT32   ", 8);
    bool is_fat16 =
        has(b, 54, "FAT16   ", 8) || has(b, 54, "FAT12   ", 8) || has(b, 54, "FAT     ", 8);
    if (!has(b, 510, "\x55\xaa", 2) || (!is_fat32 && !is_fat16))
        return false;
    size_t serial_at = is_fat32 ? 67 : 39;
    const unsigned char *serial = at(b, serial_at, 4);
    out->type = "vfat";
    out->use = SUPERBLOCK_OTHER;
    if (serial)
        out->uuid =
            arena_printf(a, "%02X%02X-%02X%02X", serial[3], serial[2], serial[1], serial[0]);
    out->label = label_at(a, b, serial_at + 4, 11);
    if (strcmp(out->label, "NO NAME") == 0)
        out->label = "";
    return true;
}

static bool identify_ntfs(struct arena *a, struct bytes b, struct superblock *out)
{
    const unsigned char *serial = at(b, 72, 8);
    if (!has(b, 3, "NTFS    ", 8) || !serial)
        return false;
    out->type = "ntfs";
    out->use = SUPERBLOCK_OTHER;
    out->uuid = arena_printf(a, "%016llX", (unsigned long long)disk_le64(serial));
    return true;
}

static bool identify_exfat(struct arena *a, struct bytes b, struct superblock *out)
{
    const unsigned char *serial = at(b, 100, 4);
    if (!has(b, 3, "EXFAT   ", 8) || !serial)
        return false;
    out->type = "exfat";
    out->use = SUPERBLOCK_OTHER;
    out->uuid = arena_printf(a, "%02X%02X-%02X%02X", serial[3], serial[2], serial[1], serial[0]);
    return true;
}

/* Those that say all with a magic and fixed places. 0 as a place: there is none. */
static const struct plain_magic {
    const char *type;
    enum superblock_use use;
    size_t offset;
    const char *magic;
    size_t magic_bytes;
    size_t uuid_at;
    size_t label_at, label_room;
} plain_magics[] = {
    {"xfs", SUPERBLOCK_LINUX, 0, "XFSB", 4, 32, 108, 12},
    {"btrfs", SUPERBLOCK_LINUX, 65536 + 64, "_BHRfS_M", 8, 65536 + 32, 65536 + 299, 256},
    {"f2fs", SUPERBLOCK_LINUX, 1024, "\x10\x20\xf5\xf2", 4, 1024 + 108, 0, 0},
    {"reiserfs", SUPERBLOCK_LINUX, 65536 + 52, "ReIsEr", 6, 65536 + 84, 65536 + 100, 16},
    {"jfs", SUPERBLOCK_LINUX, 32768, "JFS1", 4, 32768 + 136, 32768 + 152, 16},
    {"erofs", SUPERBLOCK_LINUX, 1024, "\xe2\xe1\xf5\xe0", 4, 1024 + 48, 1024 + 64, 16},
    {"squashfs", SUPERBLOCK_LINUX, 0, "hsqs", 4, 0, 0, 0},
    {"bcache", SUPERBLOCK_MEMBER, 4096 + 24, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca", 8, 4096 + 40, 0,
     0},
    {"BitLocker", SUPERBLOCK_LOCKED, 3, "-FVE-FS-", 8, 0, 0, 0},
    {"iso9660", SUPERBLOCK_OTHER, 32769, "CD001", 5, 0, 32768 + 40, 32},
};

static bool identify_plain(struct arena *a, struct bytes b, struct superblock *out)
{
    for (size_t i = 0; i < sizeof plain_magics / sizeof *plain_magics; i++) {
        const struct plain_magic *m = &plain_magics[i];
        if (!has(b, m->offset, m->magic, m->magic_bytes))
            continue;
        out->type = m->type;
        out->use = m->use;
        if (m->uuid_at)
            out->uuid = uuid_at(a, b, m->uuid_at);
        if (m->label_at)
            out->label = label_at(a, b, m->label_at, m->label_room);
        return true;
    }
    return false;
}

bool superblock_identify(struct arena *a, struct bytes start, struct superblock *out)
{
    typedef bool identify_function(struct arena *, struct bytes, struct superblock *);
    /* Containers first: what lies inside a member may look like a filesystem of its own. */
    static identify_function *const known[] = {identify_luks,  identify_lvm,  identify_md,
                                               identify_ext,   identify_swap, identify_ntfs,
                                               identify_exfat, identify_fat,  identify_plain};
    struct superblock found = {.type = "", .uuid = "", .label = ""};
    if (start.len > SUPERBLOCK_BYTES)
        start.len = SUPERBLOCK_BYTES;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i](a, start, &found)) {
            *out = found;
            return true;
        }
    }
    return false;
}
