#include "repair/fips.h"

#include <string.h>

#include "base/limits.h"
#include "facts/collect.h"

bool fips_rules(struct verb_context *c)
{
    static const char *const states[] = {"/etc/crypto-policies/config",
                                         "/etc/crypto-policies/state/current"};
    if (tree_stat(c->tree, "/etc/system-fips").presence == PRESENCE_PRESENT)
        return true;
    vec_each (boot, &c->facts->boot)
        if (boot->is_default && boot->token && strcmp(boot->token, "fips=1") == 0)
            return true;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct read_answer r = tree_read(c->tree, states[i], LIMIT_CONFIG_BYTES);
        struct bytes rest = r.content, line;
        while (r.presence == PRESENCE_PRESENT && text_next_line(&rest, &line))
            if (bytes_start_with(text_trim(line), "FIPS"))
                return true;
    }
    return false;
}
