/* Public keys as a person hands them over, to be put into authorized_keys: sshd's one line, several
 * of them, RFC 4716, PEM. Pure bytes; called by repair/ and cli/. No byte of what is refused is ever
 * quoted: people paste private keys by mistake. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_GIVEN_H
#define DISKMEND_SYNTAX_SSH_KEY_GIVEN_H

#include "base/err.h"
#include "syntax/ssh_key.h"

struct ssh_key_given {
    const char *line; /* as it goes into authorized_keys: type, base64, comment */
    const char *type;
    int64_t bits; /* 0 when unknown */
    const char *fingerprint;
    const char *comment; /* NULL when there is none */
};

struct ssh_keys_given {
    VEC(struct ssh_key_given) keys; /* each once */
};

/* Append the keys of TEXT (from SOURCE, which is for the message) to OUT. VERSION: of the sshd that
 * is to take them; 0: not known yet. 0; ERR_REFUSED for a private key, options, a certificate of
 * OpenSSH's, what sshd of that version does not take, what is no key, and a text without any. */
int ssh_keys_given_read(struct arena *a, struct bytes text, const char *source, int version,
                        struct ssh_keys_given *out, struct err *e);

/* ERR_REFUSED for a private key; known before there is a guest to give it to. */
int ssh_keys_given_refuse_private(struct arena *a, struct bytes text, const char *source,
                                  struct err *e);

#endif
