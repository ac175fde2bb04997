/* The jobs of `access`, one file each. CONTEXT is the const struct access_request *; a job that was not
 * asked for does nothing. For access*.c only. */
#ifndef DISKMEND_REPAIR_ACCESS_PARTS_H
#define DISKMEND_REPAIR_ACCESS_PARTS_H

#include "repair/access.h"
#include "repair/stages.h"

stage_function access_reset_ssh;         /* access_reset.c */
stage_function access_restore_ssh;       /* access_restore.c */
stage_function access_remove_user;       /* access_remove.c */
stage_function access_create_user;       /* access_create.c */
stage_function access_unlock;            /* access_account.c */
stage_function access_expire;            /* access_account.c */
stage_function access_remove_prior_keys; /* access_key_remove.c */
stage_function access_add_keys;          /* access_key.c */
stage_function access_set_password;      /* access_password.c */
stage_function access_grant_sudo;        /* access_sudo.c */

/* The account of REQUEST->user on the guest as it is now; NULL and E when there is none. */
const struct account_fact *access_account(struct verb_context *c,
                                          const struct access_request *request, struct err *e);

struct ssh_keys_given;
/* The keys of the request, as this guest's sshd takes them. */
int access_keys_given(struct verb_context *c, const struct access_request *request,
                      struct ssh_keys_given *out, struct err *e);

/* The home of the account that is removed: all of it, or an error. access_remove_home.c */
int access_remove_home(struct verb_context *c, const struct account_fact *account, struct err *e);

/* What else a key's job has opened for the person is shut again, once the plan stands: a key alone
 * opens no way by password. access_other_ways.c */
int access_shut_other_ways(const struct repair_input *input, const struct access_request *request,
                           struct plan *p, struct err *e);

#endif
