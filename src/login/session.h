/* Pieces of gate session. Only for gate_session*.c and key_line.c. */
#ifndef DISKMEND_LOGIN_SESSION_H
#define DISKMEND_LOGIN_SESSION_H

#include "login/visit.h"

/* USER and NAME may be NULL: any. */
bool session_is(const struct session_fact *s, const char *item, const char *user, const char *name);
const struct session_fact *session_find(const struct visit *v, const char *item, const char *user,
                                        const char *name);

#endif
