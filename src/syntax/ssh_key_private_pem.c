/* Private keys in the forms that OpenSSL reads, without ever asking for a passphrase. Only the
 * public half is looked at, through its SubjectPublicKeyInfo. Mirrors sshd: sshkey.c
 * sshkey_parse_private_pem_fileblob. */
#include "syntax/ssh_key_private.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "syntax/ssh_key_der.h"

#define ED25519_PKCS8_SINCE 906 /* sshd reads Ed25519 keys in PEM files since then */

static bool rsa_blob(struct wire key, struct strbuf *blob)
{
    struct wire numbers;
    struct bytes n, e;
    if (!der_take(&key, DER_SEQUENCE, &numbers) || !der_number(&numbers, &n) ||
        !der_number(&numbers, &e))
        return false;
    wire_put_string(blob, bytes_of("ssh-rsa"));
    wire_put_number(blob, e);
    wire_put_number(blob, n);
    return true;
}

static bool dsa_blob(struct wire parameters, struct wire key, struct strbuf *blob)
{
    struct wire numbers;
    struct bytes n[4];
    if (!der_take(&parameters, DER_SEQUENCE, &numbers) || !der_number(&numbers, &n[0]) ||
        !der_number(&numbers, &n[1]) || !der_number(&numbers, &n[2]) || !der_number(&key, &n[3]))
        return false;
    wire_put_string(blob, bytes_of("ssh-dss"));
    for (size_t i = 0; i < 4; i++)
        wire_put_number(blob, n[i]);
    return true;
}

static bool ecdsa_blob(struct wire parameters, struct wire key, struct strbuf *blob)
{
    static const struct {
        const char *object;
        size_t len;
        const char *type, *curve;
    } curves[] = {
        {"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8, "ecdsa-sha2-nistp256", "nistp256"},
        {"\x2b\x81\x04\x00\x22", 5, "ecdsa-sha2-nistp384", "nistp384"},
        {"\x2b\x81\x04\x00\x23", 5, "ecdsa-sha2-nistp521", "nistp521"},
    };
    struct wire object;
    if (!der_take(&parameters, DER_OBJECT, &object))
        return false;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (!bytes_equal(der_rest(object), (struct bytes){curves[i].object, curves[i].len}))
            continue;
        wire_put_string(blob, bytes_of(curves[i].type));
        wire_put_string(blob, bytes_of(curves[i].curve));
        wire_put_string(blob, der_rest(key));
        return true;
    }
    return false;
}

/* SubjectPublicKeyInfo (RFC 5280) to an SSH blob. False for what sshd does not take. */
static bool blob_of(EVP_PKEY *key, struct bytes info, struct strbuf *blob)
{
    struct wire all = wire_of(info), outer, algorithm, object, bits;
    if (!der_take(&all, DER_SEQUENCE, &outer) || !der_take(&outer, DER_SEQUENCE, &algorithm) ||
        !der_take(&algorithm, DER_OBJECT, &object) || !der_take(&outer, DER_BITS, &bits) ||
        !wire_skip(&bits, 1))
        return false;
    switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_RSA:
        return rsa_blob(bits, blob);
    case EVP_PKEY_DSA:
        return dsa_blob(algorithm, bits, blob);
    case EVP_PKEY_EC:
        return ecdsa_blob(algorithm, bits, blob);
    case EVP_PKEY_ED25519:
        wire_put_string(blob, bytes_of("ssh-ed25519"));
        wire_put_string(blob, der_rest(bits));
        return true;
    default:
        return false;
    }
}

/* No passphrase, and no terminal is asked: only remembered that one was wanted. */
static int no_passphrase(char *buffer, int size, int writing, void *wanted)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)wanted = true;
    return -1;
}

enum private_result ssh_key_private_pem(struct arena *a, struct bytes file,
                                        struct ssh_private_key *out)
{
    if (file.len > INT_MAX)
        return PRIVATE_INVALID;
    BIO *bio = BIO_new_mem_buf(file.ptr, (int)file.len);
    if (!bio)
        arena_exhausted(a);
    bool wanted = false;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &wanted);
    BIO_free(bio);
    ERR_clear_error();
    if (!key) {
        out->encrypted = wanted;
        return wanted ? PRIVATE_PASSPHRASE : PRIVATE_INVALID;
    }
    unsigned char *info = NULL;
    int len = i2d_PUBKEY(key, &info);
    struct strbuf blob;
    strbuf_init(&blob, a);
    bool taken = len > 0 && blob_of(key, (struct bytes){(const char *)info, (size_t)len}, &blob);
    if (EVP_PKEY_base_id(key) == EVP_PKEY_ED25519)
        out->since = ED25519_PKCS8_SINCE;
    OPENSSL_free(info);
    EVP_PKEY_free(key);
    ERR_clear_error();
    struct ssh_key_blob described;
    if (!taken)
        return PRIVATE_UNSUPPORTED;
    return ssh_key_private_describe(a, strbuf_bytes(&blob), &described, out) ? PRIVATE_INVALID
                                                                             : PRIVATE_OK;
}
