/* What a line of authorized_keys, or a block of another format, was meant to be. Only mends of which
 * there can be just one: the key itself stays, bit for bit. Pure bytes; called by repair/. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_MEND_H
#define DISKMEND_SYNTAX_SSH_KEY_MEND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/vec.h"

/* LINES (without their ends) begin with one that sshd does not take: the line it takes once quotes,
 * marks and blanks of a copy are gone, the type stands where it belongs, and a wrapped key is one
 * line again. USED: how many lines it was. NULL: nothing is certain. */
const char *ssh_key_line_mend(struct arena *a, const struct bytes *lines, size_t count, int version,
                              size_t *used);

/* LINES begin with a key in another dress: SSH2 (RFC 4716), a PEM public key or certificate, PuTTY.
 * Its line for sshd, or NULL where it cannot be told (a private key in PEM: always). USED: how many
 * lines the block takes, with or without an answer; 0 where none begins. */
const char *ssh_key_foreign_line(struct arena *a, const struct bytes *lines, size_t count,
                                 size_t *used);

/* Does the block hold the private half? */
bool ssh_key_block_is_private(const struct bytes *lines, size_t count);

struct ssh_key_pieces {
    VEC(struct bytes) lines;
};
/* A line on which keys stand one behind the other, apart. False: it is none, or where one ends is
 * not certain. */
bool ssh_key_line_split(struct arena *a, struct bytes line, int version, struct ssh_key_pieces *out);

/* A text in UTF-16 that holds nothing but ASCII, as such. False: it is none. */
bool ssh_key_from_utf16(struct arena *a, struct bytes text, struct bytes *out);

#endif
