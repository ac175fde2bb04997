/* Partition tables, volume groups and LVM's devices file. */
#include "facts/volume.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/mount_parts.h"

#define DEVICES_FILE "/etc/lvm/devices/system.devices"
#define LVM_CONF     "/etc/lvm/lvm.conf"
#define PVID_LENGTH  32u

static const struct fact_field disk_fields[] = {
    FACT_FIELD(disk_fact, device, FIELD_TEXT),
    FACT_FIELD(disk_fact, table, FIELD_TEXT),
    FACT_FIELD(disk_fact, problem, FIELD_TEXT),
};
const struct fact_kind disk_kind = FACT_KIND("disk", disk_fact, disk_fields);

static const struct fact_field volume_group_fields[] = {
    FACT_FIELD(volume_group_fact, name, FIELD_TEXT),
    FACT_FIELD(volume_group_fact, uuid, FIELD_TEXT),
    FACT_FIELD(volume_group_fact, physical, FIELD_TEXTS),
    FACT_FIELD(volume_group_fact, missing, FIELD_TEXTS),
    FACT_FIELD(volume_group_fact, logical, FIELD_TEXTS),
};
const struct fact_kind volume_group_kind =
    FACT_KIND("volume_group", volume_group_fact, volume_group_fields);

static const struct fact_field lvm_device_fields[] = {
    FACT_FIELD(lvm_device_fact, device, FIELD_TEXT),
    FACT_FIELD(lvm_device_fact, id_type, FIELD_TEXT),
    FACT_FIELD(lvm_device_fact, pvid, FIELD_TEXT),
    FACT_FIELD(lvm_device_fact, on_disks, FIELD_BOOL),
    FACT_FIELD(lvm_device_fact, in_use, FIELD_BOOL),
    FACT_FIELD(lvm_device_fact, at, FIELD_PLACE),
};
const struct fact_kind lvm_device_kind =
    FACT_KIND("lvm_device", lvm_device_fact, lvm_device_fields);

static bool is_physical_volume(const struct filesystems_answer *disks, const char *id)
{
    for (size_t i = 0; i < disks->count; i++)
        if (strcmp(disks->items[i].type, "LVM2_member") == 0 &&
            strcmp(disks->items[i].uuid, id) == 0)
            return true;
    return false;
}

void volume_add_facts(struct facts *f, const struct filesystems_answer *disks)
{
    struct arena *a = f->arena;
    for (size_t i = 0; i < disks->disk_count && facts_has_room(f, "disk", i); i++)
        vec_push(a, &f->disks,
                 ((struct disk_fact){disks->disks[i].device, disks->disks[i].table,
                                     disks->disks[i].problem}));
    for (size_t i = 0; i < disks->group_count && facts_has_room(f, "volume_group", i); i++) {
        const struct volume_group *g = &disks->groups[i];
        struct volume_group_fact *fact = vec_push_new(a, &f->volume_groups);
        fact->name = g->name;
        fact->uuid = *g->uuid ? g->uuid : NULL;
        for (size_t k = 0; k < g->physical_count; k++) {
            text_list_add(a, &fact->physical, g->physical[k]);
            if (!is_physical_volume(disks, g->physical[k]))
                text_list_add(a, &fact->missing, g->physical[k]);
        }
        for (size_t k = 0; k < g->logical_count; k++)
            text_list_add(a, &fact->logical, g->logical[k]);
    }
}

/* LVM writes ids with hyphens everywhere but here. NULL: it is no id. */
static const char *with_hyphens(struct arena *a, const char *id)
{
    if (strlen(id) != PVID_LENGTH)
        return NULL;
    for (const char *p = id; *p; p++)
        if (!isalnum((unsigned char)*p))
            return NULL;
    return arena_printf(a, "%.6s-%.4s-%.4s-%.4s-%.4s-%.4s-%.6s", id, id + 6, id + 10, id + 14,
                        id + 18, id + 22, id + 26);
}

/* The setting "use_devicesfile = N" of lvm.conf; without it the distribution's build decides: on in
 * Fedora and EL from 9, off elsewhere. */
static bool devices_file_counts(struct facts *f)
{
    bool counts = f->os.family_code == FAMILY_RHEL &&
                  (strcmp(f->os.id, "fedora") == 0 ||
                   (strcmp(f->os.id, "amzn") != 0 && strtol(f->os.version, NULL, 10) >= 9));
    struct bytes rest, line;
    if (!facts_read_file(f, "lvm_device", LVM_CONF, &rest))
        return counts;
    while (text_next_line(&rest, &line)) {
        struct text_list w = text_words(f->arena, line, " \t\r=");
        if (w.count >= 2 && strcmp(w.items[0], "use_devicesfile") == 0)
            counts = strcmp(w.items[1], "0") != 0;
    }
    return counts;
}

/* lib/device/device_id.c of LVM2: fields NAME=VALUE, one entry a line. */
static void add_device(struct facts *f, struct bytes line, int number, bool in_use)
{
    struct lvm_device_fact d = {.in_use = in_use, .at = {DEVICES_FILE, number, 0}};
    struct text_list w = text_words(f->arena, line, " \t\r");
    for (size_t i = 0; i < w.count; i++) {
        if (strncmp(w.items[i], "IDTYPE=", 7) == 0)
            d.id_type = w.items[i] + 7;
        else if (strncmp(w.items[i], "DEVNAME=", 8) == 0)
            d.device = w.items[i] + 8;
        else if (strncmp(w.items[i], "PVID=", 5) == 0)
            d.pvid = with_hyphens(f->arena, w.items[i] + 5);
    }
    if (!d.id_type || !d.pvid)
        return;
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        d.on_disks |= fs->type && fs->uuid && strcmp(fs->type, "LVM2_member") == 0 &&
                      strcmp(fs->uuid, d.pvid) == 0;
    }
    vec_push(f->arena, &f->lvm_devices, d);
}

void facts_read_volumes(struct facts *f)
{
    struct bytes rest, line;
    if (f->volume_groups.count == 0 || !facts_read_file(f, "lvm_device", DEVICES_FILE, &rest))
        return;
    bool in_use = devices_file_counts(f);
    for (int n = 1; text_next_line(&rest, &line); n++)
        if (line.len > 0 && line.ptr[0] != '#' &&
            facts_has_room(f, "lvm_device", f->lvm_devices.count))
            add_device(f, line, n, in_use);
}
