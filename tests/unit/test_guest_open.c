/* What guest/ decides before an appliance is asked: superblocks, partition tables, image headers,
 * formats, locks, and the directory engine. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "guest/directory.h"
#include "guest/image_header.h"
#include "guest/in_use.h"
#include "guest/mountinfo.h"
#include "guest/open.h"
#include "guest/open_format.h"
#include "guest/partition.h"
#include "guest/root_name.h"
#include "guest/root_test.h"
#include "guest/memory.h"
#include "guest/superblock.h"
#include "config.h"
#include "suite.h"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* --- disks in memory -------------------------------------------------------------------------- */

struct memory_disk {
    unsigned char *bytes;
    size_t size;
    int reads;
};

static size_t memory_read(void *context, uint64_t offset, void *buffer, size_t length)
{
    struct memory_disk *d = context;
    d->reads++;
    if (offset >= d->size)
        return 0;
    size_t n = d->size - (size_t)offset < length ? d->size - (size_t)offset : length;
    memcpy(buffer, d->bytes + offset, n);
    return n;
}

static struct memory_disk *new_disk(size_t size)
{
    struct memory_disk *d = arena_new_struct(arena, struct memory_disk);
    d->bytes = arena_alloc(arena, size + 1);
    d->size = size;
    return d;
}

static struct disk_reader reader_of(struct memory_disk *d)
{
    return (
        struct disk_reader){.read = memory_read, .context = d, .size = d->size, .sector_size = 512};
}

static void put(struct memory_disk *d, size_t offset, const void *bytes, size_t count)
{
    ck_assert(offset + count <= d->size);
    memcpy(d->bytes + offset, bytes, count);
}

static void put_le32(struct memory_disk *d, size_t offset, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        d->bytes[offset + (size_t)i] = (unsigned char)(n >> 8 * i);
}

static void put_be32(struct memory_disk *d, size_t offset, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        d->bytes[offset + (size_t)i] = (unsigned char)(n >> (24 - 8 * i));
}

static struct bytes whole(const struct memory_disk *d)
{
    return (struct bytes){(const char *)d->bytes, d->size};
}

/* --- superblocks ------------------------------------------------------------------------------ */

static void put_ext(struct memory_disk *d, uint32_t compatible, uint32_t incompatible,
                    uint32_t read_only)
{
    put(d, 1024 + 56, "\x53\xef", 2);
    put_le32(d, 1024 + 92, compatible);
    put_le32(d, 1024 + 96, incompatible);
    put_le32(d, 1024 + 100, read_only);
    for (int i = 0; i < 16; i++)
        d->bytes[1024 + 104 + i] = (unsigned char)(0x11 + i);
    put(d, 1024 + 120, "rootfs", 6);
}

START_TEST(ext_is_told_apart_by_features)
{
    static const struct {
        uint32_t compatible, incompatible, read_only;
        const char *type;
        enum superblock_use use;
    } cases[] = {
        {0x38, 0x2, 0x3, "ext2", SUPERBLOCK_LINUX},
        {0x3c, 0x2, 0x3, "ext3", SUPERBLOCK_LINUX},
        {0x3c, 0x6, 0x3, "ext3", SUPERBLOCK_LINUX}, /* needs recovery */
        {0x3c, 0x2c2, 0x46b, "ext4", SUPERBLOCK_LINUX},
        {0x38, 0x42, 0x3, "ext4", SUPERBLOCK_LINUX}, /* extents, no journal */
        {0x0, 0x8, 0x0, "jbd", SUPERBLOCK_MEMBER},
    };
    struct superblock s;
    put_ext(new_disk(4096), 0, 0, 0);
    struct memory_disk *d = new_disk(SUPERBLOCK_BYTES);
    put_ext(d, cases[_i].compatible, cases[_i].incompatible, cases[_i].read_only);
    ck_assert(superblock_identify(arena, whole(d), &s));
    ck_assert_str_eq(s.type, cases[_i].type);
    ck_assert_int_eq(s.use, cases[_i].use);
    ck_assert_str_eq(s.uuid, "11121314-1516-1718-191a-1b1c1d1e1f20");
    ck_assert_str_eq(s.label, "rootfs");
}
END_TEST

static const struct {
    const char *type;
    size_t offset;
    const char *magic;
    size_t magic_bytes;
    enum superblock_use use;
} magics[] = {
    {"xfs", 0, "XFSB", 4, SUPERBLOCK_LINUX},
    {"btrfs", 65600, "_BHRfS_M", 8, SUPERBLOCK_LINUX},
    {"swap", 4086, "SWAPSPACE2", 10, SUPERBLOCK_SWAP},
    {"swap", 65526, "SWAPSPACE2", 10, SUPERBLOCK_SWAP},
    {"swsuspend", 4086, "S1SUSPEND", 9, SUPERBLOCK_SWAP},
    {"crypto_LUKS", 0, "LUKS\xba\xbe", 6, SUPERBLOCK_LOCKED},
    {"BitLocker", 3, "-FVE-FS-", 8, SUPERBLOCK_LOCKED},
    {"linux_raid_member", 4096, "\xfc\x4e\x2b\xa9", 4, SUPERBLOCK_MEMBER},
    {"ntfs", 3, "NTFS    ", 8, SUPERBLOCK_OTHER},
    {"exfat", 3, "EXFAT   ", 8, SUPERBLOCK_OTHER},
    {"iso9660", 32769, "CD001", 5, SUPERBLOCK_OTHER},
    {"squashfs", 0, "hsqs", 4, SUPERBLOCK_LINUX},
};

START_TEST(magics_name_types)
{
    struct superblock s;
    struct memory_disk *d = new_disk(SUPERBLOCK_BYTES);
    put(d, magics[_i].offset, magics[_i].magic, magics[_i].magic_bytes);
    ck_assert(superblock_identify(arena, whole(d), &s));
    ck_assert_str_eq(s.type, magics[_i].type);
    ck_assert_int_eq(s.use, magics[_i].use);
    /* Cut anywhere before the magic's end, nothing is recognised and nothing is read past. */
    struct bytes cut = {(const char *)d->bytes, magics[_i].offset + magics[_i].magic_bytes - 1};
    char *exact = malloc(cut.len ? cut.len : 1);
    memcpy(exact, cut.ptr, cut.len);
    ck_assert(!superblock_identify(arena, (struct bytes){exact, cut.len}, &s));
    free(exact);
}
END_TEST

START_TEST(lvm_and_fat_carry_their_ids)
{
    struct superblock s;
    struct memory_disk *d = new_disk(SUPERBLOCK_BYTES);
    put(d, 512, "LABELONE", 8);
    put_le32(d, 512 + 20, 32);
    put(d, 512 + 24, "LVM2 001", 8);
    put(d, 512 + 32, "abcdefGHIJklmnOPQRstuvWXYZ012345", 32);
    ck_assert(superblock_identify(arena, whole(d), &s));
    ck_assert_str_eq(s.type, "LVM2_member");
    ck_assert_str_eq(s.uuid, "abcdef-GHIJ-klmn-OPQR-stuv-WXYZ-012345");

    put_le32(d, 512 + 20, 0xffffff00); /* the header points out of the sector */
    ck_assert(superblock_identify(arena, whole(d), &s));
    ck_assert_str_eq(s.uuid, "");

    d = new_disk(SUPERBLOCK_BYTES);
    put(d, 510, "\x55\xaa", 2);
    put(d, 82, "FAT32   ", 8);
    put(d, 67, "\x78\x56\x34\x12", 4);
    put(d, 71, "EFI SYSTEM ", 11);
    ck_assert(superblock_identify(arena, whole(d), &s));
    ck_assert_str_eq(s.type, "vfat");
    ck_assert_str_eq(s.uuid, "1234-5678");
    ck_assert_str_eq(s.label, "EFI SYSTEM");
}
END_TEST

/* Random bytes around every magic: no crash, strings always there (run under ASan). */
START_TEST(superblocks_survive_noise)
{
    struct superblock s;
    unsigned seed = 7;
    struct memory_disk *d = new_disk(SUPERBLOCK_BYTES);
    for (size_t i = 0; i < d->size; i++)
        d->bytes[i] = (unsigned char)((seed = seed * 1103515245u + 12345u) >> 16);
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        put(d, magics[i].offset, magics[i].magic, magics[i].magic_bytes);
        ck_assert(superblock_identify(arena, whole(d), &s));
        ck_assert(s.type && s.uuid && s.label);
    }
}
END_TEST

/* --- partition tables ------------------------------------------------------------------------- */

static void put_entry(struct memory_disk *d, size_t sector, int index, uint8_t type, uint32_t start,
                      uint32_t count)
{
    size_t at = sector * 512 + 446 + 16 * (size_t)index;
    d->bytes[at + 4] = type;
    put_le32(d, at + 8, start);
    put_le32(d, at + 12, count);
    put(d, sector * 512 + 510, "\x55\xaa", 2);
}

START_TEST(mbr_with_logical_partitions)
{
    struct memory_disk *d = new_disk(512 * 400);
    put_le32(d, 440, 0xdeadbeef);
    put_entry(d, 0, 0, 0x83, 8, 32);
    put_entry(d, 0, 1, 0x05, 100, 300);
    put_entry(d, 100, 0, 0x83, 4, 40);
    put_entry(d, 100, 1, 0x05, 100, 100);
    put_entry(d, 200, 0, 0x82, 4, 40);
    struct disk_reader r = reader_of(d);
    struct partition_table t = partition_table_read(arena, &r);
    ck_assert_int_eq(t.kind, PARTITION_TABLE_MBR);
    ck_assert_uint_eq(t.partitions.count, 3);
    ck_assert_str_eq(t.partitions.items[0].uuid, "deadbeef-01");
    ck_assert_int_eq(t.partitions.items[1].number, 5);
    ck_assert_uint_eq(t.partitions.items[1].start, 104 * 512);
    ck_assert_str_eq(t.partitions.items[1].uuid, "deadbeef-05");
    ck_assert_int_eq(t.partitions.items[2].number, 6);
    ck_assert_uint_eq(t.partitions.items[2].start, 204 * 512);
}
END_TEST

START_TEST(mbr_chains_that_loop_end)
{
    struct memory_disk *d = new_disk(512 * 400);
    put_entry(d, 0, 0, 0x05, 100, 300);
    put_entry(d, 100, 0, 0x83, 4, 40);
    put_entry(d, 100, 1, 0x05, 100, 100);
    put_entry(d, 200, 0, 0x83, 4, 40);
    put_entry(d, 200, 1, 0x05, 0, 100); /* back to the first */
    struct disk_reader r = reader_of(d);
    struct partition_table t = partition_table_read(arena, &r);
    ck_assert_uint_eq(t.partitions.count, 2);
    ck_assert_int_lt(d->reads, 10);
}
END_TEST

static struct memory_disk *gpt_disk(uint32_t count, uint32_t entry_bytes)
{
    struct memory_disk *d = new_disk(512 * 64);
    put_entry(d, 0, 0, 0xee, 1, 63);
    put(d, 512, "EFI PART", 8);
    put_le32(d, 512 + 72, 2);
    put_le32(d, 512 + 80, count);
    put_le32(d, 512 + 84, entry_bytes);
    return d;
}

START_TEST(gpt_partitions)
{
    struct memory_disk *d = gpt_disk(128, 128);
    size_t at = 1024 + 2 * 128; /* the third entry: sda3 */
    memset(d->bytes + at, 0x0f, 16);
    for (int i = 0; i < 16; i++)
        d->bytes[at + 16 + (size_t)i] = (unsigned char)(i + 1);
    put_le32(d, at + 32, 40);
    put_le32(d, at + 40, 49);
    put(d, at + 56, "r\0o\0\xe9\0\x20\xd8t\0\0\0", 12);
    struct disk_reader r = reader_of(d);
    struct partition_table t = partition_table_read(arena, &r);
    ck_assert_int_eq(t.kind, PARTITION_TABLE_GPT);
    ck_assert_uint_eq(t.partitions.count, 1);
    ck_assert_int_eq(t.partitions.items[0].number, 3);
    ck_assert_uint_eq(t.partitions.items[0].start, 40 * 512);
    ck_assert_uint_eq(t.partitions.items[0].size, 10 * 512);
    ck_assert_str_eq(t.partitions.items[0].uuid, "04030201-0605-0807-090a-0b0c0d0e0f10");
    ck_assert_str_eq(t.partitions.items[0].label, "ro\xc3\xa9\xef\xbf\xbdt");
}
END_TEST

START_TEST(gpt_nonsense_is_bounded)
{
    static const uint32_t sizes[][2] = {
        {0xffffffff, 128}, {128, 0}, {128, 0xffffffff}, {0xffffffff, 4096}, {0, 128}};
    struct memory_disk *d = gpt_disk(sizes[_i][0], sizes[_i][1]);
    memset(d->bytes + 1024, 0xff, 4096);
    struct disk_reader r = reader_of(d);
    struct partition_table t = partition_table_read(arena, &r);
    ck_assert_uint_le(t.partitions.count, 256);
    ck_assert_uint_le(arena_used(arena), 8u << 20);
}
END_TEST

START_TEST(gpt_of_the_other_sector_size_is_noticed)
{
    struct memory_disk *d = new_disk(4096 * 16);
    put_entry(d, 0, 0, 0xee, 1, 15);
    put(d, 4096, "EFI PART", 8);
    struct disk_reader r = reader_of(d);
    struct partition_table t = partition_table_read(arena, &r);
    ck_assert(t.other_sector_size);
    ck_assert_uint_eq(t.partitions.count, 0);
}
END_TEST

START_TEST(a_fat_boot_sector_is_no_mbr)
{
    struct memory_disk *d = new_disk(4096);
    memset(d->bytes + 446, 'x', 64); /* boot code where the entries would be */
    put(d, 510, "\x55\xaa", 2);
    struct disk_reader r = reader_of(d);
    ck_assert_int_eq(partition_table_read(arena, &r).kind, PARTITION_TABLE_NONE);
}
END_TEST

/* --- formats ---------------------------------------------------------------------------------- */

static struct memory_disk *qcow2_disk(uint32_t version)
{
    struct memory_disk *d = new_disk(65536);
    put(d, 0, "QFI\xfb", 4);
    put_be32(d, 4, version);
    put_be32(d, 28, 1 << 30);
    return d;
}

static const char *decide(struct memory_disk *d, const char *path, const char *wanted,
                          bool is_device, struct note_list *notes, struct err *e)
{
    struct disk_reader r = reader_of(d);
    struct format_question q = {.path = path, .wanted = wanted, .is_device = is_device};
    *notes = (struct note_list){.arena = arena};
    *e = (struct err){0};
    return format_decide(notes, &r, &q, e);
}

START_TEST(formats_by_magic_suffix_and_word)
{
    static const struct {
        bool has_magic;
        const char *path, *wanted;
        bool is_device;
        const char *format;
        size_t notes;
    } cases[] = {
        {true, "/x/a.qcow2", NULL, false, "qcow2", 0},
        {true, "/x/a.img", NULL, false, "qcow2", 1},
        {true, "/x/a", NULL, false, "qcow2", 1},
        {true, "/x/a.vmdk", NULL, false, "qcow2", 1},
        {true, "/x/a.raw", NULL, false, "raw", 1},
        {true, "/dev/vg/a", NULL, true, "raw", 1},
        {true, "/dev/vg/a", "qcow2", true, "qcow2", 0},
        {true, "/x/a.img", "raw", false, "raw", 0},
        {false, "/x/a.img", NULL, false, "raw", 0},
        {false, "/x/a.raw", NULL, false, "raw", 0},
        {false, "/x/a.qcow2", NULL, false, "raw", 1},
        {false, "/x/a.img", "qcow2", false, NULL, 0},
        {false, "/x/a.img", "bochs", false, NULL, 0},
        {true, "/x/a.img", "vmdk", false, NULL, 0},
    };
    struct note_list notes;
    struct err e;
    struct memory_disk *d = cases[_i].has_magic ? qcow2_disk(3) : new_disk(65536);
    const char *format =
        decide(d, cases[_i].path, cases[_i].wanted, cases[_i].is_device, &notes, &e);
    if (cases[_i].format)
        ck_assert_str_eq(format, cases[_i].format);
    else
        ck_assert_msg(!format && e.code == ERR_UNSUPPORTED, "case %d", _i);
    ck_assert_uint_eq(notes.notes.count, cases[_i].notes);
}
END_TEST

START_TEST(for_writing_name_and_header_must_agree)
{
    static const struct {
        bool has_magic;
        const char *path, *wanted;
        bool is_device;
        const char *format; /* NULL: refused */
    } cases[] = {
        {true, "/x/a.qcow2", NULL, false, "qcow2"},   {true, "/x/a.img", NULL, false, "qcow2"},
        {false, "/x/a.raw", NULL, false, "raw"},      {false, "/x/a.img", NULL, false, "raw"},
        {false, "/dev/vg/a", NULL, true, "raw"},      {true, "/x/a.raw", NULL, false, NULL},
        {true, "/x/a.vmdk", NULL, false, NULL},       {false, "/x/a.qcow2", NULL, false, NULL},
        {true, "/dev/vg/a", NULL, true, NULL},        {true, "/x/a.raw", "raw", false, "raw"},
        {true, "/x/a.raw", "qcow2", false, "qcow2"},  {true, "/dev/vg/a", "raw", true, "raw"},
    };
    struct memory_disk *d = cases[_i].has_magic ? qcow2_disk(3) : new_disk(65536);
    struct disk_reader r = reader_of(d);
    struct note_list notes = {.arena = arena};
    struct err e = {0};
    struct format_question q = {cases[_i].path, cases[_i].wanted, cases[_i].is_device, true};
    const char *format = format_decide(&notes, &r, &q, &e);
    if (cases[_i].format)
        ck_assert_str_eq(format, cases[_i].format);
    else
        ck_assert_msg(!format && e.code == ERR_REFUSED && strstr(e.text, "--format"), "case %d",
                      _i);
}
END_TEST

START_TEST(qcow2_headers_that_name_files_are_refused)
{
    struct note_list notes;
    struct err e;
    struct memory_disk *d = qcow2_disk(3);
    put_be32(d, 12, 200);
    put_be32(d, 16, 11);
    ck_assert(!decide(d, "a.qcow2", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);
    ck_assert(strstr(e.text, "backing file"));
    d = qcow2_disk(2);
    put_be32(d, 8, 1);
    ck_assert(!decide(d, "a.img", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);
    d = qcow2_disk(3);
    put_be32(d, 76, 4);
    ck_assert(!decide(d, "a.qcow2", "qcow2", false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);
    ck_assert(strstr(e.text, "external data file"));
    d = qcow2_disk(3);
    put_be32(d, 32, 2);
    ck_assert(!decide(d, "a.qcow2", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
    d = qcow2_disk(1);
    ck_assert(!decide(d, "a.qcow2", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
    d = qcow2_disk(3);
    d->size = 90; /* cut in the middle of its header */
    ck_assert(!decide(d, "a.qcow2", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
}
END_TEST

START_TEST(a_blank_qcow2_is_known_by_its_table)
{
    struct memory_disk *d = qcow2_disk(3);
    struct disk_reader r = reader_of(d);
    put_be32(d, 36, 600);
    put_be32(d, 44, 4096);
    ck_assert(format_is_blank_qcow2(&r));
    d->bytes[4096 + 600 * 8 - 1] = 1;
    ck_assert(!format_is_blank_qcow2(&r));
    put_be32(d, 44, 65000); /* the table lies past the end */
    ck_assert(!format_is_blank_qcow2(&r));
    put_be32(d, 36, 0xffffffff);
    ck_assert(!format_is_blank_qcow2(&r));
}
END_TEST

START_TEST(other_formats_that_name_files_are_refused)
{
    struct note_list notes;
    struct err e;
    struct memory_disk *d = new_disk(512 * 1024);
    put(d, 0, "# Disk DescriptorFile\nversion=1\nRW 100 FLAT \"/etc/shadow\" 0\n", 60);
    ck_assert(!decide(d, "a.vmdk", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);

    d = new_disk(512 * 1024);
    put(d, 0, "KDMV\1\0\0\0", 8);
    ck_assert(!decide(d, "a.vmdk", NULL, false, &notes, &e)); /* capacity 0: only a descriptor */
    ck_assert_int_eq(e.code, ERR_REFUSED);
    put_le32(d, 12, 2048);
    put_le32(d, 28, 1);
    put(d, 512, "createType=\"monolithicSparse\"\n", 30);
    ck_assert_str_eq(decide(d, "a.vmdk", NULL, false, &notes, &e), "vmdk");
    put(d, 600, "parentFileNameHint=\"/etc/shadow\"\n", 33);
    put(d, 542, "\0\0", 2); /* a NUL does not hide what follows */
    ck_assert(!decide(d, "a.vmdk", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);
    memset(d->bytes + 512, 0, 512);
    put(d, 512, "createType=\"twoGbMaxExtentSparse\"\n", 34);
    ck_assert(!decide(d, "a.vmdk", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);

    d = new_disk(4096);
    put(d, 64, "\x7f\x10\xda\xbe", 4);
    put_le32(d, 76, 1);
    ck_assert_str_eq(decide(d, "a.vdi", NULL, false, &notes, &e), "vdi");
    put_le32(d, 76, 4);
    ck_assert(!decide(d, "a.vdi", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);

    d = new_disk(4096);
    put(d, 0, "conectix", 8);
    put_be32(d, 60, 3);
    ck_assert_str_eq(decide(d, "a.vhd", NULL, false, &notes, &e), "vpc");
    put_be32(d, 60, 4);
    ck_assert(!decide(d, "a.vhd", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);

    d = new_disk(4096);
    put(d, 4096 - 512, "conectix", 8);
    put_be32(d, 4096 - 512 + 60, 2);
    ck_assert_str_eq(decide(d, "a.vhd", NULL, false, &notes, &e), "vpc");
    ck_assert_str_eq(decide(d, "a.img", NULL, false, &notes, &e), "raw");
}
END_TEST

static void put_vhdx(struct memory_disk *d, uint32_t flags)
{
    enum { REGIONS = 192 * 1024, METADATA = 256 * 1024 };
    put(d, 0, "vhdxfile", 8);
    put(d, REGIONS, "regi", 4);
    put_le32(d, REGIONS + 8, 1);
    put(d, REGIONS + 16, "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e", 16);
    put_le32(d, REGIONS + 32, METADATA);
    put(d, METADATA, "metadata", 8);
    d->bytes[METADATA + 10] = 1;
    put(d, METADATA + 32, "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b", 16);
    put_le32(d, METADATA + 48, 65536);
    put_le32(d, METADATA + 65536 + 4, flags);
}

START_TEST(vhdx_parents_are_refused)
{
    struct note_list notes;
    struct err e;
    struct memory_disk *d = new_disk(512 * 1024);
    put_vhdx(d, 0);
    ck_assert_str_eq(decide(d, "a.vhdx", NULL, false, &notes, &e), "vhdx");
    put_vhdx(d, 2);
    ck_assert(!decide(d, "a.vhdx", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_REFUSED);
    put_le32(d, 192 * 1024 + 32, 0xfffffff0); /* the metadata lie past the end */
    ck_assert(!decide(d, "a.vhdx", NULL, false, &notes, &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
}
END_TEST

START_TEST(what_is_no_disk_is_named)
{
    static const struct {
        const char *bytes;
        size_t count, size;
        const char *words; /* NULL: it may be one */
        enum raw_content content;
    } cases[] = {
        {"", 0, 0, "the file is empty", 0},
        {"#!/bin/sh\necho hello\n", 21, 21, "a text file", 0},
        {"\x1f\x8b\x08", 3, 65536, "gunzip", 0},
        {"\xfd"
         "7zXZ\0",
         6, 65536, "unxz", 0},
        {"PK\3\4", 4, 65536, "ZIP", 0},
        {"\x7f"
         "ELF",
         4, 65536, "a program", 0},
        {"\1\2\3", 3, 5000, "whole sectors", 0},
        {"\0", 1, 512, "whole sectors", 0},
        {"\0", 1, 65536, NULL, RAW_EMPTY},
        {"\1\0", 2, 65536, NULL, RAW_UNKNOWN},
        {"XFSB", 4, 65536, NULL, RAW_DISK},
    };
    struct err e = {0};
    enum raw_content content = RAW_DISK;
    struct memory_disk *d = new_disk(cases[_i].size);
    put(d, 0, cases[_i].bytes, cases[_i].count);
    struct disk_reader r = reader_of(d);
    int result = raw_content(arena, &r, "x.img", &content, &e);
    if (cases[_i].words) {
        ck_assert_int_eq(result, ERR_UNSUPPORTED);
        ck_assert_msg(strstr(e.text, cases[_i].words) != NULL, "%s", e.text);
        ck_assert(strncmp(e.text, "x.img: ", 7) == 0);
    } else {
        ck_assert_int_eq(result, 0);
        ck_assert_int_eq(content, cases[_i].content);
    }
}
END_TEST

/* --- on this machine -------------------------------------------------------------------------- */

static char *scratch;

static void make_scratch(void)
{
    set_up();
    const char *base = getenv("TMPDIR");
    scratch = arena_printf(arena, "%s/diskmend-XXXXXX", base && *base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(scratch));
}

static void remove_scratch(void)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", "--", scratch, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    tear_down();
}

static void write_file(const char *name, const char *text)
{
    CLEANUP_FILE FILE *f = fopen(arena_printf(arena, "%s/%s", scratch, name), "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
}

static void make_directory(const char *name)
{
    ck_assert_int_eq(mkdir(arena_printf(arena, "%s/%s", scratch, name), 0755), 0);
}

START_TEST(a_writer_is_found_and_named)
{
    const char *path = arena_printf(arena, "%s/disk.img", scratch);
    int ready[2];
    struct err e = {0};
    write_file("disk.img", "x");
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 101, .l_len = 1};
        char byte = fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 'y' : 'n';
        if (write(ready[1], &byte, 1) == 1)
            pause();
        _exit(0);
    }
    char byte = 0;
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    ck_assert_int_eq(byte, 'y');
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(disk_in_use(arena, fd, path, &e), ERR_IN_USE);
    ck_assert_msg(strstr(e.text, arena_printf(arena, "(process %d)", (int)child)) != NULL, "%s",
                  e.text);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_int_eq(disk_in_use(arena, fd, path, &e), 0);
    close(ready[0]);
    close(ready[1]);
}
END_TEST

static struct tree *scratch_tree(void)
{
    struct note_list notes = {.arena = arena};
    struct err e = {0};
    struct tree *t = directory_open(arena, scratch, &notes, &e);
    ck_assert_msg(t != NULL, "%s", e.text);
    return t;
}

START_TEST(links_never_lead_out)
{
    make_directory("etc");
    write_file("etc/shadow", "ours\n");
    ck_assert_int_eq(symlink("/etc/shadow", arena_printf(arena, "%s/absolute", scratch)), 0);
    ck_assert_int_eq(symlink("../../../../../../etc/shadow",
                             arena_printf(arena, "%s/relative", scratch)),
                     0);
    ck_assert_int_eq(symlink("/proc/self/exe", arena_printf(arena, "%s/magic", scratch)), 0);
    ck_assert_int_eq(symlink("loop", arena_printf(arena, "%s/loop", scratch)), 0);
    ck_assert_int_eq(symlink("nothing", arena_printf(arena, "%s/dangling", scratch)), 0);
    struct tree *t = scratch_tree();
    static const char *const leading[] = {"/absolute", "/relative"};
    for (size_t i = 0; i < 2; i++) {
        struct read_answer r = tree_read(t, leading[i], 100);
        ck_assert_int_eq(r.presence, PRESENCE_PRESENT);
        ck_assert(bytes_equal_text(r.content, "ours\n"));
        ck_assert_str_eq(r.real_path, "/etc/shadow");
    }
    ck_assert_int_eq(tree_read(t, "/magic", 100).presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_read(t, "/loop", 100).presence, PRESENCE_UNREADABLE);
    ck_assert_int_eq(tree_read(t, "/dangling", 100).presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_lstat(t, "/dangling").presence, PRESENCE_PRESENT);
    ck_assert_str_eq(tree_readlink(t, "/magic").target, "/proc/self/exe");
    tree_close(t);
}
END_TEST

START_TEST(nothing_blocks_and_all_is_bounded)
{
    ck_assert_int_eq(mkfifo(arena_printf(arena, "%s/fifo", scratch), 0600), 0);
    write_file("large", "begin");
    ck_assert_int_eq(truncate(arena_printf(arena, "%s/large", scratch), 2ll << 30), 0);
    make_directory("many");
    for (unsigned i = 0; i < LIMIT_DIRECTORY_ENTRIES + 5; i++)
        write_file(arena_printf(arena, "many/%u", i), "");
    struct tree *t = scratch_tree();
    struct read_answer r = tree_read(t, "/fifo", 100);
    ck_assert_int_eq(r.presence, PRESENCE_UNREADABLE);
    ck_assert_str_eq(r.reason, "a FIFO, not a regular file");
    r = tree_read(t, "/large", 1000);
    ck_assert_int_eq(r.presence, PRESENCE_PRESENT);
    ck_assert(r.cut);
    ck_assert_uint_eq(r.content.len, 1000);
    ck_assert_uint_eq(r.size, 2ull << 30);
    struct list_answer list = tree_list(t, "/many");
    ck_assert(list.cut);
    ck_assert_uint_eq(list.count, LIMIT_DIRECTORY_ENTRIES);
    ck_assert_int_eq(tree_list(t, "/none").presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_read(t, "/large/below", 10).presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_space(t, "/").presence, PRESENCE_PRESENT);
    ck_assert_int_eq(tree_xattrs(t, "/large").presence, PRESENCE_PRESENT);
    tree_close(t);
}
END_TEST

/* What the process may not read is unreadable, never absent. */
START_TEST(denied_is_not_absent)
{
    make_directory("shut");
    write_file("shut/file", "x");
    write_file("secret", "x");
    ck_assert_int_eq(chmod(arena_printf(arena, "%s/shut", scratch), 0), 0);
    ck_assert_int_eq(chmod(arena_printf(arena, "%s/secret", scratch), 0), 0);
    ck_assert_int_eq(chmod(scratch, 0755), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(9);
        struct note_list notes = {.arena = arena};
        struct tree *t = directory_open(arena, scratch, &notes, NULL);
        bool is_right = t && tree_lstat(t, "/shut/file").presence == PRESENCE_UNREADABLE &&
                        tree_read(t, "/secret", 10).presence == PRESENCE_UNREADABLE &&
                        tree_list(t, "/shut").presence == PRESENCE_UNREADABLE &&
                        tree_lstat(t, "/shut").presence == PRESENCE_PRESENT;
        _exit(is_right ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    chmod(arena_printf(arena, "%s/shut", scratch), 0755);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(a_directory_knows_its_own_root)
{
    struct tree *t = scratch_tree();
    struct filesystems_answer all = tree_filesystems(t);
    size_t roots = 0;
    for (size_t i = 0; i < all.count; i++)
        roots += strcmp(all.items[i].mounted_on, "/") == 0;
    ck_assert_uint_eq(roots, 1);
    ck_assert(!all.all_known);
    struct err e = {0};
    ck_assert_int_eq(tree_mount(t, 0, "/", &e), ERR_UNSUPPORTED);
    tree_close(t);
}
END_TEST

START_TEST(targets_that_cannot_be_opened)
{
    static const struct {
        enum target_kind kind;
        const char *name;
        enum err_code code;
        const char *words;
    } cases[] = {
        {TARGET_IMAGE, "missing.qcow2", ERR_NOT_FOUND, "no such file"},
        {TARGET_IMAGE, "empty.img", ERR_UNSUPPORTED, "the file is empty"},
        {TARGET_IMAGE, "text.img", ERR_UNSUPPORTED, "a text file"},
        {TARGET_IMAGE, "fifo.img", ERR_UNSUPPORTED, "neither a regular file nor a block device"},
        {TARGET_IMAGE, "directory", ERR_UNSUPPORTED, "is a directory"},
        {TARGET_IMAGE, "zero.raw", ERR_NO_ROOT, "an empty disk"},
        {TARGET_DIRECTORY, "missing", ERR_NOT_FOUND, "no such file"},
        {TARGET_DIRECTORY, "directory", ERR_NO_ROOT, "there is no etc in it"},
        {TARGET_DIRECTORY, "windows", ERR_UNSUPPORTED, "a Windows system"},
    };
    write_file("empty.img", "");
    write_file("text.img", "hello\n");
    write_file("zero.raw", "");
    ck_assert_int_eq(truncate(arena_printf(arena, "%s/zero.raw", scratch), 1 << 20), 0);
    ck_assert_int_eq(mkfifo(arena_printf(arena, "%s/fifo.img", scratch), 0600), 0);
    make_directory("directory");
    make_directory("windows");
    make_directory("windows/WINDOWS");
    make_directory("windows/WINDOWS/System32");
    struct err e = {0};
    struct target_disk disk = {.path = arena_printf(arena, "%s/%s", scratch, cases[_i].name)};
    struct target target = {.name = disk.path,
                            .kind = cases[_i].kind,
                            .disks = &disk,
                            .disk_count = 1};
    struct open_options options = {0};
#ifndef HAVE_LIBGUESTFS
    if (cases[_i].kind == TARGET_IMAGE)
        return;
#endif
    ck_assert_ptr_null(open_target(arena, &target, &options, &e));
    ck_assert_msg(strstr(e.text, cases[_i].words) != NULL, "%s", e.text);
    ck_assert_int_eq(e.code, cases[_i].code);
    ck_assert(strncmp(e.text, disk.path, strlen(disk.path)) == 0);
}
END_TEST

START_TEST(a_directory_opens)
{
    make_directory("etc");
    write_file("etc/os-release", "NAME='Tiny \"Linux\"'\nVERSION_ID=3\n");
    struct err e = {0};
    struct target_disk disk = {.path = scratch};
    struct target target = {.name = scratch,
                            .kind = TARGET_DIRECTORY,
                            .disks = &disk,
                            .disk_count = 1};
    struct open_options options = {0};
    struct opened *o = open_target(arena, &target, &options, &e);
    ck_assert_msg(o != NULL, "%s", e.text);
    size_t count = 0;
    ck_assert_str_eq(opened_roots(o, &count)->description, "Tiny \"Linux\" 3");
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(opened_engine(o), "directory");
    struct tree *t = opened_tree(o, 0, &e);
    ck_assert_int_eq(tree_lstat(t, "/etc/os-release").presence, PRESENCE_PRESENT);
    tree_close(t);
    opened_close(o);
}
END_TEST

START_TEST(roots_are_told_by_their_directories)
{
    static const struct {
        const char *directories[6];
        bool is_linux, is_windows;
    } cases[] = {
        {{"/etc", "/usr"}, true, false},
        {{"/etc", "/bin", "/var"}, true, false},
        {{"/bin", "/lib", "/etc", "/share"}, false, false}, /* a separate /usr of SUSE */
        {{"/grub", "/efi"}, false, false},
        {{"/ana", "/ben"}, false, false},
        {{"/Windows/System32"}, false, true},
        {{"/WINNT/system32"}, false, true},
        {{"/windows"}, false, false},
    };
    struct tree *t = memory_tree_new(arena);
    for (size_t i = 0; i < 6 && cases[_i].directories[i]; i++)
        memory_tree_directory(t, cases[_i].directories[i], 0755, 0, 0);
    struct root_marks marks = root_marks_of(t);
    ck_assert_int_eq(marks.is_linux, cases[_i].is_linux);
    ck_assert_int_eq(marks.is_windows, cases[_i].is_windows);
}
END_TEST

START_TEST(root_names_survive_anything)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", "Debian GNU/Linux 12 (bookworm)"},
        {"NAME=x\nPRETTY_NAME=plain", "plain"},
        {"PRETTY_NAME=\"no end", "no end"},
        {"PRETTY_NAME=\"a\\\"b\"\n", "a\"b"},
        {"PRETTY_NAME=\n", ""},
        {"\n\n=\nPRETTY_NAME\n", ""},
        {"", ""},
    };
    struct tree *t = memory_tree_new(arena);
    memory_tree_file(t, "/etc/os-release", bytes_of(cases[_i].text), 0644, 0, 0);
    ck_assert_str_eq(root_name(t), cases[_i].name);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("guest: opening");
    TCase *c = tcase_create("bytes");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, ext_is_told_apart_by_features, 0, 6);
    tcase_add_loop_test(c, magics_name_types, 0, (int)(sizeof magics / sizeof *magics));
    tcase_add_test(c, lvm_and_fat_carry_their_ids);
    tcase_add_test(c, superblocks_survive_noise);
    tcase_add_test(c, mbr_with_logical_partitions);
    tcase_add_test(c, mbr_chains_that_loop_end);
    tcase_add_test(c, gpt_partitions);
    tcase_add_loop_test(c, gpt_nonsense_is_bounded, 0, 5);
    tcase_add_test(c, gpt_of_the_other_sector_size_is_noticed);
    tcase_add_test(c, a_fat_boot_sector_is_no_mbr);
    tcase_add_loop_test(c, formats_by_magic_suffix_and_word, 0, 14);
    tcase_add_loop_test(c, for_writing_name_and_header_must_agree, 0, 12);
    tcase_add_test(c, qcow2_headers_that_name_files_are_refused);
    tcase_add_test(c, a_blank_qcow2_is_known_by_its_table);
    tcase_add_test(c, other_formats_that_name_files_are_refused);
    tcase_add_test(c, vhdx_parents_are_refused);
    tcase_add_loop_test(c, what_is_no_disk_is_named, 0, 11);
    tcase_add_loop_test(c, roots_are_told_by_their_directories, 0, 8);
    tcase_add_loop_test(c, root_names_survive_anything, 0, 7);
    suite_add_tcase(s, c);
    c = tcase_create("files");
    tcase_add_checked_fixture(c, make_scratch, remove_scratch);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_writer_is_found_and_named);
    tcase_add_test(c, links_never_lead_out);
    tcase_add_test(c, nothing_blocks_and_all_is_bounded);
    tcase_add_test(c, denied_is_not_absent);
    tcase_add_test(c, a_directory_knows_its_own_root);
    tcase_add_loop_test(c, targets_that_cannot_be_opened, 0, 9);
    tcase_add_test(c, a_directory_opens);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
