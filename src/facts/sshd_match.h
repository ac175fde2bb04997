/* One Match line: its criteria, and what sshd says against them when it reads the line at start.
 * Mirrors sshd: servconf.c match_cfg_line. For the sshd_* files of this room. */
#ifndef DISKMEND_FACTS_SSHD_MATCH_H
#define DISKMEND_FACTS_SSHD_MATCH_H

#include "facts/sshd_check.h"

/* Fill OUT (criteria, always, text) from the line in C; complaints go into C as for any line. */
void sshd_match_read(struct sshd_check *c, struct sshd_match *out);

#endif
