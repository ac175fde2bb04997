/* Length-prefixed strings, numbers and base64 of SSH keys; see the header. */
#include "syntax/ssh_key_wire.h"

#include "base/hash.h"

#define BIGNUM_BYTES 2048u /* sshbuf.h: SSHBUF_MAX_BIGNUM */

bool wire_skip(struct wire *w, size_t len)
{
    if (w->len < len)
        return false;
    w->ptr += len;
    w->len -= len;
    return true;
}

bool wire_u32(struct wire *w, uint32_t *value)
{
    const uint8_t *p = w->ptr;
    if (!wire_skip(w, 4))
        return false;
    *value = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return true;
}

bool wire_string(struct wire *w, struct bytes *value)
{
    uint32_t len;
    if (!wire_u32(w, &len))
        return false;
    *value = (struct bytes){(const char *)w->ptr, len};
    return wire_skip(w, len);
}

bool wire_text(struct wire *w, struct bytes *value)
{
    if (!wire_string(w, value))
        return false;
    const char *nul = value->len ? memchr(value->ptr, '\0', value->len) : NULL;
    if (!nul)
        return true;
    value->len--;
    return nul == value->ptr + value->len;
}

bool wire_number(struct wire *w, struct bytes *value)
{
    if (!wire_string(w, value))
        return false;
    if (value->len == 0)
        return true;
    if ((uint8_t)value->ptr[0] & 0x80)
        return false;
    if (value->len > BIGNUM_BYTES + 1 || (value->len == BIGNUM_BYTES + 1 && value->ptr[0] != 0))
        return false;
    while (value->len > 0 && value->ptr[0] == 0)
        *value = bytes_cut(*value, 1, value->len);
    return true;
}

int64_t wire_number_bits(struct bytes number)
{
    if (number.len == 0)
        return 0;
    int64_t bits = (int64_t)(number.len - 1) * 8;
    for (unsigned top = (uint8_t)number.ptr[0]; top; top >>= 1)
        bits++;
    return bits;
}

static void put_length(struct strbuf *out, size_t len)
{
    const char prefix[4] = {(char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};
    strbuf_add_bytes(out, (struct bytes){prefix, 4});
}

void wire_put_string(struct strbuf *out, struct bytes value)
{
    put_length(out, value.len);
    strbuf_add_bytes(out, value);
}

void wire_put_number(struct strbuf *out, struct bytes number)
{
    bool high = number.len > 0 && (uint8_t)number.ptr[0] & 0x80;
    put_length(out, number.len + high);
    if (high)
        strbuf_add_bytes(out, (struct bytes){"", 1});
    strbuf_add_bytes(out, number);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The padding from I on: N signs and white space only. */
static bool padding_is_good(struct bytes text, size_t i, unsigned n, size_t *wrong)
{
    for (; i < text.len; i++) {
        if (is_space(text.ptr[i]))
            continue;
        if (text.ptr[i] != '=' || n == 0) {
            *wrong = i;
            return false;
        }
        n--;
    }
    *wrong = i;
    return n == 0;
}

bool wire_base64_decode(struct bytes text, uint8_t *out, size_t *out_len, size_t *wrong)
{
    uint32_t bits = 0; /* not yet written, right-aligned */
    unsigned have = 0; /* sextets of the group */
    size_t n = 0, last = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_space(c))
            continue;
        int value = sextet(c);
        if (value < 0 && (c != '=' || have < 2)) {
            *wrong = i;
            return false;
        }
        if (value < 0) {
            *out_len = n;
            if (!padding_is_good(text, i, 4 - have, wrong))
                return false;
            *wrong = last; /* bits that belong to no byte must be zero */
            return (bits & (have == 2 ? 0xfu : 0x3u)) == 0;
        }
        last = i;
        bits = (bits << 6 | (uint32_t)value) & 0xffffffu;
        have = (have + 1) % 4;
        if (have == 2)
            out[n++] = (uint8_t)(bits >> 4);
        else if (have == 3)
            out[n++] = (uint8_t)(bits >> 2);
        else if (have == 0)
            out[n++] = (uint8_t)bits;
    }
    *out_len = n;
    *wrong = text.len;
    return have == 0;
}

void wire_base64_encode(struct strbuf *out, struct bytes data, size_t width)
{
    size_t written = 0;
    for (size_t i = 0; i < data.len; i += 3) {
        size_t have = data.len - i < 3 ? data.len - i : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < have ? (uint8_t)data.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++) {
            if (width > 0 && written > 0 && written % width == 0)
                strbuf_add_char(out, '\n');
            strbuf_add_char(out, k <= have ? alphabet[group >> (18 - 6 * k) & 63] : '=');
            written++;
        }
    }
}

char *wire_hash_text(struct arena *a, const char *name, struct bytes hash)
{
    struct strbuf s;
    strbuf_init(&s, a);
    strbuf_add(&s, name);
    unsigned bits = 0, have = 0;
    for (size_t i = 0; i < hash.len; i++) {
        bits = (bits << 8 | (uint8_t)hash.ptr[i]) & 0xffff;
        for (have += 8; have >= 6; have -= 6)
            strbuf_add_char(&s, alphabet[bits >> (have - 6) & 63]);
    }
    if (have)
        strbuf_add_char(&s, alphabet[bits << (6 - have) & 63]);
    return s.ptr;
}

char *wire_fingerprint(struct arena *a, struct bytes data)
{
    uint8_t hash[HASH_BYTES];
    if (!hash_sha256(data, hash))
        arena_exhausted(a); /* the library has no memory left */
    return wire_hash_text(a, "SHA256:", (struct bytes){(const char *)hash, HASH_BYTES});
}
