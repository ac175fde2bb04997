/* Filesystems that a mount unit of the administrator, not fstab, brings in at boot. */
#include "facts/mount_parts.h"

#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

#define UNITS "/etc/systemd/system"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), e = strlen(end);
    return n > e && strcmp(text + n - e, end) == 0;
}

/* Is NAME linked into some target; REQUIRED: into local-fs.target, which fails with it. */
static bool is_enabled(struct facts *f, const struct list_answer *entries, const char *name,
                       bool *required)
{
    bool enabled = false;
    for (size_t i = 0; i < entries->count; i++) {
        const char *directory = entries->names[i];
        if (!ends_with(directory, ".wants") && !ends_with(directory, ".requires"))
            continue;
        const char *link = path_join(f->arena, path_join(f->arena, UNITS, directory), name);
        if (tree_lstat(f->tree, link).presence != PRESENCE_PRESENT)
            continue;
        enabled = true;
        *required |= strcmp(directory, "local-fs.target.requires") == 0;
    }
    return enabled;
}

static const char *value_of(const struct unit_file *unit, const char *key, const char *otherwise)
{
    const struct unit_setting *s = unit_last(unit, "Mount", key);
    return s ? s->value : otherwise;
}

static void add_unit(struct facts *f, const char *path, bool required)
{
    struct bytes text;
    if (!facts_read_file(f, "mount", path, &text) || text.len == 0)
        return;
    struct unit_file unit = {0};
    unit_file_parse(f->arena, path, text, &unit);
    const char *what = value_of(&unit, "What", NULL), *where = value_of(&unit, "Where", NULL);
    if (!what || !where || where[0] != '/' || !facts_has_room(f, "mount", f->mounts.count))
        return;
    struct mount_fact m = {.device = what,
                           .directory = path_tidy(f->arena, where),
                           .type = value_of(&unit, "Type", "auto"),
                           .field_count = 4,
                           .at = unit_last(&unit, "Mount", "What")->at};
    m.options = text_words(f->arena, bytes_of(value_of(&unit, "Options", "")), ",");
    mount_judge_options(f->arena, &m);
    m.required = required;
    vec_push(f->arena, &f->mounts, m);
}

void mount_read_units(struct facts *f)
{
    struct list_answer entries = tree_list(f->tree, UNITS);
    if (entries.presence != PRESENCE_PRESENT)
        return;
    for (size_t i = 0; i < entries.count; i++) {
        const char *name = entries.names[i];
        bool required = false;
        if (ends_with(name, ".mount") && is_enabled(f, &entries, name, &required))
            add_unit(f, path_join(f->arena, UNITS, name), required);
    }
}
