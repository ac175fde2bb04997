/* The table of key types, and public blobs taken apart; see the header. */
#include "syntax/ssh_key_blob.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#define RSA_MINIMUM_BITS 1024 /* sshkey.h: SSH_RSA_MINIMUM_MODULUS_SIZE */
#define ED25519_BYTES    32u
#define MLDSA44_BYTES    1312u
#define CERT_PRINCIPALS  256u /* sshkey.h: SSHKEY_CERT_MAX_PRINCIPALS */

/* sshkey.c: keyimpls (before 9.1: keytypes). The first of a kind is the name sshd writes. The names
 * of signature algorithms are taken before a key too. DSA is left out of builds since 9.8. */
static const struct ssh_key_type types[] = {
    {"ssh-ed25519", SSH_KEY_ED25519, NULL, false, false, 605, 0},
    {"ssh-ed25519-cert-v01@openssh.com", SSH_KEY_ED25519, NULL, false, true, 605, 0},
    {"sk-ssh-ed25519@openssh.com", SSH_KEY_ED25519, NULL, true, false, 802, 0},
    {"sk-ssh-ed25519-cert-v01@openssh.com", SSH_KEY_ED25519, NULL, true, true, 802, 0},
    {"ecdsa-sha2-nistp256", SSH_KEY_ECDSA, "nistp256", false, false, 507, 0},
    {"ecdsa-sha2-nistp256-cert-v01@openssh.com", SSH_KEY_ECDSA, "nistp256", false, true, 600, 0},
    {"ecdsa-sha2-nistp384", SSH_KEY_ECDSA, "nistp384", false, false, 507, 0},
    {"ecdsa-sha2-nistp384-cert-v01@openssh.com", SSH_KEY_ECDSA, "nistp384", false, true, 600, 0},
    {"ecdsa-sha2-nistp521", SSH_KEY_ECDSA, "nistp521", false, false, 507, 0},
    {"ecdsa-sha2-nistp521-cert-v01@openssh.com", SSH_KEY_ECDSA, "nistp521", false, true, 600, 0},
    {"sk-ecdsa-sha2-nistp256@openssh.com", SSH_KEY_ECDSA, "nistp256", true, false, 802, 0},
    {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", SSH_KEY_ECDSA, "nistp256", true, true, 802, 0},
    {"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", SSH_KEY_ECDSA, "nistp256", true, false, 804, 0},
    {"ssh-rsa", SSH_KEY_RSA, NULL, false, false, 0, 0},
    {"ssh-rsa-cert-v01@openssh.com", SSH_KEY_RSA, NULL, false, true, 506, 0},
    {"rsa-sha2-256", SSH_KEY_RSA, NULL, false, false, 702, 0},
    {"rsa-sha2-256-cert-v01@openssh.com", SSH_KEY_RSA, NULL, false, true, 708, 0},
    {"rsa-sha2-512", SSH_KEY_RSA, NULL, false, false, 702, 0},
    {"rsa-sha2-512-cert-v01@openssh.com", SSH_KEY_RSA, NULL, false, true, 708, 0},
    {"ssh-dss", SSH_KEY_DSA, NULL, false, false, 0, 908},
    {"ssh-dss-cert-v01@openssh.com", SSH_KEY_DSA, NULL, false, true, 506, 908},
    {"ssh-mldsa44-ed25519", SSH_KEY_MLDSA_ED25519, NULL, false, false, 1006, 0},
    {"ssh-mldsa44-ed25519-cert", SSH_KEY_MLDSA_ED25519, NULL, false, true, 1006, 0},
};
#define TYPE_COUNT (sizeof types / sizeof *types)

const struct ssh_key_type *ssh_key_type_find(struct bytes name)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (bytes_equal_text(name, types[i].name))
            return &types[i];
    return NULL;
}

bool ssh_key_type_known_to(const struct ssh_key_type *type, int version)
{
    return version >= type->since && (type->until == 0 || version < type->until);
}

bool ssh_key_types_agree(const struct ssh_key_type *text, const struct ssh_key_type *blob)
{
    return text->family == blob->family && text->security_key == blob->security_key &&
           text->certificate == blob->certificate &&
           (text->curve == blob->curve ||
            (text->curve && blob->curve && strcmp(text->curve, blob->curve) == 0));
}

size_t ssh_key_type_search(struct bytes text, size_t from, const struct ssh_key_type **type)
{
    for (size_t at = from; at < text.len; at++) {
        const struct ssh_key_type *best = NULL;
        struct bytes rest = bytes_cut(text, at, text.len);
        if (rest.ptr[0] != 's' && rest.ptr[0] != 'e' && rest.ptr[0] != 'r' && rest.ptr[0] != 'w')
            continue;
        for (size_t i = 0; i < TYPE_COUNT; i++) /* the longest: names begin with each other */
            if (bytes_start_with(rest, types[i].name) &&
                (!best || strlen(types[i].name) > strlen(best->name)))
                best = &types[i];
        if (best) {
            *type = best;
            return at;
        }
    }
    return text.len;
}

static const struct {
    const char *name;
    int nid;
    int bits;
} curves[] = {{"nistp256", NID_X9_62_prime256v1, 256},
              {"nistp384", NID_secp384r1, 384},
              {"nistp521", NID_secp521r1, 521}};

int64_t ssh_key_curve_bits(const char *curve)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(curves[i].name, curve) == 0)
            return curves[i].bits;
    return 0;
}

bool ssh_key_point_is_on(const char *curve, struct bytes point)
{
    int nid = NID_undef;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(curves[i].name, curve) == 0)
            nid = curves[i].nid;
    if (nid == NID_undef || point.len == 0 || point.ptr[0] != POINT_CONVERSION_UNCOMPRESSED)
        return false; /* sshbuf-getput-crypto.c get_ec: only uncompressed points */
    EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
    EC_POINT *p = group ? EC_POINT_new(group) : NULL;
    bool good =
        p && EC_POINT_oct2point(group, p, (const unsigned char *)point.ptr, point.len, NULL) == 1;
    EC_POINT_free(p);
    EC_GROUP_free(group);
    ERR_clear_error();
    return good;
}

/* ---- the parts of each family, read from W and written to PLAIN --------------------------------
 */

static const char *const cut_short = "the key is cut short or damaged";

static const char *numbers_read(struct wire *w, size_t count, size_t sized, struct strbuf *plain,
                                int64_t *bits)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes number;
        if (!wire_number(w, &number))
            return cut_short;
        if (i == sized)
            *bits = wire_number_bits(number);
        wire_put_number(plain, number);
    }
    return NULL;
}

static const char *ecdsa_read(struct wire *w, const struct ssh_key_type *type, struct strbuf *plain)
{
    struct bytes curve, point;
    if (!wire_text(w, &curve) || !wire_string(w, &point))
        return cut_short;
    if (!bytes_equal_text(curve, type->curve))
        return "the curve inside the key is not that of its type";
    if (!ssh_key_point_is_on(type->curve, point))
        return "the key is no point of its curve";
    wire_put_string(plain, curve);
    wire_put_string(plain, point);
    return NULL;
}

static const char *fixed_read(struct wire *w, size_t len, struct strbuf *plain)
{
    struct bytes value;
    if (!wire_string(w, &value))
        return cut_short;
    if (value.len != len)
        return "the key has the wrong length";
    wire_put_string(plain, value);
    return NULL;
}

static const char *family_read(struct wire *w, const struct ssh_key_type *type,
                               struct strbuf *plain, int64_t *bits)
{
    const char *fault = NULL;
    *bits = 256;
    switch (type->family) {
    case SSH_KEY_RSA:
        fault = numbers_read(w, 2, 1, plain, bits);
        break;
    case SSH_KEY_DSA:
        fault = numbers_read(w, 4, 0, plain, bits);
        break;
    case SSH_KEY_ECDSA:
        *bits = ssh_key_curve_bits(type->curve);
        fault = ecdsa_read(w, type, plain);
        break;
    case SSH_KEY_ED25519:
        fault = fixed_read(w, ED25519_BYTES, plain);
        break;
    case SSH_KEY_MLDSA_ED25519:
        fault = fixed_read(w, MLDSA44_BYTES + ED25519_BYTES, plain);
        break;
    }
    struct bytes application;
    if (!fault && type->security_key) {
        if (!wire_text(w, &application))
            return cut_short;
        wire_put_string(plain, application);
    }
    return fault;
}

/* sshkey.c cert_parse, but for the check of the signature: no key line can match a certificate. */
static bool certificate_read(struct wire *w)
{
    struct bytes text, principals, critical, extensions, authority, signature;
    uint32_t kind;
    if (!wire_skip(w, 8) || !wire_u32(w, &kind) || !wire_text(w, &text) ||
        !wire_string(w, &principals) || !wire_skip(w, 16) || !wire_string(w, &critical) ||
        !wire_string(w, &extensions) || !wire_string(w, &text) || !wire_string(w, &authority) ||
        !wire_string(w, &signature))
        return false;
    if (kind != 1 && kind != 2)
        return false;
    struct wire names = wire_of(principals);
    for (unsigned n = 0; names.len > 0; n++)
        if (n >= CERT_PRINCIPALS || !wire_text(&names, &text))
            return false;
    return true;
}

/* The name that sshd writes for this kind of key: the first one of the table. */
static const char *plain_name(const struct ssh_key_type *type)
{
    struct ssh_key_type wanted = *type;
    wanted.certificate = false;
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (ssh_key_types_agree(&types[i], &wanted))
            return types[i].name;
    return type->name;
}

const char *ssh_key_blob_read(struct arena *a, struct bytes blob, struct ssh_key_blob *out)
{
    *out = (struct ssh_key_blob){0};
    struct wire w = wire_of(blob);
    struct bytes name;
    if (!wire_text(&w, &name))
        return cut_short;
    out->type = ssh_key_type_find(name);
    if (!out->type)
        return "the key is of no type that sshd knows";
    struct strbuf plain;
    strbuf_init(&plain, a);
    wire_put_string(&plain, bytes_of(plain_name(out->type)));
    struct bytes nonce;
    if (out->type->certificate && !wire_string(&w, &nonce))
        return cut_short;
    const char *fault = family_read(&w, out->type, &plain, &out->bits);
    if (fault)
        return fault;
    if (out->type->certificate && !certificate_read(&w))
        return "the certificate is cut short or damaged";
    if (w.len > 0)
        return "something follows the key inside its base64";
    out->plain = strbuf_bytes(&plain);
    out->fingerprint = wire_fingerprint(a, out->plain);
    if (out->type->family == SSH_KEY_RSA && out->bits < RSA_MINIMUM_BITS)
        return "the RSA key is shorter than 1024 bits";
    return NULL;
}
