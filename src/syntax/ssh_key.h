/* SSH keys as text and bytes: lines of authorized_keys, public key blobs, private key files. The
 * only door to the key library (OpenSSL). Private material is parsed and wiped, never returned. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_H
#define DISKMEND_SYNTAX_SSH_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"

struct ssh_key_option {
    const char *name;  /* lower-case */
    const char *value; /* unquoted; NULL when there is none */
    const char *text;  /* as written */
    int column;
};

/* One line of an authorized_keys file. Mirrors sshd: auth2-pubkeyfile.c auth_check_authkey_line,
 * auth-options.c sshauthopt_parse. */
struct ssh_key_line {
    bool is_empty; /* blank or a comment */
    VEC(struct ssh_key_option) options;
    const char *type; /* "ssh-ed25519"; NULL when there is none */
    int64_t bits;     /* 0 when unknown */
    const char *fingerprint; /* "SHA256:…" */
    const char *sha1;        /* "SHA1:…" of the same bytes: some revocation lists have only that */
    const char *comment;
    bool cert_authority;
    const char *defect; /* NULL: sshd of this version takes the line; else see key_fact.defect */
    const char *detail;
    int defect_column;
    int glued_column; /* where a second key starts on a good line (comment to sshd); 0: none */
};

/* LINE is without its newline. VERSION: of the sshd that reads it (major * 100 + minor: options and
 * types came and went). */
void ssh_key_line_parse(struct arena *a, struct bytes line, int version, struct ssh_key_line *out);

/* Do the pieces FIRST and SECOND (two consecutive lines) make one good key when joined? */
bool ssh_key_lines_join(struct arena *a, struct bytes first, struct bytes second, int version);

/* A private key file as sshd's sshkey_load_private would see its bytes. */
struct ssh_private_key {
    const char *state; /* "ok" "empty" "invalid" "passphrase" "no-final-newline" "carriage-return"
                        * "unsupported"; an RSA key below 1024 bits is "invalid" with its bits */
    const char *type;  /* "rsa" "ecdsa" "ed25519" "dsa"; NULL when it cannot be told */
    int64_t bits;
    const char *fingerprint; /* of its public half; NULL when it cannot be told */
    struct bytes public_blob; /* that half as sshd writes it; empty when it cannot be told */
    bool encrypted;
    /* sshd versions that take such a file: since <= version < until (906: Ed25519 as PKCS#8; 908:
     * DSA is no longer built in); 0: no bound. State "ok" holds within them. */
    int since, until;
};
void ssh_private_key_read(struct arena *a, struct bytes file, struct ssh_private_key *out);

/* A .pub file: its fingerprint, or NULL. */
const char *ssh_public_key_fingerprint(struct arena *a, struct bytes file);

#endif
