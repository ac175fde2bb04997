/* SuSEfirewall2: the input rules that it makes at boot out of /etc/sysconfig/SuSEfirewall2. Mirrors
 * its script (3.6): parse_interfaces, parse_configurations, the order of its main part. */
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"

#define CONFIG     "/etc/sysconfig/SuSEfirewall2"
#define MOST_ZONES 16u

struct suse {
    struct facts *f;
    struct firewall_source source;
    const struct assignments *settings;
    const char *all_tcp[MOST_ZONES]; /* of each zone: ports, also those of its configurations */
    struct text_list zones;
    const char *default_zone;
};

static const char *value_of(const struct suse *s, const char *name)
{
    const char *value = assignments_value(s->settings, name);
    return value ? value : "";
}

static struct place place_of(const struct suse *s, const char *name)
{
    const struct assignment *a = assignments_find(s->settings, name);
    return (struct place){CONFIG, a ? a->line : 0, 0};
}

static bool is_yes(const struct suse *s, const char *name)
{
    return strcmp(value_of(s, name), "yes") == 0;
}

/* "FW_DEV_EXT": the zones that are built in are spelt in capitals there. */
static const char *name_of(const struct suse *s, const char *prefix, const char *zone,
                           const char *suffix)
{
    static const char *const built_in[][2] = {{"int", "INT"}, {"ext", "EXT"}, {"dmz", "DMZ"}};
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        if (strcmp(built_in[i][0], zone) == 0)
            zone = built_in[i][1];
    return arena_printf(s->f->arena, "%s%s%s", prefix, zone, suffix);
}

static struct text_list words_of(const struct suse *s, const char *name)
{
    return text_words(s->f->arena, bytes_of(value_of(s, name)), " \t\n");
}

static void add_rule(struct suse *s, const char *chain, const char *rule, struct place at)
{
    firewall_add_rule(s->f, &s->source, "filter", chain, rule, at);
}

static const char *chain_of(const struct suse *s, const char *zone)
{
    return arena_printf(s->f->arena, "input_%s", zone);
}

/* Ports of a file of services: TCP="ssh". The administrator's own counts before the package's. */
static const char *ports_of_service(struct suse *s, const char *service)
{
    static const char *const directories[] = {"/etc/sysconfig/SuSEfirewall2.d/services",
                                              "/usr/share/SuSEfirewall2/services"};
    if (strchr(service, '/'))
        return "";
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        struct bytes text;
        struct assignments list = {0};
        if (!firewall_file(s->f, &s->source, path_join(s->f->arena, directories[i], service),
                           &text))
            continue;
        assignments_read(s->f->arena, text, ASSIGNMENT_SHELL, &list);
        const char *ports = assignments_value(&list, "TCP");
        return ports ? ports : "";
    }
    return ""; /* the script warns, and goes on */
}

static void read_zones(struct suse *s)
{
    static const char *const built_in[] = {"int", "ext", "dmz"};
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        text_list_add(s->f->arena, &s->zones, built_in[i]);
    struct text_list more = words_of(s, "FW_ZONES");
    for (size_t i = 0; i < more.count && s->zones.count < MOST_ZONES; i++)
        if (!text_list_has(&s->zones, more.items[i]))
            text_list_add(s->f->arena, &s->zones, more.items[i]);
    for (size_t i = 0; i < s->zones.count; i++) {
        struct text_list devices = words_of(s, name_of(s, "FW_DEV_", s->zones.items[i], ""));
        if (!s->default_zone && text_list_has(&devices, "any"))
            s->default_zone = s->zones.items[i];
    }
    if (!s->default_zone)
        s->default_zone = "ext";
    for (size_t i = 0; i < s->zones.count; i++) {
        const char *zone = s->zones.items[i];
        const char *ports = value_of(s, name_of(s, "FW_SERVICES_", zone, "_TCP"));
        struct text_list services = words_of(s, name_of(s, "FW_CONFIGURATIONS_", zone, ""));
        for (size_t k = 0; k < services.count && k < 256; k++)
            ports =
                arena_printf(s->f->arena, "%s %s", ports, ports_of_service(s, services.items[k]));
        s->all_tcp[i] = ports;
    }
}

/* "NET,PROTOCOL,PORT,SOURCE-PORT…" as words of a rule; NULL: for the other family, or no rule. */
static const char *match_of(const struct suse *s, const char *entry)
{
    struct arena *a = s->f->arena;
    const char *parts[4] = {"", "", "", ""};
    size_t count = 0;
    for (const char *p = entry; count < 4; count++) {
        size_t n = strcspn(p, ",");
        parts[count] = arena_text(a, (struct bytes){p, n});
        if (!p[n])
            break;
        p += n + 1;
    }
    bool six = strcmp(s->source.family, "ip6") == 0;
    if (*parts[0] && strcmp(parts[0], "0/0") != 0 && (strchr(parts[0], ':') != NULL) != six)
        return NULL;
    const char *net =
        !*parts[0] || strcmp(parts[0], "0/0") == 0 ? "" : arena_printf(a, "-s %s ", parts[0]);
    if (!*parts[1])
        return *parts[2] ? NULL : arena_printf(a, "%s", net);
    return arena_printf(a, "%s-p %s %s%s %s%s ", net, parts[1], *parts[2] ? "--dport " : "",
                        parts[2], *parts[3] ? "--sport " : "", parts[3]);
}

static void add_entries(struct suse *s, const char *zone, const char *setting, const char *target)
{
    struct text_list entries = words_of(s, setting);
    for (size_t i = 0; i < entries.count; i++) {
        const char *match = match_of(s, entries.items[i]);
        if (match)
            add_rule(s, chain_of(s, zone), arena_printf(s->f->arena, "%s-j %s", match, target),
                     place_of(s, setting));
    }
}

/* Where a person looks for what this zone lets in. */
static struct place place_of_zone(const struct suse *s, const char *zone)
{
    struct place at = place_of(s, name_of(s, "FW_CONFIGURATIONS_", zone, ""));
    return at.line > 0 ? at : place_of(s, name_of(s, "FW_SERVICES_", zone, "_TCP"));
}

static void add_zone(struct suse *s, size_t index, const char *drop)
{
    struct arena *a = s->f->arena;
    const char *zone = s->zones.items[index], *chain = chain_of(s, zone);
    bool six = strcmp(s->source.family, "ip6") == 0;
    struct place at = place_of_zone(s, zone);
    firewall_add_chain(s->f, &s->source, "filter", chain, NULL, NULL, at);
    const char *protect = name_of(s, "FW_PROTECT_FROM_", zone, "");
    if (strcmp(value_of(s, protect), "no") == 0 || strcmp(value_of(s, protect), "notrack") == 0) {
        add_rule(s, chain, "-j ACCEPT", place_of(s, protect));
        return;
    }
    if (!six)
        add_entries(s, zone, "FW_TRUSTED_NETS", "ACCEPT");
    const char *protocols = name_of(s, "FW_SERVICES_", zone, "_IP");
    struct text_list list = words_of(s, protocols);
    for (size_t i = 0; i < list.count; i++)
        add_rule(s, chain, arena_printf(a, "-p %s -j ACCEPT", list.items[i]),
                 place_of(s, protocols));
    list = text_words(a, bytes_of(s->all_tcp[index]), " \t\n");
    for (size_t i = 0; i < list.count; i++)
        add_rule(s, chain, arena_printf(a, "-p tcp --dport %s -j ACCEPT", list.items[i]), at);
    add_entries(s, zone, name_of(s, "FW_SERVICES_ACCEPT_", zone, ""), "ACCEPT");
    add_entries(s, zone, name_of(s, "FW_SERVICES_DROP_", zone, ""), drop);
    add_entries(s, zone, name_of(s, "FW_SERVICES_REJECT_", zone, ""), "REJECT");
    if (!six && is_yes(s, "FW_ALLOW_INCOMING_HIGHPORTS_TCP"))
        add_rule(s, chain, "-p tcp --dport 1024: -j ACCEPT",
                 place_of(s, "FW_ALLOW_INCOMING_HIGHPORTS_TCP"));
    bool rejects = is_yes(s, name_of(s, "FW_REJECT_", zone, ""));
    add_rule(s, chain, arena_printf(a, "-j %s", rejects ? "REJECT" : drop), at);
}

static void add_family(struct suse *s, const char *family)
{
    struct arena *a = s->f->arena;
    const char *drop = is_yes(s, "FW_REJECT") ? "REJECT" : "DROP", *six = value_of(s, "FW_IPv6");
    s->source.family = family;
    if (strcmp(family, "ip6") == 0 && strcmp(six, "no") == 0)
        return; /* then nothing is filtered */
    firewall_add_chain(s->f, &s->source, "filter", "INPUT", "input", "DROP",
                       place_of_zone(s, s->default_zone));
    add_rule(s, "INPUT", "-i lo -j ACCEPT", place_of_file(CONFIG));
    if (strcmp(family, "ip6") == 0 && (strcmp(six, "drop") == 0 || strcmp(six, "reject") == 0)) {
        add_rule(s, "INPUT", strcmp(six, "drop") == 0 ? "-j DROP" : "-j REJECT",
                 place_of(s, "FW_IPv6"));
        return;
    }
    for (size_t i = 0; i < s->zones.count; i++) {
        struct text_list devices = words_of(s, name_of(s, "FW_DEV_", s->zones.items[i], ""));
        if (devices.count == 0 && strcmp(s->zones.items[i], s->default_zone) != 0)
            continue; /* remove_unused_zones */
        add_zone(s, i, drop);
        for (size_t k = 0; k < devices.count; k++)
            if (strcmp(devices.items[k], "any") != 0 && strcmp(devices.items[k], "auto") != 0)
                add_rule(s, "INPUT",
                         arena_printf(a, "-i %s -j %s", devices.items[k],
                                      chain_of(s, s->zones.items[i])),
                         place_of(s, name_of(s, "FW_DEV_", s->zones.items[i], "")));
    }
    add_rule(s, "INPUT", arena_printf(a, "-j %s", chain_of(s, s->default_zone)),
             place_of_file(CONFIG));
}

void firewall_read_suse(struct facts *f, const struct unit_fact *loader)
{
    struct assignments settings = {0};
    struct suse s = {.f = f,
                     .source = {"SuSEfirewall2", loader->name, "ip"},
                     .settings = &settings};
    struct bytes text;
    if (!firewall_file(f, &s.source, CONFIG, &text))
        return; /* unreadable is said there; where it is missing the script gives up */
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, &settings);
    if (*value_of(&s, "FW_CUSTOMRULES"))
        firewall_add_problem(f, &s.source, place_of(&s, "FW_CUSTOMRULES"),
                             "rules of the administrator's own are loaded with it");
    if (*value_of(&s, "FW_REDIRECT"))
        firewall_add_problem(f, &s.source, place_of(&s, "FW_REDIRECT"),
                             "ports are redirected to others");
    read_zones(&s);
    add_family(&s, "ip");
    add_family(&s, "ip6");
}
