/* facts/: distribution and sshd, keys, mounts, boot words, sentinels, single settings. */
#include "base/path.h"
#include "facts_suite.h"

#include "facts/collect.h"
#include "facts/os_elf.h"

#define ED25519                                                                                    \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPv1sZ0bXsWBsqYGsdHB9VKZUCzlWk9o2ZmDzgX9ZXzZ a@b\n"

static const struct {
    const char *path, *text, *family, *id, *version;
} systems[] = {
    {"/etc/os-release", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", "debian", "ubuntu",
     "24.04"},
    {"/etc/os-release", "ID=\"rocky\"\nVERSION_ID='9.4'\n", "rhel", "rocky", "9.4"},
    {"/etc/os-release", "ID=opensuse-leap\nVERSION_ID=15.6\n", "suse", "opensuse-leap", "15.6"},
    {"/etc/os-release", "ID=myos\nID_LIKE=\"foo centos\"\nVERSION_ID=1\n", "rhel", "myos", "1"},
    {"/etc/os-release", "ID=mariner\nVERSION_ID=2.0\n", "azurelinux", "mariner", "2.0"},
    {"/etc/os-release", "ID=flatcar\n", "flatcar", "flatcar", ""},
    {"/etc/os-release", "ID=arch\n", "arch", "arch", ""},
    {"/etc/os-release", "ID=weird\n", "unknown", "weird", ""},
    {"/etc/redhat-release", "CentOS release 6.10 (Final)\n", "rhel", "centos", "6.10"},
    {"/etc/alpine-release", "3.4.6\n", "alpine", "alpine", "3.4.6"},
    {"/etc/debian_version", "7.11\n", "debian", "debian", "7.11"},
};

START_TEST(distributions_are_recognised)
{
    memory_tree_remove(tree, "/etc/os-release");
    put(systems[_i].path, systems[_i].text, 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(f->os.family, systems[_i].family);
    ck_assert_str_eq(f->os.id, systems[_i].id);
    ck_assert_str_eq(f->os.version, systems[_i].version);
}
END_TEST

static const struct {
    const char *path, *family;
} databases[] = {
    {"/var/lib/dpkg/status", "debian"}, {"/lib/apk/db/installed", "alpine"},
    {"/var/lib/pacman/local", "arch"},  {"/etc/zypp/zypp.conf", "suse"},
    {"/etc/dnf/dnf.conf", "rhel"},      {"/etc/pacman.conf", "unknown"},
};

/* A name that nobody knows, on packages that everybody does. */
START_TEST(packages_tell_the_family)
{
    put("/etc/os-release", "ID=weird\n", 0644, 0, 0);
    put(databases[_i].path, "x\n", 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(f->os.id, "weird");
    ck_assert_str_eq(f->os.family, databases[_i].family);
    bool is_said = false;
    vec_each (note, &f->notes)
        is_said |= strstr(*note, "unknown distribution \"weird\"") != NULL;
    ck_assert(is_said);
}
END_TEST

START_TEST(the_binary_tells_its_version)
{
    struct facts *f = gather();
    ck_assert_str_eq(f->os.openssh, "9.2p1");
    ck_assert_str_eq(f->os.openssh_banner, "OpenSSH_9.2p1 Debian-2");
    ck_assert_str_eq(f->os.openssh_source, "binary");
    ck_assert_int_eq(f->os.openssh_version, 902);
    ck_assert_int_eq(f->os.private_group, TRUTH_YES);
    ck_assert_int_eq(f->os.pam, TRUTH_YES);
}
END_TEST

START_TEST(without_a_binary_the_packages_tell)
{
    put("/usr/sbin/sshd", "garbage", 0755, 0, 0);
    put("/var/lib/dpkg/status",
        "Package: openssh-client\nVersion: 1:7.0p1-1\n\nPackage: openssh-server\nStatus: "
        "x\nVersion: 1:8.4p1-5+deb11u3\n",
        0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(f->os.openssh, "8.4p1");
    ck_assert_str_eq(f->os.openssh_source, "dpkg");
    memory_tree_remove(tree, "/var/lib/dpkg");
    put("/lib/apk/db/installed", "P:openssh-server\nV:9.3_p2-r0\n", 0644, 0, 0);
    ck_assert_str_eq(gather()->os.openssh, "9.3p2");
    memory_tree_remove(tree, "/lib/apk");
    f = gather();
    ck_assert_str_eq(f->os.openssh, "9.2p1");
    ck_assert_str_eq(f->os.openssh_source, "distribution");
    put("/etc/os-release", "ID=weird\n", 0644, 0, 0);
    f = gather();
    ck_assert_ptr_null(f->os.openssh);
    ck_assert_str_eq(f->os.openssh_source, "unknown");
    ck_assert_uint_gt(f->notes.count, 0);
}
END_TEST

START_TEST(a_cut_elf_is_survived)
{
    FILE *self = fopen("/proc/self/exe", "rb");
    ck_assert_ptr_nonnull(self);
    char *buffer = arena_alloc(arena, 65536);
    size_t n = fread(buffer, 1, 65536, self);
    fclose(self);
    struct elf_facts elf;
    for (size_t length = 0; length < n; length += length < 4096 ? 7 : 997) {
        elf_read(arena, (struct bytes){buffer, length}, &elf);
        ck_assert(elf.is_cut == (length >= 4)); /* the program is larger than all of these */
    }
    for (size_t i = 16; i < 4096; i += 3) { /* every header byte wrong once */
        char kept = buffer[i];
        buffer[i] = (char)0xff;
        elf_read(arena, (struct bytes){buffer, n}, &elf);
        buffer[i] = kept;
    }
}
END_TEST

static const struct key_file_fact *key_file(const struct facts *f, const char *user)
{
    vec_each (k, &f->key_files)
        if (strcmp(k->user, user) == 0)
            return k;
    return NULL;
}

static void give_ana_a_key(uint32_t mode, uint32_t uid)
{
    memory_tree_directory(tree, "/home/ana/.ssh", 0700, 1000, 1000);
    put("/home/ana/.ssh/authorized_keys", ED25519, mode, uid, uid);
}

START_TEST(a_key_file_is_walked_as_sshd_does)
{
    give_ana_a_key(0600, 1000);
    struct facts *f = gather();
    const struct key_file_fact *k = key_file(f, "ana");
    ck_assert_str_eq(k->state, "ok");
    ck_assert_str_eq(k->path, "/home/ana/.ssh/authorized_keys");
    ck_assert(k->readable_by_user);
    ck_assert_ptr_null(k->unsafe_path);
    ck_assert_int_eq(k->lines, 1);
    ck_assert_int_eq(k->usable_lines, 1);
    ck_assert_str_eq(f->keys.items[0].type, "ssh-ed25519");
    ck_assert_ptr_nonnull(f->keys.items[0].fingerprint);
}
END_TEST

/* misc.c safe_path; the private-group rule on Debian only. */
static const struct {
    const char *path;
    uint32_t mode, uid, gid;
    const char *os, *group, *kind, *why;
} walks[] = {
    {"/home/ana", 0777, 1000, 1000, NULL, NULL, "home", "world-writable"},
    {"/home/ana", 0775, 1000, 1000, NULL, NULL, NULL, NULL},
    {"/home/ana", 0775, 1000, 1000, "ID=rhel\nVERSION_ID=9\n", NULL, "home", "group-writable"},
    {"/home/ana", 0775, 1000, 1000, NULL, "root:x:0:\nana:x:1000:bob\n", "home", "group-writable"},
    {"/home/ana", 0775, 1000, 1000, NULL, "root:x:0:\nana:x:1000:ana\n", NULL, NULL},
    {"/home/ana", 0775, 1000, 0, NULL, NULL, "home", "group-writable"},
    {"/home/ana", 0755, 1001, 1001, NULL, NULL, "home", "owner"},
    {"/home/ana", 0755, 0, 0, NULL, NULL, NULL, NULL},
    {"/home/ana/.ssh", 0722, 1000, 1000, NULL, NULL, "ssh-directory", "world-writable"},
    {"/home/ana/.ssh/authorized_keys", 0666, 1000, 1000, NULL, NULL, "file", "world-writable"},
    {"/home/ana/.ssh/authorized_keys", 0644, 1001, 1001, NULL, NULL, "file", "owner"},
    {"/home", 0777, 0, 0, NULL, NULL, NULL, NULL},
};

START_TEST(strict_modes)
{
    give_ana_a_key(0600, 1000);
    memory_tree_meta(tree, walks[_i].path, walks[_i].mode, walks[_i].uid, walks[_i].gid);
    if (walks[_i].os)
        put("/etc/os-release", walks[_i].os, 0644, 0, 0);
    if (walks[_i].group)
        put("/etc/group", walks[_i].group, 0644, 0, 0);
    const struct key_file_fact *k = key_file(gather(), "ana");
    if (walks[_i].why) {
        ck_assert_ptr_nonnull(k->unsafe_path);
        ck_assert_str_eq(k->unsafe_path, walks[_i].path);
        ck_assert_str_eq(k->unsafe_kind, walks[_i].kind);
        ck_assert_str_eq(k->unsafe_why, walks[_i].why);
    } else {
        ck_assert_ptr_null(k->unsafe_path);
    }
}
END_TEST

START_TEST(what_the_user_cannot_open)
{
    give_ana_a_key(0600, 0);
    const struct key_file_fact *k = key_file(gather(), "ana");
    ck_assert(!k->readable_by_user);
    ck_assert_str_eq(k->blocked_at, "/home/ana/.ssh/authorized_keys");
    give_ana_a_key(0600, 1000);
    memory_tree_meta(tree, "/home", 0700, 0, 0);
    ck_assert_str_eq(key_file(gather(), "ana")->blocked_at, "/home");
    memory_tree_meta(tree, "/home", 0755, 0, 0);
    memory_tree_meta(tree, "/home/ana/.ssh", 0600, 1000, 1000);
    ck_assert_str_eq(key_file(gather(), "ana")->blocked_at, "/home/ana/.ssh");
}
END_TEST

START_TEST(links_are_followed_to_where_they_lead)
{
    memory_tree_directory(tree, "/srv/k", 0777, 0, 0);
    put("/srv/k/authorized_keys", ED25519, 0644, 0, 0);
    memory_tree_symlink(tree, "/home/ana/.ssh", "/srv/k");
    const struct key_file_fact *k = key_file(gather(), "ana");
    ck_assert_str_eq(k->real_path, "/srv/k/authorized_keys");
    ck_assert_str_eq(k->unsafe_path, "/srv/k");
}
END_TEST

START_TEST(key_files_that_are_none)
{
    memory_tree_directory(tree, "/home/ana/.ssh", 0700, 1000, 1000);
    const char *path = "/home/ana/.ssh/authorized_keys";
    ck_assert_str_eq(key_file(gather(), "ana")->state, "missing");
    memory_tree_special(tree, path, NODE_FIFO);
    ck_assert_str_eq(key_file(gather(), "ana")->state, "not-regular");
    memory_tree_remove(tree, path);
    memory_tree_directory(tree, path, 0755, 1000, 1000);
    ck_assert_str_eq(key_file(gather(), "ana")->state, "not-regular");
    memory_tree_remove(tree, path);
    memory_tree_symlink(tree, path, "/nowhere");
    ck_assert_str_eq(key_file(gather(), "ana")->state, "dangling");
    memory_tree_symlink(tree, path, "authorized_keys");
    ck_assert_str_eq(key_file(gather(), "ana")->state, "loop");
    memory_tree_remove(tree, path);
    put(path, ED25519, 0600, 1000, 1000);
    memory_tree_unreadable(tree, path, "input/output error");
    struct facts *f = gather();
    ck_assert_str_eq(key_file(f, "ana")->state, "unreadable");
    ck_assert(has_gap(f, "key_file"));
}
END_TEST

START_TEST(patterns_tokens_and_wrong_homes)
{
    put("/etc/ssh/sshd_config",
        "AuthorizedKeysFile /etc/ssh/keys/%u %h/.k%% %x none\nMatch User ana\n AuthorizedKeysFile "
        "/m/%U\n",
        0644, 0, 0);
    put("/etc/passwd", "root:x:0:0::/root:/bin/bash\nana:x:1000:1000::/var/ana:/bin/bash\n", 0644,
        0, 0);
    give_ana_a_key(0600, 1000);
    struct facts *f = gather();
    struct text_list got = {0};
    vec_each (k, &f->key_files)
        if (strcmp(k->user, "ana") == 0)
            text_list_add(arena, &got, arena_printf(arena, "%s|%s", k->path, k->state));
    ck_assert(text_list_has(&got, "/etc/ssh/keys/ana|missing"));
    ck_assert(text_list_has(&got, "/var/ana/.k%|missing"));
    ck_assert(text_list_has(&got, "%x|bad-token"));
    ck_assert(text_list_has(&got, "none|none"));
    ck_assert(text_list_has(&got, "/m/1000|missing"));
    ck_assert(text_list_has(&got, "/var/ana/.ssh/authorized_keys|missing"));
    ck_assert(text_list_has(&got, "/home/ana/.ssh/authorized_keys|ok"));
    ck_assert_str_eq(f->key_files.items[f->key_files.count - 1].pattern, "(home)");
}
END_TEST

START_TEST(broken_lines_are_told_apart)
{
    give_ana_a_key(0600, 1000);
    put("/home/ana/.ssh/authorized_keys",
        "# comment\n\n" ED25519
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n"
        "foo-bar " ED25519
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\nIPv1sZ0bXsWBsqYGsdHB9VKZUCzlWk9o2ZmDzgX9ZXzZ\n",
        0600, 1000, 1000);
    struct facts *f = gather();
    ck_assert_int_eq(key_file(f, "ana")->usable_lines, 1);
    ck_assert_uint_eq(f->keys.count, 4);
    ck_assert_int_eq(f->keys.items[0].at.line, 3);
    ck_assert_str_eq(f->keys.items[1].defect, "ssh2-format");
    ck_assert_int_eq(f->keys.items[2].at.line, 7);
    ck_assert_ptr_nonnull(f->keys.items[2].defect);
    ck_assert_str_eq(f->keys.items[3].defect, "wrapped");
}
END_TEST

START_TEST(host_key_modes)
{
    put("/etc/ssh/ssh_host_ed25519_key", "garbage\n", 0640, 0, 998);
    struct facts *f = gather();
    const struct host_key_fact *key = NULL;
    vec_each (k, &f->host_keys)
        if (strstr(k->path, "ed25519"))
            key = k;
    ck_assert_ptr_nonnull(key);
    ck_assert_str_eq(key->state, "too-open");
    ck_assert(!key->named);
    ck_assert_str_eq(f->host_keys.items[0].state, "missing");
    put("/etc/os-release", "ID=rhel\nVERSION_ID=9.4\n", 0644, 0, 0);
    f = gather();
    vec_each (k, &f->host_keys)
        if (strstr(k->path, "ed25519"))
            key = k;
    ck_assert_str_eq(key->state, "invalid");
    ck_assert_str_eq(key->group, "ssh_keys");
    put("/etc/os-release", "ID=rhel\nVERSION_ID=10.0\n", 0644, 0, 0);
    f = gather();
    vec_each (k, &f->host_keys)
        if (strstr(k->path, "ed25519"))
            key = k;
    ck_assert_str_eq(key->state, "too-open");
    put("/etc/ssh/sshd_config", "HostKey etc/ssh/other\nHostKey none\n", 0644, 0, 0);
    f = gather();
    ck_assert_uint_eq(f->host_keys.count, 1);
    ck_assert_str_eq(f->host_keys.items[0].path, "/etc/ssh/other");
    ck_assert_int_eq(f->host_keys.items[0].named_at.line, 1);
}
END_TEST

static void add_disk(const char *device, const char *type, const char *uuid, const char *on)
{
    memory_tree_filesystem(tree, &(struct filesystem){.device = device,
                                                      .type = type,
                                                      .uuid = uuid,
                                                      .label = "",
                                                      .partuuid = "",
                                                      .partlabel = "",
                                                      .size = 1 << 30,
                                                      .mounted_on = on});
}

static const struct {
    const char *line;
    const char *defect;
    enum truth found;
    bool required;
    const char *identifies;
} fstab_lines[] = {
    {"UUID=aaaa /data ext4 defaults 0 2", NULL, TRUTH_YES, true, "UUID"},
    {"UUID=\"aaaa\" /data ext4", NULL, TRUTH_YES, true, "UUID"},
    {"UUID=zzzz /data ext4 defaults", NULL, TRUTH_NO, true, "UUID"},
    {"UUID=zzzz /data ext4 nofail,x-systemd.device-timeout=5", NULL, TRUTH_NO, false, "UUID"},
    {"/dev/disk/by-uuid/aaaa /data auto noauto", NULL, TRUTH_YES, false, "UUID"},
    {"/dev/vda2 /data ext4 defaults", NULL, TRUTH_YES, true, "path"},
    {"/dev/nvme0n1p2 /data ext4 defaults", NULL, TRUTH_YES, true, "path"},
    {"/dev/sdq9 /data ext4 defaults", NULL, TRUTH_UNKNOWN, true, "path"},
    {"/dev/mapper/vg-lv /data ext4 defaults", NULL, TRUTH_NO, true, "mapper"},
    {"srv:/x /data nfs defaults", NULL, TRUTH_UNKNOWN, false, "none"},
    {"tmpfs /data tmpfs defaults", NULL, TRUTH_YES, true, "none"},
    {"UUID=zzzz none swap sw 0 0", NULL, TRUTH_NO, false, "UUID"},
    {"UUID=aaaa /data", "too-few-fields", TRUTH_YES, true, "UUID"},
    {"UUID=aaaa /data ext44 defaults", "unknown-type", TRUTH_YES, true, "UUID"},
    {"UUID=aaaa /data ext4 default", "unknown-option", TRUTH_YES, true, "UUID"},
    {"UUID=aaaa /data xfs defaults", "type-mismatch", TRUTH_YES, true, "UUID"},
    {"\"UUID=aaaa\" /data ext4 defaults", "quoted", TRUTH_UNKNOWN, true, "none"},
    {"UUID=aaaa data ext4 defaults", "bad-directory", TRUTH_YES, false, "UUID"},
    {"UUID=aaaa /data ext4 defaults 0 x", "bad-number", TRUTH_YES, true, "UUID"},
    {"UUID=aaaa\xc2\xa0/data ext4 defaults", "odd-blank", TRUTH_NO, false, "UUID"},
    {"UUID=aaaa /my\\040data ext4 defaults", NULL, TRUTH_YES, true, "UUID"},
};

START_TEST(fstab_lines_are_judged)
{
    add_disk("/dev/sda1", "ext4", "rrrr", "/");
    add_disk("/dev/sda2", "ext4", "aaaa", "");
    put("/etc/fstab", arena_printf(arena, "# c\n%s\n", fstab_lines[_i].line), 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_uint_eq(f->mounts.count, 1);
    const struct mount_fact *m = &f->mounts.items[0];
    ck_assert_int_eq(m->at.line, 2);
    ck_assert_int_eq(m->device_found, fstab_lines[_i].found);
    ck_assert_str_eq(m->identifies, fstab_lines[_i].identifies);
    ck_assert_int_eq(m->required, fstab_lines[_i].required);
    if (fstab_lines[_i].defect)
        ck_assert_str_eq(m->defect ? m->defect : "none", fstab_lines[_i].defect);
    else
        ck_assert_msg(m->defect == NULL, "%s", m->defect);
}
END_TEST

START_TEST(below_what_is_not_mounted_all_is_unknown)
{
    add_disk("/dev/sda1", "ext4", "rrrr", "/");
    add_disk("/dev/sda2", "ext4", "aaaa", "");
    add_disk("/dev/sda3", "crypto_LUKS", "cccc", "");
    give_ana_a_key(0600, 1000);
    put("/etc/crypttab", "luks-home UUID=cccc none luks\n", 0644, 0, 0);
    put("/etc/fstab", "UUID=rrrr / ext4 defaults\n/dev/mapper/luks-home /home ext4 defaults\n",
        0644, 0, 0);
    struct facts *f = gather();
    ck_assert(f->mounts.items[0].in_tree);
    ck_assert_int_eq(f->mounts.items[1].device_found, TRUTH_YES);
    ck_assert(!f->mounts.items[1].in_tree);
    ck_assert_str_eq(facts_account(f, "ana")->home_state, "unreadable");
    ck_assert_str_eq(key_file(f, "ana")->state, "unreadable");
    ck_assert_uint_eq(f->conf.count, 1);
}
END_TEST

START_TEST(a_missing_nofail_disk_leaves_what_lies_beneath)
{
    add_disk("/dev/sda1", "ext4", "rrrr", "/");
    give_ana_a_key(0600, 1000);
    put("/etc/fstab", "UUID=rrrr / ext4 defaults\nUUID=zzzz /srv ext4 nofail\n", 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(key_file(f, "ana")->state, "ok");
}
END_TEST

START_TEST(mount_units_count_as_well)
{
    add_disk("/dev/sda1", "ext4", "rrrr", "/");
    add_disk("/dev/sda2", "ext4", "aaaa", "");
    give_ana_a_key(0600, 1000);
    put("/etc/systemd/system/home.mount",
        "[Mount]\nWhat=/dev/disk/by-uuid/aaaa\nWhere=/home\nType=ext4\n", 0644, 0, 0);
    ck_assert_str_eq(key_file(gather(), "ana")->state, "ok");
    memory_tree_symlink(tree, "/etc/systemd/system/local-fs.target.requires/home.mount",
                        "../home.mount");
    struct facts *f = gather();
    ck_assert_uint_eq(f->mounts.count, 1);
    ck_assert(f->mounts.items[0].required);
    ck_assert_int_eq(f->mounts.items[0].at.line, 2);
    ck_assert_str_eq(key_file(f, "ana")->state, "unreadable");
}
END_TEST

START_TEST(boot_words_know_their_entry)
{
    put("/boot/grub/grub.cfg",
        "set default=\"0\"\nmenuentry 'Debian' --id 'a' {\n  linux /vmlinuz root=UUID=x ro "
        "rd.break\n}\n"
        "submenu 'Advanced' {\n menuentry 'Debian (recovery mode)' {\n\tlinux\t/vmlinuz ro "
        "single\n }\n}\n",
        0644, 0, 0);
    put("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX=''\n",
        0644, 0, 0);
    put("/boot/grub2/grubenv",
        "# GRUB Environment Block\nkernelopts=root=UUID=x init=/bin/sh \n####", 0644, 0, 0);
    put("/boot/loader/entries/x.conf",
        "title Rocky (5.14)\nlinux /vmlinuz\noptions $kernelopts quiet\n", 0644, 0, 0);
    struct facts *f = gather();
    int seen = 0;
    vec_each (b, &f->boot) {
        if (!b->token) { /* a file of the default entry */
            ck_assert_str_eq(b->item, "kernel");
            ck_assert_str_eq(b->path, "/boot/vmlinuz");
            ck_assert_int_eq(b->found, TRUTH_NO);
        } else if (strcmp(b->token, "rd.break") == 0) {
            ck_assert_str_eq(b->entry, "Debian");
            ck_assert(b->is_default && !b->is_recovery);
            ck_assert_int_eq(b->at.line, 3);
            ck_assert_int_eq(b->at.column, 33);
            seen++;
        } else if (strcmp(b->token, "single") == 0) {
            ck_assert(b->is_recovery && !b->is_default);
            seen++;
        } else if (strcmp(b->token, "splash") == 0) {
            ck_assert_str_eq(b->origin, "default-grub");
            seen++;
        } else if (strcmp(b->token, "init=/bin/sh") == 0) {
            ck_assert_str_eq(b->origin, "grubenv");
            ck_assert_str_eq(b->at.file, "/boot/grub2/grubenv");
            seen++;
        }
    }
    ck_assert_int_eq(seen, 4);
}
END_TEST

START_TEST(what_sshd_points_at)
{
    put("/etc/ssh/sshd_config",
        "RevokedKeys /etc/ssh/revoked\nAuthorizedKeysCommand /opt/keys "
        "%u\nAuthorizedKeysCommandUser root\n",
        0644, 0, 0);
    put("/etc/ssh/revoked", "not a key\n", 0644, 0, 0);
    put("/opt/keys", "x", 0755, 0, 0);
    memory_tree_meta(tree, "/opt", 0777, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(facts_file(f, "/etc/ssh/revoked")->content, "garbage");
    ck_assert_int_eq(facts_file(f, "/etc/ssh/revoked")->safe, TRUTH_YES);
    ck_assert_int_eq(facts_file(f, "/opt/keys")->safe, TRUTH_NO);
    ck_assert_str_eq(facts_file(f, "/opt/keys")->unsafe_path, "/opt");
    /* PROTOCOL.krl: format 1, no version, date or flags, two empty strings, no section. */
    static const char krl[44] = "SSHKRL\n\0\0\0\0\1";
    memory_tree_file(tree, "/etc/ssh/revoked", (struct bytes){krl, sizeof krl}, 0644, 0, 0);
    ck_assert_str_eq(facts_file(gather(), "/etc/ssh/revoked")->content, "krl");
    memory_tree_file(tree, "/etc/ssh/revoked", (struct bytes){krl, 20}, 0644, 0, 0);
    ck_assert_str_eq(facts_file(gather(), "/etc/ssh/revoked")->content, "krl-garbage");
    put("/etc/ssh/revoked", "# none\n", 0644, 0, 0);
    ck_assert_str_eq(facts_file(gather(), "/etc/ssh/revoked")->content, "empty");
}
END_TEST

START_TEST(single_settings)
{
    put("/etc/selinux/config", "# x\nSELINUX=enforcing\nSELINUXTYPE=targeted # y\n", 0644, 0, 0);
    put("/var/lib/selinux/targeted/active/ports.local",
        "portcon tcp 2222 system_u:object_r:ssh_port_t:s0\n", 0644, 0, 0);
    put("/etc/cloud/cloud.cfg", "ssh_pwauth:   false # c\nusers:\n  - default\n", 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_uint_eq(f->conf.count, 5);
    ck_assert_str_eq(f->conf.items[1].value, "targeted");
    ck_assert_str_eq(f->conf.items[2].key, "policy");
    ck_assert_str_eq(f->conf.items[2].value, "missing");
    ck_assert_str_eq(f->conf.items[3].key, "ssh_port_t");
    ck_assert_str_eq(f->conf.items[4].value, "false");
}
END_TEST

START_TEST(network_files_may_hold_anything)
{
    put("/usr/lib/systemd/systemd", "x", 0755, 0, 0);
    put("/usr/lib/systemd/system/networking.service", "[Service]\nExecStart=/sbin/ifup -a\n", 0644,
        0, 0);
    put("/etc/network/interfaces",
        "source /etc/network/interfaces\nsource-directory /etc/network\nauto /eth*\niface\n"
        "iface eth0 inet dhcp\niface eth1\n",
        0644, 0, 0);
    put("/etc/NetworkManager/system-connections/a", "[connection\ntype=\n=x\n\x01\xff[", 0600, 0,
        0);
    put("/etc/NetworkManager/system-connections/b", "[connection]\ntype=ethernet\n", 0600, 7, 0);
    put("/etc/systemd/network/x.network", "[Match]\nName=\n[Network]\nDHCP", 0644, 0, 0);
    put("/etc/sysconfig/network-scripts/ifcfg-", "ONBOOT=\"", 0644, 0, 0);
    put("/usr/sbin/netplan", "x", 0755, 0, 0);
    put("/etc/netplan/a.yaml", "]]]}\n\t\n \t# x\n\tnetwork:", 0600, 0, 0);
    struct facts *f = gather();
    size_t interfaces = 0;
    vec_each (n, &f->network) {
        if (strcmp(n->manager, "ifupdown") == 0 && strcmp(n->item, "profile") == 0) {
            ck_assert(n->automatic || n->problem);
            interfaces++;
        }
        if (n->at.file && strcmp(path_name(n->at.file), "b") == 0)
            ck_assert_str_eq(n->problem, "wrong-owner");
    }
    ck_assert_uint_ge(interfaces, 2);
    ck_assert_uint_lt(interfaces, 200);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("facts: guest");
    TCase *t = tcase_create("guest");
    tcase_add_checked_fixture(t, facts_begin, facts_end);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, distributions_are_recognised, 0, COUNT(systems));
    tcase_add_loop_test(t, packages_tell_the_family, 0, COUNT(databases));
    tcase_add_test(t, the_binary_tells_its_version);
    tcase_add_test(t, without_a_binary_the_packages_tell);
    tcase_add_test(t, a_cut_elf_is_survived);
    tcase_add_test(t, a_key_file_is_walked_as_sshd_does);
    tcase_add_loop_test(t, strict_modes, 0, COUNT(walks));
    tcase_add_test(t, what_the_user_cannot_open);
    tcase_add_test(t, links_are_followed_to_where_they_lead);
    tcase_add_test(t, key_files_that_are_none);
    tcase_add_test(t, patterns_tokens_and_wrong_homes);
    tcase_add_test(t, broken_lines_are_told_apart);
    tcase_add_test(t, host_key_modes);
    tcase_add_loop_test(t, fstab_lines_are_judged, 0, COUNT(fstab_lines));
    tcase_add_test(t, below_what_is_not_mounted_all_is_unknown);
    tcase_add_test(t, a_missing_nofail_disk_leaves_what_lies_beneath);
    tcase_add_test(t, mount_units_count_as_well);
    tcase_add_test(t, boot_words_know_their_entry);
    tcase_add_test(t, what_sshd_points_at);
    tcase_add_test(t, single_settings);
    tcase_add_test(t, network_files_may_hold_anything);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
