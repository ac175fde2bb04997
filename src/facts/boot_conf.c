/* What else decides whether the machine comes up: SELinux labels of the first files, huge pages,
 * preloaded libraries, the EFI system partition, cloud-init's own files. All become `conf` records;
 * verdicts are login/'s. */
#include "facts/boot.h"

#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "facts/os_elf.h"
#include "facts/os_library.h"
#include "syntax/yaml_nodes.h"

#define MOST_FILES 256u

static void add(struct facts *f, const char *purpose, const char *key, const char *value,
                struct place at)
{
    if (facts_has_room(f, "conf", f->conf.count))
        vec_push(f->arena, &f->conf, ((struct conf_fact){purpose, key, value, at}));
}

static bool has_selinux_policy(const struct facts *f)
{
    vec_each (c, &f->conf)
        if (strcmp(c->purpose, "selinux") == 0 && strcmp(c->key, "policy") == 0)
            return strcmp(c->value, "present") == 0;
    return false;
}

/* NULL: cannot be told; "": none. */
static const char *label_of(struct facts *f, const char *path)
{
    struct xattrs_answer x = tree_xattrs(f->tree, path);
    if (x.presence != PRESENCE_PRESENT)
        return NULL;
    for (size_t i = 0; i < x.count; i++) {
        struct bytes value = x.xattrs[i].value;
        if (strcmp(x.xattrs[i].name, "security.selinux") != 0)
            continue;
        while (value.len > 0 && value.ptr[value.len - 1] == '\0')
            value.len--;
        return arena_text(f->arena, value);
    }
    return "";
}

/* Files without which nobody logs in. Where not one of them has a label the copy may have left all
 * of them out: that says nothing about the machine. */
static void read_labels(struct facts *f)
{
    static const char *const paths[] = {
        "/etc",           "/etc/passwd",          "/etc/shadow", "/etc/nsswitch.conf",
        "/etc/ssh",       "/etc/ssh/sshd_config", "/etc/pam.d",  "/etc/pam.d/sshd",
        "/usr/sbin/sshd",
    };
    const char *labels[sizeof paths / sizeof *paths];
    bool any = false;
    if (!has_selinux_policy(f))
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat_answer s = tree_stat(f->tree, paths[i]);
        labels[i] = s.presence == PRESENCE_PRESENT ? label_of(f, s.real_path) : NULL;
        any |= labels[i] && *labels[i];
    }
    if (!any)
        facts_note(f, "no file has an SELinux label; if this is a copy that left them out, put "
                      "them back (or make /.autorelabel) before the machine starts from it");
    for (size_t i = 0; any && i < sizeof paths / sizeof *paths; i++)
        if (labels[i])
            add(f, "selinux-label", paths[i], *labels[i] ? labels[i] : "none",
                place_of_file(paths[i]));
}

static void read_sysctl_file(struct facts *f, const char *path)
{
    static const char *const keys[] = {"vm.nr_hugepages", "vm.panic_on_oom"};
    struct bytes rest, line;
    if (!facts_read_file(f, "conf", path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        line = text_trim(line);
        if (line.len > 0 && line.ptr[0] == '-') /* sysctl.d(5): do not complain */
            line = text_trim(bytes_cut(line, 1, line.len));
        const char *equals = line.len > 0 ? memchr(line.ptr, '=', line.len) : NULL;
        if (!equals || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        size_t at = (size_t)(equals - line.ptr);
        char *key = arena_text(f->arena, text_trim(bytes_cut(line, 0, at)));
        if (strncmp(key, "vm/", 3) == 0)
            key[2] = '.';
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (strcmp(key, keys[k]) == 0)
                add(f, "sysctl", keys[k],
                    arena_text(f->arena, text_trim(bytes_cut(line, at + 1, line.len))),
                    (struct place){path, n, 0});
    }
}

/* In the order in which the last one counts: by file name, and /etc hides the vendor's file of one
 * name. sysctl.conf is read by its own link of sysctl.d, late. */
static void read_sysctl(struct facts *f)
{
    struct list_answer own = tree_glob(f->tree, "/etc/sysctl.d/*.conf");
    for (size_t i = 0; own.presence == PRESENCE_PRESENT && i < own.count && i < MOST_FILES; i++)
        read_sysctl_file(f, own.names[i]);
    struct link_answer linked = tree_readlink(f->tree, "/etc/sysctl.d/99-sysctl.conf");
    if (linked.presence != PRESENCE_PRESENT)
        read_sysctl_file(f, "/etc/sysctl.conf");
}

/* ld.so passes over what it cannot open or is no library (rtld.c do_preload); what a library of
 * that list needs itself must be there, or no program starts. */
static void read_preload(struct facts *f)
{
    static const char path[] = "/etc/ld.so.preload";
    struct bytes rest, line;
    if (!facts_read_file(f, "conf", path, &rest))
        return;
    size_t count = 0;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        const char *hash = line.len > 0 ? memchr(line.ptr, '#', line.len) : NULL;
        if (hash)
            line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
        struct text_list words = text_words(f->arena, line, " \t\r:");
        for (size_t i = 0; i < words.count && count < 64; i++, count++) {
            const char *library = words.items[i];
            struct elf_facts elf = {0};
            if (library[0] != '/')
                continue;
            struct read_answer r = tree_read(f->tree, library, LIMIT_BINARY_BYTES);
            if (r.presence == PRESENCE_ABSENT) {
                add(f, "preload", library, "missing", (struct place){path, n, 0});
                continue;
            }
            if (r.presence != PRESENCE_PRESENT || !elf_read(f->arena, r.content, &elf))
                continue;
            struct text_list missing = facts_missing_libraries(f, &elf);
            if (missing.count > 0)
                add(f, "preload-needs", library, missing.items[0], (struct place){path, n, 0});
        }
    }
}

static bool has_loader(struct facts *f, const char *directory)
{
    struct list_answer vendors = tree_list(f->tree, directory);
    for (size_t i = 0; vendors.presence == PRESENCE_PRESENT && i < vendors.count && i < 64; i++) {
        struct list_answer files =
            tree_list(f->tree, path_join(f->arena, directory, vendors.names[i]));
        for (size_t k = 0; files.presence == PRESENCE_PRESENT && k < files.count; k++) {
            size_t n = strlen(files.names[k]);
            if (n > 4 && strcasecmp(files.names[k] + n - 4, ".efi") == 0)
                return true;
        }
    }
    return false;
}

/* Has the mounted EFI system partition any program that firmware could start? FAT does not tell
 * capitals apart. */
static void read_esp(struct facts *f)
{
    vec_each (m, &f->mounts) {
        if (!m->in_tree || !m->type || strcmp(m->type, "vfat") != 0 ||
            (strcmp(m->directory, "/boot/efi") != 0 && strcmp(m->directory, "/efi") != 0))
            continue;
        struct list_answer top = tree_list(f->tree, m->directory);
        if (top.presence != PRESENCE_PRESENT)
            continue;
        bool found = false;
        for (size_t i = 0; i < top.count; i++)
            if (strcasecmp(top.names[i], "EFI") == 0)
                found |= has_loader(f, path_join(f->arena, m->directory, top.names[i]));
        add(f, "esp", m->directory, found ? "loader" : "no loader", place_of_file(m->directory));
        return;
    }
}

static void read_cloud_file(struct facts *f, const char *path)
{
    struct bytes text;
    struct yaml_nodes yaml = {0};
    if (!facts_read_file(f, "conf", path, &text))
        return;
    yaml_nodes_read(f->arena, text, &yaml);
    if (yaml.problem && !yaml.is_limit)
        add(f, "cloud-init", "yaml-error", yaml.problem,
            (struct place){path, yaml.line, yaml.column});
}

static void read_cloud_init(struct facts *f)
{
    read_cloud_file(f, "/etc/cloud/cloud.cfg");
    struct list_answer files = tree_glob(f->tree, "/etc/cloud/cloud.cfg.d/*.cfg");
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < MOST_FILES; i++)
        read_cloud_file(f, files.names[i]);
}

void facts_read_boot_conf(struct facts *f)
{
    read_labels(f);
    read_sysctl(f);
    read_preload(f);
    read_esp(f);
    read_cloud_init(f);
}
