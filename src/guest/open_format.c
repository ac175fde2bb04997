#include "guest/open_format.h"

#include <ctype.h>
#include <strings.h>

#include "guest/image_header.h"
#include "guest/partition.h"
#include "guest/superblock.h"

/* Suffixes that name a format. ".img" and the like are silent. */
static const struct suffix {
    const char *suffix;
    const char *format;
} suffixes[] = {
    {".raw", "raw"},   {".qcow2", "qcow2"}, {".vmdk", "vmdk"}, {".vdi", "vdi"},
    {".vhdx", "vhdx"}, {".vhd", "vpc"},     {".vpc", "vpc"},   {".qcow", "qcow"},
};

static const char *format_of_suffix(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t n = strlen(suffixes[i].suffix);
        if (length > n && strcasecmp(path + length - n, suffixes[i].suffix) == 0)
            return suffixes[i].format;
    }
    return NULL;
}

/* --format: what the header says must agree, or qemu would fail with words of its own. */
static const char *told_format(const struct disk_reader *file,
                               const struct format_question *question, struct err *e)
{
    if (strcmp(question->wanted, "raw") == 0)
        return "raw";
    if (strcmp(question->wanted, "vpc") == 0 && image_is_fixed_vhd(file))
        return "vpc";
    const struct image_format *format = image_format_by_name(question->wanted);
    if (!format) {
        err_set(e, ERR_UNSUPPORTED,
                "%s: format \"%s\" is not known; known are raw, qcow2, vmdk, vdi, vhdx and vpc",
                question->path, question->wanted);
        return NULL;
    }
    const struct image_format *found = image_format_of(file);
    if (!found || strcmp(found->name, format->name) != 0) {
        err_set(e, ERR_UNSUPPORTED,
                "%s: not a %s file, as --format says; leave --format out to have it decided by the "
                "file's own header",
                question->path, format->name);
        return NULL;
    }
    return image_header_check(file, found, question->path, e) == 0 ? found->name : NULL;
}

/* Written in the wrong format, a disk is lost: a name and a header that do not agree are not
 * guessed about. */
static int refuse_disagreement(const struct format_question *question, const char *suffix,
                               const struct image_format *found, struct err *e)
{
    const char *header = found ? found->name : "raw";
    if (!question->for_writing || !suffix || strcmp(suffix, header) == 0)
        return 0;
    return err_set(e, ERR_REFUSED,
                   "%s: %s says %s, but its first bytes say %s: nothing is written to it until "
                   "--format %s or --format %s says which holds",
                   question->path, question->is_device ? "a block device" : "its name", suffix,
                   header, suffix, header);
}

const char *format_decide(struct note_list *notes, const struct disk_reader *file,
                          const struct format_question *question, struct err *e)
{
    const char *path = question->path;
    if (question->wanted)
        return told_format(file, question, e);
    const struct image_format *found = image_format_of(file);
    const char *suffix = question->is_device ? "raw" : format_of_suffix(path);

    if (suffix && strcmp(suffix, "vpc") == 0 && !found && image_is_fixed_vhd(file))
        return "vpc";
    if (refuse_disagreement(question, suffix, found, e) != 0)
        return NULL;
    if (suffix && strcmp(suffix, "raw") == 0) {
        if (found)
            note_add(
                notes,
                "%s: its first bytes look like %s, but %s is read as raw; if it is a %s image, "
                "say so with --format %s",
                path, found->name, question->is_device ? "a block device" : "a .raw file",
                found->name, found->name);
        return "raw";
    }
    if (!found) {
        if (suffix)
            note_add(notes, "%s: has no %s header in spite of its name; read as raw", path, suffix);
        return "raw";
    }
    if (image_header_check(file, found, path, e) != 0)
        return NULL;
    if (!suffix || strcmp(suffix, found->name) != 0)
        note_add(notes,
                 "%s: read as %s, because its own header says so; --format raw reads it "
                 "byte by byte",
                 path, found->name);
    return found->name;
}

uint64_t format_virtual_size(const struct disk_reader *file, const char *format)
{
    unsigned char head[64];
    if (strcmp(format, "raw") == 0)
        return file->size;
    if (file->read(file->context, 0, head, sizeof head) != sizeof head)
        return 0;
    return strcmp(format, "qcow2") == 0 ? disk_be64(head + 24) : 0;
}

bool format_is_blank_qcow2(const struct disk_reader *file)
{
    /* qemu: QCOW_MAX_L1_SIZE */
    const uint64_t table_max = 32 * 1024 * 1024;
    unsigned char head[48], part[4096];
    if (file->read(file->context, 0, head, sizeof head) != sizeof head)
        return false;
    uint64_t left = (uint64_t)disk_be32(head + 36) * 8, at = disk_be64(head + 40);
    if (left == 0 || left > table_max || at > INT64_MAX - table_max)
        return false;
    while (left > 0) {
        size_t n = left < sizeof part ? (size_t)left : sizeof part;
        if (file->read(file->context, at, part, n) != n)
            return false;
        for (size_t i = 0; i < n; i++)
            if (part[i])
                return false;
        at += n;
        left -= n;
    }
    return true;
}

/* Things people pass by mistake, and what to do with each. */
static const struct stranger {
    size_t offset;
    const char *magic;
    size_t magic_bytes;
    const char *words;
} strangers[] = {
    {0, "\x1f\x8b", 2, "gzip-compressed data; unpack it with gunzip first"},
    {0,
     "\xfd"
     "7zXZ",
     5, "xz-compressed data; unpack it with unxz first"},
    {0, "\x28\xb5\x2f\xfd", 4, "zstd-compressed data; unpack it with unzstd first"},
    {0, "BZh", 3, "bzip2-compressed data; unpack it with bunzip2 first"},
    {0, "PK\x03\x04", 4, "a ZIP archive; unpack it first"},
    {0, "7z\xbc\xaf\x27\x1c", 6, "a 7-Zip archive; unpack it first"},
    {257, "ustar", 5, "a tar archive; unpack it (an .ova file is one, with the disk inside)"},
    {0,
     "\x7f"
     "ELF",
     4, "a program"},
    {0, "%PDF", 4, "a PDF document"},
};

static bool is_text(const unsigned char *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (p[i] == 0 || p[i] == 0x7f || (p[i] < ' ' && !isspace(p[i])))
            return false;
    return count > 0;
}

static bool is_all_zero(const unsigned char *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (p[i])
            return false;
    return true;
}

static const char *stranger_words(const unsigned char *start, size_t count)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        const struct stranger *s = &strangers[i];
        if (count >= s->offset + s->magic_bytes &&
            memcmp(start + s->offset, s->magic, s->magic_bytes) == 0)
            return s->words;
    }
    return is_text(start, count < 4096 ? count : 4096) ? "a text file" : NULL;
}

int raw_content(struct arena *a, const struct disk_reader *disk, const char *path,
                enum raw_content *out, struct err *e)
{
    if (disk->size == 0)
        return err_set(e, ERR_UNSUPPORTED, "%s: not a disk image: the file is empty", path);
    unsigned char *start = arena_alloc(a, SUPERBLOCK_BYTES);
    size_t count = disk->read(disk->context, 0, start, SUPERBLOCK_BYTES);
    struct bytes bytes = {(const char *)start, count};
    struct superblock ignored;
    struct partition_table table = partition_table_read(a, disk);
    if (table.other_sector_size)
        return err_set(
            e, ERR_UNSUPPORTED,
            "%s: its partition table is made for sectors of %d bytes; give --blocksize=%d", path,
            disk->sector_size == 512 ? 4096 : 512, disk->sector_size == 512 ? 4096 : 512);
    *out = RAW_DISK;
    if (table.kind != PARTITION_TABLE_NONE || superblock_identify(a, bytes, &ignored))
        return 0;
    const char *words = stranger_words(start, count);
    if (words)
        return err_set(e, ERR_UNSUPPORTED, "%s: not a disk image but %s", path, words);
    if (disk->size % 512 != 0 || disk->size < 4096)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: not a disk image: %llu bytes are not whole sectors with a partition "
                       "table or filesystem",
                       path, (unsigned long long)disk->size);
    *out = is_all_zero(start, count) ? RAW_EMPTY : RAW_UNKNOWN;
    return 0;
}
