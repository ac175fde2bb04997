/* What the verbs on authorized_keys share: the key that was given, its account, a key put into a
 * file. For verb_key*.c only. */
#ifndef DISKMEND_REPAIR_KEY_EDIT_H
#define DISKMEND_REPAIR_KEY_EDIT_H

#include "repair/text_edit.h"
#include "syntax/ssh_key.h"

/* The account of the step; NULL and E when there is none. */
const struct account_fact *key_edit_account(struct verb_context *c, const struct json *step,
                                            struct err *e);
/* The line of --identity that is a key this sshd takes; NULL and E: none was given, or none such. */
const char *key_edit_given(struct verb_context *c, struct err *e);
/* Put LINE at the end of the file that sshd reads at PATH; file and directories are made where they
 * are missing. Nothing happens where the key stands there already. */
int key_edit_append(struct verb_context *c, const struct account_fact *account, const char *path,
                    const char *line, struct err *e);
/* Does a program that keeps its own lines take the line behind this one for its key? */
bool key_edit_is_agents_mark(struct bytes line);
/* The number of the line before which a new key is nobody's but the person's: behind all others (0),
 * but never behind an agent's mark or within a block that some program keeps. */
int key_edit_end(const struct text_file *f);
/* Replace COUNT lines from NUMBER on by TEXT (NULL: by nothing). */
void key_edit_replace(struct verb_context *c, struct text_file *f, int number, size_t count,
                      const char *text);
/* Lines from NUMBER on, as the readers of syntax/ want them. */
struct bytes *key_edit_lines(struct verb_context *c, const struct text_file *f, int number,
                             size_t *count);

#endif
