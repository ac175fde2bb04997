/* Gate network: does anything that starts at boot give the machine an address? Which NIC the VM
 * has is not on the disk, so a profile for any interface counts; only what is plain is shut. */
#include "login/gate_network.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "login/network_specs.h"

bool network_is_profile(const struct network_fact *n)
{
    return strcmp(n->item, "profile") == 0;
}

static bool is_of(const struct network_fact *n, const char *manager)
{
    return strcmp(n->manager, manager) == 0;
}

static bool has_problem(const struct network_fact *n, const char *problem)
{
    return n->problem && strcmp(n->problem, problem) == 0;
}

const struct network_fact *network_find(const struct facts *f, const char *item, const char *name)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, item) == 0 && (!name || (n->name && strcmp(n->name, name) == 0)))
            return n;
    }
    return NULL;
}

bool network_runs(const struct facts *f, const char *manager)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "service") == 0 && n->started && is_of(n, manager))
            return true;
    }
    return false;
}

static const struct network_fact *netplan(const struct facts *f)
{
    const struct network_fact *n = network_find(f, "service", "generate");
    return n ? n : network_find(f, "service", "netplan");
}

/* netplan gives up at the first thing it does not take; from 1.1 on its generator goes on without
 * that definition or file (generate.c: NETPLAN_PARSER_IGNORE_ERRORS). */
static enum truth netplan_goes_on(const struct facts *f)
{
    const struct network_fact *service = netplan(f);
    const char *version = service ? service->value : NULL;
    if (version) {
        char *end;
        long major = strtol(version, &end, 10), minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
        return major > 1 || (major == 1 && minor > 0) ? TRUTH_YES : TRUTH_NO;
    }
    long release = strtol(f->os.version, NULL, 10);
    if (strcmp(f->os.id, "debian") == 0 && release > 0)
        return release >= 13 ? TRUTH_YES : TRUTH_NO;
    if (strcmp(f->os.id, "ubuntu") == 0 && release > 0 && release < 24)
        return TRUTH_NO;
    return TRUTH_UNKNOWN; /* Ubuntu 24.04 has had both */
}

static const struct network_fact *refused(const struct facts *f, const char *manager)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (network_is_profile(n) && is_of(n, manager) && has_problem(n, "refused"))
            return n;
    }
    return NULL;
}

static const char *manager_setting(const struct facts *f, const char *name)
{
    const struct network_fact *n = network_find(f, "setting", name);
    return n && n->value ? n->value : "";
}

/* The setting by which NetworkManager leaves every NIC alone, NULL when it does not. */
static const struct network_fact *manager_hindrance(const struct facts *f)
{
    const struct network_fact *off = network_find(f, "setting", "networking-off");
    const struct network_fact *plan = netplan(f);
    /* With that renderer netplan hides 10-globally-managed-devices.conf (generate.c). */
    bool plans = plan && plan->method && strcmp(plan->method, "NetworkManager") == 0;
    for (size_t i = 0; !off && !plans && i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        bool lists = strcmp(n->item, "setting") == 0 && n->name && n->value &&
                     (strcmp(n->name, "unmanaged-devices") == 0 ||
                      strcmp(n->name, "unmanaged-section") == 0);
        if (lists && network_specs_take_all(f->arena, n->value))
            off = n;
    }
    return off;
}

bool network_manager_helps_itself(const struct facts *f)
{
    return network_runs(f, "NetworkManager") && !manager_hindrance(f) &&
           strcspn(manager_setting(f, "no-auto-default"), "*") ==
               strlen(manager_setting(f, "no-auto-default"));
}

bool network_works(const struct facts *f, const struct network_fact *n)
{
    if (!network_is_profile(n) || !n->automatic || !n->started || n->problem ||
        strcmp(n->method, "none") == 0)
        return false;
    if (is_of(n, "netplan"))
        return netplan_goes_on(f) != TRUTH_NO || !refused(f, "netplan");
    if (is_of(n, "ifupdown"))
        return !refused(f, "ifupdown");
    return !is_of(n, "NetworkManager") || !manager_hindrance(f);
}

/* Somebody else may see to it: a script of the owner, the kernel command line. */
static bool is_left_to_others(const struct facts *f)
{
    if (network_runs(f, "dhcpcd") || network_runs(f, "connman") || network_runs(f, "other"))
        return true;
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strncmp(f->boot.items[i].token, "ip=", 3) == 0)
            return true;
    return false;
}

bool network_cloud_init_runs(const struct facts *f)
{
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, "cloud-init") == 0 &&
            strcmp(f->conf.items[i].key, "disabled") == 0)
            return false;
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strcmp(f->boot.items[i].token, "cloud-init=disabled") == 0)
            return false;
    return network_runs(f, "cloud-init") && !network_find(f, "cloud-init", "network-disabled");
}

/* The machine was started before: presets were applied, what is disabled stays so (machine-id(5),
 * systemd.preset(5)). */
static bool was_booted(const struct facts *f)
{
    const struct file_fact *id = facts_file(f, "/etc/machine-id");
    return f->os.service_manager != SERVICES_SYSTEMD || (id && id->exists && id->size >= 32);
}

const char *network_reason_of(const struct network_fact *n)
{
    if (is_of(n, "netplan"))
        return "netplan-broken";
    if (is_of(n, "ifupdown"))
        return "interfaces-file-incomplete";
    if (n->at.file && (strstr(n->at.file, "/ifcfg-") || has_problem(n, "NETWORKING=no")))
        return "ifcfg-stale";
    return is_of(n, "NetworkManager") ? "nm-profile-unusable" : "no-network-manager-enabled";
}

static const char *fault_of(struct arena *a, const struct network_fact *n)
{
    static const struct {
        const char *problem, *words;
    } faults[] = {
        {"insecure-mode", "open to others than root, so NetworkManager passes it over"},
        {"wrong-owner", "not root's, so NetworkManager passes it over"},
        {"no-address", "static and without an address, so ifup gives it up"},
        {"no-dhcp-client", "for DHCP, and no DHCP client is installed"},
        {"no-match", "without anything in [Match], so networkd passes it over"},
        {"no-nic", "for no name that a NIC has"},
        {"NETWORKING=no", "switched off by NETWORKING=no"},
    };
    for (size_t i = 0; n->problem && i < sizeof faults / sizeof *faults; i++)
        if (strcmp(n->problem, faults[i].problem) == 0)
            return faults[i].words;
    if (has_problem(n, "refused") || has_problem(n, "refused-in-part"))
        return n->value ? n->value : "not understood";
    if (!n->automatic)
        return is_of(n, "networkd") ? "for the NIC and leaves it down" : "not brought up at boot";
    if (is_of(n, "netplan") && !n->started)
        return arena_printf(a, "rendered by %s, which does not run", n->value);
    return "without an address";
}

static void report(const struct network_fact *n, enum gate_state state, struct reason_list *out)
{
    struct reason *r = reason_for_all(out, network_reason_of(n), state, n->at);
    r->keyword = is_of(n, "networkd") && n->at.file ? path_name(n->at.file) : n->name;
    r->value = fault_of(out->arena, n);
    if (has_problem(n, "insecure-mode") || has_problem(n, "wrong-owner"))
        r->wanted = "0600";
    else if (strcmp(r->id, "ifcfg-stale") == 0 && !n->automatic)
        r->wanted = is_of(n, "wicked") ? "STARTMODE='auto'" : "ONBOOT=yes";
    else if (strcmp(r->id, "ifcfg-stale") == 0 && strcmp(n->method, "none") == 0)
        r->wanted = "BOOTPROTO=dhcp";
}

/* No NIC has one of its names, or an earlier file is for each that has: nothing is wrong with it.
 */
static bool is_of_no_nic(const struct network_fact *n)
{
    return has_problem(n, "no-nic") || has_problem(n, "hidden");
}

/* Does this profile keep the machine off the network, when none works? NetworkManager makes a DHCP
 * profile of its own for a NIC that no profile is for (nm-settings.c: have_connection_for_device);
 * one that it passes over is none. */
static bool blocks(const struct facts *f, const struct network_fact *n)
{
    if (is_of(n, "netplan"))
        return n->problem || !n->started || !n->automatic;
    if (is_of(n, "ifupdown"))
        return !n->automatic || n->problem;
    if (is_of(n, "networkd"))
        return n->started && (n->problem ? !is_of_no_nic(n) : !n->automatic);
    if (is_of(n, "NetworkManager") && !network_manager_helps_itself(f))
        return n->started && (n->problem || !n->automatic);
    if (!n->started || n->problem)
        return false;
    return !n->automatic || (n->at.file && strstr(n->at.file, "/ifcfg-") != NULL);
}

static void note_passed_over(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        bool counts = network_is_profile(n) && n->problem && !is_of_no_nic(n) &&
                      (n->started || strncmp(n->problem, "refused", 7) == 0);
        bool told = false;
        for (size_t k = 0; k < out->items.count; k++)
            told |= out->items.items[k].at.file == n->at.file &&
                    out->items.items[k].at.line == n->at.line &&
                    out->items.items[k].gate == GATE_NETWORK;
        if (counts && !told)
            report(n, GATE_OPEN, out);
    }
}

static bool is_known_manager(const char *manager)
{
    static const char *const managers[] = {"NetworkManager", "networkd", "ifupdown", "ifcfg",
                                           "wicked"};
    for (size_t i = 0; i < sizeof managers / sizeof *managers; i++)
        if (strcmp(manager, managers[i]) == 0)
            return true;
    return false;
}

/* MANAGER is all that runs, and it has nothing for a NIC. */
static bool is_idle(const struct facts *f, const char *manager)
{
    bool hindered = strcmp(manager, "NetworkManager") == 0 && manager_hindrance(f);
    if (!network_runs(f, manager))
        return false;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        bool other = strcmp(n->item, "service") == 0 && n->started && !is_of(n, manager) &&
                     !is_of(n, "netplan");
        bool fit = network_is_profile(n) && !n->problem && strcmp(n->method, "none") != 0 &&
                   (is_of(n, manager) || strcmp(manager, "networkd") != 0);
        if (other || (fit && !hindered))
            return false;
    }
    return strcmp(manager, "networkd") == 0 || !network_manager_helps_itself(f);
}

static const char *idle_words(const struct network_fact *n, const struct network_fact *hindrance)
{
    if (is_of(n, "networkd"))
        return "without a .network file that is for a NIC";
    if (!hindrance)
        return "without a profile that is for a NIC";
    return strcmp(hindrance->name, "networking-off") == 0 ? "switched off (NetworkingEnabled=false)"
                                                          : "told to leave every NIC alone";
}

/* Installed, and nothing of it starts. The service that has a profile is the one to name. */
static void judge_nothing_runs(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *installed = NULL, *owner = NULL;
    bool idle = is_idle(f, "networkd") || is_idle(f, "NetworkManager");
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (strcmp(n->item, "service") != 0 || !is_known_manager(n->manager))
            continue;
        if (n->started && !idle)
            return;
        if (!installed || (idle && n->started))
            installed = n;
        for (size_t k = 0; k < f->network.count && !owner && !idle; k++)
            if (network_is_profile(&f->network.items[k]) &&
                strcmp(f->network.items[k].manager, n->manager) == 0)
                owner = n;
    }
    const struct network_fact *n = owner ? owner : installed;
    if (!n || !was_booted(f) || network_cloud_init_runs(f))
        return;
    bool off = has_problem(n, "NETWORKING=no");
    const struct network_fact *hindrance =
        idle && is_of(n, "NetworkManager") ? manager_hindrance(f) : NULL;
    struct reason *r = reason_for_all(out, off ? "ifcfg-stale" : "no-network-manager-enabled",
                                      GATE_SHUT, hindrance ? hindrance->at : n->at);
    r->keyword = n->name;
    r->wanted = off ? "NETWORKING=yes" : NULL;
    r->value = idle         ? idle_words(n, hindrance)
               : off        ? fault_of(out->arena, n)
               : n->problem ? n->problem
                            : "not started at boot";
}

/* Whether what netplan refused costs the rest of its files hangs on its version. */
static bool is_unsure(const struct facts *f, const struct network_fact *works)
{
    return is_of(works, "netplan") && refused(f, "netplan") && netplan_goes_on(f) == TRUTH_UNKNOWN;
}

/* Is there a profile that works? Only one of netplan's that may be lost is not enough. */
static bool judge_working(const struct facts *f, struct reason_list *out)
{
    const struct network_fact *unsure = NULL;
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!network_works(f, n))
            continue;
        if (!is_unsure(f, n))
            return true;
        unsure = n;
    }
    if (!unsure)
        return false;
    report(refused(f, "netplan"),
           is_left_to_others(f) || network_cloud_init_runs(f) ? GATE_OPEN : GATE_UNKNOWN, out);
    return true;
}

static void judge_profiles(const struct facts *f, struct reason_list *out)
{
    if (judge_working(f, out) || is_left_to_others(f)) {
        note_passed_over(f, out);
        return;
    }
    const struct gap_fact *gap = find_gap(f, "network");
    if (gap) {
        struct reason *r = reason_for_all(out, "no-network-manager-enabled", GATE_UNKNOWN, gap->at);
        r->value = gap->reason;
        return;
    }
    enum gate_state state =
        network_cloud_init_runs(f) || network_manager_helps_itself(f) ? GATE_OPEN : GATE_SHUT;
    bool any = false;
    /* Where two services are installed, the profiles of one that does not run decide nothing. */
    bool manager = network_runs(f, "NetworkManager"), networkd = network_runs(f, "networkd");
    for (size_t i = 0; i < f->network.count; i++) {
        const struct network_fact *n = &f->network.items[i];
        if (!network_is_profile(n) || !blocks(f, n) ||
            (is_of(n, "ifupdown") && !n->problem && (manager || networkd)))
            continue;
        /* A profile for the NIC keeps NetworkManager from making its own. */
        bool own = is_of(n, "NetworkManager") && !n->problem;
        report(n, own && !network_cloud_init_runs(f) ? GATE_SHUT : state, out);
        any = true;
    }
    note_passed_over(f, out);
    if (!any)
        judge_nothing_runs(f, out);
}

void gate_network(const struct facts *f, struct reason_list *out)
{
    judge_profiles(f, out);
    network_note_names(f, reason_list_shuts(out, GATE_NETWORK), out);
    network_note_surroundings(f, out);
}
