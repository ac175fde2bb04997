/* Gathers all facts in order and renders them: one table from record lists to sections. */
#include "facts/facts.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "facts/collect.h"

static const struct fact_field gap_fields[] = {
    FACT_FIELD(gap_fact, section, FIELD_TEXT),
    FACT_FIELD(gap_fact, reason, FIELD_TEXT),
    FACT_FIELD(gap_fact, at, FIELD_PLACE),
};
static const struct fact_kind gap_kind = FACT_KIND("gap", gap_fact, gap_fields);

/* What every producer starts with: asked for at once where an engine pays for each question. */
static const char *const first_paths[] = {
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/fstab",
    "/etc/crypttab",
    "/usr/sbin/sshd",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/login.defs",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/nsswitch.conf",
    "/etc/ssh",
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/lib/systemd/systemd",
    "/usr/lib/systemd/systemd",
    "/etc/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/local/lib/systemd/system",
    "/etc/systemd/system/multi-user.target.wants",
    "/etc/systemd/system/sockets.target.wants",
    "/etc/pam.d",
    "/etc/security",
    "/etc/default/ssh",
    "/etc/sysconfig/sshd",
    "/etc/selinux/config",
    "/etc/cloud/cloud.cfg",
    "/etc/cloud/cloud.cfg.d",
    "/boot/grub/grub.cfg",
    "/boot/grub2/grub.cfg",
    "/etc/default/grub",
    "/etc/network/interfaces",
    "/etc/systemd/network",
    "/etc/NetworkManager/system-connections",
    "/etc/netplan",
    "/boot/loader/entries",
};

struct facts *facts_gather(struct arena *a, struct tree *t, struct lens_session *lenses,
                           const struct sshd_keyword_table *keywords, int64_t at)
{
    struct facts *f = arena_new_struct(a, struct facts);
    f->arena = a;
    f->tree = t;
    f->lenses = lenses;
    f->keywords = keywords;
    f->at = at;
    facts_read_mounts(f);
    tree_prefetch(t, first_paths, sizeof first_paths / sizeof *first_paths);
    facts_read_os(f);
    facts_read_volumes(f);
    facts_read_accounts(f);
    facts_read_nsswitch(f);
    facts_read_units(f);
    facts_read_sshd(f);
    facts_read_keys(f);
    facts_read_files(f);
    facts_read_boot(f);
    facts_read_conf(f);
    facts_read_boot_conf(f);
    facts_read_initramfs(f);
    facts_read_space(f);
    facts_read_sudo(f);
    facts_read_firewall(f);
    facts_read_pam(f);
    facts_read_session(f);
    facts_read_network(f);
    return f;
}

/* The unit whose sshd answers a connection: the service that starts at boot, the service behind a
 * socket that does, or the first there is. */
static const struct unit_fact *running_unit(const struct facts *f)
{
    const struct unit_fact *first = NULL;
    bool socket = false;
    vec_each (u, &f->units)
        if (strcmp(u->role, "sshd-socket") == 0 && u->at_boot)
            socket = true;
    vec_each (u, &f->units) {
        if (strcmp(u->role, "sshd") != 0 || !u->path || strcmp(u->state, "alias") == 0)
            continue;
        bool instance = strchr(u->name, '@') != NULL;
        if (u->at_boot && !instance)
            return u;
        if (!first || (socket && instance && !first->at_boot && strchr(first->name, '@') == NULL &&
                       strcmp(f->os.family, "debian") != 0))
            first = u;
    }
    return first;
}

void facts_read_sshd(struct facts *f)
{
    const struct unit_fact *unit = running_unit(f);
    static const struct text_list none;
    f->sshd = sshd_config_read(f->tree, f->lenses, f->keywords, &f->os,
                               unit ? &unit->exec_options : &none,
                               unit ? unit->option_places.items : NULL);
    if (f->sshd->unreadable)
        facts_add_gap(f, "sshd", f->sshd->unreadable_at, f->sshd->unreadable_reason);
}

void facts_add_gap(struct facts *f, const char *section, struct place at, const char *reason)
{
    if (f->gaps.count >= LIMIT_FINDINGS_PER_RULE)
        return;
    vec_each (g, &f->gaps)
        if (strcmp(g->section, section) == 0 && g->at.line == at.line &&
            strcmp(g->at.file ? g->at.file : "", at.file ? at.file : "") == 0)
            return;
    vec_push(f->arena, &f->gaps, ((struct gap_fact){section, reason ? reason : "unreadable", at}));
}

bool facts_read_file(struct facts *f, const char *section, const char *path, struct bytes *out)
{
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    *out = (struct bytes){0};
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, section, place_of_file(path), r.reason);
    if (r.presence != PRESENCE_PRESENT)
        return false;
    if (r.cut)
        facts_add_gap(f, section, place_of_file(path),
                      "a limit was hit: larger than 1 MiB, the rest is not read");
    *out = r.content;
    return true;
}

bool facts_has_room(struct facts *f, const char *section, size_t count)
{
    if (count < LIMIT_RECORDS)
        return true;
    facts_add_gap(f, section, (struct place){0}, "a limit was hit: more than 100000 records");
    return false;
}

void facts_note(struct facts *f, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = n > 0 ? (size_t)n + 1 : 1;
    char *text = arena_alloc(f->arena, size);
    vsnprintf(text, size, format, again);
    va_end(again);
    vec_each (note, &f->notes)
        if (strcmp(*note, text) == 0)
            return;
    vec_push(f->arena, &f->notes, text);
}

const struct account_fact *facts_account(const struct facts *f, const char *name)
{
    vec_each (account, &f->accounts)
        if (account->nss_visible && !account->shadowed && strcmp(account->name, name) == 0)
            return account;
    return NULL;
}

const char *facts_group_name(const struct facts *f, int64_t gid)
{
    vec_each (group, &f->groups)
        if (group->gid == gid)
            return group->name;
    return NULL;
}

const struct unit_fact *facts_unit(const struct facts *f, const char *name)
{
    vec_each (unit, &f->units)
        if (strcmp(unit->name, name) == 0)
            return unit;
    return NULL;
}

const struct file_fact *facts_file(const struct facts *f, const char *path)
{
    vec_each (file, &f->files)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

static void add_section(struct arena *a, struct json *document, const struct fact_kind *kind,
                        const void *items, size_t count)
{
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++)
        json_append(a, list,
                    fact_record_json(a, kind, (const char *)items + i * kind->record_size));
    json_set(a, document, kind->section, list);
}

#define ADD_SECTION(kind, vector)                                                                  \
    add_section(f->arena, document, &(kind), (vector).items, (vector).count)

struct json *facts_document(const struct facts *f)
{
    struct json *document = json_new_object(f->arena);
    json_set_string(f->arena, document, "schema", "diskmend.facts/1");
    json_set_number(f->arena, document, "at", (double)f->at); /* for rules: "now-90d" */
    json_set(f->arena, document, "os", fact_record_json(f->arena, &os_kind, &f->os));
    ADD_SECTION(file_kind, f->files);
    ADD_SECTION(diag_kind, f->sshd->diagnoses);
    ADD_SECTION(sshd_kind, f->sshd->values);
    ADD_SECTION(algo_kind, f->sshd->algorithms);
    ADD_SECTION(account_kind, f->accounts);
    ADD_SECTION(row_kind, f->rows);
    ADD_SECTION(group_kind, f->groups);
    ADD_SECTION(host_key_kind, f->host_keys);
    ADD_SECTION(key_file_kind, f->key_files);
    ADD_SECTION(key_kind, f->keys);
    ADD_SECTION(unit_kind, f->units);
    ADD_SECTION(mount_kind, f->mounts);
    ADD_SECTION(filesystem_kind, f->filesystems);
    ADD_SECTION(disk_kind, f->disks);
    ADD_SECTION(volume_group_kind, f->volume_groups);
    ADD_SECTION(lvm_device_kind, f->lvm_devices);
    ADD_SECTION(crypt_kind, f->crypt);
    ADD_SECTION(space_kind, f->space);
    ADD_SECTION(boot_kind, f->boot);
    ADD_SECTION(nsswitch_kind, f->nsswitch);
    ADD_SECTION(conf_kind, f->conf);
    ADD_SECTION(sudo_kind, f->sudo);
    ADD_SECTION(firewall_kind, f->firewall);
    ADD_SECTION(pam_kind, f->pam);
    ADD_SECTION(pam_file_kind, f->pam_files);
    ADD_SECTION(network_kind, f->network);
    ADD_SECTION(session_kind, f->session);
    json_set(f->arena, document, "login", json_new_array(f->arena));
    ADD_SECTION(gap_kind, f->gaps);
    struct json *notes = json_new_array(f->arena);
    vec_each (note, &f->notes)
        json_append(f->arena, notes, json_new_string(f->arena, *note));
    json_set(f->arena, document, "notes", notes);
    return document;
}
