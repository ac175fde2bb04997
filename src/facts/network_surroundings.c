/* What else bears on whether packets come and go: names that udev gives to NICs, kernel settings,
 * the resolver, the subnets of containers. */
#include "facts/network_parts.h"

#include "base/json.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

#define FILES 128

static void add_value(struct facts *f, const char *item, const char *name, const char *value,
                      const char *path, int line)
{
    struct network_fact *n = network_add(f, item, "system", name, (struct place){path, line, 0});
    if (n)
        n->value = value;
}

/* The text between KEY and the next quote. */
static const char *quoted_after(struct arena *a, struct bytes line, const char *key)
{
    size_t at = text_find(line, key);
    if (at >= line.len)
        return NULL;
    struct bytes rest = bytes_cut(line, at + strlen(key), line.len);
    return arena_text(a, bytes_cut(rest, 0, text_find(rest, "\"")));
}

/* Rules that name a NIC by its address; the generator that once wrote them names a new NIC anew. */
static void read_rules(struct facts *f)
{
    static const char *const generators[] = {
        "/lib/udev/rules.d/75-persistent-net-generator.rules",
        "/usr/lib/udev/rules.d/75-persistent-net-generator.rules", "/lib/udev/write_net_rules"};
    bool generator = false;
    struct list_answer files = tree_glob(f->tree, "/etc/udev/rules.d/*net*.rules");
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++) {
        struct bytes rest, line;
        if (!network_read(f, files.names[i], &rest))
            continue;
        for (size_t k = 0; k < sizeof generators / sizeof *generators && !generator; k++)
            generator = tree_stat(f->tree, generators[k]).presence == PRESENCE_PRESENT;
        for (int n = 1; text_next_line(&rest, &line); n++) {
            line = text_trim(line);
            const char *name = quoted_after(f->arena, line, "NAME=\"");
            if (line.len == 0 || line.ptr[0] == '#' || !name)
                continue;
            struct network_fact *r =
                network_add(f, "rename", "udev", name, (struct place){files.names[i], n, 0});
            if (!r)
                return;
            r->mac = quoted_after(f->arena, line, "ATTR{address}==\"");
            if (!r->mac)
                r->mac = quoted_after(f->arena, line, "SYSFS{address}==\"");
            r->automatic = generator;
        }
    }
}

static void read_links(struct facts *f)
{
    struct list_answer files = tree_glob(f->tree, "/etc/systemd/network/*.link");
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++) {
        struct bytes text;
        struct unit_file u = {0};
        if (!network_read(f, files.names[i], &text))
            continue;
        unit_file_parse(f->arena, files.names[i], text, &u);
        const struct unit_setting *name = unit_last(&u, "Link", "Name");
        const struct unit_setting *policy = unit_last(&u, "Link", "NamePolicy");
        const struct unit_setting *mac = unit_last(&u, "Match", "MACAddress");
        struct network_fact *r = name || policy
                                     ? network_add(f, "rename", "udev", name ? name->value : NULL,
                                                   name ? name->at : policy->at)
                                     : NULL;
        if (r && mac)
            r->mac = mac->value;
    }
}

/* sysctl.d(5): by file name, one in /etc hiding the vendor's; sysctl.conf is linked in as 99-. The
 * last of a key wins. */
static void read_sysctl_file(struct facts *f, const char *path)
{
    struct bytes rest, line;
    if (!network_read(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        line = text_trim(line);
        if (line.len > 0 && line.ptr[0] == '-')
            line = text_trim(bytes_cut(line, 1, line.len));
        size_t equals = text_find(line, "=");
        if (line.len == 0 || strchr("#;", line.ptr[0]) || equals >= line.len)
            continue;
        char *key = arena_text(f->arena, text_trim(bytes_cut(line, 0, equals)));
        bool slashes = strcspn(key, "./") < strlen(key) && key[strcspn(key, "./")] == '/';
        for (char *c = key; slashes && *c; c++)
            *c = *c == '/' ? '.' : *c == '.' ? '/' : *c;
        size_t length = strlen(key);
        bool wanted = strcmp(key, "net.ipv4.tcp_tw_recycle") == 0 ||
                      (strncmp(key, "net.ipv4.conf.", 14) == 0 && length > 11 &&
                       strcmp(key + length - 11, ".arp_ignore") == 0);
        if (wanted)
            add_value(f, "sysctl", key,
                      arena_text(f->arena, text_trim(bytes_cut(line, equals + 1, line.len))), path,
                      n);
    }
}

static void read_sysctls(struct facts *f)
{
    static const char *const directories[] = {"/etc/sysctl.d", "/usr/lib/sysctl.d"};
    struct text_list paths = {0}, names = {0};
    for (size_t d = 0; d < 2; d++) {
        struct list_answer files =
            tree_glob(f->tree, path_join(f->arena, directories[d], "*.conf"));
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++)
            if (!text_list_has(&names, path_name(files.names[i]))) {
                text_list_add(f->arena, &names, path_name(files.names[i]));
                text_list_add(f->arena, &paths, files.names[i]);
            }
    }
    for (size_t i = 1; i < paths.count; i++) { /* few names, nearly in order */
        const char *path = paths.items[i];
        size_t k = i;
        for (; k > 0 && strcmp(path_name(paths.items[k - 1]), path_name(path)) > 0; k--)
            paths.items[k] = paths.items[k - 1];
        paths.items[k] = path;
    }
    text_list_add(f->arena, &paths, "/etc/sysctl.conf");
    tree_prefetch(f->tree, paths.items, paths.count);
    for (size_t i = 0; i < paths.count; i++)
        read_sysctl_file(f, paths.items[i]);
}

/* Who makes the file that /etc/resolv.conf leads to, at boot. */
static const struct {
    const char *below, *maker[3];
} makers[] = {
    {"/run/systemd/resolve",
     {"/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved", NULL}},
    {"/run/NetworkManager", {"/usr/sbin/NetworkManager", "/usr/bin/NetworkManager", NULL}},
    {"/run/resolvconf", {"/sbin/resolvconf", "/usr/sbin/resolvconf", "/usr/bin/resolvconf"}},
    {"/run/netconfig", {"/sbin/netconfig", "/usr/sbin/netconfig", NULL}},
    {"/run/connman", {"/usr/sbin/connmand", "/usr/bin/connmand", NULL}},
};

static bool has_maker(struct facts *f, const char *target)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        if (!path_is_below(target, makers[i].below))
            continue;
        for (size_t k = 0; k < 3 && makers[i].maker[k]; k++)
            if (tree_stat(f->tree, makers[i].maker[k]).presence != PRESENCE_ABSENT)
                return true;
        return false;
    }
    return path_is_below(target, "/run"); /* somebody's we do not know */
}

static void read_resolver(struct facts *f)
{
    static const char path[] = "/etc/resolv.conf", stray[] = "/etc/resolve.conf";
    struct link_answer link = tree_readlink(f->tree, path);
    struct stat_answer s = tree_stat(f->tree, path);
    if (link.presence == PRESENCE_PRESENT && s.presence == PRESENCE_ABSENT) {
        const char *target = link.target[0] == '/'
                                 ? link.target
                                 : path_tidy(f->arena, path_join(f->arena, "/etc", link.target));
        if (strncmp(target, "/etc/../", 8) == 0)
            target += 7;
        if (strncmp(target, "/var/run/", 9) == 0)
            target += 4;
        if (!has_maker(f, target))
            add_value(f, "resolver", "dangling", target, path, 0);
    }
    if (tree_stat(f->tree, stray).presence == PRESENCE_PRESENT && s.presence == PRESENCE_ABSENT &&
        link.presence != PRESENCE_PRESENT)
        add_value(f, "resolver", "misspelt", stray, stray, 0);
}

static void add_subnet(struct facts *f, const struct json *value, const char *path)
{
    const char *text = value ? json_string(value) : NULL;
    if (text)
        add_value(f, "subnet", "docker", arena_strdup(f->arena, text), path, 0);
}

/* dockerd: the bridge's own address, and where further networks are taken from. */
static void read_docker(struct facts *f)
{
    static const char path[] = "/etc/docker/daemon.json";
    if (tree_stat(f->tree, path).presence != PRESENCE_PRESENT)
        return;
    struct bytes text;
    struct err e = {0};
    if (!network_read(f, path, &text))
        return;
    struct json *j = json_parse(text, path, &e);
    if (!j)
        return; /* dockerd does not start with it: no bridge */
    add_subnet(f, json_member(j, "bip"), path);
    const struct json *pools = json_member(j, "default-address-pools");
    for (size_t i = 0; pools && i < json_count(pools) && i < FILES; i++)
        add_subnet(f, json_member(json_at(pools, i), "base"), path);
    json_free(j);
}

void network_read_surroundings(struct facts *f)
{
    read_rules(f);
    read_links(f);
    read_sysctls(f);
    read_resolver(f);
    read_docker(f);
    network_read_cloud(f);
    network_read_modules(f); /* after the cloud */
}
