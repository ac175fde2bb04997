/* Lines of sudoers as the verbs change them: statements with their continuations, one setting of a
 * Defaults line, a line of one person's own where sudo reads it. For verb_sudo*.c only. */
#ifndef DISKMEND_REPAIR_SUDO_EDIT_H
#define DISKMEND_REPAIR_SUDO_EDIT_H

#include "repair/text_edit.h"

/* A name that sudoers takes literally as a user; false and E otherwise. */
bool sudo_edit_is_plain_name(const char *name, struct err *e);

/* Comment out the statement that LINE of the file at PATH belongs to, all its lines. */
int sudo_edit_comment(struct verb_context *c, const char *path, int line, struct err *e);
/* Take NAME out of a Defaults line; the whole line where it stands alone. */
int sudo_edit_drop_setting(struct verb_context *c, const char *path, int line, const char *name,
                           struct err *e);
/* TEXT, about USER alone, where sudo reads it behind every other rule: a drop-in of ours, or the end
 * of the main file where no directory is included at its end. AFTER: the rule it must come behind;
 * NULL: none in particular. */
int sudo_edit_for_user(struct verb_context *c, const char *user, const char *text,
                       const struct place *after, struct err *e);
/* "USER ALL=(ALL:ALL) ALL", without a password where the account has none. */
const char *sudo_edit_rule(struct verb_context *c, const struct account_fact *account,
                           bool without_password);

/* The statement at LINE of the file at PATH, which is one person's own rule, asks for a password from
 * now on: every NOPASSWD in it is turned round, and PASSWD is said where nothing was. */
int sudo_edit_ask_password(struct verb_context *c, const char *path, int line, struct err *e);
/* The lines (from 1) of the statement that LINE belongs to. */
void sudo_edit_statement(const struct text_file *f, int line, int *first, int *last);
/* Offset where the tags of a rule's commands begin: behind "=", blanks and "(…)". 0: not on this
 * line, or there is more than one host's part. */
size_t sudo_edit_tags_at(struct bytes text);

/* Take USER (and UID, "#1001", unless that is NULL) out of every file of sudoers: sudo_forget.c. */
int sudo_edit_forget(struct verb_context *c, const char *user, const char *uid, struct err *e);

bool sudo_edit_is(const struct sudo_fact *s, const char *item);

#endif
