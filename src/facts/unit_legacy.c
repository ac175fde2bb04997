/* sshd started by OpenRC or by SysV links: no units, but the same questions. */
#include "facts/unit_parts.h"

#include <ctype.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"

static enum truth executable(struct facts *f, const char *path)
{
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return TRUTH_UNKNOWN;
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && (s.node.mode & 0111)
               ? TRUTH_YES
               : TRUTH_NO;
}

/* Program and options from the settings file that the init script reads. */
static void take_settings(struct facts *f, const char *const *files, size_t count,
                          struct unit_fact *out)
{
    static const char *const options[] = {"SSHD_OPTS", "OPTIONS", "command_args"};
    out->exec_path = f->os.sshd_path ? f->os.sshd_path : "/usr/sbin/sshd";
    for (size_t i = 0; i < count; i++) {
        struct bytes text;
        if (!facts_read_file(f, "unit", files[i], &text))
            continue;
        struct assignments list = {0};
        assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
        const char *binary = assignments_value(&list, "SSHD_BINARY");
        if (binary)
            out->exec_path = binary;
        const char *config = assignments_value(&list, "SSHD_CONFIG");
        if (config && strcmp(config, "/etc/ssh/sshd_config") != 0) {
            text_list_add(f->arena, &out->exec_options, "-f");
            text_list_add(f->arena, &out->exec_options, config);
        }
        for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
            const char *value = assignments_value(&list, options[k]);
            struct text_list words = value ? unit_words(f->arena, value) : (struct text_list){0};
            for (size_t w = 0; w < words.count; w++)
                text_list_add(f->arena, &out->exec_options, words.items[w]);
        }
    }
    out->exec_ok = executable(f, out->exec_path);
}

void units_read_openrc(struct facts *f)
{
    static const char *const levels[] = {"/etc/runlevels/default", "/etc/runlevels/boot",
                                         "/etc/runlevels/sysinit"};
    static const char *const settings[] = {"/etc/conf.d/sshd"};
    struct unit_fact out = {.name = "sshd",
                            .manager = "openrc",
                            .role = "sshd",
                            .state = "disabled",
                            .path = "/etc/init.d/sshd",
                            .at = {.file = "/etc/init.d/sshd"}};
    struct stat_answer script = tree_stat(f->tree, out.path);
    if (script.presence == PRESENCE_UNREADABLE) {
        out.unreadable = script.reason;
        facts_add_gap(f, "unit", out.at, script.reason);
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels && !out.at_boot; i++) {
        const char *link = path_join(f->arena, levels[i], "sshd");
        struct stat_answer l = tree_lstat(f->tree, link);
        if (l.presence != PRESENCE_PRESENT)
            continue;
        out.state = "enabled";
        out.at = place_of_file(link);
        struct link_answer target = tree_readlink(f->tree, link);
        out.target = target.presence == PRESENCE_PRESENT ? target.target : NULL;
        out.at_boot = script.presence == PRESENCE_PRESENT && (script.node.mode & 0111);
        break;
    }
    if (script.presence == PRESENCE_ABSENT) {
        out.state = "missing";
        out.path = NULL;
        out.at_boot = false;
    }
    take_settings(f, settings, 1, &out);
    vec_push(f->arena, &f->units, out);
}

/* id:3:initdefault: */
static char default_run_level(struct facts *f)
{
    struct read_answer r = tree_read(f->tree, "/etc/inittab", LIMIT_CONFIG_BYTES);
    struct bytes rest = r.presence == PRESENCE_PRESENT ? r.content : (struct bytes){0}, line;
    while (text_next_line(&rest, &line)) {
        struct text_list w = text_words(f->arena, line, ":\r");
        if (line.len > 0 && line.ptr[0] != '#' && w.count >= 3 &&
            strcmp(w.items[2], "initdefault") == 0 && isdigit((unsigned char)w.items[1][0]))
            return w.items[1][0];
    }
    return f->os.family_code == FAMILY_DEBIAN ? '2' : '3';
}

/* Something of the unit's own name, a link that leads nowhere too: it comes before what is generated.
 */
static bool has_unit_name(struct facts *f, const char *name)
{
    static const char *const directories[] = {"/etc/systemd/system",
                                              "/usr/local/lib/systemd/system",
                                              "/usr/lib/systemd/system", "/lib/systemd/system"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (tree_lstat(f->tree, path_join(f->arena, directories[i], name)).presence !=
            PRESENCE_ABSENT)
            return true;
    return false;
}

/* A script without a unit of its name: systemd makes one of it (sysv-generator.c). */
bool units_add_generated(struct facts *f, const char *service)
{
    static const char *const generators[] = {
        "/usr/lib/systemd/system-generators/systemd-sysv-generator",
        "/lib/systemd/system-generators/systemd-sysv-generator"};
    static const char *const settings[] = {"/etc/default/ssh", "/etc/sysconfig/sshd",
                                           "/etc/sysconfig/ssh"};
    struct unit_fact out = {.name = arena_printf(f->arena, "%s.service", service),
                            .manager = "systemd",
                            .role = "sshd",
                            .state = "generated",
                            .path = path_join(f->arena, "/etc/init.d", service)};
    if (has_unit_name(f, out.name) || executable(f, out.path) != TRUTH_YES ||
        (executable(f, generators[0]) != TRUTH_YES && executable(f, generators[1]) != TRUTH_YES))
        return false;
    for (char level = '2'; level <= '5' && !out.at_boot; level++) {
        struct list_answer links = tree_glob(
            f->tree, arena_printf(f->arena, "/etc/rc%c.d/S[0-9][0-9]%s", level, service));
        out.at_boot = links.presence == PRESENCE_PRESENT && links.count > 0;
    }
    if (!out.at_boot)
        return false;
    out.at = place_of_file(out.path);
    take_settings(f, settings, sizeof settings / sizeof *settings, &out);
    vec_push(f->arena, &f->units, out);
    return true;
}

void units_read_sysv(struct facts *f)
{
    static const char *const scripts[] = {"/etc/init.d/sshd", "/etc/init.d/ssh",
                                          "/etc/rc.d/init.d/sshd"};
    static const char *const settings[] = {"/etc/default/ssh", "/etc/sysconfig/sshd",
                                           "/etc/sysconfig/ssh"};
    struct unit_fact out = {.name = "sshd", .manager = "sysv", .role = "sshd", .state = "missing"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts && !out.path; i++) {
        if (tree_stat(f->tree, scripts[i]).presence != PRESENCE_PRESENT)
            continue;
        out.path = scripts[i];
        out.name = path_name(scripts[i]);
        out.at = place_of_file(out.path);
        out.state = "disabled";
    }
    char level = default_run_level(f);
    static const char *const roots[] = {"/etc/rc%c.d", "/etc/rc.d/rc%c.d", "/etc/init.d/rc%c.d"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots && out.path; i++) {
        char directory[32];
        size_t n = strlen(roots[i]);
        for (size_t k = 0, to = 0; k <= n; k++) { /* the one %c */
            if (roots[i][k] == '%') {
                directory[to++] = level;
                k++;
            } else {
                directory[to++] = roots[i][k];
            }
        }
        struct list_answer list = tree_list(f->tree, directory);
        for (size_t k = 0; list.presence == PRESENCE_PRESENT && k < list.count; k++) {
            const char *name = list.names[k];
            if (name[0] != 'S' || !isdigit((unsigned char)name[1]) ||
                !isdigit((unsigned char)name[2]) ||
                (strcmp(name + 3, "ssh") != 0 && strcmp(name + 3, "sshd") != 0))
                continue;
            out.state = "enabled";
            out.at_boot = true;
            out.at = place_of_file(arena_printf(f->arena, "%s/%s", directory, name));
        }
    }
    take_settings(f, settings, sizeof settings / sizeof *settings, &out);
    vec_push(f->arena, &f->units, out);
}
