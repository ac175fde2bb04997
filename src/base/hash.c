#include "base/hash.h"

#include <openssl/evp.h>

bool hash_sha256(struct bytes data, uint8_t out[HASH_BYTES])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (EVP_Digest(data.ptr ? data.ptr : "", data.len, digest, &n, EVP_sha256(), NULL) != 1 ||
        n != HASH_BYTES)
        return false;
    memcpy(out, digest, HASH_BYTES);
    return true;
}

bool hash_sha1(struct bytes data, uint8_t out[HASH_SHA1_BYTES])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (EVP_Digest(data.ptr ? data.ptr : "", data.len, digest, &n, EVP_sha1(), NULL) != 1 ||
        n != HASH_SHA1_BYTES)
        return false;
    memcpy(out, digest, HASH_SHA1_BYTES);
    return true;
}

bool hash_sha256_hex(struct bytes data, char out[HASH_HEX_CHARS + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[HASH_BYTES];
    if (!hash_sha256(data, digest))
        return false;
    for (int i = 0; i < HASH_BYTES; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[HASH_HEX_CHARS] = '\0';
    return true;
}
