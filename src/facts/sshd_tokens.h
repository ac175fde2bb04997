/* The tokens in sshd's paths: "%h", "%u", "%U", "%%", as misc.c percent_expand fills them in for a
 * person. For the producers of facts/. */
#ifndef DISKMEND_FACTS_SSHD_TOKENS_H
#define DISKMEND_FACTS_SSHD_TOKENS_H

#include "facts/account.h"

/* VALUE with the tokens of ACCOUNT; NULL where it has another one, which ends the session. */
const char *sshd_tokens_expand(struct arena *a, const struct account_fact *account,
                               const char *value);

#endif
