#include "guest/partition.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "guest/checksum.h"

#define MBR_BYTES 512u

enum {
    TYPE_EMPTY = 0,
    TYPE_EXTENDED = 0x05,
    TYPE_EXTENDED_LBA = 0x0f,
    TYPE_EXTENDED_LINUX = 0x85,
    TYPE_GPT = 0xee
};

struct mbr_entry {
    uint8_t boot, type;
    uint32_t start, count; /* in sectors */
};

static struct mbr_entry mbr_entry(const unsigned char *sector, int index)
{
    const unsigned char *p = sector + 446 + 16 * index;
    return (struct mbr_entry){p[0], p[4], disk_le32(p + 8), disk_le32(p + 12)};
}

static bool is_extended(uint8_t type)
{
    return type == TYPE_EXTENDED || type == TYPE_EXTENDED_LBA || type == TYPE_EXTENDED_LINUX;
}

static bool read_sector(const struct disk_reader *disk, uint64_t sector, unsigned char *buffer)
{
    return disk->read(disk->context, sector * disk->sector_size, buffer, MBR_BYTES) == MBR_BYTES &&
           buffer[510] == 0x55 && buffer[511] == 0xaa;
}

/* A boot sector of FAT or NTFS ends in the same two bytes: the kernel's test (block/partitions/
 * msdos.c) is that every boot flag is 0 or 0x80; some entry must be in use besides. */
static bool is_mbr(const unsigned char *sector)
{
    bool is_used = false;
    for (int i = 0; i < 4; i++) {
        struct mbr_entry entry = mbr_entry(sector, i);
        if (entry.boot != 0 && entry.boot != 0x80)
            return false;
        is_used |= entry.type != TYPE_EMPTY && entry.count > 0 && entry.start > 0;
    }
    return is_used;
}

static void add_mbr(struct arena *a, struct partition_table *table, const struct disk_reader *disk,
                    uint32_t signature, int number, uint64_t start, uint64_t count)
{
    struct partition *p = vec_push_new(a, &table->partitions);
    p->number = number;
    p->start = start * disk->sector_size;
    p->size = count * disk->sector_size;
    p->uuid = signature ? arena_printf(a, "%08x-%02x", signature, (unsigned)number) : "";
    p->label = "";
}

/* Logical partitions: each link of the chain holds one of them and where the next link is. */
static void read_logical(struct arena *a, struct partition_table *table,
                         const struct disk_reader *disk, uint32_t signature, uint64_t extended)
{
    unsigned char sector[MBR_BYTES];
    uint64_t link = extended;
    for (int number = 5; number < LIMIT_PARTITIONS && read_sector(disk, link, sector);) {
        uint64_t next = 0;
        for (int i = 0; i < 4; i++) {
            struct mbr_entry entry = mbr_entry(sector, i);
            if (entry.count == 0)
                continue;
            if (is_extended(entry.type))
                next = next ? next : extended + entry.start;
            else if (entry.type != TYPE_EMPTY && i < 2)
                add_mbr(a, table, disk, signature, number++, link + entry.start, entry.count);
        }
        /* The chain only ever leads on; one that turns back is a loop. */
        if (next <= link)
            return;
        link = next;
    }
}

static void read_mbr(struct arena *a, struct partition_table *table, const struct disk_reader *disk,
                     const unsigned char *sector)
{
    uint32_t signature = disk_le32(sector + 440);
    table->kind = PARTITION_TABLE_MBR;
    for (int i = 0; i < 4; i++) {
        struct mbr_entry entry = mbr_entry(sector, i);
        if (entry.type != TYPE_EMPTY && entry.count > 0 && !is_extended(entry.type))
            add_mbr(a, table, disk, signature, i + 1, entry.start, entry.count);
    }
    for (int i = 0; i < 4; i++) {
        struct mbr_entry entry = mbr_entry(sector, i);
        if (is_extended(entry.type) && entry.count > 0) {
            read_logical(a, table, disk, signature, entry.start);
            return;
        }
    }
}

/* A GUID is stored with its first three groups little-endian. */
static const char *guid_text(struct arena *a, const unsigned char *g)
{
    return arena_printf(a, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", disk_le32(g),
                        (unsigned)disk_le16(g + 4), (unsigned)disk_le16(g + 6), g[8], g[9], g[10],
                        g[11], g[12], g[13], g[14], g[15]);
}

static void add_utf8(struct strbuf *s, uint32_t c)
{
    if (c < 0x80) {
        strbuf_add_char(s, (char)c);
    } else if (c < 0x800) {
        strbuf_add_char(s, (char)(0xc0 | c >> 6));
        strbuf_add_char(s, (char)(0x80 | (c & 0x3f)));
    } else {
        strbuf_add_char(s, (char)(0xe0 | c >> 12));
        strbuf_add_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
        strbuf_add_char(s, (char)(0x80 | (c & 0x3f)));
    }
}

/* UTF-16LE without surrogate pairs: each half of one becomes U+FFFD. */
static const char *name_text(struct arena *a, const unsigned char *p, size_t units)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (size_t i = 0; i < units; i++) {
        uint32_t c = disk_le16(p + 2 * i);
        if (c == 0)
            break;
        add_utf8(&s, c >= 0xd800 && c <= 0xdfff ? 0xfffd : c);
    }
    return s.ptr;
}

static bool has_gpt_at(const struct disk_reader *disk, uint64_t offset, unsigned char *header)
{
    return disk->read(disk->context, offset, header, MBR_BYTES) == MBR_BYTES &&
           memcmp(header, "EFI PART", 8) == 0;
}

/* Linux: block/partitions/efi.c is_gpt_valid. The backup is only looked at when the first copy is
 * good, unless the kernel was started with "gpt". */
static const char *gpt_problem(const struct disk_reader *disk, const unsigned char *header,
                               const unsigned char *entries, size_t entries_bytes)
{
    static const unsigned char none[4];
    uint32_t size = disk_le32(header + 12);
    uint64_t last = disk->size / disk->sector_size - 1;
    if (size < 92 || size > MBR_BYTES)
        return NULL; /* a header longer than what we read: not to be told */
    uint32_t sum = checksum_crc32(0, header, 16);
    sum = checksum_crc32(sum, none, sizeof none);
    if (checksum_crc32(sum, header + 20, size - 20) != disk_le32(header + 16))
        return "bad-checksum";
    if (disk->size >= disk->sector_size &&
        (disk_le64(header + 40) > last || disk_le64(header + 48) > last))
        return "disk-too-short";
    if (entries && checksum_crc32(0, entries, entries_bytes) != disk_le32(header + 88))
        return "bad-checksum";
    if (disk->size >= disk->sector_size && disk_le64(header + 32) < last)
        return "backup-not-at-end";
    return NULL;
}

static void read_gpt(struct arena *a, struct partition_table *table, const struct disk_reader *disk)
{
    static const unsigned char unused[16];
    unsigned char header[MBR_BYTES];
    if (!has_gpt_at(disk, disk->sector_size, header)) {
        uint32_t other = disk->sector_size == 512 ? 4096 : 512;
        table->other_sector_size = has_gpt_at(disk, other, header);
        return;
    }
    uint64_t entries_start = disk_le64(header + 72);
    uint32_t count = disk_le32(header + 80), entry_bytes = disk_le32(header + 84);
    bool all_read = count <= LIMIT_PARTITIONS;
    if (count > LIMIT_PARTITIONS)
        count = LIMIT_PARTITIONS;
    if (entry_bytes < 128 || entry_bytes > 4096 || entries_start > UINT64_MAX / 8192)
        return;
    table->kind = PARTITION_TABLE_GPT;
    size_t room = (size_t)count * entry_bytes;
    unsigned char *entries = arena_alloc(a, room);
    size_t got = disk->read(disk->context, entries_start * disk->sector_size, entries, room);
    table->problem = gpt_problem(disk, header, all_read && got == room ? entries : NULL, room);
    for (uint32_t i = 0; i < count && (size_t)(i + 1) * entry_bytes <= got; i++) {
        const unsigned char *entry = entries + (size_t)i * entry_bytes;
        uint64_t first = disk_le64(entry + 32), last = disk_le64(entry + 40);
        if (memcmp(entry, unused, sizeof unused) == 0 || last < first || last >= UINT64_MAX / 8192)
            continue;
        struct partition *p = vec_push_new(a, &table->partitions);
        p->number = (int)i + 1;
        p->start = first * disk->sector_size;
        p->size = (last - first + 1) * disk->sector_size;
        p->uuid = guid_text(a, entry + 16);
        p->label = name_text(a, entry + 56, 36);
    }
}

struct partition_table partition_table_read(struct arena *a, const struct disk_reader *disk)
{
    struct partition_table table = {.kind = PARTITION_TABLE_NONE};
    unsigned char sector[MBR_BYTES];
    /* Without a protective MBR the kernel does not look for a GPT (block/partitions/efi.c). */
    if (disk->sector_size < MBR_BYTES || !read_sector(disk, 0, sector) || !is_mbr(sector))
        return table;
    bool is_protective = false;
    for (int i = 0; i < 4; i++)
        is_protective |= mbr_entry(sector, i).type == TYPE_GPT;
    /* The kernel reads no MBR partitions beside a protective entry (msdos.c). */
    if (is_protective)
        read_gpt(a, &table, disk);
    else
        read_mbr(a, &table, disk, sector);
    return table;
}
