/* What gate sudo answers beside its reasons. For login/ only. */
#ifndef DISKMEND_LOGIN_GATE_SUDO_H
#define DISKMEND_LOGIN_GATE_SUDO_H

#include "login/visit.h"

struct sudo_verdict {
    enum sudo_kind kind;
    bool judged; /* this person was set up to become root */
};

/* Notes about sudoers itself. */
void gate_sudo_guest(const struct facts *f, struct reason_list *out);
struct sudo_verdict gate_sudo(const struct visit *v);

#endif
