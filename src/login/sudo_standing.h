/* What sudoers grants a person on root's shell, as sudo looks it up: the rule that decides and whose
 * password is asked for. For repair/, which changes such rules; the gate has more to say. */
#ifndef DISKMEND_LOGIN_SUDO_STANDING_H
#define DISKMEND_LOGIN_SUDO_STANDING_H

#include "facts/facts.h"

enum sudo_grant {
    SUDO_GRANT_NONE,
    SUDO_GRANT_PASSWORD, /* whether there is one to be asked for or not */
    SUDO_GRANT_NOPASSWD,
    SUDO_GRANT_DENIED,
    SUDO_GRANT_UNSURE /* a netgroup, a host: not on this disk */
};

struct sudo_standing {
    enum sudo_grant grant;
    const struct sudo_fact *rule;           /* that decides; NULL: none does */
    const struct sudo_fact *other_password; /* targetpw and its kin, when a password is asked for */
};

/* ACCOUNT may be a copy with other groups than the guest says. */
struct sudo_standing sudo_standing_of(const struct facts *f, const struct account_fact *account);

#endif
