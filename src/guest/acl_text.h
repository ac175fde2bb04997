/* A POSIX access list as text, for an appliance that takes none as bytes. For guest/ only. */
#ifndef DISKMEND_GUEST_ACL_TEXT_H
#define DISKMEND_GUEST_ACL_TEXT_H

#include "base/arena.h"

/* The value of system.posix_acl_access or _default as acl_from_text(3) reads it, with numbers for
 * users and groups; NULL when it is no access list. */
const char *acl_text(struct arena *a, struct bytes value);

#endif
