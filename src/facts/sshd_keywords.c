#include "facts/sshd_keywords.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

/* "8.2" or "1.2.2" to major * 100 + minor; 0 when absent. */
static int version_number(const char *text)
{
    if (!text)
        return 0;
    char *end;
    long major = strtol(text, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    if (major < 0 || major > 999 || minor < 0 || minor > 99)
        return 0;
    return (int)(major * 100 + minor);
}

static int member_version(const struct json *object, const char *name)
{
    return version_number(json_member_string(object, name));
}

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static struct text_list read_texts(struct arena *a, const struct json *array)
{
    struct text_list list = {arena_alloc_array(a, json_count(array), sizeof(char *)), 0};
    for (const struct json *item = json_first(array); item; item = json_next(item)) {
        if (json_string(item))
            list.items[list.count++] = arena_strdup(a, json_string(item));
    }
    return list;
}

static void read_values(struct arena *a, const struct json *row, struct sshd_keyword *k)
{
    const struct json *values = json_member(row, "values");
    for (const struct json *v = json_first(values); v; v = json_next(v)) {
        bool plain = json_type(v) == JSON_STRING;
        const char *text = plain ? json_string(v) : json_member_string(v, "value");
        if (text)
            vec_push(a, &k->values,
                     ((struct sshd_choice){arena_strdup(a, text),
                                           plain ? 0 : member_version(v, "since")}));
    }
    const struct json *same = json_member(row, "same");
    for (const struct json *s = json_first(same); s; s = json_next(s)) {
        if (json_string(s))
            vec_push(a, &k->synonyms,
                     ((struct sshd_synonym){arena_strdup(a, json_name(s)),
                                            arena_strdup(a, json_string(s))}));
    }
}

static void read_defaults(struct arena *a, const struct json *row, struct sshd_keyword *k)
{
    const struct json *defaults = json_member(row, "defaults");
    for (const struct json *d = json_first(defaults); d; d = json_next(d)) {
        struct sshd_default value = {member_version(d, "since"),
                                     copy_text(a, json_member_string(d, "family")),
                                     copy_text(a, json_member_string(d, "value"))};
        if (value.value)
            vec_push(a, &k->defaults, value);
    }
    const struct json *backports = json_member(row, "backports");
    for (const struct json *b = json_first(backports); b; b = json_next(b))
        vec_push(a, &k->backports,
                 ((struct sshd_backport){arena_strdup(a, json_name(b)),
                                         version_number(json_string(b))}));
}

static void read_keyword(struct arena *a, const struct json *row, struct sshd_keyword *k)
{
    const char *needs = json_member_string(row, "needs");
    const char *wins = json_member_string(row, "wins");
    *k = (struct sshd_keyword){
        .name = arena_strdup(a, json_member_string(row, "name")),
        .type = arena_strdup(a, json_member_string(row, "type")),
        .alias_since = member_version(row, "alias_since"),
        .separate_type = copy_text(a, json_member_string(row, "separate_type")),
        .since = member_version(row, "since"),
        .match_since = member_version(row, "match_since"),
        .deprecated_since = member_version(row, "deprecated_since"),
        .deprecated_until = member_version(row, "deprecated_until"),
        .unsupported_until = member_version(row, "unsupported_until"),
        .removed_since = member_version(row, "removed_since"),
        .unknown_upstream_in = member_version(row, "unknown_upstream_in"),
        .not_in_match_in = member_version(row, "not_in_match_in"),
        .is_silent = json_bool(json_member(row, "silent"), false),
        .needs_gssapi_kex = needs && strcmp(needs, "gssapi_kex") == 0,
        .build = copy_text(a, json_member_string(row, "build")),
        .families = read_texts(a, json_member(row, "families")),
        .accumulates = json_bool(json_member(row, "accumulate"), false),
        .last_wins = wins && strcmp(wins, "last") == 0,
        .first_wins_since = member_version(row, "first_wins_since"),
        .min = (int64_t)json_number(json_member(row, "min"), 0),
        .max = (int64_t)json_number(json_member(row, "max"), INT_MAX),
    };
    read_values(a, row, k);
    read_defaults(a, row, k);
}

const struct sshd_keyword *sshd_keyword_named(const struct sshd_keyword_table *table,
                                              const char *name)
{
    for (const struct sshd_keyword *k = table->by_letter[*name & 31]; k; k = k->next)
        if (strcasecmp(k->name, name) == 0)
            return k;
    return NULL;
}

/* Point every row at what it stands for; the vector must not grow after this. */
static int resolve_aliases(struct sshd_keyword_table *table, const struct json *rows,
                           const char *path, struct err *e)
{
    size_t i = 0;
    for (size_t n = table->keywords.count; n-- > 0;) {
        struct sshd_keyword *k = &table->keywords.items[n];
        k->next = table->by_letter[*k->name & 31];
        table->by_letter[*k->name & 31] = k;
    }
    for (const struct json *row = json_first(rows); row; row = json_next(row), i++) {
        struct sshd_keyword *k = &table->keywords.items[i];
        const char *target = json_member_string(row, "alias_of");
        k->target = target ? sshd_keyword_named(table, target) : k;
        if (!k->target)
            return err_set_at(e, ERR_SYNTAX, path, 0, 0, "%s is an alias of %s, which is not there",
                              k->name, target);
    }
    return 0;
}

static void read_algorithms(struct arena *a, const struct json *kinds,
                            struct sshd_keyword_table *table)
{
    for (const struct json *k = json_first(kinds); k; k = json_next(k)) {
        struct sshd_algorithm_kind *kind = vec_push_new(a, &table->algorithms);
        kind->name = arena_strdup(a, json_name(k));
        for (const struct json *era = json_first(k); era; era = json_next(era)) {
            struct sshd_algorithm_era read = {
                .since = member_version(era, "since"),
                .until = member_version(era, "until"),
                .family = copy_text(a, json_member_string(era, "family")),
                .defaults = read_texts(a, json_member(era, "default")),
                .known = read_texts(a, json_member(era, "known")),
                .sign_only = read_texts(a, json_member(era, "sign_only")),
            };
            vec_push(a, &kind->eras, read);
        }
    }
}

struct sshd_keyword_table *sshd_keywords_load(struct arena *a, struct bytes text, const char *path,
                                              struct err *e)
{
    CLEANUP_JSON struct json *document = json_parse(text, path, e);
    if (!document)
        return NULL;
    struct sshd_keyword_table *table = arena_new_struct(a, struct sshd_keyword_table);
    const struct json *rows = json_member(document, "keywords");
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!json_member_string(row, "name") || !json_member_string(row, "type")) {
            err_set_at(e, ERR_SYNTAX, path, 0, 0, "keyword number %zu has no name or no type",
                       table->keywords.count + 1);
            return NULL;
        }
        read_keyword(a, row, vec_push_new(a, &table->keywords));
    }
    if (table->keywords.count == 0) {
        err_set_at(e, ERR_SYNTAX, path, 0, 0, "no keywords in the keyword table");
        return NULL;
    }
    if (resolve_aliases(table, rows, path, e))
        return NULL;
    read_algorithms(a, json_member(document, "algorithms"), table);
    return table;
}

int sshd_judged_version(const struct os_facts *os)
{
    return os->openssh_version ? os->openssh_version : SSHD_RECENT_VERSION;
}

static bool has_family(const struct text_list *families, const char *family)
{
    for (size_t i = 0; i < families->count; i++) {
        if (family && strcmp(families->items[i], family) == 0)
            return true;
    }
    return false;
}

/* Does this sshd's table hold the word at all? */
static bool is_in_table(const struct sshd_keyword *k, const struct os_facts *os)
{
    int version = os->openssh_version;
    if (version == 0)
        return !k->removed_since;
    if (k->removed_since && version >= k->removed_since)
        return false;
    if (k->needs_gssapi_kex)
        return os->gssapi_kex != TRUTH_NO;
    if (k->families.count && !has_family(&k->families, os->family))
        return false;
    if (k->unknown_upstream_in == version && os->family_code != FAMILY_DEBIAN)
        return false;
    vec_each (b, &k->backports) {
        if (os->family && strcmp(b->family, os->family) == 0 && version >= b->since)
            return true;
    }
    return version >= k->since;
}

/* Compile-time support this build is known to lack. */
static bool lacks_build(const struct sshd_keyword *k, const struct os_facts *os)
{
    if (!k->build)
        return false;
    if (strcmp(k->build, "pam") == 0)
        return os->pam == TRUTH_NO;
    /* Debian took Kerberos out of the plain package together with the key exchange patch. */
    if (strcmp(k->build, "gssapi") == 0 || strcmp(k->build, "kerberos") == 0)
        return os->family_code == FAMILY_DEBIAN && os->gssapi_kex == TRUTH_NO;
    return strcmp(k->build, "afs") == 0; /* no Linux distribution builds with AFS */
}

static enum sshd_standing standing_of(const struct sshd_keyword *k, const struct os_facts *os)
{
    int version = sshd_judged_version(os);
    if (!is_in_table(k, os))
        return SSHD_UNKNOWN;
    bool dead = strcmp(k->type, "deprecated") == 0
                    ? !k->deprecated_since || version >= k->deprecated_since
                    : k->deprecated_since && version >= k->deprecated_since &&
                          version < k->deprecated_until;
    if (dead && k->is_silent)
        return SSHD_SILENT;
    if (dead)
        return version < k->unsupported_until ? SSHD_UNSUPPORTED : SSHD_DEPRECATED;
    return lacks_build(k, os) ? SSHD_UNSUPPORTED : SSHD_LIVE;
}

void sshd_keyword_look_up(const struct sshd_keyword_table *table, const struct os_facts *os,
                          const char *written, struct sshd_meaning *out)
{
    int version = sshd_judged_version(os);
    *out = (struct sshd_meaning){.standing = SSHD_UNKNOWN};
    const struct sshd_keyword *k = sshd_keyword_named(table, written);
    if (!k)
        return;
    out->standing = standing_of(k, os);
    if (out->standing == SSHD_UNKNOWN)
        return;
    bool separate = k->separate_type && version < k->alias_since;
    out->entry = k;
    out->keyword = separate ? k : k->target;
    out->type = separate ? k->separate_type : out->keyword->type;
    out->in_match = k->match_since && version >= k->match_since && version != k->not_in_match_in;
}

bool sshd_keyword_last_wins(const struct sshd_keyword *keyword, int version)
{
    return keyword->last_wins || (keyword->first_wins_since && version < keyword->first_wins_since);
}

const char *sshd_keyword_default(const struct sshd_keyword *keyword, const struct os_facts *os)
{
    int version = sshd_judged_version(os);
    const char *value = NULL;
    int since = -1;
    vec_each (d, &keyword->defaults) {
        bool fits = !d->family || (os->family && strcmp(d->family, os->family) == 0);
        if (fits && d->since <= version && (d->since > since || d->family)) {
            value = d->value;
            since = d->since;
        }
    }
    return value;
}
