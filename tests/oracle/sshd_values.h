/* The lines of `sshd -T` under our names: for the programs that hold our values against them. */
#ifndef DISKMEND_TESTS_ORACLE_SSHD_VALUES_H
#define DISKMEND_TESTS_ORACLE_SSHD_VALUES_H

#include <ctype.h>
#include <string.h>

#include "base/map.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/sshd_keywords.h"

static inline char *lower(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *p = copy; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

/* sshd -T's line for one of our values; the two spellings of one thing made equal. */
static inline const char *plain_value(struct arena *a, const char *value)
{
    if (strcmp(value, "without-password") == 0)
        return "prohibit-password";
    if (strcmp(value, "SILENT") == 0)
        return "QUIET";
    if (strcmp(value, "(null)") == 0) /* HostKey none */
        return "none";
    const char *twice = strstr(value, "//");
    return twice ? path_tidy(a, value) : value;
}

/* Every keyword of `sshd -T`, its values joined by newlines, under our name in lower case. */
static inline void real_values(struct arena *a, const struct sshd_keyword_table *table,
                               struct bytes answer, struct map *values, struct text_list *keys)
{
    struct bytes rest = answer, line;
    while (text_next_line(&rest, &line)) {
        size_t blank = text_find(line, " ");
        const char *key = arena_text(a, bytes_cut(line, 0, blank));
        const char *value =
            plain_value(a, arena_text(a, text_trim(bytes_cut(line, blank + 1, line.len))));
        const struct sshd_keyword *k = sshd_keyword_named(table, key);
        if (k && !k->separate_type)
            key = lower(a, k->target->name);
        const char *before = map_get(values, key);
        if (!before)
            text_list_add(a, keys, key);
        const char *all = before ? arena_printf(a, "%s\n%s", before, value) : value;
        map_set(values, key, arena_strdup(a, all));
    }
}

#endif
