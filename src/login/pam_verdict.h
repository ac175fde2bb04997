/* What one PAM module answers for one subject. Only for gate_pam.c and
 * sudo_pam.c. */
#ifndef DISKMEND_LOGIN_PAM_VERDICT_H
#define DISKMEND_LOGIN_PAM_VERDICT_H

#include "login/visit.h"

struct pam_verdict {
    bool known; /* false: a module, or an input of it, that we do not model */
    int code;   /* enum pam_code, when known */
    /* Why it fails: the reason it would be; NULL for a plain failure. */
    const char *reason;
    struct place at; /* file NULL: the line of the stack */
    const char *value, *wanted, *detail;
};

struct pam_verdict pam_module_verdict(const struct visit *v, const struct pam_fact *entry);

/* One phase ("auth", "account") of a service other than sshd's. WHY: of what refuses, or of what
 * cannot be told. gate_pam.c */
enum gate_state pam_phase_state(const struct visit *v, const char *service, const char *type,
                                struct pam_verdict *why);

/* Pieces of it. */
struct pam_verdict pam_access_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_limits_verdict(const struct visit *v, const struct pam_fact *entry);
/* The session opens, and sshd can start nothing in it. */
bool pam_limits_leave_no_process(const struct visit *v, const struct pam_fact *entry,
                                 struct pam_verdict *verdict);
struct pam_verdict pam_listfile_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_succeed_if_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_time_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_faillock_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_tally2_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_factor_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_exec_verdict(const struct visit *v, const struct pam_fact *entry);
struct pam_verdict pam_auditd_verdict(const struct visit *v);
/* /run/nologin is made at boot, and systemd-user-sessions does not come to take it away. */
bool pam_sessions_never_open(const struct facts *f);
struct pam_verdict pam_stays_closed(const struct facts *f);

/* The value of an argument "NAME=…", or NULL. */
const char *pam_argument(const struct pam_fact *entry, const char *name);
bool pam_has_argument(const struct pam_fact *entry, const char *word);
const struct pam_file_fact *pam_file(const struct visit *v, const char *path);
bool pam_file_is(const struct pam_file_fact *file, const char *state);
/* Is the subject in the group of that name, as pam_modutil_user_in_group_nam_nam has it? */
bool pam_in_group(const struct visit *v, const char *group);
static inline struct pam_verdict pam_answers(int code)
{
    return (struct pam_verdict){.known = true, .code = code};
}
static inline struct pam_verdict pam_fails(int code, const char *reason, struct place at)
{
    return (struct pam_verdict){.known = true, .code = code, .reason = reason, .at = at};
}

#endif
