/* Gate boot: does the machine come up as far as sshd? fstab against the disks, the default target,
 * masked units the boot leans on, words on the kernel command line. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

/* Above it stand nobody and what tools hand out by themselves. */
#define PERSON_UID_END 60000

static bool has_option(const struct mount_fact *m, const char *name)
{
    return text_list_has(&m->options, name);
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; text && *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

static bool has_boot_token(const struct facts *f, const char *token)
{
    for (size_t i = 0; i < f->boot.count; i++)
        if (f->boot.items[i].token && strcmp(f->boot.items[i].token, token) == 0)
            return true;
    return false;
}

/* OpenRC's localmount and the mountall of sysvinit say what failed and go on (OpenRC:
 * init.d/localmount.in). */
static bool stops_without_mounts(const struct facts *f)
{
    return f->os.service_manager == SERVICES_SYSTEMD || f->os.service_manager == SERVICES_UNKNOWN;
}

/* A line whose device is on none of the disks, and local-fs.target fails with it. Not so for /: the
 * initramfs mounts what the kernel's command line names, and systemd has the mount then (mount.c
 * mount_add_device_dependencies); only the remount fails. */
static void judge_missing_device(const struct facts *f, const struct mount_fact *m,
                                 struct reason_list *out)
{
    static const char *const boot_directories[] = {"/boot", "/boot/efi", "/efi", NULL};
    const char *id = "fstab-device-missing";
    bool is_root = strcmp(m->directory, "/") == 0;
    if (is_root)
        id = "fstab-root-id-wrong";
    else if (is_one_of(m->directory, boot_directories))
        id = "fstab-boot-efi-wrong";
    if (!is_root && !stops_without_mounts(f))
        return;
    struct reason *r = reason_for_all(out, id, is_root ? GATE_OPEN : GATE_SHUT, m->at);
    r->value = m->device;
    r->keyword = m->directory;
    r->wanted = m->filesystem;
    r->detail = m->detail;
    for (size_t i = 0; is_root && i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") == 0 && fs->uuid)
            r->wanted = arena_printf(f->arena, "UUID=%s", fs->uuid);
    }
    if (is_root && has_boot_token(f, "ro"))
        r->detail = "it stays read-only";
}

/* Names that the kernel gives out in the order it finds the disks. */
static bool is_unstable_name(const char *device)
{
    static const char *const starts[] = {"/dev/sd",   "/dev/vd",     "/dev/xvd", "/dev/hd",
                                         "/dev/nvme", "/dev/mmcblk", NULL};
    for (const char *const *start = starts; *start; start++)
        if (strncmp(device, *start, strlen(*start)) == 0)
            return true;
    return false;
}

/* "UUID=…" of the filesystem that the line means; NULL where that is not known. */
static const char *stable_name(const struct facts *f, const struct mount_fact *m)
{
    for (size_t i = 0; m->filesystem && i < f->filesystems.count; i++) {
        const struct filesystem_fact *fs = &f->filesystems.items[i];
        if (fs->uuid && *fs->uuid && strcmp(fs->device, m->filesystem) == 0)
            return arena_printf(f->arena, "UUID=%s", fs->uuid);
    }
    return NULL;
}

static void note_risks(const struct facts *f, const struct mount_fact *m, struct reason_list *out)
{
    struct reason *r;
    if (has_option(m, "noauto"))
        return;
    /* systemd takes "bg" of NFS for nofail */
    if (m->is_network && !has_option(m, "_netdev") && !has_option(m, "nofail") &&
        !has_option(m, "bg") && !has_option(m, "x-systemd.automount")) {
        r = reason_for_all(out, "fstab-network-mount", GATE_OPEN, m->at);
        r->value = m->device;
        r->keyword = m->directory;
        r->wanted = "_netdev,nofail";
    }
    if (!m->is_network && is_unstable_name(m->device) && m->device_found != TRUTH_NO) {
        r = reason_for_all(out, "fstab-unstable-device-name", GATE_OPEN, m->at);
        r->value = m->device;
        r->keyword = m->directory;
        r->wanted = stable_name(f, m);
    }
    bool is_system = strcmp(m->directory, "/") == 0 || strcmp(m->directory, "/usr") == 0;
    const char *flag = has_option(m, "noexec")   ? "noexec"
                       : has_option(m, "nosuid") ? "nosuid"
                                                 : NULL;
    if (is_system && flag) {
        r = reason_for_all(out, "fstab-flags-on-system", GATE_OPEN, m->at);
        r->value = flag;
        r->keyword = m->directory;
    }
}

/* A filesystem on /home or /root that does not hold the home somebody has below it. */
static void note_hidden_home(const struct facts *f, const struct mount_fact *m,
                             struct reason_list *out)
{
    if (!m->in_tree || strcmp(m->directory, "/") == 0)
        return;
    for (size_t i = 0; i < f->accounts.count; i++) {
        const struct account_fact *a = &f->accounts.items[i];
        if (!a->home || !a->home_state || strcmp(a->home_state, "missing") != 0 ||
            (a->is_system && a->uid != 0) || a->uid >= PERSON_UID_END || !a->can_log_in_shell)
            continue;
        if (!path_is_below(a->home, m->directory))
            continue;
        struct reason *r = reason_for_all(out, "fstab-hides-system-dir", GATE_OPEN, m->at);
        r->value = m->device;
        r->keyword = m->directory;
        r->wanted = a->home;
        return;
    }
}

/* What comes of a line with a defect. SHUT: mount refuses it, and local-fs.target with it. For the
 * others systemd-fstab-generator makes a unit that works, or none (then nothing waits for it). / is
 * mounted before fstab is read; a remount that fails leaves it as it is. */
static enum gate_state weigh_defect(const struct facts *f, const struct mount_fact *m)
{
    static const char *const refused[] = {"unknown-type", "type-mismatch", "unknown-option",
                                          "odd-blank", NULL};
    bool mount_fails =
        is_one_of(m->defect, refused) || (strcmp(m->defect, "quoted") == 0 && m->device[0] != '/' &&
                                          strcspn(m->device, "\"'\xe2") == 0);
    if (!mount_fails || !m->required || !stops_without_mounts(f) || strcmp(m->directory, "/") == 0)
        return GATE_OPEN;
    return GATE_SHUT;
}

static void judge_defect(const struct facts *f, const struct mount_fact *m, struct reason_list *out)
{
    static const char *const passed_over[] = {"bad-directory", "repeated", NULL};
    static const char *const mounted[] = {"bad-number", "too-few-fields", NULL};
    enum gate_state state = weigh_defect(f, m);
    struct reason *r = reason_for_all(out, "fstab-line-invalid", state, m->at);
    r->value = m->defect;
    r->keyword = *m->directory ? m->directory : m->device;
    r->detail = m->detail;
    if (state == GATE_SHUT)
        r->wanted = "the boot stops in emergency mode";
    else if (is_one_of(m->defect, passed_over) || m->field_count < 2)
        r->wanted = "systemd passes over it";
    else if (is_one_of(m->defect, mounted))
        r->wanted = "systemd mounts it all the same, mount and findmnt call it an error";
}

static void judge_mount(const struct facts *f, const struct mount_fact *m, struct reason_list *out)
{
    if (!m->directory || !m->device)
        return;
    if (m->defect)
        judge_defect(f, m, out);
    if (m->defect && (weigh_defect(f, m) == GATE_SHUT || strcmp(m->defect, "repeated") == 0))
        return;
    if (m->device_found == TRUTH_NO && m->required && !m->is_swap && !disk_explains(f, m))
        judge_missing_device(f, m, out);
    if (m->defect)
        return;
    note_risks(f, m, out);
    note_hidden_home(f, m, out);
}

/* Without fstab root stays as the kernel mounted it: read-only where the command line says ro. */
static void judge_fstab(const struct facts *f, struct reason_list *out)
{
    const struct file_fact *fstab = facts_file(f, "/etc/fstab");
    if (fstab && !fstab->unreadable && (!fstab->exists || fstab->size == 0) &&
        has_boot_token(f, "ro")) {
        struct reason *r =
            reason_for_all(out, "fstab-missing", GATE_OPEN, place_of_file("/etc/fstab"));
        r->value = fstab->exists ? "empty" : "missing";
    }
    for (size_t i = 0; i < f->mounts.count; i++)
        judge_mount(f, &f->mounts.items[i], out);
}

static bool is_at_boot(const struct facts *f, const char *name)
{
    const struct unit_fact *u = facts_unit(f, name);
    return u && u->at_boot;
}

/* Masking one of two network managers is how the other is chosen; where a distribution has one
 * only, the mask cuts the machine off. */
static bool cuts_network(const struct facts *f, const char *name)
{
    if (strcmp(name, "NetworkManager.service") == 0)
        return f->os.family_code == FAMILY_RHEL && !is_at_boot(f, "systemd-networkd.service");
    if (strcmp(name, "systemd-networkd.service") == 0)
        return f->os.id && strcmp(f->os.id, "ubuntu") == 0 &&
               !is_at_boot(f, "NetworkManager.service");
    return false;
}

/* What a mask on a core unit does: GATE_SHUT where nobody gets in for it, GATE_OPEN where a login
 * is slow or lacks its session, GATE_NOT_JUDGED where it may be meant. */
static enum gate_state weigh_mask(const struct facts *f, const char *name)
{
    static const char *const needed[] = {"multi-user.target", "basic.target", "sysinit.target",
                                         NULL}; /* systemd-user-sessions: gate pam */
    static const char *const helpful[] = {"dbus.service",
                                          "dbus.socket",
                                          "systemd-logind.service",
                                          "network.target",
                                          "local-fs.target",
                                          "sockets.target",
                                          NULL};
    if (is_one_of(name, needed) || cuts_network(f, name))
        return GATE_SHUT;
    return is_one_of(name, helpful) ? GATE_OPEN : GATE_NOT_JUDGED;
}

static const char ends_early[] = "the machine does not reach the point where people can log in";

static void judge_default_target(const struct unit_fact *u, struct reason_list *out)
{
    static const char *const dead_ends[] = {"rescue.target",    "emergency.target",
                                            "halt.target",      "poweroff.target",
                                            "reboot.target",    "shutdown.target",
                                            "sysinit.target",   "basic.target",
                                            "runlevel1.target", "runlevel0.target",
                                            "runlevel6.target", NULL};
    bool missing = strcmp(u->state, "missing") == 0;
    bool masked = strcmp(u->state, "masked") == 0;
    const char *target = u->target ? path_name(u->target) : NULL;
    if (!missing && !masked && !is_one_of(target, dead_ends))
        return;
    struct reason *r =
        reason_for_all(out, "systemd-target-or-unit-masked", GATE_SHUT,
                       u->at.file ? u->at : place_of_file("/etc/systemd/system/default.target"));
    r->value = u->target ? u->target : u->state;
    r->keyword = u->name;
    r->wanted = "multi-user.target";
    r->detail = ends_early;
}

static void judge_units(const struct facts *f, struct reason_list *out)
{
    const struct file_fact *usr = facts_file(f, "/usr");
    bool usr_is_gone = usr && !usr->exists && !usr->unreadable; /* init with it, or not our disk */
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->name || !u->role || !u->state)
            continue;
        if (strcmp(u->role, "default-target") == 0 && !usr_is_gone)
            judge_default_target(u, out);
        if (strcmp(u->role, "core") != 0 || strcmp(u->state, "masked") != 0)
            continue;
        enum gate_state state = weigh_mask(f, u->name);
        if (state == GATE_NOT_JUDGED)
            continue;
        struct reason *r = reason_for_all(out, "systemd-target-or-unit-masked", state, u->at);
        r->value = u->target ? u->target : "/dev/null";
        r->keyword = u->name;
        r->detail =
            state == GATE_SHUT ? ends_early : "a login works, but lacks what this unit does";
    }
}

/* The words that keep a boot from multi-user.target, or keep systemd from starting sshd. */
static bool is_leftover(const char *token)
{
    static const char *const words[] = {"single",    "s",  "S",      "1",        "-s",
                                        "emergency", "-b", "rescue", "rd.break", NULL};
    static const char *const sshd_units[] = {"ssh",         "sshd",
                                             "ssh.service", "sshd.service",
                                             "ssh.socket",  "sshd.socket",
                                             NULL};
    static const char *const dead_ends[] = {"rescue.target", "rescue",          "emergency.target",
                                            "emergency",     "rescue.service",  "emergency.service",
                                            "halt.target",   "poweroff.target", NULL};
    if (is_one_of(token, words) || strncmp(token, "rd.break=", 9) == 0)
        return true;
    if (strncmp(token, "systemd.mask=", 13) == 0)
        return is_one_of(token + 13, sshd_units);
    if (strncmp(token, "systemd.unit=", 13) == 0)
        return is_one_of(token + 13, dead_ends);
    if (strncmp(token, "init=", 5) == 0) {
        const char *program = strrchr(token, '/');
        program = program ? program + 1 : token + 5;
        return strcmp(program, "init") != 0 && strcmp(program, "systemd") != 0;
    }
    return false;
}

/* Files from which the boot loader's own are made: they count at the next update. */
static bool is_source(const struct boot_fact *b)
{
    return b->origin &&
           (strcmp(b->origin, "default-grub") == 0 || strcmp(b->origin, "kernel-cmdline") == 0);
}

static void judge_command_line(const struct facts *f, struct reason_list *out)
{
    bool loader_known = false;
    for (size_t i = 0; i < f->boot.count; i++)
        loader_known |= !is_source(&f->boot.items[i]);
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        if (!b->token || b->is_recovery || !is_leftover(b->token))
            continue;
        bool shuts = b->is_default && !(is_source(b) && loader_known);
        struct reason *r =
            reason_for_all(out, "cmdline-debug-leftover", shuts ? GATE_SHUT : GATE_OPEN, b->at);
        r->value = b->token;
        r->keyword = b->entry;
        r->detail = is_source(b) && loader_known
                        ? "takes effect when the boot entries are made anew"
                    : shuts ? NULL
                            : "in an entry that is not the default one";
    }
}

void gate_boot(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->gaps.count; i++) {
        const struct gap_fact *g = &f->gaps.items[i];
        bool fstab = g->at.file && strcmp(g->at.file, "/etc/fstab") == 0;
        if (!fstab)
            continue;
        struct reason *r = reason_for_all(out, "fstab-line-invalid", GATE_UNKNOWN, g->at);
        r->value = "unreadable";
        r->detail = g->reason;
    }
    judge_fstab(f, out);
    if (f->os.service_manager == SERVICES_SYSTEMD || f->os.service_manager == SERVICES_UNKNOWN)
        judge_units(f, out);
    judge_command_line(f, out);
    gate_boot_system(f, out);
}
