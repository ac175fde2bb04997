/* NetworkManager: its keyfiles as profiles, and the settings that decide over a NIC without one. */
#include "facts/network_parts.h"

#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

static void add_addresses(struct facts *f, const struct unit_file *u, struct network_fact *n)
{
    vec_each (s, &u->settings)
        if (s->value && strncmp(s->key, "address", 7) == 0 && strchr("0123456789", s->key[7]) &&
            strncmp(s->section, "ipv", 3) == 0) {
            struct bytes value = bytes_of(s->value);
            value = bytes_cut(value, 0, text_find(value, ","));
            text_list_add(f->arena, &n->addresses, arena_text(f->arena, text_trim(value)));
        }
}

static const char *method_of(const struct unit_file *u)
{
    const char *four = network_value(u, "ipv4", "method"),
               *six = network_value(u, "ipv6", "method");
    bool no_six = six && (strcmp(six, "disabled") == 0 || strcmp(six, "ignore") == 0);
    if (!four || strcmp(four, "auto") == 0)
        return "dhcp";
    if (strcmp(four, "manual") == 0)
        return "static";
    return strcmp(four, "disabled") == 0 && no_six ? "none" : "other";
}

/* GKeyFile takes back a whole file for one line: gkeyfile.c g_key_file_parse_line. NULL: none such.
 */
static const char *keyfile_fault(struct arena *a, struct bytes text)
{
    bool in_section = false;
    struct bytes line;
    for (int n = 1; text_next_line(&text, &line); n++) {
        line = text_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        bool is_section = line.ptr[0] == '[' && line.ptr[line.len - 1] == ']';
        if (!is_section && (!in_section || line.ptr[0] == '[' || !memchr(line.ptr, '=', line.len)))
            return arena_printf(a, "not read for line %d, which is neither a section nor a setting",
                                n);
        in_section = true;
    }
    return NULL;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* "address1", "address" … have an address; "addresses" is the old form. */
static bool has_address(const struct unit_file *u, const char *section)
{
    vec_each (s, &u->settings)
        if (strcmp(s->section, section) == 0 && strncmp(s->key, "address", 7) == 0 && *s->value &&
            strncmp(s->key, "address-data", 12) != 0)
            return true;
    return false;
}

/* nm-setting-ip4-config.c, nm-setting-ip6-config.c, verify(). */
static const char *method_fault(const struct unit_file *u)
{
    static const char *const four[] = {"auto", "link-local", "manual", "shared", "disabled", NULL};
    static const char *const six[] = {"ignore", "auto",   "dhcp",     "link-local",
                                      "manual", "shared", "disabled", NULL};
    static const char *const sections[] = {"ipv4", "ipv6"};
    for (size_t i = 0; i < 2; i++) {
        const char *method = network_value(u, sections[i], "method");
        if (method && !is_one_of(method, i == 0 ? four : six))
            return "of a method that there is not, so NetworkManager passes it over";
        if (method && strcmp(method, "manual") == 0 && !has_address(u, sections[i]))
            return "static and without an address, so NetworkManager passes it over";
    }
    return NULL;
}

static const char *const ethernets[] = {"ethernet", "802-3-ethernet", NULL};
/* Not for a NIC, and no bridge or bond over one. */
static const char *const others[] = {"wifi", "802-11-wireless",  "vpn",       "wireguard",
                                     "gsm",  "loopback",         "bluetooth", "wifi-p2p",
                                     "cdma", "802-11-olpc-mesh", "wpan",      NULL};
static const char *const carriers[] = {"bond",          "bridge",    "team",      "vlan",
                                       "infiniband",    "macvlan",   "dummy",     "veth",
                                       "pppoe",         "ip-tunnel", "tun",       "vrf",
                                       "vxlan",         "macsec",    "adsl",      "ovs-bridge",
                                       "ovs-interface", "ovs-port",  "ovs-patch", "ovs-dpdk",
                                       "generic",       "hsr",       "6lowpan",   NULL};

/* nm-keyfile.c: without a type one of the sections says it. */
static const char *type_of(const struct unit_file *u, struct bytes text)
{
    const char *type = network_value(u, "connection", "type");
    struct bytes line;
    while (!type && text_next_line(&text, &line)) {
        line = text_trim(line);
        if (bytes_equal_text(line, "[ethernet]") || bytes_equal_text(line, "[802-3-ethernet]"))
            type = ethernets[0];
    }
    return type;
}

static const char *content_fault(struct arena *a, struct bytes text, const struct unit_file *u)
{
    const char *type = type_of(u, text), *fault = keyfile_fault(a, text);
    if (fault)
        return fault;
    if (!type)
        return "without a type, so NetworkManager passes it over";
    if (!is_one_of(type, ethernets) && !is_one_of(type, carriers))
        return "of a type that there is not, so NetworkManager passes it over";
    return method_fault(u);
}

/* What keeps a profile from being brought up at boot: GKeyFile knows true, false, 1 and 0 only, and
 * a profile of one person waits for that person. */
static const struct unit_setting *waits_for(const struct unit_file *u)
{
    const struct unit_setting *automatic = unit_last(u, "connection", "autoconnect");
    const struct unit_setting *persons = unit_last(u, "connection", "permissions");
    if (automatic && (strcmp(automatic->value, "false") == 0 || strcmp(automatic->value, "0") == 0))
        return automatic;
    return persons && *persons->value ? persons : NULL;
}

/* nms-keyfile-utils.c: a profile that others than root may read or own is passed over. */
static void add_keyfile(struct facts *f, const char *path)
{
    struct bytes text;
    struct unit_file u = {0};
    if (!network_read(f, path, &text))
        return;
    unit_file_parse(f->arena, path, text, &u);
    const char *type = type_of(&u, text);
    if (type && is_one_of(type, others))
        return;
    const char *name = network_value(&u, "connection", "interface-name");
    struct network_fact *n = network_add(f, "profile", "NetworkManager", name, place_of_file(path));
    if (!n)
        return;
    const struct unit_setting *wait = waits_for(&u);
    n->automatic = !wait;
    if (wait)
        n->at = wait->at;
    n->mac = network_value(&u, "ethernet", "mac-address");
    if (!n->mac)
        n->mac = network_value(&u, "802-3-ethernet", "mac-address");
    n->method = method_of(&u);
    add_addresses(f, &u, n);
    const char *fault = content_fault(f->arena, text, &u);
    if (fault) {
        n->problem = "refused";
        n->value = fault;
    }
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_PRESENT && (s.node.mode & 077) != 0)
        n->problem = "insecure-mode";
    if (s.presence == PRESENCE_PRESENT && s.node.uid != 0)
        n->problem = "wrong-owner";
}

/* nm_keyfile_utils_ignore_filename: hidden files, backups, keys and what mkstemp leaves behind. */
static bool is_profile_name(const char *name, bool vendor)
{
    static const char *const endings[] = {"~", ".pem", ".der", ".swp", ".swpx"};
    size_t length = strlen(name);
    const char *dot = strrchr(name, '.');
    if (name[0] == '.' || length == 0)
        return false;
    if (vendor)
        return length > 13 && strcmp(name + length - 13, ".nmconnection") == 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (length >= n && strcmp(name + length - n, endings[i]) == 0)
            return false;
    }
    size_t letters = 0;
    while (dot && isalnum((unsigned char)dot[1 + letters]))
        letters++;
    return !dot || letters != 6 || dot[7] != '\0';
}

/* nm-config.c: the vendor's conf.d, then NetworkManager.conf, then the conf.d of /etc, each by
 * name; one in /etc hides the vendor's of its name. The later setting wins. */
static struct text_list config_files(struct facts *f)
{
    static const char main_file[] = "/etc/NetworkManager/NetworkManager.conf";
    struct list_answer own = tree_glob(f->tree, "/etc/NetworkManager/conf.d/*.conf");
    struct list_answer vendor = tree_glob(f->tree, "/usr/lib/NetworkManager/conf.d/*.conf");
    struct text_list paths = {0}, names = {0};
    size_t owns = own.presence == PRESENCE_PRESENT ? own.count : 0;
    for (size_t i = 0; i < owns; i++)
        text_list_add(f->arena, &names, path_name(own.names[i]));
    for (size_t i = 0;
         vendor.presence == PRESENCE_PRESENT && i < vendor.count && i < NETWORK_PROFILES; i++)
        if (!text_list_has(&names, path_name(vendor.names[i])))
            text_list_add(f->arena, &paths, vendor.names[i]);
    text_list_add(f->arena, &paths, main_file);
    for (size_t i = 0; i < owns && i < NETWORK_PROFILES; i++)
        text_list_add(f->arena, &paths, own.names[i]);
    return paths;
}

static void add_setting(struct facts *f, const char *name, const char *value, struct place at)
{
    struct network_fact *n = network_add(f, "setting", "NetworkManager", name, at);
    if (n)
        n->value = value;
}

/* [device…] with managed=0: what match-device names is left alone. */
static void read_device_sections(struct facts *f, const struct unit_file *u)
{
    vec_each (s, &u->settings) {
        bool off = strncmp(s->section, "device", 6) == 0 && strcmp(s->key, "managed") == 0 &&
                   network_is_no(s->value);
        const char *specs = off ? network_value(u, s->section, "match-device") : NULL;
        if (off)
            add_setting(f, "unmanaged-section", specs ? specs : "*", s->at);
    }
}

/* What "nmcli networking off" leaves behind. */
static void read_state(struct facts *f)
{
    static const char path[] = "/var/lib/NetworkManager/NetworkManager.state";
    struct bytes text;
    struct unit_file u = {0};
    if (tree_stat(f->tree, path).presence != PRESENCE_PRESENT || !network_read(f, path, &text))
        return;
    unit_file_parse(f->arena, path, text, &u);
    const struct unit_setting *s = unit_last(&u, "main", "NetworkingEnabled");
    if (s && strcmp(s->value, "false") == 0)
        add_setting(f, "networking-off", s->value, s->at);
}

static void read_settings(struct facts *f)
{
    static const struct {
        const char *section, *key;
    } wanted[] = {{"main", "no-auto-default"}, {"keyfile", "unmanaged-devices"}};
    const struct unit_setting *best[2] = {0};
    struct text_list paths = config_files(f);
    for (size_t i = 0; i < paths.count; i++) {
        struct bytes text;
        struct unit_file u = {0};
        if (!network_read(f, paths.items[i], &text))
            continue;
        unit_file_parse(f->arena, paths.items[i], text, &u);
        read_device_sections(f, &u);
        for (size_t k = 0; k < 2; k++)
            vec_each (s, &u.settings) /* an empty one takes back what came before */
                if (strcmp(s->section, wanted[k].section) == 0 &&
                    strcmp(s->key, wanted[k].key) == 0)
                    best[k] = *s->value ? s : NULL;
    }
    for (size_t k = 0; k < 2; k++)
        if (best[k])
            add_setting(f, wanted[k].key, best[k]->value, best[k]->at);
    read_state(f);
}

void network_read_keyfiles(struct facts *f)
{
    static const char *const directories[] = {"/etc/NetworkManager/system-connections",
                                              "/usr/lib/NetworkManager/system-connections"};
    bool installed = false;
    vec_each (n, &f->network)
        installed |= strcmp(n->item, "service") == 0 && strcmp(n->manager, "NetworkManager") == 0;
    if (!installed)
        return;
    for (size_t d = 0; d < 2; d++) {
        struct list_answer files = tree_list(f->tree, directories[d]);
        if (files.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "network", place_of_file(directories[d]), files.reason);
        for (size_t i = 0;
             files.presence == PRESENCE_PRESENT && i < files.count && i < NETWORK_PROFILES; i++) {
            if (is_profile_name(files.names[i], d > 0))
                add_keyfile(f, path_join(f->arena, directories[d], files.names[i]));
        }
    }
    read_settings(f);
}
