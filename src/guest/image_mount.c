/* Filesystems of an image on their places: read-only for looking, read-write for the few that will
 * be written, and what must not be written at all. */
#include "guest/image_private.h"

#include "guest/tree.h"

static bool is_xfs(const struct image_filesystem *fs)
{
    return strcmp(fs->shown.type, "xfs") == 0;
}

static bool is_ext(const struct image_filesystem *fs)
{
    return strncmp(fs->shown.type, "ext", 3) == 0;
}

/* A cloned XFS refuses to be mounted beside its twin unless told not to look at the UUID. */
static int mount_with(struct image *image, struct image_filesystem *fs, const char *directory,
                      const char *options)
{
    if (guestfs_mount_options(image->g, options, fs->mountable, directory) == 0)
        return 0;
    fs->mount_error = image_last_error(image->arena, image->g);
    const char *joint = *options ? "," : "";
    return is_xfs(fs) &&
                   guestfs_mount_options(image->g,
                                         arena_printf(image->arena, "%s%snouuid", options, joint),
                                         fs->mountable, directory) == 0
               ? 0
               : -1;
}

/* Looking for the root on drives that can be written must not replay a log into them. */
static const char *untouched(const struct image_filesystem *fs)
{
    return is_ext(fs) ? "ro,noload" : is_xfs(fs) ? "ro,norecovery" : "ro";
}

/* The kernel gives way silently: errors, features it only reads, a volume that is read-only. */
static bool came_up_read_only(struct image *image, const char *directory)
{
    enum { READ_ONLY = 1 }; /* ST_RDONLY of the appliance's Linux */
    struct guestfs_statvfs *s = guestfs_statvfs(image->g, directory);
    bool is_read_only = s && (s->flag & READ_ONLY);
    if (s)
        guestfs_free_statvfs(s);
    return is_read_only;
}

static const char *damage_text(struct arena *a, const struct image_filesystem *fs)
{
    const char *check = is_xfs(fs) ? "xfs_repair" : "fsck";
    if (strcmp(fs->shown.damage, "errors") == 0)
        return arena_printf(a,
                            "the kernel has noted errors in it; before anything is written, run %s "
                            "on it",
                            check);
    return arena_printf(a,
                        "its superblock is damaged (%s); before anything is written, run %s on it",
                        fs->shown.damage, check);
}

static int mount_writable(struct image *image, struct image_filesystem *fs, const char *directory)
{
    if (fs->shown.damage) {
        fs->mount_error = damage_text(image->arena, fs);
        return -1;
    }
    if (mount_with(image, fs, directory, "") != 0)
        return -1;
    if (!came_up_read_only(image, directory))
        return 0;
    fs->mount_error = "it can only be mounted read-only here, so nothing can be written to it";
    guestfs_umount(image->g, directory);
    return -1;
}

int image_mount_filesystem(struct image *image, struct image_filesystem *fs, const char *directory)
{
    if (image->is_writing)
        return mount_writable(image, fs, directory);
    const struct open_options *options = image->request->options;
    if ((options->for_writing || options->for_fsck) &&
        mount_with(image, fs, directory, untouched(fs)) == 0)
        return 0;
    if (options->for_fsck)
        return -1; /* what is there is what the checker shall see */
    if (guestfs_mount_ro(image->g, fs->mountable, directory) == 0)
        return 0;
    fs->mount_error = image_last_error(image->arena, image->g);
    return is_xfs(fs) && guestfs_mount_options(image->g, "ro,nouuid", fs->mountable, directory) == 0
               ? 0
               : -1;
}

static bool will_be_written(const struct image *image, const struct image_filesystem *fs)
{
    const struct open_options *o = image->request->options;
    if (o->known_root && strcmp(o->known_root, fs->mountable) == 0)
        return true;
    for (const char *const *d = o->known_devices; d && *d; d++)
        if (strcmp(*d, fs->shown.device) == 0)
            return true;
    return false;
}

int image_refuse_damaged(const struct image *image, size_t filesystem, struct err *e)
{
    const struct image_filesystem *fs = &image->filesystems.items[filesystem];
    if (!fs->shown.damage)
        return 0;
    return err_set(e, ERR_REFUSED, "%s: %s (%s): %s", image->request->name, fs->shown.device,
                   fs->shown.type, damage_text(image->arena, fs));
}

int image_refuse_unwritable(struct image *image, struct err *e)
{
    for (size_t i = 0; i < image->filesystems.count; i++) {
        const struct image_filesystem *fs = &image->filesystems.items[i];
        if (strcmp(fs->shown.type, "swsuspend") == 0)
            return err_set(e, ERR_REFUSED,
                           "%s: the guest is hibernated (its memory is on %s): when it wakes up it "
                           "would write over every change; start it and shut it down first",
                           image->request->name, fs->shown.device);
        if (will_be_written(image, fs) && image_refuse_damaged(image, i, e) != 0)
            return e->code;
    }
    return 0;
}
