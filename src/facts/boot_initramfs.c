/* Which drivers the initramfs of the default entry has: read from the names in its uncompressed
 * part (initramfs-tools leaves compressed modules out of the compressed one: mkinitramfs). Nothing
 * is ever uncompressed. All becomes `conf` records; verdicts are login/'s. */
#include "facts/boot.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "syntax/cpio_header.h"

#define WINDOW_BYTES (64u * 1024u)

/* Drivers that a root filesystem may need, and where a kernel keeps them. */
static const struct driver {
    const char *name, *path;
} drivers[] = {
    {"ext4", "fs/ext4/ext4"},
    {"xfs", "fs/xfs/xfs"},
    {"btrfs", "fs/btrfs/btrfs"},
    {"dm_mod", "drivers/md/dm-mod"},
    {"virtio_blk", "drivers/block/virtio_blk"},
    {"virtio_scsi", "drivers/scsi/virtio_scsi"},
    {"nvme", "drivers/nvme/host/nvme"},
    {"hv_storvsc", "drivers/scsi/hv_storvsc"},
    {"xen_blkfront", "drivers/block/xen-blkfront"},
    {"vmw_pvscsi", "drivers/scsi/vmw_pvscsi"},
};
#define DRIVERS (sizeof drivers / sizeof *drivers)

/* What the names of all archives that one entry loads have shown. */
struct archive {
    struct facts *f;
    const char *path;
    char window[WINDOW_BYTES];
    uint64_t window_at;
    size_t window_len;
    uint64_t names;
    bool has[DRIVERS];
    bool has_compressed_module; /* so that none of those is in the compressed part */
    const char *version;        /* of the kernel whose modules are in it */
    const char *stopped;        /* why the rest was not read; NULL: it was */
};

static void add(struct facts *f, const char *purpose, const char *key, const char *value,
                struct place at)
{
    if (facts_has_room(f, "conf", f->conf.count))
        vec_push(f->arena, &f->conf, ((struct conf_fact){purpose, key, value, at}));
}

/* Up to WANTED bytes from OFFSET on; fewer at the end of the file. Valid until the next call. */
static struct bytes bytes_at(struct archive *a, uint64_t offset, size_t wanted)
{
    bool inside = offset >= a->window_at && offset - a->window_at <= a->window_len &&
                  a->window_len - (size_t)(offset - a->window_at) >= wanted;
    if (!inside) {
        int64_t n = tree_read_part(a->f->tree, a->path, offset, a->window, sizeof a->window);
        a->window_at = offset;
        a->window_len = n > 0 ? (size_t)n : 0;
    }
    size_t from = (size_t)(offset - a->window_at);
    return bytes_cut((struct bytes){a->window, a->window_len}, from,
                     a->window_len - from < wanted ? a->window_len : from + wanted);
}

/* "usr/lib/modules/6.12.43/kernel/fs/ext4/ext4.ko.xz" */
static void take_name(struct archive *a, struct bytes name)
{
    static const char directory[] = "lib/modules/";
    size_t at = text_find(name, directory);
    if (at == name.len || (at > 0 && name.ptr[at - 1] != '/'))
        return;
    struct bytes rest = bytes_cut(name, at + sizeof directory - 1, name.len);
    size_t slash = text_find(rest, "/"), suffix = text_find(rest, ".ko");
    if (suffix >= rest.len || slash >= suffix)
        return;
    if (!a->version)
        a->version = arena_text(a->f->arena, bytes_cut(rest, 0, slash));
    struct bytes packed = bytes_cut(rest, suffix + 3, rest.len);
    a->has_compressed_module |= bytes_equal_text(packed, ".xz") || bytes_equal_text(packed, ".zst");
    size_t from = suffix;
    while (from > 0 && rest.ptr[from - 1] != '/')
        from--;
    for (size_t i = 0; i < DRIVERS; i++) {
        const char *file = path_name(drivers[i].path);
        a->has[i] |=
            strlen(file) == suffix - from && memcmp(rest.ptr + from, file, suffix - from) == 0;
    }
}

/* One archive from OFFSET on; where it ends. 0: nothing more can be read. */
static uint64_t walk_archive(struct archive *a, uint64_t offset)
{
    struct cpio_header h;
    for (;;) {
        struct bytes head = bytes_at(a, offset, CPIO_HEADER_BYTES);
        if (!cpio_header_read(head, &h) || h.name_size > LIMIT_PATH_BYTES) {
            a->stopped = "damaged";
            return 0;
        }
        if (++a->names > LIMIT_INITRAMFS_NAMES || offset > LIMIT_INITRAMFS_BYTES) {
            a->stopped = "larger than anything that is read";
            return 0;
        }
        struct bytes name = bytes_at(a, offset + CPIO_HEADER_BYTES, h.name_size);
        if (name.len < h.name_size) {
            a->stopped = "cut off";
            return 0;
        }
        name.len--; /* its NUL */
        offset += h.name_room + h.file_room;
        if (bytes_equal_text(name, "TRAILER!!!"))
            return offset;
        take_name(a, name);
    }
}

static size_t zeros_of(struct bytes b)
{
    size_t n = 0;
    while (n < b.len && b.ptr[n] == '\0')
        n++;
    return n;
}

/* The kernel takes one archive behind the other, and passes over zeros between them
 * (init/initramfs.c unpack_to_rootfs). */
static void walk_file(struct archive *a)
{
    uint64_t offset = 0;
    a->window_len = 0;
    a->window_at = 0;
    for (;;) {
        if (offset > LIMIT_INITRAMFS_BYTES) {
            a->stopped = "larger than 128 MiB";
            return;
        }
        struct bytes all = bytes_at(a, offset, 16);
        size_t zeros = zeros_of(all);
        if (all.len == 0) {
            if (offset == 0)
                a->stopped = "unreadable";
            return;
        }
        if (zeros > 0) {
            offset += zeros;
            continue;
        }
        const char *how = cpio_compression(all);
        if (how || !bytes_start_with(all, "07070")) {
            a->stopped = how ? arena_printf(a->f->arena, "compressed with %s", how)
                             : "in no form that is known";
            return;
        }
        offset = walk_archive(a, offset);
        if (offset == 0)
            return;
    }
}

/* "kernel" "compressed" "plain": where the kernel's own package has the driver; NULL: nowhere. */
static const char *driver_of_kernel(struct archive *a, const struct driver *d, struct bytes builtin)
{
    static const struct {
        const char *suffix, *kind;
    } rows[] = {{".ko.xz", "compressed"},
                {".ko.zst", "compressed"},
                {".ko", "plain"},
                {".ko.gz", "plain"}};
    if (text_find(builtin, arena_printf(a->f->arena, "/%s.ko", path_name(d->path))) < builtin.len)
        return "kernel";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *path = arena_printf(a->f->arena, "/usr/lib/modules/%s/kernel/%s%s", a->version,
                                        d->path, rows[i].suffix);
        const char *old = path + 4; /* where /lib is a directory of its own */
        if (tree_stat(a->f->tree, path).presence == PRESENCE_PRESENT ||
            tree_stat(a->f->tree, old).presence == PRESENCE_PRESENT)
            return rows[i].kind;
    }
    return NULL;
}

/* A driver is lacking only where it could not be in a part that was not read. */
static void add_lacking(struct archive *a, struct place at)
{
    struct facts *f = a->f;
    struct bytes builtin = {0};
    if (!a->version || strchr(a->version, '/') ||
        !facts_read_file(f, "conf",
                         arena_printf(f->arena, "/usr/lib/modules/%s/modules.builtin", a->version),
                         &builtin))
        return;
    for (size_t i = 0; i < DRIVERS; i++) {
        const char *kind = driver_of_kernel(a, &drivers[i], builtin);
        if (!kind)
            continue;
        bool there = a->has[i] || strcmp(kind, "kernel") == 0;
        bool sure = !a->stopped || (strcmp(kind, "compressed") == 0 && a->has_compressed_module);
        if (there || sure)
            add(f, there ? "initramfs-has" : "initramfs-lacks", drivers[i].name, a->version, at);
    }
}

static void read_default_initramfs(struct facts *f)
{
    struct archive *a = NULL;
    struct place at = {0};
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (!b->is_default || strcmp(b->item, "initrd") != 0 || b->found != TRUTH_YES)
            continue;
        struct stat_answer s = tree_stat(f->tree, b->path);
        if (s.presence != PRESENCE_PRESENT)
            return; /* it stands elsewhere: see boot.c add_file */
        if (!a)
            a = arena_new_struct(f->arena, struct archive);
        a->f = f;
        a->path = s.real_path;
        const char *stopped = a->stopped;
        a->stopped = NULL;
        walk_file(a);
        at = place_of_file(b->path);
        add(f, "initramfs", b->path,
            a->stopped ? arena_printf(f->arena, "not looked into from where it is %s", a->stopped)
                       : "all names read",
            at);
        a->stopped = a->stopped ? a->stopped : stopped;
    }
    if (a)
        add_lacking(a, at);
}

/* What the next rebuild would put in, or leave out. */
static void read_initramfs_tools(struct facts *f)
{
    struct list_answer more = tree_glob(f->tree, "/etc/initramfs-tools/conf.d/*");
    const char *paths[1 + 64] = {"/etc/initramfs-tools/initramfs.conf"};
    size_t count = 1;
    for (size_t i = 0; more.presence == PRESENCE_PRESENT && i < more.count && count < 65; i++)
        paths[count++] = more.names[i];
    for (size_t i = 0; i < count; i++) {
        struct bytes text;
        struct assignments list = {0};
        if (!facts_read_file(f, "conf", paths[i], &text))
            continue;
        assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
        const struct assignment *modules = assignments_find(&list, "MODULES");
        if (modules)
            add(f, "initramfs-conf", "MODULES", modules->value,
                (struct place){paths[i], modules->line, 0});
    }
}

/* dracut.conf(5): omit_drivers+=" xfs nvme ". Names only: it takes patterns too. */
static void read_dracut_file(struct facts *f, const char *path)
{
    struct bytes rest, line;
    if (!facts_read_file(f, "conf", path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        line = text_trim(line);
        if (!bytes_start_with(line, "omit_drivers"))
            continue;
        struct text_list words = text_words(f->arena, bytes_cut(line, 12, line.len), " \t+=\"'");
        for (size_t i = 0; i < words.count; i++) {
            char *word = arena_strdup(f->arena, words.items[i]);
            for (char *c = word; *c; c++)
                *c = *c == '-' ? '_' : *c;
            for (size_t k = 0; k < DRIVERS; k++)
                if (strcmp(word, drivers[k].name) == 0)
                    add(f, "initramfs-conf", "omit_drivers", drivers[k].name,
                        (struct place){path, n, 0});
        }
    }
}

void facts_read_initramfs(struct facts *f)
{
    read_default_initramfs(f);
    read_initramfs_tools(f);
    read_dracut_file(f, "/etc/dracut.conf");
    struct list_answer more = tree_glob(f->tree, "/etc/dracut.conf.d/*.conf");
    for (size_t i = 0; more.presence == PRESENCE_PRESENT && i < more.count && i < 64; i++)
        read_dracut_file(f, more.names[i]);
}
