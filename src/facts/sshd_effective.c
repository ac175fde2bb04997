#include "facts/sshd_effective.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/sshd_algorithms.h"

static bool counts(const struct sshd_directive *d, const char *keyword)
{
    return d->is_valid && d->is_global && (d->values.count || *d->value) &&
           strcasecmp(d->keyword, keyword) == 0;
}

bool sshd_directive_overrides(const struct sshd_directive *d)
{
    return strcmp(d->keyword, "UnusedConnectionTimeout") == 0 && strcmp(d->value, "none") == 0;
}

const struct sshd_directive *sshd_config_winner(const struct sshd_config *config,
                                                const char *keyword)
{
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, keyword);
    if (!k)
        return NULL;
    bool last = sshd_keyword_last_wins(k, sshd_judged_version(&config->os));
    const struct sshd_directive *winner = NULL;
    vec_each (d, &config->directives) {
        if (!counts(d, k->name))
            continue;
        if (!winner || last || sshd_directive_overrides(d))
            winner = d;
    }
    return winner;
}

static struct text_list split_blanks(struct arena *a, const char *text)
{
    return text_words(a, bytes_of(text), " ");
}

struct text_list sshd_config_values(const struct sshd_config *config, const char *keyword)
{
    struct text_list all = {0};
    struct arena *a = config->arena;
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, keyword);
    if (!k)
        return all;
    if (strcmp(k->type, "penalties") == 0)
        return sshd_effective_penalties(a, config);
    if (!k->accumulates) {
        const struct sshd_directive *winner = sshd_config_winner(config, k->name);
        if (winner)
            return winner->values;
    }
    vec_each (d, &config->directives) {
        if (!k->accumulates || !counts(d, k->name))
            continue;
        if (strcmp(k->type, "subsystem") == 0) {
            text_list_add(a, &all, d->value);
            continue;
        }
        for (size_t i = 0; i < d->values.count; i++)
            text_list_add(a, &all, d->values.items[i]);
    }
    if (all.count)
        return all;
    const char *value = sshd_config_default(config, k->name);
    return value && *value ? split_blanks(a, value) : all;
}

const char *sshd_config_default(const struct sshd_config *config, const char *keyword)
{
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, keyword);
    return k ? sshd_keyword_default(k, &config->os) : NULL;
}

/* Up to 8.6 ChallengeResponseAuthentication decides with it (sshd.c main), and it is off by
 * itself. */
static const char *old_interactive(const struct sshd_config *config)
{
    const struct sshd_directive *challenge =
        sshd_config_winner(config, "ChallengeResponseAuthentication");
    const struct sshd_directive *own = sshd_config_winner(config, "KbdInteractiveAuthentication");
    if (!challenge || strcmp(challenge->value, "yes") == 0)
        return "yes";
    return own ? own->value : "no";
}

/* RekeyLimit: size and time are two slots; the first line with a time sets the time. */
static const char *rekey_limit(struct arena *a, const struct sshd_config *config)
{
    const char *size = NULL, *seconds = NULL;
    vec_each (d, &config->directives) {
        if (!counts(d, "RekeyLimit") || d->values.count < 2)
            continue;
        if (!size)
            size = d->values.items[0];
        if (!seconds && strcmp(d->values.items[1], "0") != 0)
            seconds = d->values.items[1];
    }
    return arena_printf(a, "%s %s", size ? size : "0", seconds ? seconds : "0");
}

const char *sshd_config_value(const struct sshd_config *config, const char *keyword)
{
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, keyword);
    if (!k)
        return "";
    int version = sshd_judged_version(&config->os);
    if (version < 807 && strcmp(k->name, "KbdInteractiveAuthentication") == 0)
        return old_interactive(config);
    if (strcmp(k->type, "rekey_limit") == 0)
        return rekey_limit(config->arena, config);
    if (k->accumulates || strcmp(k->type, "penalties") == 0) {
        struct text_list all = sshd_config_values(config, k->name);
        return text_list_join(config->arena, &all, " ");
    }
    const struct sshd_directive *winner = sshd_config_winner(config, k->name);
    if (winner)
        return winner->value;
    const char *value = sshd_keyword_default(k, &config->os);
    return value ? value : "";
}

static bool is_algorithm_list(const struct sshd_keyword *k)
{
    return strcmp(k->type, "alg_list") == 0;
}

struct text_list sshd_config_algorithms(struct arena *a, const struct sshd_config *config,
                                        const char *keyword, const char *value)
{
    struct text_list names = {0};
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, keyword);
    if (k && is_algorithm_list(k->target))
        sshd_algorithms_expand(a, config->keywords, &config->os, k->target->name, value, &names);
    return names;
}

static struct text_list text_of(struct arena *a, const char *value)
{
    struct text_list one = {0};
    text_list_add(a, &one, value);
    return one;
}

static void add_algorithms(struct arena *a, struct sshd_config *config,
                           const struct sshd_keyword *k, const struct sshd_directive *winner,
                           const struct text_list *names)
{
    struct text_list explicit_names = {0};
    if (winner) {
        const char *value = winner->value;
        value += strchr("+^-", *value) && *value ? 1 : 0;
        explicit_names = text_words(a, bytes_of(value), ",");
    }
    bool plain = winner && !strchr("+^-", *winner->value);
    for (size_t i = 0; i < names->count; i++) {
        bool named = plain || (winner && *winner->value != '-' &&
                               text_list_has(&explicit_names, names->items[i]));
        vec_push(a, &config->algorithms,
                 ((struct algo_fact){.key = k->name,
                                     .name = names->items[i],
                                     .origin = named ? "explicit" : "default",
                                     .known = true,
                                     .at = winner ? winner->at : (struct place){NULL, 0, 0}}));
    }
}

static void add_value(struct arena *a, struct sshd_config *config, const struct sshd_keyword *k)
{
    const struct sshd_directive *winner = sshd_config_winner(config, k->name);
    struct sshd_fact fact = {.key = k->name, .is_default = winner == NULL};
    if (winner)
        fact.at = winner->at;
    if (is_algorithm_list(k)) {
        struct text_list names =
            sshd_config_algorithms(a, config, k->name, winner ? winner->value : "");
        fact.values = names;
        fact.value = text_list_join(a, &names, ",");
        add_algorithms(a, config, k, winner, &names);
    } else {
        fact.value = sshd_config_value(config, k->name);
        fact.values = sshd_config_values(config, k->name);
        if (!fact.values.count && *fact.value)
            fact.values = text_of(a, fact.value);
    }
    vec_push(a, &config->values, fact);
}

/* Keywords that hold a value in this release, under the name we know them by. */
static bool has_value(const struct sshd_config *config, const struct sshd_keyword *k)
{
    static const char *const valueless[] = {"match", "glob_list", "deprecated", "alias"};
    for (size_t i = 0; i < sizeof valueless / sizeof *valueless; i++) {
        if (strcmp(k->type, valueless[i]) == 0 && !k->separate_type)
            return false;
    }
    vec_each (name, &config->keywords->keywords) {
        struct sshd_meaning meaning;
        if (name->target != k && name != k)
            continue;
        sshd_keyword_look_up(config->keywords, &config->os, name->name, &meaning);
        if (meaning.standing == SSHD_LIVE && meaning.keyword == k)
            return true;
    }
    return false;
}

void sshd_effective_fill(struct arena *a, struct sshd_config *config)
{
    vec_each (k, &config->keywords->keywords) {
        if (has_value(config, k))
            add_value(a, config, k);
    }
    vec_each (d, &config->directives) {
        if (d->match == 0 || !d->is_valid || config->values.count >= LIMIT_RECORDS)
            continue;
        vec_push(a, &config->values,
                 ((struct sshd_fact){.key = d->keyword,
                                     .value = d->value,
                                     .values = d->values.count ? d->values : d->arguments,
                                     .match = config->matches.items[d->match - 1].text,
                                     .at = d->at}));
    }
}

/* The value of sub-key NAME ("crash:") among WORDS; NULL. */
static const char *penalty(const struct text_list *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strncmp(words->items[i], name, strlen(name)) == 0)
            return words->items[i];
    }
    return NULL;
}

struct text_list sshd_effective_penalties(struct arena *a, const struct sshd_config *config)
{
    static const char *const order[] = {
        "crash:",          "authfail:",         "noauth:",   "invaliduser:",
        "grace-exceeded:", "refuseconnection:", "max:",      "min:",
        "max-sources4:",   "max-sources6:",     "overflow:", "overflow6:"};
    struct text_list set = {0}, out = {0};
    int enabled = -1;
    vec_each (d, &config->directives) {
        if (!counts(d, "PerSourcePenalties"))
            continue;
        for (size_t i = 0; i < d->values.count; i++) {
            const char *value = d->values.items[i];
            const char *colon = strchr(value, ':');
            if (!colon) {
                enabled = enabled == -1 ? strcmp(value, "yes") == 0 : enabled;
                continue;
            }
            const char *name = arena_text(a, (struct bytes){value, (size_t)(colon + 1 - value)});
            if (!penalty(&set, name)) {
                text_list_add(a, &set, value);
                enabled = 1;
            }
        }
    }
    if (enabled == 0) {
        text_list_add(a, &out, "no");
        return out;
    }
    const char *text = sshd_config_default(config, "PerSourcePenalties");
    struct text_list defaults = text_words(a, bytes_of(text ? text : ""), " ");
    const char *overflow = penalty(&set, "overflow:");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *value = penalty(&set, order[i]);
        if (!value && overflow && strcmp(order[i], "overflow6:") == 0)
            value = arena_printf(a, "overflow6:%s", overflow + strlen("overflow:"));
        if (!value)
            value = penalty(&defaults, order[i]);
        if (value)
            text_list_add(a, &out, value);
    }
    return out;
}
