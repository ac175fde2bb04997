/* The language of /etc/pam.d: lines of type, control, module and arguments, split as libpam splits
 * them. Never opens a file; what an include leads to is facts/'s affair. */
#ifndef DISKMEND_SYNTAX_PAM_LINES_H
#define DISKMEND_SYNTAX_PAM_LINES_H

#include <stdbool.h>

#include "base/vec.h"

/* libpam's own numbers (security/_pam_types.h), as far as somebody here needs their names. */
enum pam_code {
    PAM_CODE_SUCCESS = 0,
    PAM_CODE_SERVICE_ERR = 3,
    PAM_CODE_SYSTEM_ERR = 4,
    PAM_CODE_PERM_DENIED = 6,
    PAM_CODE_AUTH_ERR = 7,
    PAM_CODE_AUTHINFO_UNAVAIL = 9,
    PAM_CODE_USER_UNKNOWN = 10,
    PAM_CODE_NEW_AUTHTOK_REQD = 12,
    PAM_CODE_ACCT_EXPIRED = 13,
    PAM_CODE_SESSION_ERR = 14,
    PAM_CODE_IGNORE = 25,
    PAM_CODE_ABORT = 26,
    PAM_CODE_MODULE_UNKNOWN = 28,
    PAM_CODE_COUNT = 32
};

/* What a control does with a result; positive: so many modules are skipped. */
enum pam_action {
    PAM_DO_IGNORE = 0,
    PAM_DO_OK = -1,
    PAM_DO_DONE = -2,
    PAM_DO_BAD = -3,
    PAM_DO_DIE = -4,
    PAM_DO_RESET = -5
};

struct pam_line {
    const char *type;    /* as written, without a leading "-"; may be any word */
    bool silent;         /* there was a "-" */
    const char *control; /* second word, without the brackets; NULL: there is none */
    bool bracketed;
    const char
        *module; /* third word: a module, or the file an include names; NULL: there is none */
    const char **arguments;
    size_t argument_count;
    int line; /* where it begins */
};

struct pam_lines {
    VEC(struct pam_line) items;
    bool incomplete; /* the last line asks for a next one: libpam gives the whole file up */
    bool cut;        /* more lines than we take */
};

/* Never fails: every text is lines. */
struct pam_lines pam_lines_read(struct arena *a, struct bytes text);

/* Fill ACTIONS from a control ("required", or what stood in brackets); false when libpam cannot
 * read it, then everything is PAM_DO_BAD. Not for include and substack. */
bool pam_control_read(const char *control, int actions[PAM_CODE_COUNT]);

#endif
