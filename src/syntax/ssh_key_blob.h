/* Public keys: the types sshd knows, version by version, and their blobs. For the ssh_key files
 * only. Mirrors sshd: sshkey.c sshkey_from_blob_internal, ssh-rsa.c, ssh-ecdsa.c, ssh-ed25519.c …
 */
#ifndef DISKMEND_SYNTAX_SSH_KEY_BLOB_H
#define DISKMEND_SYNTAX_SSH_KEY_BLOB_H

#include "syntax/ssh_key_wire.h"

enum ssh_key_family {
    SSH_KEY_RSA,
    SSH_KEY_DSA,
    SSH_KEY_ECDSA,
    SSH_KEY_ED25519,
    SSH_KEY_MLDSA_ED25519
};

struct ssh_key_type {
    const char *name;
    enum ssh_key_family family;
    const char *curve; /* "nistp256"; NULL but for ECDSA */
    bool security_key; /* sk-… */
    bool certificate;
    int since, until; /* sshd versions that know it: since <= version < until; 0: no bound */
};

/* NULL when no version knows the name. Case matters, as for sshd. */
const struct ssh_key_type *ssh_key_type_find(struct bytes name);
bool ssh_key_type_known_to(const struct ssh_key_type *type, int version);
/* Would sshd take TEXT before a blob of type BLOB (sshkey_read: same kind, same curve)? */
bool ssh_key_types_agree(const struct ssh_key_type *text, const struct ssh_key_type *blob);
/* A type name that stands in TEXT at or after FROM: its offset, or TEXT.len. */
size_t ssh_key_type_search(struct bytes text, size_t from, const struct ssh_key_type **type);

struct ssh_key_blob {
    const struct ssh_key_type *type;
    int64_t bits;
    struct bytes plain; /* written out again as sshd would, without a certificate: what is hashed */
    const char *fingerprint;
};

/* NULL when the blob is whole and good, else what is wrong with it (OUT may be half filled). */
const char *ssh_key_blob_read(struct arena *a, struct bytes blob, struct ssh_key_blob *out);

/* Is POINT an uncompressed point on CURVE? */
bool ssh_key_point_is_on(const char *curve, struct bytes point);
int64_t ssh_key_curve_bits(const char *curve);

#endif
