/* Numbers for a new account, as useradd would give them: uid, gid and ranges of subordinate ids
 * that are nobody's yet. For access_create.c. */
#ifndef DISKMEND_REPAIR_ACCOUNT_NUMBER_H
#define DISKMEND_REPAIR_ACCOUNT_NUMBER_H

#include "repair/account_edit.h"

/* A uid between login.defs' UID_MIN and UID_MAX that neither passwd has nor the owner of somebody's
 * home. PREFERRED (0: none) is taken where it is free. 0 and E: none is left. */
uint32_t account_free_uid(struct verb_context *c, uint32_t preferred, struct err *e);
/* A gid between GID_MIN and GID_MAX that no group and no account has. */
uint32_t account_free_gid(struct verb_context *c, uint32_t preferred, struct err *e);
/* The first of COUNT numbers in a row that no line of PATH (subuid, subgid) covers; 0: none. */
uint32_t account_free_range(struct verb_context *c, const char *path, uint32_t from, uint32_t to,
                            uint32_t count);

#endif
