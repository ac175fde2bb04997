/* The sections of a binary key revocation list; see the header. */
#include "syntax/ssh_key_revoked.h"

#include "base/hash.h"
#include "base/limits.h"
#include "syntax/ssh_key_blob.h"

#define MAGIC       "SSHKRL\n"
#define MAGIC_BYTES 8u /* with the NUL */
#define FORMAT      1u
#define SHA1_BYTES  20u

enum section { CERTIFICATES = 1, EXPLICIT_KEY, SHA1_HASH, SIGNATURE, SHA256_HASH, EXTENSION = 255 };
enum part { SERIAL_LIST = 0x20, SERIAL_RANGE, SERIAL_BITMAP, KEY_ID, PART_EXTENSION = 0x39 };

enum outcome { FINE, BROKEN, NOT_MODELLED };

static bool take_byte(struct wire *w, uint8_t *value)
{
    if (w->len == 0)
        return false;
    *value = w->ptr[0];
    return wire_skip(w, 1);
}

static bool take_u64(struct wire *w, uint64_t *value)
{
    uint32_t high, low;
    if (!wire_u32(w, &high) || !wire_u32(w, &low))
        return false;
    *value = (uint64_t)high << 32 | low;
    return true;
}

/* sshd refuses serial number 0 and ranges that run backwards. */
static enum outcome read_serials(struct wire *w, uint8_t part)
{
    uint64_t first, last;
    struct bytes bits;
    while (w->len > 0) {
        if (!take_u64(w, &first))
            return BROKEN;
        if (part == SERIAL_LIST) {
            if (first == 0)
                return BROKEN;
        } else if (part == SERIAL_RANGE) {
            if (!take_u64(w, &last) || first == 0 || first > last)
                return BROKEN;
            return w->len == 0 ? FINE : BROKEN;
        } else {
            if (!wire_number(w, &bits) || w->len > 0)
                return BROKEN;
            int64_t count = wire_number_bits(bits);
            if (count > 0 && (uint64_t)count - 1 > UINT64_MAX - first)
                return BROKEN;
            bool has_zero = bits.len > 0 && first == 0 && (bits.ptr[bits.len - 1] & 1);
            return has_zero ? BROKEN : FINE;
        }
    }
    return part == SERIAL_LIST ? FINE : BROKEN;
}

static enum outcome read_part(uint8_t part, struct wire *w)
{
    struct bytes id;
    switch (part) {
    case SERIAL_LIST:
    case SERIAL_RANGE:
    case SERIAL_BITMAP:
        return read_serials(w, part);
    case KEY_ID:
        while (w->len > 0)
            if (!wire_text(w, &id))
                return BROKEN;
        return FINE;
    case PART_EXTENSION:
        return NOT_MODELLED;
    default:
        return BROKEN;
    }
}

static enum outcome worse(enum outcome a, enum outcome b)
{
    return a == BROKEN || b == BROKEN ? BROKEN : a == FINE ? b : a;
}

static enum outcome read_certificates(struct arena *a, struct wire w)
{
    struct bytes authority, reserved, body;
    enum outcome out = FINE;
    if (!wire_string(&w, &authority) || !wire_string(&w, &reserved))
        return BROKEN;
    struct ssh_key_blob key = {0};
    if (authority.len > 0 && ssh_key_blob_read(a, authority, &key))
        return key.type ? BROKEN : NOT_MODELLED; /* perhaps a type that only its sshd knows */
    while (w.len > 0 && out != BROKEN) {
        uint8_t part;
        if (!take_byte(&w, &part) || !wire_string(&w, &body))
            return BROKEN;
        struct wire inner = wire_of(body);
        out = worse(out, read_part(part, &inner));
    }
    return out;
}

/* LENGTH: of each entry, 0 for any. */
static enum outcome read_blobs(struct arena *a, struct wire w, uint8_t section,
                               struct ssh_key_revoked *out)
{
    static const size_t lengths[] = {
        [EXPLICIT_KEY] = 0, [SHA1_HASH] = SHA1_BYTES, [SHA256_HASH] = HASH_BYTES};
    struct bytes entry;
    while (w.len > 0) {
        if (!wire_string(&w, &entry) || (lengths[section] && entry.len != lengths[section]))
            return BROKEN;
        if (out->fingerprints.count >= LIMIT_RECORDS)
            return NOT_MODELLED;
        const char *print = section == EXPLICIT_KEY ? wire_fingerprint(a, entry)
                            : section == SHA1_HASH  ? wire_hash_text(a, "SHA1:", entry)
                                                    : wire_hash_text(a, "SHA256:", entry);
        vec_push(a, &out->fingerprints, print);
    }
    return FINE;
}

static bool read_header(struct wire *w)
{
    uint32_t format;
    uint64_t number;
    struct bytes text;
    if (!wire_skip(w, MAGIC_BYTES) || !wire_u32(w, &format) || format != FORMAT)
        return false;
    for (int i = 0; i < 3; i++) /* version of the list, its date, flags */
        if (!take_u64(w, &number))
            return false;
    return wire_string(w, &text) && wire_text(w, &text); /* reserved, comment */
}

bool ssh_key_revoked_is_binary(struct bytes file)
{
    return file.len >= MAGIC_BYTES && memcmp(file.ptr, MAGIC, MAGIC_BYTES) == 0;
}

void ssh_key_revoked_read(struct arena *a, struct bytes file, struct ssh_key_revoked *out)
{
    struct wire w = wire_of(file);
    enum outcome all = read_header(&w) ? FINE : BROKEN;
    while (w.len > 0 && all != BROKEN) {
        uint8_t section;
        struct bytes body;
        if (!take_byte(&w, &section) || !wire_string(&w, &body)) {
            all = BROKEN;
        } else if (section == CERTIFICATES) {
            out->certificate_parts++;
            all = worse(all, read_certificates(a, wire_of(body)));
        } else if (section == EXPLICIT_KEY || section == SHA1_HASH || section == SHA256_HASH) {
            all = worse(all, read_blobs(a, wire_of(body), section, out));
        } else if (section == SIGNATURE || section == EXTENSION) {
            all = NOT_MODELLED;
            break;
        } else {
            all = BROKEN;
        }
    }
    out->state = all == FINE ? "ok" : all == BROKEN ? "garbage" : "unclear";
}
