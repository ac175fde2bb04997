/* ifcfg files: those of RHEL, which NetworkManager and the network script read, and wicked's. */
#include "facts/network_parts.h"

#include <strings.h>

#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"

static bool says(const struct assignments *list, const char *name, const char *value)
{
    const char *found = assignments_value(list, name);
    return found && strcasecmp(found, value) == 0;
}

/* Of a bond, bridge or team, or of PPP: it needs no address of its own. */
static bool is_part(const struct assignments *list)
{
    static const char *const names[] = {"MASTER",           "BRIDGE",      "BRIDGE_UUID",
                                        "MASTER_UUID",      "TEAM_MASTER", "SLAVE",
                                        "TEAM_MASTER_UUID", "OVS_BRIDGE",  "DEVICETYPE",
                                        "TEAM_PORT_CONFIG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (assignments_find(list, names[i]))
            return true;
    const char *type = assignments_value(list, "TYPE");
    return type && strcasecmp(type, "Ethernet") != 0;
}

static void add_ifcfg(struct facts *f, const char *path, bool suse)
{
    struct bytes text;
    const char *device = path_name(path) + strlen("ifcfg-");
    if (strpbrk(device, "~") || strstr(device, ".rpm") || strstr(device, ".bak") ||
        strstr(device, ".orig") || !network_read(f, path, &text))
        return;
    struct assignments list = {0};
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
    const char *named = assignments_value(&list, "DEVICE");
    if (strcmp(named && !suse ? named : device, "lo") == 0)
        return;
    bool script = network_started(f, "ifcfg") && !network_started(f, "NetworkManager");
    struct network_fact *n = network_add(f, "profile",
                                         suse     ? "wicked"
                                         : script ? "ifcfg"
                                                  : "NetworkManager",
                                         named ? named : device, place_of_file(path));
    if (!n)
        return;
    int mac_line = 0;
    static const char *const offs[] = {"off", "manual", "no"};
    n->automatic = suse || !says(&list, "ONBOOT", "no");
    const struct assignment *on = assignments_find(&list, suse ? "STARTMODE" : "ONBOOT");
    for (size_t i = 0; suse && on && i < sizeof offs / sizeof *offs; i++)
        n->automatic &= strcasecmp(on->value, offs[i]) != 0;
    if (!n->automatic && on)
        n->at.line = on->line;
    n->mac = assignments_value(&list, "HWADDR");
    vec_each (p, &list.items) {
        bool is_address = strncmp(p->name, "IPADDR", 6) == 0 || strcmp(p->name, "IPV6ADDR") == 0;
        if (is_address && *p->value)
            text_list_add(f->arena, &n->addresses, p->value);
        if (strcmp(p->name, "HWADDR") == 0)
            mac_line = p->line;
    }
    bool fixed = n->addresses.count > 0;
    const char *protocol = assignments_value(&list, "BOOTPROTO");
    bool dhcp =
        protocol && (strncasecmp(protocol, "dhcp", 4) == 0 || strcasecmp(protocol, "bootp") == 0 ||
                     strcasecmp(protocol, "auto") == 0);
    n->method = dhcp ? "dhcp" : fixed ? "static" : "other";
    if (n->mac && n->automatic)
        n->at.line = mac_line;
    if (!suse && !dhcp && !fixed && !is_part(&list)) {
        const struct assignment *a = assignments_find(&list, "BOOTPROTO");
        bool no_six = says(&list, "IPV6INIT", "no");
        n->value = "no-address";
        if (no_six)
            n->method = "none";
        if (n->automatic)
            n->at.line = a ? a->line : 0;
    }
}

void network_read_ifcfg(struct facts *f)
{
    static const struct {
        const char *pattern;
        bool suse;
    } places[] = {{"/etc/sysconfig/network-scripts/ifcfg-*", false},
                  {"/etc/sysconfig/network/ifcfg-*", true}};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        struct list_answer files = tree_glob(f->tree, places[k].pattern);
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < NETWORK_PROFILES;
             i++)
            add_ifcfg(f, files.names[i], places[k].suse);
    }
}
