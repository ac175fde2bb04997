/* sshd's configuration back to what the distribution ships, piece by piece. Edits the overlay; what
 * an admin had written stays on the disk under a name that sshd does not read. For access_reset.c
 * and reset_*.c only. */
#ifndef DISKMEND_REPAIR_RESET_H
#define DISKMEND_REPAIR_RESET_H

#include "repair/text_edit.h"

#define RESET_CONFIG    "/etc/ssh/sshd_config"
#define RESET_DIRECTORY "/etc/ssh/sshd_config.d"

struct sshd_reset {
    struct verb_context *c; /* its facts are those of now */
    struct judgement *now;
};

/* Judge again: what was edited shows in the facts, and lines have their numbers. */
void reset_judge(struct sshd_reset *r);

/* A name beside PATH (resolved) that is free and that no drop-in directory loads. NULL and E when
 * too many copies are there. */
const char *reset_free_name(struct verb_context *c, const char *path, struct err *e);
/* Rename what is at PATH, whatever it is, to such a name; nothing happens where nothing is. */
int reset_aside(struct verb_context *c, const char *path, struct err *e);

/* reset_start.c: what is said on sshd's command line beats every file. Options that somebody added
 * in the guest's own files go; those of packages stay. */
int reset_start_options(struct sshd_reset *r, struct err *e);
/* Open the gates sshd, listen and firewall by the steps of their own rules: units, host keys, the
 * privilege separation user, the saved firewall. What cannot be done is a note. */
void reset_by_rules(struct sshd_reset *r);

/* reset_drop_ins.c: those of packages and cloud images stay, without what does not belong to them;
 * all others are moved aside. */
int reset_drop_ins(struct sshd_reset *r, struct err *e);
/* A drop-in that the distribution ships and sshd_config leans on, where it is lost. */
int reset_lost_drop_ins(struct sshd_reset *r, struct err *e);

/* reset_config.c: sshd_config itself. */
int reset_config(struct sshd_reset *r, struct err *e);

/* reset_modes.c: /etc/ssh and what is in it: root's, and nobody else's to write or (private keys)
 * to read. */
int reset_modes(struct sshd_reset *r, struct err *e);

/* reset_notes.c: what the person must know of the change from BEFORE to now. */
void reset_notes(struct sshd_reset *r, const struct facts *before);

#endif
