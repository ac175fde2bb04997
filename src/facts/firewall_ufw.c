/* ufw: what ufw-init hands to the kernel. The frame of chains is made by the program itself, the
 * rest stands in before.rules, user.rules and after.rules. Mirrors ufw: ufw-init-functions. */
#include "base/limits.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"

#include <strings.h>

/* An assignment of FILE; WORDS keeps memory of the last. */
static const struct assignment *setting(struct facts *f, const struct firewall_source *s,
                                        const char *file, const char *name)
{
    struct bytes text;
    if (!firewall_file(f, s, file, &text))
        return NULL;
    struct assignments *list = arena_new_struct(f->arena, struct assignments);
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, list);
    return assignments_find(list, name);
}

static void add_frame(struct facts *f, const struct firewall_source *s, const char *prefix,
                      const char *policy, struct place at)
{
    static const char *const chains[] = {"before-logging-input", "before-input", "after-input",
                                         "after-logging-input",  "reject-input", "track-input"};
    static const char *const others[] = {"user-input",         "not-local",
                                         "user-limit",         "user-limit-accept",
                                         "logging-deny",       "logging-allow",
                                         "user-logging-input", "skip-to-policy-input"};
    struct arena *a = f->arena;
    bool accepts = strcasecmp(policy, "ACCEPT") == 0;
    firewall_add_chain(f, s, "filter", "INPUT", "input", accepts ? "ACCEPT" : "DROP", at);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        firewall_add_chain(f, s, "filter", arena_printf(a, "%s-%s", prefix, others[i]), NULL, NULL,
                           at);
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        const char *chain = arena_printf(a, "%s-%s", prefix, chains[i]);
        firewall_add_chain(f, s, "filter", chain, NULL, NULL, at);
        firewall_add_rule(f, s, "filter", "INPUT", arena_printf(a, "-j %s", chain), at);
    }
    if (strcasecmp(policy, "REJECT") == 0)
        firewall_add_rule(f, s, "filter", arena_printf(a, "%s-reject-input", prefix), "-j REJECT",
                          at);
    if (accepts)
        firewall_add_rule(f, s, "filter", arena_printf(a, "%s-track-input", prefix),
                          "-p tcp -m conntrack --ctstate NEW -j ACCEPT", at);
    firewall_add_rule(f, s, "filter", arena_printf(a, "%s-skip-to-policy-input", prefix),
                      arena_printf(a, "-j %s",
                                   accepts                             ? "ACCEPT"
                                   : strcasecmp(policy, "REJECT") == 0 ? "REJECT"
                                                                       : "DROP"),
                      at);
}

/* Where this release keeps the rules of `ufw allow`. */
static const char *user_rules(struct facts *f, const char *name)
{
    static const char *const directories[] = {"/etc/ufw", "/lib/ufw", "/var/lib/ufw"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        const char *path = arena_printf(f->arena, "%s/%s", directories[i], name);
        if (tree_stat(f->tree, path).presence != PRESENCE_ABSENT)
            return path;
    }
    return arena_printf(f->arena, "/etc/ufw/%s", name);
}

static void read_family(struct facts *f, const char *loader, bool six, const char *policy,
                        struct place at)
{
    const struct firewall_source s = {"ufw", loader, six ? "ip6" : "ip"};
    static const char *const names[][2] = {{"before.rules", "before6.rules"},
                                           {"user.rules", "user6.rules"},
                                           {"after.rules", "after6.rules"}};
    add_frame(f, &s, six ? "ufw6" : "ufw", policy, at);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        firewall_add_iptables(f, &s,
                              i == 1 ? user_rules(f, names[i][six])
                                     : arena_printf(f->arena, "/etc/ufw/%s", names[i][six]));
    const char *prefix = six ? "ufw6" : "ufw"; /* ufw-init adds this one behind the files' own */
    firewall_add_rule(f, &s, "filter", arena_printf(f->arena, "%s-before-input", prefix),
                      arena_printf(f->arena, "-j %s-user-input", prefix), at);
    struct stat_answer hook = tree_stat(f->tree, "/etc/ufw/before.init");
    if (hook.presence == PRESENCE_PRESENT && (hook.node.mode & 0100))
        firewall_add_problem(f, &s, place_of_file("/etc/ufw/before.init"),
                             "a program of the administrator's own runs with it");
}

void firewall_read_ufw(struct facts *f, const struct unit_fact *loader)
{
    const struct firewall_source s = {"ufw", loader->name, "ip"};
    const struct assignment *enabled = setting(f, &s, "/etc/ufw/ufw.conf", "ENABLED");
    if (!enabled || strcasecmp(enabled->value, "yes") != 0)
        return;
    const struct assignment *policy = setting(f, &s, "/etc/default/ufw", "DEFAULT_INPUT_POLICY");
    const struct assignment *six = setting(f, &s, "/etc/default/ufw", "IPV6");
    struct place at = {policy ? "/etc/default/ufw" : "/etc/ufw/ufw.conf",
                       policy ? policy->line : enabled->line, 0};
    const char *value = policy ? policy->value : "DROP";
    read_family(f, loader->name, false, value, at);
    if (six && strcasecmp(six->value, "yes") == 0)
        read_family(f, loader->name, true, value, at);
}
