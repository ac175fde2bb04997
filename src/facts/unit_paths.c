/* The search path of units: fragments, aliases, masks, drop-ins. systemd: unit-file.c. */
#include "facts/unit_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"

/* systemd.unit(5). /run is left out: it is empty when the machine starts. */
static const char *const search_path[UNIT_DIRECTORIES] = {"/etc/systemd/system",
                                                          "/usr/local/lib/systemd/system",
                                                          "/usr/lib/systemd/system",
                                                          "/lib/systemd/system"};


bool unit_directory_has(const struct unit_directory *d, const char *name)
{
    size_t low = 0, high = d->names.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(d->names.names[middle], name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void read_pulls(struct unit_tree *u, const struct unit_directory *d)
{
    static const char *const suffixes[] = {".wants", ".requires", ".upholds"};
    struct arena *a = u->f->arena;
    for (size_t i = 0; i < d->names.count; i++) {
        const char *name = d->names.names[i];
        for (size_t k = 0; k < sizeof suffixes / sizeof *suffixes; k++) {
            size_t n = strlen(name), s = strlen(suffixes[k]);
            if (n <= s || strcmp(name + n - s, suffixes[k]) != 0 || u->pulls.count >= 512)
                continue;
            struct unit_pull pull = {
                .of = arena_text(a, (struct bytes){name, n - s}),
                .path = path_join(a, d->path, name),
                .persistent = strncmp(d->path, "/etc/", 5) == 0,
            };
            pull.names = tree_list(u->f->tree, pull.path);
            if (pull.names.presence == PRESENCE_UNREADABLE)
                facts_add_gap(u->f, "unit", place_of_file(pull.path), pull.names.reason);
            if (pull.names.presence == PRESENCE_PRESENT)
                vec_push(a, &u->pulls, pull);
        }
    }
}

void unit_tree_read(struct facts *f, struct unit_tree *out)
{
    *out = (struct unit_tree){.f = f};
    const char *seen[UNIT_DIRECTORIES];
    for (size_t i = 0; i < UNIT_DIRECTORIES; i++) {
        struct stat_answer s = tree_stat(f->tree, search_path[i]);
        if (s.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "unit", place_of_file(search_path[i]), s.reason);
        if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
            continue;
        bool known = false; /* /lib is /usr/lib on merged systems */
        for (size_t k = 0; k < out->count; k++)
            known |= strcmp(seen[k], s.real_path) == 0;
        if (known)
            continue;
        struct unit_directory *d = &out->directories[out->count];
        d->path = search_path[i];
        d->names = tree_list(f->tree, search_path[i]);
        if (d->names.presence != PRESENCE_PRESENT) {
            facts_add_gap(f, "unit", place_of_file(search_path[i]), d->names.reason);
            continue;
        }
        seen[out->count++] = s.real_path;
    }
    for (size_t i = 0; i < out->count; i++)
        read_pulls(out, &out->directories[i]);
}

const char *unit_template(struct arena *a, const char *name)
{
    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
    if (!at || !dot || dot < at || dot == at + 1)
        return NULL;
    return arena_printf(a, "%.*s%s", (int)(at - name + 1), name, dot);
}

static bool in_search_path(const struct unit_tree *u, const char *real_path)
{
    for (size_t i = 0; i < u->count; i++) {
        struct stat_answer s = tree_stat(u->f->tree, u->directories[i].path);
        if (s.presence == PRESENCE_PRESENT && path_is_below(real_path, s.real_path))
            return true;
    }
    return false;
}

/* One step of the look-up of NAME. True: settled in OUT; false: NAME was replaced, look again. */
static bool find_step(const struct unit_tree *u, const char **name, struct unit_source *out)
{
    struct arena *a = u->f->arena;
    for (size_t i = 0; i < u->count; i++) {
        if (!unit_directory_has(&u->directories[i], *name))
            continue;
        const char *path = path_join(a, u->directories[i].path, *name);
        struct stat_answer l = tree_lstat(u->f->tree, path);
        if (l.presence == PRESENCE_ABSENT)
            continue;
        out->path = path;
        out->name = *name;
        if (l.presence == PRESENCE_UNREADABLE) {
            out->kind = UNIT_UNREADABLE;
            out->reason = l.reason;
            return true;
        }
        if (l.node.type == NODE_SYMLINK) {
            struct link_answer link = tree_readlink(u->f->tree, path);
            const char *target = link.presence == PRESENCE_PRESENT ? link.target : "";
            if (!out->target)
                out->target = target;
            if (strcmp(target, "/dev/null") == 0) {
                out->kind = UNIT_MASKED;
                return true;
            }
            const char *other = path_name(target);
            const char *template = unit_template(a, *name);
            if (*other && strcmp(other, *name) != 0 &&
                !(template && strcmp(other, template) == 0)) {
                out->is_alias = true;
                *name = other;
                return false;
            }
        }
        struct stat_answer s = tree_stat(u->f->tree, path);
        if (s.presence == PRESENCE_ABSENT) {
            out->kind = UNIT_MISSING; /* a link that leads nowhere hides what is further down */
            return true;
        }
        out->kind = UNIT_FOUND;
        if (s.presence == PRESENCE_UNREADABLE) {
            out->kind = UNIT_UNREADABLE;
            out->reason = s.reason;
        } else if (s.node.type == NODE_CHARACTER_DEVICE ||
                   (s.node.type == NODE_FILE && s.node.size == 0)) {
            out->kind = UNIT_MASKED; /* null_or_empty */
        } else if (s.node.type != NODE_FILE) {
            out->kind = UNIT_UNREADABLE;
            out->reason = "not a regular file";
        } else if (l.node.type == NODE_SYMLINK) {
            out->is_linked = !in_search_path(u, s.real_path);
        }
        return true;
    }
    const char *template = unit_template(a, *name);
    if (template && strcmp(template, *name) != 0) {
        const char *instance = *name;
        *name = template;
        bool settled = find_step(u, name, out);
        if (settled && out->name)
            out->name = instance;
        return settled;
    }
    return true;
}

struct unit_source unit_find(const struct unit_tree *u, const char *name)
{
    struct unit_source out = {.kind = UNIT_MISSING};
    const char *current = name;
    for (int i = 0; i < LIMIT_UNIT_LINKS; i++)
        if (find_step(u, &current, &out))
            break;
    if (!out.name || out.kind == UNIT_MISSING)
        out.name = current;
    return out;
}

static int drop_in_order(const char *a, const char *b)
{
    return strcmp(path_name(a), path_name(b));
}

/* Keep OUT sorted by file name; a name that is there already comes from a higher directory. */
static void insert_drop_in(struct arena *a, struct text_list *out, const char *path)
{
    size_t at = 0;
    while (at < out->count && drop_in_order(out->items[at], path) < 0)
        at++;
    if (at < out->count && drop_in_order(out->items[at], path) == 0)
        return;
    text_list_add(a, out, path);
    memmove(out->items + at + 1, out->items + at, (out->count - 1 - at) * sizeof *out->items);
    out->items[at] = path;
}

static void add_drop_ins(const struct unit_tree *u, const char *directory_name,
                         struct text_list *out)
{
    struct arena *a = u->f->arena;
    for (size_t i = 0; i < u->count; i++) {
        if (!unit_directory_has(&u->directories[i], directory_name))
            continue;
        const char *directory = path_join(a, u->directories[i].path, directory_name);
        struct list_answer list = tree_list(u->f->tree, directory);
        if (list.presence == PRESENCE_UNREADABLE)
            facts_add_gap(u->f, "unit", place_of_file(directory), list.reason);
        if (list.presence == PRESENCE_PRESENT && (list.cut || list.count > LIMIT_DROP_INS))
            facts_add_gap(u->f, "unit", place_of_file(directory),
                          "a limit was hit: more drop-ins than are read");
        for (size_t k = 0;
             list.presence == PRESENCE_PRESENT && k < list.count && k < LIMIT_DROP_INS; k++) {
            size_t n = strlen(list.names[k]);
            if (n > 5 && strcmp(list.names[k] + n - 5, ".conf") == 0)
                insert_drop_in(a, out, path_join(a, directory, list.names[k]));
        }
    }
}

struct text_list unit_drop_ins(const struct unit_tree *u, const char *const *names, size_t count)
{
    struct arena *a = u->f->arena;
    struct text_list out = {0};
    for (size_t i = 0; i < count; i++) {
        const char *template = unit_template(a, names[i]);
        add_drop_ins(u, arena_printf(a, "%s.d", names[i]), &out);
        if (template && strcmp(template, names[i]) != 0)
            add_drop_ins(u, arena_printf(a, "%s.d", template), &out);
    }
    const char *dot = count > 0 ? strrchr(names[0], '.') : NULL;
    if (dot) /* service.d: for every service */
        add_drop_ins(u, arena_printf(a, "%s.d", dot + 1), &out);
    return out;
}
