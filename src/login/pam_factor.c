/* pam_google_authenticator: a user without a secret that the module takes can give no code. Source:
 * google-authenticator-libpam src/pam_google_authenticator.c open_secret_file, parse_args. */
#include "login/pam_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "facts/collect.h"

#define SECRET_MAX (64 * 1024)

static const struct pam_file_fact *secret_of(const struct visit *v, const char *given)
{
    vec_each (file, &v->facts->pam_files)
        if (strcmp(file->module, "pam_google_authenticator.so") == 0 && file->user &&
            strcmp(file->user, v->account->name) == 0)
            return file;
    return given && !strpbrk(given, "~$") ? pam_file(v, given) : NULL;
}

/* An argument that it does not know ends the module. */
static bool has_unknown_argument(const struct pam_fact *e)
{
    static const char *const names[] = {"secret=",
                                        "authtok_prompt=",
                                        "user=",
                                        "allowed_perm=",
                                        "no_strict_owner",
                                        "debug",
                                        "try_first_pass",
                                        "use_first_pass",
                                        "forward_pass",
                                        "noskewadj",
                                        "no_increment_hotp",
                                        "nullok",
                                        "allow_readonly",
                                        "echo-verification-code",
                                        "echo_verification_code",
                                        "grace_period=",
                                        NULL};
    for (size_t i = 0; i < e->arguments.count; i++) {
        const char *word = e->arguments.items[i];
        bool known = false;
        for (const char *const *n = names; *n && !known; n++)
            known = (*n)[strlen(*n) - 1] == '=' ? strncmp(*n, word, strlen(*n)) == 0
                                                : strcmp(*n, word) == 0;
        if (!known)
            return true;
    }
    return false;
}

/* The user the secret must belong to; negative: not known. */
static int64_t owner_wanted(const struct visit *v, const char *user)
{
    char *end;
    if (!user)
        return v->account->uid;
    const struct account_fact *account = facts_account(v->facts, user);
    long uid = strtol(user, &end, 10);
    return account ? account->uid : end != user && !*end ? uid : -1;
}

static const char *secret_fault(const struct visit *v, const struct pam_fact *e,
                                const struct pam_file_fact *file)
{
    const char *permission = pam_argument(e, "allowed_perm=");
    unsigned allowed = permission ? (unsigned)strtol(permission, NULL, 8) : 0600;
    if (pam_file_is(file, "missing"))
        return "is missing";
    if (!pam_file_is(file, "ok"))
        return "is no regular file";
    if (file->mode & 03777 & ~allowed)
        return "is open to others";
    if (!pam_has_argument(e, "no_strict_owner") &&
        file->uid != owner_wanted(v, pam_argument(e, "user=")))
        return "belongs to somebody else";
    return file->size < 1 || file->size > SECRET_MAX ? "is empty or too large" : NULL;
}

struct pam_verdict pam_factor_verdict(const struct visit *v, const struct pam_fact *e)
{
    const struct pam_file_fact *file = secret_of(v, pam_argument(e, "secret="));
    const char *user = pam_argument(e, "user=");
    if (strcmp(e->type, "auth") != 0)
        return pam_answers(PAM_CODE_SUCCESS);
    if (!file || pam_file_is(file, "unreadable") || has_unknown_argument(e) ||
        owner_wanted(v, user) < 0)
        return (struct pam_verdict){0};
    const char *fault = secret_fault(v, e, file);
    if (!fault)
        return pam_answers(PAM_CODE_SUCCESS); /* who has the secret can give the code */
    if (pam_file_is(file, "missing") && pam_has_argument(e, "nullok"))
        return pam_answers(PAM_CODE_IGNORE);
    struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-mfa-not-enrolled", (struct place){0});
    no.value = file->path;
    no.detail = fault;
    return no;
}
