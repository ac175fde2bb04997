/* What sudo needs besides a rule: its plugins, and PAM's word. Only for gate_sudo.c. */
#ifndef DISKMEND_LOGIN_SUDO_PAM_H
#define DISKMEND_LOGIN_SUDO_PAM_H

#include "login/visit.h"

/* sudo.conf: GATE_SHUT where sudo does not even start. Adds the reason. */
enum gate_state sudo_judge_conf(const struct visit *v);
/* The PAM phases of `sudo -i`; ASKS: a password is asked for. Adds the reason. */
enum gate_state sudo_judge_pam(const struct visit *v, bool asks);

#endif
