/* Gate network: does anything that starts at boot give the machine an address? Which NIC the VM
 * has is not on the disk, so a profile for any interface counts; only what is plain is shut. */
#include "login/visit.h"

#include <string.h>

#include "facts/collect.h"

static bool is_profile(const struct network_fact *n)
{
    return strcmp(n->item, "profile") == 0;
}

static bool works(const struct network_fact *n)
{
    return is_profile(n) && n->automatic && n->started && !n->problem &&
           strcmp(n->method, "none") != 0;
}

static bool runs(const struct facts *f, const char *manager)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!is_profile(n) && n->started && strcmp(n->manager, manager) == 0)
            return true;
    }
    return false;
}

/* Somebody else may see to it: a script of the owner, the kernel command line. */
static bool is_left_to_others(const struct facts *f)
{
    if (runs(f, "dhcpcd") || runs(f, "connman") || runs(f, "other"))
        return true;
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strncmp(f->boot.items[i].token, "ip=", 3) == 0)
            return true;
    return false;
}

/* On a new instance, and on some clouds at every boot, cloud-init writes the profiles anew. */
static bool cloud_init_runs(const struct facts *f)
{
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, "cloud-init") == 0 &&
            strcmp(f->conf.items[i].key, "disabled") == 0)
            return false;
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strcmp(f->boot.items[i].token, "cloud-init=disabled") == 0)
            return false;
    return runs(f, "cloud-init");
}

/* The machine was started before: presets were applied, what is disabled stays so (machine-id(5),
 * systemd.preset(5)). */
static bool was_booted(const struct facts *f)
{
    const struct file_fact *id = facts_file(f, "/etc/machine-id");
    return f->os.service_manager != SERVICES_SYSTEMD || (id && id->exists && id->size >= 32);
}

static const char *reason_of(const struct network_fact *n)
{
    if (strcmp(n->manager, "netplan") == 0)
        return n->problem ? "netplan-broken" : "no-network-manager-enabled";
    if (strcmp(n->manager, "ifupdown") == 0)
        return "interfaces-file-incomplete";
    if (n->at.file && strstr(n->at.file, "/ifcfg-"))
        return "ifcfg-stale";
    return strcmp(n->manager, "NetworkManager") == 0 ? "nm-profile-unusable"
                                                     : "no-network-manager-enabled";
}

static const char *fault_of(const struct network_fact *n)
{
    if (n->problem && strcmp(n->problem, "tab") == 0)
        return "a tab where YAML wants spaces";
    if (n->problem && strcmp(n->problem, "insecure-mode") == 0)
        return "open to others than root, so NetworkManager passes it over";
    if (n->problem && strcmp(n->problem, "wrong-owner") == 0)
        return "not root's, so NetworkManager passes it over";
    return n->automatic ? "without an address" : "not brought up at boot";
}

static void report(const struct network_fact *n, enum gate_state state, struct reason_list *out)
{
    struct reason *r = reason_for_all(out, reason_of(n), state, n->at);
    r->keyword = n->name;
    r->value = fault_of(n);
    if (n->problem && strcmp(n->manager, "NetworkManager") == 0)
        r->wanted = "0600";
}

/* Does this profile keep the machine off the network, when none works? NetworkManager makes a DHCP
 * profile of its own for a NIC that no profile is for (nm-settings.c: have_connection_for_device);
 * one that it passes over is none. */
static bool blocks(const struct network_fact *n)
{
    if (strcmp(n->manager, "netplan") == 0)
        return n->problem != NULL;
    if (strcmp(n->manager, "ifupdown") == 0)
        return !n->automatic;
    if (!n->started || n->problem)
        return false;
    return !n->automatic && strcmp(n->manager, "networkd") != 0;
}

static void note_passed_over(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (is_profile(n) && n->started && n->problem)
            report(n, GATE_OPEN, out);
    }
}

/* Installed, and nothing of it starts. The service that has a profile is the one to name. */
static void judge_nothing_runs(const struct facts *f, struct reason_list *out)
{
    static const char *const managers[] = {"NetworkManager", "networkd", "ifupdown", "ifcfg",
                                           "wicked"};
    const struct network_fact *installed = NULL, *owner = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        bool known = false;
        for (size_t k = 0; k < sizeof managers / sizeof *managers; k++)
            known |= strcmp(n->manager, managers[k]) == 0;
        if (is_profile(n) || !known)
            continue;
        if (n->started)
            return;
        if (!installed)
            installed = n;
        for (size_t k = 0; k < f->network.count && !owner; k++)
            if (is_profile(&f->network.items[k]) &&
                strcmp(f->network.items[k].manager, n->manager) == 0)
                owner = n;
    }
    const struct network_fact *n = owner ? owner : installed;
    if (!n || !was_booted(f) || cloud_init_runs(f))
        return;
    struct reason *r = reason_for_all(out, "no-network-manager-enabled", GATE_SHUT, n->at);
    r->keyword = n->name;
    r->value = n->problem ? n->problem : "not started at boot";
}

void gate_network(const struct facts *f, struct reason_list *out)
{
    bool broken_netplan = false;
    for (size_t i = 0; i < f->network.count; i++) /* one such file, and netplan writes nothing */
        broken_netplan |= is_profile(&f->network.items[i]) &&
                          strcmp(f->network.items[i].manager, "netplan") == 0 &&
                          f->network.items[i].problem;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (works(n) && !(broken_netplan && strcmp(n->manager, "netplan") == 0)) {
            note_passed_over(f, out);
            return;
        }
    }
    if (is_left_to_others(f)) {
        note_passed_over(f, out);
        return;
    }
    const struct gap_fact *gap = find_gap(f, "network");
    if (gap) {
        struct reason *r = reason_for_all(out, "no-network-manager-enabled", GATE_UNKNOWN, gap->at);
        r->value = gap->reason;
        return;
    }
    enum gate_state state = cloud_init_runs(f) ? GATE_OPEN : GATE_SHUT;
    bool any = false;
    /* Where two services are installed, the profiles of one that does not run decide nothing. */
    bool manager = runs(f, "NetworkManager"), networkd = runs(f, "networkd");
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!is_profile(n) || !blocks(n) ||
            (strcmp(n->manager, "ifupdown") == 0 && (manager || networkd)))
            continue;
        report(n, state, out);
        any = true;
    }
    note_passed_over(f, out);
    if (!any)
        judge_nothing_runs(f, out);
}
