/* Public keys in other dress than sshd's: RFC 4716, PEM (SubjectPublicKeyInfo, PKCS#1, X.509), and
 * the public lines of a PuTTY file. Private numbers are never looked at. */
#include "syntax/ssh_key_mend.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "syntax/ssh_key.h"
#include "syntax/ssh_key_blob.h"

#define BLOCK_MAX 1000u /* lines of one block */

static struct bytes without_blanks(struct bytes b)
{
    while (b.len > 0 && strchr(" \t\r", b.ptr[b.len - 1]) && b.ptr[b.len - 1])
        b.len--;
    while (b.len > 0 && (b.ptr[0] == ' ' || b.ptr[0] == '\t'))
        b = bytes_cut(b, 1, b.len);
    return b;
}

/* The key's line, once sshd of any version takes it. */
static const char *line_of(struct arena *a, struct bytes blob, const char *comment)
{
    struct ssh_key_blob read = {0};
    if (ssh_key_blob_read(a, blob, &read) || read.type->certificate)
        return NULL;
    struct strbuf out;
    strbuf_init(&out, a);
    strbuf_printf(&out, "%s ", read.type->name);
    wire_base64_encode(&out, blob, 0);
    if (comment && *comment)
        strbuf_printf(&out, " %s", comment);
    struct ssh_key_line parsed;
    ssh_key_line_parse(a, strbuf_bytes(&out), 9999, &parsed);
    return parsed.defect || parsed.is_empty ? NULL : out.ptr;
}

static const char *line_of_base64(struct arena *a, struct bytes text, const char *comment)
{
    uint8_t *raw = arena_alloc(a, text.len + 1);
    size_t len, wrong;
    if (text.len == 0 || !wire_base64_decode(text, raw, &len, &wrong))
        return NULL;
    return line_of(a, (struct bytes){(const char *)raw, len}, comment);
}

/* What a header says, quotes around it gone; only what may stand in a comment. */
static const char *comment_of(struct arena *a, struct bytes value)
{
    value = without_blanks(value);
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        value = bytes_cut(value, 1, value.len - 1);
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ')
            return "";
    return arena_text(a, value);
}

/* RFC 4716: headers "Name: value", continued by a backslash; then base64. */
static const char *from_ssh2(struct arena *a, const struct bytes *lines, size_t count)
{
    struct strbuf body;
    const char *comment = "";
    bool goes_on = false;
    strbuf_init(&body, a);
    for (size_t i = 1; i < count; i++) {
        struct bytes line = without_blanks(lines[i]);
        bool is_header = goes_on || (line.len > 0 && memchr(line.ptr, ':', line.len));
        if (line.len == 0)
            continue;
        if (!is_header) {
            strbuf_add_bytes(&body, line);
            continue;
        }
        if (!goes_on && bytes_start_with(line, "Comment:") && line.ptr[line.len - 1] != '\\')
            comment = comment_of(a, bytes_cut(line, 8, line.len));
        goes_on = line.ptr[line.len - 1] == '\\';
    }
    return line_of_base64(a, strbuf_bytes(&body), comment);
}

static const char *from_putty(struct arena *a, const struct bytes *lines, size_t count)
{
    struct strbuf body;
    const char *comment = "";
    size_t left = 0;
    strbuf_init(&body, a);
    for (size_t i = 0; i < count; i++) {
        struct bytes line = without_blanks(lines[i]);
        if (left > 0) {
            strbuf_add_bytes(&body, line);
            left--;
        } else if (bytes_start_with(line, "Comment:")) {
            comment = comment_of(a, bytes_cut(line, 8, line.len));
        } else if (bytes_start_with(line, "Public-Lines:")) {
            for (size_t k = 13; k < line.len && left < BLOCK_MAX; k++)
                if (line.ptr[k] >= '0' && line.ptr[k] <= '9')
                    left = left * 10 + (size_t)(line.ptr[k] - '0');
        }
    }
    return line_of_base64(a, strbuf_bytes(&body), comment);
}

/* --- PEM ---------------------------------------------------------------------------------------
 */

static void put_number(struct arena *a, struct strbuf *blob, EVP_PKEY *key, const char *name)
{
    BIGNUM *n = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_num_bytes(n) > 0) {
        unsigned char *raw = arena_alloc(a, (size_t)BN_num_bytes(n));
        int len = BN_bn2bin(n, raw);
        wire_put_number(blob, (struct bytes){(const char *)raw, (size_t)len});
    }
    BN_free(n);
}

static void put_curve(struct arena *a, struct strbuf *blob, EVP_PKEY *key)
{
    static const struct {
        const char *group, *type, *curve;
    } curves[] = {
        {"prime256v1", "ecdsa-sha2-nistp256", "nistp256"},
        {"secp384r1", "ecdsa-sha2-nistp384", "nistp384"},
        {"secp521r1", "ecdsa-sha2-nistp521", "nistp521"},
    };
    char group[64];
    size_t len = 0;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       &len) != 1 ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, NULL, 0, &len) != 1 ||
        len == 0 || len > 1024)
        return;
    unsigned char *point = arena_alloc(a, len);
    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, len, &len);
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (strcmp(curves[i].group, group) != 0)
            continue;
        wire_put_string(blob, bytes_of(curves[i].type));
        wire_put_string(blob, bytes_of(curves[i].curve));
        wire_put_string(blob, (struct bytes){(const char *)point, len});
    }
}

static void put_key(struct arena *a, struct strbuf *blob, EVP_PKEY *key)
{
    unsigned char raw[32];
    size_t len = sizeof raw;
    switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_RSA:
        wire_put_string(blob, bytes_of("ssh-rsa"));
        put_number(a, blob, key, OSSL_PKEY_PARAM_RSA_E);
        put_number(a, blob, key, OSSL_PKEY_PARAM_RSA_N);
        return;
    case EVP_PKEY_EC:
        put_curve(a, blob, key);
        return;
    case EVP_PKEY_ED25519:
        if (EVP_PKEY_get_raw_public_key(key, raw, &len) != 1)
            return;
        wire_put_string(blob, bytes_of("ssh-ed25519"));
        wire_put_string(blob, (struct bytes){(const char *)raw, len});
        return;
    default:
        return;
    }
}

/* "BEGIN PUBLIC KEY", "BEGIN RSA PUBLIC KEY" or "BEGIN CERTIFICATE". */
static EVP_PKEY *read_pem(const char *name, const unsigned char *data, long len)
{
    EVP_PKEY *key = NULL;
    if (strcmp(name, "PUBLIC KEY") == 0) {
        key = d2i_PUBKEY(NULL, &data, len);
    } else if (strcmp(name, "RSA PUBLIC KEY") == 0) {
        key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &data, len);
    } else if (strcmp(name, "CERTIFICATE") == 0) {
        X509 *certificate = d2i_X509(NULL, &data, len);
        key = certificate ? X509_get_pubkey(certificate) : NULL;
        X509_free(certificate);
    }
    return key;
}

static const char *from_pem(struct arena *a, const struct bytes *lines, size_t count)
{
    struct strbuf text, blob;
    strbuf_init(&text, a);
    strbuf_init(&blob, a);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_bytes(&text, without_blanks(lines[i]));
        strbuf_add(&text, "\n");
    }
    if (text.len > INT_MAX)
        return NULL;
    BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    if (!bio)
        arena_exhausted(a);
    EVP_PKEY *key =
        PEM_read_bio(bio, &name, &header, &data, &len) == 1 ? read_pem(name, data, len) : NULL;
    if (key)
        put_key(a, &blob, key);
    EVP_PKEY_free(key);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    BIO_free(bio);
    ERR_clear_error();
    return blob.len > 0 ? line_of(a, strbuf_bytes(&blob), NULL) : NULL;
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static bool holds(struct bytes line, const char *text)
{
    size_t n = strlen(text);
    for (size_t at = 0; at + n <= line.len; at++)
        if (memcmp(line.ptr + at, text, n) == 0)
            return true;
    return false;
}

bool ssh_key_block_is_private(const struct bytes *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (holds(lines[i], "PRIVATE KEY-----") || holds(lines[i], "Private-Lines:"))
            return true;
    return false;
}

/* Up to the line that begins with END, itself included; all that is left where none does. */
static size_t block_end(const struct bytes *lines, size_t count, const char *end)
{
    for (size_t i = 1; i < count && i < BLOCK_MAX; i++)
        if (bytes_start_with(without_blanks(lines[i]), end))
            return i + 1;
    return count < BLOCK_MAX ? count : BLOCK_MAX;
}

const char *ssh_key_foreign_line(struct arena *a, const struct bytes *lines, size_t count,
                                 size_t *used)
{
    *used = 0;
    if (count == 0)
        return NULL;
    struct bytes first = without_blanks(lines[0]);
    if (bytes_start_with(first, "---- BEGIN SSH2 ")) {
        *used = block_end(lines, count, "---- END SSH2 ");
        return from_ssh2(a, lines,
                         *used -
                             (bytes_start_with(without_blanks(lines[*used - 1]), "----") ? 1 : 0));
    }
    if (bytes_start_with(first, "-----BEGIN ")) {
        *used = block_end(lines, count, "-----END ");
        return ssh_key_block_is_private(lines, *used) ? NULL : from_pem(a, lines, *used);
    }
    if (bytes_start_with(first, "PuTTY-User-Key-File-")) {
        *used = block_end(lines, count, "Private-MAC:");
        return from_putty(a, lines, *used);
    }
    return NULL;
}
