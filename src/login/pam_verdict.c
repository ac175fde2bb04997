/* PAM modules that a disk is enough to judge. Sources: Linux-PAM modules/pam_*. pam_unix is the
 * account gate's: here it says yes. */
#include "login/pam_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"

const char *pam_argument(const struct pam_fact *e, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < e->arguments.count; i++)
        if (strncmp(e->arguments.items[i], name, strlen(name)) == 0)
            value = e->arguments.items[i] + strlen(name);
    return value;
}

bool pam_has_argument(const struct pam_fact *e, const char *word)
{
    return text_list_has(&e->arguments, word);
}

const struct pam_file_fact *pam_file(const struct visit *v, const char *path)
{
    for (size_t i = 0; path && i < v->facts->pam_files.count; i++)
        if (strcmp(v->facts->pam_files.items[i].path, path) == 0)
            return &v->facts->pam_files.items[i];
    return NULL;
}

bool pam_file_is(const struct pam_file_fact *file, const char *state)
{
    return file && strcmp(file->state, state) == 0;
}

bool pam_in_group(const struct visit *v, const char *group)
{
    return text_list_has(&v->account->groups, group);
}

/* systemd-user-sessions of some releases takes /etc/nologin away at each boot. */
static bool is_cleared_at_boot(const struct facts *f, const char *path)
{
    const struct unit_fact *u = facts_unit(f, "systemd-user-sessions.service");
    return strcmp(path, "/etc/nologin") == 0 && f->os.service_manager == SERVICES_SYSTEMD && u &&
           u->at_boot && f->pam_service.clears_nologin;
}

static struct pam_verdict nologin(const struct visit *v, const struct pam_fact *e)
{
    int without = pam_has_argument(e, "successok") ? PAM_CODE_SUCCESS : PAM_CODE_IGNORE;
    const char *given = pam_argument(e, "file=");
    const char *const paths[] = {given ? given : "/var/run/nologin", given ? NULL : "/etc/nologin"};
    for (size_t i = 0; i < 2 && paths[i]; i++) {
        const struct pam_file_fact *file = pam_file(v, paths[i]);
        if (given && given[0] != '/')
            return (struct pam_verdict){0};
        if (!file || pam_file_is(file, "missing") || is_cleared_at_boot(v->facts, paths[i]))
            continue;
        /* A file that open() cannot open counts as none; root can open any. */
        bool directory = pam_file_is(file, "not-regular");
        if (v->account->uid == 0 && !directory)
            return pam_answers(without);
        struct pam_verdict no = pam_fails(directory ? PAM_CODE_SYSTEM_ERR : PAM_CODE_AUTH_ERR,
                                          "nologin-file", file->at);
        no.value = file->path;
        return no;
    }
    /* With the boot led astray nothing of it comes up: that lock is the boot gate's. */
    bool boots = !reason_list_has_lock(v->guest, "systemd-target-or-unit-masked") &&
                 !reason_list_has_lock(v->guest, "init-or-loader-missing");
    return !given && boots && v->account->uid != 0 && pam_sessions_never_open(v->facts)
               ? pam_stays_closed(v->facts)
               : pam_answers(without);
}

/* pam_shells.c perform_check: lines that begin with "/" and are the shell, to the letter. */
static struct pam_verdict shells(const struct visit *v)
{
    const struct pam_file_fact *file = pam_file(v, "/etc/shells");
    const char *shell = v->account->shell && *v->account->shell ? v->account->shell : "/bin/sh";
    if (pam_file_is(file, "unreadable") || !file)
        return (struct pam_verdict){0};
    bool usable = pam_file_is(file, "ok") && !(file->mode & 0002);
    for (size_t i = 0; usable && i < file->lines.count; i++)
        if (bytes_equal_text(file->lines.items[i], shell))
            return pam_answers(PAM_CODE_SUCCESS);
    /* SUSE and later releases look into a vendor directory too. */
    if (pam_file_is(file, "missing") && v->facts->os.family_code == FAMILY_SUSE)
        return (struct pam_verdict){0};
    struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-lists", file->at);
    no.value = shell;
    no.wanted = shell;
    no.detail = usable                         ? "the shell is not in it"
                : pam_file_is(file, "missing") ? "the file is missing"
                                               : "the file is writable for all, or no file";
    return no;
}

/* pam_securetty.c: root only, the terminal is "ssh"; no file lets everybody pass. */
static struct pam_verdict securetty(const struct visit *v)
{
    const struct pam_file_fact *file = pam_file(v, "/etc/securetty");
    if (v->account->uid != 0 || pam_file_is(file, "missing"))
        return pam_answers(PAM_CODE_SUCCESS);
    if (!pam_file_is(file, "ok"))
        return (struct pam_verdict){0};
    for (size_t i = 0; !(file->mode & 0002) && i < file->lines.count; i++)
        if (bytes_equal_text(file->lines.items[i], "ssh"))
            return pam_answers(PAM_CODE_SUCCESS);
    struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-lists", file->at);
    no.value = "ssh";
    no.wanted = "ssh";
    no.detail = "root may not come from this terminal";
    return no;
}

static bool selinux_enforces(const struct facts *f)
{
    bool enforcing = false;
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, "selinux") == 0 &&
            strcmp(f->conf.items[i].key, "SELINUX") == 0)
            enforcing = strcmp(f->conf.items[i].value, "enforcing") == 0;
    return enforcing;
}

/* Names in sepermit.conf are let in only while SELinux enforces; nobody is named by default but
 * %guest_u and %xguest_u, which are SELinux users. */
static struct pam_verdict sepermit(const struct visit *v, const struct pam_fact *e)
{
    const char *given = pam_argument(e, "conf=");
    const struct pam_file_fact *file = pam_file(v, given ? given : "/etc/security/sepermit.conf");
    if (!pam_file_is(file, "ok") && !pam_file_is(file, "missing"))
        return (struct pam_verdict){0};
    if (pam_file_is(file, "missing")) {
        struct pam_verdict no = pam_fails(PAM_CODE_SERVICE_ERR, "pam-lists", file->at);
        no.wanted = file->path;
        no.detail = "the file is missing";
        return no;
    }
    bool enforcing = selinux_enforces(v->facts);
    for (size_t i = 0; i < file->lines.count; i++) {
        struct bytes line = text_trim(file->lines.items[i]);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        const char *name = arena_text(v->facts->arena, line);
        size_t end = strcspn(name, ":");
        const char *who = arena_text(v->facts->arena, bytes_cut(bytes_of(name), 0, end));
        if (who[0] == '@' ? !pam_in_group(v, who + 1) : strcmp(who, v->account->name) != 0)
            continue;
        if (strstr(name, ":exclusive"))
            return (struct pam_verdict){0};
        if (enforcing)
            return pam_answers(strstr(name, ":ignore") ? PAM_CODE_IGNORE : PAM_CODE_SUCCESS);
        struct pam_verdict no =
            pam_fails(PAM_CODE_AUTH_ERR, "pam-lists", (struct place){file->path, (int)i + 1, 0});
        no.value = who;
        no.detail = "in the list of those let in only while SELinux enforces";
        return no;
    }
    return pam_answers(PAM_CODE_IGNORE);
}

/* Modules that say the same to everybody who has an account, on a machine that runs. */
static bool plain_answer(const char *name, int *code)
{
    static const struct {
        const char *name;
        int code;
    } rows[] = {
        {"pam_permit", PAM_CODE_SUCCESS},       {"pam_unix", PAM_CODE_SUCCESS},
        {"pam_unix2", PAM_CODE_SUCCESS},        {"pam_env", PAM_CODE_SUCCESS},
        {"pam_keyinit", PAM_CODE_SUCCESS},      {"pam_loginuid", PAM_CODE_SUCCESS},
        {"pam_selinux", PAM_CODE_SUCCESS},      {"pam_namespace", PAM_CODE_SUCCESS},
        {"pam_umask", PAM_CODE_SUCCESS},        {"pam_lastlog", PAM_CODE_SUCCESS},
        {"pam_lastlog2", PAM_CODE_SUCCESS},     {"pam_wtmpdb", PAM_CODE_SUCCESS},
        {"pam_systemd", PAM_CODE_SUCCESS},      {"pam_elogind", PAM_CODE_SUCCESS},
        {"pam_mail", PAM_CODE_SUCCESS},         {"pam_mkhomedir", PAM_CODE_SUCCESS},
        {"pam_rootok", PAM_CODE_SUCCESS},       {"pam_setquota", PAM_CODE_SUCCESS},
        {"pam_group", PAM_CODE_SUCCESS},        {"pam_motd", PAM_CODE_IGNORE},
        {"pam_faildelay", PAM_CODE_IGNORE},     {"pam_warn", PAM_CODE_IGNORE},
        {"pam_echo", PAM_CODE_IGNORE},          {"pam_sss", PAM_CODE_USER_UNKNOWN},
        {"pam_winbind", PAM_CODE_USER_UNKNOWN},
    };
    size_t length = strlen(name) - 3;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strlen(rows[i].name) == length && strncmp(rows[i].name, name, length) == 0) {
            *code = rows[i].code;
            return true;
        }
    return false;
}

static struct pam_verdict deny(const struct pam_fact *e)
{
    static const struct {
        const char *type;
        int code;
    } rows[] = {{"auth", PAM_CODE_AUTH_ERR}, {"account", PAM_CODE_AUTH_ERR}, {"session", 14}};
    struct pam_verdict no = pam_fails(20, "pam-stack-denies", (struct place){0});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].type, e->type) == 0)
            no.code = rows[i].code;
    no.detail = "pam_deny is reached";
    return no;
}

static struct pam_verdict missing(const struct pam_fact *e)
{
    const char *name = path_name(e->module);
    struct pam_verdict no = pam_fails(PAM_CODE_MODULE_UNKNOWN,
                                      strncmp(name, "pam_oslogin", 11) == 0 ? "pam-oslogin-leftover"
                                                                            : "pam-module-missing",
                                      (struct place){0});
    no.value = e->module;
    return no;
}

static struct pam_verdict usertype(const struct visit *v, const struct pam_fact *e)
{
    bool system = v->account->uid == 0 || v->account->is_system;
    for (size_t i = 0; i < e->arguments.count; i++) {
        if (strcmp(e->arguments.items[i], "issystem") == 0)
            return pam_answers(system ? PAM_CODE_SUCCESS : PAM_CODE_AUTH_ERR);
        if (strcmp(e->arguments.items[i], "isregular") == 0)
            return pam_answers(system ? PAM_CODE_AUTH_ERR : PAM_CODE_SUCCESS);
    }
    return (struct pam_verdict){0};
}

/* Debian 13's pam_unix asks its helper about every account of shadow, in sshd too; up to Debian 12
 * root reads shadow itself. Other releases have not been tried. */
static bool lacks_helper(const struct facts *f, const struct pam_fact *e)
{
    return f->pam_service.helper && strcmp(e->type, "account") == 0 &&
           os_is_debian_from(&f->os, 13);
}

struct pam_verdict pam_module_verdict(const struct visit *v, const struct pam_fact *e)
{
    static const struct {
        const char *name;
        struct pam_verdict (*judge)(const struct visit *v, const struct pam_fact *e);
    } rows[] = {
        {"pam_access.so", pam_access_verdict},
        {"pam_limits.so", pam_limits_verdict},
        {"pam_listfile.so", pam_listfile_verdict},
        {"pam_succeed_if.so", pam_succeed_if_verdict},
        {"pam_nologin.so", nologin},
        {"pam_time.so", pam_time_verdict},
        {"pam_faillock.so", pam_faillock_verdict},
        {"pam_tally2.so", pam_tally2_verdict},
        {"pam_google_authenticator.so", pam_factor_verdict},
        {"pam_exec.so", pam_exec_verdict},
        {"pam_sepermit.so", sepermit},
        {"pam_usertype.so", usertype},
    };
    if (e->must_fail) {
        bool include = e->problem && strncmp(e->problem, "include", 7) == 0;
        struct pam_verdict no =
            pam_fails(PAM_CODE_PERM_DENIED, include ? "pam-include-broken" : "pam-stack-denies",
                      (struct place){0});
        no.value = e->module;
        no.detail = e->problem;
        return no;
    }
    if (e->present == TRUTH_NO)
        return missing(e);
    const char *name = path_name(e->module);
    int code;
    if (e->present == TRUTH_UNKNOWN || strlen(name) < 4)
        return (struct pam_verdict){0};
    if (strcmp(name, "pam_unix.so") == 0 && strcmp(e->type, "auth") == 0 &&
        counted_password(v).state == PASSWORD_EMPTY && !pam_has_argument(e, "nullok")) {
        struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-stack-denies", (struct place){0});
        no.detail = "pam_unix takes no empty password without nullok";
        return no;
    }
    if (strcmp(name, "pam_unix.so") == 0 && lacks_helper(v->facts, e)) {
        struct pam_verdict no = pam_fails(PAM_CODE_AUTHINFO_UNAVAIL, "pam-chkpwd-broken",
                                          place_of_file(v->facts->pam_service.helper));
        no.value = v->facts->pam_service.helper;
        return no;
    }
    if (strcmp(name, "pam_deny.so") == 0)
        return deny(e);
    if (strcmp(name, "pam_shells.so") == 0)
        return shells(v);
    if (strcmp(name, "pam_securetty.so") == 0)
        return securetty(v);
    if (strcmp(name, "pam_localuser.so") == 0)
        return pam_argument(e, "file=") ? (struct pam_verdict){0} : pam_answers(PAM_CODE_SUCCESS);
    if (strcmp(name, "pam_loginuid.so") == 0 && pam_has_argument(e, "require_auditd"))
        return pam_auditd_verdict(v);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].judge(v, e);
    if (plain_answer(name, &code))
        return pam_answers(code);
    return (struct pam_verdict){0};
}
