/* What the account records are called in the document, and the order in which they are filled.
 * Never holds a hash. */
#include "facts/account.h"

#include "facts/account_parts.h"

static const struct fact_field account_fields[] = {
    FACT_FIELD(account_fact, name, FIELD_TEXT),
    FACT_FIELD(account_fact, uid, FIELD_NUMBER),
    FACT_FIELD(account_fact, gid, FIELD_NUMBER),
    FACT_FIELD(account_fact, home, FIELD_TEXT),
    FACT_FIELD(account_fact, shell, FIELD_TEXT),
    FACT_FIELD(account_fact, password, FIELD_TEXT),
    FACT_FIELD(account_fact, password_source, FIELD_TEXT),
    FACT_FIELD(account_fact, scheme, FIELD_TEXT),
    FACT_FIELD(account_fact, last_change, FIELD_NUMBER),
    FACT_FIELD(account_fact, minimum, FIELD_NUMBER),
    FACT_FIELD(account_fact, maximum, FIELD_NUMBER),
    FACT_FIELD(account_fact, warn, FIELD_NUMBER),
    FACT_FIELD(account_fact, inactive, FIELD_NUMBER),
    FACT_FIELD(account_fact, expires, FIELD_NUMBER),
    FACT_FIELD(account_fact, groups, FIELD_TEXTS),
    FACT_FIELD(account_fact, is_admin, FIELD_BOOL),
    FACT_FIELD(account_fact, is_system, FIELD_BOOL),
    FACT_FIELD(account_fact, can_log_in_shell, FIELD_BOOL),
    FACT_FIELD(account_fact, shell_state, FIELD_TEXT),
    FACT_FIELD(account_fact, home_state, FIELD_TEXT),
    FACT_FIELD(account_fact, home_real, FIELD_TEXT),
    FACT_FIELD(account_fact, home_uid, FIELD_NUMBER),
    FACT_FIELD(account_fact, shadowed, FIELD_BOOL),
    FACT_FIELD(account_fact, defect, FIELD_TEXT),
    FACT_FIELD(account_fact, at, FIELD_PLACE),
    FACT_FIELD(account_fact, shadow_at, FIELD_PLACE),
};
const struct fact_kind account_kind = FACT_KIND("account", account_fact, account_fields);

static const struct fact_field row_fields[] = {
    FACT_FIELD(row_fact, db, FIELD_TEXT),     FACT_FIELD(row_fact, name, FIELD_TEXT),
    FACT_FIELD(row_fact, defect, FIELD_TEXT), FACT_FIELD(row_fact, detail, FIELD_TEXT),
    FACT_FIELD(row_fact, at, FIELD_PLACE),
};
const struct fact_kind row_kind = FACT_KIND("row", row_fact, row_fields);

static const struct fact_field group_fields[] = {
    FACT_FIELD(group_fact, name, FIELD_TEXT),     FACT_FIELD(group_fact, gid, FIELD_NUMBER),
    FACT_FIELD(group_fact, members, FIELD_TEXTS), FACT_FIELD(group_fact, shadowed, FIELD_BOOL),
    FACT_FIELD(group_fact, at, FIELD_PLACE),
};
const struct fact_kind group_kind = FACT_KIND("group", group_fact, group_fields);

void facts_read_accounts(struct facts *f)
{
    struct name_index names = accounts_read_passwd(f);
    accounts_read_shadow(f, &names);
    accounts_read_groups(f, &names);
    accounts_mark_admins(f);
    accounts_look_at_places(f);
}
