/* From the first field of an fstab line to the filesystem it means. */
#include "facts/mount_parts.h"

#include <ctype.h>

#include "base/strbuf.h"
#include "facts/collect.h"

enum tag { TAG_UUID, TAG_LABEL, TAG_PARTUUID, TAG_PARTLABEL, TAG_COUNT };

static const struct {
    const char *name, *prefix, *directory;
} tags[TAG_COUNT] = {
    [TAG_UUID] = {"UUID", "UUID=", "/dev/disk/by-uuid/"},
    [TAG_LABEL] = {"LABEL", "LABEL=", "/dev/disk/by-label/"},
    [TAG_PARTUUID] = {"PARTUUID", "PARTUUID=", "/dev/disk/by-partuuid/"},
    [TAG_PARTLABEL] = {"PARTLABEL", "PARTLABEL=", "/dev/disk/by-partlabel/"},
};

static const char *tag_of(const struct filesystem *fs, enum tag tag)
{
    const char *const values[TAG_COUNT] = {fs->uuid, fs->label, fs->partuuid, fs->partlabel};
    return values[tag] ? values[tag] : "";
}

/* systemd strips one pair of quotes around the value of a tag, as libblkid does. */
static const char *unquote(struct arena *a, const char *text)
{
    size_t n = strlen(text);
    if (n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n - 1] == text[0])
        return arena_text(a, (struct bytes){text + 1, n - 2});
    return text;
}

/* udev writes what a file name cannot hold as \x20. */
static const char *undo_udev_escapes(struct arena *a, const char *text)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = text; *p; p++) {
        if (p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
            isxdigit((unsigned char)p[3])) {
            const char hex[] = {p[2], p[3]};
            int n = 0;
            for (int i = 0; i < 2; i++)
                n = n * 16 + (isdigit((unsigned char)hex[i])
                                  ? hex[i] - '0'
                                  : tolower((unsigned char)hex[i]) - 'a' + 10);
            if (n != 0)
                strbuf_add_char(&s, (char)n);
            p += 3;
        } else {
            strbuf_add_char(&s, *p);
        }
    }
    return s.ptr;
}

/* The btrfs subvolume that the options name; NULL: the device itself. */
static const char *subvolume_of(const struct mount_fact *m)
{
    const char *subvolume = mount_option_value(m, "subvol");
    while (subvolume && *subvolume == '/')
        subvolume++;
    return subvolume && *subvolume ? subvolume : NULL;
}

static bool subvolume_fits(const struct filesystem *fs, const char *wanted)
{
    if (!wanted)
        return !fs->subvolume;
    return fs->subvolume && strcmp(fs->subvolume, wanted) == 0;
}

static size_t find_tag(const struct mount_context *c, const struct mount_fact *m, enum tag tag,
                       const char *value)
{
    const char *subvolume = subvolume_of(m);
    size_t device = NO_FILESYSTEM;
    for (size_t i = 0; i < c->disks.count; i++) {
        if (!*value || strcmp(tag_of(&c->disks.items[i], tag), value) != 0)
            continue;
        if (subvolume_fits(&c->disks.items[i], subvolume))
            return i;
        if (!c->disks.items[i].subvolume && device == NO_FILESYSTEM)
            device = i;
    }
    return device;
}

static size_t find_device(const struct mount_context *c, const struct mount_fact *m,
                          const char *device)
{
    const char *subvolume = subvolume_of(m);
    size_t whole = NO_FILESYSTEM;
    for (size_t i = 0; i < c->disks.count; i++) {
        if (strcmp(c->disks.items[i].device, device) != 0)
            continue;
        if (subvolume_fits(&c->disks.items[i], subvolume))
            return i;
        if (whole == NO_FILESYSTEM)
            whole = i;
    }
    return whole;
}

/* "vg0-my--lv" → "/dev/vg0/my-lv"; NULL when it is no LVM name. */
static const char *lvm_path(struct arena *a, const char *mapper)
{
    struct strbuf s;
    strbuf_init(&s, a);
    strbuf_add(&s, "/dev/");
    bool split = false;
    for (const char *p = mapper; *p; p++) {
        if (p[0] == '-' && p[1] == '-') {
            strbuf_add_char(&s, '-');
            p++;
        } else if (p[0] == '-' && !split) {
            strbuf_add_char(&s, '/');
            split = true;
        } else {
            strbuf_add_char(&s, *p);
        }
    }
    return split ? s.ptr : NULL;
}

static bool any_encrypted(const struct mount_context *c)
{
    for (size_t i = 0; i < c->disks.count; i++)
        if (strcmp(c->disks.items[i].type, "crypto_LUKS") == 0)
            return true;
    return false;
}

static size_t resolve_mapper(const struct mount_context *c, struct mount_fact *m, const char *name)
{
    struct arena *a = c->f->arena;
    m->identifies = "mapper";
    size_t i = find_device(c, m, m->device);
    const char *lvm = lvm_path(a, name);
    if (i == NO_FILESYSTEM && lvm)
        i = find_device(c, m, lvm);
    if (i != NO_FILESYSTEM)
        return i;
    vec_each (crypt, &c->f->crypt) {
        if (strcmp(crypt->name, name) != 0)
            continue;
        struct mount_fact under = {.device = crypt->device, .type = "auto", .directory = "none"};
        size_t locked = strncmp(crypt->device, "/dev/mapper/", 12) == 0
                            ? NO_FILESYSTEM
                            : mount_resolve_device(c, &under);
        m->device_found = under.device_found;
        if (locked != NO_FILESYSTEM) {
            m->filesystem = c->disks.items[locked].device;
            m->detail = "encrypted and not unlocked";
        }
        return NO_FILESYSTEM;
    }
    if (any_encrypted(c)) /* a volume group may be inside */
        m->device_found = TRUTH_UNKNOWN;
    return NO_FILESYSTEM;
}

/* Names of disks are given out anew in every machine: /dev/vda2, /dev/xvda2 and /dev/nvme0n1p2 are
 * what the appliance calls /dev/sda2. NULL: no such name. */
static const char *appliance_name(struct arena *a, const char *device)
{
    static const char *const kinds[] = {"sd", "vd", "xvd", "hd"};
    const char *name = device + strlen("/dev/");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]);
        if (strncmp(name, kinds[i], n) == 0 && islower((unsigned char)name[n]) &&
            (name[n + 1] == '\0' || isdigit((unsigned char)name[n + 1])))
            return arena_printf(a, "/dev/sd%s", name + n);
    }
    if (strncmp(name, "nvme", 4) == 0 || strncmp(name, "mmcblk", 6) == 0) {
        const char *digit = name + strcspn(name, "0123456789");
        const char *part = strrchr(name, 'p');
        if (isdigit((unsigned char)*digit) && *digit - '0' < 26)
            return arena_printf(a, "/dev/sd%c%s", 'a' + (*digit - '0'),
                                part && isdigit((unsigned char)part[1]) ? part + 1 : "");
    }
    return NULL;
}

static size_t resolve_path(const struct mount_context *c, struct mount_fact *m)
{
    struct arena *a = c->f->arena;
    m->identifies = "path";
    size_t i = find_device(c, m, m->device);
    const char *other = appliance_name(a, m->device);
    if (i == NO_FILESYSTEM && other)
        i = find_device(c, m, other);
    if (other && i == NO_FILESYSTEM)
        m->device_found = TRUTH_UNKNOWN; /* names move */
    return i;
}

static size_t resolve(const struct mount_context *c, struct mount_fact *m)
{
    struct arena *a = c->f->arena;
    for (int tag = 0; tag < TAG_COUNT; tag++) {
        const char *value = NULL;
        if (strncmp(m->device, tags[tag].prefix, strlen(tags[tag].prefix)) == 0)
            value = unquote(a, m->device + strlen(tags[tag].prefix));
        else if (strncmp(m->device, tags[tag].directory, strlen(tags[tag].directory)) == 0)
            value = undo_udev_escapes(a, m->device + strlen(tags[tag].directory));
        if (!value)
            continue;
        m->identifies = tags[tag].name;
        return find_tag(c, m, tag, value);
    }
    if (strncmp(m->device, "/dev/mapper/", 12) == 0)
        return resolve_mapper(c, m, m->device + 12);
    if (strncmp(m->device, "/dev/disk/", 10) == 0) { /* by-id, by-path: not to be told */
        m->identifies = "path";
        m->device_found = TRUTH_UNKNOWN;
        return NO_FILESYSTEM;
    }
    if (strncmp(m->device, "/dev/", 5) == 0)
        return resolve_path(c, m);
    m->identifies = "none";
    m->device_found = TRUTH_UNKNOWN;
    return NO_FILESYSTEM;
}

/* A bare directory that is no mount point stands on no disk of its guest: then nothing can be said
 * about the others either. */
static bool disks_are_the_guests(const struct mount_context *c)
{
    if (c->disks.presence != PRESENCE_PRESENT || c->disks.count == 0)
        return false;
    for (size_t i = 0; i < c->disks.count; i++) {
        const struct filesystem *fs = &c->disks.items[i];
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") == 0)
            return strncmp(fs->device, "/dev/", 5) == 0;
    }
    return true;
}

/* What we stand on, where the engine knows no tag of the kind that the line for "/" uses. */
static bool root_without_tag(const struct mount_context *c, const struct mount_fact *m)
{
    if (strcmp(m->directory, "/") != 0)
        return false;
    for (size_t i = 0; i < c->disks.count; i++) {
        const struct filesystem *fs = &c->disks.items[i];
        for (int tag = 0; tag < TAG_COUNT && fs->mounted_on; tag++)
            if (strcmp(fs->mounted_on, "/") == 0 && strcmp(m->identifies, tags[tag].name) == 0)
                return *tag_of(fs, tag) == '\0';
    }
    return false;
}

/* A filesystem has its id and label inside of what is encrypted; a partition has its own outside. */
static bool may_be_locked(const struct mount_context *c, const struct mount_fact *m)
{
    return any_encrypted(c) &&
           (strcmp(m->identifies, "UUID") == 0 || strcmp(m->identifies, "LABEL") == 0);
}

size_t mount_resolve_device(const struct mount_context *c, struct mount_fact *m)
{
    bool can_tell = disks_are_the_guests(c);
    m->device_found = can_tell ? TRUTH_NO : TRUTH_UNKNOWN;
    m->identifies = "none";
    if (mount_is_virtual(m)) {
        m->device_found = TRUTH_YES;
        return NO_FILESYSTEM;
    }
    size_t i = resolve(c, m);
    if (!can_tell)
        m->device_found = TRUTH_UNKNOWN;
    if (i == NO_FILESYSTEM && can_tell && (root_without_tag(c, m) || may_be_locked(c, m)))
        m->device_found = TRUTH_UNKNOWN;
    if (i == NO_FILESYSTEM)
        return i;
    m->device_found = TRUTH_YES;
    m->filesystem = c->disks.items[i].device;
    return i;
}
