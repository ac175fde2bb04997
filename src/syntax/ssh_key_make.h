/* New host keys, and the public file of one that is there. What is made here is the one private
 * text that leaves the ssh_key files: it goes into a file of the guest and nowhere else. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_MAKE_H
#define DISKMEND_SYNTAX_SSH_KEY_MAKE_H

#include "base/err.h"
#include "syntax/ssh_key.h"

struct ssh_key_pair {
    struct bytes private_file;
    const char *public_line; /* "ssh-ed25519 AAAA… comment\n" */
    const char *fingerprint; /* "SHA256:…" */
};

/* A new key of TYPE: "rsa" (3072 bits), "ecdsa" (nistp256) or "ed25519", in the form of
 * PROTOCOL.key (openssh-key-v1) without a passphrase, as ssh-keygen writes it. COMMENT without
 * control bytes. 0; ERR_UNSUPPORTED for another type, ERR_INTERNAL when the library fails. */
int ssh_key_make(struct arena *a, const char *type, const char *comment, struct ssh_key_pair *out,
                 struct err *e);

/* The public line of a private key file that sshd takes; NULL when it cannot be told. */
const char *ssh_key_public_line(struct arena *a, struct bytes private_file, const char *comment);

#endif
