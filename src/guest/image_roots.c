#include "guest/image_private.h"

#include "base/limits.h"
#include "guest/root_name.h"
#include "guest/root_test.h"

/* Mounting tells: the smallest first, so that the root, which is mostly the largest, is still
 * mounted when its turn to be read comes. */
static size_t *candidates_by_size(struct image *image, bool wants_linux, size_t *count)
{
    size_t n = image->filesystems.count;
    size_t *order = arena_alloc_array(image->arena, n + 1, sizeof *order);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct image_filesystem *fs = &image->filesystems.items[i];
        bool is_linux = fs->use == SUPERBLOCK_LINUX;
        bool is_other = fs->use == SUPERBLOCK_OTHER && *fs->shown.type;
        if (fs->mount_failed || !(wants_linux ? is_linux : is_other))
            continue;
        size_t at = (*count)++;
        while (at > 0 && image->filesystems.items[order[at - 1]].shown.size > fs->shown.size) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return order;
}

static bool plain_device_is_root(const struct image *image, const struct image_filesystem *fs)
{
    vec_each (root, &image->roots) {
        const struct image_filesystem *other = &image->filesystems.items[root->filesystem];
        if (!other->shown.subvolume && strcmp(other->shown.device, fs->shown.device) == 0)
            return true;
    }
    return false;
}

static int by_filesystem(const void *a, const void *b)
{
    size_t x = ((const struct image_root *)a)->filesystem;
    size_t y = ((const struct image_root *)b)->filesystem;
    return (x > y) - (x < y);
}

static void look_for_roots(struct image *image, struct root_marks *seen)
{
    size_t count;
    const size_t *order = candidates_by_size(image, true, &count);
    for (size_t i = 0; i < count; i++) {
        struct image_filesystem *fs = &image->filesystems.items[order[i]];
        /* Where the default subvolume is a system, its subvolumes are parts or snapshots of it. */
        if (fs->shown.subvolume && plain_device_is_root(image, fs))
            continue;
        struct tree *tree = image_mount_root(image, order[i], NULL);
        if (!tree)
            continue;
        struct root_marks marks = root_marks_of(tree);
        seen->is_windows |= marks.is_windows;
        if (!marks.is_linux)
            continue;
        struct image_root *root = vec_push_new(image->arena, &image->roots);
        root->filesystem = order[i];
        root->shown.device = fs->mountable;
        root->shown.description = root_name(tree);
    }
    if (image->roots.count)
        qsort(image->roots.items, image->roots.count, sizeof *image->roots.items, by_filesystem);
}

/* Filesystems that no Linux lives on may still hold a Windows. */
static void look_for_windows(struct image *image, struct root_marks *seen)
{
    size_t count;
    const size_t *order = candidates_by_size(image, false, &count);
    for (size_t i = 0; i < count && !seen->is_windows; i++) {
        struct tree *tree = image_mount_root(image, order[i], NULL);
        if (tree)
            seen->is_windows = root_marks_of(tree).is_windows;
    }
}

/* libguestfs's own inspection: 11 s under emulation and undone by a broken fstab, but it knows
 * systems that we do not. */
static void ask_inspection(struct image *image, struct root_marks *seen)
{
    CLEANUP_GUESTFS_STRINGS char **roots = guestfs_inspect_os(image->g);
    image->view = NULL; /* inspection unmounts everything */
    for (size_t i = 0; roots && roots[i]; i++) {
        CLEANUP_FREE char *type = guestfs_inspect_get_type(image->g, roots[i]);
        if (!type)
            continue;
        seen->is_windows |= strcmp(type, "windows") == 0;
        if (strcmp(type, "linux") != 0)
            continue;
        for (size_t n = 0; n < image->filesystems.count; n++) {
            if (strcmp(image->filesystems.items[n].mountable, roots[i]) != 0)
                continue;
            struct image_root *root = vec_push_new(image->arena, &image->roots);
            root->filesystem = n;
            root->shown.device = image->filesystems.items[n].mountable;
            root->shown.description = "";
        }
    }
}

static const char *encrypted_devices(const struct image *image)
{
    const char *names = NULL;
    vec_each (fs, &image->filesystems)
        if (fs->use == SUPERBLOCK_LOCKED)
            names = names ? arena_printf(image->arena, "%s, %s", names, fs->shown.device)
                          : fs->shown.device;
    return names;
}

/* What was looked at, with the reason where a mount failed: "sda1 (ext4): …". */
static const char *what_was_seen(const struct image *image)
{
    const char *text = NULL;
    vec_each (fs, &image->filesystems) {
        const char *one = fs->mount_failed
                              ? arena_printf(image->arena, "%s (%s) could not be mounted: %s",
                                             fs->mountable, fs->shown.type, fs->mount_error)
                              : arena_printf(image->arena, "%s (%s)", fs->mountable,
                                             *fs->shown.type ? fs->shown.type : "unknown");
        text = text ? arena_printf(image->arena, "%s; %s", text, one) : one;
    }
    return text ? text : "nothing that we know";
}

static bool has_physical_volume(const struct image *image, const char *id)
{
    vec_each (fs, &image->filesystems)
        if (strcmp(fs->shown.type, "LVM2_member") == 0 && strcmp(fs->shown.uuid, id) == 0)
            return true;
    return false;
}

/* Why the root may not show, from below the filesystems: sentences, or "". */
static const char *what_is_wrong(const struct image *image)
{
    struct arena *a = image->arena;
    const char *text = "";
    vec_each (g, &image->groups)
        for (size_t i = 0; i < g->physical_count; i++)
            if (!has_physical_volume(image, g->physical[i]))
                text = arena_printf(a, "%s; volume group %s lacks its physical volume %s", text,
                                    g->name, g->physical[i]);
    vec_each (d, &image->disks)
        if (d->problem && strcmp(d->problem, "backup-not-at-end") != 0)
            text = arena_printf(a, "%s; the partition table of %s is not valid (%s)", text,
                                d->device, d->problem);
    vec_each (fs, &image->filesystems)
        if (fs->shown.damage)
            text = arena_printf(a, "%s; the filesystem %s is damaged (%s)", text, fs->shown.device,
                                fs->shown.damage);
    return text;
}

static int no_root(const struct image *image, const struct root_marks *seen, struct err *e)
{
    const char *name = image->request->name, *locked = encrypted_devices(image);
    if (seen->is_windows)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: a Windows disk; diskmend mends the SSH access of Linux guests only",
                       name);
    if (locked)
        return err_set(e, ERR_NO_ROOT,
                       "%s: no Linux root filesystem that can be read; %s is encrypted: give its key "
                       "with --key or --keys-from-stdin, or open it on this machine (cryptsetup "
                       "open), mount it, and scan the directory",
                       name, locked);
    return err_set(e, ERR_NO_ROOT,
                   "%s: no Linux root filesystem was found; the disk holds %s%s; is this a data "
                   "disk? Name the system disk, with the others before it as -a FILE",
                   name, what_was_seen(image), what_is_wrong(image));
}

/* Every volume was recognised and looked into: then nobody else will find a root there. */
static bool all_is_understood(const struct image *image)
{
    vec_each (fs, &image->filesystems)
        if (!*fs->shown.type || fs->mount_failed || fs->use == SUPERBLOCK_MEMBER ||
            fs->use == SUPERBLOCK_LOCKED)
            return false;
    return image->filesystems.count > 0;
}

/* The plan has named it: nothing else needs to be mounted to be looked into. */
static int take_known_root(struct image *image, const char *device, struct err *e)
{
    for (int slowly = 0; slowly < 2; slowly++) {
        for (size_t i = 0; i < image->filesystems.count; i++) {
            const struct image_filesystem *fs = &image->filesystems.items[i];
            if (strcmp(fs->mountable, device) != 0)
                continue;
            struct image_root *root = vec_push_new(image->arena, &image->roots);
            root->filesystem = i;
            root->shown = (struct opened_root){fs->mountable, ""};
            return 0;
        }
        if (slowly == 0)
            image_find_filesystems_slowly(image);
    }
    return err_set(e, ERR_NO_ROOT, "%s: the root was on %s when the repair was planned, and is gone",
                   image->request->name, device);
}

int image_find_roots(struct image *image, struct err *e)
{
    struct root_marks seen = {0};
    if (image->request->options->known_root)
        return take_known_root(image, image->request->options->known_root, e);
    if (image->disks_blank && image->filesystems.count == 0)
        return err_set(e, ERR_NO_ROOT,
                       "%s: an empty disk: no partition table, no filesystem, nothing but zeros; "
                       "nothing was ever installed on it, or it is another machine's",
                       image->request->name);
    look_for_roots(image, &seen);
    if (image->roots.count == 0 && image->request->options->for_fsck)
        return no_root(image, &seen, e); /* what asks further mounts as it likes */
    if (image->roots.count == 0)
        look_for_windows(image, &seen);
    if (image->roots.count == 0 && !seen.is_windows && !all_is_understood(image)) {
        size_t before = image->filesystems.count;
        image_find_filesystems_slowly(image);
        if (image->filesystems.count > before)
            look_for_roots(image, &seen);
        if (image->roots.count == 0 && !encrypted_devices(image))
            ask_inspection(image, &seen);
    }
    if (image->roots.count == 0)
        return no_root(image, &seen, e);
    vec_each (fs, &image->filesystems)
        if (fs->use == SUPERBLOCK_LOCKED)
            note_add(image->request->notes, "%s is encrypted (%s) and was not opened",
                     fs->shown.device, fs->shown.type);
    return 0;
}
