/* The steps of facts_read_accounts, one file each. Only for account*.c. */
#ifndef DISKMEND_FACTS_ACCOUNT_PARTS_H
#define DISKMEND_FACTS_ACCOUNT_PARTS_H

#include "facts/account_index.h"

/* account_passwd.c: f->accounts from passwd. The index is over the lines getpwnam would see. */
struct name_index accounts_read_passwd(struct facts *f);
/* account_shadow.c: password states and ageing; gshadow's rows. */
void accounts_read_shadow(struct facts *f, const struct name_index *names);
/* account_group.c: f->groups, and each account's memberships. */
void accounts_read_groups(struct facts *f, const struct name_index *names);
/* account_admin.c: who is an administrator. */
void accounts_mark_admins(struct facts *f);
/* account_place.c: the state of shells and homes. */
void accounts_look_at_places(struct facts *f);

/* The C library of this guest is musl: stricter about missing fields. */
static inline bool accounts_musl(const struct facts *f)
{
    return f->os.family_code == FAMILY_ALPINE;
}

#endif
