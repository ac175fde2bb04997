/* Which ways in were set up for whom: only the loss of such a way is a lock-out. For login/ only.
 */
#ifndef DISKMEND_LOGIN_EXPECTED_H
#define DISKMEND_LOGIN_EXPECTED_H

#include "login/key_index.h"
#include "login/reasons.h"

/* Root, or an account with a login shell and a key, a password, or an admin group. */
bool is_person(const struct account_fact *account, const struct key_index *index);

/* Mark the expected walks of an answer whose walks are complete. ACCOUNTS has one entry for each
 * walk, NULL where there is no such user. */
void expect_walks(const struct key_index *index, const struct login_question *question,
                  struct login_answer *answer, const struct account_fact *const *accounts);

/* When no way in is left at all: the finding that says so, in every walk. */
void judge_nobody(const struct facts *f, struct login_answer *answer);

#endif
