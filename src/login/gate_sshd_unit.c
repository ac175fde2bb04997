/* Gate sshd, what starts it: systemd units and sockets, OpenRC run levels, SysV links, masks,
 * drop-ins, conditions. Judged once for the guest. */
#include "login/visit.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"

static bool is_state(const struct unit_fact *u, const char *state)
{
    return u->state && strcmp(u->state, state) == 0;
}

static bool is_role(const struct unit_fact *u, const char *role)
{
    return u->role && strcmp(u->role, role) == 0;
}

static bool starts_sshd(const struct unit_fact *u)
{
    return is_role(u, "sshd") || is_role(u, "sshd-socket");
}

/* With default.target led astray nothing is reached at boot, and that is the boot gate's lock:
 * here it then counts what the unit's own links say. */
static bool is_wanted(const struct unit_fact *u, bool default_target_broken)
{
    if (u->at_boot)
        return true;
    return default_target_broken && (is_state(u, "enabled") || is_state(u, "generated"));
}

/* The line that gave the unit its ExecStart, or, as far as the names tell, the last drop-in. */
static struct place exec_place(const struct unit_fact *u)
{
    if (u->problem_at.file)
        return u->problem_at;
    if (u->exec_at.file)
        return u->exec_at;
    if (u->drop_ins.count > 0)
        return place_of_file(u->drop_ins.items[u->drop_ins.count - 1]);
    return place_of_file(u->path ? u->path : u->at.file);
}

static struct place unit_place(const struct unit_fact *u)
{
    if (u->at.file)
        return u->at;
    return place_of_file(u->path);
}

static void lock_condition(const struct unit_fact *u, struct reason_list *out)
{
    bool not_to_be_run = strstr(u->condition_failed, "sshd_not_to_be_run") != NULL;
    struct reason *r = not_to_be_run
                           ? reason_for_all(out, "sshd-not-to-be-run", GATE_SHUT,
                                            place_of_file("/etc/ssh/sshd_not_to_be_run"))
                           : reason_for_all(out, "sshd-unit-override-broken", GATE_SHUT,
                                            u->condition_at.file ? u->condition_at : unit_place(u));
    r->value = u->condition_failed;
    r->keyword = u->name;
}

/* The program the unit names is not there: sshd itself, or a wrong path in an override? */
static void lock_program(const struct facts *f, const struct unit_fact *u, struct reason_list *out)
{
    bool is_sshd = f->os.sshd_path && u->exec_path && strcmp(u->exec_path, f->os.sshd_path) == 0;
    if (is_sshd || !f->os.sshd_path)
        return; /* gate_sshd looks at sshd itself */
    struct reason *r = reason_for_all(out, "sshd-unit-override-broken", GATE_SHUT, exec_place(u));
    r->value = u->exec_path;
    r->keyword = u->name;
    r->wanted = f->os.sshd_path;
    r->detail = "no such program";
}

/* A unit that is wanted at boot: true when it comes up. */
static bool comes_up(const struct facts *f, const struct unit_fact *u, struct reason_list *locks)
{
    size_t before = locks->items.count;
    if (u->problem) {
        struct reason *r = reason_for_all(locks, "sshd-unit-override-broken", GATE_SHUT,
                                          u->problem_at.file ? u->problem_at : unit_place(u));
        r->value = u->problem;
        r->keyword = u->name;
    } else if (u->condition_failed) {
        lock_condition(u, locks);
    } else if (u->exec_ok == TRUTH_NO) {
        lock_program(f, u, locks);
    } else if (u->unreadable) {
        struct reason *r =
            reason_for_all(locks, "sshd-unit-override-broken", GATE_UNKNOWN, unit_place(u));
        r->keyword = u->name;
        r->detail = u->unreadable;
    }
    return locks->items.count == before;
}

/* A socket brings up the service of its name; one that answers by NAME@.service needs none. */
static bool socket_is_served(const struct facts *f, const struct unit_fact *socket,
                             struct reason_list *locks)
{
    const char *dot = strrchr(socket->name, '.');
    size_t stem = dot ? (size_t)(dot - socket->name) : strlen(socket->name);
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!is_role(u, "sshd") || strncmp(u->name, socket->name, stem) != 0 ||
            strcmp(u->name + stem, ".service") != 0)
            continue;
        /* sshd.socket of RHEL and SUSE accepts by itself and runs sshd@.service. */
        if (strcmp(socket->name, "sshd.socket") == 0)
            return true;
        if (is_state(u, "masked")) {
            struct reason *r = reason_for_all(locks, "sshd-unit-masked", GATE_SHUT, unit_place(u));
            r->keyword = u->name;
            r->value = u->target ? u->target : "/dev/null";
            return false;
        }
        return comes_up(f, u, locks);
    }
    return true;
}

/* Ubuntu starts sshd by its socket since 22.10. */
static bool socket_is_default(const struct facts *f)
{
    return f->os.id && strcmp(f->os.id, "ubuntu") == 0 && f->os.version &&
           (strtol(f->os.version, NULL, 10) >= 23 || strcmp(f->os.version, "22.10") == 0);
}

/* Nothing starts sshd: say which link is missing, or which mask is in the way. */
static void lock_not_wanted(const struct facts *f, struct reason_list *out)
{
    const struct unit_fact *service = NULL, *masked = NULL, *unknown = NULL;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!starts_sshd(u) || strchr(u->name, '@'))
            continue;
        if (u->unreadable)
            unknown = u;
        /* The name that was masked, rather than an alias of it. */
        bool by_name = u->at.file && strcmp(path_name(u->at.file), u->name) == 0;
        if (is_state(u, "masked") && (!masked || (is_role(u, "sshd") && by_name) ||
                                      (is_role(u, "sshd") && !is_role(masked, "sshd"))))
            masked = u;
        bool better = !service || (is_role(u, "sshd") && !is_role(service, "sshd")) ||
                      (is_state(service, "missing") && !is_state(u, "missing"));
        if (!is_state(u, "alias") && better)
            service = u;
    }
    /* A mask on the socket alone is usual where the service is the one in use. */
    bool mask_decides = masked && (is_role(masked, "sshd") || !service || service == masked ||
                                   socket_is_default(f));
    const struct unit_fact *u = mask_decides ? masked : service;
    struct reason *r = reason_for_all(out, mask_decides ? "sshd-unit-masked" : "sshd-unit-disabled",
                                      unknown ? GATE_UNKNOWN : GATE_SHUT,
                                      unknown ? unit_place(unknown)
                                      : u     ? unit_place(u)
                                              : place_of_file("/etc/systemd/system"));
    if (u) {
        r->keyword = u->name;
        r->value = mask_decides ? (u->target ? u->target : "/dev/null") : u->state;
        if (u->wanted_by.count > 0)
            r->wanted = u->wanted_by.items[0];
    } else {
        r->value = "missing";
    }
    if (unknown)
        r->detail = unknown->unreadable;
}

/* The same line holds for a unit and its other name. */
static bool is_said(const struct reason_list *out, const struct reason *r)
{
    for (size_t i = 0; i < out->items.count; i++) {
        const struct reason *said = &out->items.items[i];
        if (strcmp(said->id, r->id) == 0 && said->at.line == r->at.line && said->at.file &&
            r->at.file && strcmp(said->at.file, r->at.file) == 0)
            return true;
    }
    return false;
}

void gate_sshd_unit(const struct facts *f, bool default_target_broken, struct reason_list *out)
{
    struct reason_list locks = {.arena = f->arena};
    bool seen = false, wanted = false;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->name || !starts_sshd(u) || is_state(u, "missing"))
            continue;
        seen = true;
        if (!is_wanted(u, default_target_broken))
            continue;
        wanted = true;
        bool up = is_role(u, "sshd-socket")
                      ? comes_up(f, u, &locks) && socket_is_served(f, u, &locks)
                      : comes_up(f, u, &locks);
        if (up)
            return;
    }
    for (size_t i = 0; i < locks.items.count; i++)
        if (!is_said(out, &locks.items.items[i]))
            vec_push(out->arena, &out->items, locks.items.items[i]);
    if (wanted)
        return;
    /* A tree without any service manager (a container, a build root) starts sshd by other means. */
    if (f->os.service_manager == SERVICES_UNKNOWN && !seen)
        return;
    if (!f->os.sshd_path && !seen)
        return; /* no sshd at all: gate_sshd says so */
    lock_not_wanted(f, out);
}
