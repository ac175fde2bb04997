#include "syntax/cpio_header.h"

#include <string.h>

#define DIGITS 8

static bool read_hex(const char *at, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < DIGITS; i++) {
        char c = at[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15)
            return false;
        *out = *out << 4 | digit;
    }
    return true;
}

static uint64_t padded(uint64_t n)
{
    return (n + 3) & ~(uint64_t)3;
}

bool cpio_header_read(struct bytes b, struct cpio_header *out)
{
    enum { FILE_SIZE = 6, NAME_SIZE = 11, FIELDS = 13 };
    uint32_t fields[FIELDS];
    if (b.len < CPIO_HEADER_BYTES || memcmp(b.ptr, "07070", 5) != 0 ||
        (b.ptr[5] != '1' && b.ptr[5] != '2'))
        return false;
    for (size_t i = 0; i < FIELDS; i++)
        if (!read_hex(b.ptr + 6 + i * DIGITS, &fields[i]))
            return false;
    out->file_size = fields[FILE_SIZE];
    out->name_size = fields[NAME_SIZE];
    out->name_room = padded((uint64_t)CPIO_HEADER_BYTES + out->name_size);
    out->file_room = padded(out->file_size);
    return out->name_size > 0;
}

const char *cpio_compression(struct bytes b)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *name;
    } rows[] = {
        {"\x1f\x8b", 2, "gzip"},
        {"\x1f\x9e", 2, "gzip"},
        {"BZh", 3, "bzip2"},
        {"\x5d\x00", 2, "lzma"},
        {"\xfd"
         "7zXZ",
         5, "xz"},
        {"\x89LZO", 4, "lzop"},
        {"\x02\x21\x4c\x18", 4, "lz4"},
        {"\x28\xb5\x2f\xfd", 4, "zstd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (b.len >= rows[i].len && memcmp(b.ptr, rows[i].magic, rows[i].len) == 0)
            return rows[i].name;
    return NULL;
}
