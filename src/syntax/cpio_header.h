/* One header of a cpio archive in the "newc" form, the one an initramfs is made of. */
#ifndef DISKMEND_SYNTAX_CPIO_HEADER_H
#define DISKMEND_SYNTAX_CPIO_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define CPIO_HEADER_BYTES 110u

struct cpio_header {
    uint32_t name_size; /* with its NUL */
    uint32_t file_size;
    uint64_t name_room; /* of header and name together, padded */
    uint64_t file_room; /* of the content, padded */
};

/* B begins with such a header. Mirrors the kernel: init/initramfs.c parse_header, do_name. */
bool cpio_header_read(struct bytes b, struct cpio_header *out);

/* How B, the beginning of an archive, is compressed ("gzip" "zstd" …); NULL: it is not, as far as
 * anybody can tell. Mirrors the kernel: lib/decompress.c. */
const char *cpio_compression(struct bytes b);

#endif
