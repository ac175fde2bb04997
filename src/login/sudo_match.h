/* Rules and settings of sudoers for one person. Only for gate_sudo.c, sudo_pam.c and
 * sudo_standing.c. */
#ifndef DISKMEND_LOGIN_SUDO_MATCH_H
#define DISKMEND_LOGIN_SUDO_MATCH_H

#include "login/visit.h"

enum sudo_match { SUDO_MATCH_NO, SUDO_MATCH_YES, SUDO_MATCH_EXCLUDED, SUDO_MATCH_UNSURE };

struct sudo_outcome {
    enum { SUDO_RULE_NONE, SUDO_RULE_ALLOWS, SUDO_RULE_DENIES, SUDO_RULE_UNSURE } kind;
    const struct sudo_fact *rule;
    const struct sudo_fact *elsewhere; /* would allow, on another host */
    const struct sudo_fact *unsure;    /* the one that cannot be told */
};

bool sudo_is_item(const struct sudo_fact *s, const char *item);
/* The first of its kind, or NULL. */
const struct sudo_fact *sudo_find_item(const struct facts *f, const char *item);
/* 10905 for "1.9.5p2"; 0 when unknown. */
int sudo_program_version(const struct facts *f);
enum sudo_match sudo_match_users(const struct text_list *list, const struct account_fact *a);
/* The one that holds for this person as root; NULL: none is set. */
const struct sudo_fact *sudo_setting(const struct visit *v, const char *name);
bool sudo_is_on(const struct sudo_fact *s);
bool sudo_asks_password(const struct visit *v, const struct sudo_fact *rule);
/* The setting by which root's password is asked for instead of one's own; NULL: none. */
const struct sudo_fact *sudo_target_password(const struct visit *v);
/* COUNTED: the rules sudo reads, or those in files it does not. */
struct sudo_outcome sudo_look_up(const struct visit *v, bool counted);

#endif
