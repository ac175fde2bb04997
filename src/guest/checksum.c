#include "guest/checksum.h"

static uint32_t add(uint32_t polynomial, uint32_t sum, const void *data, size_t length)
{
    const unsigned char *p = data;
    sum = ~sum;
    for (size_t i = 0; i < length; i++) {
        sum ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
    }
    return ~sum;
}

uint32_t checksum_crc32(uint32_t sum, const void *data, size_t length)
{
    return add(0xedb88320u, sum, data, length);
}

uint32_t checksum_crc32c(uint32_t sum, const void *data, size_t length)
{
    return add(0x82f63b78u, sum, data, length);
}
