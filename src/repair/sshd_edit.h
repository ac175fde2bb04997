/* Lines of sshd_config files as the verbs change them: words by their places, Match blocks for one
 * user, the place where a global value still counts. For verb_sshd*.c only. */
#ifndef DISKMEND_REPAIR_SSHD_EDIT_H
#define DISKMEND_REPAIR_SSHD_EDIT_H

#include "facts/sshd_keywords.h"
#include "repair/text_edit.h"
#include "syntax/sshd_words.h"

/* A name that Match and Allow lines take literally: no pattern, no blank, no quote. */
bool sshd_edit_is_plain_name(const char *name);

/* May this guest's sshd read KEY inside Match? */
bool sshd_edit_in_match(const struct verb_context *c, const char *key);

/* The words of a line as this guest's sshd splits it. */
void sshd_edit_split(const struct verb_context *c, const struct text_line *line,
                     struct sshd_line *out);
/* Everything from the first argument on becomes VALUES; indentation and spelling stay. */
void sshd_edit_set_arguments(struct verb_context *c, struct text_line *line, const char *values);

/* KEY VALUE for USER alone: in a "Match User" block that sshd reads before every other Match, for
 * there the first value wins. */
int sshd_edit_for_user(struct verb_context *c, const char *user, const char *key,
                       const char *value, struct err *e);
/* KEY VALUE as a new global line of the main file, above its first Match. */
int sshd_edit_new_global(struct verb_context *c, const char *key, const char *value,
                         struct err *e);

/* What is set on sshd's command line no file can change: the error that says so. */
int sshd_edit_refuse_command_line(const struct sshd_directive *d, struct err *e);

#endif
