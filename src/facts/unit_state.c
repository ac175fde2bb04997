/* States as systemctl is-enabled gives them, and conditions held against the disk. */
#include "facts/unit_parts.h"

#include "base/path.h"
#include "facts/collect.h"

static bool list_has(const struct list_answer *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->names[i], name) == 0)
            return true;
    return false;
}

/* A link in /etc that `systemctl enable` would have made: NAME in a .wants directory, an instance
 * of a template there, or an alias of another name. NULL when there is none. */
static const char *enabling_link(const struct unit_tree *u, const char *name)
{
    struct arena *a = u->f->arena;
    const char *at = strchr(name, '@');
    bool is_template = at && at[1] == '.';
    vec_each (pull, &u->pulls) {
        if (!pull->persistent)
            continue;
        if (list_has(&pull->names, name))
            return path_join(a, pull->path, name);
        for (size_t i = 0; is_template && i < pull->names.count; i++) {
            const char *template = unit_template(a, pull->names.names[i]);
            if (template && strcmp(template, name) == 0)
                return path_join(a, pull->path, pull->names.names[i]);
        }
    }
    for (size_t d = 0; d < u->count; d++) {
        const struct unit_directory *dir = &u->directories[d];
        if (strncmp(dir->path, "/etc/", 5) != 0)
            continue;
        for (size_t i = 0; i < dir->names.count; i++) {
            const char *other = dir->names.names[i];
            const char *dot = strrchr(other, '.'), *end = strrchr(name, '.');
            if (strcmp(other, name) == 0 || !dot || !end || strcmp(dot, end) != 0)
                continue;
            struct link_answer link = tree_readlink(u->f->tree, path_join(a, dir->path, other));
            if (link.presence == PRESENCE_PRESENT && strcmp(path_name(link.target), name) == 0)
                return path_join(a, dir->path, other);
        }
    }
    return NULL;
}

static bool has_install(const struct unit_file *file, const char *key)
{
    return unit_last(file, "Install", key) != NULL;
}

void unit_judge_state(const struct unit_tree *u, const char *name, const struct unit_source *source,
                      const struct unit_file *file, struct unit_fact *out)
{
    out->path = source->path;
    out->target = source->target;
    out->at = place_of_file(source->path);
    switch (source->kind) {
    case UNIT_MISSING:
        out->state = "missing";
        out->path = NULL;
        return;
    case UNIT_MASKED:
        out->state = "masked";
        return;
    case UNIT_UNREADABLE:
        out->state = "disabled";
        out->unreadable = source->reason;
        return;
    case UNIT_FOUND:
        break;
    }
    const struct unit_setting **wanted;
    size_t n = unit_list(u->f->arena, file, "Install", "WantedBy", &wanted);
    for (size_t i = 0; i < n; i++) {
        struct text_list words = unit_words(u->f->arena, wanted[i]->value);
        for (size_t k = 0; k < words.count; k++)
            text_list_add(u->f->arena, &out->wanted_by, words.items[k]);
    }
    const char *link = enabling_link(u, name);
    if (source->is_alias) {
        out->state = "alias";
    } else if (link) {
        out->state = "enabled";
        out->at = place_of_file(link);
    } else if (source->is_linked) {
        out->state = "linked";
    } else if (n > 0 || has_install(file, "RequiredBy") || has_install(file, "UpheldBy") ||
               has_install(file, "Alias")) {
        out->state = "disabled";
    } else if (has_install(file, "Also")) {
        out->state = "indirect";
    } else {
        out->state = "static";
    }
}

/* Filled by the running system: what they will hold cannot be told from the disk. */
static bool is_volatile(const char *path)
{
    return path_is_below(path, "/run") || path_is_below(path, "/proc") ||
           path_is_below(path, "/sys") || path_is_below(path, "/dev") ||
           path_is_below(path, "/tmp") || path_is_below(path, "/var/run");
}

/* TRUTH_UNKNOWN: not to be told from here. */
static enum truth condition_holds(const struct unit_tree *u, const char *kind, const char *path)
{
    struct tree *t = u->f->tree;
    if (path[0] != '/' || is_volatile(path) || strchr(path, '%'))
        return TRUTH_UNKNOWN;
    if (strcmp(kind, "PathExistsGlob") == 0) {
        struct list_answer l = tree_glob(t, path);
        if (l.presence == PRESENCE_UNREADABLE)
            return TRUTH_UNKNOWN;
        return l.presence == PRESENCE_PRESENT && l.count > 0 ? TRUTH_YES : TRUTH_NO;
    }
    struct stat_answer s =
        strcmp(kind, "PathIsSymbolicLink") == 0 ? tree_lstat(t, path) : tree_stat(t, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return TRUTH_UNKNOWN;
    bool there = s.presence == PRESENCE_PRESENT;
    if (strcmp(kind, "PathIsDirectory") == 0)
        there = there && s.node.type == NODE_DIRECTORY;
    else if (strcmp(kind, "PathIsSymbolicLink") == 0)
        there = there && s.node.type == NODE_SYMLINK;
    else if (strcmp(kind, "FileNotEmpty") == 0)
        there = there && s.node.type == NODE_FILE && s.node.size > 0;
    else if (strcmp(kind, "FileIsExecutable") == 0)
        there = there && s.node.type == NODE_FILE && (s.node.mode & 0111);
    else if (strcmp(kind, "DirectoryNotEmpty") == 0)
        there = there && tree_list(t, path).count > 0;
    return there ? TRUTH_YES : TRUTH_NO;
}

/* systemd.unit(5): all must hold; of those with "|" at least one. */
void unit_judge_conditions(const struct unit_tree *u, const struct unit_file *file,
                           struct unit_fact *out)
{
    static const char *const kinds[] = {"PathExists",         "PathExistsGlob",
                                        "PathIsDirectory",    "FileNotEmpty",
                                        "PathIsSymbolicLink", "FileIsExecutable",
                                        "DirectoryNotEmpty"};
    struct arena *a = u->f->arena;
    size_t triggers = 0, triggers_no = 0;
    const char *failed_trigger = NULL;
    struct place trigger_at = {0};
    vec_each (s, &file->settings) {
        bool is_assert = strncmp(s->key, "Assert", 6) == 0;
        if (strcmp(s->section, "Unit") != 0 || (!is_assert && strncmp(s->key, "Condition", 9) != 0))
            continue;
        const char *kind = s->key + (is_assert ? 6 : 9), *value = s->value;
        if (!*value) { /* resets every condition of the unit */
            triggers = triggers_no = 0;
            out->condition_failed = NULL;
            out->condition_at = (struct place){0};
            continue;
        }
        bool trigger = *value == '|';
        value += trigger;
        bool negate = *value == '!';
        value += negate;
        enum truth holds = TRUTH_UNKNOWN;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (strcmp(kind, kinds[i]) == 0)
                holds = condition_holds(u, kind, value);
        bool fails = holds == (negate ? TRUTH_YES : TRUTH_NO);
        const char *text = arena_printf(a, "%s=%s", s->key, s->value);
        triggers += trigger;
        triggers_no += trigger && fails;
        if (trigger && fails) {
            failed_trigger = text;
            trigger_at = s->at;
        } else if (fails && !out->condition_failed) {
            out->condition_failed = text;
            out->condition_at = s->at;
        }
    }
    if (!out->condition_failed && triggers > 0 && triggers == triggers_no) {
        out->condition_failed = failed_trigger;
        out->condition_at = trigger_at;
    }
}
