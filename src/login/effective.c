#include "login/effective.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "facts/sshd_keywords.h"
#include "login/match_pattern.h"

/* sshd: groupaccess.c ga_match_pattern_list: a negated hit on any one group ends it. */
static bool group_criterion(const struct account_fact *account, const char *list)
{
    bool found = false;
    for (size_t i = 0; account && i < account->groups.count; i++) {
        enum match_result r = match_pattern_list(account->groups.items[i], list, false);
        if (r == MATCH_NEGATED)
            return false;
        found |= r == MATCH_FOUND;
    }
    return found;
}

static bool port_criterion(const char *value, int port)
{
    int64_t wanted;
    return text_number(bytes_of(value), 1, 65535, &wanted) && wanted == port;
}

/* The connection a line of criteria is held against. */
struct connection {
    const struct facts *facts;
    const struct subject *subject;
    const struct account_fact *account;
    const char *host;
    int port;
};

static bool criterion_holds(const struct sshd_criterion *c, const struct connection *at)
{
    const char *value = c->value ? c->value : "";
    if (strcasecmp(c->name, "all") == 0)
        return true;
    if (strcasecmp(c->name, "user") == 0)
        return match_pattern_list(at->subject->user, value, false) == MATCH_FOUND;
    if (strcasecmp(c->name, "group") == 0)
        return group_criterion(at->account, value);
    if (strcasecmp(c->name, "host") == 0)
        return match_host_list(at->host, value) == MATCH_FOUND;
    if (strcasecmp(c->name, "address") == 0)
        return match_address_list(at->subject->from, value) == MATCH_FOUND;
    /* The address the guest will own is not on the disk: only what fits every address holds. Who
     * comes from a loopback address comes to one. */
    if (strcasecmp(c->name, "localaddress") == 0)
        return match_address_list(address_is_loopback(at->subject->from) ? at->subject->from : NULL,
                                  value) == MATCH_FOUND;
    if (strcasecmp(c->name, "localport") == 0)
        return port_criterion(value, at->port);
    if (strcasecmp(c->name, "rdomain") == 0)
        return match_pattern_list("", value, false) == MATCH_FOUND;
    if (strcasecmp(c->name, "invalid-user") == 0)
        return at->account == NULL;
    if (strcasecmp(c->name, "version") == 0) {
        const char *banner = at->facts->os.openssh_banner;
        return banner && match_pattern_list(banner, value, false) == MATCH_FOUND;
    }
    return false;
}

static bool block_holds(const struct sshd_match *m, const struct connection *at)
{
    if (m->dead)
        return false;
    for (size_t i = 0; i < m->criterion_count; i++)
        if (!criterion_holds(&m->criteria[i], at))
            return false;
    return m->criterion_count > 0 || m->always;
}

/* OpenSSH 8.4 takes SetEnv in a block and does not copy it out of there (servconf.h
 * COPY_MATCH_STRING_OPTS); 9.2 does. */
static bool stays_in_block(const struct effective *e, const struct sshd_directive *d)
{
    return strcasecmp(d->keyword, "SetEnv") == 0 && sshd_judged_version(&e->config->os) < 805;
}

static bool stands_in_active_block(const struct effective *e, const struct sshd_directive *d)
{
    return !stays_in_block(e, d) && d->match > 0 && d->match <= e->config->matches.count &&
           e->active[d->match - 1];
}

static bool stands_in_global(const struct effective *e, const struct sshd_directive *d)
{
    for (size_t block = d->match; block > 0;) {
        if (block > e->config->matches.count)
            return false;
        const struct sshd_match *m = &e->config->matches.items[block - 1];
        if (!m->always || m->parent >= block)
            return false;
        block = m->parent;
    }
    return true;
}

/* Split the directives once: a file may hold thousands of blocks for others. */
static void sort_directives(struct effective *e)
{
    size_t count = e->config->directives.count;
    e->in_blocks = arena_alloc_array(e->arena, count + 1, sizeof *e->in_blocks);
    e->in_global = arena_alloc_array(e->arena, count + 1, sizeof *e->in_global);
    for (size_t i = 0; i < count; i++) {
        const struct sshd_directive *d = &e->config->directives.items[i];
        if (!d->is_valid)
            continue;
        if (stands_in_active_block(e, d))
            e->in_blocks[e->in_blocks_count++] = d;
        if (stands_in_global(e, d))
            e->in_global[e->in_global_count++] = d;
    }
}

struct effective *effective_for(const struct facts *f, const struct subject *subject,
                                const struct account_fact *account, int port)
{
    struct effective *e = arena_new_struct(f->arena, struct effective);
    const struct sshd_config *config = f->sshd;
    e->config = config;
    e->arena = f->arena;
    e->from = subject->from;
    e->host = subject->from;
    e->active = arena_alloc_array(f->arena, config->matches.count + 1, sizeof *e->active);
    const struct connection at = {f, subject, account, e->host, port};
    for (size_t i = 0; i < config->matches.count; i++) {
        const struct sshd_match *m = &config->matches.items[i];
        /* Blocks come in reading order, so a parent is settled before its children. */
        bool parent = m->parent == 0 || (m->parent <= i && e->active[m->parent - 1]);
        e->active[i] = parent && block_holds(m, &at);
    }
    sort_directives(e);
    return e;
}

const struct sshd_directive *effective_winner(const struct effective *e, const char *keyword)
{
    const struct sshd_keyword *k = sshd_keyword_named(e->config->keywords, keyword);
    bool last = k && sshd_keyword_last_wins(k, sshd_judged_version(&e->config->os));
    const struct sshd_directive *winner = NULL;
    for (size_t i = 0; i < e->in_blocks_count; i++)
        if ((!winner || last || sshd_directive_overrides(e->in_blocks[i])) &&
            strcasecmp(e->in_blocks[i]->keyword, keyword) == 0)
            winner = e->in_blocks[i];
    if (winner)
        return winner;
    for (size_t i = 0; i < e->in_global_count; i++)
        if (strcasecmp(e->in_global[i]->keyword, keyword) == 0)
            return sshd_config_winner(e->config, keyword);
    return NULL;
}

/* OpenSSH 8.7 to 9.6: "any" counts the methods of earlier blocks that hold, and cannot stand beside
 * them (servconf.c AuthenticationMethods). */
const struct sshd_directive *effective_ending(const struct effective *e)
{
    const struct sshd_config *config = e->config;
    int version = sshd_judged_version(&config->os);
    size_t before = 0;
    if (version < 807 || version > 906)
        return NULL;
    vec_each (d, &config->directives) {
        if (d->match == 0 || d->match > config->matches.count || !d->is_valid ||
            strcasecmp(d->keyword, "AuthenticationMethods") != 0)
            continue;
        if (before > 0 && d->arguments.count > 0 && strcmp(d->arguments.items[0], "any") == 0)
            return d;
        if (e->active[d->match - 1])
            before += d->arguments.count;
    }
    return NULL;
}

/* RekeyLimit: size and time are two slots; the first line with a time sets the time. */
static const char *rekey_limit(const struct effective *e)
{
    const char *size = NULL, *seconds = NULL;
    for (size_t i = 0; i < e->in_blocks_count + e->in_global_count; i++) {
        const struct sshd_directive *d =
            i < e->in_blocks_count ? e->in_blocks[i] : e->in_global[i - e->in_blocks_count];
        if (strcasecmp(d->keyword, "RekeyLimit") != 0 || d->values.count < 2)
            continue;
        if (!size)
            size = d->values.items[0];
        if (!seconds && strcmp(d->values.items[1], "0") != 0)
            seconds = d->values.items[1];
    }
    return arena_printf(e->arena, "%s %s", size ? size : "0", seconds ? seconds : "0");
}

const char *effective_value(const struct effective *e, const char *keyword)
{
    if (strcasecmp(keyword, "RekeyLimit") == 0)
        return rekey_limit(e);
    const struct sshd_directive *d = effective_winner(e, keyword);
    const char *value = d ? d->value : sshd_config_default(e->config, keyword);
    return value ? value : "";
}

bool effective_yes(const struct effective *e, const char *keyword)
{
    return strcasecmp(effective_value(e, keyword), "yes") == 0;
}

int64_t effective_number(const struct effective *e, const char *keyword)
{
    int64_t number;
    return text_number(bytes_of(effective_value(e, keyword)), 0, INT32_MAX, &number)
               ? number
               : FACT_NO_NUMBER;
}

struct text_list effective_words(const struct effective *e, const char *keyword)
{
    const struct sshd_directive *d = effective_winner(e, keyword);
    if (d && d->arguments.count > 0)
        return d->arguments;
    return text_words(e->arena, bytes_of(effective_value(e, keyword)), " \t");
}

static void add_words(const struct effective *e, const char *keyword,
                      const struct sshd_directive **directives, size_t count,
                      struct effective_list *list)
{
    for (size_t i = 0; i < count; i++) {
        const struct sshd_directive *d = directives[i];
        if (strcasecmp(d->keyword, keyword) != 0)
            continue;
        for (size_t w = 0; w < d->arguments.count; w++)
            vec_push(e->arena, &list->words, ((struct effective_word){d->arguments.items[w], d}));
    }
}

struct effective_list effective_list(const struct effective *e, const char *keyword)
{
    struct effective_list list = {0};
    add_words(e, keyword, e->in_blocks, e->in_blocks_count, &list);
    if (list.words.count == 0)
        add_words(e, keyword, e->in_global, e->in_global_count, &list);
    return list;
}

bool effective_in_match(const struct effective *e, const struct sshd_directive *d)
{
    return d && d->match > 0 && d->match <= e->config->matches.count && !stands_in_global(e, d);
}

const char *effective_match_text(const struct effective *e, const struct sshd_directive *d)
{
    if (!d || d->match == 0 || d->match > e->config->matches.count)
        return NULL;
    return e->config->matches.items[d->match - 1].text;
}

struct place effective_place(const struct effective *e, const struct sshd_directive *d)
{
    if (d && d->at.file)
        return d->at;
    return place_of_file(e->config->path);
}
