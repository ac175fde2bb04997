/* Which cloud the guest last ran on, and what cloud-init is told about the network. */
#include "facts/network_parts.h"

#include "base/path.h"
#include "facts/collect.h"
#include "syntax/yaml_nodes.h"

#define FILES 128

static void add(struct facts *f, const char *item, const char *name, const char *path, int line)
{
    network_add(f, item, "cloud-init", name, (struct place){path, line, 0});
}

static void read_cloud(struct facts *f)
{
    static const char datasource[] = "/var/lib/cloud/instance/datasource";
    static const struct {
        const char *text, *cloud;
    } sources[] = {{"DataSourceAzure", "azure"},
                   {"DataSourceGCE", "gcp"},
                   {"DataSourceEc2", "aws"}};
    static const struct {
        const char *path, *cloud;
    } agents[] = {{"/var/lib/waagent", "azure"}, {"/usr/bin/google_guest_agent", "gcp"}};
    struct bytes text;
    if (tree_stat(f->tree, datasource).presence == PRESENCE_PRESENT &&
        network_read(f, datasource, &text)) {
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
            if (bytes_start_with(text, sources[i].text))
                add(f, "cloud", sources[i].cloud, datasource, 1);
        return;
    }
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
        if (tree_stat(f->tree, agents[i].path).presence == PRESENCE_PRESENT) {
            add(f, "cloud", agents[i].cloud, agents[i].path, 0);
            return;
        }
}

static bool says(const struct yaml_node *n, const char *value)
{
    const char *text = yaml_text(n);
    return text && strcmp(text, value) == 0;
}

/* Of several files that say so, the last one counts; one that says otherwise takes it back. */
struct words {
    struct place network, azure, manual;
};

static void read_config(struct facts *f, const char *path, struct words *w)
{
    struct bytes text;
    if (!network_read(f, path, &text) || (text_find(text, "network") >= text.len &&
                                          text_find(text, "manual_cache_clean") >= text.len))
        return;
    struct yaml_nodes y;
    yaml_nodes_read(f->arena, text, &y);
    if (y.problem || y.has_more || !y.root)
        return; /* cloud-init passes over a file that is no YAML */
    const struct yaml_node *network = yaml_member(yaml_member(y.root, "network"), "config");
    if (yaml_member(y.root, "network"))
        w->network =
            says(network, "disabled") ? (struct place){path, network->line, 0} : (struct place){0};
    const struct yaml_node *azure =
        yaml_member(yaml_member(yaml_member(y.root, "datasource"), "Azure"),
                    "apply_network_config");
    if (azure)
        w->azure = says(azure, "false") || says(azure, "False") || says(azure, "no")
                       ? (struct place){path, azure->line, 0}
                       : (struct place){0};
    const struct yaml_node *manual = yaml_member(y.root, "manual_cache_clean");
    if (manual)
        w->manual = says(manual, "true") || says(manual, "True") || says(manual, "yes")
                        ? (struct place){path, manual->line, 0}
                        : (struct place){0};
}

void network_read_cloud(struct facts *f)
{
    static const char instance[] = "/var/lib/cloud/instance/obj.pkl";
    static const char marker[] = "/var/lib/cloud/instance/manual-clean";
    struct words w = {0};
    read_cloud(f);
    if (tree_stat(f->tree, "/etc/cloud").presence == PRESENCE_PRESENT) {
        read_config(f, "/etc/cloud/cloud.cfg", &w);
        struct list_answer files = tree_glob(f->tree, "/etc/cloud/cloud.cfg.d/*.cfg");
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < FILES; i++)
            read_config(f, files.names[i], &w);
    }
    if (w.network.file)
        add(f, "cloud-init", "network-disabled", w.network.file, w.network.line);
    if (w.azure.file)
        add(f, "cloud-init", "azure-network-disabled", w.azure.file, w.azure.line);
    if (tree_stat(f->tree, instance).presence == PRESENCE_PRESENT) {
        add(f, "cloud-init", "instance", instance, 0);
        if (tree_stat(f->tree, marker).presence == PRESENCE_PRESENT)
            add(f, "cloud-init", "manual-clean", marker, 0);
        else if (w.manual.file)
            add(f, "cloud-init", "manual-clean", w.manual.file, w.manual.line);
    }
}
