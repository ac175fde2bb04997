/* Modules that lean on what runs on the machine: auditd, a program of the administrator's, the unit
 * that opens the machine for users. Sources: Linux-PAM modules/pam_loginuid/pam_loginuid.c
 * check_auditd, modules/pam_exec/pam_exec.c call_exec; systemd tmpfiles.d/systemd-nologin.conf. */
#include "login/pam_verdict.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"

static bool is_running(const struct unit_fact *u)
{
    return u && u->at_boot && !u->condition_failed && !u->problem && u->exec_ok != TRUTH_NO;
}

/* The kernels of distributions have audit: without its daemon the module refuses. */
struct pam_verdict pam_auditd_verdict(const struct visit *v)
{
    const struct facts *f = v->facts;
    const struct unit_fact *u = facts_unit(f, "auditd.service");
    if (f->os.service_manager != SERVICES_SYSTEMD || (u && u->unreadable))
        return (struct pam_verdict){0};
    if (is_running(u))
        return pam_answers(PAM_CODE_SUCCESS);
    struct pam_verdict no =
        pam_fails(PAM_CODE_SESSION_ERR, "pam-session-hangs-or-fails", (struct place){0});
    no.value = "require_auditd";
    no.detail = u && u->path ? "auditd.service does not start at boot" : "auditd is not installed";
    return no;
}

static bool is_for_type(const struct pam_fact *e)
{
    for (size_t i = 0; i < e->arguments.count; i++)
        if (strncasecmp(e->arguments.items[i], "type=", 5) == 0 &&
            strcmp(e->arguments.items[i] + 5,
                   strcmp(e->type, "session") == 0 ? "open_session" : e->type) != 0)
            return false;
    return true;
}

/* What the program answers is not ours to tell; that it is not there is. */
struct pam_verdict pam_exec_verdict(const struct visit *v, const struct pam_fact *e)
{
    const char *program = pam_exec_program(e);
    const struct pam_file_fact *file = pam_file(v, program);
    if (!is_for_type(e))
        return pam_answers(PAM_CODE_IGNORE);
    if (!file || pam_file_is(file, "unreadable") || (pam_file_is(file, "ok") && file->mode & 0111))
        return (struct pam_verdict){0};
    struct pam_verdict no =
        pam_fails(PAM_CODE_SYSTEM_ERR, "pam-session-hangs-or-fails", (struct place){0});
    no.value = program;
    no.detail = pam_file_is(file, "missing") ? "the program is missing" : "it cannot be run";
    return no;
}

bool pam_sessions_never_open(const struct facts *f)
{
    const struct unit_fact *u = facts_unit(f, "systemd-user-sessions.service");
    return f->os.service_manager == SERVICES_SYSTEMD && f->pam_service.makes_nologin &&
           !(u && u->unreadable) && !is_running(u);
}

struct pam_verdict pam_stays_closed(const struct facts *f)
{
    const struct unit_fact *u = facts_unit(f, "systemd-user-sessions.service");
    struct pam_verdict no =
        pam_fails(PAM_CODE_AUTH_ERR, "user-sessions-unit-stuck",
                  u && u->at.file ? u->at : place_of_file("/etc/systemd/system"));
    no.value = "systemd-user-sessions.service";
    no.detail = u && u->state ? u->state : "missing";
    return no;
}
