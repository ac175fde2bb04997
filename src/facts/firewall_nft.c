/* nftables: what `nft -f FILE` of nftables.service loads, included files too. */
#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"
#include "syntax/nft_rules.h"

struct reading {
    struct facts *f;
    const struct firewall_source *source;
    size_t files;
};

static bool has_wildcard(const char *pattern)
{
    return strpbrk(pattern, "*?[") != NULL;
}

static void read_file(struct nft_script *script, struct reading *r, const char *path)
{
    struct bytes text;
    if (r->files++ >= LIMIT_INCLUDED_FILES) {
        firewall_add_problem(r->f, r->source, place_of_file(path), "too many included files");
        return;
    }
    if (firewall_file(r->f, r->source, path, &text))
        nft_script_read(script, path, text);
    else if (tree_stat(r->f->tree, path).presence == PRESENCE_ABSENT && script->depth > 0)
        nft_script_refuse(script, "an included file is missing", path, 0);
}

/* libnftables.c: a name without a slash at its start is looked for below /etc. */
static void include(struct nft_script *script, const char *pattern, void *context)
{
    struct reading *r = context;
    const char *path = pattern[0] == '/'
                           ? pattern
                           : path_join(script->arena, "/etc",
                                       strncmp(pattern, "./", 2) == 0 ? pattern + 2 : pattern);
    if (!has_wildcard(path)) {
        read_file(script, r, path);
        return;
    }
    struct list_answer l = tree_glob(r->f->tree, path);
    if (l.presence == PRESENCE_UNREADABLE)
        firewall_add_problem(r->f, r->source, place_of_file(path), l.reason);
    for (size_t i = 0; l.presence == PRESENCE_PRESENT && i < l.count; i++)
        read_file(script, r, l.names[i]);
}

static void add_item(struct facts *f, const struct firewall_source *s, const struct nft_item *item)
{
    static const char *const kinds[] = {"chain", "rule", "set"};
    if (item->is_gone)
        return;
    struct firewall_fact *r =
        firewall_add(f, s, kinds[item->kind], (struct place){item->file, item->line, 0});
    if (!r)
        return;
    r->family = item->family;
    r->table = item->table;
    r->chain = item->name;
    r->hook = item->hook;
    r->policy = item->hook ? item->policy : NULL;
    for (size_t i = 0; i < item->words.items.count; i++)
        text_list_add(f->arena, &r->words, item->words.items.items[i]);
}

/* The file that ExecStart names. */
static const char *rules_file(const struct facts *f, const struct unit_fact *loader)
{
    for (size_t i = 0; i + 1 < loader->exec_options.count; i++)
        if (strcmp(loader->exec_options.items[i], "-f") == 0 ||
            strcmp(loader->exec_options.items[i], "--file") == 0)
            return loader->exec_options.items[i + 1];
    return f->os.family_code == FAMILY_RHEL ? "/etc/sysconfig/nftables.conf" : "/etc/nftables.conf";
}

void firewall_read_nft(struct facts *f, const struct unit_fact *loader)
{
    const struct firewall_source s = {"nftables", loader->name, "inet"};
    struct reading r = {f, &s, 0};
    struct nft_script script = {.arena = f->arena, .include = include, .context = &r};
    read_file(&script, &r, rules_file(f, loader));
    if (!script.problem)
        nft_script_check(&script);
    if (script.refused && !script.problem) {
        firewall_add_refused(f, &s, (struct place){script.refused_file, script.refused_line, 0},
                             script.refused);
        return;
    }
    if (script.problem)
        firewall_add_problem(f, &s, (struct place){script.problem_file, script.problem_line, 0},
                             script.problem);
    for (size_t i = script.items.count; i-- > 0;) /* the last "insert rule" stands first */
        if (script.items.items[i].is_first)
            add_item(f, &s, &script.items.items[i]);
    vec_each (item, &script.items)
        if (!item->is_first)
            add_item(f, &s, item);
}
