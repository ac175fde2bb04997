#include "login/sudo_standing.h"

#include "login/sudo_match.h"

struct sudo_standing sudo_standing_of(const struct facts *f, const struct account_fact *account)
{
    const struct visit v = {.facts = f, .account = account};
    struct sudo_outcome o = sudo_look_up(&v, true);
    switch (o.kind) {
    case SUDO_RULE_NONE:
        break;
    case SUDO_RULE_DENIES:
        return (struct sudo_standing){SUDO_GRANT_DENIED, o.rule, NULL};
    case SUDO_RULE_UNSURE:
        return (struct sudo_standing){SUDO_GRANT_UNSURE, o.unsure, NULL};
    case SUDO_RULE_ALLOWS:
        if (!sudo_asks_password(&v, o.rule))
            return (struct sudo_standing){SUDO_GRANT_NOPASSWD, o.rule, NULL};
        return (struct sudo_standing){SUDO_GRANT_PASSWORD, o.rule, sudo_target_password(&v)};
    }
    return (struct sudo_standing){SUDO_GRANT_NONE, NULL, NULL};
}
