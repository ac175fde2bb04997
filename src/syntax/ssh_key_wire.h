/* The bytes of SSH keys: length-prefixed strings and numbers (RFC 4251 section 5) and base64 as
 * sshd decodes it. For the ssh_key files only. Mirrors sshd: sshbuf-getput-basic.c, base64.c. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_WIRE_H
#define DISKMEND_SYNTAX_SSH_KEY_WIRE_H

#include <stdint.h>

#include "base/strbuf.h"

/* What is still to be read. */
struct wire {
    const uint8_t *ptr;
    size_t len;
};

static inline struct wire wire_of(struct bytes b)
{
    return (struct wire){(const uint8_t *)b.ptr, b.len};
}

/* Each takes its value off the front of W; false when it is not there whole. */
bool wire_u32(struct wire *w, uint32_t *value);
bool wire_skip(struct wire *w, size_t len);
bool wire_string(struct wire *w, struct bytes *value);
/* A string without a NUL but at its end (sshbuf_get_cstring). */
bool wire_text(struct wire *w, struct bytes *value);
/* A number that is not negative, leading zeros dropped (sshbuf_get_bignum2). */
bool wire_number(struct wire *w, struct bytes *value);
int64_t wire_number_bits(struct bytes number);

void wire_put_string(struct strbuf *out, struct bytes value);
void wire_put_number(struct strbuf *out, struct bytes number); /* as wire_number gives it */

/* Decode TEXT as b64_pton does: white space anywhere is skipped, '=' must fill the last group, no
 * bit may be left over. OUT has room for TEXT.len bytes. False with the offset of the byte that is
 * wrong (TEXT.len: it ends too early). */
bool wire_base64_decode(struct bytes text, uint8_t *out, size_t *out_len, size_t *wrong);
/* DATA in base64 with padding, a newline after each WIDTH characters (0: none). */
void wire_base64_encode(struct strbuf *out, struct bytes data, size_t width);
/* "SHA256:" and the hash of DATA in base64 without padding. */
char *wire_fingerprint(struct arena *a, struct bytes data);
/* NAME and HASH in base64 without padding. */
char *wire_hash_text(struct arena *a, const char *name, struct bytes hash);

#endif
