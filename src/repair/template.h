/* The healthy texts we ship (rules/templates/FAMILY/…): minimal files in our own words that stand in
 * where a guest has lost its own. For repair/ only. */
#ifndef DISKMEND_REPAIR_TEMPLATE_H
#define DISKMEND_REPAIR_TEMPLATE_H

#include "repair/verb.h"

/* The name of the guest's directory of templates: "debian" … "generic". */
const char *template_family(const struct os_facts *os);
/* The text of NAME ("sshd_config", "pam.d/sshd") for this guest. False: we have none. */
bool template_read(struct verb_context *c, const char *name, struct bytes *out);
/* sshd_config for this guest: without lines its release does not know, and with the sftp program
 * that is on its disk. */
bool template_sshd_config(struct verb_context *c, struct bytes *out);
/* Any other text of sshd's, with the same care. */
bool template_lines(struct verb_context *c, const char *name, struct bytes *out);
/* Does the file at PATH, as CONFIG has read it, set only what our sshd_config for this guest sets? */
bool template_covers(struct verb_context *c, const struct sshd_config *config, const char *path);
/* The mode with which the distribution's package ships sshd_config. */
uint32_t sshd_config_mode(const struct os_facts *os);

#endif
