/* The sshd of the guest: its version and the patches it was built with. Only for os.c. */
#ifndef DISKMEND_FACTS_OS_OPENSSH_H
#define DISKMEND_FACTS_OS_OPENSSH_H

#include "facts/facts.h"

/* Fill the openssh members, paths and traits of f->os; family and id are there already. */
void facts_read_openssh(struct facts *f);

#endif
