/* SELinux, cloud-init and crypttab values, each where it stands. Verdicts are login/'s. */
#include "facts/conf.h"

#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/facts.h"

static const struct fact_field conf_fields[] = {
    FACT_FIELD(conf_fact, purpose, FIELD_TEXT),
    FACT_FIELD(conf_fact, key, FIELD_TEXT),
    FACT_FIELD(conf_fact, value, FIELD_TEXT),
    FACT_FIELD(conf_fact, at, FIELD_PLACE),
};
const struct fact_kind conf_kind = FACT_KIND("conf", conf_fact, conf_fields);

static void add(struct facts *f, const char *purpose, const char *key, const char *value,
                const char *file, int line)
{
    if (facts_has_room(f, "conf", f->conf.count))
        vec_push(f->arena, &f->conf, ((struct conf_fact){purpose, key, value, {file, line, 0}}));
}

static bool read_conf(struct facts *f, const char *path, struct bytes *out)
{
    return facts_read_file(f, "conf", path, out);
}

/* Files that fit PATTERN, at most MOST; what cannot be listed is a gap. */
static struct list_answer find_files(struct facts *f, const char *pattern, size_t most)
{
    struct list_answer files = tree_glob(f->tree, pattern);
    if (files.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "conf", place_of_file(pattern), files.reason);
    if (files.count > most)
        facts_add_gap(f, "conf", place_of_file(pattern), "a limit was hit: too many such files");
    files.count = files.count < most ? files.count : most;
    return files;
}

static void read_selinux(struct facts *f)
{
    static const char path[] = "/etc/selinux/config";
    struct bytes text;
    if (!read_conf(f, path, &text))
        return;
    struct assignments list = {0};
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
    const char *type = "targeted"; /* libselinux: SELINUXDEFAULT */
    int line = 0;
    vec_each (p, &list.items) {
        if (strcmp(p->name, "SELINUX") == 0 || strcmp(p->name, "SELINUXTYPE") == 0)
            add(f, "selinux", p->name, p->value, path, p->line);
        if (strcmp(p->name, "SELINUXTYPE") == 0) {
            type = p->value;
            line = p->line;
        }
    }
    /* systemd loads policy.N of that type, the newest version the kernel knows */
    struct list_answer policy =
        strpbrk(type, "*?[") || strstr(type, "..")
            ? (struct list_answer){.presence = PRESENCE_ABSENT}
            : tree_glob(f->tree, arena_printf(f->arena, "/etc/selinux/%s/policy/policy.*", type));
    bool there = policy.presence == PRESENCE_PRESENT && policy.count > 0;
    add(f, "selinux", "policy",
        there                                    ? "present"
        : policy.presence == PRESENCE_UNREADABLE ? "unreadable"
                                                 : "missing",
        path, line);
}

/* Modules whose absence costs a filesystem, a disk or a NIC of a VM. */
static const char *const boot_modules[] = {
    "vfat",        "xfs",        "ext4", "btrfs",    "dm_mod",     "virtio_pci", "virtio_blk",
    "virtio_scsi", "virtio_net", "nvme", "hv_vmbus", "hv_storvsc", "hv_netvsc",  "ena",
};

/* modprobe takes - and _ for the same. */
static bool is_module(const char *word, const char *module)
{
    for (; *word && *module; word++, module++)
        if ((*word == '-' ? '_' : *word) != *module)
            return false;
    return *word == *module;
}

static void read_modprobe_file(struct facts *f, const char *path)
{
    struct bytes rest, line;
    if (!read_conf(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        bool blacklist = w.count >= 2 && strcmp(w.items[0], "blacklist") == 0;
        bool install = w.count >= 3 && strcmp(w.items[0], "install") == 0 &&
                       (strcmp(path_name(w.items[2]), "true") == 0 ||
                        strcmp(path_name(w.items[2]), "false") == 0);
        for (size_t i = 0; (blacklist || install) && i < sizeof boot_modules / sizeof *boot_modules;
             i++)
            if (is_module(w.items[1], boot_modules[i]))
                add(f, "modprobe", boot_modules[i], w.items[0], path, n);
    }
}

/* Of two files of one name the one in /etc counts (modprobe.d(5)). Says as well which of these
 * modules are part of a kernel: no line can block those. */
static void read_modprobe(struct facts *f)
{
    static const char *const directories[] = {"/etc/modprobe.d", "/usr/lib/modprobe.d",
                                              "/lib/modprobe.d"};
    struct text_list seen = {0};
    size_t before = f->conf.count;
    for (size_t d = 0; d < sizeof directories / sizeof *directories; d++) {
        struct list_answer files =
            tree_glob(f->tree, path_join(f->arena, directories[d], "*.conf"));
        for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < 256; i++) {
            const char *name = path_name(files.names[i]);
            if (text_list_has(&seen, name))
                continue;
            text_list_add(f->arena, &seen, name);
            read_modprobe_file(f, files.names[i]);
        }
    }
    size_t after = f->conf.count;
    if (after == before)
        return;
    struct list_answer kernels = tree_glob(f->tree, "/usr/lib/modules/*/modules.builtin");
    for (size_t i = 0; kernels.presence == PRESENCE_PRESENT && i < kernels.count && i < 16; i++) {
        struct bytes text;
        if (!read_conf(f, kernels.names[i], &text))
            continue;
        add(f, "modules-builtin", "", "", kernels.names[i], 0);
        for (size_t k = 0; k < sizeof boot_modules / sizeof *boot_modules; k++)
            if (text_find(text, arena_printf(f->arena, "/%s.ko", boot_modules[k])) < text.len)
                add(f, "modules-builtin", boot_modules[k], "yes", kernels.names[i], 0);
    }
}

/* What auditd does when its log has no room left. It wants blanks around the "=" (auditd-config.c
 * nv_split), and stays down after a line that it cannot take. */
static void read_auditd(struct facts *f)
{
    static const char path[] = "/etc/audit/auditd.conf";
    static const char *const keys[] = {"log_file",         "space_left",
                                       "space_left_action", "admin_space_left",
                                       "admin_space_left_action", "disk_full_action",
                                       "write_logs"};
    struct bytes rest, line;
    if (!read_conf(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        for (size_t k = 0; w.count >= 3 && k < sizeof keys / sizeof *keys; k++)
            if (strcasecmp(w.items[0], keys[k]) == 0 && strcmp(w.items[1], "=") == 0)
                add(f, "auditd", keys[k], w.items[2], path, n);
    }
}

/* "portcon tcp 2222 system_u:object_r:ssh_port_t:s0", as semanage keeps local additions. */
static void read_selinux_ports(struct facts *f)
{
    struct list_answer files = find_files(f, "/var/lib/selinux/*/active/ports.local", 16);
    for (size_t i = 0; i < files.count; i++) {
        struct bytes rest, line;
        if (!read_conf(f, files.names[i], &rest))
            continue;
        for (int n = 1; text_next_line(&rest, &line); n++) {
            struct text_list w = text_words(f->arena, line, " \t\r");
            if (w.count < 4 || strcmp(w.items[0], "portcon") != 0 || strcmp(w.items[1], "tcp") != 0)
                continue;
            struct text_list label = text_words(f->arena, bytes_of(w.items[3]), ":");
            if (label.count >= 3)
                add(f, "selinux-port", label.items[2], w.items[2], files.names[i], n);
        }
    }
}

/* Top-level scalars of a YAML file; anything nested is none of ours. */
static void read_cloud_file(struct facts *f, const char *path)
{
    static const char *const keys[] = {"ssh_pwauth", "disable_root", "ssh_deletekeys"};
    struct bytes rest, line;
    if (!read_conf(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            if (!bytes_start_with(line, keys[k]))
                continue;
            struct bytes value = text_trim(bytes_cut(line, strlen(keys[k]), line.len));
            if (value.len == 0 || value.ptr[0] != ':')
                continue;
            value = bytes_cut(value, 1, value.len);
            const char *hash = value.len ? memchr(value.ptr, '#', value.len) : NULL;
            if (hash)
                value = bytes_cut(value, 0, (size_t)(hash - value.ptr));
            value = text_trim(value);
            if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
                value.ptr[value.len - 1] == value.ptr[0])
                value = bytes_cut(value, 1, value.len - 1);
            add(f, "cloud-init", keys[k], arena_text(f->arena, value), path, n);
        }
    }
}

static void read_cloud_init(struct facts *f)
{
    read_cloud_file(f, "/etc/cloud/cloud.cfg");
    struct list_answer files = find_files(f, "/etc/cloud/cloud.cfg.d/*.cfg", 256);
    for (size_t i = 0; i < files.count; i++)
        read_cloud_file(f, files.names[i]);
    static const char disabled[] = "/etc/cloud/cloud-init.disabled";
    if (tree_stat(f->tree, disabled).presence == PRESENCE_PRESENT)
        add(f, "cloud-init", "disabled", "true", disabled, 0);
}

static void read_crypttab(struct facts *f)
{
    static const char path[] = "/etc/crypttab";
    struct bytes rest, line;
    if (!read_conf(f, path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        if (w.count >= 2 && w.items[0][0] != '#')
            add(f, "crypttab", w.items[0], w.items[1], path, n);
    }
}

void facts_read_conf(struct facts *f)
{
    read_selinux(f);
    read_selinux_ports(f);
    read_cloud_init(f);
    read_crypttab(f);
    read_modprobe(f);
    read_auditd(f);
}
