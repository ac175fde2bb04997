/* Profiles in files of [Section] and Key=Value: systemd-networkd's and NetworkManager's; and what
 * can be told of netplan's without reading YAML. */
#include "facts/network_parts.h"

#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

#define PROFILES 256

static const char *value_of(const struct unit_file *u, const char *section, const char *key)
{
    const struct unit_setting *s = unit_last(u, section, key);
    return s && s->value && *s->value ? s->value : NULL;
}

static bool is_no(const char *value)
{
    return value && (strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 ||
                     strcmp(value, "0") == 0 || strcasecmp(value, "off") == 0);
}

/* Is one of the names or patterns fit for a NIC? */
static bool any_nic(struct facts *f, const char *names)
{
    struct text_list words = text_words(f->arena, bytes_of(names), " \t,;");
    for (size_t i = 0; i < words.count && i < 64; i++)
        if (words.items[i][0] == '!' || network_is_nic(words.items[i]))
            return true;
    return false;
}

static void add_networkd(struct facts *f, const char *path)
{
    struct bytes text;
    struct unit_file u = {0};
    if (!network_read(f, path, &text) || text.len == 0)
        return; /* an empty file or a link to /dev/null takes the vendor's away */
    unit_file_parse(f->arena, path, text, &u);
    const char *name = value_of(&u, "Match", "Name");
    const char *type = value_of(&u, "Match", "Type"), *kind = value_of(&u, "Match", "Kind");
    /* The vendor's are for containers, tunnels and wireless; an owner's bridge carries the NIC. */
    bool vendor = path_is_below(path, "/usr/lib");
    if ((vendor && ((name && !any_nic(f, name)) || (kind && kind[0] != '!') ||
                    (type && type[0] != '!' && !strstr(type, "ether")))) ||
        (name && strcmp(name, "lo") == 0))
        return;
    struct network_fact *n = network_add(f, "profile", "networkd", name, place_of_file(path));
    if (!n)
        return;
    const char *dhcp = value_of(&u, "Network", "DHCP"),
               *policy = value_of(&u, "Link", "ActivationPolicy");
    const char *unmanaged = value_of(&u, "Link", "Unmanaged");
    bool manual = policy && (strcmp(policy, "manual") == 0 || strcmp(policy, "down") == 0 ||
                             strcmp(policy, "always-down") == 0);
    n->automatic = !manual && (!unmanaged || is_no(unmanaged));
    n->mac = value_of(&u, "Match", "MACAddress");
    bool fixed = value_of(&u, "Network", "Address") || value_of(&u, "Address", "Address");
    n->method = dhcp && !is_no(dhcp) ? "dhcp" : fixed ? "static" : "other";
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
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < PROFILES;
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

/* nms-keyfile-utils.c: a profile that others than root may read or own is passed over. */
static void add_keyfile(struct facts *f, const char *path)
{
    struct bytes text;
    struct unit_file u = {0};
    if (!network_read(f, path, &text))
        return;
    unit_file_parse(f->arena, path, text, &u);
    const char *type = value_of(&u, "connection", "type");
    const char *name = value_of(&u, "connection", "interface-name");
    static const char *const others[] = {"wifi", "802-11-wireless", "vpn",      "wireguard",
                                         "gsm",  "loopback",        "bluetooth"};
    if (!type)
        return;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(type, others[i]) == 0)
            return;
    struct network_fact *n = network_add(f, "profile", "NetworkManager", name, place_of_file(path));
    if (!n)
        return;
    const struct unit_setting *automatic = unit_last(&u, "connection", "autoconnect");
    n->automatic = !automatic || !is_no(automatic->value);
    if (!n->automatic)
        n->at = automatic->at;
    n->mac = value_of(&u, "ethernet", "mac-address");
    const char *method = value_of(&u, "ipv4", "method"), *six = value_of(&u, "ipv6", "method");
    n->method = !method || strcmp(method, "auto") == 0 ? "dhcp"
                : strcmp(method, "manual") == 0        ? "static"
                : strcmp(method, "disabled") == 0 && six &&
                        (strcmp(six, "disabled") == 0 || strcmp(six, "ignore") == 0)
                    ? "none"
                    : "other";
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_PRESENT && (s.node.mode & 077) != 0)
        n->problem = "insecure-mode";
    if (s.presence == PRESENCE_PRESENT && s.node.uid != 0)
        n->problem = "wrong-owner";
}

void network_read_keyfiles(struct facts *f)
{
    static const char directory[] = "/etc/NetworkManager/system-connections";
    struct list_answer files = tree_list(f->tree, directory);
    if (files.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "network", place_of_file(directory), files.reason);
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < PROFILES; i++) {
        size_t length = strlen(files.names[i]);
        if (files.names[i][0] != '.' && files.names[i][length - 1] != '~')
            add_keyfile(f, path_join(f->arena, directory, files.names[i]));
    }
}

/* Where a line begins with a tab outside of brackets: no YAML reader takes that for indentation.
 * 0: nowhere. A quoted or block scalar over several lines ends the search: it may hold anything. */
static int tab_line(struct bytes text)
{
    struct bytes rest = text, line;
    int depth = 0;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct bytes trimmed = text_trim(line);
        size_t i = 0;
        while (i < line.len && line.ptr[i] == ' ')
            i++;
        if (trimmed.len == 0 || trimmed.ptr[0] == '#')
            continue;
        if (depth == 0 && i < line.len && line.ptr[i] == '\t')
            return n;
        for (size_t k = 0; k < trimmed.len; k++) {
            char c = trimmed.ptr[k];
            if (strchr("|>\"'&*", c))
                return 0;
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        }
    }
    return 0;
}

/* netplan starts its renderer by a generator: networkd need not be enabled, only installed. */
void network_read_netplan(struct facts *f)
{
    static const char *const programs[] = {"/usr/sbin/netplan", "/usr/libexec/netplan/generate",
                                           "/usr/lib/netplan/generate"};
    bool installed = false;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        installed |= tree_stat(f->tree, programs[i]).presence == PRESENCE_PRESENT;
    if (!installed)
        return;
    struct list_answer files = tree_glob(f->tree, "/etc/netplan/*.yaml");
    if (files.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "network", place_of_file("/etc/netplan"), files.reason);
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < PROFILES; i++) {
        struct bytes text;
        if (!network_read(f, files.names[i], &text) || text.len == 0)
            continue;
        struct network_fact *n =
            network_add(f, "profile", "netplan", NULL, place_of_file(files.names[i]));
        if (!n)
            return;
        bool manager = text_find(text, "NetworkManager") < text.len;
        const struct unit_fact *networkd = facts_unit(f, "systemd-networkd.service");
        n->started = manager ? network_started(f, "NetworkManager")
                             : networkd && networkd->path && strcmp(networkd->state, "masked") != 0;
        n->automatic = true;
        n->method = "other";
        int line = tab_line(text);
        if (line > 0) {
            n->problem = "tab";
            n->at.line = line;
        }
    }
}
