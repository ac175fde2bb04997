/* Key revocation lists in OpenSSH's binary form. Pure bytes; who is refused is login/'s. Mirrors
 * sshd: krl.c ssh_krl_from_blob, parse_revoked_certs; PROTOCOL.krl. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_REVOKED_H
#define DISKMEND_SYNTAX_SSH_KEY_REVOKED_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

struct ssh_key_revoked {
    /* "ok" "garbage" (sshd takes no part of it, and refuses every key) "unclear" (a signature or an
     * extension: what sshd makes of it changed with its releases) */
    const char *state;
    VEC(const char *) fingerprints; /* "SHA256:…" and "SHA1:…", of plain keys */
    size_t certificate_parts;       /* sections about certificates: no plain key is meant */
};

/* Does FILE begin as such a list does? Without this sshd reads it as a list of public keys. */
bool ssh_key_revoked_is_binary(struct bytes file);
void ssh_key_revoked_read(struct arena *a, struct bytes file, struct ssh_key_revoked *out);

#endif
