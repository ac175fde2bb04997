/* The checksums that partition tables and filesystems carry. Bit by bit: they cover a few kilobytes
 * of a disk. */
#ifndef DISKMEND_GUEST_CHECKSUM_H
#define DISKMEND_GUEST_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Both as zlib's crc32: 0 to begin with, the last sum to go on. */
uint32_t checksum_crc32(uint32_t sum, const void *data, size_t length);
uint32_t checksum_crc32c(uint32_t sum, const void *data, size_t length);

#endif
