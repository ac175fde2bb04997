/* NetworkManager: its keyfiles as profiles, and the settings that decide over a NIC without one. */
#include "facts/network_parts.h"

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
    const char *four = network_value(u, "ipv4", "method"), *six = network_value(u, "ipv6", "method");
    bool no_six = six && (strcmp(six, "disabled") == 0 || strcmp(six, "ignore") == 0);
    if (!four || strcmp(four, "auto") == 0)
        return "dhcp";
    if (strcmp(four, "manual") == 0)
        return "static";
    return strcmp(four, "disabled") == 0 && no_six ? "none" : "other";
}

/* nms-keyfile-utils.c: a profile that others than root may read or own is passed over. */
static void add_keyfile(struct facts *f, const char *path)
{
    struct bytes text;
    struct unit_file u = {0};
    if (!network_read(f, path, &text))
        return;
    unit_file_parse(f->arena, path, text, &u);
    const char *type = network_value(&u, "connection", "type");
    const char *name = network_value(&u, "connection", "interface-name");
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
    n->automatic = !automatic || !network_is_no(automatic->value);
    if (!n->automatic)
        n->at = automatic->at;
    n->mac = network_value(&u, "ethernet", "mac-address");
    if (!n->mac)
        n->mac = network_value(&u, "802-3-ethernet", "mac-address");
    n->method = method_of(&u);
    add_addresses(f, &u, n);
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_PRESENT && (s.node.mode & 077) != 0)
        n->problem = "insecure-mode";
    if (s.presence == PRESENCE_PRESENT && s.node.uid != 0)
        n->problem = "wrong-owner";
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
    for (size_t i = 0; vendor.presence == PRESENCE_PRESENT && i < vendor.count && i < NETWORK_PROFILES; i++)
        if (!text_list_has(&names, path_name(vendor.names[i])))
            text_list_add(f->arena, &paths, vendor.names[i]);
    text_list_add(f->arena, &paths, main_file);
    for (size_t i = 0; i < owns && i < NETWORK_PROFILES; i++)
        text_list_add(f->arena, &paths, own.names[i]);
    return paths;
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
        for (size_t k = 0; k < 2; k++) {
            const struct unit_setting *s = unit_last(&u, wanted[k].section, wanted[k].key);
            best[k] = s ? s : best[k];
        }
    }
    for (size_t k = 0; k < 2; k++) {
        struct network_fact *n =
            best[k] ? network_add(f, "setting", "NetworkManager", wanted[k].key, best[k]->at)
                    : NULL;
        if (n)
            n->value = best[k]->value;
    }
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
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < NETWORK_PROFILES;
             i++) {
            size_t length = strlen(files.names[i]);
            if (files.names[i][0] != '.' && files.names[i][length - 1] != '~')
                add_keyfile(f, path_join(f->arena, directories[d], files.names[i]));
        }
    }
    read_settings(f);
}
