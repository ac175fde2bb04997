/* fstab against the disks. Completes the tree: mounts what fits, marks what is not there. */
#include "facts/mount.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/collect.h"
#include "facts/mount_parts.h"

#define FSTAB      "/etc/fstab"
#define MOUNTS_MAX 1000u /* lines that are acted on */

static const struct fact_field mount_fields[] = {
    FACT_FIELD(mount_fact, device, FIELD_TEXT),
    FACT_FIELD(mount_fact, directory, FIELD_TEXT),
    FACT_FIELD(mount_fact, type, FIELD_TEXT),
    FACT_FIELD(mount_fact, options, FIELD_TEXTS),
    FACT_FIELD(mount_fact, field_count, FIELD_NUMBER),
    FACT_FIELD(mount_fact, defect, FIELD_TEXT),
    FACT_FIELD(mount_fact, device_found, FIELD_TRUTH),
    FACT_FIELD(mount_fact, all_disks_known, FIELD_BOOL),
    FACT_FIELD(mount_fact, required, FIELD_BOOL),
    FACT_FIELD(mount_fact, system, FIELD_BOOL),
    FACT_FIELD(mount_fact, is_network, FIELD_BOOL),
    FACT_FIELD(mount_fact, is_swap, FIELD_BOOL),
    FACT_FIELD(mount_fact, in_tree, FIELD_BOOL),
    FACT_FIELD(mount_fact, filesystem, FIELD_TEXT),
    FACT_FIELD(mount_fact, identifies, FIELD_TEXT),
    FACT_FIELD(mount_fact, detail, FIELD_TEXT),
    FACT_FIELD(mount_fact, pass, FIELD_NUMBER),
    FACT_FIELD(mount_fact, refusal, FIELD_TEXT),
    FACT_FIELD(mount_fact, at, FIELD_PLACE),
};
const struct fact_kind mount_kind = FACT_KIND("mount", mount_fact, mount_fields);

static const struct fact_field filesystem_fields[] = {
    FACT_FIELD(filesystem_fact, device, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, type, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, uuid, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, label, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, partuuid, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, partlabel, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, mounted_on, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, subvolume, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, damage, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, on_errors, FIELD_TEXT),
    FACT_FIELD(filesystem_fact, unclean, FIELD_BOOL),
    FACT_FIELD(filesystem_fact, size, FIELD_NUMBER),
};
const struct fact_kind filesystem_kind =
    FACT_KIND("filesystem", filesystem_fact, filesystem_fields);

/* The escapes that getmntent knows (glibc: mntent_r.c decode_name); any other stands as it is. */
static const char *undo_escapes(struct arena *a, const char *text)
{
    static const struct {
        const char *escape;
        char byte;
    } known[] = {{"\\040", ' '}, {"\\011", '\t'}, {"\\012", '\n'}, {"\\134", '\\'}, {"\\\\", '\\'}};
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = text; *p;) {
        size_t i = 0, count = sizeof known / sizeof *known;
        while (i < count && strncmp(p, known[i].escape, strlen(known[i].escape)) != 0)
            i++;
        strbuf_add_char(&s, i < count ? known[i].byte : *p);
        p += i < count ? strlen(known[i].escape) : 1;
    }
    return s.ptr;
}

static bool is_quoted(const char *field)
{
    return field[0] == '"' || field[0] == '\'' || strncmp(field, "\xe2\x80\x9c", 3) == 0 ||
           strncmp(field, "\xe2\x80\x98", 3) == 0;
}

static bool is_number(const char *field)
{
    int64_t n;
    return text_number(text_trim(bytes_of(field)), INT32_MIN, INT32_MAX, &n); /* but for a CR */
}

/* A blank that is none to getmntent: two fields become one. */
static bool has_odd_blank(const struct text_list *words)
{
    for (size_t i = 0; i < words->count && i < 4; i++)
        if (strstr(words->items[i], "\xc2\xa0") || strstr(words->items[i], "\xe3\x80\x80"))
            return true;
    return false;
}

/* Defects that show in the shape of the line alone. */
static const char *shape_defect(const struct mount_fact *m, const struct text_list *words)
{
    if (has_odd_blank(words))
        return "odd-blank";
    if (words->count < 3)
        return "too-few-fields";
    if (is_quoted(words->items[0]) || is_quoted(words->items[1]))
        return "quoted";
    if (strcmp(m->type, "swap") != 0 && m->directory[0] != '/')
        return "bad-directory";
    for (size_t i = 4; i < words->count && i < 6; i++)
        if (!is_number(words->items[i]) && words->items[i][0] != '#')
            return "bad-number";
    return NULL;
}

/* systemd-fstab-generator takes the first line of each mount point. */
static bool is_repeated(const struct facts *f, const struct mount_fact *m)
{
    vec_each (other, &f->mounts)
        if (!other->is_swap && other->directory[0] == '/' && strcmp(other->at.file, FSTAB) == 0 &&
            strcmp(other->directory, m->directory) == 0)
            return true;
    return false;
}

static void add_line(struct facts *f, struct bytes line, int number)
{
    struct arena *a = f->arena;
    struct bytes trimmed = text_trim(line);
    if (trimmed.len == 0 || trimmed.ptr[0] == '#' || !facts_has_room(f, "mount", f->mounts.count))
        return;
    struct text_list words = text_words(a, line, " \t"); /* a CR belongs to its field */
    struct mount_fact m = {.field_count = (int64_t)words.count, .at = {FSTAB, number, 0}};
    m.device = undo_escapes(a, words.items[0]);
    m.directory = words.count > 1 ? undo_escapes(a, words.items[1]) : "";
    m.type = words.count > 2 ? undo_escapes(a, words.items[2]) : "";
    if (words.count > 3)
        m.options = text_words(a, bytes_of(undo_escapes(a, words.items[3])), ",");
    if (strchr(m.directory, '/')) /* systemd takes "srv/data" for "/srv/data" */
        m.directory = path_tidy(a, path_join(a, "/", m.directory));
    if (words.count > 5 && !text_number(text_trim(bytes_of(words.items[5])), 0, INT32_MAX, &m.pass))
        m.pass = 0;
    m.defect = shape_defect(&m, &words);
    mount_judge_options(a, &m);
    if (!m.is_swap && m.directory[0] == '/' && is_repeated(f, &m)) {
        m.required = false;
        if (!m.defect)
            m.defect = "repeated";
    }
    vec_push(a, &f->mounts, m);
}

static void read_fstab(struct facts *f)
{
    struct bytes rest, line;
    if (!facts_read_file(f, "mount", FSTAB, &rest))
        return;
    struct lens_text text = {0};
    struct err e = {0};
    if (f->lenses && lens_parse(f->lenses, LENS_FSTAB, rest, &text, &e) == ERR_NONE) {
        vec_each (l, &text.lines)
            add_line(f, l->text, l->line);
        return;
    }
    for (int n = 1; text_next_line(&rest, &line); n++)
        add_line(f, line, n);
}

/* Another kind of filesystem than the line says: the driver refuses it. Not so for /, which the
 * initramfs mounts as what it is; the remount at boot does not look at the type. */
static void compare_type(struct mount_fact *m, const struct filesystem *fs)
{
    static const char *const ext[] = {"ext2", "ext3", "ext4"};
    bool both_ext = false, one_ext = false;
    for (size_t i = 0; i < 3; i++) {
        one_ext |= strcmp(m->type, ext[i]) == 0;
        both_ext |= strcmp(fs->type, ext[i]) == 0;
    }
    if (m->defect || strcmp(m->directory, "/") == 0 || !fs->type || !*fs->type ||
        strcmp(m->type, "auto") == 0 || strcmp(m->type, fs->type) == 0 || (one_ext && both_ext) ||
        strchr(m->type, ',') || strncmp(m->type, "ntfs", 4) == 0 || strcmp(m->type, "msdos") == 0)
        return;
    static const char *const told_apart[] = {"ext2",  "ext3", "ext4", "xfs",
                                             "btrfs", "vfat", "swap"};
    bool line_known = false, disk_known = false;
    for (size_t i = 0; i < sizeof told_apart / sizeof *told_apart; i++) {
        line_known |= strcmp(m->type, told_apart[i]) == 0;
        disk_known |= strcmp(fs->type, told_apart[i]) == 0;
    }
    if (!line_known || !disk_known)
        return;
    m->defect = "type-mismatch";
    m->detail = fs->type;
}

/* Is something else mounted on DIRECTORY in the tree than on its parent? */
static bool is_mount_point(struct facts *f, const char *directory)
{
    struct stat_answer s = tree_stat(f->tree, directory);
    if (s.presence != PRESENCE_PRESENT || strcmp(s.real_path, "/") == 0)
        return false;
    struct stat_answer parent = tree_stat(f->tree, path_parent(f->arena, s.real_path));
    return parent.presence == PRESENCE_PRESENT && parent.node.device != s.node.device;
}

static void mark_not_mounted(struct facts *f, const struct mount_fact *m, const char *because)
{
    struct stat_answer s = tree_stat(f->tree, m->directory);
    const char *directory = s.presence == PRESENCE_PRESENT ? s.real_path : m->directory;
    const char *reason = because
                             ? arena_printf(f->arena, "not mounted: %s (%s)", m->device, because)
                             : arena_printf(f->arena, "not mounted: %s", m->device);
    tree_mark_not_mounted(f->tree, directory, reason);
}

/* Bring the filesystem of one line into the tree, or say that what lies there is not the guest's.
 */
static void mount_one(struct mount_context *c, struct mount_fact *m, size_t index)
{
    struct facts *f = c->f;
    if (strcmp(m->directory, "/") == 0) {
        m->in_tree = true;
        return;
    }
    const char *directory = m->directory;
    struct stat_answer s = tree_stat(f->tree, directory);
    if (s.presence == PRESENCE_PRESENT)
        directory = s.real_path;
    if (index != NO_FILESYSTEM) {
        struct filesystem *fs = &c->disks.items[index];
        if (fs->mounted_on && strcmp(fs->mounted_on, directory) == 0) {
            m->in_tree = true;
            return;
        }
        struct err e = {0};
        int code = tree_mount(f->tree, index, directory, &e);
        if (code == ERR_NONE) {
            m->in_tree = true;
            fs->mounted_on = directory;
            return;
        }
        if (code != ERR_UNSUPPORTED) {
            m->detail = m->refusal = arena_strdup(f->arena, e.text);
            mark_not_mounted(f, m, m->detail);
            return;
        }
    }
    if (is_mount_point(f, directory)) {
        m->in_tree = true;
        return;
    }
    /* A device that is nowhere leaves what lies beneath, and that we see already. */
    if (index != NO_FILESYSTEM || m->device_found == TRUTH_YES || !m->all_disks_known)
        mark_not_mounted(f, m, m->detail);
}

static bool is_mounted_at_boot(const struct mount_fact *m)
{
    if (m->is_swap || m->directory[0] != '/' || mount_is_virtual(m))
        return false;
    static const char *const harmless[] = {"type-mismatch", "bad-number", "too-few-fields"};
    bool fits = !m->defect;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        fits |= m->defect && strcmp(m->defect, harmless[i]) == 0;
    return fits && (!mount_is_noauto(m) || mount_has_option(m, "x-systemd.automount"));
}

struct pending {
    size_t mount, filesystem, depth;
};

static int by_depth(const void *a, const void *b)
{
    const struct pending *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return x->mount < y->mount ? -1 : x->mount > y->mount;
}

static size_t depth_of(const char *directory)
{
    size_t n = 0;
    for (const char *p = directory; *p; p++)
        n += *p == '/' && p[1];
    return n;
}

static void mount_all(struct mount_context *c)
{
    struct facts *f = c->f;
    size_t n = 0;
    struct pending *list = arena_alloc_array(f->arena, f->mounts.count, sizeof *list);
    for (size_t i = 0; i < f->mounts.count; i++) {
        struct mount_fact *m = &f->mounts.items[i];
        m->all_disks_known = c->disks.presence == PRESENCE_PRESENT && c->disks.all_known;
        size_t index = mount_resolve_device(c, m);
        if (index != NO_FILESYSTEM)
            compare_type(m, &c->disks.items[index]);
        if (!is_mounted_at_boot(m))
            continue;
        if (n < MOUNTS_MAX)
            list[n++] = (struct pending){i, index, depth_of(m->directory)};
        else
            facts_add_gap(f, "mount", place_of_file(FSTAB),
                          "a limit was hit: more mounts than are looked at");
    }
    if (n > 1)
        qsort(list, n, sizeof *list, by_depth);
    for (size_t i = 0; i < n; i++)
        mount_one(c, &f->mounts.items[list[i].mount], list[i].filesystem);
}

/* The root filesystem is what we stand on, even where the engine cannot name it: the line for "/"
 * counts as present unless its device is plainly another. */
static void settle_root(struct mount_context *c)
{
    vec_each (m, &c->f->mounts) {
        if (strcmp(m->directory, "/") == 0 && m->device_found == TRUTH_UNKNOWN &&
            !m->all_disks_known)
            m->device_found = TRUTH_YES;
        if (mount_is_bind(m) && m->device[0] == '/') {
            enum presence p = tree_stat(c->f->tree, m->device).presence;
            m->device_found = p == PRESENCE_PRESENT  ? TRUTH_YES
                              : p == PRESENCE_ABSENT ? TRUTH_NO
                                                     : TRUTH_UNKNOWN;
            m->identifies = "path";
        }
    }
}

/* Of a directory the guest's disks are not known: what fstab names and this machine does not have
 * may be on a disk that is not here. Said once, and judged as if it were there. */
static void note_unseen(struct mount_context *c)
{
    const struct mount_fact *first = NULL;
    size_t count = 0;
    if (!c->disks.of_host || c->disks.all_known)
        return;
    vec_each (m, &c->f->mounts) {
        bool names_disk = m->identifies && strcmp(m->identifies, "none") != 0;
        if (m->device_found == TRUTH_YES || m->is_network || !names_disk ||
            (!m->required && !m->is_swap) || !m->at.file || strcmp(m->at.file, FSTAB) != 0)
            continue;
        first = first ? first : m;
        count++;
    }
    if (!first)
        return;
    const char *more = count == 1 ? ""
                                  : arena_printf(c->f->arena, " and %zu more line%s", count - 1,
                                                 count == 2 ? "" : "s");
    facts_note(
        c->f,
        "fstab names %s (line %d)%s, which no disk of this machine has; the disks of the guest "
        "are not known from a directory, so whether the boot finds %s was not judged: give "
        "the disks themselves to have it judged",
        first->device, first->at.line, more, count == 1 ? "it" : "them");
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

void facts_read_mounts(struct facts *f)
{
    struct mount_context c = {.f = f};
    tree_start_anew(f->tree);
    c.disks = tree_filesystems(f->tree);
    if (c.disks.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "filesystem", (struct place){0}, c.disks.reason);
    if (c.disks.presence != PRESENCE_PRESENT)
        c.disks.count = 0;
    f->disks_known = c.disks.presence == PRESENCE_PRESENT && c.disks.all_known;
    /* The engine's list stays as it is: what gets mounted is noted in a copy. */
    struct filesystem *copy = arena_alloc_array(f->arena, c.disks.count, sizeof *copy);
    if (c.disks.count > 0)
        memcpy(copy, c.disks.items, c.disks.count * sizeof *copy);
    c.disks.items = copy;
    read_fstab(f);
    mount_read_units(f);
    mount_read_crypttab(&c);
    mount_all(&c);
    settle_root(&c);
    note_unseen(&c);
    mount_settle_crypttab(&c);
    volume_add_facts(f, &c.disks);
    f->disks_of_host = c.disks.of_host;
    for (size_t i = 0; i < c.disks.count && facts_has_room(f, "filesystem", i); i++) {
        const struct filesystem *fs = &c.disks.items[i];
        vec_push(f->arena, &f->filesystems,
                 ((struct filesystem_fact){fs->device, or_null(fs->type), or_null(fs->uuid),
                                           or_null(fs->label), or_null(fs->partuuid),
                                           or_null(fs->partlabel), or_null(fs->mounted_on),
                                           fs->subvolume, fs->damage, fs->on_errors, fs->unclean,
                                           (int64_t)fs->size}));
    }
}
