#include "guest/image_private.h"

#include "base/limits.h"
#include "guest/partition.h"
#include "guest/superblock_health.h"
#include "guest/volume_group.h"

/* A device of the appliance as a reader. The start of it is fetched once: tables and superblocks
 * are there, and each call costs some 70 ms under emulation (the daemon waits for udev). */
struct appliance_device {
    guestfs_h *g;
    const char *name;
    unsigned char *start;
    size_t start_bytes;
    bool has_start;
};

static size_t device_read(void *context, uint64_t offset, void *buffer, size_t length)
{
    struct appliance_device *d = context;
    size_t count = 0;
    if (!d->has_start) {
        CLEANUP_FREE char *bytes = guestfs_pread_device(d->g, d->name, SUPERBLOCK_BYTES, 0, &count);
        d->has_start = true;
        d->start_bytes = bytes && count <= SUPERBLOCK_BYTES ? count : 0;
        if (d->start_bytes)
            memcpy(d->start, bytes, d->start_bytes);
    }
    if (offset < d->start_bytes && length <= d->start_bytes - offset) {
        memcpy(buffer, d->start + offset, length);
        return length;
    }
    if (d->start_bytes < SUPERBLOCK_BYTES || offset > INT64_MAX - length || length > 1024 * 1024)
        return 0;
    CLEANUP_FREE char *bytes =
        guestfs_pread_device(d->g, d->name, (int)length, (int64_t)offset, &count);
    if (!bytes || count > length)
        return 0;
    memcpy(buffer, bytes, count);
    return count;
}

static struct disk_reader device_reader(struct image *image, const char *name, uint64_t size,
                                        int blocksize)
{
    struct appliance_device *d = arena_new_struct(image->arena, struct appliance_device);
    *d = (struct appliance_device){.g = image->g,
                                   .name = name,
                                   .start = arena_alloc(image->arena, SUPERBLOCK_BYTES)};
    return (struct disk_reader){.read = device_read,
                                .context = d,
                                .size = size,
                                .sector_size = blocksize == 4096 ? 4096 : 512};
}

static bool is_known(const struct image *image, const char *mountable)
{
    vec_each (fs, &image->filesystems)
        if (strcmp(fs->mountable, mountable) == 0)
            return true;
    return false;
}

static struct image_filesystem *add_filesystem(struct image *image, const char *device,
                                               const struct superblock *superblock, uint64_t size)
{
    if (image->filesystems.count >= LIMIT_FILESYSTEMS || is_known(image, device))
        return NULL;
    struct image_filesystem *fs = vec_push_new(image->arena, &image->filesystems);
    fs->mountable = device;
    fs->use = superblock->use;
    fs->shown = (struct filesystem){.device = device,
                                    .type = superblock->type,
                                    .uuid = superblock->uuid,
                                    .label = superblock->label,
                                    .partuuid = "",
                                    .partlabel = "",
                                    .size = size,
                                    .mounted_on = ""};
    return fs;
}

/* The start of a partition is in hand: what stands there is not fetched again. */
struct volume_start {
    const struct disk_reader *disk;
    struct bytes start;
    uint64_t offset; /* of it on the disk */
};

static size_t volume_read(void *context, uint64_t offset, void *buffer, size_t length)
{
    const struct volume_start *v = context;
    uint64_t inside = offset - v->offset;
    if (offset >= v->offset && inside < v->start.len && length <= v->start.len - inside) {
        memcpy(buffer, v->start.ptr + inside, length);
        return length;
    }
    return v->disk->read(v->disk->context, offset, buffer, length);
}

static void add_volume_group(struct image *image, const struct volume_start *volume)
{
    struct volume_group group;
    struct volume_start copy = *volume;
    struct disk_reader reader = *volume->disk;
    reader.read = volume_read;
    reader.context = &copy;
    if (!volume_group_read(image->arena, &reader, volume->offset, &group))
        return;
    vec_each (g, &image->groups)
        if (strcmp(g->name, group.name) == 0 && strcmp(g->uuid, group.uuid) == 0)
            return;
    if (image->groups.count < LIMIT_FILESYSTEMS)
        vec_push(image->arena, &image->groups, group);
}

static bool identify(struct image *image, const struct disk_reader *disk, uint64_t offset,
                     struct superblock *out, struct superblock_health *health, bool *is_blank)
{
    char *start = arena_alloc(image->arena, SUPERBLOCK_BYTES);
    size_t count = disk->read(disk->context, offset, start, SUPERBLOCK_BYTES);
    const struct volume_start volume = {disk, {start, count}, offset};
    *out = (struct superblock){.type = "", .use = SUPERBLOCK_OTHER, .uuid = "", .label = ""};
    *is_blank = true;
    for (size_t i = 0; i < count && *is_blank; i++)
        *is_blank = start[i] == 0;
    bool known = superblock_identify(image->arena, volume.start, out);
    *health = superblock_health(out->type, volume.start);
    if (strcmp(out->type, "LVM2_member") == 0)
        add_volume_group(image, &volume);
    return known;
}

static void set_health(struct image_filesystem *fs, const struct superblock_health *health)
{
    if (!fs)
        return;
    fs->shown.damage = health->damage;
    fs->shown.on_errors = health->on_errors;
    fs->shown.unclean = health->unclean;
}

/* One whole disk: its partitions, or a filesystem straight on it. */
static void look_at_disk(struct image *image, const char *device, const struct disk_reader *disk)
{
    struct arena *a = image->arena;
    struct superblock superblock;
    struct superblock_health health;
    bool is_blank;
    struct partition_table table = partition_table_read(a, disk);
    bool ends_in_digit = device[strlen(device) - 1] >= '0' && device[strlen(device) - 1] <= '9';
    if (table.other_sector_size)
        note_add(image->request->notes,
                 "%s: its partition table is made for sectors of %d bytes; give --blocksize=%d",
                 device, disk->sector_size == 512 ? 4096 : 512,
                 disk->sector_size == 512 ? 4096 : 512);
    if (table.kind == PARTITION_TABLE_NONE) {
        if (identify(image, disk, 0, &superblock, &health, &is_blank))
            set_health(add_filesystem(image, device, &superblock, disk->size), &health);
        image->disks_blank &= is_blank;
        return;
    }
    image->disks_blank = false;
    vec_push(a, &image->disks,
             ((struct disk){device, table.kind == PARTITION_TABLE_GPT ? "gpt" : "mbr",
                            table.problem}));
    vec_each (p, &table.partitions) {
        const char *name = arena_printf(a, ends_in_digit ? "%sp%d" : "%s%d", device, p->number);
        identify(image, disk, p->start, &superblock, &health, &is_blank);
        struct image_filesystem *fs = add_filesystem(image, name, &superblock, p->size);
        set_health(fs, &health);
        if (fs) {
            fs->shown.partuuid = p->uuid;
            fs->shown.partlabel = p->label;
        }
    }
}

/* The appliance names drives in the order they were added: sda … sdz, sdaa … */
static const char *drive_name(struct arena *a, size_t index)
{
    char letters[8];
    size_t at = sizeof letters - 1;
    letters[at] = '\0';
    for (size_t n = index + 1; n > 0 && at > 0; n = (n - 1) / 26)
        letters[--at] = (char)('a' + (n - 1) % 26);
    return arena_printf(a, "/dev/sd%s", letters + at);
}

static bool has_type(const struct image *image, const char *type)
{
    vec_each (fs, &image->filesystems)
        if (strcmp(fs->shown.type, type) == 0)
            return true;
    return false;
}

void image_look_at_device(struct image *image, const char *name)
{
    struct disk_reader disk = device_reader(image, name, 0, 0);
    look_at_disk(image, name, &disk);
}

/* Volumes made of other volumes: md arrays (which may be partitioned), then logical volumes. */
static void look_at_devices(struct image *image, char **devices)
{
    for (size_t i = 0; devices && devices[i] && i < LIMIT_LISTED_DEVICES; i++)
        image_look_at_device(image, arena_text(image->arena, bytes_of(devices[i])));
}

static void look_at_volumes(struct image *image)
{
    if (!has_type(image, "LVM2_member"))
        return;
    CLEANUP_GUESTFS_STRINGS char **volumes = guestfs_lvs(image->g);
    look_at_devices(image, volumes);
}

static void look_behind_members(struct image *image)
{
    /* Asked always, because it is cheap and old md superblocks stand where we do not look. */
    CLEANUP_GUESTFS_STRINGS char **arrays = guestfs_list_md_devices(image->g);
    look_at_devices(image, arrays);
    look_at_volumes(image);
    if (!image_unlock(image) || !has_type(image, "LVM2_member"))
        return;
    guestfs_lvm_scan(image->g, 1);
    look_at_volumes(image);
}

void image_find_filesystems(struct image *image)
{
    const struct image_request *r = image->request;
    image->disks_blank = true;
    if (r->domain) {
        CLEANUP_GUESTFS_STRINGS char **devices = guestfs_list_devices(image->g);
        look_at_devices(image, devices);
    }
    for (size_t i = 0; i < r->disk_count; i++) {
        const struct image_disk *d = &r->disks[i];
        const char *name = drive_name(image->arena, i);
        struct disk_reader disk =
            d->host ? *d->host : device_reader(image, name, d->size, d->blocksize);
        look_at_disk(image, name, &disk);
    }
    look_behind_members(image);
}

/* Snapper keeps a whole root in each snapshot: those are not systems of their own. A comma in a
 * name would end in mount's options. */
static bool is_usable_subvolume(const char *path)
{
    return *path && !strchr(path, ',') && !strstr(path, ".snapshots");
}

static void add_subvolumes(struct image *image, size_t filesystem)
{
    struct arena *a = image->arena;
    struct filesystem whole = image->filesystems.items[filesystem].shown;
    struct guestfs_btrfssubvolume_list *list = guestfs_btrfs_subvolume_list(image->g, whole.device);
    for (uint32_t i = 0; list && i < list->len && i < LIMIT_SUBVOLUMES; i++) {
        const char *path = arena_text(a, bytes_of(list->val[i].btrfssubvolume_path));
        if (!is_usable_subvolume(path) || image->filesystems.count >= LIMIT_FILESYSTEMS)
            continue;
        struct image_filesystem *fs = vec_push_new(a, &image->filesystems);
        fs->shown = whole;
        fs->shown.subvolume = path;
        fs->mountable = arena_printf(a, "btrfsvol:%s/%s", whole.device, path);
        fs->use = SUPERBLOCK_LINUX;
    }
    if (list)
        guestfs_free_btrfssubvolume_list(list);
}

void image_list_subvolumes(struct image *image)
{
    for (size_t i = 0, n = image->filesystems.count; i < n; i++)
        if (strcmp(image->filesystems.items[i].shown.type, "btrfs") == 0)
            add_subvolumes(image, i);
}

void image_find_filesystems_slowly(struct image *image)
{
    CLEANUP_GUESTFS_STRINGS char **pairs = guestfs_list_filesystems(image->g);
    for (size_t i = 0; pairs && pairs[i] && pairs[i + 1]; i += 2) {
        const char *device = arena_text(image->arena, bytes_of(pairs[i]));
        const char *type = arena_text(image->arena, bytes_of(pairs[i + 1]));
        bool is_subvolume = strncmp(device, "btrfsvol:", 9) == 0;
        if (is_known(image, device) || is_subvolume || strcmp(type, "swap") == 0)
            continue;
        struct superblock superblock = {.type = strcmp(type, "unknown") == 0 ? "" : type,
                                        .use = SUPERBLOCK_LINUX,
                                        .uuid = "",
                                        .label = ""};
        add_filesystem(image, device, &superblock, 0);
    }
}
