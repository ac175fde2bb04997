/* Pieces of the PAM producer. Only for pam.c and pam_files.c. */
#ifndef DISKMEND_FACTS_PAM_PARTS_H
#define DISKMEND_FACTS_PAM_PARTS_H

#include "facts/facts.h"

/* Read what the module of ENTRY reads. */
void pam_read_module_files(struct facts *f, const struct pam_fact *entry);

#endif
