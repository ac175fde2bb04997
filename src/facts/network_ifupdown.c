/* /etc/network/interfaces of Debian and Alpine, with the files it draws in. */
#include "facts/network_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "syntax/interfaces_lines.h"

#define FILES 64

struct reading {
    struct facts *f;
    struct text_list automatic; /* names and patterns behind auto */
    struct text_list hotplug;   /* the same behind allow-hotplug */
    size_t files, first;
    bool lenient; /* not Debian's ifupdown: ifupdown-ng, ifupdown2, busybox */
    bool has_client;
};

static void read_file(struct reading *r, const char *path, unsigned depth);

static void read_matching(struct reading *r, const char *pattern, unsigned depth)
{
    struct list_answer files = tree_glob(r->f->tree, pattern);
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++)
        read_file(r, files.names[i], depth + 1);
}

/* source FILE…, source-directory DIRECTORY: relative to the file that says it. */
static void read_sources(struct reading *r, const char *path, const struct interfaces_line *l,
                         unsigned depth)
{
    for (size_t i = 1; i < l->count && i < FILES; i++) {
        const char *name = l->words[i];
        if (name[0] != '/')
            name = path_join(r->f->arena, path_parent(r->f->arena, path), name);
        struct stat_answer s = tree_stat(r->f->tree, name);
        bool is_directory = s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY;
        read_matching(r,
                      l->word == INTERFACES_SOURCE_DIRECTORY || is_directory
                          ? path_join(r->f->arena, name, "*")
                          : name,
                      depth);
    }
}

static void add_names(struct reading *r, struct text_list *list, const struct interfaces_line *l)
{
    for (size_t i = 1; i < l->count && list->count < LIMIT_FINDINGS_PER_RULE; i++)
        text_list_add(r->f->arena, list, l->words[i]);
}

/* The index + 1 of the profile that the lines below this one belong to; 0: none of interest. */
static size_t add_iface(struct reading *r, const char *path, const struct interfaces_line *l)
{
    if (l->count < 2 || strcmp(l->words[1], "lo") == 0)
        return 0;
    struct network_fact *p =
        network_add(r->f, "profile", "ifupdown", l->words[1], (struct place){path, l->line, 0});
    if (!p)
        return 0;
    const char *method = l->method ? l->method : l->count > 3 ? l->words[3] : "other";
    bool four = l->count > 2 && strcmp(l->words[2], "inet") == 0;
    p->method = strcmp(method, "dhcp") == 0     ? "dhcp"
                : strcmp(method, "static") == 0 ? "static"
                : strcmp(method, "manual") == 0 ? "none"
                                                : "other";
    if (strcmp(p->method, "static") == 0 && l->count == 4 && !r->lenient)
        p->problem = "no-address"; /* until the address is met */
    if (strcmp(p->method, "dhcp") == 0 && four && !r->lenient && !r->has_client)
        p->problem = "no-dhcp-client";
    return r->f->network.count;
}

static void add_option(struct reading *r, struct network_fact *p, const struct interfaces_line *l)
{
    if (strcmp(l->words[0], "address") == 0 && l->count > 1) {
        if (p->problem && strcmp(p->problem, "no-address") == 0)
            p->problem = NULL;
        text_list_add(r->f->arena, &p->addresses, l->words[1]);
    } else if (strcmp(l->words[0], "netmask") == 0 && l->count > 1) {
        p->value = l->words[1];
    } else if (strcmp(p->method, "none") == 0 &&
               (strcmp(l->words[0], "up") == 0 || strcmp(l->words[0], "post-up") == 0 ||
                strcmp(l->words[0], "pre-up") == 0)) {
        p->method = "other"; /* a command that may do anything */
    }
}

static void read_lines(struct reading *r, const char *path, const struct interfaces_lines *lines,
                       unsigned depth)
{
    size_t profile = 0;
    for (size_t i = 0; i < lines->items.count; i++) {
        const struct interfaces_line *l = &lines->items.items[i];
        switch (l->word) {
        case INTERFACES_AUTO:
            add_names(r, &r->automatic, l);
            break;
        case INTERFACES_HOTPLUG:
            add_names(r, &r->hotplug, l);
            break;
        case INTERFACES_SOURCE:
        case INTERFACES_SOURCE_DIRECTORY:
            read_sources(r, path, l, depth);
            break;
        default:
            break;
        }
        if (l->word == INTERFACES_IFACE)
            profile = add_iface(r, path, l);
        else if (l->word != INTERFACES_OPTION)
            profile = 0;
        else if (profile > 0)
            add_option(r, &r->f->network.items[profile - 1], l);
    }
}

static void read_file(struct reading *r, const char *path, unsigned depth)
{
    struct bytes text;
    struct facts *f = r->f;
    if (depth > LIMIT_INCLUDE_DEPTH || r->files++ >= FILES || !network_read(f, path, &text))
        return;
    struct interfaces_lines lines;
    interfaces_lines_read(f->arena, text, r->lenient, &lines);
    read_lines(r, path, &lines, depth);
    struct network_fact *p = lines.fault ? network_add(f, "profile", "ifupdown", NULL,
                                                       (struct place){path, lines.fault_line, 0})
                                         : NULL;
    if (p) {
        /* A fault in a file that is drawn in only ends that file. */
        p->problem = depth == 0 ? "refused" : "refused-in-part";
        p->value = lines.fault;
        p->method = "none";
    }
}

/* "eth0", "eth0=home", "/eth*": a pattern may mean any of them. */
static bool has_name(const struct text_list *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        const char *logical = strchr(word, '=');
        if (word[0] == '/' || strpbrk(word, "*?[") || strcmp(word, name) == 0 ||
            (logical && strcmp(logical + 1, name) == 0))
            return true;
    }
    return false;
}

static bool is_there(struct facts *f, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tree_stat(f->tree, paths[i]).presence != PRESENCE_ABSENT)
            return true;
    return false;
}

void network_read_ifupdown(struct facts *f)
{
    static const char *const other_programs[] = {"/usr/share/ifupdown2",
                                                 "/usr/libexec/ifupdown-ng"};
    static const char *const clients[] = {"/sbin/dhclient",   "/usr/sbin/dhclient", "/sbin/udhcpc",
                                          "/usr/sbin/udhcpc", "/usr/bin/udhcpc",    "/bin/udhcpc",
                                          "/sbin/dhcpcd",     "/usr/sbin/dhcpcd"};
    if (tree_stat(f->tree, "/etc/network/interfaces").presence == PRESENCE_ABSENT)
        return;
    struct reading r = {.f = f, .first = f->network.count};
    r.lenient = strcmp(f->os.family, "debian") != 0 ||
                is_there(f, other_programs, sizeof other_programs / sizeof *other_programs);
    r.has_client = r.lenient || is_there(f, clients, sizeof clients / sizeof *clients);
    read_file(&r, "/etc/network/interfaces", 0);
    for (size_t i = r.first; i < f->network.count; i++) {
        struct network_fact *p = &f->network.items[i];
        if (!p->name)
            continue;
        /* udev starts ifup@.service for allow-hotplug, whether networking.service runs or not */
        bool hotplug = has_name(&r.hotplug, p->name);
        p->automatic = hotplug || has_name(&r.automatic, p->name);
        p->started |= hotplug && f->os.service_manager == SERVICES_SYSTEMD;
    }
}
