/* Profiles in files of [Section] and Key=Value: systemd-networkd's. */
#include "facts/network_parts.h"

#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

/* Is one of the names or patterns fit for a NIC? */
static bool any_nic(struct facts *f, const char *names)
{
    struct text_list words = text_words(f->arena, bytes_of(names), " \t,;");
    for (size_t i = 0; i < words.count && i < 64; i++)
        if (words.items[i][0] == '!' || network_is_nic(words.items[i]))
            return true;
    return false;
}

static bool has_match(const struct unit_file *u)
{
    vec_each (s, &u->settings)
        if (strcmp(s->section, "Match") == 0 && s->value && *s->value)
            return true;
    return false;
}

/* Names that only the loopback, Wi-Fi and modems have. */
static bool never_a_nic(struct facts *f, const char *names)
{
    struct text_list words = text_words(f->arena, bytes_of(names), " \t,;");
    for (size_t i = 0; i < words.count && i < 64; i++)
        if (strcmp(words.items[i], "lo") != 0 && strncmp(words.items[i], "wl", 2) != 0 &&
            strncmp(words.items[i], "ww", 2) != 0)
            return false;
    return words.count > 0;
}

static void add_networkd(struct facts *f, const char *path)
{
    struct bytes text;
    struct unit_file u = {0};
    if (!network_read(f, path, &text) || text.len == 0)
        return; /* an empty file or a link to /dev/null takes the vendor's away */
    unit_file_parse(f->arena, path, text, &u);
    const char *name = network_value(&u, "Match", "Name");
    const char *type = network_value(&u, "Match", "Type"), *kind = network_value(&u, "Match", "Kind");
    /* The vendor's are for containers, tunnels and wireless; an owner's bridge carries the NIC. */
    bool vendor = path_is_below(path, "/usr/lib");
    if ((vendor && ((name && !any_nic(f, name)) || (kind && kind[0] != '!') ||
                    (type && type[0] != '!' && !strstr(type, "ether")))) ||
        (name && strcmp(name, "lo") == 0))
        return;
    struct network_fact *n = network_add(f, "profile", "networkd", name, place_of_file(path));
    if (!n)
        return;
    if (!has_match(&u)) /* networkd-network.c: "No valid settings found in the [Match] section" */
        n->problem = "no-match";
    else if (name && never_a_nic(f, name))
        n->problem = "no-nic";
    const char *dhcp = network_value(&u, "Network", "DHCP"),
               *policy = network_value(&u, "Link", "ActivationPolicy");
    const char *unmanaged = network_value(&u, "Link", "Unmanaged");
    bool manual = policy && (strcmp(policy, "manual") == 0 || strcmp(policy, "down") == 0 ||
                             strcmp(policy, "always-down") == 0);
    n->automatic = !manual && (!unmanaged || network_is_no(unmanaged));
    n->mac = network_value(&u, "Match", "MACAddress");
    bool fixed = network_value(&u, "Network", "Address") || network_value(&u, "Address", "Address");
    n->method = dhcp && !network_is_no(dhcp) ? "dhcp" : fixed ? "static" : "other";
    vec_each (setting, &u.settings)
        if (setting->value && strcmp(setting->key, "Address") == 0)
            text_list_add(f->arena, &n->addresses, setting->value);
}

/* Of two files of one name the one in /etc counts (systemd.network(5)). */
void network_read_networkd(struct facts *f)
{
    static const char *const directories[] = {"/etc/systemd/network", "/usr/lib/systemd/network"};
    struct text_list seen = {0};
    for (size_t d = 0; d < sizeof directories / sizeof *directories; d++) {
        struct list_answer files =
            tree_glob(f->tree, path_join(f->arena, directories[d], "*.network"));
        if (files.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "network", place_of_file(directories[d]), files.reason);
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < NETWORK_PROFILES;
             i++) {
            if (text_list_has(&seen, path_name(files.names[i])))
                continue;
            text_list_add(f->arena, &seen, path_name(files.names[i]));
            struct link_answer link = tree_readlink(f->tree, files.names[i]);
            if (link.presence != PRESENCE_PRESENT || strcmp(link.target, "/dev/null") != 0)
                add_networkd(f, files.names[i]);
        }
    }
}
