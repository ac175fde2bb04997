/* Gate firewall: does the first packet of a login reach sshd past the rules that are loaded at
 * boot? Judged for the address asked for; without one, for an outside address, and where that one
 * is kept out, for each address the rules themselves name: a way in for some is a way in. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "login/firewall_walk.h"

static const struct {
    const char *source, *reason;
} filters[] = {
    {"nftables", "fw-nftables-saved"},    {"iptables", "fw-iptables-saved"},
    {"boot-script", "fw-iptables-saved"}, {"ufw", "fw-ufw"},
    {"firewalld", "fw-firewalld"},        {"SuSEfirewall2", "fw-susefirewall2"},
};
#define FILTERS (sizeof filters / sizeof *filters)

struct verdict {
    enum gate_state state;
    const char *source, *reason; /* of the filter that shuts, or leaves it unknown */
    struct place at;
    const char *by, *chain;
};

struct judging {
    struct firewall_walk walk;
    struct firewall_packet packet;
};

static enum gate_state state_of(unsigned outcome)
{
    return outcome == OUTCOME_ACCEPT ? GATE_OPEN
           : outcome == OUTCOME_DROP ? GATE_SHUT
                                     : GATE_UNKNOWN;
}

static void take_worse(struct verdict *v, unsigned outcome, const struct firewall_walk *w,
                       const char *source, const char *reason)
{
    enum gate_state state = state_of(outcome);
    if (state == GATE_OPEN || v->state == GATE_SHUT ||
        (v->state == GATE_UNKNOWN && state == GATE_UNKNOWN))
        return;
    *v = (struct verdict){state, source, reason, w->dropped_at, w->dropped_by, w->dropped_chain};
}

static bool has_source(const struct facts *f, const char *source)
{
    for (size_t i = 0; i < f->firewall.count; i++)
        if (strcmp(f->firewall.items[i].source, source) == 0)
            return true;
    return false;
}

/* Two services that each load a whole set of rules: the later one may throw away the other's. */
static void judge_filters(struct judging *j, struct verdict *v)
{
    size_t loaded = 0, agreed = 0;
    for (size_t i = 0; i < FILTERS; i++) {
        if (!has_source(j->walk.facts, filters[i].source))
            continue;
        unsigned outcome = firewall_judge(&j->walk, filters[i].source);
        loaded++;
        agreed += state_of(outcome) == GATE_SHUT;
        take_worse(v, outcome, &j->walk, filters[i].source, filters[i].reason);
    }
    if (v->state == GATE_SHUT && agreed < loaded)
        v->state = GATE_UNKNOWN;
}

static struct verdict judge_address(struct judging *j, const char *text)
{
    struct verdict v = {.state = GATE_OPEN};
    struct firewall_address last;
    if (!firewall_address_range(j->walk.arena, text, &j->packet.from, &last)) {
        v.state = GATE_NOT_JUDGED;
        return v;
    }
    j->packet.text = text;
    j->walk.packet = &j->packet;
    judge_filters(j, &v);
    if (v.state != GATE_SHUT)
        take_worse(&v, hosts_access_outcome(&j->walk), &j->walk, "hosts.deny", "hosts-deny");
    return v;
}

/* An address of each range the rules name, the ends of the loopback left out. */
static void add_addresses(struct arena *a, const struct text_list *words, struct text_list *out)
{
    struct firewall_address first, last;
    for (size_t i = 0; i < words->count && out->count < LIMIT_FIREWALL_ADDRESSES; i++) {
        struct text_list parts = text_words(a, bytes_of(words->items[i]), ", \t\r\n");
        for (size_t k = 0; k < parts.count && out->count < LIMIT_FIREWALL_ADDRESSES; k++) {
            if (!firewall_address_range(a, parts.items[k], &first, &last) || first.six ||
                first.bytes[0] == 127 || first.bytes[0] >= 224 || first.bytes[0] == 0)
                continue;
            if (memcmp(&first, &last, sizeof first) != 0)
                first.bytes[3]++; /* the net itself is nobody's address */
            const char *text = firewall_address_text(a, &first);
            if (!text_list_has(out, text))
                text_list_add(a, out, text);
        }
    }
}

/* One that the rules let in, or NULL. */
static const char *somebody_let_in(struct judging *j)
{
    struct text_list addresses = {0};
    for (size_t i = 0; i < j->walk.facts->firewall.count; i++)
        add_addresses(j->walk.arena, &j->walk.facts->firewall.items[i].words, &addresses);
    for (size_t i = 0; i < addresses.count; i++)
        if (judge_address(j, addresses.items[i]).state == GATE_OPEN)
            return addresses.items[i];
    return NULL;
}

/* sshguard blocks what is in its list for good, at every start. Without --from nobody is meant. */
static void judge_bans(const struct facts *f, const char *from, struct reason_list *out)
{
    struct firewall_address asked, banned, last;
    const struct conf_fact *first = NULL;
    size_t count = 0;
    bool is_asked = from && firewall_address_range(f->arena, from, &asked, &last);
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        bool is_ban = strcmp(c->purpose, "ban") == 0;
        if (strcmp(c->purpose, "ban-database") == 0) {
            struct reason *r = reason_for_all(out, "ban-daemon-persisted", GATE_OPEN, c->at);
            r->value = arena_printf(f->arena, "fail2ban bans for %s", c->value);
            r->detail = arena_printf(f->arena, "they are in %s, which is not read", c->key);
        } else if (is_ban && is_asked &&
                   firewall_address_range(f->arena, c->value, &banned, &last) &&
                   memcmp(&banned, &asked, sizeof asked) == 0) {
            struct reason *r = reason_for_all(out, "ban-daemon-persisted", GATE_SHUT, c->at);
            r->value = arena_printf(f->arena, "%s bans %s for good", c->key, c->value);
            r->wanted = c->value;
            return;
        }
        first = is_ban && !first ? c : first;
        count += is_ban;
    }
    if (!first || is_asked)
        return;
    struct reason *r = reason_for_all(out, "ban-daemon-persisted", GATE_OPEN, first->at);
    r->value = arena_printf(f->arena, "%s bans %zu address%s for good", first->key, count,
                            count == 1 ? "" : "es");
    r->detail = "judge one with --from";
}

/* The rules of the one family let an outside client in, those of the other do not. */
static void note_family(struct judging *j, const struct verdict *four, struct reason_list *out)
{
    const struct facts *f = j->walk.facts;
    struct verdict six = judge_address(j, "2a02:2e0:3fe:1001::1");
    if (strcasecmp(sshd_config_value(f->sshd, "AddressFamily"), "any") != 0 ||
        !((four->state == GATE_OPEN && six.state == GATE_SHUT) ||
          (four->state == GATE_SHUT && six.state == GATE_OPEN)))
        return;
    const struct verdict *shut = six.state == GATE_SHUT ? &six : four;
    struct reason *r = reason_for_all(out, "fw-one-family-only", GATE_OPEN, shut->at);
    r->keyword = six.state == GATE_SHUT ? "IPv6" : "IPv4";
    r->value = shut->by;
    r->wanted = arena_printf(f->arena, "%d", j->packet.port);
    r->detail = six.state == GATE_SHUT ? "IPv4" : "IPv6";
}

void gate_firewall(const struct facts *f, const struct login_question *question, int port,
                   struct reason_list *out)
{
    struct judging j = {.walk = {.arena = f->arena, .facts = f}, .packet = {.port = port}};
    struct verdict v = judge_address(&j, question->from ? question->from : "81.2.69.142");
    judge_bans(f, question->from, out);
    bool is_open = v.state == GATE_OPEN || v.state == GATE_NOT_JUDGED;
    const char *only = question->from || is_open ? NULL : somebody_let_in(&j);
    if (!question->from && !only && f->firewall.count > 0)
        note_family(&j, &v, out);
    if (is_open)
        return;
    struct reason *r = reason_for_all(out, only ? "fw-some-addresses-only" : v.reason,
                                      only ? GATE_OPEN : v.state, v.at);
    r->value = v.by;
    r->keyword = v.chain ? v.chain : v.source;
    r->wanted = arena_printf(f->arena, "%d", port);
    r->detail = only ? only : v.state == GATE_UNKNOWN ? "not all of it can be told" : NULL;
}
