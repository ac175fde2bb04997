/* Modes, owners and presence of the paths whose state decides a login, and of what sshd_config
 * points at. Contents only of key lists. */
#include "facts/file.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "facts/safe_path.h"
#include "syntax/ssh_key.h"
#include "syntax/ssh_key_revoked.h"

static const struct fact_field file_fields[] = {
    FACT_FIELD(file_fact, path, FIELD_TEXT),        FACT_FIELD(file_fact, purpose, FIELD_TEXT),
    FACT_FIELD(file_fact, exists, FIELD_BOOL),      FACT_FIELD(file_fact, unreadable, FIELD_TEXT),
    FACT_FIELD(file_fact, type, FIELD_TEXT),        FACT_FIELD(file_fact, mode, FIELD_MODE),
    FACT_FIELD(file_fact, uid, FIELD_NUMBER),       FACT_FIELD(file_fact, gid, FIELD_NUMBER),
    FACT_FIELD(file_fact, owner, FIELD_TEXT),       FACT_FIELD(file_fact, group, FIELD_TEXT),
    FACT_FIELD(file_fact, size, FIELD_NUMBER),      FACT_FIELD(file_fact, link, FIELD_TEXT),
    FACT_FIELD(file_fact, real_path, FIELD_TEXT),   FACT_FIELD(file_fact, safe, FIELD_TRUTH),
    FACT_FIELD(file_fact, unsafe_path, FIELD_TEXT), FACT_FIELD(file_fact, unsafe_why, FIELD_TEXT),
    FACT_FIELD(file_fact, content, FIELD_TEXT),     FACT_FIELD(file_fact, label, FIELD_TEXT),
    FACT_FIELD(file_fact, at, FIELD_PLACE),
};
const struct fact_kind file_kind = FACT_KIND("file", file_fact, file_fields);

static const struct {
    const char *path, *purpose;
} sentinels[] = {
    {"/", "sentinel"},
    {"/etc", "sentinel"},
    {"/usr", "sentinel"},
    {"/home", "sentinel"},
    {"/root", "sentinel"},
    {"/var", "sentinel"},
    {"/boot", "sentinel"},
    {"/boot/efi", "sentinel"},
    {"/usr/bin", "sentinel"},
    {"/usr/lib", "sentinel"},
    {"/tmp", "sentinel"},
    {"/var/tmp", "sentinel"},
    {"/bin", "root-link"},
    {"/sbin", "root-link"},
    {"/lib", "root-link"},
    {"/lib64", "root-link"},
    {"/sbin/init", "init"},
    {"/etc/init", "init"},
    {"/bin/init", "init"},
    {"/usr/lib/systemd/systemd", "init-program"},
    {"/boot/grub/grub.cfg", "grub"},
    {"/boot/grub2/grub.cfg", "grub"},
    {"/boot/grub/i386-pc", "grub"},
    {"/boot/grub2/i386-pc", "grub"},
    {"/boot/grub/x86_64-efi", "grub"},
    {"/boot/grub2/x86_64-efi", "grub"},
    {"/boot/grub/i386-pc/normal.mod", "grub"},
    {"/boot/grub2/i386-pc/normal.mod", "grub"},

    {"/etc/ssh", "etc-ssh"},
    {"/etc/ssh/sshd_config.d", "etc-ssh"},
    {"/etc/ssh/sshd_config", "sshd-config"},
    {"/etc/ssh/moduli", "moduli"},
    {"/etc/ssh/sshd_not_to_be_run", "not-to-be-run"},
    {"/etc/passwd", "id-file"},
    {"/etc/group", "id-file"},
    {"/etc/shadow", "id-file"},
    {"/etc/gshadow", "id-file"},
    {"/etc/nsswitch.conf", "nsswitch"},
    {"/etc/sssd/sssd.conf", "sssd"},
    {"/etc/passwd.lock", "lock"},
    {"/etc/shadow.lock", "lock"},
    {"/etc/group.lock", "lock"},
    {"/etc/gshadow.lock", "lock"},
    {"/etc/.pwd.lock", "pwd-lock"},
    {"/etc/ptmp", "lock"},
    {"/etc/nologin", "nologin"},
    {"/etc/fstab", "fstab"},
    {"/.autorelabel", "autorelabel"},
    {"/etc/machine-id", "first-boot"},
    {"/var/lib/cloud/instance", "first-boot"},
    {"/etc/cloud/cloud.cfg", "first-boot"},
    {"/etc/ssh/ssh_host_rsa_key", "host-key"},
    {"/etc/ssh/ssh_host_ecdsa_key", "host-key"},
    {"/etc/ssh/ssh_host_ed25519_key", "host-key"},
};

static const char *owner_name(const struct facts *f, int64_t uid)
{
    vec_each (account, &f->accounts)
        if (account->nss_visible && account->uid == uid)
            return account->name;
    return NULL;
}

static const char *label_of(struct facts *f, const char *path)
{
    struct xattrs_answer x = tree_xattrs(f->tree, path);
    for (size_t i = 0; x.presence == PRESENCE_PRESENT && i < x.count; i++) {
        if (strcmp(x.xattrs[i].name, "security.selinux") != 0)
            continue;
        struct bytes value = x.xattrs[i].value;
        while (value.len > 0 && value.ptr[value.len - 1] == '\0')
            value.len--;
        return arena_text(f->arena, value);
    }
    return NULL;
}

/* The record stays valid until the next one is added. */
static struct file_fact *add_file(struct facts *f, const char *path, const char *purpose)
{
    vec_each (known, &f->files)
        if (strcmp(known->path, path) == 0 && strcmp(known->purpose, purpose) == 0)
            return NULL;
    if (!facts_has_room(f, "file", f->files.count))
        return NULL;
    struct file_fact *file = vec_push_new(f->arena, &f->files);
    *file = (struct file_fact){.path = path,
                               .purpose = purpose,
                               .uid = FACT_NO_NUMBER,
                               .gid = FACT_NO_NUMBER,
                               .size = FACT_NO_NUMBER,
                               .at = place_of_file(path)};
    struct stat_answer l = tree_lstat(f->tree, path);
    if (l.presence == PRESENCE_PRESENT && l.node.type == NODE_SYMLINK) {
        struct link_answer link = tree_readlink(f->tree, path);
        file->link = link.presence == PRESENCE_PRESENT ? link.target : NULL;
    }
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE) {
        file->unreadable = s.reason;
        facts_add_gap(f, "file", file->at, s.reason);
    }
    if (s.presence != PRESENCE_PRESENT)
        return file;
    file->exists = true;
    file->type = node_type_name(s.node.type);
    file->mode = s.node.mode;
    file->uid = s.node.uid;
    file->gid = s.node.gid;
    file->owner = owner_name(f, s.node.uid);
    file->group = facts_group_name(f, s.node.gid);
    file->size = (int64_t)s.node.size;
    file->real_path = s.real_path;
    return file;
}

/* sshd.c _PATH_PRIVSEP_CHROOT_DIR as each family configures it; NULL: on a tmpfs, made at boot. */
static const char *privsep_directory(struct facts *f)
{
    switch (f->os.family_code) {
    case FAMILY_DEBIAN:
        return NULL;
    case FAMILY_RHEL:
        /* moved with OpenSSH 8.7 (EL 9) and 8.5 (Fedora 34) */
        if (tree_lstat(f->tree, "/usr/share/empty.sshd").presence == PRESENCE_PRESENT ||
            f->os.openssh_version >= 807)
            return "/usr/share/empty.sshd";
        return "/var/empty/sshd";
    case FAMILY_SUSE:
        return "/var/lib/empty";
    case FAMILY_ARCH:
        return "/usr/share/empty.sshd";
    case FAMILY_FLATCAR:
    case FAMILY_AZURELINUX:
        return NULL; /* not known well enough to say that it is missing */
    case FAMILY_ALPINE:
    case FAMILY_UNKNOWN:
        break;
    }
    return "/var/empty";
}

/* A file that sshd runs or trusts: who could have changed it. */
static void judge_safety(struct facts *f, struct file_fact *file)
{
    if (!file->exists)
        return;
    struct stat_answer s = tree_stat(f->tree, file->path);
    struct safe_path_answer answer = safe_path_check(f, s.real_path, &s.node, NULL, 0);
    file->safe = answer.safe;
    file->unsafe_path = answer.path;
    file->unsafe_why = answer.why;
    file->label = label_of(f, s.real_path);
}

static const char *binary_list_content(struct facts *f, struct bytes content,
                                       struct text_list *keys)
{
    struct ssh_key_revoked list = {0};
    ssh_key_revoked_read(f->arena, content, &list);
    vec_each (print, &list.fingerprints)
        text_list_add(f->arena, keys, *print);
    return strcmp(list.state, "ok") == 0        ? "krl"
           : strcmp(list.state, "garbage") == 0 ? "krl-garbage"
                                                : "krl-unclear";
}

/* auth.c auth_key_is_revoked, krl.c: a KRL, or a list of keys that ends at the first bad line. */
static const char *key_list_content(struct facts *f, const char *path, struct text_list *keys)
{
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "file", place_of_file(path), r.reason);
    if (r.presence != PRESENCE_PRESENT)
        return NULL;
    if (ssh_key_revoked_is_binary(r.content))
        return r.cut ? "krl-unclear" : binary_list_content(f, r.content, keys);
    bool any = false;
    struct bytes rest = r.content, line;
    while (text_next_line(&rest, &line)) {
        line = text_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        struct ssh_key_line key = {0};
        ssh_key_line_parse(f->arena, line, f->os.openssh_version, &key);
        if (key.defect || key.options.count > 0)
            return "garbage";
        if (key.fingerprint)
            text_list_add(f->arena, keys, key.fingerprint);
        any = true;
    }
    return any ? "ok" : "empty";
}

static const struct {
    const char *keyword, *purpose;
    bool first_word; /* a command line: only its program */
    bool key_list;
} pointed[] = {
    {"RevokedKeys", "revoked-keys", false, true},
    {"TrustedUserCAKeys", "trusted-ca", false, true},
    {"AuthorizedPrincipalsFile", "principals-file", false, false},
    {"AuthorizedKeysCommand", "keys-command", true, false},
    {"AuthorizedPrincipalsCommand", "principals-command", true, false},
    {"ForceCommand", "force-command", true, false},
};

static void add_pointed(struct facts *f, size_t i, const char *value, struct place at)
{
    struct text_list words = text_words(f->arena, bytes_of(value), " \t");
    for (size_t k = 0; k < words.count && (k == 0 || !pointed[i].first_word) && k < 64; k++) {
        const char *path = words.items[k];
        if (path[0] != '/' || strchr(path, '%'))
            continue; /* none, internal-sftp, or different for each person */
        struct file_fact *file = add_file(f, path, pointed[i].purpose);
        if (!file)
            continue;
        judge_safety(f, file);
        if (pointed[i].key_list && file->exists)
            file->content = key_list_content(f, path, &file->keys);
        if (!file->exists)
            file->at = at.file ? at : file->at;
    }
}

static void add_all_pointed(struct facts *f)
{
    for (size_t i = 0; i < sizeof pointed / sizeof *pointed; i++)
        vec_each (d, &f->sshd->directives)
            if (d->is_valid && strcmp(d->keyword, pointed[i].keyword) == 0)
                add_pointed(f, i, d->value, d->at);
}

/* id files of SUSE and others may be in /usr/etc; host key directories are looked at by key.c. */
static void add_sshd_programs(struct facts *f)
{
    add_file(f, f->os.sshd_path ? f->os.sshd_path : "/usr/sbin/sshd", "sshd");
    if (f->os.session_path)
        add_file(f, f->os.session_path, "sshd-session");
    if (f->os.auth_path)
        add_file(f, f->os.auth_path, "sshd-auth");
    vec_each (unit, &f->units)
        if (strcmp(unit->role, "sshd") == 0 && unit->exec_path && unit->exec_path[0] == '/')
            add_file(f, unit->exec_path, "sshd-exec");
}

void facts_read_files(struct facts *f)
{
    for (size_t i = 0; i < sizeof sentinels / sizeof *sentinels; i++)
        add_file(f, sentinels[i].path, sentinels[i].purpose);
    const char *privsep = privsep_directory(f);
    if (privsep)
        add_file(f, privsep, "privsep-dir");
    if (f->sshd->path && !facts_file(f, f->sshd->path))
        add_file(f, f->sshd->path, "sshd-config");
    struct list_answer drop_ins = tree_glob(f->tree, "/etc/ssh/sshd_config.d/*.conf");
    for (size_t i = 0; drop_ins.presence == PRESENCE_PRESENT && i < drop_ins.count && i < 512; i++)
        add_file(f, drop_ins.names[i], "sshd-drop-in");
    add_sshd_programs(f);
    add_all_pointed(f);
}
