/* Gate account: does the guest know this user, and do sshd and PAM's account phase let the account
 * in? sshd: auth.c getpwnamallow, platform.c platform_locked_account; PAM: pam_unix passverify.c
 * check_shadow_expiry. */
#include "login/visit.h"

#include <stdlib.h>
#include <string.h>

#include "facts/account_password.h"
#include "facts/collect.h"
#include "login/people.h"

#define SECONDS_A_DAY 86400

/* A name that the files do not have may be one of the directory's: sssd is asked where nsswitch
 * names it and it is set up. It does not start with a configuration that others can read. */
static bool lock_directory_user(const struct visit *v)
{
    const struct file_fact *conf = facts_file(v->facts, "/etc/sssd/sssd.conf");
    bool asked = false;
    vec_each (n, &v->facts->nsswitch)
        asked |= n->db && strcmp(n->db, "passwd") == 0 && text_list_has(&n->sources, "sss") &&
                 !text_list_has(&n->missing_modules, "sss");
    if (!asked || !conf || !conf->exists)
        return false;
    bool refused = !conf->unreadable && (conf->mode & 0007);
    struct reason *r = reason_add(v->reasons, "remote-directory-only",
                                  refused ? GATE_SHUT : GATE_UNKNOWN, place_of_file(conf->path));
    r->keyword = v->subject->user;
    r->value = conf->path;
    r->wanted = "0600";
    r->detail = refused ? arena_printf(v->facts->arena, "sssd does not start with mode %04o of %s",
                                       conf->mode, conf->path)
                        : "only the directory knows whether there is one of that name";
    return true;
}

static void lock_missing_user(const struct visit *v)
{
    const struct gap_fact *gap = find_gap(v->facts, "passwd");
    /* The file is gone, empty or not looked at: gate_account_files has said so. */
    if (!gap && reason_list_shuts(v->guest, GATE_ACCOUNT))
        return;
    size_t count;
    const struct row_fact **rows = key_index_rows(v->index, v->subject->user, &count);
    for (size_t i = 0; !gap && i < count; i++) {
        if (strcmp(rows[i]->db, "passwd") != 0)
            continue;
        struct reason *r = reason_add(v->reasons, "passwd-file-damaged", GATE_SHUT, rows[i]->at);
        r->keyword = v->subject->user;
        r->value = rows[i]->defect;
        r->detail = rows[i]->detail;
        return;
    }
    const struct account_fact *glued = gap ? NULL : people_glued(v->facts, v->subject->user);
    if (glued) {
        struct reason *r = reason_add(v->reasons, "passwd-file-damaged", GATE_SHUT, glued->at);
        r->keyword = v->subject->user;
        r->value = "fields-extra";
        r->detail = "two lines in one";
        return;
    }
    if (!gap && lock_directory_user(v))
        return;
    struct reason *r = reason_add(v->reasons, "user-missing", gap ? GATE_UNKNOWN : GATE_SHUT,
                                  place_of_file("/etc/passwd"));
    r->value = v->subject->user;
    r->detail = gap ? gap->reason : people_found(v->facts);
}

/* The line is there, and getpwnam does not see it, or sees a shell with a line end in it. */
static bool lock_damaged_line(const struct visit *v)
{
    const struct account_fact *a = v->account;
    bool carriage_return = a->shell && strchr(a->shell, '\r');
    /* glibc takes the rest of the line as shell, colons and all. */
    bool glued = a->shell && strchr(a->shell, ':') && a->shell_state &&
                 strcmp(a->shell_state, "missing") == 0;
    if (a->nss_visible && !carriage_return && !glued)
        return false;
    /* nsswitch hides everybody: one reason is enough. */
    if (!a->defect && !carriage_return)
        return false; /* a glued line has its defect */
    struct reason *r = reason_add(v->reasons, "passwd-file-damaged", GATE_SHUT, a->at);
    r->value = carriage_return ? "carriage-return" : a->defect;
    r->keyword = a->name;
    return true;
}

static const struct row_fact *damaged_shadow_row(const struct visit *v)
{
    static const char *const harmless[] = {"duplicate-name", "no-passwd-entry", "no-final-newline",
                                           "nis-leftover", NULL};
    size_t count;
    const struct row_fact **rows = key_index_rows(v->index, v->account->name, &count);
    for (size_t i = 0; i < count; i++) {
        bool passes = strcmp(rows[i]->db, "shadow") != 0;
        for (const char *const *h = harmless; *h && !passes; h++)
            passes = rows[i]->defect && strcmp(rows[i]->defect, *h) == 0;
        if (!passes)
            return rows[i];
    }
    return NULL;
}

static bool is_password(const struct visit *v)
{
    return v->subject->method != METHOD_PUBLICKEY;
}

static const char *say_defect(const struct row_fact *row)
{
    if (strcmp(row->defect, "bad-number") == 0)
        return "a field that is no number, or no number getspnam takes";
    return strcmp(row->defect, "fields-missing") == 0 ? "fields are missing" : row->defect;
}

static bool is_in_shadow(const struct account_fact *a)
{
    return strcmp(a->password_source, "shadow") == 0;
}

/* pam_unix goes to shadow where passwd says x (passverify.c is_pwd_shadowed); sshd without PAM
 * takes shadow's field wherever there is a line of that name (auth.c allowed_user, auth-passwd.c
 * shadow_pw). */
struct counted_password counted_password(const struct visit *v)
{
    const struct account_fact *a = v->account;
    if (!is_in_shadow(a) && a->shadow_at.file && !uses_pam(v->facts))
        return (struct counted_password){a->shadow_state, a->shadow_scheme, a->shadow_at};
    return (struct counted_password){a->password_state, a->scheme,
                                     is_in_shadow(a) && a->shadow_at.file ? a->shadow_at : a->at};
}

/* No shadow line, or one that cannot be read: pam_unix's account phase refuses keys too. True when
 * nothing more can be said about the entry. */
static bool judge_shadow_entry(const struct visit *v, bool pam)
{
    const struct account_fact *a = v->account;
    bool decides = pam || is_password(v);
    if (!is_in_shadow(a))
        return false; /* nobody misses the entry */
    if (a->password_state == PASSWORD_UNKNOWN) {
        /* Without PAM too a "!" would decide. */
        const struct gap_fact *gap = find_gap(v->facts, "shadow");
        struct reason *r = reason_add(v->reasons, "shadow-entry-missing", GATE_UNKNOWN,
                                      place_of_file("/etc/shadow"));
        r->value = "unreadable";
        r->keyword = a->name;
        r->detail = gap ? gap->reason : NULL;
        return true;
    }
    /* Beside a line that getspnam sees, a damaged one of the same name counts for nothing. */
    const struct row_fact *row = a->shadow_at.file ? NULL : damaged_shadow_row(v);
    if (a->password_state != PASSWORD_NO_ENTRY && !row)
        return false;
    if (decides) {
        struct reason *r = reason_add(v->reasons, "shadow-entry-missing", GATE_SHUT,
                                      row                 ? row->at
                                      : a->shadow_at.file ? a->shadow_at
                                                          : a->at);
        r->value = row ? "damaged" : "missing";
        r->keyword = a->name;
        r->detail = row ? say_defect(row) : NULL;
    }
    return a->password_state == PASSWORD_NO_ENTRY;
}

static const char *show_day(const struct visit *v, int64_t day)
{
    return arena_printf(v->facts->arena, "%lld", (long long)day);
}

/* Linux-PAM 1.6 and later count the last day of the maximum age as too old already. */
static int64_t days_of_grace(const struct os_facts *os)
{
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    if (!os->id)
        return 0;
    if (strcmp(os->id, "debian") == 0)
        return os_is_debian_from(os, 13) ? -1 : 0;
    if (strcmp(os->id, "ubuntu") == 0)
        return release >= 25 ? -1 : 0;
    if (strcmp(os->id, "fedora") == 0)
        return release >= 40 ? -1 : 0;
    return os->family_code == FAMILY_RHEL && release >= 10 ? -1 : 0;
}

static void judge_expiry(const struct visit *v, bool pam)
{
    const struct account_fact *a = v->account;
    int64_t today = v->subject->at / SECONDS_A_DAY;
    if (pam && !is_in_shadow(a))
        return; /* pam_unix_acct.c: without a shadow entry there is nothing to expire */
    /* PAM: "curdays >= sp_expire"; sshd without PAM: "today > expire", 0 counts. */
    if (a->expires != FACT_NO_NUMBER && a->expires >= 0 &&
        (pam ? today >= a->expires : today > a->expires)) {
        struct reason *r = reason_add(v->reasons, "account-expired", GATE_SHUT, a->shadow_at);
        r->keyword = a->name;
        r->value = show_day(v, a->expires);
        r->wanted = show_day(v, today);
        return;
    }
    /* Without PAM a key login never looks at the age of the password. */
    int64_t last_day = (pam ? days_of_grace(&v->facts->os) : 0);
    /* No day of the last change is read as -1; Linux-PAM 1.6 and later then know no age. */
    int64_t changed = a->last_change == FACT_NO_NUMBER && last_day == 0 ? -1 : a->last_change;
    if ((!pam && !is_password(v)) || changed == FACT_NO_NUMBER)
        return;
    int64_t age = today - changed;
    bool forced = a->last_change == 0;
    bool aged =
        a->maximum != FACT_NO_NUMBER && a->maximum >= 0 && age >= 0 && age > a->maximum + last_day;
    if (!forced && !aged)
        return;
    bool inactive = !forced && a->inactive != FACT_NO_NUMBER && a->inactive >= 0 &&
                    age - a->maximum > a->inactive + last_day;
    struct reason *r = reason_add(v->reasons, inactive ? "account-expired" : "password-expired",
                                  GATE_SHUT, a->shadow_at);
    r->keyword = a->name;
    r->value = show_day(v, a->last_change);
    r->wanted = show_day(v, today);
    r->detail = forced     ? "a new password is demanded at the next login"
                : inactive ? "the password was not changed in time"
                           : "the password is older than its maximum age";
}

static void judge_password(const struct visit *v)
{
    const struct account_fact *a = v->account;
    const struct counted_password password = counted_password(v);
    const char *id = NULL;
    switch (password.state) {
    case PASSWORD_LOCKED:
    case PASSWORD_STAR:
        id = "account-locked";
        break;
    case PASSWORD_INVALID:
        id = "password-hash-unsupported";
        break;
    case PASSWORD_EMPTY:
        id = effective_yes(v->settings, "PermitEmptyPasswords") ? NULL : "password-empty";
        break;
    case PASSWORD_SET:
        id = account_scheme_is_known(&v->facts->os, password.scheme) ? NULL
                                                                    : "password-hash-unsupported";
        break;
    case PASSWORD_UNKNOWN:
    case PASSWORD_NO_ENTRY:
        break;
    }
    if (!id)
        return;
    struct reason *r = reason_add(v->reasons, id, GATE_SHUT, password.at);
    r->keyword = a->name;
    r->value = password.state == PASSWORD_STAR      ? "none"
               : password.state == PASSWORD_SET     ? "unsupported"
               : password.state == PASSWORD_LOCKED  ? "locked"
               : password.state == PASSWORD_INVALID ? "invalid"
                                                    : "empty";
    r->detail = password.scheme;
}

/* "!" before the hash: only a build without PAM refuses keys for it. With PAM built in and UsePAM
 * off, the setting is the cause and gate auth has it. */
static void judge_lock(const struct visit *v, bool pam)
{
    const struct account_fact *a = v->account;
    if (is_password(v)) {
        judge_password(v);
        return;
    }
    const struct counted_password password = counted_password(v);
    if (pam || password.state != PASSWORD_LOCKED || v->facts->os.pam != TRUTH_NO)
        return;
    struct reason *r = reason_add(v->reasons, "account-locked", GATE_SHUT, password.at);
    r->keyword = a->name;
    r->value = "locked";
    r->detail = "this sshd is built without PAM: it refuses keys of a locked account too";
}

/* Relative key files stand or fall with the home. */
static bool keys_are_in_home(const struct visit *v)
{
    struct text_list words = effective_words(v->settings, "AuthorizedKeysFile");
    for (size_t i = 0; i < words.count; i++)
        if (words.items[i][0] == '/')
            return false;
    return words.count > 0;
}

static void judge_home(const struct visit *v)
{
    const struct account_fact *a = v->account;
    bool missing = a->home_state && (strcmp(a->home_state, "missing") == 0 ||
                                     strcmp(a->home_state, "not-directory") == 0);
    if (!missing || !a->can_log_in_shell || (a->is_system && !v->is_named))
        return;
    size_t count;
    const struct key_file_fact **files = key_index_files(v->index, a->name, &count);
    bool has_elsewhere = false;
    for (size_t i = 0; i < count; i++)
        has_elsewhere |= files[i]->lines > 0;
    /* A key below /home/NAME while passwd names another home is the key gate's reason. */
    bool shuts = !is_password(v) && keys_are_in_home(v) && !has_elsewhere;
    struct reason *r = reason_add(v->reasons, "home-missing", shuts ? GATE_SHUT : GATE_OPEN, a->at);
    r->keyword = a->name;
    r->value = a->home;
    r->detail = a->home_state;
}

void gate_account(const struct visit *v)
{
    if (!v->account) {
        lock_missing_user(v);
        return;
    }
    bool pam = uses_pam(v->facts);
    if (lock_damaged_line(v))
        return;
    if (!judge_shadow_entry(v, pam)) {
        judge_lock(v, pam);
        judge_expiry(v, pam);
    }
    judge_home(v);
}
