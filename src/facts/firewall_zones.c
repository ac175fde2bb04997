/* firewalld: its zones and services as the rules it hands to the kernel. Which zone a packet is in:
 * by its source, then by its interface, then the default one. Mirrors firewalld:
 * core/fw_zone.py, core/nftables.py (order of pre, deny, allow, post, target). */
#include "base/path.h"
#include "base/limits.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"
#include "syntax/xml_elements.h"

#include <stdlib.h>
#include <strings.h>

struct zones {
    struct facts *f;
    struct firewall_source source;
    struct text_list done; /* zones whose chain is written */
};

/* A zone being written: rules of one order of precedence in each pass. */
struct zone {
    struct zones *all;
    const struct xml_elements *xml;
    const char *path, *chain;
};

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

/* /etc/firewalld/KIND/NAME.xml, else the one that was shipped; NULL: neither. */
static const char *find_file(struct facts *f, const char *kind, const char *name)
{
    static const char *const roots[] = {"/etc/firewalld", "/usr/lib/firewalld"};
    if (strchr(name, '/'))
        return NULL;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        const char *path = arena_printf(f->arena, "%s/%s/%s.xml", roots[i], kind, name);
        if (tree_stat(f->tree, path).presence != PRESENCE_ABSENT)
            return path;
    }
    return NULL;
}

static bool read_xml(struct zones *z, const char *path, struct xml_elements *out)
{
    struct bytes text;
    if (!firewall_file(z->f, &z->source, path, &text))
        return false;
    xml_elements_read(z->f->arena, text, out);
    if (out->problem)
        firewall_add_problem(z->f, &z->source, (struct place){path, out->problem_line, 0},
                             out->problem);
    return !out->problem;
}

static void add_rule(const struct zone *z, int line, const char *match, const char *target)
{
    firewall_add_rule(z->all->f, &z->all->source, "firewalld", z->chain,
                      arena_printf(z->all->f->arena, "%s -j %s", match, target),
                      (struct place){z->path, line, 0});
}

/* Each port of a service, in front of it what else the rule asks for. */
static void add_service(const struct zone *z, int line, const char *name, const char *match,
                        const char *target, int depth)
{
    struct facts *f = z->all->f;
    struct xml_elements xml = {0};
    const char *path =
        name && depth < LIMIT_FIREWALL_SERVICE_DEPTH ? find_file(f, "services", name) : NULL;
    if (!path || !read_xml(z->all, path, &xml)) {
        firewall_add_problem(f, &z->all->source, (struct place){z->path, line, 0},
                             "a service that is not defined");
        return;
    }
    bool six = is(z->all->source.family, "ip6");
    const char *to = "";
    vec_each (e, &xml.items) {
        const char *address =
            is(e->name, "destination") ? xml_attribute(e, six ? "ipv6" : "ipv4") : NULL;
        if (address)
            to = arena_printf(f->arena, "-d %s ", address);
        else if (is(e->name, "destination"))
            return; /* of the other family only */
    }
    vec_each (e, &xml.items) {
        const char *port = xml_attribute(e, "port"), *protocol = xml_attribute(e, "protocol");
        if (is(e->name, "port") && protocol && port && *port)
            add_rule(z, line,
                     arena_printf(f->arena, "%s%s-p %s --dport %s", match, to, protocol, port),
                     target);
        else if (is(e->name, "port") && protocol)
            add_rule(z, line, arena_printf(f->arena, "%s%s-p %s", match, to, protocol), target);
        else if (is(e->name, "protocol") && xml_attribute(e, "value"))
            add_rule(z, line,
                     arena_printf(f->arena, "%s%s-p %s", match, to, xml_attribute(e, "value")),
                     target);
        else if (is(e->name, "include"))
            add_service(z, line, xml_attribute(e, "service"), match, target, depth + 1);
    }
}

/* What an element of a zone or of a rich rule lets through (or keeps out). */
static bool add_element(const struct zone *z, const struct xml_element *e, const char *match,
                        const char *target)
{
    struct arena *a = z->all->f->arena;
    const char *port = xml_attribute(e, "port"), *protocol = xml_attribute(e, "protocol");
    if (is(e->name, "service")) {
        add_service(z, e->line, xml_attribute(e, "name"), match, target, 0);
    } else if ((is(e->name, "port") || is(e->name, "source-port")) && port && protocol) {
        const char *option = is(e->name, "port") ? "--dport" : "--sport";
        add_rule(z, e->line, arena_printf(a, "%s-p %s %s %s", match, protocol, option, port),
                 target);
    } else if (is(e->name, "protocol") && xml_attribute(e, "value")) {
        add_rule(z, e->line, arena_printf(a, "%s-p %s", match, xml_attribute(e, "value")), target);
    } else if (is(e->name, "forward-port") && port && protocol) {
        const char *to = xml_attribute(e, "to-port"), *host = xml_attribute(e, "to-addr");
        if ((host && *host) || (to && *to && !is(to, port))) /* else it stays where it is */
            add_rule(z, e->line, arena_printf(a, "%s-p %s --dport %s", match, protocol, port),
                     "DNAT");
    } else {
        return false;
    }
    return true;
}

static const char *source_words(struct arena *a, const struct xml_element *e)
{
    const char *address = xml_attribute(e, "address"), *set = xml_attribute(e, "ipset");
    const char *invert = xml_attribute(e, "invert");
    const char *not =
        invert && (strcasecmp(invert, "true") == 0 || strcasecmp(invert, "yes") == 0) ? "! " : "";
    if (address)
        return arena_printf(a, "%s-s %s ", not, address);
    return arena_printf(a, "%s-m set --match-set %s src ", not, set ? set : "?");
}

enum pass { PASS_PRE, PASS_DENY, PASS_ALLOW, PASS_POST, PASS_COUNT };

static int64_t priority_of(const struct xml_element *rule)
{
    int64_t priority = 0;
    const char *text = xml_attribute(rule, "priority");
    if (!text || !text_number(bytes_of(text[0] == '-' ? text + 1 : text), 0, 32768, &priority))
        return 0;
    return text[0] == '-' ? -priority : priority;
}

static enum pass pass_of(const struct xml_element *rule, const char *target)
{
    int64_t priority = priority_of(rule);
    if (priority != 0)
        return priority < 0 ? PASS_PRE : PASS_POST;
    return is(target, "ACCEPT") ? PASS_ALLOW : PASS_DENY;
}

static void add_rich_rule(const struct zone *z, size_t index, enum pass pass)
{
    struct arena *a = z->all->f->arena;
    const struct xml_element *rule = &z->xml->items.items[index];
    const struct xml_element *element = NULL;
    const char *match = "", *target = NULL, *family = xml_attribute(rule, "family");
    if (family && is(family, "ipv6") != is(z->all->source.family, "ip6"))
        return;
    vec_each (e, &z->xml->items) {
        const char *address = xml_attribute(e, "address");
        if (e->parent != index + 1)
            continue;
        if (is(e->name, "source"))
            match = arena_printf(a, "%s%s", match, source_words(a, e));
        else if (is(e->name, "destination"))
            match = arena_printf(a, "%s-d %s ", match, address ? address : "?");
        else if (is(e->name, "accept"))
            target = "ACCEPT";
        else if (is(e->name, "reject") || is(e->name, "drop"))
            target = is(e->name, "drop") ? "DROP" : "REJECT";
        else if (!is(e->name, "log") && !is(e->name, "audit") && !is(e->name, "nflog"))
            element = e;
    }
    if (element && is(element->name, "forward-port"))
        target = "DNAT";
    if (!target || pass_of(rule, target) != pass)
        return;
    if (element)
        add_element(z, element, match, target);
    else
        add_rule(z, rule->line, match, target);
}

static int by_priority(const void *a, const void *b)
{
    const struct xml_element *const *x = a, *const *y = b;
    int64_t left = priority_of(*x), right = priority_of(*y);
    if (left != right)
        return left < right ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

/* Rich rules by their priority, those of the same in the order of the file. */
static void add_rich_rules(const struct zone *z, enum pass pass)
{
    size_t count = 0;
    const struct xml_element **rules =
        arena_alloc_array(z->all->f->arena, z->xml->items.count, sizeof *rules);
    vec_each (e, &z->xml->items)
        if (is(e->name, "rule"))
            rules[count++] = e;
    if (count > 1)
        qsort(rules, count, sizeof *rules, by_priority);
    for (size_t i = 0; i < count; i++)
        add_rich_rule(z, (size_t)(rules[i] - z->xml->items.items), pass);
}

static void add_pass(const struct zone *z, enum pass pass)
{
    vec_each (e, &z->xml->items) /* the nat table comes before all of the filter */
        if (e->parent == 1 && is(e->name, "forward-port") && pass == PASS_PRE)
            add_element(z, e, "", "DNAT");
    add_rich_rules(z, pass);
    vec_each (e, &z->xml->items)
        if (e->parent == 1 && !is(e->name, "rule") && !is(e->name, "forward-port") &&
            pass == PASS_ALLOW)
            add_element(z, e, "", "ACCEPT");
}

/* A file of /etc that is no XML is passed over for the one that was shipped (fw.py _loader). */
static bool read_zone(struct zones *all, const char *name, const char **path,
                      struct xml_elements *out)
{
    struct facts *f = all->f;
    const char *shipped = arena_printf(f->arena, "/usr/lib/firewalld/zones/%s.xml", name);
    struct read_answer r = tree_read(f->tree, *path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_PRESENT && !r.cut &&
        tree_stat(f->tree, shipped).presence == PRESENCE_PRESENT) {
        struct xml_elements tried = {0};
        xml_elements_read(f->arena, r.content, &tried);
        if (tried.problem)
            *path = shipped;
    }
    return read_xml(all, *path, out);
}

static void add_zone(struct zones *all, const char *name, const char *path)
{
    struct xml_elements xml = {0};
    const char *chain = arena_printf(all->f->arena, "IN_%s", name);
    if (text_list_has(&all->done, name))
        return;
    text_list_add(all->f->arena, &all->done, name);
    bool is_read = read_zone(all, name, &path, &xml);
    firewall_add_chain(all->f, &all->source, "firewalld", chain, NULL, NULL, place_of_file(path));
    if (!is_read)
        return;
    const struct zone z = {all, &xml, path, chain};
    for (enum pass pass = PASS_PRE; pass < PASS_COUNT; pass++)
        add_pass(&z, pass);
    const char *target = xml_attribute(&xml.items.items[0], "target");
    bool known = is(target, "ACCEPT") || is(target, "DROP");
    add_rule(&z, xml.items.items[0].line, "", known ? target : "REJECT");
}

/* Zones by what comes in: first the sources of all zones, then their interfaces. */
static void add_bindings(struct zones *all, const char *element)
{
    struct list_answer files = tree_list(all->f->tree, "/etc/firewalld/zones");
    struct arena *a = all->f->arena;
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count; i++) {
        const char *path = path_join(a, "/etc/firewalld/zones", files.names[i]);
        size_t n = strlen(files.names[i]);
        if (n < 5 || strcmp(files.names[i] + n - 4, ".xml") != 0)
            continue;
        const char *name = arena_text(a, (struct bytes){files.names[i], n - 4});
        struct xml_elements xml = {0};
        if (!read_zone(all, name, &path, &xml))
            continue;
        vec_each (e, &xml.items) {
            const char *interface = xml_attribute(e, "name");
            if (!is(e->name, element) || e->parent != 1)
                continue;
            add_zone(all, name, path);
            firewall_add_rule(all->f, &all->source, "firewalld", "INPUT",
                              arena_printf(a, "%s-g IN_%s",
                                           is(element, "source")
                                               ? source_words(a, e)
                                               : arena_printf(a, "-i %s ",
                                                              interface ? interface : "?"),
                                           name),
                              (struct place){path, e->line, 0});
        }
    }
}

/* Zones that NetworkManager or the network scripts put an interface into. */
static void add_connections(struct zones *all)
{
    static const char *const patterns[] = {"/etc/NetworkManager/system-connections/*",
                                           "/etc/sysconfig/network-scripts/ifcfg-*",
                                           "/etc/sysconfig/network/ifcfg-*"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct list_answer l = tree_glob(all->f->tree, patterns[i]);
        for (size_t k = 0; l.presence == PRESENCE_PRESENT && k < l.count && k < 256; k++) {
            struct bytes text;
            struct assignments list = {0};
            if (strstr(l.names[k], "ifcfg-lo") ||
                !firewall_file(all->f, &all->source, l.names[k], &text))
                continue;
            assignments_read(all->f->arena, text, ASSIGNMENT_SHELL, &list);
            const struct assignment *zone = assignments_find(&list, i == 0 ? "zone" : "ZONE");
            const char *path =
                zone && *zone->value ? find_file(all->f, "zones", zone->value) : NULL;
            if (!path)
                continue;
            add_zone(all, zone->value, path);
            firewall_add_rule(all->f, &all->source, "firewalld", "INPUT",
                              arena_printf(all->f->arena, "-m connection --of %s -g IN_%s",
                                           path_name(l.names[k]), zone->value),
                              (struct place){l.names[k], zone->line, 0});
        }
    }
}

/* What the administrator added besides zones is not modelled. */
static void note_others(struct zones *all)
{
    struct xml_elements direct = {0};
    if (tree_stat(all->f->tree, "/etc/firewalld/direct.xml").presence == PRESENCE_PRESENT &&
        read_xml(all, "/etc/firewalld/direct.xml", &direct))
        vec_each (e, &direct.items)
            if (is(e->name, "rule") || is(e->name, "passthrough"))
                firewall_add_problem(all->f, &all->source,
                                     (struct place){"/etc/firewalld/direct.xml", e->line, 0},
                                     "a direct rule");
    struct list_answer l = tree_glob(all->f->tree, "/etc/firewalld/policies/*.xml");
    for (size_t i = 0; l.presence == PRESENCE_PRESENT && i < l.count; i++) {
        struct xml_elements policy = {0};
        if (!read_xml(all, l.names[i], &policy))
            continue;
        vec_each (e, &policy.items)
            if (is(e->name, "egress-zone") && !is(xml_attribute(e, "name"), "ANY"))
                firewall_add_problem(all->f, &all->source, (struct place){l.names[i], e->line, 0},
                                     "a policy of its own");
    }
}

static void add_default_zone(struct zones *all)
{
    struct bytes text;
    struct assignments list = {0};
    const char *conf = "/etc/firewalld/firewalld.conf";
    if (firewall_file(all->f, &all->source, conf, &text))
        assignments_read(all->f->arena, text, ASSIGNMENT_SHELL, &list);
    const struct assignment *a = assignments_find(&list, "DefaultZone");
    const char *zone = a && *a->value ? a->value : "public";
    struct place at = {a ? conf : NULL, a ? a->line : 0, 0};
    const char *path = find_file(all->f, "zones", zone);
    if (!path) /* firewalld falls back to this one */
        path = find_file(all->f, "zones", zone = "public");
    if (!path) {
        firewall_add_problem(all->f, &all->source, at, "the default zone is not defined");
        return;
    }
    add_zone(all, zone, path);
    firewall_add_rule(all->f, &all->source, "firewalld", "INPUT",
                      arena_printf(all->f->arena, "-g IN_%s", zone),
                      at.file ? at : place_of_file(path));
}

void firewall_read_zones(struct facts *f, const struct unit_fact *loader)
{
    static const char *const families[] = {"ip", "ip6"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct zones all = {.f = f, .source = {"firewalld", loader->name, families[i]}};
        firewall_add_chain(f, &all.source, "firewalld", "INPUT", "input", "ACCEPT",
                           place_of_file("/etc/firewalld/firewalld.conf"));
        add_bindings(&all, "source");
        add_bindings(&all, "interface");
        add_connections(&all);
        add_default_zone(&all);
        note_others(&all);
    }
}
