/* SHA-256, the only hash we show; SHA-1 for what guests still write down in it. The only door to the hash library. */
#ifndef DISKMEND_BASE_HASH_H
#define DISKMEND_BASE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define HASH_BYTES     32
#define HASH_HEX_CHARS 64
#define HASH_SHA1_BYTES 20

/* False when the library fails (then OUT is untouched). */
bool hash_sha256(struct bytes data, uint8_t out[HASH_BYTES]);
/* False as well where the library no longer has it. */
bool hash_sha1(struct bytes data, uint8_t out[HASH_SHA1_BYTES]);
/* As lower-case hexadecimal, NUL-terminated. */
bool hash_sha256_hex(struct bytes data, char out[HASH_HEX_CHARS + 1]);

#endif
