/* One line of an authorized_keys file for one subject: would sshd take a login with this key? For
 * login/ only. */
#ifndef DISKMEND_LOGIN_KEY_LINE_H
#define DISKMEND_LOGIN_KEY_LINE_H

#include "login/visit.h"

struct line_verdict {
    const char *reason; /* NULL: the key lets this subject in */
    const char *value;
    const char *keyword;
    const char *wanted;
    const char *detail;
    bool decides; /* sshd takes the line and then refuses the login: later lines are not asked */
    struct place at; /* of a setting that refuses the key; file NULL: the line itself */
};

struct line_verdict key_line_judge(const struct visit *v, const struct key_fact *key);

/* Does cloud-init's forced command stand on the line ("Please login as the user ...")? */
bool key_line_is_cloud_init(const struct key_fact *key);

#endif
