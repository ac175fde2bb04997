/* What a password field is, never what it says. For account*.c and repair/. */
#ifndef DISKMEND_FACTS_ACCOUNT_PASSWORD_H
#define DISKMEND_FACTS_ACCOUNT_PASSWORD_H

#include "facts/account.h"
#include "facts/os.h"

struct password_field {
    enum password_state state;
    const char *scheme; /* NULL when there is no hash */
};

struct password_field account_password_read(struct bytes field);
const char *account_password_name(enum password_state state);

/* Does crypt(3) of this release know the scheme? NULL counts as known. */
bool account_scheme_is_known(const struct os_facts *os, const char *scheme);

#endif
