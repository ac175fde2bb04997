/* Gate disk: is there room, are the filesystems whole, are they the ones that are meant? What
 * becomes of volumes (LVM, LUKS) is gate_disk_volumes.c. Judged once for the guest. */
#include "login/visit.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "facts/collect.h"

#define MEGABYTE ((int64_t)1024 * 1024)

/* From here on a filesystem is called full while something is left: little of it, and little of it
 * by any measure. */
#define FULL_PERCENT 95
#define FULL_BYTES   (1024 * MEGABYTE)

/* sshd needs nothing of a disk to let somebody in: with no block and no inode left a key login
 * works, and wtmp, lastlog and the motd stay unwritten (tried with OpenSSH 9.2 on ext4; sshd:
 * loginrec.c only logs what it cannot write). So this shuts nothing by itself. It is a note, and a
 * grave one when nothing is left: growing the filesystem, a lease, a new key, a password change all
 * need room, and each service that rewrites a file leaves it empty. */
static void note_space(const struct space_fact *s, struct reason_list *out)
{
    struct arena *a = out->arena;
    bool is_full = s->bytes_free < s->block_bytes || s->bytes_free == 0;
    if (is_full || (s->used_percent >= FULL_PERCENT && s->bytes_free < FULL_BYTES)) {
        struct reason *r = reason_for_all(out, "root-fs-full", GATE_OPEN, s->at);
        r->value = is_full ? "full" : "nearly full";
        r->keyword = s->path;
        r->wanted = s->filesystem;
        r->detail =
            arena_printf(a, "%lld MiB of %lld MiB are free", (long long)(s->bytes_free / MEGABYTE),
                         (long long)(s->bytes_total / MEGABYTE));
    }
    if (s->inodes_total > 0 && s->inodes_free == 0) {
        struct reason *r = reason_for_all(out, "inodes-exhausted", GATE_OPEN, s->at);
        r->keyword = s->path;
        r->wanted = s->filesystem;
        r->value = arena_printf(a, "%lld", (long long)s->inodes_total);
    }
}

/* --- auditd --------------------------------------------------------------------------------- */

/* The last value counts, as auditd reads its file; NULL: not said. */
static const struct conf_fact *auditd_setting(const struct facts *f, const char *key)
{
    const struct conf_fact *last = NULL;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "auditd") == 0 && strcmp(c->key, key) == 0)
            last = c;
    }
    return last;
}

static bool ends_the_machine(const struct conf_fact *action)
{
    return action &&
           (strcasecmp(action->value, "halt") == 0 || strcasecmp(action->value, "single") == 0);
}

/* "75" is megabytes, "5%" a part of the filesystem (auditd-config.c space_left_parser). */
static int64_t threshold(const struct conf_fact *setting, const struct space_fact *s)
{
    int64_t n;
    if (!setting)
        return 0;
    struct bytes text = bytes_of(setting->value);
    bool percent = text.len > 0 && text.ptr[text.len - 1] == '%';
    if (percent)
        text.len--;
    if (!text_number(text, 0, percent ? 99 : INT32_MAX, &n))
        return 0;
    return percent ? s->bytes_total / 100 * n : n * MEGABYTE;
}

/* What auditd does with the room there is: auditd-event.c check_space_left. It looks when it writes
 * an event, and a boot makes events. */
static const struct conf_fact *auditd_action(const struct facts *f, const struct space_fact *s)
{
    enum { BLOCKS_KEPT = 5 };
    int64_t block = s->block_bytes > 0 ? s->block_bytes : 4096;
    if (s->bytes_free < BLOCKS_KEPT * block)
        return auditd_setting(f, "disk_full_action");
    const struct conf_fact *admin = auditd_setting(f, "admin_space_left_action");
    if (s->bytes_free < threshold(auditd_setting(f, "admin_space_left"), s) &&
        ends_the_machine(admin))
        return admin;
    if (s->bytes_free < threshold(auditd_setting(f, "space_left"), s))
        return auditd_setting(f, "space_left_action");
    return NULL;
}

static bool audit_is_off(const struct facts *f)
{
    const struct boot_fact *b = boot_parameter(f, "audit");
    const struct conf_fact *writes = auditd_setting(f, "write_logs");
    /* auditd.service: ConditionKernelCommandLine=!audit=0 (and =!audit=off) */
    return (b && (strcmp(b->token, "audit=0") == 0 || strcmp(b->token, "audit=off") == 0)) ||
           (writes && strcasecmp(writes->value, "no") == 0);
}

static void judge_audit(const struct facts *f, const struct space_fact *s, struct reason_list *out)
{
    const struct conf_fact *action = auditd_action(f, s);
    if (!ends_the_machine(action) || audit_is_off(f))
        return;
    struct reason *r = reason_for_all(out, "audit-halt-on-full-log", GATE_SHUT, action->at);
    r->keyword = action->key;
    r->value = action->value;
    r->wanted = s->path;
    r->detail =
        arena_printf(out->arena, "%lld MiB are free", (long long)(s->bytes_free / MEGABYTE));
}

/* --- filesystems ---------------------------------------------------------------------------- */

static const struct filesystem_fact *filesystem_at(const struct facts *f, const char *device)
{
    for (size_t i = 0; device && i < f->filesystems.count; i++)
        if (strcmp(f->filesystems.items[i].device, device) == 0)
            return &f->filesystems.items[i];
    return NULL;
}

/* / is mounted before anything reads fstab. OpenRC and sysvinit go on without what fails. */
bool boot_waits_for(const struct facts *f, const struct mount_fact *m)
{
    return m->required && !m->is_swap && strcmp(m->directory, "/") != 0 &&
           (f->os.service_manager == SERVICES_SYSTEMD || f->os.service_manager == SERVICES_UNKNOWN);
}

static bool is_ext(const char *type)
{
    return type && strncmp(type, "ext", 3) == 0;
}

/* The kernel's words for EFSCORRUPTED and EFSBADCRC: what it found is no filesystem any more.
 * Anything else it refuses may be for a feature the guest's own kernel knows. */
static bool is_called_corrupt(const char *refusal)
{
    return refusal &&
           (strstr(refusal, "Structure needs cleaning") || strstr(refusal, "Bad message"));
}

/* Errors in what nobody can mount. fsck at boot mends many an ext filesystem, if the sixth field of
 * fstab lets it; fsck.xfs does nothing. */
static void judge_mount_damage(const struct facts *f, const struct mount_fact *m,
                               struct reason_list *out)
{
    const struct filesystem_fact *fs = filesystem_at(f, m->filesystem);
    bool unmountable = fs && fs->damage && strcmp(fs->damage, "errors") != 0;
    if (!fs || m->in_tree || !boot_waits_for(f, m) ||
        (!unmountable && !is_called_corrupt(m->refusal)))
        return;
    bool may_mend = is_ext(fs->type) && m->pass > 0;
    struct reason *r = reason_for_all(out, "fs-corrupt", may_mend ? GATE_OPEN : GATE_SHUT, m->at);
    r->value = unmountable ? fs->damage : "corrupt";
    r->keyword = m->directory;
    r->wanted = fs->device;
    r->detail = may_mend           ? "the check at boot may mend it"
                : is_ext(fs->type) ? "the check at boot is switched off (the sixth field is 0)"
                                   : "nothing at boot mends it";
}

/* The kernel has met errors in it and said so in the superblock; it still mounts. */
static void note_errors(const struct facts *f, const struct filesystem_fact *fs,
                        struct reason_list *out)
{
    struct place at = {0};
    const char *on_errors = fs->on_errors;
    for (size_t i = 0; i < f->mounts.count; i++) {
        const struct mount_fact *m = &f->mounts.items[i];
        if (!m->filesystem || strcmp(m->filesystem, fs->device) != 0)
            continue;
        at = m->at;
        for (size_t k = 0; k < m->options.count; k++)
            if (strncmp(m->options.items[k], "errors=", 7) == 0)
                on_errors = m->options.items[k] + 7;
    }
    struct reason *r = reason_for_all(out, "fs-corrupt", GATE_OPEN, at);
    r->value = "errors";
    r->keyword = fs->mounted_on;
    r->wanted = fs->device;
    if (on_errors && strcmp(on_errors, "panic") == 0)
        r->detail = "the kernel panics at the next one (errors=panic)";
    else if (on_errors && strcmp(on_errors, "remount-ro") == 0)
        r->detail = "at the next one it becomes read-only (errors=remount-ro)";
}

static void judge_filesystems(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->mounts.count; i++)
        judge_mount_damage(f, &f->mounts.items[i], out);
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->damage && strcmp(fs->damage, "errors") == 0 && fs->mounted_on && !fs->subvolume)
            note_errors(f, fs, out);
    }
}

/* --- what is there twice -------------------------------------------------------------------- */

/* Members of one array, and devices of one btrfs, share their id by design. */
static bool shares_its_id(const char *type)
{
    static const char *const types[] = {
        "btrfs", "linux_raid_member", "isw_raid_member", "ddf_raid_member", "bcache", "zfs_member",
        "jbd"};
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

static bool label_is_asked_for(const struct facts *f, const char *label)
{
    for (size_t i = 0; i < f->mounts.count; i++) {
        const struct mount_fact *m = &f->mounts.items[i];
        const char *value = strncmp(m->device, "LABEL=", 6) == 0                 ? m->device + 6
                            : strncmp(m->device, "/dev/disk/by-label/", 19) == 0 ? m->device + 19
                                                                                 : NULL;
        if (value && strcmp(value, label) == 0)
            return true;
    }
    const struct boot_fact *root = boot_parameter(f, "root");
    return root && strncmp(root->token, "root=LABEL=", 11) == 0 &&
           strcmp(root->token + 11, label) == 0;
}

static bool same(const char *a, const char *b)
{
    return a && b && *a && strcasecmp(a, b) == 0;
}

/* A volume and its snapshot are one group's, and udev gives way to the volume. */
static bool share_a_group(const char *a, const char *b)
{
    const char *slash = strrchr(a, '/');
    size_t n = slash ? (size_t)(slash - a) : 0;
    return n > strlen("/dev") && strncmp(a, b, n + 1) == 0 && !strchr(b + n + 1, '/');
}

/* A mirror whose notes stand at its end: each half looks like the filesystem on it. */
static bool is_mirrored(const struct facts *f, const char *uuid)
{
    for (size_t i = 0; i < f->filesystems.count; i++)
        if (strncmp(f->filesystems.items[i].device, "/dev/md", 7) == 0 &&
            same(f->filesystems.items[i].uuid, uuid))
            return true;
    return false;
}

static const char *what_is_twice(const struct facts *f, const struct filesystem_fact *a,
                                 const struct filesystem_fact *b, const char **value)
{
    if (same(a->uuid, b->uuid) && a->type && b->type && strcmp(a->type, b->type) == 0 &&
        !shares_its_id(a->type) && !share_a_group(a->device, b->device) &&
        !is_mirrored(f, a->uuid)) {
        *value = a->uuid;
        return "UUID";
    }
    if (same(a->partuuid, b->partuuid)) {
        *value = a->partuuid;
        return "PARTUUID";
    }
    if (a->label && b->label && *a->label && strcmp(a->label, b->label) == 0 &&
        !shares_its_id(a->type) && !share_a_group(a->device, b->device) &&
        !is_mirrored(f, a->uuid) && label_is_asked_for(f, a->label)) {
        *value = a->label;
        return "LABEL";
    }
    return NULL;
}

/* Which of the two is taken depends on which disk answers first. On a machine that mends others the
 * twin of the guest's disk is often its own: nothing is said there. */
static void note_duplicates(const struct facts *f, struct reason_list *out)
{
    if (f->disks_of_host)
        return;
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *a = &f->filesystems.items[i];
        for (size_t k = i + 1; k < f->filesystems.count; k++) {
            const struct filesystem_fact *b = &f->filesystems.items[k];
            const char *value = NULL;
            const char *tag = strcmp(a->device, b->device) == 0 || a->subvolume || b->subvolume
                                  ? NULL
                                  : what_is_twice(f, a, b, &value);
            if (!tag)
                continue;
            struct reason *r =
                reason_for_all(out, "duplicate-fs-identifiers", GATE_OPEN, (struct place){0});
            r->keyword = tag;
            r->value = value;
            r->wanted = arena_printf(out->arena, "%s and %s", a->device, b->device);
            break; /* one finding for each that has a twin */
        }
    }
}

/* --- partition tables ----------------------------------------------------------------------- */

static bool is_part_of(const char *device, const char *disk)
{
    size_t n = strlen(disk);
    return device && strncmp(device, disk, n) == 0 &&
           (isdigit((unsigned char)device[n]) ||
            (device[n] == 'p' && isdigit((unsigned char)device[n + 1])));
}

/* With this table the kernel makes no partitions: what the boot waits for on that disk is not
 * there. Where one of them is mounted in the tree the kernel thought otherwise. */
static void judge_lost_partitions(const struct facts *f, const struct disk_fact *d,
                                  struct reason_list *out)
{
    for (size_t i = 0; i < f->filesystems.count; i++)
        if (f->filesystems.items[i].mounted_on &&
            is_part_of(f->filesystems.items[i].device, d->device))
            return;
    bool any = false;
    for (size_t i = 0; i < f->mounts.count; i++) {
        const struct mount_fact *m = &f->mounts.items[i];
        if (!boot_waits_for(f, m) || m->in_tree || !is_part_of(m->filesystem, d->device))
            continue;
        struct reason *r = reason_for_all(out, "partition-missing", GATE_SHUT, m->at);
        r->value = d->problem;
        r->keyword = m->directory;
        r->wanted = m->filesystem;
        r->detail = d->device;
        any = true;
    }
    if (any)
        return;
    struct reason *r = reason_for_all(out, "partition-missing", GATE_OPEN, (struct place){0});
    r->value = d->problem;
    r->detail = d->device;
}

static void judge_tables(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->disks.count; i++) {
        const struct disk_fact *d = &f->disks.items[i];
        if (!d->problem)
            continue;
        if (strcmp(d->problem, "backup-not-at-end") != 0) {
            judge_lost_partitions(f, d, out);
            continue;
        }
        struct reason *r = reason_for_all(out, "partition-missing", GATE_OPEN, (struct place){0});
        r->value = d->problem;
        r->detail = d->device;
    }
}

bool disk_is_seen(const struct facts *f)
{
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") == 0)
            return strncmp(fs->device, "/dev/", 5) == 0;
    }
    return false;
}

void gate_disk(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->space.count; i++) {
        const struct space_fact *s = &f->space.items[i];
        if (strcmp(s->purpose, "audit-log") == 0)
            judge_audit(f, s, out);
        else
            note_space(s, out);
    }
    judge_filesystems(f, out);
    note_duplicates(f, out);
    judge_tables(f, out);
    gate_disk_volumes(f, out);
}
