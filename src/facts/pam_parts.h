/* Pieces of the PAM producer. Only for pam.c and pam_files.c. */
#ifndef DISKMEND_FACTS_PAM_PARTS_H
#define DISKMEND_FACTS_PAM_PARTS_H

#include "facts/facts.h"

/* Read what the module of ENTRY reads. */
void pam_read_module_files(struct facts *f, const struct pam_fact *entry);

enum pam_content { PAM_CONTENT_LINES, PAM_CONTENT_BYTES, PAM_CONTENT_NONE };
/* One file for MODULE; NULL when it is known already or there is no room for more. With
 * PAM_CONTENT_NONE only its state is looked at: what is in it is a secret. */
struct pam_file_fact *pam_add_file(struct facts *f, const char *path, const char *module,
                                   enum pam_content wanted);
/* Failed logins that were counted, for pam_faillock and pam_tally2; secrets of second factors. */
void pam_read_user_files(struct facts *f, const struct pam_fact *entry);
/* The value of "NAME=…"; the last one counts. */
const char *pam_entry_argument(const struct pam_fact *entry, const char *name);

#endif
