/* What PAM would run for sshd: the stacks of its service with every include followed, and the small
 * files those modules read. Verdicts about a person are login/'s. */
#ifndef DISKMEND_FACTS_PAM_H
#define DISKMEND_FACTS_PAM_H

#include "base/vec.h"
#include "facts/record.h"
#include "syntax/pam_lines.h"

/* One module in the order of its stack, for the service sshd asks for or for "other". */
struct pam_fact {
    const char *service; /* "sshd" "other" … */
    const char *type;    /* "auth" "account" "password" "session" */
    const char *control; /* as written, without brackets */
    const char *module;  /* as written; NULL when the line names none */
    struct text_list arguments;
    const char *path;    /* where the module is; NULL when it is nowhere */
    enum truth present;  /* null: the directories of modules could not be read */
    const char *problem; /* NULL "bad-type" "no-control" "bad-control" "no-module"
                          * "include-missing" "include-depth" */
    int64_t level;       /* how many substacks deep */
    struct place at;
    /* Not rendered. */
    bool must_fail; /* libpam lets it fail without asking any module */
    int actions[PAM_CODE_COUNT];
};

/* A file that a module of the stack reads. */
struct pam_file_fact {
    const char *path;
    const char *module; /* "pam_access" … the first that asks for it */
    const char *state;  /* "ok" "missing" "not-regular" "unreadable" */
    uint32_t mode;
    int64_t count; /* lines */
    struct place at;
    /* Not rendered. */
    const char *user; /* whose second factor is in it */
    int64_t uid, size;
    struct bytes content;    /* of a tally */
    VEC(struct bytes) lines; /* without newlines; the last one may lack its newline */
    bool ends_with_newline;
};

/* What is true of the service as a whole. */
struct pam_service {
    const char *name;    /* the service sshd asks for */
    bool file_missing;   /* no file of that name: "other" decides */
    bool file_empty;     /* it names no module */
    bool clears_nologin; /* systemd-user-sessions of this release takes /etc/nologin away */
    bool makes_nologin;  /* systemd-tmpfiles makes /run/nologin at boot */
    bool is_utc;         /* the clock shows UTC; looked at only where pam_time asks */
    const char *helper;  /* where pam_unix's unix_chkpwd should be; NULL: it is there */
    bool broken;         /* pam_start fails: nobody gets in */
    struct place broken_at;
    const char *broken_by;  /* the file that could not be included, or NULL */
    const char *unreadable; /* some part could not be read; the reason */
    struct place unreadable_at;
};

/* What a line of pam_exec.so runs; NULL: nothing. */
const char *pam_exec_program(const struct pam_fact *entry);

extern const struct fact_kind pam_kind, pam_file_kind;

#endif
