/* The network services of the guest, and whether they start. */
#include "facts/network.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/network_parts.h"

static const struct fact_field network_fields[] = {
    FACT_FIELD(network_fact, item, FIELD_TEXT),       FACT_FIELD(network_fact, manager, FIELD_TEXT),
    FACT_FIELD(network_fact, name, FIELD_TEXT),       FACT_FIELD(network_fact, started, FIELD_BOOL),
    FACT_FIELD(network_fact, automatic, FIELD_BOOL),  FACT_FIELD(network_fact, method, FIELD_TEXT),
    FACT_FIELD(network_fact, mac, FIELD_TEXT),        FACT_FIELD(network_fact, problem, FIELD_TEXT),
    FACT_FIELD(network_fact, addresses, FIELD_TEXTS), FACT_FIELD(network_fact, value, FIELD_TEXT),
    FACT_FIELD(network_fact, at, FIELD_PLACE),
};
const struct fact_kind network_kind = FACT_KIND("network", network_fact, network_fields);

static const struct {
    const char *unit, *manager;
} services[] = {
    {"systemd-networkd.service", "networkd"},
    {"NetworkManager.service", "NetworkManager"},
    {"networking.service", "ifupdown"},
    {"network.service", "ifcfg"},
    {"wicked.service", "wicked"},
    {"dhcpcd.service", "dhcpcd"},
    {"connman.service", "connman"},
    {"cloud-init-local.service", "cloud-init"},
};

struct network_fact *network_add(struct facts *f, const char *item, const char *manager,
                                 const char *name, struct place at)
{
    if (!facts_has_room(f, "network", f->network.count))
        return NULL;
    struct network_fact *n = vec_push_new(f->arena, &f->network);
    *n = (struct network_fact){.item = item, .manager = manager, .name = name, .at = at};
    n->started = strcmp(item, "profile") == 0 && network_started(f, manager);
    return n;
}

bool network_started(const struct facts *f, const char *manager)
{
    vec_each (n, &f->network)
        if (strcmp(n->item, "service") == 0 && strcmp(n->manager, manager) == 0 && n->started)
            return true;
    return false;
}

bool network_read(struct facts *f, const char *path, struct bytes *out)
{
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "network", place_of_file(path), r.reason);
    *out = r.content;
    return r.presence == PRESENCE_PRESENT;
}

bool network_is_nic(const char *name)
{
    static const char *const others[] = {"lo",   "br",    "virbr", "docker", "veth", "bond",
                                         "team", "vlan",  "tun",   "tap",    "wg",   "ppp",
                                         "wl",   "ww",    "dummy", "sit",    "vt-",  "ve-",
                                         "vb-",  "host0", "ib",    "vz-",    "6rd",  "ns-"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(name, others[i], strlen(others[i])) == 0)
            return false;
    return !strpbrk(name, ".:"); /* a VLAN, an alias */
}

const char *network_value(const struct unit_file *u, const char *section, const char *key)
{
    const struct unit_setting *s = unit_last(u, section, key);
    return s && s->value && *s->value ? s->value : NULL;
}

bool network_is_no(const char *value)
{
    return value && (strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 ||
                     strcmp(value, "0") == 0 || strcasecmp(value, "off") == 0);
}

static void read_systemd_services(struct facts *f)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        const struct unit_fact *u = facts_unit(f, services[i].unit);
        if (!u || !u->path)
            continue;
        if (strcmp(services[i].manager, "ifcfg") == 0 && strcmp(u->state, "alias") == 0)
            continue; /* the other name of wicked or of NetworkManager */
        struct network_fact *n = network_add(f, "service", services[i].manager, u->name, u->at);
        if (!n)
            return;
        /* cloud-init's target is pulled in by a generator. */
        n->started = u->at_boot ||
                     (strcmp(n->manager, "cloud-init") == 0 && strcmp(u->state, "masked") != 0);
        if (strcmp(u->state, "masked") == 0)
            n->problem = "masked";
    }
}

static void read_run_levels(struct facts *f)
{
    static const struct {
        const char *script, *manager;
    } scripts[] = {{"networking", "ifupdown"},
                   {"dhcpcd", "dhcpcd"},
                   {"networkmanager", "NetworkManager"},
                   {"connman", "connman"},
                   {"cloud-init-local", "cloud-init"}};
    static const char *const levels[] = {"/etc/runlevels/default", "/etc/runlevels/boot",
                                         "/etc/runlevels/sysinit"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        const char *path = path_join(f->arena, "/etc/init.d", scripts[i].script);
        if (tree_stat(f->tree, path).presence != PRESENCE_PRESENT)
            continue;
        struct network_fact *n =
            network_add(f, "service", scripts[i].manager, scripts[i].script, place_of_file(path));
        for (size_t k = 0; n && k < sizeof levels / sizeof *levels; k++)
            n->started |=
                tree_lstat(f->tree, path_join(f->arena, levels[k], scripts[i].script)).presence ==
                PRESENCE_PRESENT;
    }
}

/* The init script of older RHEL, which systemd's generator makes a unit of. */
static void read_network_script(struct facts *f)
{
    static const char *const scripts[] = {"/etc/rc.d/init.d/network", "/etc/init.d/network"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        if (tree_stat(f->tree, scripts[i]).presence != PRESENCE_PRESENT)
            continue;
        struct network_fact *n =
            network_add(f, "service", "ifcfg", "network", place_of_file(scripts[i]));
        struct list_answer on = tree_glob(f->tree, "/etc/rc.d/rc3.d/S[0-9][0-9]network");
        if (!n)
            return;
        n->started = on.presence == PRESENCE_PRESENT && on.count > 0;
        struct bytes text;
        struct assignments list = {0};
        if (!n->started || !network_read(f, "/etc/sysconfig/network", &text))
            return;
        assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
        const struct assignment *off = assignments_find(&list, "NETWORKING");
        if (off && strcmp(off->value, "no") == 0) { /* /etc/init.d/network: exit 6 */
            n->started = false;
            n->problem = "NETWORKING=no";
            n->at = (struct place){"/etc/sysconfig/network", off->line, 0};
        }
        return;
    }
}

/* Scripts of the owner, which may do anything. */
static void read_own_scripts(struct facts *f)
{
    static const char *const paths[] = {"/etc/rc.local", "/etc/rc.d/rc.local",
                                        "/etc/network/cloud-interfaces-template"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat_answer s = tree_stat(f->tree, paths[i]);
        bool runs = i == 2 || (s.node.mode & 0111) != 0;
        if (s.presence != PRESENCE_PRESENT || !runs)
            continue;
        struct network_fact *n =
            network_add(f, "service", "other", path_name(paths[i]), place_of_file(paths[i]));
        if (n)
            n->started = true;
    }
}

void facts_read_network(struct facts *f)
{
    if (f->os.service_manager == SERVICES_SYSTEMD) {
        read_systemd_services(f);
        read_network_script(f);
    } else if (f->os.service_manager == SERVICES_OPENRC) {
        read_run_levels(f);
    } else {
        network_read_surroundings(f);
        return;
    }
    read_own_scripts(f);
    network_read_netplan(f);
    network_read_networkd(f);
    network_read_keyfiles(f);
    network_read_ifupdown(f);
    network_read_ifcfg(f);
    network_read_surroundings(f);
}
