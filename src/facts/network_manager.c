/* NetworkManager: its keyfiles as profiles, and the settings that decide over a NIC without one. */
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

/* nm-core-utils: _nm_utils_ascii_str_to_bool, and GKeyFile before it */
static bool is_no(const char *value)
{
    return value && (strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 ||
                     strcmp(value, "0") == 0 || strcasecmp(value, "off") == 0);
}

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
    const char *four = value_of(u, "ipv4", "method"), *six = value_of(u, "ipv6", "method");
    bool no_six = six && (strcmp(six, "disabled") == 0 || strcmp(six, "ignore") == 0);
    if (!four || strcmp(four, "auto") == 0)
        return "dhcp";
    if (strcmp(four, "manual") == 0)
        return "static";
    return strcmp(four, "disabled") == 0 && no_six ? "none" : "other";
}

/* nms-keyfile-utils.c: a profile that others than root may read or own is passed over. */
static void add_keyfile(struct facts *f, const char *path, bool vendor)
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
    if (!n->mac)
        n->mac = value_of(&u, "802-3-ethernet", "mac-address");
    n->method = method_of(&u);
    add_addresses(f, &u, n);
    struct stat_answer s = tree_stat(f->tree, path);
    if (!vendor && s.presence == PRESENCE_PRESENT && (s.node.mode & 077) != 0)
        n->problem = "insecure-mode";
    if (s.presence == PRESENCE_PRESENT && s.node.uid != 0)
        n->problem = "wrong-owner";
}

/* nm-config.c: the files of conf.d by name, one in /etc hiding the vendor's of its name, after
 * NetworkManager.conf; the later setting wins. */
static void read_settings(struct facts *f)
{
    static const char *const directories[] = {"/etc/NetworkManager/conf.d",
                                              "/usr/lib/NetworkManager/conf.d"};
    static const struct {
        const char *section, *key;
    } wanted[] = {{"main", "no-auto-default"}, {"keyfile", "unmanaged-devices"}};
    struct text_list paths = {0}, names = {0};
    for (size_t d = 0; d < 2; d++) {
        struct list_answer files =
            tree_glob(f->tree, path_join(f->arena, directories[d], "*.conf"));
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < 64; i++) {
            if (text_list_has(&names, path_name(files.names[i])))
                continue;
            text_list_add(f->arena, &names, path_name(files.names[i]));
            text_list_add(f->arena, &paths, files.names[i]);
        }
    }
    text_list_add(f->arena, &paths, "/etc/NetworkManager/NetworkManager.conf");
    const struct unit_setting *best[2] = {0};
    const char *best_file[2] = {0};
    for (size_t i = paths.count; i-- > 0;) {
        struct bytes text;
        struct unit_file u = {0};
        if (!network_read(f, paths.items[i], &text))
            continue;
        unit_file_parse(f->arena, paths.items[i], text, &u);
        bool is_main = i + 1 == paths.count;
        for (size_t k = 0; k < 2; k++) {
            const struct unit_setting *s = unit_last(&u, wanted[k].section, wanted[k].key);
            const char *name = is_main ? "" : path_name(paths.items[i]);
            if (s && (!best[k] || strcmp(name, best_file[k]) > 0)) {
                best[k] = s;
                best_file[k] = name;
            }
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
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < PROFILES;
             i++) {
            size_t length = strlen(files.names[i]);
            if (files.names[i][0] != '.' && files.names[i][length - 1] != '~')
                add_keyfile(f, path_join(f->arena, directories[d], files.names[i]), d == 1);
        }
    }
    read_settings(f);
}
