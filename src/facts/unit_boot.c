/* Which units the default target reaches. Bounded; masks and missing units stop the way. */
#include "facts/unit_parts.h"

#include "base/path.h"
#include "facts/collect.h"

#define REACH_MAX 2000u

static bool is_target(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && strcmp(dot, ".target") == 0;
}

static void add_once(struct arena *a, struct text_list *list, const char *name)
{
    if (list->count < REACH_MAX && !text_list_has(list, name))
        text_list_add(a, list, name);
}

/* Only links count there, and one to /dev/null takes the dependency back (systemd: dropin.c). */
static bool is_taken_back(const struct unit_tree *u, const char *path)
{
    struct link_answer link = tree_readlink(u->f->tree, path);
    return link.presence != PRESENCE_PRESENT || strcmp(link.target, "/dev/null") == 0;
}

/* NAME.wants and the like: a mask there takes the dependency back. */
static void add_pulled(const struct unit_tree *u, const char *name, struct text_list *todo)
{
    struct arena *a = u->f->arena;
    struct text_list gone = {0};
    vec_each (pull, &u->pulls) {
        if (strcmp(pull->of, name) != 0)
            continue;
        for (size_t i = 0; i < pull->names.count; i++) {
            const char *dependency = pull->names.names[i];
            if (pull->persistent && is_taken_back(u, path_join(a, pull->path, dependency)))
                text_list_add(a, &gone, dependency);
            if (!text_list_has(&gone, dependency))
                add_once(a, todo, dependency);
        }
    }
}

/* Only these are read for what they ask for: targets make up the way to multi-user, and what the
 * administrator wrote may start anything. */
static bool is_read(const struct unit_source *source, const struct text_list *drop_ins)
{
    bool own = is_target(source->name) || path_is_below(source->path, "/etc");
    for (size_t i = 0; i < drop_ins->count; i++)
        own |= path_is_below(drop_ins->items[i], "/etc");
    return own;
}

static void add_asked(const struct unit_tree *u, const struct unit_source *source,
                      struct text_list *todo)
{
    static const char *const keys[] = {"Wants", "Requires", "BindsTo", "Upholds"};
    struct arena *a = u->f->arena;
    struct text_list drop_ins = unit_drop_ins(u, &source->name, 1);
    if (!is_read(source, &drop_ins))
        return;
    struct unit_file file = {0};
    unit_load(u, source, &drop_ins, &file);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const struct unit_setting **list;
        size_t n = unit_list(a, &file, "Unit", keys[k], &list);
        for (size_t i = 0; i < n; i++) {
            struct text_list words = unit_words(a, list[i]->value);
            for (size_t w = 0; w < words.count; w++)
                add_once(a, todo, words.items[w]);
        }
    }
}

struct text_list unit_reached(const struct unit_tree *u)
{
    struct arena *a = u->f->arena;
    struct text_list todo = {0}, reached = {0};
    text_list_add(a, &todo, "default.target");
    for (size_t i = 0; i < todo.count; i++) {
        struct unit_source source = unit_find(u, todo.items[i]);
        if (source.kind != UNIT_FOUND)
            continue;
        add_once(a, &reached, source.name);
        add_pulled(u, todo.items[i], &todo);
        if (strcmp(source.name, todo.items[i]) != 0)
            add_pulled(u, source.name, &todo);
        add_asked(u, &source, &todo);
    }
    return reached;
}
