/* Gate sshd: does sshd start? Programs, libraries, start options, the privilege-separation user and
 * directory; units, configuration and host keys stand in files of their own. Judged once for the
 * guest. sshd: sshd.c main. */
#include "login/visit.h"

#include <string.h>

#include "facts/collect.h"

bool uses_pam(const struct facts *f)
{
    return f->os.pam != TRUTH_NO && strcmp(sshd_config_value(f->sshd, "UsePAM"), "yes") == 0;
}

bool strict_modes(const struct facts *f)
{
    return strcmp(sshd_config_value(f->sshd, "StrictModes"), "no") != 0;
}

static bool is_purpose(const struct file_fact *file, const char *purpose)
{
    return file->purpose && strcmp(file->purpose, purpose) == 0;
}

/* A program sshd needs: there, with an execute bit, and not cut to nothing. */
static void judge_program(const struct facts *f, const struct file_fact *file,
                          struct reason_list *out)
{
    bool runs =
        file->exists && (file->mode & 0111) && file->type && strcmp(file->type, "file") == 0;
    bool empty = runs && file->size == 0;
    bool cut = runs && !empty && text_list_has(&f->os.programs_cut, file->path);
    if (runs && !empty && !cut)
        return;
    struct reason *r =
        reason_for_all(out, "sshd-binary-missing", file->unreadable ? GATE_UNKNOWN : GATE_SHUT,
                       place_of_file(file->path));
    r->keyword = file->path;
    r->value = file->unreadable ? "unreadable"
               : empty          ? "empty"
               : cut            ? "cut short"
               : file->exists   ? "not executable"
                                : "missing";
    r->detail = file->unreadable;
}

static void judge_programs(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->files.count; i++) {
        const struct file_fact *file = &f->files.items[i];
        /* sshd: sshd.c: from 9.8 sshd-session, from 10.0 sshd-auth as well. */
        bool needed = is_purpose(file, "sshd") ||
                      (is_purpose(file, "sshd-session") && f->os.openssh_version >= 908) ||
                      (is_purpose(file, "sshd-auth") && f->os.openssh_version >= 1000);
        if (needed)
            judge_program(f, file, out);
    }
    if (!f->os.sshd_path && !reason_list_has(out, "sshd-binary-missing")) {
        struct reason *r =
            reason_for_all(out, "sshd-binary-missing", GATE_SHUT, place_of_file("/usr/sbin/sshd"));
        r->keyword = "/usr/sbin/sshd";
        r->value = "missing";
    }
    if (f->os.sshd_path && f->os.libraries_missing.count > 0) {
        struct reason *r =
            reason_for_all(out, "sshd-library-missing", GATE_SHUT, place_of_file(f->os.sshd_path));
        r->keyword = f->os.sshd_path;
        r->value = text_list_join(f->arena, &f->os.libraries_missing, ", ");
    }
}

const struct gap_fact *find_gap(const struct facts *f, const char *section)
{
    for (size_t i = 0; i < f->gaps.count; i++)
        if (strcmp(f->gaps.items[i].section, section) == 0)
            return &f->gaps.items[i];
    return NULL;
}

/* nsswitch.conf sends getpwnam past /etc/passwd. */
static const struct nsswitch_fact *passwd_bypass(const struct facts *f)
{
    for (size_t i = 0; i < f->nsswitch.count; i++) {
        const struct nsswitch_fact *n = &f->nsswitch.items[i];
        if (n->db && strcmp(n->db, "passwd") == 0 && !n->is_default && !n->has_files)
            return n;
    }
    return NULL;
}

/* sshd: sshd.c: privsep_pw. Where nobody at all resolves the cause is the account gate's, but what
 * a caller meets is that sshd does not start. */
static void judge_privsep_user(const struct facts *f, struct reason_list *out)
{
    const struct account_fact *user = facts_account(f, "sshd");
    const struct nsswitch_fact *bypass = passwd_bypass(f);
    if (user && user->nss_visible && !bypass)
        return;
    if (find_gap(f, "passwd"))
        return; /* nobody can tell: gate account has the reason */
    struct reason *r = reason_for_all(out, "privsep-user-missing", GATE_SHUT,
                                      bypass ? bypass->at
                                      : user ? user->at
                                             : place_of_file("/etc/passwd"));
    r->keyword = "sshd";
    r->value = bypass ? "not looked up in /etc/passwd" : "missing in /etc/passwd";
    r->detail = user && !bypass ? user->defect : NULL;
}

static bool socket_starts(const struct facts *f)
{
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (u->role && strcmp(u->role, "sshd-socket") == 0 && u->at_boot)
            return true;
    }
    return false;
}

/* Debian's /run/sshd is on a tmpfs and made by the unit: one without RuntimeDirectory= does not. */
static void judge_runtime_directory(const struct facts *f, struct reason_list *out)
{
    if (f->os.family_code != FAMILY_DEBIAN || f->os.service_manager != SERVICES_SYSTEMD)
        return;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->role || strcmp(u->role, "sshd") != 0 || !u->exec_start || strchr(u->name, '@') ||
            (!u->at_boot && !socket_starts(f)))
            continue;
        if (text_list_has(&u->runtime_directories, "sshd"))
            return;
        bool other = u->runtime_directories.count > 0;
        struct reason *r = reason_for_all(out, "privsep-dir-bad", GATE_SHUT,
                                          u->runtime_at.file ? u->runtime_at
                                          : u->path          ? place_of_file(u->path)
                                                             : u->at);
        r->keyword = "/run/sshd";
        r->value = "not made at boot";
        r->wanted = "RuntimeDirectory=sshd";
        r->detail = other ? arena_printf(f->arena, "%s has RuntimeDirectory=%s", u->name,
                                         text_list_join(f->arena, &u->runtime_directories, " "))
                          : arena_printf(f->arena, "%s has no RuntimeDirectory=", u->name);
        return;
    }
}

static void judge_privsep_directory(const struct facts *f, const struct file_fact *d,
                                    struct reason_list *out)
{
    const char *why = NULL;
    if (d->unreadable)
        why = "unreadable";
    else if (!d->exists)
        why = "missing";
    else if (!d->type || strcmp(d->type, "directory") != 0)
        why = "not-directory";
    else if (d->uid != 0)
        why = "owner";
    else if (d->mode & 022)
        why = "writable";
    if (!why)
        return;
    struct reason *r =
        reason_for_all(out, "privsep-dir-bad", d->unreadable ? GATE_UNKNOWN : GATE_SHUT,
                       place_of_file(d->path));
    r->keyword = d->path;
    r->value = why;
    r->detail = d->unreadable;
    if (d->exists)
        r->detail = arena_printf(f->arena, "mode %04o, owner %lld", d->mode, (long long)d->uid);
}

/* /etc/ssh open to others' writing, or (the "too open" recipe) without any search bit. Key files
 * below it that the user cannot reach are the key gate's. */
static void note_etc_ssh(const struct facts *f, struct reason_list *out)
{
    const struct file_fact *d = facts_file(f, "/etc/ssh");
    if (!d || !d->exists || !d->type || strcmp(d->type, "directory") != 0)
        return;
    const char *why = d->uid != 0         ? "owner"
                      : d->mode & 022     ? "writable"
                      : !(d->mode & 0111) ? "no-search-bit"
                                          : NULL;
    if (!why)
        return;
    struct reason *r =
        reason_for_all(out, "etc-ssh-dir-mode", GATE_OPEN, place_of_file("/etc/ssh"));
    r->keyword = "/etc/ssh";
    r->value = why;
    r->detail = arena_printf(f->arena, "mode %04o, owner %lld", d->mode, (long long)d->uid);
}

static const struct unit_fact *running_unit(const struct facts *f)
{
    const struct unit_fact *unit = NULL;
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->role || strcmp(u->role, "sshd") != 0 || u->exec_options.count == 0)
            continue;
        if (!unit || (u->at_boot && !unit->at_boot))
            unit = u;
    }
    return unit;
}

/* The number of the first word sshd does not start with; the count when there is none.
 * sshd: sshd.c main, getopt. A `:` after the letter: it takes a value. */
static size_t bad_option(const struct facts *f, const struct text_list *words)
{
    const char *letters = f->os.openssh_version >= 903 ? "C:E:b:c:f:g:h:k:o:p:u:46DGQRTdeiqrtV"
                                                       : "C:E:b:c:f:g:h:k:o:p:u:46DQRTdeiqrt";
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        /* A variable the environment files do not set: systemd drops it. */
        if (word[0] == '$' || word[0] == '\0')
            continue;
        if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0)
            return i;
        for (const char *c = word + 1; *c; c++) {
            const char *known = *c == ':' ? NULL : strchr(letters, *c);
            /* Only tests the configuration, or prints it, and ends. */
            if (!known || strchr("tTGVQ", *c))
                return i;
            if (known[1] != ':')
                continue;
            if (c[1] == '\0' && ++i >= words->count)
                return i - 1;
            break;
        }
    }
    return words->count;
}

static void judge_options(const struct facts *f, struct reason_list *out)
{
    const struct unit_fact *u = running_unit(f);
    size_t at = u ? bad_option(f, &u->exec_options) : 0;
    if (!u || at >= u->exec_options.count || reason_list_has(out, "sshd-start-options-bad"))
        return;
    struct place place = at < u->option_places.count ? u->option_places.items[at] : u->at;
    struct reason *r =
        reason_for_all(out, "sshd-start-options-bad", GATE_SHUT, place.file ? place : u->at);
    r->keyword = u->name;
    r->value = u->exec_options.items[at];
    r->detail = text_list_join(f->arena, &u->exec_options, " ");
}

void gate_sshd(const struct facts *f, bool default_target_broken, struct reason_list *out)
{
    judge_programs(f, out);
    gate_sshd_unit(f, default_target_broken, out);
    if (!f->os.sshd_path)
        return; /* nothing that could read a configuration */
    /* From here in the order of sshd's own checks: sshd.c main. */
    gate_sshd_config(f, out);
    judge_options(f, out);
    judge_privsep_user(f, out);
    gate_sshd_host_keys(f, out);
    for (size_t i = 0; i < f->files.count; i++)
        if (is_purpose(&f->files.items[i], "privsep-dir") && f->os.family_code != FAMILY_UNKNOWN)
            judge_privsep_directory(f, &f->files.items[i], out);
    judge_runtime_directory(f, out);
    note_etc_ssh(f, out);
}
