/* Gate boot, the system itself: what the boot loader loads, the program the kernel starts,
 * SELinux's policy, blocked kernel modules, modes of the first directories. Judged once for the
 * guest. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

/* The value of NAME=… on the command line that counts; NULL: nowhere, or only in a file from which
 * the boot loader's own is made. */
const struct boot_fact *boot_parameter(const struct facts *f, const char *name)
{
    size_t n = strlen(name);
    const struct boot_fact *last = NULL;
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        bool source = b->origin && (strcmp(b->origin, "default-grub") == 0 ||
                                    strcmp(b->origin, "kernel-cmdline") == 0);
        if (b->token && b->is_default && !source && strncmp(b->token, name, n) == 0 &&
            b->token[n] == '=')
            last = b;
    }
    return last;
}

static bool says(const struct facts *f, const char *name, const char *value)
{
    const struct boot_fact *b = boot_parameter(f, name);
    return b && strcmp(b->token + strlen(name) + 1, value) == 0;
}

static const struct file_fact *there(const struct facts *f, const char *path)
{
    const struct file_fact *file = facts_file(f, path);
    return file && file->exists ? file : NULL;
}

/* GRUB is installed below DIRECTORY (its modules are), and its menu is not. */
static void judge_grub(const struct facts *f, const char *directory, struct reason_list *out)
{
    struct arena *a = f->arena;
    const char *path = path_join(a, directory, "grub.cfg");
    const struct file_fact *menu = facts_file(f, path);
    bool installed = there(f, path_join(a, directory, "i386-pc")) ||
                     there(f, path_join(a, directory, "x86_64-efi"));
    if (!installed || !menu || menu->unreadable || (menu->exists && menu->size > 0))
        return;
    for (size_t i = 0; i < f->boot.count; i++)
        if (strcmp(f->boot.items[i].item, "kernel") == 0)
            return; /* another loader has entries */
    struct reason *r = reason_for_all(out, "grub-config-broken", GATE_SHUT, place_of_file(path));
    r->value = menu->exists ? "empty" : "missing";
}

/* Does root=TAG=VALUE name a filesystem of the disks? Unknown for names that depend on the machine
 * or on what an initramfs assembles. */
static enum truth root_is_there(const struct facts *f, const char *root)
{
    static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
    size_t tag = 0, count = sizeof tags / sizeof *tags;
    while (tag < count && strncmp(root, tags[tag], strlen(tags[tag])) != 0)
        tag++;
    if (tag == count || !f->disks_known || strpbrk(root, "\\$'\"/"))
        return TRUTH_UNKNOWN;
    const char *value = root + strlen(tags[tag]);
    bool system_known = false;
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        const char *const values[] = {fs->uuid, fs->label, fs->partuuid, fs->partlabel};
        if (values[tag] && strcasecmp(values[tag], value) == 0)
            return TRUTH_YES;
        system_known |= fs->mounted_on && strcmp(fs->mounted_on, "/") == 0 && values[tag];
    }
    return system_known ? TRUTH_NO : TRUTH_UNKNOWN;
}

static void judge_root(const struct facts *f, struct reason_list *out)
{
    const struct boot_fact *b = boot_parameter(f, "root");
    if (!b || root_is_there(f, b->token + 5) != TRUTH_NO)
        return;
    struct reason *r = reason_for_all(out, "cmdline-root-wrong", GATE_SHUT, b->at);
    r->value = b->token;
    r->keyword = b->entry;
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") == 0 && fs->uuid)
            r->wanted = arena_printf(f->arena, "UUID=%s", fs->uuid);
    }
}

/* A dracut initramfs runs systemd, and that makes lost links of the root anew before it switches
 * there, when it may write (systemd: base-filesystem.c, called by switch-root.c). */
static bool link_comes_back(const struct facts *f, const char *path)
{
    const struct file_fact *link = facts_file(f, path);
    if (!link || link->exists || link->link || f->os.family_code == FAMILY_DEBIAN ||
        f->os.family_code == FAMILY_ALPINE || f->os.family_code == FAMILY_UNKNOWN)
        return false;
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strcmp(f->boot.items[i].token, "ro") == 0)
            return false;
    return true;
}

static bool mounts_usr(const struct facts *f)
{
    vec_each (m, &f->mounts)
        if (m->directory && strcmp(m->directory, "/usr") == 0)
            return true;
    return false;
}

/* One of /bin /sbin /lib /lib64 that /usr has and the root lacks; NULL: none. */
static const struct file_fact *lost_link(const struct facts *f)
{
    static const char *const links[] = {"/sbin", "/lib64", "/lib", "/bin", NULL};
    for (const char *const *path = links; *path; path++) {
        const struct file_fact *link = facts_file(f, *path);
        if (!link || link->exists || link->unreadable)
            continue;
        if (link->link || strcmp(*path, "/lib64") != 0)
            return link;
    }
    return NULL;
}

/* /usr is merged: what the link would lead to is there. */
static bool leads_to_usr(const struct facts *f, const char *path)
{
    const struct file_fact *bin = facts_file(f, "/usr/bin");
    return strncmp(path, "/lib", 4) == 0 || (bin && bin->exists);
}

static void report_init(const struct facts *f, const char *what, const struct file_fact *link,
                        const char *path, struct reason_list *out)
{
    bool comes_back = link && link_comes_back(f, link->path);
    struct reason *r =
        reason_for_all(out, "init-or-loader-missing", comes_back ? GATE_OPEN : GATE_SHUT,
                       place_of_file(link ? link->path : path));
    r->value = what;
    r->keyword = path;
    if (link)
        r->detail = link->link ? arena_printf(f->arena, "%s leads to %s, which is not there",
                                              link->path, link->link)
                               : arena_printf(f->arena, "%s is gone", link->path);
}

/* Every initramfs and the kernel look for /sbin/init, /etc/init, /bin/init, and then for a shell
 * on the console (kernel: init/main.c kernel_init). */
static void judge_init(const struct facts *f, struct reason_list *out)
{
    static const char *const inits[] = {"/sbin/init", "/etc/init", "/bin/init", NULL};
    const struct file_fact *program = facts_file(f, "/usr/lib/systemd/systemd");
    const struct file_fact *first = facts_file(f, inits[0]);
    const struct file_fact *link = lost_link(f);
    bool meant = first && (first->link || first->exists);
    /* Links into a /usr that is gone, rather than one that the guest mounts from elsewhere. */
    meant |= link && link->link && !mounts_usr(f);
    /* A tree that never had one is no machine: a container's, or a part of one. */
    meant |= program && program->exists;
    if (!first || !meant || boot_parameter(f, "init"))
        return;
    const struct file_fact *odd = NULL;
    for (const char *const *path = inits; *path; path++) {
        const struct file_fact *init = facts_file(f, *path);
        if (init && init->unreadable)
            return;
        if (init && init->exists && (init->mode & 0111) != 0 && strcmp(init->type, "file") == 0)
            goto loader;
        if (init && init->exists && !odd)
            odd = init;
    }
    bool leads = link && (path_is_below(inits[0], link->path) ||
                          (first->link && path_is_below(first->link, link->path)));
    report_init(f, odd ? "not an executable file" : "not there", leads ? link : NULL,
                odd ? odd->path : inits[0], out);
    return;
loader:
    /* systemd is linked against the same loader as sshd, whose interpreter was looked for. */
    for (size_t i = 0; i < f->os.libraries_missing.count; i++)
        if (f->os.libraries_missing.items[i][0] == '/') {
            const char *loader = f->os.libraries_missing.items[i];
            const struct file_fact *directory = facts_file(f, "/lib64");
            if (directory && !directory->exists && path_is_below(loader, "/lib64"))
                link = directory;
            report_init(f, "not there", link, loader, out);
            return;
        }
    if (!link)
        return;
    /* Scripts and shells are named below /bin wherever one stands; modules below /lib. */
    bool shuts = !link_comes_back(f, link->path) && strcmp(link->path, "/sbin") != 0 &&
                 leads_to_usr(f, link->path);
    struct reason *r = reason_for_all(out, "init-or-loader-missing",
                                      shuts ? GATE_SHUT : GATE_OPEN, place_of_file(link->path));
    r->value = link->link ? "a link that leads nowhere" : "not there";
    r->keyword = link->path;
}

/* Whose kernels bring SELinux up without being told. */
static bool selinux_runs(const struct facts *f)
{
    if (says(f, "selinux", "0") || says(f, "enforcing", "0"))
        return false;
    return f->os.family_code == FAMILY_RHEL || says(f, "selinux", "1") ||
           says(f, "security", "selinux");
}

bool gate_boot_selinux_enforces(const struct facts *f)
{
    const struct conf_fact *mode = NULL;
    for (size_t i = 0; i < f->conf.count && !mode; i++)
        if (strcmp(f->conf.items[i].purpose, "selinux") == 0 &&
            strcmp(f->conf.items[i].key, "SELINUX") == 0)
            mode = &f->conf.items[i];
    return selinux_runs(f) && (says(f, "enforcing", "1") ||
                               (mode && strncasecmp(mode->value, "enforcing", 9) == 0));
}

/* systemd (selinux-setup.c) freezes when the policy does not load and enforcing is asked for.
 * libselinux (load_policy.c) takes a misspelt SELINUX= for permissive. */
static void judge_selinux(const struct facts *f, struct reason_list *out)
{
    const struct conf_fact *mode = NULL, *type = NULL, *policy = NULL;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "selinux") != 0)
            continue;
        if (strcmp(c->key, "SELINUX") == 0 && !mode)
            mode = c;
        if (strcmp(c->key, "SELINUXTYPE") == 0)
            type = c;
        if (strcmp(c->key, "policy") == 0)
            policy = c;
    }
    if (!policy || !selinux_runs(f))
        return;
    bool enforcing = says(f, "enforcing", "1") ||
                     (mode && strncasecmp(mode->value, "enforcing", strlen("enforcing")) == 0);
    if (enforcing && strcmp(policy->value, "missing") == 0) {
        struct reason *r =
            reason_for_all(out, "selinux-config-invalid", GATE_SHUT, type ? type->at : policy->at);
        r->keyword = "SELINUXTYPE";
        r->value = type ? type->value : "targeted";
        r->detail =
            arena_printf(f->arena, "there is no policy in /etc/selinux/%s/policy", r->value);
    }
    if (mode && strncasecmp(mode->value, "enforcing", 9) != 0 &&
        strncasecmp(mode->value, "permissive", 10) != 0 &&
        strncasecmp(mode->value, "disabled", 8) != 0) {
        struct reason *r = reason_for_all(out, "selinux-config-invalid", GATE_OPEN, mode->at);
        r->keyword = "SELINUX";
        r->value = mode->value;
        r->detail = "not a mode: taken for permissive";
    }
}

/* Not one kernel has it built in, and at least one says what it has. */
static bool is_loadable(const struct facts *f, const char *module)
{
    bool known = false;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "modules-builtin") != 0)
            continue;
        known = true;
        if (strcmp(c->key, module) == 0)
            return false;
    }
    return known;
}

/* A required mount of a type whose module is blocked. The root's own type is loaded by then. */
static const struct mount_fact *mount_of_type(const struct facts *f, const char *type)
{
    const struct mount_fact *found = NULL;
    for (size_t i = 0; i < f->mounts.count; i++) {
        const struct mount_fact *m = &f->mounts.items[i];
        if (!m->directory || !m->type || strcmp(m->type, type) != 0)
            continue;
        if (strcmp(m->directory, "/") == 0)
            return NULL;
        if (m->required)
            found = m;
    }
    for (size_t i = 0; i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->mounted_on && fs->type && strcmp(fs->mounted_on, "/") == 0 &&
            strcmp(fs->type, type) == 0)
            return NULL;
    }
    return found;
}

/* kmod: "install M /bin/true" stands in for loading M; "blacklist M" hides M's aliases, and the
 * kernel asks for a filesystem by its alias fs-M. */
static void judge_modules(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "modprobe") != 0)
            continue;
        const struct mount_fact *m = is_loadable(f, c->key) ? mount_of_type(f, c->key) : NULL;
        struct reason *r =
            reason_for_all(out, "boot-module-blacklisted", m ? GATE_SHUT : GATE_OPEN, c->at);
        r->value = c->key;
        r->keyword = c->value;
        if (m)
            r->detail = arena_printf(f->arena, "fstab needs it for %s", m->directory);
    }
}

static bool keeps_from_shell(const struct facts *f, const char *path)
{
    vec_each (s, &f->session)
        if (strcmp(s->item, "shell-path") == 0 && s->path && strcmp(s->path, path) == 0)
            return true;
    return false;
}

/* What `chmod -R` and `chown -R` at the wrong place leave. Each consequence is a lock of its own
 * gate (keys that cannot be reached, host keys too open); this says what it comes from. */
static void note_modes(const struct facts *f, struct reason_list *out)
{
    static const char *const directories[] = {"/",        "/etc", "/usr", "/usr/bin",
                                              "/usr/lib", "/var", NULL};
    for (const char *const *path = directories; *path; path++) {
        const struct file_fact *d = there(f, *path);
        if (!d || strcmp(d->type, "directory") != 0)
            continue;
        bool closed = (d->mode & 0111) != 0111, open = (d->mode & 0002) != 0;
        if (!closed && !open && d->uid == 0)
            continue;
        if (closed && !open && d->uid == 0 && keeps_from_shell(f, d->path))
            continue; /* a lock of gate session */
        struct reason *r = reason_for_all(out, "mass-permission-damage", GATE_OPEN, d->at);
        r->keyword = d->path;
        r->value =
            arena_printf(f->arena, "mode %04o, owner %lld", (unsigned)d->mode, (long long)d->uid);
        r->wanted = "0755";
        r->detail = closed ? "programs of other users than root cannot reach what is below it"
                    : open ? "everybody may replace what is in it"
                           : "its owner may replace what is in it";
    }
}

void gate_boot_system(const struct facts *f, struct reason_list *out)
{
    gate_boot_loader(f, out);
    gate_boot_initramfs(f, out);
    judge_grub(f, "/boot/grub", out);
    judge_grub(f, "/boot/grub2", out);
    judge_root(f, out);
    judge_init(f, out);
    if (f->os.service_manager == SERVICES_SYSTEMD)
        judge_selinux(f, out);
    judge_modules(f, out);
    gate_boot_conf(f, out);
    note_modes(f, out);
}
