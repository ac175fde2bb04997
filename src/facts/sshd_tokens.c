#include "facts/sshd_tokens.h"

#include "base/strbuf.h"

const char *sshd_tokens_expand(struct arena *a, const struct account_fact *account,
                               const char *value)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = value; *p; p++) {
        if (*p != '%') {
            strbuf_add_char(&s, *p);
            continue;
        }
        switch (*++p) {
        case '%':
            strbuf_add_char(&s, '%');
            break;
        case 'h':
            strbuf_add(&s, account->home);
            break;
        case 'u':
            strbuf_add(&s, account->name);
            break;
        case 'U':
            strbuf_printf(&s, "%lld", (long long)account->uid);
            break;
        default: /* percent_expand: unknown key: fatal */
            return NULL;
        }
    }
    return s.ptr;
}
