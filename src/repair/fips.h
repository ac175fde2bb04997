/* FIPS 140 mode, in which a guest takes fewer keys and fewer hashes. For access*.c and
 * password_scheme.c. */
#ifndef DISKMEND_REPAIR_FIPS_H
#define DISKMEND_REPAIR_FIPS_H

#include "repair/verb.h"

/* Does the kernel of the guest, or its crypto policy (RHEL family), say that FIPS 140 rules? */
bool fips_rules(struct verb_context *c);

#endif
