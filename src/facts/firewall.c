/* Which service loads which saved rules at boot, and the rules that iptables-restore loads. */
#include "facts/firewall.h"

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"
#include "syntax/iptables_rules.h"

static const struct fact_field firewall_fields[] = {
    FACT_FIELD(firewall_fact, kind, FIELD_TEXT),    FACT_FIELD(firewall_fact, source, FIELD_TEXT),
    FACT_FIELD(firewall_fact, loader, FIELD_TEXT),  FACT_FIELD(firewall_fact, at_boot, FIELD_BOOL),
    FACT_FIELD(firewall_fact, family, FIELD_TEXT),  FACT_FIELD(firewall_fact, table, FIELD_TEXT),
    FACT_FIELD(firewall_fact, chain, FIELD_TEXT),   FACT_FIELD(firewall_fact, hook, FIELD_TEXT),
    FACT_FIELD(firewall_fact, policy, FIELD_TEXT),  FACT_FIELD(firewall_fact, words, FIELD_TEXTS),
    FACT_FIELD(firewall_fact, problem, FIELD_TEXT), FACT_FIELD(firewall_fact, at, FIELD_PLACE),
};
const struct fact_kind firewall_kind = FACT_KIND("firewall", firewall_fact, firewall_fields);

struct firewall_fact *firewall_add(struct facts *f, const struct firewall_source *s,
                                   const char *kind, struct place at)
{
    if (!facts_has_room(f, "firewall", f->firewall.count))
        return NULL;
    struct firewall_fact *r = vec_push_new(f->arena, &f->firewall);
    r->kind = kind;
    r->source = s->name;
    r->loader = s->loader;
    r->at_boot = true; /* only what is loaded at boot is read */
    r->family = s->family;
    r->at = at;
    return r;
}

void firewall_add_problem(struct facts *f, const struct firewall_source *s, struct place at,
                          const char *problem)
{
    struct firewall_fact *r = firewall_add(f, s, "problem", at);
    if (r)
        r->problem = problem;
}

void firewall_add_refused(struct facts *f, const struct firewall_source *s, struct place at,
                          const char *why)
{
    struct firewall_fact *r = firewall_add(f, s, "refused", at);
    if (r)
        r->problem = why;
}

void firewall_add_chain(struct facts *f, const struct firewall_source *s, const char *table,
                        const char *name, const char *hook, const char *policy, struct place at)
{
    struct firewall_fact *r = firewall_add(f, s, "chain", at);
    if (!r)
        return;
    r->table = table;
    r->chain = name;
    r->hook = hook;
    r->policy = policy;
}

void firewall_add_rule(struct facts *f, const struct firewall_source *s, const char *table,
                       const char *chain, const char *words, struct place at)
{
    struct firewall_fact *r = firewall_add(f, s, "rule", at);
    if (!r)
        return;
    r->table = table;
    r->chain = chain;
    r->words = text_words(f->arena, bytes_of(words), " ");
}

bool firewall_file(struct facts *f, const struct firewall_source *s, const char *path,
                   struct bytes *content)
{
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_UNREADABLE || r.cut) {
        const char *reason = r.cut ? "a limit was hit: larger than 1 MiB" : r.reason;
        facts_add_gap(f, "firewall", place_of_file(path), reason);
        firewall_add_problem(f, s, place_of_file(path), reason);
        return false;
    }
    *content = r.content;
    return r.presence == PRESENCE_PRESENT;
}

static const char *hook_of(const char *chain)
{
    return strcmp(chain, "INPUT") == 0        ? "input"
           : strcmp(chain, "PREROUTING") == 0 ? "prerouting"
           : strcmp(chain, "FORWARD") == 0    ? "forward"
           : strcmp(chain, "OUTPUT") == 0     ? "output"
                                              : NULL;
}

static void add_restored_rule(struct facts *f, const struct firewall_source *s,
                              const struct iptables_rule *rule, const char *path)
{
    struct firewall_fact *r = firewall_add(f, s, "rule", (struct place){path, rule->line, 0});
    if (!r)
        return;
    r->table = rule->table;
    r->chain = rule->chain;
    for (size_t i = 0; i < rule->count; i++)
        text_list_add(f->arena, &r->words, rule->words[i]);
}

void firewall_add_iptables(struct facts *f, const struct firewall_source *s, const char *path)
{
    struct bytes text;
    if (firewall_file(f, s, path, &text))
        firewall_add_restored(f, s, path, text);
}

void firewall_add_restored(struct facts *f, const struct firewall_source *s, const char *path,
                           struct bytes text)
{
    struct iptables_rules rules = {.is_alone = strcmp(s->name, "iptables") == 0};
    iptables_rules_read(f->arena, text, &rules);
    if (rules.problem)
        firewall_add_problem(f, s, (struct place){path, rules.problem_line, 0}, rules.problem);
    if (rules.refused)
        firewall_add_refused(f, s, (struct place){path, rules.refused_line, 0}, rules.refused);
    vec_each (c, &rules.chains)
        firewall_add_chain(f, s, c->table, c->name, hook_of(c->name), c->policy,
                           (struct place){path, c->line, 0});
    for (size_t i = rules.rules.count; i-- > 0;) /* the last -I stands first */
        if (rules.rules.items[i].is_first)
            add_restored_rule(f, s, &rules.rules.items[i], path);
    vec_each (r, &rules.rules)
        if (!r->is_first)
            add_restored_rule(f, s, r, path);
}

static const struct unit_fact *running(const struct facts *f, const char *name)
{
    const struct unit_fact *u = facts_unit(f, name);
    return u && u->at_boot && !u->condition_failed && !u->problem && u->exec_ok != TRUTH_NO ? u
                                                                                            : NULL;
}

static void read_restored(struct facts *f, const char *unit, const char *family, const char *path)
{
    const struct unit_fact *u = running(f, unit);
    const struct firewall_source s = {"iptables", unit, family};
    if (u)
        firewall_add_iptables(f, &s, path);
}

/* netfilter-persistent runs plugins; the one of iptables comes with a package of its own. */
static bool has_plugin(struct facts *f, const char *pattern)
{
    struct list_answer l = tree_glob(f->tree, pattern);
    return l.presence == PRESENCE_PRESENT && l.count > 0;
}

static void read_persistent(struct facts *f)
{
    if (has_plugin(f, "/usr/share/netfilter-persistent/plugins.d/*ip4tables"))
        read_restored(f, "netfilter-persistent.service", "ip", "/etc/iptables/rules.v4");
    if (has_plugin(f, "/usr/share/netfilter-persistent/plugins.d/*ip6tables"))
        read_restored(f, "netfilter-persistent.service", "ip6", "/etc/iptables/rules.v6");
}

void facts_read_firewall(struct facts *f)
{
    static const char *const paths[] = {
        "/etc/hosts.allow",        "/etc/hosts.deny",
        "/etc/nftables.conf",      "/etc/iptables",
        "/etc/sysconfig/iptables", "/etc/sysconfig/nftables.conf",
        "/etc/ufw/ufw.conf",       "/etc/ufw",
        "/etc/default/ufw",        "/etc/firewalld",
        "/etc/firewalld/zones",    "/usr/lib/firewalld/zones",
        "/usr/lib/firewalld",
    };
    tree_prefetch(f->tree, paths, sizeof paths / sizeof *paths);
    if (running(f, "nftables.service"))
        firewall_read_nft(f, running(f, "nftables.service"));
    read_persistent(f);
    if (f->os.family_code == FAMILY_RHEL) {
        read_restored(f, "iptables.service", "ip", "/etc/sysconfig/iptables");
        read_restored(f, "ip6tables.service", "ip6", "/etc/sysconfig/ip6tables");
    } else if (f->os.family_code == FAMILY_AZURELINUX) {
        read_restored(f, "iptables.service", "ip", "/etc/systemd/scripts/ip4save");
        read_restored(f, "iptables.service", "ip6", "/etc/systemd/scripts/ip6save");
    } else if (f->os.family_code == FAMILY_ARCH) {
        read_restored(f, "iptables.service", "ip", "/etc/iptables/iptables.rules");
        read_restored(f, "ip6tables.service", "ip6", "/etc/iptables/ip6tables.rules");
    }
    if (running(f, "ufw.service"))
        firewall_read_ufw(f, running(f, "ufw.service"));
    if (running(f, "firewalld.service"))
        firewall_read_zones(f, running(f, "firewalld.service"));
    if (running(f, "SuSEfirewall2.service"))
        firewall_read_suse(f, running(f, "SuSEfirewall2.service"));
    firewall_read_scripts(f);
    firewall_read_bans(f);
    if (f->os.libwrap == TRUTH_YES)
        firewall_read_wrappers(f);
}
