/* The units that are reported, each judged by the pieces of unit_parts.h. */
#include "facts/unit.h"

#include "base/path.h"
#include "facts/collect.h"
#include "facts/unit_parts.h"

static const struct fact_field unit_fields[] = {
    FACT_FIELD(unit_fact, name, FIELD_TEXT),
    FACT_FIELD(unit_fact, manager, FIELD_TEXT),
    FACT_FIELD(unit_fact, role, FIELD_TEXT),
    FACT_FIELD(unit_fact, state, FIELD_TEXT),
    FACT_FIELD(unit_fact, at_boot, FIELD_BOOL),
    FACT_FIELD(unit_fact, path, FIELD_TEXT),
    FACT_FIELD(unit_fact, target, FIELD_TEXT),
    FACT_FIELD(unit_fact, wanted_by, FIELD_TEXTS),
    FACT_FIELD(unit_fact, drop_ins, FIELD_TEXTS),
    FACT_FIELD(unit_fact, exec_start, FIELD_TEXT),
    FACT_FIELD(unit_fact, exec_path, FIELD_TEXT),
    FACT_FIELD(unit_fact, exec_ok, FIELD_TRUTH),
    FACT_FIELD(unit_fact, exec_options, FIELD_TEXTS),
    FACT_FIELD(unit_fact, runtime_directories, FIELD_TEXTS),
    FACT_FIELD(unit_fact, listen, FIELD_TEXTS),
    FACT_FIELD(unit_fact, condition_failed, FIELD_TEXT),
    FACT_FIELD(unit_fact, problem, FIELD_TEXT),
    FACT_FIELD(unit_fact, unreadable, FIELD_TEXT),
    FACT_FIELD(unit_fact, at, FIELD_PLACE),
    FACT_FIELD(unit_fact, problem_at, FIELD_PLACE),
};
const struct fact_kind unit_kind = FACT_KIND("unit", unit_fact, unit_fields);

/* OTHER: its usual second name, whose drop-ins count as well while that name is an alias. */
static const struct {
    const char *name, *role, *other;
} reported[] = {
    {"ssh.service", "sshd", "sshd.service"},
    {"sshd.service", "sshd", "ssh.service"},
    {"ssh.socket", "sshd-socket", "sshd.socket"},
    {"sshd.socket", "sshd-socket", "ssh.socket"},
    {"ssh@.service", "sshd", NULL},
    {"sshd@.service", "sshd", NULL},
    {"sshd-keygen.target", "keygen", NULL},
    {"sshd-keygen.service", "keygen", NULL},
    {"sshd-keygen@.service", "keygen", NULL},
    {"sshd-keygen@rsa.service", "keygen", NULL},
    {"sshd-keygen@ecdsa.service", "keygen", NULL},
    {"sshd-keygen@ed25519.service", "keygen", NULL},
    {"dbus.service", "core", NULL},
    {"dbus-broker.service", "core", NULL},
    {"dbus.socket", "core", NULL},
    {"systemd-logind.service", "core", NULL},
    {"systemd-user-sessions.service", "core", NULL},
    {"systemd-networkd.service", "core", NULL},
    {"NetworkManager.service", "core", NULL},
    {"network.target", "core", NULL},
    {"multi-user.target", "core", NULL},
    {"sysinit.target", "core", NULL},
    {"basic.target", "core", NULL},
    {"local-fs.target", "core", NULL},
    {"sockets.target", "core", NULL},
    {"auditd.service", "audit", NULL},
    {"nftables.service", "firewall", NULL},
    {"netfilter-persistent.service", "firewall", NULL},
    {"iptables.service", "firewall", NULL},
    {"ip6tables.service", "firewall", NULL},
    {"ufw.service", "firewall", NULL},
    {"SuSEfirewall2.service", "firewall", NULL},
    {"fail2ban.service", "firewall", NULL},
    {"sshguard.service", "firewall", NULL},
    {"firewalld.service", "firewall", NULL},
    {"networking.service", "network", NULL},
    {"network.service", "network", NULL},
    {"wicked.service", "network", NULL},
    {"dhcpcd.service", "network", NULL},
    {"connman.service", "network", NULL},
    {"cloud-init-local.service", "network", NULL},
};

static struct unit_fact judge(const struct unit_tree *u, const struct text_list *reached,
                              const char *name, const char *role, const char *other)
{
    struct arena *a = u->f->arena;
    struct unit_fact out = {.name = arena_strdup(a, name), .manager = "systemd", .role = role};
    struct unit_source source = unit_find(u, name);
    const char *names[3];
    size_t count = 0;
    names[count++] = source.name;
    if (strcmp(source.name, name) != 0)
        names[count++] = name;
    if (other && strcmp(other, source.name) != 0) {
        struct unit_source second = unit_find(u, other);
        if (second.kind == UNIT_FOUND && strcmp(second.name, source.name) == 0)
            names[count++] = other;
    }
    out.drop_ins = unit_drop_ins(u, names, count);
    struct unit_file file = {0};
    unit_load(u, &source, &out.drop_ins, &file);
    unit_judge_state(u, name, &source, &file, &out);
    if (source.kind == UNIT_FOUND) {
        out.at_boot = text_list_has(reached, source.name);
        unit_judge_conditions(u, &file, &out);
        unit_judge_exec(u, name, &file, &out);
    }
    if (source.kind == UNIT_UNREADABLE)
        facts_add_gap(u->f, "unit", place_of_file(source.path), source.reason);
    return out;
}

/* Its target says where the machine stops: a link in /etc, or the vendor's. */
static void add_default_target(const struct unit_tree *u)
{
    struct unit_source source = unit_find(u, "default.target");
    struct unit_file none = {0};
    struct unit_fact out = {.name = "default.target",
                            .manager = "systemd",
                            .role = "default-target"};
    unit_judge_state(u, "default.target", &source, &none, &out);
    out.at_boot = source.kind == UNIT_FOUND;
    for (size_t i = 0; i < u->count; i++) { /* the link itself, also when it leads nowhere */
        if (!unit_directory_has(&u->directories[i], "default.target"))
            continue;
        out.at = place_of_file(path_join(u->f->arena, u->directories[i].path, "default.target"));
        break;
    }
    if (source.kind != UNIT_MASKED && source.name)
        out.target = source.name;
    vec_push(u->f->arena, &u->f->units, out);
}

static bool is_reported(const char *name)
{
    for (size_t i = 0; i < sizeof reported / sizeof *reported; i++)
        if (strcmp(reported[i].name, name) == 0)
            return true;
    return false;
}

/* Every other socket that opens at boot: it may take sshd's port. */
static void add_other_sockets(const struct unit_tree *u, const struct text_list *reached)
{
    for (size_t i = 0; i < reached->count; i++) {
        const char *suffix = strrchr(reached->items[i], '.');
        if (!suffix || strcmp(suffix, ".socket") != 0 || is_reported(reached->items[i]))
            continue;
        struct unit_fact unit = judge(u, reached, reached->items[i], "socket", NULL);
        if (unit.listen.count > 0)
            vec_push(u->f->arena, &u->f->units, unit);
    }
}

static void read_systemd(struct facts *f)
{
    struct unit_tree u;
    unit_tree_read(f, &u);
    struct text_list reached = unit_reached(&u);
    bool any_service = false;
    for (size_t i = 0; i < sizeof reported / sizeof *reported; i++) {
        struct unit_fact unit =
            judge(&u, &reached, reported[i].name, reported[i].role, reported[i].other);
        if (strcmp(unit.state, "missing") == 0)
            continue;
        /* an instance that nobody masked or enabled is its template */
        if (strchr(unit.name, '@') && !strstr(unit.name, "@.") &&
            strcmp(unit.state, "masked") != 0 && strcmp(unit.state, "enabled") != 0)
            continue;
        any_service |= i < 2;
        vec_push(f->arena, &f->units, unit);
    }
    if (!any_service && !units_add_generated(f, "ssh") && !units_add_generated(f, "sshd")) {
        const char *name = f->os.family_code == FAMILY_DEBIAN ? "ssh.service" : "sshd.service";
        struct unit_fact missing = {.name = name,
                                    .manager = "systemd",
                                    .role = "sshd",
                                    .state = "missing"};
        vec_push(f->arena, &f->units, missing);
    }
    add_other_sockets(&u, &reached);
    add_default_target(&u);
}

void facts_read_units(struct facts *f)
{
    switch (f->os.service_manager) {
    case SERVICES_SYSTEMD:
        read_systemd(f);
        break;
    case SERVICES_OPENRC:
        units_read_openrc(f);
        break;
    case SERVICES_SYSV:
        units_read_sysv(f);
        break;
    case SERVICES_UNKNOWN:
        facts_note(f, "no known service manager: what starts sshd is not judged");
        break;
    }
}
