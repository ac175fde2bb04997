/* /etc/sudo.conf and the plugins it names. sudo: lib/util/sudo_conf.c sudo_conf_read (a file that
 * others may write is passed over), src/load_plugins.c sudo_load_plugin (one plugin that cannot be
 * loaded ends sudo). */
#include "facts/sudo_parts.h"

#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

#define PLUGINS_MAX 32u

static const char path[] = "/etc/sudo.conf";

/* lib/util/secure_path.c with no group that would be trusted. */
static const char *conf_defect(const struct node *n)
{
    if (n->type != NODE_FILE)
        return "not-regular";
    if (n->uid != 0)
        return "owner";
    if (n->mode & 0002)
        return "world-writable";
    return n->mode & 0020 ? "group-writable" : NULL;
}

static struct sudo_fact *add(struct facts *f, const char *item, const char *of, struct place at)
{
    struct sudo_fact *s = vec_push_new(f->arena, &f->sudo);
    *s = (struct sudo_fact){.item = item,
                            .path = of,
                            .uid = FACT_NO_NUMBER,
                            .gid = FACT_NO_NUMBER,
                            .counts = true,
                            .at = at};
    return s;
}

static void add_node(struct facts *f, struct sudo_fact *s, const struct node *n)
{
    s->mode = arena_printf(f->arena, "%04o", n->mode & 07777);
    s->uid = n->uid;
    s->gid = n->gid;
}

/* Where sudo looks for a plugin without a path: compiled in. */
static const char *find_plugin(struct facts *f, const char *directory, const char *name)
{
    static const char *const usual[] = {"/usr/libexec/sudo", "/usr/lib/sudo", "/usr/lib64/sudo",
                                        "/usr/libexec/sudo/sudo", "/usr/local/libexec/sudo"};
    if (directory)
        return path_join(f->arena, directory, name);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const char *full = path_join(f->arena, usual[i], name);
        if (tree_stat(f->tree, full).presence != PRESENCE_ABSENT)
            return full;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (tree_stat(f->tree, path_join(f->arena, usual[i], "sudoers.so")).presence ==
            PRESENCE_PRESENT)
            return path_join(f->arena, usual[i], name);
    return NULL;
}

static void look_at_plugin(struct facts *f, const char *symbol, const char *full, struct place at)
{
    struct stat_answer s = tree_stat(f->tree, full);
    if (s.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "sudo", place_of_file(full), s.reason);
    struct sudo_fact *plugin = add(f, "plugin", full, at);
    plugin->name = symbol;
    if (s.presence == PRESENCE_ABSENT)
        plugin->defect = "missing";
    plugin->counts = s.presence == PRESENCE_PRESENT;
    if (s.presence != PRESENCE_PRESENT)
        return;
    add_node(f, plugin, &s.node);
    plugin->defect = s.node.uid != 0            ? "owner"
                     : s.node.mode & 022        ? "group-writable"
                     : s.node.type == NODE_FILE ? NULL
                                                : "not-regular";
    plugin->counts = plugin->defect == NULL;
}

static void read_lines(struct facts *f, struct bytes text)
{
    struct bytes rest = text, line;
    const char *directory = NULL;
    size_t plugins = 0;
    for (int number = 1; text_next_line(&rest, &line); number++) {
        const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
        if (hash)
            line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
        struct text_list words = text_words(f->arena, line, " \t\r");
        if (words.count < 3)
            continue;
        if (strcasecmp(words.items[0], "Path") == 0 &&
            strcasecmp(words.items[1], "plugin_dir") == 0)
            directory = words.items[2];
        if (strcasecmp(words.items[0], "Plugin") != 0 || ++plugins > PLUGINS_MAX)
            continue;
        const char *full =
            words.items[2][0] == '/' ? words.items[2] : find_plugin(f, directory, words.items[2]);
        if (full)
            look_at_plugin(f, words.items[1], full, (struct place){path, number, 0});
    }
}

void sudo_read_conf(struct facts *f)
{
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "sudo", place_of_file(path), s.reason);
    if (s.presence != PRESENCE_PRESENT)
        return;
    struct sudo_fact *conf = add(f, "conf", path, place_of_file(path));
    conf->defect = conf_defect(&s.node);
    conf->counts = conf->defect == NULL;
    add_node(f, conf, &s.node);
    struct bytes text;
    if (!conf->defect && facts_read_file(f, "sudo", path, &text))
        read_lines(f, text);
}
