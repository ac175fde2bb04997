/* SELinux, cloud-init and crypttab values, each where it stands. Verdicts are login/'s. */
#include "facts/conf.h"

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
    vec_each (p, &list.items)
        if (strcmp(p->name, "SELINUX") == 0 || strcmp(p->name, "SELINUXTYPE") == 0)
            add(f, "selinux", p->name, p->value, path, p->line);
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
}
