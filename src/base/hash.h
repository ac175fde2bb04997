/* SHA-256, the only hash we show. The only door to the hash library. */
#ifndef DISKMEND_BASE_HASH_H
#define DISKMEND_BASE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define HASH_BYTES     32
#define HASH_HEX_CHARS 64

/* False when the library fails (then OUT is untouched). */
bool hash_sha256(struct bytes data, uint8_t out[HASH_BYTES]);
/* As lower-case hexadecimal, NUL-terminated. */
bool hash_sha256_hex(struct bytes data, char out[HASH_HEX_CHARS + 1]);

#endif
