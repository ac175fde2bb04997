/* netplan: its definitions as profiles, and what its parser refuses. */
#include "facts/network_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "syntax/netplan_file.h"

#define FILES 256

/* What "Version:" says of the package; NULL: not known. */
static const char *package_version(struct facts *f)
{
    struct read_answer r = tree_read(f->tree, "/var/lib/dpkg/status", LIMIT_BINARY_BYTES);
    if (r.presence != PRESENCE_PRESENT)
        return NULL;
    size_t at = text_find(r.content, "\nPackage: netplan.io\n");
    struct bytes rest = bytes_cut(r.content, at + 1, r.content.len), line;
    while (text_next_line(&rest, &line) && line.len > 0)
        if (bytes_start_with(line, "Version:"))
            return arena_text(f->arena, text_trim(bytes_cut(line, 8, line.len)));
    return NULL;
}

/* util.c netplan_parser_load_yaml_hierarchy: a file in /etc hides one of its name in /lib; all of
 * them go by their names. */
static struct text_list files_of(struct facts *f)
{
    static const char *const directories[] = {"/etc/netplan", "/usr/lib/netplan", "/lib/netplan"};
    struct text_list paths = {0};
    for (size_t d = 0; d < sizeof directories / sizeof *directories; d++) {
        struct list_answer files =
            tree_glob(f->tree, path_join(f->arena, directories[d], "*.yaml"));
        if (files.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "network", place_of_file(directories[d]), files.reason);
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count; i++) {
            size_t at = 0;
            while (at < paths.count &&
                   strcmp(path_name(paths.items[at]), path_name(files.names[i])) < 0)
                at++;
            if (paths.count >= FILES ||
                (at < paths.count &&
                 strcmp(path_name(paths.items[at]), path_name(files.names[i])) == 0))
                continue;
            text_list_add(f->arena, &paths, files.names[i]);
            memmove(paths.items + at + 1, paths.items + at,
                    (paths.count - 1 - at) * sizeof *paths.items);
            paths.items[at] = files.names[i];
        }
    }
    return paths;
}

static bool is_for_a_nic(const struct netplan_definition *d)
{
    static const char *const kinds[] = {"ethernets", "bonds", "bridges", "vlans", "nm-devices"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], d->type) == 0)
            return true;
    return false;
}

static void add_definition(struct facts *f, const struct netplan *plan,
                           const struct netplan_definition *d)
{
    struct network_fact *n =
        network_add(f, "profile", "netplan", d->id, (struct place){d->file, d->line, 0});
    if (!n)
        return;
    const char *renderer = d->renderer ? d->renderer : plan->renderer;
    const struct unit_fact *networkd = facts_unit(f, "systemd-networkd.service");
    /* netplan's generator pulls networkd in itself: it need not be enabled. */
    n->value = renderer ? renderer : "networkd";
    n->started = strcmp(n->value, "NetworkManager") == 0
                     ? network_started(f, "NetworkManager")
                     : networkd && networkd->path && strcmp(networkd->state, "masked") != 0;
    n->automatic = !d->is_manual;
    n->name = d->match_name ? d->match_name : d->has_match ? NULL : d->id;
    n->mac = d->match_mac;
    n->method = d->has_dhcp ? "dhcp" : d->addresses.count > 0 ? "static" : "other";
    for (size_t i = 0; i < d->addresses.count; i++)
        text_list_add(f->arena, &n->addresses, d->addresses.items[i]);
}

static void add_faults(struct facts *f, const struct netplan *plan)
{
    for (size_t i = 0; i < plan->faults.count; i++) {
        const struct netplan_fault *fault = &plan->faults.items[i];
        struct place at = {fault->file, fault->line, fault->column};
        if (fault->is_limit) {
            facts_add_gap(f, "network", at, fault->text);
            continue;
        }
        struct network_fact *n = network_add(f, "profile", "netplan", NULL, at);
        if (!n)
            return;
        n->problem = "refused";
        n->value = fault->text;
        n->method = "none";
    }
}

void network_read_netplan(struct facts *f)
{
    static const char *const programs[] = {"/usr/libexec/netplan/generate",
                                           "/usr/lib/netplan/generate", "/usr/sbin/netplan"};
    const char *program = NULL;
    for (size_t i = 0; i < sizeof programs / sizeof *programs && !program; i++)
        if (tree_stat(f->tree, programs[i]).presence == PRESENCE_PRESENT)
            program = programs[i];
    if (!program)
        return;
    struct network_fact *service =
        network_add(f, "service", "netplan", path_name(program), place_of_file(program));
    if (!service)
        return;
    service->started = true;
    size_t index = f->network.count - 1;
    struct netplan plan = {.arena = f->arena};
    struct text_list files = files_of(f);
    for (size_t i = 0; i < files.count; i++) {
        struct bytes text;
        if (network_read(f, files.items[i], &text))
            netplan_read(&plan, files.items[i], text);
    }
    for (size_t i = 0; i < plan.definitions.count; i++)
        if (is_for_a_nic(&plan.definitions.items[i]))
            add_definition(f, &plan, &plan.definitions.items[i]);
    add_faults(f, &plan);
    f->network.items[index].method = plan.renderer;
    if (plan.faults.count > 0) /* what a fault costs depends on the version */
        f->network.items[index].value = package_version(f);
}
