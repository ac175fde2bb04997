/* /etc/network/interfaces of Debian and Alpine, with the files it draws in. */
#include "facts/network_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"

#define FILES 64

struct reading {
    struct facts *f;
    struct text_list automatic; /* names and patterns behind auto */
    struct text_list hotplug;   /* the same behind allow-hotplug */
    size_t files, first;
};

static void read_file(struct reading *r, const char *path, unsigned depth);

static void read_matching(struct reading *r, const char *pattern, unsigned depth)
{
    struct list_answer files = tree_glob(r->f->tree, pattern);
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++)
        read_file(r, files.names[i], depth + 1);
}

/* source FILE…, source-directory DIRECTORY: relative to the file that says it. */
static void read_sources(struct reading *r, const char *path, const struct text_list *words,
                         unsigned depth)
{
    bool directory = strcmp(words->items[0], "source-directory") == 0;
    for (size_t i = 1; i < words->count && i < FILES; i++) {
        const char *name = words->items[i];
        if (name[0] != '/')
            name = path_join(r->f->arena, path_parent(r->f->arena, path), name);
        struct stat_answer s = tree_stat(r->f->tree, name);
        bool is_directory = s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY;
        read_matching(r, directory || is_directory ? path_join(r->f->arena, name, "*") : name,
                      depth);
    }
}

static void read_file(struct reading *r, const char *path, unsigned depth)
{
    struct bytes rest, line;
    struct facts *f = r->f;
    if (depth > LIMIT_INCLUDE_DEPTH || r->files++ >= FILES || !network_read(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        if (w.count < 2 || w.items[0][0] == '#')
            continue;
        const char *word = w.items[0];
        bool hotplug = strcmp(word, "allow-hotplug") == 0;
        if (hotplug || strcmp(word, "auto") == 0 || strcmp(word, "allow-auto") == 0) {
            for (size_t i = 1; i < w.count && i < FILES; i++)
                text_list_add(f->arena, hotplug ? &r->hotplug : &r->automatic, w.items[i]);
        } else if (strcmp(word, "source") == 0 || strcmp(word, "source-directory") == 0) {
            read_sources(r, path, &w, depth);
        } else if (strcmp(word, "iface") == 0 && strcmp(w.items[1], "lo") != 0) {
            struct network_fact *p =
                network_add(f, "profile", "ifupdown", w.items[1], (struct place){path, n, 0});
            const char *method = w.count > 3 ? w.items[3] : "other";
            if (p)
                p->method = strcmp(method, "dhcp") == 0     ? "dhcp"
                            : strcmp(method, "static") == 0 ? "static"
                            : strcmp(method, "manual") == 0 ? "none"
                                                            : "other";
        }
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

void network_read_ifupdown(struct facts *f)
{
    struct reading r = {.f = f, .first = f->network.count};
    read_file(&r, "/etc/network/interfaces", 0);
    for (size_t i = r.first; i < f->network.count; i++) {
        struct network_fact *p = &f->network.items[i];
        /* udev starts ifup@.service for allow-hotplug, whether networking.service runs or not */
        bool hotplug = has_name(&r.hotplug, p->name);
        p->automatic = hotplug || has_name(&r.automatic, p->name);
        p->started |= hotplug && f->os.service_manager == SERVICES_SYSTEMD;
    }
}
