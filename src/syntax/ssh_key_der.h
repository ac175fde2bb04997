/* The elements of DER (X.690) that OpenSSL writes keys in. For the ssh_key files only. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_DER_H
#define DISKMEND_SYNTAX_SSH_KEY_DER_H

#include "syntax/ssh_key_wire.h"

enum {
    DER_INTEGER = 0x02,
    DER_BITS = 0x03,
    DER_OCTETS = 0x04,
    DER_OBJECT = 0x06,
    DER_SEQUENCE = 0x30
};

/* Take one element off the front of W. OpenSSL wrote it: definite lengths, at most 4 bytes of them.
 */
bool der_take(struct wire *w, uint8_t tag, struct wire *content);
/* A number that is not negative, leading zeros dropped. */
bool der_number(struct wire *w, struct bytes *number);
struct bytes der_rest(struct wire w);

#endif
