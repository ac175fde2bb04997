/* The two forms of private key files. For the ssh_key files only; nothing private leaves them. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_PRIVATE_H
#define DISKMEND_SYNTAX_SSH_KEY_PRIVATE_H

#include "syntax/ssh_key.h"
#include "syntax/ssh_key_blob.h"

enum private_result {
    PRIVATE_OK,
    PRIVATE_INVALID,
    PRIVATE_FORMAT, /* not this form of file at all: try the other one */
    PRIVATE_PASSPHRASE,
    PRIVATE_UNSUPPORTED
};

/* openssh-key-v1. OUT gets what is known of the public half. */
enum private_result ssh_key_private_openssh(struct arena *a, struct bytes file,
                                            struct ssh_private_key *out);
/* What OpenSSL reads: PKCS#1, SEC 1, PKCS#8. */
enum private_result ssh_key_private_pem(struct arena *a, struct bytes file,
                                        struct ssh_private_key *out);

/* type, bits and fingerprint from a public blob; the reason when it is no good. */
const char *ssh_key_private_describe(struct arena *a, struct bytes public_blob,
                                     struct ssh_key_blob *blob, struct ssh_private_key *out);

#endif
