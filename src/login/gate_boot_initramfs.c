/* Gate boot, the initramfs of the default entry: does it have the driver of the root filesystem,
 * and those of the disks that machines give? Only what was seen to be missing is said. Judged once
 * for the guest. */
#include "login/visit.h"

#include <string.h>

#include "base/strbuf.h"

static const struct conf_fact *find(const struct facts *f, const char *purpose, const char *key)
{
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, purpose) == 0 &&
            (!key || strcmp(f->conf.items[i].key, key) == 0))
            return &f->conf.items[i];
    return NULL;
}

/* The word after root= of the default entry; NULL: the initramfs is told nothing. */
static const char *root_word(const struct facts *f)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (b->is_default && b->token && strncmp(b->token, "root=", 5) == 0 &&
            strcmp(b->origin, "default-grub") != 0 && strcmp(b->origin, "kernel-cmdline") != 0)
            return b->token + 5;
    }
    return NULL;
}

static bool is_on_disk(const char *root)
{
    static const char *const names[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "/dev/"};
    for (size_t i = 0; root && i < sizeof names / sizeof *names; i++)
        if (strncmp(root, names[i], strlen(names[i])) == 0)
            return strcmp(root, "/dev/nfs") != 0 && strcmp(root, "/dev/ram0") != 0;
    return false;
}

static const char *root_type(const struct facts *f)
{
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const char *on = f->filesystems.items[i].mounted_on; /* NULL: mounted nowhere */
        if (on && strcmp(on, "/") == 0 && *f->filesystems.items[i].type)
            return f->filesystems.items[i].type;
    }
    for (size_t i = 0; i < f->mounts.count; i++)
        if (f->mounts.items[i].directory && strcmp(f->mounts.items[i].directory, "/") == 0)
            return f->mounts.items[i].type;
    return NULL;
}

static bool shut_without(const struct facts *f, const char *driver, const char *what,
                         struct reason_list *out)
{
    const struct conf_fact *lacks = find(f, "initramfs-lacks", driver);
    if (!lacks)
        return false;
    struct reason *r = reason_for_all(out, "initramfs-lacks-driver", GATE_SHUT, lacks->at);
    r->value = driver;
    r->wanted = what;
    r->keyword = lacks->value;
    return true;
}

/* The disks of machines, each with the drivers any of which finds it. */
static const struct {
    const char *machine, *names[2];
} machines[] = {
    {"virtio (KVM)", {"virtio_blk", "virtio_scsi"}},
    {"Hyper-V (Azure)", {"hv_storvsc"}},
    {"NVMe (newer clouds)", {"nvme"}},
    {"Xen", {"xen_blkfront"}},
    {"VMware (pvscsi)", {"vmw_pvscsi"}},
};

/* Every machine that this kernel has a driver for and the initramfs has none. */
static void note_machines(const struct facts *f, struct reason_list *out)
{
    struct strbuf missing;
    const struct conf_fact *at = NULL;
    bool any = false;
    strbuf_init(&missing, f->arena);
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        const struct conf_fact *lacks = NULL;
        bool has = false;
        for (size_t k = 0; k < 2 && machines[i].names[k]; k++) {
            const struct conf_fact *l = find(f, "initramfs-lacks", machines[i].names[k]);
            lacks = l ? l : lacks;
            has |= find(f, "initramfs-has", machines[i].names[k]) != NULL;
        }
        any |= has;
        if (!lacks || has)
            continue;
        at = lacks;
        strbuf_add(&missing, missing.len > 0 ? ", " : "");
        strbuf_add(&missing, machines[i].machine);
    }
    if (!at)
        return;
    const struct conf_fact *conf = find(f, "initramfs-conf", "MODULES");
    struct reason *r = reason_for_all(out, "initramfs-lacks-driver", GATE_OPEN, at->at);
    r->value = missing.ptr;
    r->keyword = at->value;
    r->wanted = "disks of machines of that kind";
    r->detail = conf && strcmp(conf->value, "most") != 0
                    ? arena_printf(f->arena, "MODULES=%s in %s", conf->value, conf->at.file)
                : any ? "a machine of the kind it was made on starts"
                      : NULL;
}

/* What could not be read is not alarmed about; the setting that made it so narrow is worth a word.
 */
static void note_settings(const struct facts *f, const char *type, struct reason_list *out)
{
    const struct conf_fact *modules = NULL, *omitted = NULL;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "initramfs-conf") != 0)
            continue;
        if (strcmp(c->key, "MODULES") == 0)
            modules = c; /* the last one counts */
        else if (!omitted || (type && strcmp(c->value, type) == 0))
            omitted = c;
    }
    bool narrow =
        modules && (strcmp(modules->value, "dep") == 0 || strcmp(modules->value, "list") == 0);
    if (!omitted && !narrow)
        return;
    const struct conf_fact *why = omitted ? omitted : modules;
    const struct conf_fact *archive = find(f, "initramfs", NULL);
    struct reason *r = reason_for_all(out, "initramfs-lacks-driver", GATE_OPEN, why->at);
    r->keyword = NULL;
    r->value = omitted ? why->value : "whatever the machine it was made on did not have";
    r->wanted = omitted ? "machines and filesystems that need it" : "another kind of machine";
    r->detail = arena_printf(f->arena, "%s=%s; the initramfs itself is %s", why->key, why->value,
                             archive ? archive->value : "not found");
}

void gate_boot_initramfs(const struct facts *f, struct reason_list *out)
{
    const char *root = root_word(f), *type = root_type(f);
    if (!is_on_disk(root))
        return;
    bool shut = type && shut_without(f, type, "the root filesystem", out);
    if (!shut && strncmp(root, "/dev/mapper/", 12) == 0)
        shut = shut_without(f, "dm_mod", "the logical volume of the root filesystem", out);
    if (shut)
        return;
    size_t before = out->items.count;
    note_machines(f, out);
    if (out->items.count == before && !find(f, "initramfs-has", NULL))
        note_settings(f, type, out);
}
