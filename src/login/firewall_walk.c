#include "login/firewall_walk.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"


static const char *key_of(struct arena *a, const char *source, const char *family,
                          const char *table, const char *chain)
{
    return arena_printf(a, "%s %s %s %s", source, family ? family : "", table ? table : "", chain);
}

static struct firewall_chain *chain_of(const struct firewall_walk *w,
                                       const struct firewall_fact *rule, const char *chain)
{
    return map_get(&w->chains, key_of(w->arena, rule->source, rule->family, rule->table, chain));
}

bool firewall_has_chain(const struct firewall_walk *w, const struct firewall_fact *rule,
                        const char *chain)
{
    return chain_of(w, rule, chain) != NULL;
}

const struct firewall_fact *firewall_set(const struct firewall_walk *w,
                                         const struct firewall_fact *rule, const char *name)
{
    return map_get(&w->sets, key_of(w->arena, rule->source, rule->family, rule->table, name));
}

unsigned firewall_drop(struct firewall_walk *w, const struct firewall_fact *rule, const char *how)
{
    if (!w->dropped_by) {
        w->dropped_at = rule->at;
        w->dropped_by = how;
        w->dropped_chain = rule->chain;
    }
    return OUTCOME_DROP;
}

static unsigned rule_outcome(struct firewall_walk *w, const struct firewall_fact *rule)
{
    return strcmp(rule->source, "nftables") == 0 ? nft_rule_outcome(w, rule)
                                                 : iptables_rule_outcome(w, rule);
}

/* OUTCOME_ON: the end of the chain. */
static unsigned walk_chain(struct firewall_walk *w, const struct firewall_chain *chain)
{
    unsigned all = 0;
    for (size_t i = 0; i < chain->rules.count; i++) {
        if (++w->steps > LIMIT_FIREWALL_STEPS)
            return all | OUTCOME_OTHER;
        unsigned one = rule_outcome(w, chain->rules.items[i]);
        all |= one & ~(unsigned)(OUTCOME_ON | OUTCOME_RETURN);
        if (one & OUTCOME_RETURN)
            all |= OUTCOME_ON; /* one way leads back already */
        if (!(one & OUTCOME_ON))
            return all;
    }
    return all | OUTCOME_ON;
}

unsigned firewall_jump(struct firewall_walk *w, const struct firewall_fact *rule, const char *chain,
                       bool go_to)
{
    struct firewall_chain *c = chain_of(w, rule, chain);
    if (!c || c->is_open || w->steps > LIMIT_FIREWALL_STEPS)
        return OUTCOME_OTHER;
    c->is_open = true;
    unsigned out = walk_chain(w, c);
    c->is_open = false;
    if (go_to && (out & OUTCOME_ON))
        out = (out & ~(unsigned)OUTCOME_ON) | OUTCOME_RETURN;
    return out;
}

static unsigned walk_base(struct firewall_walk *w, struct firewall_chain *c)
{
    c->is_open = true;
    unsigned out = walk_chain(w, c);
    c->is_open = false;
    if (!(out & OUTCOME_ON))
        return out;
    out &= ~(unsigned)OUTCOME_ON;
    if (c->head->policy && strcasecmp(c->head->policy, "drop") == 0)
        return out | firewall_drop(w, c->head, "drop");
    return out | OUTCOME_ACCEPT;
}

static bool sees_packet(const struct firewall_walk *w, const struct firewall_fact *chain)
{
    static const char *const hooks[] = {"input", "prerouting", "ingress"};
    bool six = w->packet->from.six;
    bool on_way = false;
    for (size_t i = 0; chain->hook && i < sizeof hooks / sizeof *hooks; i++)
        on_way |= strcmp(chain->hook, hooks[i]) == 0;
    if (!on_way || !chain->family)
        return false;
    return strcmp(chain->family, "inet") == 0 || strcmp(chain->family, "netdev") == 0 ||
           strcmp(chain->family, six ? "ip6" : "ip") == 0;
}

/* A later line on the same chain gives its policy: that one counts. */
static void add_chain(struct firewall_walk *w, const struct firewall_fact *r)
{
    const char *key = key_of(w->arena, r->source, r->family, r->table, r->chain);
    struct firewall_chain *known = map_get(&w->chains, key);
    if (known && (r->policy || !known->head->hook)) {
        known->head = r;
    } else if (!known) {
        known = arena_new_struct(w->arena, struct firewall_chain);
        known->head = r;
        map_set(&w->chains, key, known);
    }
}

static unsigned index_source(struct firewall_walk *w, const char *source)
{
    unsigned out = 0;
    for (size_t i = 0; i < w->facts->firewall.count; i++) {
        const struct firewall_fact *r = &w->facts->firewall.items[i];
        if (strcmp(r->source, source) != 0 || !r->at_boot)
            continue;
        if (strcmp(r->kind, "chain") == 0)
            add_chain(w, r);
        else if (strcmp(r->kind, "set") == 0)
            map_set(&w->sets, key_of(w->arena, r->source, r->family, r->table, r->chain),
                    (void *)(uintptr_t)r);
    }
    for (size_t i = 0; i < w->facts->firewall.count; i++) {
        const struct firewall_fact *r = &w->facts->firewall.items[i];
        if (strcmp(r->source, source) != 0 || !r->at_boot)
            continue;
        struct firewall_chain *c = strcmp(r->kind, "rule") == 0 ? chain_of(w, r, r->chain) : NULL;
        if (c)
            vec_push(w->arena, &c->rules, r);
        else if (strcmp(r->kind, "problem") == 0 || strcmp(r->kind, "rule") == 0)
            out |= OUTCOME_OTHER;
    }
    return out;
}

static unsigned begin(struct firewall_walk *w, const char *source)
{
    map_init(&w->chains, w->arena);
    map_init(&w->sets, w->arena);
    w->steps = 0;
    w->dropped_by = NULL;
    return index_source(w, source);
}

/* The chain R heads, when it is a base chain on the packet's way in. */
static struct firewall_chain *base_chain(struct firewall_walk *w, const char *source,
                                         const struct firewall_fact *r)
{
    if (strcmp(r->source, source) != 0 || strcmp(r->kind, "chain") != 0 || !sees_packet(w, r))
        return NULL;
    struct firewall_chain *c = chain_of(w, r, r->chain);
    return c && c->head == r ? c : NULL;
}

/* A drop in any base chain is final; an accept leads on to the next one. */
unsigned firewall_judge(struct firewall_walk *w, const char *source)
{
    unsigned all = begin(w, source) | OUTCOME_ACCEPT;
    bool outside = all & OUTCOME_OTHER;
    for (size_t i = 0; i < w->facts->firewall.count; i++) {
        struct firewall_chain *c = base_chain(w, source, &w->facts->firewall.items[i]);
        unsigned one = c ? walk_base(w, c) : 0;
        if (one == OUTCOME_DROP)
            return outside ? OUTCOME_DROP | OUTCOME_OTHER : OUTCOME_DROP;
        all |= one;
    }
    return all;
}

void firewall_dropping(struct firewall_walk *w, const char *source, struct firewall_heads *out)
{
    begin(w, source);
    for (size_t i = 0; i < w->facts->firewall.count; i++) {
        const struct firewall_fact *r = &w->facts->firewall.items[i];
        struct firewall_chain *c = base_chain(w, source, r);
        if (c && (walk_base(w, c) & OUTCOME_DROP))
            vec_push(w->arena, &out->items, r);
    }
}
