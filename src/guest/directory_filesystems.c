#include "guest/directory_filesystems.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "guest/mountinfo.h"
#include "guest/superblock.h"
#include "guest/superblock_health.h"

struct host_search {
    struct arena *arena;
    const char *directory;
    struct host_mounts mounts;
    VEC(struct filesystem) found;
};

static const char *probe_value(struct arena *a, blkid_probe probe, const char *name)
{
    const char *value = NULL;
    if (blkid_probe_lookup_value(probe, name, &value, NULL) != 0 || !value)
        return "";
    return arena_strdup(a, value);
}

/* The superblock of what is mounted changes under our eyes: its checksum says nothing here. */
static void probe_health(struct arena *a, int fd, struct filesystem *fs)
{
    char *start = arena_alloc(a, SUPERBLOCK_BYTES);
    ssize_t n = pread(fd, start, SUPERBLOCK_BYTES, 0);
    if (n <= 0)
        return;
    struct superblock_health h = superblock_health(fs->type, (struct bytes){start, (size_t)n});
    fs->damage = h.damage && strcmp(h.damage, "checksum") != 0 ? h.damage : NULL;
    fs->on_errors = h.on_errors;
    fs->unclean = h.unclean;
}

static void probe_device(struct arena *a, int fd, struct filesystem *fs)
{
    blkid_probe probe = blkid_new_probe();
    if (!probe)
        return;
    if (blkid_probe_set_device(probe, fd, 0, 0) == 0) {
        blkid_probe_enable_superblocks(probe, 1);
        blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID |
                                                     BLKID_SUBLKS_LABEL);
        blkid_probe_enable_partitions(probe, 1);
        blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
        if (blkid_do_safeprobe(probe) == 0) {
            fs->type = probe_value(a, probe, "TYPE");
            fs->uuid = probe_value(a, probe, "UUID");
            fs->label = probe_value(a, probe, "LABEL");
            fs->partuuid = probe_value(a, probe, "PART_ENTRY_UUID");
            fs->partlabel = probe_value(a, probe, "PART_ENTRY_NAME");
        }
        blkid_loff_t size = blkid_probe_get_size(probe);
        fs->size = size > 0 ? (uint64_t)size : 0;
    }
    blkid_free_probe(probe);
    probe_health(a, fd, fs);
}

/* udev writes "\x20" for a blank in a link's name. */
static const char *udev_text(struct arena *a, const char *name)
{
    char *out = arena_strdup(a, name), *to = out;
    for (const char *p = name; *p; p++) {
        unsigned code;
        if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &code) == 1 && code != 0 && p[2] &&
            p[3]) {
            *to++ = (char)code;
            p += 3;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return out;
}

/* Without the right to open a device: what udev's links say of it. */
static void ask_udev(struct arena *a, dev_t device, struct filesystem *fs)
{
    const struct {
        const char *directory;
        const char **value;
    } kinds[] = {{"/dev/disk/by-uuid", &fs->uuid},
                 {"/dev/disk/by-label", &fs->label},
                 {"/dev/disk/by-partuuid", &fs->partuuid},
                 {"/dev/disk/by-partlabel", &fs->partlabel}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        CLEANUP_DIR DIR *dir = opendir(kinds[i].directory);
        for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
            struct stat st;
            if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
                S_ISBLK(st.st_mode) && st.st_rdev == device)
                *kinds[i].value = udev_text(a, entry->d_name);
        }
    }
}

/* Where in the guest the device is mounted; a mount of a part of it (a bind mount) counts only for
 * btrfs, whose subvolumes are such parts. */
static void find_mount(const struct host_search *s, dev_t device, struct filesystem *fs)
{
    size_t n = strcmp(s->directory, "/") == 0 ? 0 : strlen(s->directory);
    vec_each (m, &s->mounts.mounts) {
        struct stat source;
        bool is_it = m->device == device || (*m->source == '/' && stat(m->source, &source) == 0 &&
                                             S_ISBLK(source.st_mode) && source.st_rdev == device);
        if (!is_it || !path_is_below(m->directory, s->directory))
            continue;
        if (!*fs->type)
            fs->type = m->type;
        bool is_root = strcmp(m->directory, s->directory) == 0;
        if (is_root || !*fs->mounted_on)
            fs->mounted_on = is_root ? "/" : arena_strdup(s->arena, m->directory + n);
    }
}

static void add_device(struct host_search *s, const char *name)
{
    struct arena *a = s->arena;
    char mapped[256];
    CLEANUP_FILE FILE *f = fopen(arena_printf(a, "/sys/class/block/%s/dm/name", name), "re");
    bool is_mapped = f && fgets(mapped, sizeof mapped, f);
    if (is_mapped)
        mapped[strcspn(mapped, "\n")] = '\0';
    char *device =
        is_mapped ? arena_printf(a, "/dev/mapper/%s", mapped) : arena_printf(a, "/dev/%s", name);
    /* The kernel writes a "/" in a device's name as "!" here. */
    for (char *p = device; *p; p++)
        if (*p == '!')
            *p = '/';
    struct stat st;
    struct filesystem fs = {.device = device,
                            .type = "",
                            .uuid = "",
                            .label = "",
                            .partuuid = "",
                            .partlabel = "",
                            .mounted_on = ""};
    if (stat(device, &st) != 0 || !S_ISBLK(st.st_mode))
        return;
    CLEANUP_FD int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        probe_device(a, fd, &fs);
    else
        ask_udev(a, st.st_rdev, &fs);
    find_mount(s, st.st_rdev, &fs);
    if (*fs.type || *fs.uuid || *fs.partuuid || *fs.mounted_on)
        vec_push(a, &s->found, fs);
}

/* The directory's own line: fstab's "/" is there, whatever device it is on. */
static void add_own_root(struct host_search *s)
{
    vec_each (fs, &s->found)
        if (strcmp(fs->mounted_on, "/") == 0)
            return;
    const struct host_mount *own = mountinfo_of(&s->mounts, s->directory);
    vec_push(s->arena, &s->found,
             ((struct filesystem){.device = s->directory,
                                  .type = own ? own->type : "",
                                  .uuid = "",
                                  .label = "",
                                  .partuuid = "",
                                  .partlabel = "",
                                  .mounted_on = "/"}));
}

static int by_device(const void *a, const void *b)
{
    return strcmp(((const struct filesystem *)a)->device, ((const struct filesystem *)b)->device);
}

struct filesystems_answer host_filesystems(struct arena *a, const char *directory)
{
    struct host_search s = {.arena = a, .directory = directory, .mounts = mountinfo_read(a)};
    CLEANUP_DIR DIR *dir = opendir("/sys/class/block");
    size_t seen = 0;
    for (const struct dirent *entry;
         dir && seen < LIMIT_HOST_DEVICES && (entry = readdir(dir)) != NULL; seen++)
        if (entry->d_name[0] != '.')
            add_device(&s, entry->d_name);
    add_own_root(&s);
    qsort(s.found.items, s.found.count, sizeof *s.found.items, by_device);
    return (struct filesystems_answer){.presence = PRESENCE_PRESENT,
                                       .items = s.found.items,
                                       .count = s.found.count,
                                       .of_host = true,
                                       .all_known = false};
}
