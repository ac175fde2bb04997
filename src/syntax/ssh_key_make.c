/* Mirrors ssh-keygen: sshkey.c sshkey_generate, sshkey_private_serialize_opt,
 * sshkey_private_to_blob2; the form is PROTOCOL.key. */
#include "syntax/ssh_key_make.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "syntax/ssh_key_blob.h"
#include "syntax/ssh_key_der.h"

#define RSA_BITS       3072 /* ssh-keygen.c: DEFAULT_BITS */
#define BLOCK          8    /* cipher.c: block size of "none" */
#define LINE_WIDTH     70
#define ED25519_BYTES  32
#define MAGIC          "openssh-key-v1" /* with its NUL */
#define MARK_BEGIN     "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define MARK_END       "-----END OPENSSH PRIVATE KEY-----\n"
#define EXPONENT_BYTES 32 /* of nistp256 */

/* The two halves as sshd writes them: PUBLIC the blob, PRIVATE type and numbers. */
struct halves {
    struct strbuf public, private;
};

static EVP_PKEY *generate(int kind)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(kind, NULL);
    bool ready = c && EVP_PKEY_keygen_init(c) == 1;
    if (ready && kind == EVP_PKEY_RSA)
        ready = EVP_PKEY_CTX_set_rsa_keygen_bits(c, RSA_BITS) > 0;
    if (ready && kind == EVP_PKEY_EC)
        ready = EVP_PKEY_CTX_set_ec_paramgen_curve_nid(c, NID_X9_62_prime256v1) > 0 &&
                EVP_PKEY_CTX_set_ec_param_enc(c, OPENSSL_EC_NAMED_CURVE) > 0;
    if (ready && EVP_PKEY_keygen(c, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(c);
    return key;
}

/* RSAPrivateKey (RFC 8017): 0 n e d p q … iqmp. */
static bool put_rsa(struct bytes der, struct halves *out)
{
    enum { VERSION, N, E, D, P, Q, DP, DQ, IQMP, COUNT };
    struct wire all = wire_of(der), numbers;
    struct bytes n[COUNT];
    if (!der_take(&all, DER_SEQUENCE, &numbers))
        return false;
    for (int i = 0; i < COUNT; i++)
        if (!der_number(&numbers, &n[i]))
            return false;
    wire_put_string(&out->public, bytes_of("ssh-rsa"));
    wire_put_number(&out->public, n[E]);
    wire_put_number(&out->public, n[N]);
    static const int order[] = {N, E, D, IQMP, P, Q};
    wire_put_string(&out->private, bytes_of("ssh-rsa"));
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        wire_put_number(&out->private, n[order[i]]);
    return true;
}

/* ECPrivateKey (RFC 5915): its exponent, always of full length; the point is the end of
 * SubjectPublicKeyInfo. */
static bool put_ecdsa(struct bytes der, struct bytes info, struct halves *out)
{
    struct wire all = wire_of(der), fields, exponent;
    struct bytes version;
    size_t point_bytes = 1 + 2 * EXPONENT_BYTES;
    if (!der_take(&all, DER_SEQUENCE, &fields) || !der_number(&fields, &version) ||
        !der_take(&fields, DER_OCTETS, &exponent) || info.len < point_bytes)
        return false;
    struct bytes point = bytes_cut(info, info.len - point_bytes, info.len);
    while (exponent.len > 0 && exponent.ptr[0] == 0)
        wire_skip(&exponent, 1);
    struct strbuf *const both[] = {&out->public, &out->private};
    for (size_t i = 0; i < 2; i++) {
        wire_put_string(both[i], bytes_of("ecdsa-sha2-nistp256"));
        wire_put_string(both[i], bytes_of("nistp256"));
        wire_put_string(both[i], point);
    }
    wire_put_number(&out->private, der_rest(exponent));
    return ssh_key_point_is_on("nistp256", point);
}

/* The private part is seed and public key, one behind the other. */
static bool put_ed25519(EVP_PKEY *key, struct halves *out)
{
    unsigned char both[2 * ED25519_BYTES];
    size_t seed = ED25519_BYTES, point = ED25519_BYTES;
    bool good = EVP_PKEY_get_raw_private_key(key, both, &seed) == 1 && seed == ED25519_BYTES &&
                EVP_PKEY_get_raw_public_key(key, both + ED25519_BYTES, &point) == 1 &&
                point == ED25519_BYTES;
    if (good) {
        struct bytes whole = {(const char *)both, sizeof both};
        struct bytes public = bytes_cut(whole, ED25519_BYTES, sizeof both);
        wire_put_string(&out->public, bytes_of("ssh-ed25519"));
        wire_put_string(&out->public, public);
        wire_put_string(&out->private, bytes_of("ssh-ed25519"));
        wire_put_string(&out->private, public);
        wire_put_string(&out->private, whole);
    }
    OPENSSL_cleanse(both, sizeof both);
    return good;
}

static bool put_halves(EVP_PKEY *key, struct halves *out)
{
    if (EVP_PKEY_base_id(key) == EVP_PKEY_ED25519)
        return put_ed25519(key, out);
    unsigned char *der = NULL, *info = NULL;
    int der_len = i2d_PrivateKey(key, &der), info_len = i2d_PUBKEY(key, &info);
    bool good = der_len > 0 && info_len > 0;
    if (good) {
        struct bytes d = {(const char *)der, (size_t)der_len};
        struct bytes p = {(const char *)info, (size_t)info_len};
        good = EVP_PKEY_base_id(key) == EVP_PKEY_RSA ? put_rsa(d, out) : put_ecdsa(d, p, out);
    }
    if (der)
        OPENSSL_clear_free(der, der_len > 0 ? (size_t)der_len : 0);
    OPENSSL_free(info);
    return good;
}

/* The same number twice, the private half, the comment, then 1 2 3 … up to a whole block. */
static bool put_section(struct strbuf *section, const struct halves *key, const char *comment)
{
    unsigned char check[4];
    if (RAND_bytes(check, sizeof check) != 1)
        return false;
    struct bytes number = {(const char *)check, sizeof check};
    strbuf_add_bytes(section, number);
    strbuf_add_bytes(section, number);
    strbuf_add_bytes(section, strbuf_bytes(&key->private));
    wire_put_string(section, bytes_of(comment));
    for (char pad = 1; section->len % BLOCK != 0; pad++)
        strbuf_add_char(section, pad);
    return true;
}

static bool put_file(struct arena *a, const struct halves *key, const char *comment,
                     struct strbuf *file)
{
    static const char one[4] = {0, 0, 0, 1};
    struct strbuf section, envelope;
    strbuf_init(&section, a);
    strbuf_init(&envelope, a);
    if (!put_section(&section, key, comment))
        return false;
    strbuf_add_bytes(&envelope, (struct bytes){MAGIC, sizeof MAGIC});
    wire_put_string(&envelope, bytes_of("none")); /* cipher */
    wire_put_string(&envelope, bytes_of("none")); /* key derivation */
    wire_put_string(&envelope, bytes_of(""));
    strbuf_add_bytes(&envelope, (struct bytes){one, sizeof one}); /* one key */
    wire_put_string(&envelope, strbuf_bytes(&key->public));
    wire_put_string(&envelope, strbuf_bytes(&section));
    strbuf_add(file, MARK_BEGIN);
    wire_base64_encode(file, strbuf_bytes(&envelope), LINE_WIDTH);
    strbuf_add(file, "\n" MARK_END);
    OPENSSL_cleanse(section.ptr, section.len);
    OPENSSL_cleanse(envelope.ptr, envelope.len);
    return true;
}

static const char *public_line(struct arena *a, struct bytes blob, const char *comment)
{
    struct wire w = wire_of(blob);
    struct bytes type;
    struct strbuf line;
    strbuf_init(&line, a);
    if (!wire_text(&w, &type))
        return NULL;
    strbuf_add_bytes(&line, type);
    strbuf_add_char(&line, ' ');
    wire_base64_encode(&line, blob, 0);
    if (*comment)
        strbuf_printf(&line, " %s", comment);
    strbuf_add_char(&line, '\n');
    return line.ptr;
}

const char *ssh_key_public_line(struct arena *a, struct bytes private_file, const char *comment)
{
    struct ssh_private_key key;
    ssh_private_key_read(a, private_file, &key);
    bool good = key.state && strcmp(key.state, "ok") == 0 && key.public_blob.len > 0;
    return good ? public_line(a, key.public_blob, comment) : NULL;
}

int ssh_key_make(struct arena *a, const char *type, const char *comment, struct ssh_key_pair *out,
                 struct err *e)
{
    static const struct {
        const char *type;
        int kind;
    } kinds[] = {{"rsa", EVP_PKEY_RSA}, {"ecdsa", EVP_PKEY_EC}, {"ed25519", EVP_PKEY_ED25519}};
    int kind = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].type, type) == 0)
            kind = kinds[i].kind;
    if (kind == 0)
        return err_set(e, ERR_UNSUPPORTED, "keys of type %s are not made here", type);
    struct halves halves;
    struct strbuf file;
    strbuf_init(&halves.public, a);
    strbuf_init(&halves.private, a);
    strbuf_init(&file, a);
    EVP_PKEY *key = generate(kind);
    bool good = key && put_halves(key, &halves) && put_file(a, &halves, comment, &file);
    EVP_PKEY_free(key);
    ERR_clear_error();
    OPENSSL_cleanse(halves.private.ptr, halves.private.len);
    if (!good)
        return err_set(e, ERR_INTERNAL, "the library of keys made no key of type %s", type);
    struct bytes blob = strbuf_bytes(&halves.public);
    *out = (struct ssh_key_pair){.private_file = strbuf_bytes(&file),
                                 .public_line = public_line(a, blob, comment),
                                 .fingerprint = wire_fingerprint(a, blob)};
    return 0;
}
