/* Gate network: what may spoil connections though an address is there. Notes all of them: whether
 * they bite depends on the network around, which no disk shows. */
#include "login/gate_network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "facts/collect.h"

struct subnet {
    uint32_t address, mask;
};

/* "192.0.2.7/24"; an address without prefix says nothing of its subnet. */
static bool read_subnet(struct arena *a, const char *text, struct subnet *out)
{
    const char *slash = strchr(text, '/');
    struct in_addr address;
    int64_t prefix;
    if (!slash || !text_number(bytes_of(slash + 1), 1, 32, &prefix) ||
        inet_pton(AF_INET, arena_text(a, (struct bytes){text, (size_t)(slash - text)}), &address) !=
            1)
        return false;
    out->mask = (uint32_t)(UINT64_C(0xffffffff) << (32 - prefix));
    out->address = ntohl(address.s_addr);
    return true;
}

static bool overlap(struct subnet a, struct subnet b)
{
    uint32_t mask = a.mask & b.mask;
    return (a.address & mask) == (b.address & mask);
}

/* A network of containers that holds the machine's own address: replies go to the bridge. */
static void note_containers(const struct facts *f, const struct network_fact *profile,
                            struct subnet own, struct reason_list *out)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        struct subnet s;
        if (strcmp(n->item, "subnet") != 0 || !n->value || !read_subnet(out->arena, n->value, &s) ||
            !overlap(own, s))
            continue;
        struct reason *r = reason_for_all(out, "route-conflict", GATE_OPEN, n->at);
        r->keyword = arena_printf(out->arena, "the containers' network %s", n->value);
        r->value = profile->name;
    }
}

static void note_routes(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        struct subnet own, other;
        if (!network_works(f, n) || !n->name || n->addresses.count == 0 ||
            !read_subnet(out->arena, n->addresses.items[0], &own))
            continue;
        note_containers(f, n, own, out);
        for (size_t k = 0; k < i; k++) {
            const struct network_fact *m = &f->network.items[k];
            if (!network_works(f, m) || !m->name || strcmp(m->name, n->name) == 0 ||
                strcmp(m->manager, n->manager) != 0 || m->addresses.count == 0 ||
                !read_subnet(out->arena, m->addresses.items[0], &other) || own.mask != other.mask ||
                !overlap(own, other))
                continue;
            struct reason *r = reason_for_all(out, "route-conflict", GATE_OPEN, n->at);
            r->keyword = arena_printf(out->arena, "%s with %s", m->name, m->addresses.items[0]);
            r->value = n->name;
            return;
        }
    }
}

static bool is_older(const char *kernel, long major, long minor)
{
    char *end;
    long first = strtol(kernel, &end, 10), second = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return first > 0 && (first < major || (first == major && second < minor));
}

/* tcp_tw_recycle drops connections of clients behind one NAT (gone from Linux 4.12); arp_ignore
 * makes the machine silent about some of its addresses, 8 about all (ip-sysctl). */
static void note_sysctls(const struct facts *f, struct reason_list *out)
{
    bool old = false;
    for (size_t i = 0; i < f->network.count; i++)
        old |= strcmp(f->network.items[i].item, "modules") == 0 &&
               is_older(f->network.items[i].name, 4, 12);
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        bool last = strcmp(n->item, "sysctl") == 0;
        for (size_t k = i + 1; k < f->network.count && last; k++)
            last = strcmp(f->network.items[k].item, "sysctl") != 0 ||
                   strcmp(f->network.items[k].name, n->name) != 0;
        if (!last || !n->value)
            continue;
        bool recycle = strcmp(n->name, "net.ipv4.tcp_tw_recycle") == 0;
        if (recycle ? !old || strcmp(n->value, "1") != 0 : strcmp(n->value, "8") != 0)
            continue;
        struct reason *r = reason_for_all(out, "sysctl-network-hostile", GATE_OPEN, n->at);
        r->keyword = n->name;
        r->value = n->value;
        r->detail = recycle ? "connections from behind a NAT are dropped"
                            : "nobody is told the machine's hardware address";
    }
}

/* No kernel of the guest has a driver; with one that has, that one may be booted. */
static void note_drivers(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *lacking = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "modules") != 0)
            continue;
        if (!n->value)
            return;
        lacking = n;
    }
    if (!lacking)
        return;
    struct reason *r = reason_for_all(out, "nic-driver-missing", GATE_OPEN, lacking->at);
    r->keyword = lacking->name;
    r->value = lacking->value;
}

static void note_resolver(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *n = network_find(f, "resolver", NULL);
    if (!n)
        return;
    struct reason *r = reason_for_all(out, "resolver-broken", GATE_OPEN, n->at);
    r->value = strcmp(n->name, "misspelt") == 0
                   ? "missing, and there is an /etc/resolve.conf"
                   : arena_printf(out->arena, "a link to %s, which nothing makes", n->value);
}

/* A machine that takes its users and keys from the cloud no longer does. */
static void note_instance(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *instance = network_find(f, "cloud-init", "instance");
    const struct network_fact *manual = network_find(f, "cloud-init", "manual-clean");
    if (!instance)
        return;
    const char *value = manual ? "told to keep to the instance it knows" : NULL;
    struct place at = manual ? manual->at : instance->at;
    for (size_t i = 0; i < f->conf.count && !value; i++)
        if (strcmp(f->conf.items[i].purpose, "cloud-init") == 0 &&
            strcmp(f->conf.items[i].key, "disabled") == 0) {
            value = "switched off";
            at = f->conf.items[i].at;
        }
    for (size_t i = 0; i < f->boot.count && !value; i++)
        if (f->boot.items[i].token && strcmp(f->boot.items[i].token, "cloud-init=disabled") == 0) {
            value = "switched off on the kernel's command line";
            at = f->boot.items[i].at;
        }
    if (!value)
        return;
    reason_for_all(out, "cloud-init-instance-stale", GATE_OPEN, at)->value = value;
}

void network_note_surroundings(const struct facts *f, struct reason_list *out)
{
    note_routes(f, out);
    note_sysctls(f, out);
    note_drivers(f, out);
    note_resolver(f, out);
    note_instance(f, out);
}
