/* Gate network: profiles that are for one NIC alone, by its name or hardware address, and static
 * addresses on a cloud that gives them by DHCP. Another NIC would find no profile; the one that the
 * disk was last used with still does. So these are notes, but for names that the kernel's command
 * line has switched off. */
#include "login/gate_network.h"

#include <string.h>

#include "facts/collect.h"

/* An entry that boots, not the template it is made from. */
static const struct boot_fact *plain_names(const struct facts *f)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (b->token && b->is_default && !b->is_recovery &&
            strcmp(b->token, "net.ifnames=0") == 0 && strcmp(b->origin, "default-grub") != 0)
            return b;
    }
    return NULL;
}

/* systemd.net-naming-scheme(7): what the predictable names of Ethernet begin with. */
static bool is_predictable(const char *name)
{
    static const char *const kinds[] = {"eno", "ens", "enp", "enx", "enP"};
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(name, kinds[i], 3) == 0)
            return true;
    return false;
}

/* net.ifnames=0 leaves the kernel's names (eth0 …), and every profile is for another. */
static void judge_names(const struct facts *f, struct reason_list *out)
{
    const struct boot_fact *token = plain_names(f);
    const struct network_fact *first = NULL;
    if (!token || network_find(f, "rename", NULL) || network_manager_helps_itself(f))
        return;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "service") == 0 && n->started &&
            (strcmp(n->manager, "dhcpcd") == 0 || strcmp(n->manager, "connman") == 0 ||
             strcmp(n->manager, "other") == 0))
            return;
        if (!network_works(f, n))
            continue;
        if (!is_predictable(n->name) || n->mac)
            return;
        first = first ? first : n;
    }
    if (!first)
        return;
    struct reason *r =
        reason_for_all(out, "nic-name-changed", network_cloud_init_runs(f) ? GATE_OPEN : GATE_SHUT,
                       first->at);
    r->keyword = first->name;
    r->value = "eth0";
    r->detail = arena_printf(out->arena, "net.ifnames=0 on the kernel's command line (%s:%d)",
                             token->at.file ? token->at.file : "?", token->at.line);
}

/* Every profile that works is tied to a hardware address. */
static void note_pins(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *first = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!network_works(f, n))
            continue;
        if (!n->mac)
            return;
        first = first ? first : n;
    }
    const struct network_fact *frozen = network_find(f, "cloud-init", "network-disabled");
    if (!frozen)
        frozen = network_find(f, "cloud-init", "azure-network-disabled");
    bool generated = first && first->at.file && strstr(first->at.file, "cloud-init");
    if (!first || network_manager_helps_itself(f) || (network_cloud_init_runs(f) && !frozen))
        return;
    const char *id = frozen && generated ? "cloud-init-network-frozen" : network_reason_of(first);
    if (strcmp(id, "no-network-manager-enabled") == 0)
        id = "nic-name-changed";
    struct reason *r = reason_for_all(out, id, GATE_OPEN, first->at);
    r->keyword = first->name;
    r->value = arena_printf(out->arena, "only for the hardware address %s", first->mac);
    r->detail = "pinned";
    if (frozen && generated)
        r->wanted = frozen->at.file;
}

static bool has_profile(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->network.count; i++)
        if (network_is_profile(&f->network.items[i]) && f->network.items[i].name &&
            strcmp(f->network.items[i].name, name) == 0)
            return true;
    return false;
}

/* The name of a NIC that came later (the generator writes it below) and that no profile is for. */
static const char *newcomer(const struct facts *f, const struct network_fact *old)
{
    const char *name = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "rename") == 0 && n->mac && n->name &&
            strcmp(n->at.file, old->at.file) == 0 && n->at.line > old->at.line)
            name = n->name;
    }
    return name && has_profile(f, old->name) && !has_profile(f, name) ? name : NULL;
}

static void note_old_rules(const struct facts *f, struct reason_list *out)
{
    if (network_cloud_init_runs(f))
        return; /* it writes these rules itself, at every boot */
    const char *last = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "rename") != 0 || !n->mac || !n->name ||
            !strstr(n->at.file, "persistent-net") || (last && strcmp(last, n->at.file) == 0))
            continue;
        last = n->at.file;
        struct reason *r = reason_for_all(out, "persistent-net-rules-stale", GATE_OPEN, n->at);
        r->keyword = n->name;
        r->value = n->mac;
        const char *name = newcomer(f, n);
        if (name) {
            r->detail = "a NIC that came later has another name";
            r->wanted = name;
        } else if (n->automatic) {
            r->detail = "any other one gets the next name";
        }
    }
}

/* Azure and Google give every NIC its address by DHCP; EC2 does, but for addresses of a second NIC.
 */
static void note_foreign(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *cloud = network_find(f, "cloud", NULL), *first = NULL;
    if (!cloud || network_cloud_init_runs(f))
        return;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!network_works(f, n))
            continue;
        if (strcmp(n->method, "static") != 0)
            return;
        first = first ? first : n;
    }
    if (!first)
        return;
    struct reason *r = reason_for_all(out, "static-address-foreign", GATE_OPEN, first->at);
    r->keyword = first->name;
    r->value = first->addresses.count > 0 ? first->addresses.items[0] : "an address of its own";
    r->wanted = strcmp(cloud->name, "azure") == 0 ? "Azure"
                : strcmp(cloud->name, "gcp") == 0 ? "Google Cloud"
                                                  : "EC2";
}

/* No profile has an IPv4 address: only a network that announces IPv6 gives one. */
static void note_bare(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *first = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!network_works(f, n))
            continue;
        if (!n->value || strcmp(n->value, "no-address") != 0)
            return;
        first = first ? first : n;
    }
    if (!first)
        return;
    struct reason *r = reason_for_all(out, "ifcfg-stale", GATE_OPEN, first->at);
    r->keyword = first->name;
    r->value = "without an IPv4 address";
}

void network_note_names(const struct facts *f, bool shut, struct reason_list *out)
{
    if (!shut) {
        note_bare(f, out);
        judge_names(f, out);
        note_pins(f, out);
        note_foreign(f, out);
    }
    note_old_rules(f, out);
}
