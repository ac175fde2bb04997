/* Which accounts there are, for whoever asked about one that is not there. For login/ only. */
#ifndef DISKMEND_LOGIN_PEOPLE_H
#define DISKMEND_LOGIN_PEOPLE_H

#include "login/login.h"

/* Append the names of all accounts with a login shell, in the order of passwd. */
void people_list(const struct facts *f, name_list *out);

/* The line of passwd that NAME is glued to: a newline was lost between its shell and NAME. NULL: none.
 */
const struct account_fact *people_glued(const struct facts *f, const char *name);

/* "accounts here: root, ana": a clause with the first few of them; NULL when there is none. */
const char *people_found(const struct facts *f);

#endif
