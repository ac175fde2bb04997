/* What a session needs once a login is accepted: the shell with its loader and libraries, the
 * directory it is shut into, startup files that end it, programs that are forced on it. Verdicts
 * about a person are login/'s. */
#ifndef DISKMEND_FACTS_SESSION_H
#define DISKMEND_FACTS_SESSION_H

#include "facts/record.h"

struct session_fact {
    const char *item; /* "shell": one login shell. "shell-path": what keeps USER from starting it.
                       * "chroot": one ChrootDirectory for USER (or all). "chroot-shell": USER's
                       * shell in there. "startup": a startup file that ends USER's shell.
                       * "program": what a forced command or a subsystem starts. "path": the PATH of
                       * every session, in VALUE */
    const char *user; /* NULL: everybody's */
    const char *name; /* shell: field of passwd. chroot, chroot-shell: ChrootDirectory as written.
                       * startup: "exit" "logout" "exec". program: the command as written */
    const char *path; /* what it is about, or what stands in the way */
    const char *defect; /* NULL: nothing. shell: "empty" "garbage" "no-interpreter"
                         * "library-missing". shell-path: "no-search" "no-execute" "no-read".
                         * chroot: "relative" "token" "missing" "owner" "writable" "not-directory"
                         * "unreadable". chroot-shell: "missing" "not-executable" "no-interpreter"
                         * "library-missing". startup: "login" (at the prompt) "command".
                         * program: "missing" "not-executable". path: "no-programs" */
    const char *mode;        /* of PATH, where that is the defect: "0700" */
    const char *value;       /* startup: the program behind exec */
    struct text_list missing; /* loader and libraries that are nowhere */
    struct place at;
};

extern const struct fact_kind session_kind;

#endif
