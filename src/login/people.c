#include "login/people.h"

#include <string.h>

#include "base/strbuf.h"

/* So many names fit into a sentence. */
#define PEOPLE_NAMED 8

void people_list(const struct facts *f, name_list *out)
{
    for (size_t i = 0; i < f->accounts.count; i++) {
        const struct account_fact *a = &f->accounts.items[i];
        if (a->name && a->nss_visible && !a->shadowed && a->can_log_in_shell)
            vec_push(f->arena, out, a->name);
    }
}

const char *people_found(const struct facts *f)
{
    name_list list = {0};
    people_list(f, &list);
    if (list.count == 0)
        return NULL;
    struct strbuf s;
    strbuf_init(&s, f->arena);
    strbuf_add(&s, "accounts here");
    for (size_t i = 0; i < list.count && i < PEOPLE_NAMED; i++) {
        strbuf_add(&s, i > 0 ? ", " : ": ");
        strbuf_add(&s, list.items[i]);
    }
    if (list.count > PEOPLE_NAMED)
        strbuf_printf(&s, " and %zu more", list.count - PEOPLE_NAMED);
    return s.ptr;
}

const struct account_fact *people_glued(const struct facts *f, const char *name)
{
    const char *start = arena_printf(f->arena, "%s:", name);
    for (size_t i = 0; *name && i < f->accounts.count; i++) {
        const struct account_fact *a = &f->accounts.items[i];
        const char *colon = a->shell ? strchr(a->shell, ':') : NULL;
        const char *at = colon ? strstr(a->shell, start) : NULL;
        if (at && at + strlen(name) == colon)
            return a;
    }
    return NULL;
}
