/* Headers of the image formats that qemu reads: which one a file has, and whether it would make
 * qemu open other files of the host. */
#ifndef DISKMEND_GUEST_IMAGE_HEADER_H
#define DISKMEND_GUEST_IMAGE_HEADER_H

#include "base/err.h"
#include "guest/disk_reader.h"

struct image_format {
    const char *name; /* qemu's */
    uint64_t offset;
    const char *magic;
    size_t magic_bytes;
    /* NULL where a header can name no other file. */
    int (*check)(const struct disk_reader *file, const char *path, struct err *e);
};

/* NULL when no format's magic is there (then it is raw). */
const struct image_format *image_format_of(const struct disk_reader *file);
const struct image_format *image_format_by_name(const char *name);
/* A VHD of fixed size: raw bytes with a footer in the last sector. */
bool image_is_fixed_vhd(const struct disk_reader *file);
/* ERR_REFUSED when the header names another file, ERR_UNSUPPORTED when it is one we cannot read. */
int image_header_check(const struct disk_reader *file, const struct image_format *format,
                       const char *path, struct err *e);

#endif
