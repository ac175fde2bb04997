/* Gate sshd, host keys: is there one that loads, or will one be made before sshd starts? Judged
 * once for the guest. sshd: sshd.c main, authfile.c sshkey_perm_ok. */
#include "login/visit.h"

#include <string.h>

#include "base/path.h"

static bool is_state(const struct host_key_fact *k, const char *state)
{
    return k->state && strcmp(k->state, state) == 0;
}

static const char *const generated_paths[] = {"/etc/ssh/ssh_host_rsa_key",
                                              "/etc/ssh/ssh_host_ecdsa_key",
                                              "/etc/ssh/ssh_host_ed25519_key"};

static bool is_generated_path(const char *path)
{
    for (size_t i = 0; i < sizeof generated_paths / sizeof *generated_paths; i++)
        if (strcmp(path, generated_paths[i]) == 0)
            return true;
    return false;
}

static bool first_boot(const struct facts *f)
{
    /* systemd: ConditionFirstBoot holds where machine-id is missing; an empty one does not count.
     */
    const struct file_fact *id = facts_file(f, "/etc/machine-id");
    return id && !id->exists && !id->unreadable;
}

/* cloud-init has not run on this disk yet: as on an image straight from the vendor, the next boot
 * is a new instance to it, and it makes the keys. */
static bool cloud_init_makes_keys(const struct facts *f)
{
    const struct file_fact *config = facts_file(f, "/etc/cloud/cloud.cfg");
    const struct file_fact *instance = facts_file(f, "/var/lib/cloud/instance");
    if (!config || !config->exists || !instance || instance->exists || instance->unreadable ||
        instance->link)
        return false;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (c->purpose && c->key && strcmp(c->purpose, "cloud-init") == 0 &&
            strcmp(c->key, "disabled") == 0)
            return false;
    }
    return true;
}

/* Families whose units or init scripts make missing keys before sshd starts. */
static bool makes_keys_at_boot(const struct facts *f)
{
    switch (f->os.family_code) {
    case FAMILY_RHEL:
    case FAMILY_SUSE:
    case FAMILY_ALPINE:
    case FAMILY_ARCH:
    case FAMILY_FLATCAR:
    case FAMILY_AZURELINUX:
        return true;
    case FAMILY_DEBIAN:
    case FAMILY_UNKNOWN:
        break;
    }
    if (cloud_init_makes_keys(f))
        return true;
    if (!first_boot(f))
        return false;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (u->role && strcmp(u->role, "keygen") == 0 && u->at_boot && !u->problem)
            return true;
    }
    return false;
}

/* RHEL and its like: the masked or conditioned unit that would have made the keys, or NULL. */
static const struct unit_fact *keygen_blocker(const struct facts *f)
{
    if (f->os.family_code != FAMILY_RHEL && f->os.family_code != FAMILY_AZURELINUX)
        return NULL;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->role || strcmp(u->role, "keygen") != 0)
            continue;
        bool masked = u->state && strcmp(u->state, "masked") == 0;
        if (masked || u->condition_failed || u->problem)
            return u;
    }
    return NULL;
}

/* RHEL's unit also makes anew what is there and empty (ConditionFileNotEmpty). */
static bool will_be_made(const struct facts *f, const struct host_key_fact *k)
{
    if (!is_generated_path(k->path))
        return false;
    return is_state(k, "missing") || (is_state(k, "empty") && f->os.family_code == FAMILY_RHEL);
}

static const char *reason_of(const struct facts *f, const struct host_key_fact *k)
{
    if (is_state(k, "too-open")) {
        /* 0640 root:ssh_keys was the distribution's own way up to EL 9 and Fedora 37. */
        bool legacy = (k->mode & 0777) == 0640 && k->group && strcmp(k->group, "ssh_keys") == 0;
        return legacy && f->os.family_code == FAMILY_RHEL ? "hostkey-legacy-group-mode"
                                                          : "hostkey-too-open";
    }
    if (is_state(k, "missing"))
        return "hostkey-path-or-label";
    return "hostkey-unusable";
}

static void fill(struct arena *a, struct reason *r, const struct host_key_fact *k)
{
    r->value = is_state(k, "too-open") ? arena_printf(a, "mode %04o", k->mode & 07777) : k->state;
    r->keyword = k->path;
    r->detail = k->detail;
    r->wanted = k->type;
}

/* While another key loads: what is broken is worth a word, what is only absent is not, unless a
 * HostKey line asks for it. */
static void note_broken(const struct facts *f, bool made, struct reason_list *out)
{
    for (size_t i = 0; i < f->host_keys.count; i++) {
        const struct host_key_fact *k = &f->host_keys.items[i];
        if (k->loadable || (made && will_be_made(f, k)) || is_state(k, "unreadable"))
            continue;
        bool missing = is_state(k, "missing");
        if (missing && !k->named)
            continue;
        struct place at = missing && k->named_at.file ? k->named_at
                          : k->at.file                ? k->at
                                                      : place_of_file(k->path);
        fill(f->arena, reason_for_all(out, reason_of(f, k), GATE_OPEN, at), k);
    }
}

/* Files of other names that could have been meant by HostKey lines that all lead nowhere. */
static bool other_keys_exist(const struct facts *f)
{
    for (size_t i = 0; i < sizeof generated_paths / sizeof *generated_paths; i++) {
        const struct file_fact *file = facts_file(f, generated_paths[i]);
        if (file && file->exists)
            return true;
    }
    return false;
}

static void lock_missing(const struct facts *f, const struct host_key_fact *first,
                         struct reason_list *out)
{
    const struct unit_fact *blocker = keygen_blocker(f);
    if (blocker && is_generated_path(first->path)) {
        struct reason *r =
            reason_for_all(out, "sshd-keygen-blocked", GATE_SHUT,
                           blocker->problem_at.file ? blocker->problem_at : blocker->at);
        r->value = blocker->condition_failed ? blocker->condition_failed
                   : blocker->problem        ? blocker->problem
                                             : blocker->state;
        r->keyword = blocker->name;
        r->detail = first->path;
        return;
    }
    bool elsewhere = first->named && !is_generated_path(first->path) && other_keys_exist(f);
    struct reason *r =
        reason_for_all(out, elsewhere ? "hostkey-path-or-label" : "hostkeys-missing", GATE_SHUT,
                       elsewhere && first->named_at.file ? first->named_at
                                                         : place_of_file(first->path));
    fill(f->arena, r, first);
}

/* No key loads: the reason is what ails those that are there, else that none is. */
static void lock_none_loads(const struct facts *f, struct reason_list *out)
{
    const struct host_key_fact *missing = NULL, *unreadable = NULL;
    bool broken = false;
    for (size_t i = 0; i < f->host_keys.count; i++) {
        const struct host_key_fact *k = &f->host_keys.items[i];
        if (is_state(k, "missing")) {
            missing = missing ? missing : k;
        } else if (is_state(k, "unreadable")) {
            unreadable = k;
        } else if (!reason_list_has(out, reason_of(f, k))) {
            broken = true;
            fill(f->arena,
                 reason_for_all(out, reason_of(f, k), GATE_SHUT,
                                k->at.file ? k->at : place_of_file(k->path)),
                 k);
        }
    }
    if (unreadable) {
        for (size_t i = 0; i < out->items.count; i++)
            if (strncmp(out->items.items[i].id, "hostkey", 7) == 0)
                out->items.items[i].state = GATE_UNKNOWN;
        fill(f->arena,
             reason_for_all(out, "hostkey-unusable", GATE_UNKNOWN, place_of_file(unreadable->path)),
             unreadable);
    } else if (!broken && missing) {
        lock_missing(f, missing, out);
    }
}

void gate_sshd_host_keys(const struct facts *f, struct reason_list *out)
{
    if (f->host_keys.count == 0 || !f->os.sshd_path)
        return;
    bool made = makes_keys_at_boot(f) && !keygen_blocker(f);
    for (size_t i = 0; i < f->host_keys.count; i++) {
        const struct host_key_fact *k = &f->host_keys.items[i];
        if (k->loadable || (made && will_be_made(f, k))) {
            note_broken(f, made, out);
            return;
        }
    }
    lock_none_loads(f, out);
}
