#include "guest/image_header.h"

#include <string.h>

static bool read_exactly(const struct disk_reader *file, uint64_t offset, void *buffer,
                         size_t count)
{
    return file->read(file->context, offset, buffer, count) == count;
}

static int refuse(const char *path, const char *what, struct err *e)
{
    return err_set(e, ERR_REFUSED,
                   "%s: refused: %s, and a guest could have written that to reach files of this "
                   "machine; if the image is yours, make it self-contained with \"qemu-img convert "
                   "-O qcow2\" and scan the copy",
                   path, what);
}

static int damaged(const char *path, const char *format, struct err *e)
{
    return err_set(e, ERR_UNSUPPORTED, "%s: its %s header is cut short or damaged", path, format);
}

/* qemu: docs/interop/qcow2.txt */
static int check_qcow2(const struct disk_reader *file, const char *path, struct err *e)
{
    enum { HEADER_V2 = 72, HEADER_V3 = 104, EXTERNAL_DATA = 1 << 2 };
    unsigned char h[HEADER_V3];
    if (!read_exactly(file, 0, h, HEADER_V2))
        return damaged(path, "qcow2", e);
    uint32_t version = disk_be32(h + 4);
    if (version != 2 && version != 3)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: qcow version %u is not supported; convert it with \"qemu-img convert "
                       "-O qcow2\"",
                       path, version);
    if (disk_be64(h + 8) != 0 || disk_be32(h + 16) != 0)
        return refuse(path, "its qcow2 header names a backing file", e);
    if (disk_be32(h + 32) != 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: an encrypted qcow2 image; decrypt it with \"qemu-img convert\" first",
                       path);
    if (version == 2)
        return 0;
    if (!read_exactly(file, 0, h, HEADER_V3))
        return damaged(path, "qcow2", e);
    if (disk_be64(h + 72) & EXTERNAL_DATA)
        return refuse(path, "its qcow2 header names an external data file", e);
    return 0;
}

/* The embedded descriptor of a sparse VMDK must name nothing but the file itself. */
static int check_vmdk(const struct disk_reader *file, const char *path, struct err *e)
{
    enum { SECTOR = 512, DESCRIPTOR_MAX = 20 * SECTOR };
    unsigned char h[SECTOR];
    char text[DESCRIPTOR_MAX + 1];
    if (!read_exactly(file, 0, h, sizeof h))
        return damaged(path, "vmdk", e);
    if (disk_le64(h + 12) == 0)
        return refuse(path, "its VMDK header has no data of its own, only a list of other files",
                      e);
    uint64_t at = disk_le64(h + 28);
    /* qemu looks at the second sector whatever the header says (block/vmdk.c vmdk_parent_open). */
    uint64_t places[] = {at, 1};
    for (size_t i = 0; i < 2; i++) {
        if (places[i] == 0 || places[i] > UINT32_MAX)
            continue;
        size_t got = file->read(file->context, places[i] * SECTOR, text, DESCRIPTOR_MAX);
        text[got] = '\0';
        for (size_t n = 0; n < got; n++)
            if (text[n] == '\0')
                text[n] = '\n';
        if (strstr(text, "parentFileNameHint"))
            return refuse(path, "its VMDK descriptor names a parent disk", e);
        const char *kind = strstr(text, "createType=\"");
        if (kind && strncmp(kind + 12, "monolithicSparse\"", 17) != 0 &&
            strncmp(kind + 12, "streamOptimized\"", 16) != 0)
            return refuse(path, "its VMDK descriptor spreads the disk over several files", e);
    }
    return 0;
}

static int check_vmdk_text(const struct disk_reader *file, const char *path, struct err *e)
{
    (void)file;
    return refuse(path, "it is a VMDK descriptor that names other files as the disk's extents", e);
}

static int check_vmdk_old(const struct disk_reader *file, const char *path, struct err *e)
{
    (void)file;
    return err_set(e, ERR_UNSUPPORTED,
                   "%s: a VMDK of the old COWD kind is not supported; convert it with \"qemu-img "
                   "convert -O qcow2\"",
                   path);
}

static int check_vdi(const struct disk_reader *file, const char *path, struct err *e)
{
    enum { DYNAMIC = 1, FIXED = 2 };
    unsigned char h[80];
    if (!read_exactly(file, 0, h, sizeof h))
        return damaged(path, "vdi", e);
    uint32_t kind = disk_le32(h + 76);
    if (kind != DYNAMIC && kind != FIXED)
        return refuse(path, "it is a VDI that builds on a parent disk", e);
    return 0;
}

static int check_vhd(const struct disk_reader *file, const char *path, struct err *e)
{
    enum { DIFFERENCING = 4 };
    unsigned char h[64];
    if (!read_exactly(file, 0, h, sizeof h))
        return damaged(path, "vpc", e);
    if (disk_be32(h + 60) == DIFFERENCING)
        return refuse(path, "it is a differencing VHD that builds on a parent disk", e);
    return 0;
}

/* Offset of the entry with the GUID among COUNT entries of 32 bytes, or 0. */
static const unsigned char *vhdx_entry(const unsigned char *entries, uint32_t count,
                                       const char *guid)
{
    for (uint32_t i = 0; i < count; i++)
        if (memcmp(entries + 32 * i, guid, 16) == 0)
            return entries + 32 * i;
    return NULL;
}

/* [MS-VHDX]: region table → metadata table → file parameters, whose bit 1 is "has a parent". */
static int check_vhdx(const struct disk_reader *file, const char *path, struct err *e)
{
    static const char metadata_region[] = "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f"
                                          "\x88\x6e";
    static const char file_parameters[] = "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44"
                                          "\xe7\x6b";
    enum { REGION_TABLE = 192 * 1024, ENTRIES = 64, HAS_PARENT = 1 << 1 };
    unsigned char table[32 + 32 * ENTRIES], parameters[8];
    if (!read_exactly(file, REGION_TABLE, table, sizeof table) || memcmp(table, "regi", 4) != 0)
        return damaged(path, "vhdx", e);
    uint32_t count = disk_le32(table + 8);
    const unsigned char *entry =
        vhdx_entry(table + 16, count < ENTRIES ? count : ENTRIES, metadata_region);
    uint64_t region = entry ? disk_le64(entry + 16) : 0;
    if (!region || region > UINT64_MAX / 2 || !read_exactly(file, region, table, sizeof table) ||
        memcmp(table, "metadata", 8) != 0)
        return damaged(path, "vhdx", e);
    count = disk_le16(table + 10);
    entry = vhdx_entry(table + 32, count < ENTRIES ? count : ENTRIES, file_parameters);
    if (!entry || !read_exactly(file, region + disk_le32(entry + 16), parameters, 8))
        return damaged(path, "vhdx", e);
    if (disk_le32(parameters + 4) & HAS_PARENT)
        return refuse(path, "it is a differencing VHDX that builds on a parent disk", e);
    return 0;
}

static const struct image_format formats[] = {
    {"qcow2", 0, "QFI\xfb", 4, check_qcow2},
    {"vmdk", 0, "KDMV", 4, check_vmdk},
    {"vmdk", 0, "# Disk DescriptorFile", 21, check_vmdk_text},
    {"vmdk", 0, "COWD", 4, check_vmdk_old},
    {"vdi", 64, "\x7f\x10\xda\xbe", 4, check_vdi},
    {"vhdx", 0, "vhdxfile", 8, check_vhdx},
    {"vpc", 0, "conectix", 8, check_vhd},
};

const struct image_format *image_format_of(const struct disk_reader *file)
{
    unsigned char start[96];
    size_t count = file->read(file->context, 0, start, sizeof start);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const struct image_format *f = &formats[i];
        if (f->offset + f->magic_bytes <= count &&
            memcmp(start + f->offset, f->magic, f->magic_bytes) == 0)
            return f;
    }
    return NULL;
}

const struct image_format *image_format_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

bool image_is_fixed_vhd(const struct disk_reader *file)
{
    enum { FOOTER = 512, FIXED = 2 };
    unsigned char f[FOOTER];
    return file->size > FOOTER && read_exactly(file, file->size - FOOTER, f, FOOTER) &&
           memcmp(f, "conectix", 8) == 0 && disk_be32(f + 60) == FIXED;
}

int image_header_check(const struct disk_reader *file, const struct image_format *format,
                       const char *path, struct err *e)
{
    return format->check ? format->check(file, path, e) : 0;
}
