/* statvfs of the filesystems that matter, each once. The room in a bare directory is that of the
 * machine it lies on: nothing is said of it. */
#include "facts/space.h"

#include "base/path.h"
#include "facts/facts.h"

static const struct fact_field space_fields[] = {
    FACT_FIELD(space_fact, path, FIELD_TEXT),
    FACT_FIELD(space_fact, purpose, FIELD_TEXT),
    FACT_FIELD(space_fact, filesystem, FIELD_TEXT),
    FACT_FIELD(space_fact, bytes_total, FIELD_NUMBER),
    FACT_FIELD(space_fact, bytes_free, FIELD_NUMBER),
    FACT_FIELD(space_fact, inodes_total, FIELD_NUMBER),
    FACT_FIELD(space_fact, inodes_free, FIELD_NUMBER),
    FACT_FIELD(space_fact, block_bytes, FIELD_NUMBER),
    FACT_FIELD(space_fact, used_percent, FIELD_NUMBER),
    FACT_FIELD(space_fact, at, FIELD_PLACE),
};
const struct fact_kind space_kind = FACT_KIND("space", space_fact, space_fields);

/* The filesystem whose mount point PATH is nearest below. */
static const struct filesystem_fact *filesystem_of(const struct facts *f, const char *path)
{
    const struct filesystem_fact *found = NULL;
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->mounted_on && path_is_below(path, fs->mounted_on) &&
            (!found || strlen(fs->mounted_on) >= strlen(found->mounted_on)))
            found = fs;
    }
    return found;
}

/* These are full by nature. */
static bool is_made_full(const char *type)
{
    static const char *const types[] = {"squashfs", "erofs", "iso9660", "cramfs", "romfs"};
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

static int64_t number(uint64_t n)
{
    return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

static bool is_seen(const struct facts *f, uint64_t device, const uint64_t *seen, size_t count,
                    const struct filesystem_fact *fs)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i] == device)
            return true;
    for (size_t i = 0; i < f->space.count; i++) /* subvolumes of one btrfs */
        if (f->space.items[i].filesystem && fs && fs->subvolume &&
            strcmp(f->space.items[i].filesystem, fs->device) == 0)
            return true;
    return false;
}

static void add_space(struct facts *f, const char *path, const char *purpose,
                      const struct filesystem_fact *fs)
{
    struct space_answer s = tree_space(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "space", place_of_file(path), s.reason);
    if (s.presence != PRESENCE_PRESENT || s.bytes_total == 0 || (fs && is_made_full(fs->type)))
        return;
    uint64_t free = s.bytes_free < s.bytes_total ? s.bytes_free : s.bytes_total;
    uint64_t used = s.bytes_total - free;
    vec_push(f->arena, &f->space,
             ((struct space_fact){
                 .path = path,
                 .purpose = purpose,
                 .filesystem = fs ? fs->device : NULL,
                 .bytes_total = number(s.bytes_total),
                 .bytes_free = number(free),
                 .inodes_total = number(s.inodes_total),
                 .inodes_free = number(s.inodes_free),
                 .block_bytes = number(s.block_bytes),
                 .used_percent = (int64_t)((double)used * 100 / (double)s.bytes_total),
                 .at = place_of_file(path),
             }));
}

/* Where auditd writes; NULL: there is no auditd, or it keeps no log. */
static const char *audit_directory(const struct facts *f)
{
    const struct unit_fact *unit = facts_unit(f, "auditd.service");
    const char *log = "/var/log/audit/audit.log";
    bool configured = false;
    if (!unit || !unit->at_boot)
        return NULL;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "auditd") != 0)
            continue;
        configured = true;
        if (strcmp(c->key, "log_file") == 0 && c->value[0] == '/')
            log = c->value;
    }
    return configured ? path_parent(f->arena, log) : NULL;
}

void facts_read_space(struct facts *f)
{
    static const char *const paths[] = {"/", "/var", "/var/log", "/tmp", "/home"};
    uint64_t seen[sizeof paths / sizeof *paths];
    size_t count = 0;
    const struct filesystem_fact *root = filesystem_of(f, "/");
    if (!root || strncmp(root->device, "/dev/", 5) != 0)
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat_answer s = tree_stat(f->tree, paths[i]);
        if (s.presence != PRESENCE_PRESENT)
            continue;
        const struct filesystem_fact *fs = filesystem_of(f, s.real_path);
        if (!is_seen(f, s.node.device, seen, count, fs)) {
            seen[count++] = s.node.device;
            add_space(f, paths[i], "system", fs);
        }
    }
    const char *audit = audit_directory(f);
    struct stat_answer s = {.presence = PRESENCE_ABSENT};
    if (audit)
        s = tree_stat(f->tree, audit);
    if (s.presence == PRESENCE_PRESENT)
        add_space(f, audit, "audit-log", filesystem_of(f, s.real_path));
}
