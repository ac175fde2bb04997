#include "repair/account_defaults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "facts/assignments.h"
#include "facts/collect.h"

/* shadow's getdef.c: the name, blanks or "=", the value, perhaps in quotes; the last line counts.
 */
static const char *value_in(struct arena *a, struct bytes text, const char *name)
{
    struct bytes line;
    const char *value = NULL;
    while (text_next_line(&text, &line)) {
        struct text_list words = text_words(a, line, " \t\r=\"");
        if (words.count >= 2 && strcmp(words.items[0], name) == 0)
            value = words.items[1];
    }
    return value;
}

/* A file of /etc hides the distribution's own (SUSE, and whoever builds with libeconf). */
const char *login_defs_value(struct verb_context *c, const char *name, const char **place)
{
    static const char *const files[] = {"/etc/login.defs", "/usr/etc/login.defs"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct read_answer r = tree_read(c->tree, files[i], LIMIT_CONFIG_BYTES);
        if (r.presence != PRESENCE_PRESENT)
            continue;
        if (place)
            *place = files[i];
        return value_in(c->arena, r.content, name);
    }
    return NULL;
}

int64_t login_defs_number(struct verb_context *c, const char *name, int64_t otherwise)
{
    const char *value = login_defs_value(c, name, NULL);
    char *end;
    errno = 0;
    long long n = value ? strtoll(value, &end, 0) : 0;
    return value && end != value && *end == '\0' && errno == 0 ? n : otherwise;
}

const char *useradd_value(struct verb_context *c, const char *file, const char *name)
{
    struct read_answer r = tree_read(c->tree, file, LIMIT_CONFIG_BYTES);
    struct assignments list = {0};
    if (r.presence != PRESENCE_PRESENT)
        return NULL;
    assignments_read(c->arena, r.content, ASSIGNMENT_SHELL, &list);
    const char *value = assignments_value(&list, name);
    return value && *value ? value : NULL;
}
