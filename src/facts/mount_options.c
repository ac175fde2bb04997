/* Types and options of an fstab line, as systemd-fstab-generator and mount take them. */
#include "facts/mount_parts.h"

#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "facts/secret.h"

static const char *const disk_types[] = {
    "auto",     "bcachefs", "befs",   "btrfs",    "erofs",   "exfat",   "ext2",    "ext3",
    "ext4",     "f2fs",     "fat",    "gfs2",     "hfs",     "hfsplus", "iso9660", "jfs",
    "minix",    "msdos",    "nilfs2", "ntfs",     "ntfs-3g", "ntfs3",   "ocfs2",   "qnx4",
    "reiserfs", "reiser4",  "romfs",  "squashfs", "sysv",    "udf",     "ufs",     "umsdos",
    "vfat",     "xfs",      "zfs",    "zonefs",
};
static const char *const virtual_types[] = {
    "9p",         "aufs",      "autofs",  "binfmt_misc", "bind",     "bpf",      "cgroup",
    "cgroup2",    "configfs",  "cramfs",  "debugfs",     "devpts",   "devtmpfs", "ecryptfs",
    "efivarfs",   "fuse",      "fusectl", "hugetlbfs",   "mqueue",   "none",     "nullfs",
    "overlay",    "overlayfs", "pipefs",  "proc",        "pstore",   "ramfs",    "rpc_pipefs",
    "securityfs", "selinuxfs", "smackfs", "sysfs",       "tmpfs",    "tracefs",  "unionfs",
    "usbfs",      "vboxsf",    "vmhgfs",  "virtiofs",    "mergerfs", "prl_fs",   "nfsd",
    "rootfs",
};
static const char *const network_types[] = {
    /* systemd: mountpoint-util.c fstype_is_network; others it takes for local */
    "afs",   "ceph", "cifs", "davfs", "gfs",   "gfs2", "glusterfs", "lustre", "ncp",
    "ncpfs", "nfs",  "nfs4", "ocfs2", "pvfs2", "smb3", "smbfs",     "sshfs",
};
static const char *const other_network_types[] = {
    "beegfs", "coda", "efs", "gpfs", "s3fs",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool among(const char *const *table, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i], word) == 0)
            return true;
    return false;
}

const char *mount_option_value(const struct mount_fact *m, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < m->options.count; i++)
        if (strncmp(m->options.items[i], name, n) == 0 && m->options.items[i][n] == '=')
            return m->options.items[i] + n + 1;
    return NULL;
}

bool mount_has_option(const struct mount_fact *m, const char *name)
{
    return text_list_has(&m->options, name) || mount_option_value(m, name);
}

bool mount_is_bind(const struct mount_fact *m)
{
    return text_list_has(&m->options, "bind") || text_list_has(&m->options, "rbind") ||
           strcmp(m->type, "bind") == 0;
}

bool mount_is_virtual(const struct mount_fact *m)
{
    return mount_is_bind(m) || among(virtual_types, COUNT(virtual_types), m->type) ||
           strncmp(m->type, "fuse.", 5) == 0;
}

static bool is_network_type(const char *type)
{
    if (strncmp(type, "fuse.", 5) == 0)
        type += 5;
    return among(network_types, COUNT(network_types), type);
}

/* Of two opposite words the later one counts (systemd: fstab-util.c fstab_test_yes_no_option). */
static bool is_on(const struct mount_fact *m, const char *yes, const char *no)
{
    bool on = false;
    for (size_t i = 0; i < m->options.count; i++) {
        size_t n = strcspn(m->options.items[i], "=");
        if (n == strlen(yes) && strncmp(m->options.items[i], yes, n) == 0)
            on = true;
        else if (n == strlen(no) && strncmp(m->options.items[i], no, n) == 0)
            on = false;
    }
    return on;
}

bool mount_is_noauto(const struct mount_fact *m)
{
    return is_on(m, "noauto", "auto");
}

/* systemd mounts these itself and passes over their lines (mount-setup.c mount_point_is_api). */
static bool is_api(const struct mount_fact *m)
{
    static const char *const points[] = {
        "/proc",
        "/sys",
        "/dev",
        "/dev/pts",
        "/dev/shm",
        "/run",
        "/sys/kernel/security",
        "/sys/fs/pstore",
        "/sys/fs/bpf",
        "/sys/firmware/efi/efivars",
    };
    return among(points, COUNT(points), m->directory) || strcmp(m->type, "autofs") == 0 ||
           path_is_below(m->directory, "/sys/fs/cgroup");
}

/* Does local-fs.target require the unit that systemd-fstab-generator makes of this line? */
static bool is_required(const struct mount_fact *m)
{
    if (m->is_swap || m->directory[0] != '/' || is_api(m) ||
        mount_has_option(m, "x-systemd.automount") ||
        text_list_has(&m->options, "comment=systemd.automount"))
        return false;
    bool by_name = false;
    for (size_t i = 0; i < m->options.count; i++) {
        const char *option = m->options.items[i];
        if (strcmp(option, "x-systemd.required-by=local-fs.target") == 0)
            return true;
        by_name |= strncmp(option, "x-systemd.wanted-by=", 20) == 0 ||
                   strncmp(option, "x-systemd.required-by=", 22) == 0;
    }
    if (by_name || m->is_network)
        return false;
    return strcmp(m->directory, "/") == 0 || (!is_on(m, "nofail", "fail") && !mount_is_noauto(m));
}

static bool is_known_type(struct arena *a, const char *types)
{
    struct text_list list = text_words(a, bytes_of(types), ",");
    for (size_t i = 0; i < list.count; i++) {
        const char *type = list.items[i];
        if (!among(disk_types, COUNT(disk_types), type) &&
            !among(virtual_types, COUNT(virtual_types), type) && !is_network_type(type) &&
            !among(other_network_types, COUNT(other_network_types), type) &&
            strcmp(type, "swap") != 0 && strncmp(type, "fuse.", 5) != 0 &&
            strncmp(type, "mount.", 6) != 0)
            return false;
    }
    return list.count > 0;
}

/* Misspellings that every filesystem driver refuses. What a driver knows beyond these is its own
 * affair and changes with the kernel, so nothing else is called unknown. */
static const char *bad_option(const struct mount_fact *m)
{
    static const char *const wrong[] = {
        "default", "defauls", "defaut",   "defauts",  "deafults", "defualts", "defaluts",
        "defalts", "defults", "dafaults", "defaultd", "no-fail",  "nofial",   "nofali",
        "noffail", "no_fail", "notime",   "noatme",   "no-atime", "noauot",
    };
    for (size_t i = 0; i < m->options.count; i++)
        if (among(wrong, COUNT(wrong), m->options.items[i]) || m->options.items[i][0] == '#' ||
            strchr(m->options.items[i], '\r'))
            return m->options.items[i];
    return NULL;
}

/* The password of a network share may stand in the line itself. */
static void withhold_passwords(struct mount_fact *m)
{
    static const char *const names[] = {"password", "password2", "pass"};
    static const char *const shown[] = {"password=" SECRET_WITHHELD, "password2=" SECRET_WITHHELD,
                                        "pass=" SECRET_WITHHELD};
    for (size_t i = 0; i < m->options.count; i++) {
        size_t n = strcspn(m->options.items[i], "=");
        for (size_t k = 0; m->options.items[i][n] && k < COUNT(names); k++)
            if (strlen(names[k]) == n && strncasecmp(m->options.items[i], names[k], n) == 0)
                m->options.items[i] = shown[k];
    }
}

void mount_judge_options(struct arena *a, struct mount_fact *m)
{
    withhold_passwords(m);
    static const char *const system[] = {"/", "/usr", "/var", "/boot", "/boot/efi"};
    m->is_swap = strcmp(m->type, "swap") == 0;
    m->is_network = is_network_type(m->type) || text_list_has(&m->options, "_netdev");
    m->system = among(system, COUNT(system), m->directory);
    m->required = is_required(m);
    if (m->defect || m->field_count < 3)
        return;
    if (!is_known_type(a, m->type)) {
        m->defect = "unknown-type";
        m->detail = m->type;
    } else if (bad_option(m)) {
        m->defect = "unknown-option";
        m->detail = bad_option(m);
    }
}
