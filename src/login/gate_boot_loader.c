/* Gate boot, what comes before the kernel: the entries of the boot loader and the files they load,
 * GRUB's own modules, the EFI system partition. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>

#include "base/path.h"
#include "facts/collect.h"

static bool is_item(const struct boot_fact *b, const char *item)
{
    return strcmp(b->item, item) == 0;
}

static bool same_entry(const struct boot_fact *a, const struct boot_fact *b)
{
    return a->is_default == b->is_default && strcmp(a->origin, b->origin) == 0 &&
           strcmp(a->entry, b->entry) == 0;
}

/* An entry is whole when its kernel and every initrd are there, or may be. */
static bool entry_is_whole(const struct facts *f, const struct boot_fact *kernel)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (is_item(b, "initrd") && b->found == TRUTH_NO && same_entry(b, kernel))
            return false;
    }
    return kernel->found != TRUTH_NO;
}

/* Another entry that certainly loads all its files. */
static const struct boot_fact *intact_entry(const struct facts *f)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (is_item(b, "kernel") && !b->is_default && !b->is_recovery && b->found == TRUTH_YES &&
            entry_is_whole(f, b))
            return b;
    }
    return NULL;
}

/* GRUB stops at the menu when "linux" or "initrd" does not find its file. */
static void judge_kernel(const struct facts *f, struct reason_list *out)
{
    const struct boot_fact *broken = NULL;
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (!b->is_default)
            continue;
        if (is_item(b, "kernel") && entry_is_whole(f, b))
            return;
        if (!broken && b->found == TRUTH_NO && (is_item(b, "kernel") || is_item(b, "initrd")))
            broken = b;
    }
    if (!broken)
        return;
    const struct boot_fact *other = intact_entry(f);
    struct reason *r =
        reason_for_all(out, other ? "default-kernel-broken" : "kernel-or-initramfs-missing",
                       GATE_SHUT, broken->at);
    r->value = broken->path;
    r->keyword = broken->entry;
    r->wanted = other ? other->entry : broken->item;
}

/* The kernel alone knows PARTUUID= and device names; what else root= may say is for the initramfs
 * (kernel: block/early-lookup.c). */
static bool needs_initramfs(const char *root)
{
    static const char *const names[] = {"UUID=", "LABEL=", "/dev/mapper/", "/dev/disk/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(root, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static bool entry_has(const struct facts *f, const struct boot_fact *of, const char *item,
                      const char *path)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (is_item(b, item) && same_entry(b, of) && (!path || strcmp(b->path, path) == 0))
            return true;
    }
    return false;
}

static void judge_missing_initrd(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (!b->is_default || !b->token || strncmp(b->token, "root=", 5) != 0 ||
            !needs_initramfs(b->token + 5) || !entry_has(f, b, "kernel", NULL) ||
            entry_has(f, b, "initrd", NULL))
            continue;
        struct reason *r = reason_for_all(out, "grub-config-broken", GATE_SHUT, b->at);
        r->value = "without an initrd for its default entry";
        r->detail = arena_printf(f->arena, "and only an initramfs understands %s", b->token);
        return;
    }
}

static const struct file_fact *there(const struct facts *f, const char *path)
{
    const struct file_fact *file = facts_file(f, path);
    return file && file->exists ? file : NULL;
}

static const struct conf_fact *esp(const struct facts *f)
{
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, "esp") == 0)
            return &f->conf.items[i];
    return NULL;
}

static bool has_efi_loader(const struct facts *f)
{
    const struct conf_fact *c = esp(f);
    return c && strcmp(c->value, "loader") == 0;
}

/* GRUB's first part loads normal.mod from the directory it was installed with, or says "grub
 * rescue>" (grub: kern/main.c grub_load_normal_mode). */
static void judge_modules(const struct facts *f, const char *directory, struct reason_list *out)
{
    const char *path = path_join(f->arena, directory, "normal.mod");
    const struct file_fact *module = facts_file(f, path);
    const struct file_fact *place = there(f, directory);
    if (!place || strcmp(place->type, "directory") != 0 || !module || module->unreadable ||
        (module->exists && module->size > 0))
        return;
    bool other = has_efi_loader(f);
    struct reason *r =
        reason_for_all(out, "grub-core-broken", other ? GATE_OPEN : GATE_SHUT, place_of_file(path));
    r->value = module->exists ? "empty" : "missing";
    r->detail = other ? "a machine with UEFI starts from its system partition" : NULL;
}

/* Where GRUB for the BIOS is there too the machine may start by that. */
static void judge_esp(const struct facts *f, struct reason_list *out)
{
    const struct conf_fact *c = esp(f);
    if (!c || has_efi_loader(f))
        return;
    bool bios = there(f, "/boot/grub/i386-pc") || there(f, "/boot/grub2/i386-pc");
    struct reason *r = reason_for_all(out, "esp-damaged", bios ? GATE_OPEN : GATE_SHUT, c->at);
    r->keyword = c->key;
    r->detail = bios ? "GRUB for the BIOS is installed too" : NULL;
}

void gate_boot_loader(const struct facts *f, struct reason_list *out)
{
    judge_kernel(f, out);
    judge_missing_initrd(f, out);
    judge_modules(f, "/boot/grub/i386-pc", out);
    judge_modules(f, "/boot/grub2/i386-pc", out);
    judge_esp(f, out);
}
