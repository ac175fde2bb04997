/* From a password to its hash: the only door to libcrypt. Keeps no copy of a password: what is made
 * on the way is wiped. Which scheme a guest wants is password_scheme.h's affair. For repair/ only.
 */
#ifndef DISKMEND_REPAIR_PASSWORD_H
#define DISKMEND_REPAIR_PASSWORD_H

#include "base/arena.h"
#include "base/err.h"

/* Those that may still be written; md5 and des may not. */
enum password_scheme {
    PASSWORD_YESCRYPT,
    PASSWORD_GOST_YESCRYPT,
    PASSWORD_BCRYPT,
    PASSWORD_SHA512,
    PASSWORD_SHA256,
    PASSWORD_SCHEME_COUNT
};

/* bcrypt looks at no more; musl's SHA at no more. */
#define PASSWORD_BYTES_BCRYPT 72u
#define PASSWORD_BYTES_MUSL   256u

/* As facts/ names them, and as crypt(5) begins them. */
const char *password_scheme_name(enum password_scheme scheme);
const char *password_scheme_prefix(enum password_scheme scheme);

/* A password that nobody could mean or type: empty, nothing but blanks, control bytes, too long,
 * the user's own name. 0, or ERR_USAGE and a sentence without a byte of it. USER may be NULL. */
int password_check(struct bytes password, const char *user, struct err *e);

/* Does this machine's libcrypt know the scheme? */
bool password_can(enum password_scheme scheme);
/* A cost that a guest asked for, within what its logins and this program can bear; 0 is the default
 * of the scheme. */
unsigned long password_cost(enum password_scheme scheme, long asked);
/* A new hash, with a salt of its own. NULL and E: ERR_UNSUPPORTED, ERR_INTERNAL. */
const char *password_hash(struct arena *a, enum password_scheme scheme, unsigned long cost,
                          struct bytes password, struct err *e);
/* Is HASH one of PASSWORD, of this very scheme and cost? Another scheme or cost is not tried: a
 * guest could ask for one that never ends. */
bool password_is(struct arena *a, enum password_scheme scheme, unsigned long cost,
                 struct bytes password, struct bytes hash);

#endif
