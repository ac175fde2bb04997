/* What the guest's own tools go by when they make accounts and passwords: login.defs and useradd's
 * file. For access_create.c and password_scheme.c. */
#ifndef DISKMEND_REPAIR_ACCOUNT_DEFAULTS_H
#define DISKMEND_REPAIR_ACCOUNT_DEFAULTS_H

#include "repair/verb.h"

/* A value of login.defs; NULL: it does not say. PLACE (may be NULL): the file. */
const char *login_defs_value(struct verb_context *c, const char *name, const char **place);
/* A whole number in any base that C knows ("022" is octal); OTHERWISE where it says none. */
int64_t login_defs_number(struct verb_context *c, const char *name, int64_t otherwise);
/* A value of /etc/default/useradd (and of adduser.conf, where WHICH is that file). */
const char *useradd_value(struct verb_context *c, const char *file, const char *name);

#define USERADD_FILE "/etc/default/useradd"
#define ADDUSER_FILE "/etc/adduser.conf"

#endif
