/* Private key files as sshd loads host keys: openssh-key-v1 here, the rest through OpenSSL, then
 * the two slips that turn a good file into a bad one. Private bytes stay in buffers that are wiped.
 * Mirrors sshd: sshkey.c sshkey_parse_private_fileblob_type, private2_uudecode, private2_decrypt,
 * sshkey_parse_private2. */
#include "syntax/ssh_key_private.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>

#define MARK_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define MARK_END   "-----END OPENSSH PRIVATE KEY-----\n"
#define MAGIC      "openssh-key-v1" /* with its NUL */
#define BLOCK      8u               /* cipher.c: block size of "none" */

/* A buffer for private bytes. */
struct secret {
    char *ptr;
    size_t len, size;
};

static void cleanup_secret(struct secret *s)
{
    if (s->ptr)
        OPENSSL_cleanse(s->ptr, s->size);
    free(s->ptr);
}
#define CLEANUP_SECRET __attribute__((cleanup(cleanup_secret)))

static struct secret secret_new(struct arena *a, size_t size)
{
    struct secret s = {malloc(size + 1), 0, size};
    if (!s.ptr)
        arena_exhausted(a);
    return s;
}

const char *ssh_key_private_describe(struct arena *a, struct bytes public_blob,
                                     struct ssh_key_blob *blob, struct ssh_private_key *out)
{
    static const char *const names[] = {
        [SSH_KEY_RSA] = "rsa",
        [SSH_KEY_DSA] = "dsa",
        [SSH_KEY_ECDSA] = "ecdsa",
        [SSH_KEY_ED25519] = "ed25519",
        [SSH_KEY_MLDSA_ED25519] = "mldsa44-ed25519",
    };
    const char *fault = ssh_key_blob_read(a, public_blob, blob);
    if (blob->type) {
        out->type = names[blob->type->family];
        out->bits = blob->bits;
        out->fingerprint = blob->fingerprint;
        out->public_blob = blob->plain;
        out->until = blob->type->until;
    }
    return fault;
}

/* ---- the private section ------------------------------------------------------------------------
 */

/* sshkey.c sshkey_ec_validate_private: more than half as long as the order, and below order - 1. */
static bool exponent_is_good(const char *curve, struct bytes exponent)
{
    int nid = strcmp(curve, "nistp256") == 0   ? NID_X9_62_prime256v1
              : strcmp(curve, "nistp384") == 0 ? NID_secp384r1
                                               : NID_secp521r1;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
    BIGNUM *limit = group ? BN_dup(EC_GROUP_get0_order(group)) : NULL;
    BIGNUM *number = BN_bin2bn((const unsigned char *)exponent.ptr, (int)exponent.len, NULL);
    bool good = limit && number && BN_num_bits(number) > BN_num_bits(limit) / 2 &&
                BN_sub_word(limit, 1) == 1 && BN_cmp(number, limit) < 0;
    BN_clear_free(number);
    BN_free(limit);
    EC_GROUP_free(group);
    ERR_clear_error();
    return good;
}

/* The numbers of an RSA or DSA key; the public ones go to PLAIN. */
static bool numbers_read(struct wire *w, enum ssh_key_family family, struct strbuf *plain)
{
    struct bytes n[6];
    size_t count = family == SSH_KEY_RSA ? 6 : 5;
    for (size_t i = 0; i < count; i++)
        if (!wire_number(w, &n[i]))
            return false;
    if (family == SSH_KEY_RSA) { /* n e d iqmp p q */
        wire_put_number(plain, n[1]);
        wire_put_number(plain, n[0]);
        return n[2].len > 0 && wire_number_bits(n[4]) > 1 && wire_number_bits(n[5]) > 1;
    }
    for (size_t i = 0; i < 4; i++) /* p q g y x */
        wire_put_number(plain, n[i]);
    return true;
}

static bool parts_read(struct wire *w, const struct ssh_key_type *type, struct strbuf *plain)
{
    struct bytes curve, public_part, private_part;
    switch (type->family) {
    case SSH_KEY_RSA:
    case SSH_KEY_DSA:
        return numbers_read(w, type->family, plain);
    case SSH_KEY_ECDSA:
        if (!wire_text(w, &curve) || !wire_string(w, &public_part) ||
            !wire_number(w, &private_part))
            return false;
        wire_put_string(plain, curve);
        wire_put_string(plain, public_part);
        return exponent_is_good(type->curve, private_part);
    case SSH_KEY_ED25519:
    case SSH_KEY_MLDSA_ED25519: /* two seeds of 32 bytes */
        if (!wire_string(w, &public_part) || !wire_string(w, &private_part))
            return false;
        wire_put_string(plain, public_part);
        return private_part.len == 64;
    }
    return false;
}

/* Check numbers, key, comment, padding 1 2 3 …; and the public half must be the one outside. */
static enum private_result section_read(struct arena *a, struct bytes section,
                                        const struct ssh_key_blob *outside)
{
    struct wire w = wire_of(section);
    uint32_t check[2];
    struct bytes name, comment;
    if (section.len < BLOCK || section.len % BLOCK != 0 || !wire_u32(&w, &check[0]) ||
        !wire_u32(&w, &check[1]) || check[0] != check[1] || !wire_text(&w, &name))
        return PRIVATE_INVALID;
    const struct ssh_key_type *type = ssh_key_type_find(name);
    if (!type || !ssh_key_types_agree(type, outside->type))
        return PRIVATE_INVALID;
    if (type->security_key || type->certificate)
        return PRIVATE_UNSUPPORTED; /* no host key that sshd can use by itself */
    struct strbuf plain;
    strbuf_init(&plain, a);
    struct wire whole = wire_of(outside->plain);
    struct bytes plain_name;
    wire_text(&whole, &plain_name);
    wire_put_string(&plain, plain_name);
    if (!parts_read(&w, type, &plain) || !wire_text(&w, &comment))
        return PRIVATE_INVALID;
    for (size_t i = 0; i < w.len; i++)
        if (w.ptr[i] != ((i + 1) & 0xff))
            return PRIVATE_INVALID;
    return bytes_equal(strbuf_bytes(&plain), outside->plain) ? PRIVATE_OK : PRIVATE_INVALID;
}

/* ---- the envelope -------------------------------------------------------------------------------
 */

static enum private_result envelope_read(struct arena *a, struct bytes decoded,
                                         struct ssh_private_key *out)
{
    struct wire w = wire_of(decoded);
    struct bytes cipher, kdf, kdf_options, public_blob;
    uint32_t keys, section_len;
    struct ssh_key_blob blob = {0};
    if (!wire_skip(&w, sizeof MAGIC) || !wire_text(&w, &cipher) || !wire_text(&w, &kdf) ||
        !wire_string(&w, &kdf_options) || !wire_u32(&w, &keys) || keys != 1 ||
        !wire_string(&w, &public_blob))
        return PRIVATE_INVALID;
    out->encrypted = !bytes_equal_text(kdf, "none");
    const char *fault = ssh_key_private_describe(a, public_blob, &blob, out);
    if (fault)
        return blob.type ? PRIVATE_INVALID : PRIVATE_UNSUPPORTED;
    if (!wire_u32(&w, &section_len))
        return PRIVATE_INVALID;
    if (bytes_equal_text(kdf, "bcrypt"))
        return PRIVATE_PASSPHRASE;
    if (out->encrypted)
        return PRIVATE_UNSUPPORTED;
    if (!bytes_equal_text(cipher, "none") || section_len != w.len)
        return PRIVATE_INVALID;
    return section_read(a, (struct bytes){(const char *)w.ptr, w.len}, &blob);
}

enum private_result ssh_key_private_openssh(struct arena *a, struct bytes file,
                                            struct ssh_private_key *out)
{
    if (!bytes_start_with(file, MARK_BEGIN))
        return PRIVATE_FORMAT;
    struct bytes body = bytes_cut(file, strlen(MARK_BEGIN), file.len);
    const char *end = memmem(body.ptr, body.len, "\n" MARK_END, strlen("\n" MARK_END));
    if (!end)
        return PRIVATE_FORMAT;
    body.len = (size_t)(end - body.ptr);
    CLEANUP_SECRET struct secret decoded = secret_new(a, body.len);
    size_t wrong;
    if (!wire_base64_decode(body, (uint8_t *)decoded.ptr, &decoded.len, &wrong) ||
        decoded.len < sizeof MAGIC || memcmp(decoded.ptr, MAGIC, sizeof MAGIC) != 0)
        return PRIVATE_FORMAT;
    return envelope_read(a, (struct bytes){decoded.ptr, decoded.len}, out);
}

/* ---- the file -----------------------------------------------------------------------------------
 */

static enum private_result read_either(struct arena *a, struct bytes file,
                                       struct ssh_private_key *out)
{
    *out = (struct ssh_private_key){0};
    enum private_result result = ssh_key_private_openssh(a, file, out);
    return result == PRIVATE_FORMAT ? ssh_key_private_pem(a, file, out) : result;
}

/* FILE with its carriage returns dropped (if so asked) and a newline at the end. */
static struct secret mended(struct arena *a, struct bytes file, bool drop_returns)
{
    struct secret copy = secret_new(a, file.len + 1);
    for (size_t i = 0; i < file.len; i++)
        if (!drop_returns || file.ptr[i] != '\r')
            copy.ptr[copy.len++] = file.ptr[i];
    if (copy.len == 0 || copy.ptr[copy.len - 1] != '\n')
        copy.ptr[copy.len++] = '\n';
    return copy;
}

/* Would the file be good with that mended? Then it says so, and what key it holds. */
static bool mending_helps(struct arena *a, struct bytes file, bool drop_returns,
                          struct ssh_private_key *out)
{
    CLEANUP_SECRET struct secret copy = mended(a, file, drop_returns);
    struct ssh_private_key key;
    enum private_result result = read_either(a, (struct bytes){copy.ptr, copy.len}, &key);
    if (result != PRIVATE_OK && result != PRIVATE_PASSPHRASE)
        return false;
    *out = key;
    out->state = drop_returns ? "carriage-return" : "no-final-newline";
    return true;
}

void ssh_private_key_read(struct arena *a, struct bytes file, struct ssh_private_key *out)
{
    static const char *const states[] = {
        [PRIVATE_OK] = "ok",
        [PRIVATE_INVALID] = "invalid",
        [PRIVATE_FORMAT] = "invalid",
        [PRIVATE_PASSPHRASE] = "passphrase",
        [PRIVATE_UNSUPPORTED] = "unsupported",
    };
    if (file.len == 0) {
        *out = (struct ssh_private_key){.state = "empty"};
        return;
    }
    enum private_result result = read_either(a, file, out);
    out->state = states[result];
    if (result != PRIVATE_INVALID && result != PRIVATE_FORMAT)
        return;
    if (file.ptr[file.len - 1] != '\n' && mending_helps(a, file, false, out))
        return;
    if (memchr(file.ptr, '\r', file.len))
        mending_helps(a, file, true, out);
}
