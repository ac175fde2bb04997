/* What keeps a known account out besides its password: the day it ends, the age of the password,
 * failures that were counted. Each is lifted and said. For access_password.c and access_account.c.
 */
#ifndef DISKMEND_REPAIR_ACCOUNT_LIFT_H
#define DISKMEND_REPAIR_ACCOUNT_LIFT_H

#include "repair/account_edit.h"

/* A whole line of NAME in shadow (made or mended where it has to be), or IN_PASSWD where the guest
 * has no shadow and passwd does not ask for one. */
int account_shadow_entry(struct verb_context *c, const struct account_fact *account,
                         bool *in_passwd, struct err *e);

/* What is over is over no more: the day of the account (with EXPIRY: not where a day was just asked
 * for), a password that had to be changed or may not be used any more (as if it had been changed
 * today), failed logins that pam_faillock or pam_tally2 have counted. */
int account_lift(struct verb_context *c, const struct account_fact *account, bool expiry,
                 struct err *e);
/* A day since 1970 as people write it. */
const char *account_day_text(struct arena *a, int64_t day);

#endif
