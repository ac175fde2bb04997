#include "facts/sshd_algorithms.h"

#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "facts/collect.h"

/* match.c match_pattern: '*' and '?'. Walks back to the last '*' only, so it is quadratic at worst.
 */
static bool match_pattern(const char *text, const char *pattern, size_t length)
{
    size_t p = 0, star = (size_t)-1;
    const char *star_text = NULL;
    while (*text) {
        if (p < length && pattern[p] == '*') {
            star = p++;
            star_text = text;
        } else if (p < length && (pattern[p] == '?' || pattern[p] == *text)) {
            p++;
            text++;
        } else if (star != (size_t)-1) {
            p = star + 1;
            text = ++star_text;
        } else {
            return false;
        }
    }
    while (p < length && pattern[p] == '*')
        p++;
    return p == length;
}

/* match.c match_pattern_list gives up on a pattern that does not fit its buffer. */
#define PATTERN_MAX 1024

int sshd_match_pattern_list(const char *text, const char *patterns, bool ignore_case)
{
    char pattern[PATTERN_MAX];
    int positive = 0;
    for (const char *p = patterns; *p;) {
        bool negated = *p == '!';
        if (negated)
            p++;
        size_t length = strcspn(p, ",");
        if (length >= sizeof pattern - 1)
            return 0;
        for (size_t i = 0; i < length; i++)
            pattern[i] =
                (char)(ignore_case && p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
        if (match_pattern(text, pattern, length)) {
            if (negated)
                return -1;
            positive = 1;
        }
        p += length;
        if (*p == ',')
            p++;
    }
    return positive;
}

static const char keys_kind[] = "Keys";

static const char *kind_of(const char *keyword)
{
    static const char *const own[] = {"Ciphers", "MACs", "KexAlgorithms"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(keyword, own[i]) == 0)
            return own[i];
    }
    return keys_kind;
}

static const struct sshd_algorithm_era *era_of(const struct sshd_keyword_table *table,
                                               const char *kind_name, const struct os_facts *os)
{
    int version = sshd_judged_version(os);
    const struct sshd_algorithm_era *best = NULL;
    vec_each (kind, &table->algorithms) {
        if (strcmp(kind->name, kind_name) != 0)
            continue;
        vec_each (era, &kind->eras) {
            bool fits = era->since <= version && (!era->until || version <= era->until) &&
                        (!era->family || (os->family && strcmp(era->family, os->family) == 0));
            if (fits)
                best = era;
            else if (!best && !era->family)
                best = era; /* older than the table: its first era */
        }
    }
    return best;
}

/* ssh-dss: built out by default in 9.8 and 9.9; Debian and Ubuntu kept it to the end. */
static bool is_built_out(const char *name, const struct os_facts *os)
{
    int version = sshd_judged_version(os);
    return version >= 908 && version < 1000 && os->family_code != FAMILY_DEBIAN &&
           strncmp(name, "ssh-dss", 7) == 0;
}

static bool is_known(const struct sshd_algorithm_era *era, const char *name,
                     const struct os_facts *os)
{
    return text_list_has(&era->known, name) && !is_built_out(name, os);
}

/* Some release or distribution has it: enough when the guest's version is unknown. */
static bool is_known_anywhere(const struct sshd_keyword_table *table, const char *kind_name,
                              const char *name)
{
    vec_each (kind, &table->algorithms) {
        if (strcmp(kind->name, kind_name) != 0)
            continue;
        vec_each (era, &kind->eras) {
            if (text_list_has(&era->known, name))
                return true;
        }
    }
    return false;
}

static bool is_certificate(const char *name)
{
    return strstr(name, "-cert-v01@openssh.com") != NULL;
}

/* Up to 9.8 sshkey_type_from_name takes the short names of plain keys as well. */
static bool is_short_key_name(const char *name, int version)
{
    static const char *const shorts[] = {"ED25519", "ED25519-SK", "RSA",
                                         "DSA",     "ECDSA",      "ECDSA-SK"};
    for (size_t i = 0; version < 909 && i < sizeof shorts / sizeof *shorts; i++) {
        if (strcasecmp(name, shorts[i]) == 0)
            return version >= 802 || !strstr(shorts[i], "-SK");
    }
    return false;
}

static bool key_name_valid(const struct sshd_algorithm_era *era, const struct os_facts *os,
                           const char *name, bool plain_only)
{
    int version = sshd_judged_version(os);
    if (is_known(era, name, os))
        return !plain_only || version < 904 || !is_certificate(name);
    if (is_short_key_name(name, version))
        return true;
    for (size_t i = 0; i < era->known.count; i++) {
        if (!is_built_out(era->known.items[i], os) &&
            sshd_match_pattern_list(era->known.items[i], name, false) != 0)
            return true;
    }
    return false;
}

static char *next_name(struct arena *a, const char **p)
{
    size_t length = strcspn(*p, ",");
    char *name = arena_alloc(a, length + 1);
    memcpy(name, *p, length);
    *p += length;
    return name;
}

bool sshd_algorithms_valid(struct arena *a, const struct sshd_keyword_table *table,
                           const struct os_facts *os, const char *keyword, const char *list,
                           const char **bad)
{
    const char *kind = kind_of(keyword);
    const struct sshd_algorithm_era *era = era_of(table, kind, os);
    bool keys = kind == keys_kind;
    bool plain_only = strcmp(keyword, "CASignatureAlgorithms") == 0;
    *bad = "";
    if (!era)
        return true;
    if (!*list)
        return false;
    /* Ciphers and MACs (10.6): a list that begins with an empty name names nothing. */
    if (!keys && *list == ',' && strcmp(kind, "KexAlgorithms") != 0 &&
        sshd_judged_version(os) >= 1006)
        return false;
    /* strsep and `p && *p`: an empty element ends the check. */
    for (const char *p = list; *p && *p != ',';) {
        const char *name = next_name(a, &p);
        bool good = keys ? key_name_valid(era, os, name, plain_only) : is_known(era, name, os);
        if (!good && os->openssh_version == 0)
            good = is_known_anywhere(table, kind, name);
        if (!good) {
            *bad = name;
            return false;
        }
        if (*p == ',')
            p++;
    }
    return true;
}

/* match.c filter_list: the names of LIST that PATTERNS match, or (KEEP false) do not. */
static void filter(struct arena *a, const struct text_list *list, const char *patterns, bool keep,
                   const struct os_facts *os, struct text_list *out)
{
    for (size_t i = 0; i < list->count; i++) {
        bool matches = sshd_match_pattern_list(list->items[i], patterns, false) == 1;
        if (matches == keep && !is_built_out(list->items[i], os) &&
            !text_list_has(out, list->items[i]))
            text_list_add(a, out, list->items[i]);
    }
}

/* The names a "+" or plain list may expand to: for CASignatureAlgorithms no certificates. */
static struct text_list all_names(struct arena *a, const struct sshd_algorithm_era *era,
                                  const char *keyword)
{
    struct text_list all = {0};
    bool plain_only = strcmp(keyword, "CASignatureAlgorithms") == 0;
    for (size_t i = 0; i < era->known.count; i++) {
        if (!plain_only || !is_certificate(era->known.items[i]))
            text_list_add(a, &all, era->known.items[i]);
    }
    return all;
}

/* kex_assemble_names, the part for plain, + and ^ lists: each element a pattern. */
static bool expand_patterns(struct arena *a, const struct text_list *all, const char *list,
                            const struct os_facts *os, struct text_list *out)
{
    for (const char *p = list;;) {
        if (*p == '!')
            return false;
        filter(a, all, next_name(a, &p), true, os, out);
        if (!*p)
            return out->count > 0;
        p++;
    }
}

bool sshd_algorithms_expand(struct arena *a, const struct sshd_keyword_table *table,
                            const struct os_facts *os, const char *keyword, const char *value,
                            struct text_list *out)
{
    const char *defaults_of =
        strcmp(keyword, "CASignatureAlgorithms") == 0 ? keyword : kind_of(keyword);
    const struct sshd_algorithm_era *era = era_of(table, kind_of(keyword), os);
    const struct sshd_algorithm_era *default_era = era_of(table, defaults_of, os);
    *out = (struct text_list){0};
    if (!era || !default_era)
        return true;
    if (!value || !*value) {
        filter(a, &default_era->defaults, "*", true, os, out);
        return true;
    }
    if (*value == '-') {
        filter(a, &default_era->defaults, value + 1, false, os, out);
        /* A list left empty is filled anew when Match is applied to a connection: too late for what
         * the key exchange needs, in time for what users sign with. */
        if (!out->count && kind_of(keyword) == keys_kind &&
            strcmp(keyword, "HostKeyAlgorithms") != 0)
            filter(a, &default_era->defaults, "*", true, os, out);
        return true;
    }
    struct text_list all = all_names(a, era, keyword);
    const char *defaults = text_list_join(a, &default_era->defaults, ",");
    const char *list = value;
    if (*value == '+')
        list = *(value + 1) ? arena_printf(a, "%s,%s", defaults, value + 1) : defaults;
    else if (*value == '^')
        list = *(value + 1) ? arena_printf(a, "%s,%s", value + 1, defaults) : defaults;
    return expand_patterns(a, &all, list, os, out);
}
