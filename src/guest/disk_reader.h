/* Bytes of one disk by offset, wherever they come from: a file on the host or the appliance. */
#ifndef DISKMEND_GUEST_DISK_READER_H
#define DISKMEND_GUEST_DISK_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_reader {
    /* Up to LENGTH bytes from OFFSET on; how many there were (0: end or error). */
    size_t (*read)(void *context, uint64_t offset, void *buffer, size_t length);
    void *context;
    uint64_t size;        /* of the disk, 0 when unknown */
    uint32_t sector_size; /* 512 or 4096 */
};

/* Numbers as disks store them. */
static inline uint16_t disk_le16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t disk_le32(const unsigned char *p)
{
    return (uint32_t)disk_le16(p) | (uint32_t)disk_le16(p + 2) << 16;
}

static inline uint64_t disk_le64(const unsigned char *p)
{
    return (uint64_t)disk_le32(p) | (uint64_t)disk_le32(p + 4) << 32;
}

static inline uint32_t disk_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t disk_be64(const unsigned char *p)
{
    return (uint64_t)disk_be32(p) << 32 | disk_be32(p + 4);
}

#endif
