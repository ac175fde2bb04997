/* Which scheme this guest hashes passwords with, and may: what its PAM says, else its login.defs,
 * as far as its libcrypt and this machine's go. For access_password.c. */
#ifndef DISKMEND_REPAIR_PASSWORD_SCHEME_H
#define DISKMEND_REPAIR_PASSWORD_SCHEME_H

#include "repair/password.h"
#include "repair/verb.h"

struct password_choice {
    enum password_scheme scheme;
    unsigned long cost;
    const char *source; /* who says so: "/etc/pam.d/common-password:25", "the default" */
    const char *note;   /* why it is not what the guest asks for; NULL: it is */
    size_t bytes_max;   /* what this guest's libcrypt takes of a password */
};

/* ERR_UNSUPPORTED: there is no scheme that both have. */
int password_choose(struct verb_context *c, struct password_choice *out, struct err *e);

#endif
