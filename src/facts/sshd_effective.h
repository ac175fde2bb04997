/* From directives to what is in force globally. For the sshd_* files of this room. Mirrors sshd:
 * servconf.c fill_default_server_options and dump_config. */
#ifndef DISKMEND_FACTS_SSHD_EFFECTIVE_H
#define DISKMEND_FACTS_SSHD_EFFECTIVE_H

#include "facts/sshd_read.h"

/* Fill config->values and config->algorithms. */
void sshd_effective_fill(struct arena *a, struct sshd_config *config);
/* PerSourcePenalties: every sub-key of every line, over the defaults ("no" when off). */
struct text_list sshd_effective_penalties(struct arena *a, const struct sshd_config *config);
/* The checks that need the whole configuration; sshd_start.c. */
void sshd_start_checks(struct sshd_reader *r);

#endif
