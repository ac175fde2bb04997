/* systemd-networkd: its .network files with their drop-ins as profiles. Of the files that fit a NIC
 * the first counts, by name. systemd: networkd-network.c network_load, network_get. */
#include "facts/network_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "facts/network_match.h"
#include "facts/unit_parts.h"

/* A file in an earlier one hides those of its name in the later ones. */
static const char *const directories[] = {"/etc/systemd/network", "/usr/local/lib/systemd/network",
                                          "/usr/lib/systemd/network", "/lib/systemd/network"};
#define DIRECTORIES (sizeof directories / sizeof *directories)

struct network_file {
    const char *path;
    struct unit_file unit;
    bool is_vendor;
    bool fits, counts; /* for a NIC; for one that no earlier file is for */
};
typedef VEC(struct network_file) file_list;

static int by_name(const void *a, const void *b)
{
    return strcmp(path_name(*(const char *const *)a), path_name(*(const char *const *)b));
}

/* conf-files.c: the files of BELOW that end in ENDING, in all directories, by name; those that are
 * hidden by a link to /dev/null are left out. */
static struct text_list effective_files(struct facts *f, const char *below, const char *ending)
{
    struct text_list seen = {0}, found = {0};
    for (size_t d = 0; d < DIRECTORIES; d++) {
        const char *directory = path_join(f->arena, directories[d], below);
        struct list_answer files =
            tree_glob(f->tree, arena_printf(f->arena, "%s/*%s", directory, ending));
        if (files.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "network", place_of_file(directory), files.reason);
        for (size_t i = 0;
             files.presence == PRESENCE_PRESENT && i < files.count && seen.count < NETWORK_PROFILES;
             i++) {
            if (text_list_has(&seen, path_name(files.names[i])))
                continue;
            text_list_add(f->arena, &seen, path_name(files.names[i]));
            struct link_answer link = tree_readlink(f->tree, files.names[i]);
            if (link.presence != PRESENCE_PRESENT || strcmp(link.target, "/dev/null") != 0)
                text_list_add(f->arena, &found, files.names[i]);
        }
    }
    if (found.count > 1)
        qsort(found.items, found.count, sizeof *found.items, by_name);
    return found;
}

/* conf-parser.c config_parse_many: the file, then its drop-ins. An empty file counts for nothing.
 */
static bool read_file(struct facts *f, const char *path, struct unit_file *out)
{
    struct bytes text;
    if (!network_read(f, path, &text) || text.len == 0)
        return false;
    unit_file_parse(f->arena, path, text, out);
    struct text_list extra =
        effective_files(f, arena_printf(f->arena, "%s.d", path_name(path)), ".conf");
    for (size_t i = 0; i < extra.count; i++)
        if (network_read(f, extra.items[i], &text))
            unit_file_parse(f->arena, extra.items[i], text, out);
    return true;
}

/* Which file is for which of the NICs that a VM may show: those with common names, and those with
 * the names that the owner's files have. */
static void match_files(struct facts *f, file_list *files)
{
    static const char *const common[] = {"eth0", "ens3", "enp1s0", "eno1"};
    struct text_list nics = {0};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        text_list_add(f->arena, &nics, common[i]);
    vec_each (file, files)
        if (!file->is_vendor)
            network_match_names(f->arena, &file->unit, &nics);
    for (size_t i = 0; i < nics.count; i++) {
        bool taken = false;
        vec_each (file, files) {
            if (file->unit.problem || network_match_is_empty(f->arena, &file->unit))
                continue;
            enum network_fit fit = network_match_fits(f, &file->unit, nics.items[i]);
            file->fits |= fit != NETWORK_FITS_NOT;
            file->counts |= fit != NETWORK_FITS_NOT && !taken;
            taken |= fit == NETWORK_FITS;
        }
    }
}

/* ActivationPolicy= is of systemd 248. */
static bool knows_policies(const struct os_facts *os)
{
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    if (!os->id || release <= 0)
        return true;
    if (strcmp(os->id, "debian") == 0)
        return release >= 12;
    if (strcmp(os->id, "ubuntu") == 0)
        return release >= 22;
    return os->family_code != FAMILY_RHEL || release >= 9;
}

/* What keeps networkd from bringing the NIC up, NULL: nothing does. */
static const struct unit_setting *hindrance(const struct os_facts *os, const struct unit_file *u)
{
    const struct unit_setting *policy =
        knows_policies(os) ? unit_last(u, "Link", "ActivationPolicy") : NULL;
    const struct unit_setting *unmanaged = unit_last(u, "Link", "Unmanaged");
    static const char *const down[] = {"manual", "down", "always-down"};
    static const char *const yes[] = {"yes", "y", "true", "t", "1", "on"};
    for (size_t i = 0; policy && i < sizeof down / sizeof *down; i++)
        if (strcmp(policy->value, down[i]) == 0)
            return policy;
    for (size_t i = 0; unmanaged && i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(unmanaged->value, yes[i]) == 0)
            return unmanaged;
    return NULL;
}

static void add_profile(struct facts *f, const struct network_file *file)
{
    const struct unit_file *u = &file->unit;
    const char *name = network_value(u, "Match", "Name");
    /* The vendor's are for containers, tunnels and wireless, but for some. */
    if ((file->is_vendor && !file->fits) || (name && strcmp(name, "lo") == 0))
        return;
    struct network_fact *n = network_add(f, "profile", "networkd", name, place_of_file(file->path));
    if (!n)
        return;
    if (u->problem) {
        n->problem = "refused";
        n->value = u->problem;
        n->at = u->problem_at;
    } else if (network_match_is_empty(f->arena, u)) {
        n->problem = "no-match"; /* "No valid settings found in the [Match] section" */
    } else if (!file->counts) {
        n->problem = file->fits ? "hidden" : "no-nic";
    }
    const struct unit_setting *stop = hindrance(&f->os, u);
    n->automatic = !stop;
    if (stop && !n->problem)
        n->at = stop->at;
    n->mac = network_value(u, "Match", "MACAddress");
    const char *dhcp = network_value(u, "Network", "DHCP");
    bool fixed = network_value(u, "Network", "Address") || network_value(u, "Address", "Address");
    n->method = dhcp && !network_is_no(dhcp) ? "dhcp" : fixed ? "static" : "other";
    vec_each (setting, &u->settings)
        if (setting->value && strcmp(setting->key, "Address") == 0)
            text_list_add(f->arena, &n->addresses, setting->value);
}

void network_read_networkd(struct facts *f)
{
    file_list files = {0};
    struct text_list paths = effective_files(f, "", ".network");
    for (size_t i = 0; i < paths.count; i++) {
        struct network_file file = {.path = paths.items[i],
                                    .is_vendor = path_is_below(paths.items[i], "/usr/lib") ||
                                                 path_is_below(paths.items[i], "/lib")};
        if (read_file(f, file.path, &file.unit))
            vec_push(f->arena, &files, file);
    }
    match_files(f, &files);
    vec_each (file, &files)
        add_profile(f, file);
}
