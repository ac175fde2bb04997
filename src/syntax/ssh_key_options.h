/* The option list before a key in authorized_keys. For the ssh_key files only. Mirrors sshd:
 * authfile.c sshkey_advance_past_options, auth-options.c sshauthopt_parse, misc.c opt_*. */
#ifndef DISKMEND_SYNTAX_SSH_KEY_OPTIONS_H
#define DISKMEND_SYNTAX_SSH_KEY_OPTIONS_H

#include "syntax/ssh_key.h"

/* Offset of the blank (or the NUL) that ends the options at TEXT; false when a quote stays open. */
bool ssh_key_options_end(const char *text, size_t *end);

/* Read the options that start at LINE + FROM into OUT: options, cert_authority, and a defect
 * ("unknown-option", "bad-option") with its detail and column where sshd of VERSION stops. */
void ssh_key_options_read(struct arena *a, const char *line, size_t from, int version,
                          struct ssh_key_line *out);

#endif
