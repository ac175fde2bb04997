/* Gate disk, the volumes: groups of LVM that lack a disk or changed their name, the file that
 * limits LVM to some devices, and what crypttab cannot unlock. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>

#include "base/strbuf.h"

/* A logical volume by the name a mount or the kernel command line has for it. */
struct volume_name {
    const char *group, *volume;
};

/* "/dev/mapper/GROUP-VOLUME", where each hyphen of a name stands twice (LVM2: dm_build_dm_name), or
 * "/dev/GROUP/VOLUME". False: it is no such name. */
static bool split_name(struct arena *a, const char *device, struct volume_name *out)
{
    if (strncmp(device, "/dev/", 5) != 0)
        return false;
    if (strncmp(device, "/dev/mapper/", 12) != 0) {
        static const char *const others[] = {"disk/", "md/", "block/", "char/", "input/"};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (strncmp(device + 5, others[i], strlen(others[i])) == 0)
                return false;
        const char *slash = strchr(device + 5, '/');
        if (!slash || slash == device + 5 || !slash[1] || strchr(slash + 1, '/'))
            return false;
        out->group = arena_printf(a, "%.*s", (int)(slash - device - 5), device + 5);
        out->volume = slash + 1;
        return true;
    }
    struct strbuf part[2];
    strbuf_init(&part[0], a);
    strbuf_init(&part[1], a);
    int which = 0;
    for (const char *p = device + 12; *p; p++) {
        if (p[0] == '-' && p[1] == '-') {
            strbuf_add_char(&part[which], '-');
            p++;
        } else if (p[0] == '-' && which == 0) {
            which = 1;
        } else {
            strbuf_add_char(&part[which], *p);
        }
    }
    *out = (struct volume_name){part[0].ptr, part[1].ptr};
    return which == 1 && part[0].len > 0 && part[1].len > 0;
}

static const struct volume_group_fact *group_named(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->volume_groups.count; i++)
        if (strcmp(f->volume_groups.items[i].name, name) == 0)
            return &f->volume_groups.items[i];
    return NULL;
}

static bool has_volume(const struct volume_group_fact *g, const char *volume)
{
    for (size_t i = 0; i < g->logical.count; i++)
        if (strcmp(g->logical.items[i], volume) == 0)
            return true;
    return false;
}

/* The one group that has a volume of that name while none is called as asked for; NULL: none, or
 * more than one. */
static const struct volume_group_fact *renamed_group(const struct facts *f,
                                                     const struct volume_name *n)
{
    const struct volume_group_fact *found = NULL;
    if (group_named(f, n->group))
        return NULL;
    for (size_t i = 0; i < f->volume_groups.count; i++) {
        const struct volume_group_fact *g = &f->volume_groups.items[i];
        if (!has_volume(g, n->volume))
            continue;
        if (found)
            return NULL;
        found = g;
    }
    return found;
}

static bool is_crypt_name(const struct facts *f, const char *device)
{
    for (size_t i = 0; i < f->crypt.count; i++)
        if (strncmp(device, "/dev/mapper/", 12) == 0 &&
            strcmp(f->crypt.items[i].name, device + 12) == 0)
            return true;
    return false;
}

/* A group or a physical volume may be inside what is locked. */
static bool something_is_locked(const struct facts *f)
{
    for (size_t i = 0; i < f->filesystems.count; i++)
        if (f->filesystems.items[i].type &&
            strcmp(f->filesystems.items[i].type, "crypto_LUKS") == 0)
            return true;
    return false;
}

const char *disk_explains(const struct facts *f, const struct mount_fact *m)
{
    struct volume_name n;
    if (m->device_found == TRUTH_YES || is_crypt_name(f, m->device) ||
        !split_name(f->arena, m->device, &n))
        return NULL;
    const struct volume_group_fact *g = group_named(f, n.group);
    if (g)
        return g->missing.count > 0 && has_volume(g, n.volume) ? "lvm-pv-missing" : NULL;
    return renamed_group(f, &n) ? "lvm-vg-renamed" : NULL;
}

/* --- groups --------------------------------------------------------------------------------- */

static void fill_missing(struct reason *r, const struct volume_group_fact *g)
{
    r->value = g->name;
    r->wanted = g->missing.items[0];
}

static void fill_renamed(struct reason *r, const struct volume_name *n,
                         const struct volume_group_fact *g)
{
    r->value = n->group;
    r->wanted = g->name;
    r->detail = n->volume;
}

/* At boot a group is started when its last physical volume has come (LVM2: 69-dm-lvm.rules,
 * pvscan --checkcomplete): one that lacks a disk never is. */
static void judge_waiting_mounts(const struct facts *f, struct reason_list *out)
{
    enum gate_state lost = something_is_locked(f) ? GATE_UNKNOWN : GATE_SHUT;
    for (size_t i = 0; i < f->mounts.count; i++) {
        const struct mount_fact *m = &f->mounts.items[i];
        const char *id = m->required && !m->defect ? disk_explains(f, m) : NULL;
        struct volume_name n;
        if (!id || !split_name(f->arena, m->device, &n))
            continue;
        struct reason *r = reason_for_all(out, id, boot_waits_for(f, m) ? lost : GATE_OPEN, m->at);
        r->keyword = m->directory;
        if (strcmp(id, "lvm-pv-missing") == 0)
            fill_missing(r, group_named(f, n.group));
        else
            fill_renamed(r, &n, renamed_group(f, &n));
    }
}

static void judge_root_name(const struct facts *f, struct reason_list *out)
{
    const struct boot_fact *b = boot_parameter(f, "root");
    struct volume_name n;
    if (!b || strpbrk(b->token, "\\$'\"") || is_crypt_name(f, b->token + 5) ||
        !split_name(f->arena, b->token + 5, &n))
        return;
    const struct volume_group_fact *g = renamed_group(f, &n);
    if (!g)
        return;
    struct reason *r = reason_for_all(out, "lvm-vg-renamed",
                                      something_is_locked(f) ? GATE_UNKNOWN : GATE_SHUT, b->at);
    r->keyword = "root=";
    fill_renamed(r, &n, g);
}

/* A group that lacks a disk and that no line here waits for by its name. */
static void note_incomplete_groups(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->volume_groups.count; i++) {
        const struct volume_group_fact *g = &f->volume_groups.items[i];
        bool said = g->missing.count == 0;
        for (size_t k = 0; k < out->items.count && !said; k++)
            said = strcmp(out->items.items[k].id, "lvm-pv-missing") == 0 &&
                   strcmp(out->items.items[k].value, g->name) == 0;
        if (said)
            continue;
        fill_missing(reason_for_all(out, "lvm-pv-missing", GATE_OPEN, (struct place){0}), g);
    }
}

/* --- LVM's devices file --------------------------------------------------------------------- */

static bool is_listed(const struct facts *f, const char *pvid)
{
    for (size_t i = 0; i < f->lvm_devices.count; i++)
        if (strcmp(f->lvm_devices.items[i].pvid, pvid) == 0)
            return true;
    return false;
}

/* Does the boot wait for something in this group? */
static bool is_waited_for(const struct facts *f, const struct volume_group_fact *g)
{
    for (size_t i = 0; i < f->mounts.count; i++) {
        struct volume_name n;
        if (f->mounts.items[i].required && split_name(f->arena, f->mounts.items[i].device, &n) &&
            strcmp(n.group, g->name) == 0)
            return true;
        const char *device = f->mounts.items[i].filesystem;
        if (f->mounts.items[i].required && device && split_name(f->arena, device, &n) &&
            strcmp(n.group, g->name) == 0)
            return true;
    }
    return false;
}

/* LVM leaves out what the file does not list. An entry is matched by the id of its hardware first,
 * and that no disk tells, so this is a note (LVM2: device_id.c device_ids_match). */
static void note_devices_file(const struct facts *f, struct reason_list *out)
{
    if (f->lvm_devices.count == 0 || !f->lvm_devices.items[0].in_use)
        return;
    for (size_t i = 0; i < f->lvm_devices.count; i++)
        if (f->lvm_devices.items[i].on_disks)
            return;
    for (size_t i = 0; i < f->volume_groups.count; i++) {
        const struct volume_group_fact *g = &f->volume_groups.items[i];
        if (!is_waited_for(f, g) || g->physical.count == 0 || is_listed(f, g->physical.items[0]))
            continue;
        struct reason *r =
            reason_for_all(out, "lvm-devices-file-stale", GATE_OPEN, f->lvm_devices.items[0].at);
        r->value = f->lvm_devices.items[0].pvid;
        r->wanted = g->physical.items[0];
        r->keyword = g->name;
        return;
    }
}

/* --- encrypted volumes ---------------------------------------------------------------------- */

/* A key file that is not there: systemd-cryptsetup goes on to ask for the passphrase at the console
 * (systemd: cryptsetup.c attach_luks_or_plain_or_bitlk_by_key_file, "key file missing", -EAGAIN),
 * and the mount waits for it. Without any key file somebody types it at each boot, and may have
 * meant to. */
static void judge_encrypted_mount(const struct facts *f, const struct mount_fact *m,
                                  struct reason_list *out)
{
    for (size_t i = 0; i < f->crypt.count; i++) {
        const struct crypt_fact *c = &f->crypt.items[i];
        if (strncmp(m->device, "/dev/mapper/", 12) != 0 || strcmp(m->device + 12, c->name) != 0 ||
            c->found != TRUTH_YES)
            continue;
        bool lost = strcmp(c->key_state, "absent") == 0;
        struct reason *r = reason_for_all(out, "encrypted-volume-locked",
                                          lost && boot_waits_for(f, m) ? GATE_SHUT : GATE_OPEN, c->at);
        r->value = c->filesystem;
        r->keyword = m->directory;
        r->wanted = c->key;
        r->detail = lost                                  ? "its key file is not there"
                    : strcmp(c->key_state, "prompt") == 0 ? "its passphrase is typed at the console"
                    : strcmp(c->key_state, "present") == 0   ? "its key file is there"
                    : strcmp(c->key_state, "elsewhere") == 0 ? "its key is not on this disk"
                                                             : "its key file cannot be read";
        return;
    }
}

void gate_disk_volumes(const struct facts *f, struct reason_list *out)
{
    judge_waiting_mounts(f, out);
    judge_root_name(f, out);
    note_incomplete_groups(f, out);
    note_devices_file(f, out);
    for (size_t i = 0; i < f->mounts.count; i++)
        if (!f->mounts.items[i].in_tree && !f->mounts.items[i].is_swap)
            judge_encrypted_mount(f, &f->mounts.items[i], out);
}
