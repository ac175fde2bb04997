/* Values that are lists: users, groups, environment, files, methods, algorithms. */
#include "facts/sshd_check.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "facts/sshd_address.h"
#include "facts/sshd_algorithms.h"

/* From 9.7 a list line without any element is refused. */
static void require_some(struct sshd_check *c)
{
    if (!c->failed && !c->values.count && c->version >= 907)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", NULL, "no %s specified", c->written);
}

/* match.c match_user in its test mode: only the part after the '@' (up to 9.8 the first, later the
 * last) can be wrong. */
static void check_user_patterns(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        const char *at = c->version < 909 ? strchr(word->text, '@') : strrchr(word->text, '@');
        if (!*word->text || (at && !sshd_address_list_ok(at + 1, c->version))) {
            const char *name = sshd_check_is_old(c) ? c->meaning.keyword->name : c->written;
            sshd_check_fail(c, DIAG_FATAL, "bad-pattern", word, "invalid %s pattern: \"%s\"", name,
                            word->text);
            return;
        }
        sshd_check_take(c, word->text);
    }
    require_some(c);
}

static void check_group_patterns(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        if (!*word->text) {
            sshd_check_fail(c, DIAG_FATAL, "bad-pattern", word, "empty %s pattern", c->written);
            return;
        }
        sshd_check_take(c, word->text);
    }
    require_some(c);
}

static void check_address_list(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing argument.", "missing argument.");
    if (!word)
        return;
    if (sshd_address_list_ok(word->text, c->version))
        sshd_check_take(c, word->text);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-pattern", word, "keyword %s invalid address argument.",
                        c->written);
}

static void check_environment_names(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        if (!*word->text || strchr(word->text, '=')) {
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid environment name.");
            return;
        }
        sshd_check_take(c, word->text);
    }
    require_some(c);
}

static bool is_set_already(const struct text_list *settings, const char *setting)
{
    size_t name = strcspn(setting, "=") + 1;
    for (size_t i = 0; i < settings->count; i++) {
        if (strncmp(settings->items[i], setting, name) == 0)
            return true;
    }
    return false;
}

/* A line of nothing but settings may be long: beyond this many a repeated name is not looked for.
 */
#define SETTINGS_COMPARED 1000

static void check_environment(struct sshd_check *c)
{
    const struct sshd_word *word;
    if (sshd_check_is_old(c) && c->line->rest)
        sshd_line_split_delimited(c->arena, c->line->rest, c->line->rest_column, false, c->line);
    while ((word = sshd_check_next_in_list(c))) {
        if (!*word->text || !strchr(word->text, '=')) {
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid environment.");
            return;
        }
        if (c->version < 901 || c->values.count > SETTINGS_COMPARED ||
            !is_set_already(&c->values, word->text))
            sshd_check_take(c, word->text);
    }
    if (sshd_check_is_old(c) && (word = sshd_check_next(c))) {
        /* The end of the line is looked at with strdelim again, which stops at "=". */
        int length = (int)strcspn(word->text, "=");
        c->takes_all = true;
        if (length)
            sshd_check_fail(c, DIAG_FATAL, "extra-argument", word,
                            "garbage at end of line; \"%.*s\".", length, word->text);
    }
    require_some(c);
}

/* "none" counts only where nothing stands beside it. */
static bool none_is_alone(struct sshd_check *c, const struct sshd_word *word)
{
    if (strcasecmp(word->text, "none") != 0 || (!c->values.count && !sshd_check_left(c)))
        return true;
    sshd_check_fail(c, DIAG_COUNTED, "bad-value", word,
                    "keyword %s \"none\" argument must appear alone.", c->written);
    return false;
}

static void check_log_verbose(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        if (!*word->text) {
            sshd_check_fail(c, DIAG_COUNTED, "bad-value", word, "keyword %s empty argument",
                            c->written);
            return;
        }
        if (!sshd_check_is_old(c) && !none_is_alone(c, word))
            return;
        sshd_check_take(c, word->text);
    }
    require_some(c);
}

static void check_one_path(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "missing file name.", "missing file name.");
    if (!word)
        return;
    const char *path = word->text;
    if (strcasecmp(path, "none") == 0)
        path = "none";
    else if (c->active && !c->slot_count && !sshd_check_expand_home(c, word, &path))
        return;
    bool as_is = strcmp(path, "none") == 0 || *path == '/' || *path == '~';
    sshd_check_take(c, as_is ? path : arena_printf(c->arena, "/%s", path));
}

/* Up to 8.6 two keywords do not look at their line when it cannot count now. */
static void take_unjudged(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c)))
        sshd_check_take(c, word->text);
}

/* AuthorizedKeysFile; RevokedKeys, which holds one path before 10.3. */
static void check_path_list(struct sshd_check *c)
{
    if (strcmp(c->meaning.keyword->name, "RevokedKeys") == 0 && c->version < 1003) {
        check_one_path(c);
        return;
    }
    if (sshd_check_is_old(c)) {
        c->takes_all = true;
        if (!c->active || c->slot_count) {
            take_unjudged(c);
            return;
        }
    }
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        if (!*word->text) {
            sshd_check_fail(c, DIAG_COUNTED, "bad-value", word, "keyword %s empty argument",
                            c->written);
            return;
        }
        if (c->version >= 1003 && !none_is_alone(c, word))
            return;
        const char *path;
        if (!sshd_check_expand_home(c, word, &path))
            return;
        sshd_check_take(c, path);
    }
    require_some(c);
}

/* auth2.c auth2_methods_valid without the question whether they are on. */
static bool methods_known(const struct sshd_check *c, const char *list)
{
    static const char *const methods[] = {
        "none", "publickey", "gssapi-with-mic", "password", "keyboard-interactive", "hostbased"};
    bool kex = c->os->gssapi_kex != TRUTH_NO;
    bool gssapi = kex || c->os->family_code != FAMILY_DEBIAN; /* see sshd_keywords.c is_built_out */
    for (const char *p = list;; p++) {
        size_t length = strcspn(p, ",");
        size_t name = strcspn(p, ",:");
        bool found = kex && name == 12 && strncmp(p, "gssapi-keyex", name) == 0;
        for (size_t i = 0; !found && i < sizeof methods / sizeof *methods; i++)
            found = strlen(methods[i]) == name && strncmp(p, methods[i], name) == 0 &&
                    (gssapi || name != 15);
        if (!found)
            return false;
        p += length;
        if (!*p)
            return true;
    }
}

/* How many methods sshd has in its list when it meets an "any": up to 8.6 and from 9.7 those of
 * this line, in between also those of lines before. */
static size_t methods_before_any(const struct sshd_check *c)
{
    if (c->version >= 907)
        return c->values.count;
    size_t own = c->active && !c->slot_count ? c->values.count : 0;
    return c->slot_count + own;
}

static void check_methods(struct sshd_check *c)
{
    bool old = sshd_check_is_old(c);
    bool seen_any = false;
    const struct sshd_word *word;
    c->takes_all = old;
    if (old && c->slot_count) {
        take_unjudged(c);
        return;
    }
    while ((word = sshd_check_next_in_list(c))) {
        bool is_any = strcmp(word->text, "any") == 0;
        if (is_any ? methods_before_any(c) > 0 : seen_any) {
            sshd_check_fail(c, DIAG_FATAL, "auth-methods-any", word,
                            "\"any\" must appear alone in %s",
                            old ? c->meaning.keyword->name : c->written);
            return;
        }
        if (!is_any && !methods_known(c, word->text)) {
            if (old)
                sshd_check_fail(c, DIAG_FATAL, "bad-value", word,
                                "invalid authentication method list.");
            else
                sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "invalid %s method list.",
                                c->written);
            return;
        }
        seen_any = seen_any || is_any;
        sshd_check_take(c, word->text);
    }
    if (!c->values.count)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", NULL, "no %s specified",
                        old ? c->meaning.keyword->name : c->written);
}

/* One argument that is a list of algorithms. */
static void check_algorithm_text(struct sshd_check *c, const char *old_missing,
                                 const char *new_missing, const char *complaint)
{
    const struct sshd_word *word = sshd_check_required(c, old_missing, new_missing);
    const char *unknown;
    if (!word)
        return;
    bool prefixed = *word->text == '+' || (*word->text == '^' && c->version >= 801);
    if (*word->text == '-' ||
        sshd_algorithms_valid(c->arena, c->table, c->os, c->meaning.keyword->name,
                              word->text + prefixed, &unknown)) {
        sshd_check_take(c, word->text);
        return;
    }
    sshd_check_fail(c, DIAG_FATAL, "bad-algorithm", word, "%s '%s'.", complaint, word->text);
    if (*unknown)
        c->bad = unknown;
}

static void check_algorithms(struct sshd_check *c)
{
    const char *name = c->meaning.keyword->name;
    if (strcmp(name, "Ciphers") == 0)
        check_algorithm_text(c, "Missing argument.", NULL, "Bad SSH2 cipher spec");
    else if (strcmp(name, "MACs") == 0)
        check_algorithm_text(c, "Missing argument.", NULL, "Bad SSH2 mac spec");
    else if (strcmp(name, "KexAlgorithms") == 0)
        check_algorithm_text(c, "Missing argument.", NULL, "Bad SSH2 KexAlgorithms");
    else
        check_algorithm_text(c, "Missing argument.", "Missing argument.", "Bad key types");
}

/* The GSSAPI key exchange patch: kex.c kex_gss_names_valid. */
static bool gss_names_known(const char *list)
{
    static const char *const names[] = {
        "gss-gex-sha1-",          "gss-group1-sha1-",    "gss-group14-sha1-",
        "gss-group14-sha256-",    "gss-group16-sha512-", "gss-nistp256-sha256-",
        "gss-curve25519-sha256-",
    };
    for (const char *p = list; *p && *p != ',';) {
        size_t length = strcspn(p, ",");
        bool found = false;
        for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
            found = length >= strlen(names[i]) && strncmp(p, names[i], strlen(names[i])) == 0;
        if (!found)
            return false;
        p += length;
        if (*p)
            p++;
    }
    return *list != '\0';
}

static void check_gss_kex(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "Missing argument.", "Missing argument.");
    if (!word)
        return;
    if (gss_names_known(word->text))
        sshd_check_take(c, word->text);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-algorithm", word, "Bad GSSAPI KexAlgorithms '%s'.",
                        word->text);
}

const struct sshd_value_kind sshd_list_kinds[] = {
    {"user_patterns", check_user_patterns},
    {"group_patterns", check_group_patterns},
    {"addr_list", check_address_list},
    {"env_names", check_environment_names},
    {"env_list", check_environment},
    {"log_verbose", check_log_verbose},
    {"path_list", check_path_list},
    {"methods", check_methods},
    {"alg_list", check_algorithms},
    {"gss_kex", check_gss_kex},
    {NULL, NULL},
};
