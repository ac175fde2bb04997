/* What sudo would read: its program, every file of sudoers with what keeps sudo from reading it,
 * settings, rules (aliases resolved, one record for each command) and syntax errors. */
#ifndef DISKMEND_FACTS_SUDO_H
#define DISKMEND_FACTS_SUDO_H

#include "facts/record.h"

struct sudo_fact {
    const char *item; /* "program" "host" "conf" "plugin" "file" "directory" "setting" "rule" "error" */
    const char *path; /* program, file, directory */
    const char *defect; /* program: "not-setuid" "owner" "not-executable". file, directory: "missing"
                         * "owner" "group-writable" "world-writable" "not-regular" "name"
                         * "not-included". error: what is wrong. NULL: nothing */
    const char *mode;   /* program, file, directory: "0440" */
    int64_t uid, gid;
    bool counts; /* sudo reads it (file, directory), or the file it stands in */
    const char *name;  /* setting: its name. error: first word of the line */
    const char *value; /* setting: its value, or "true" "false". host: the name. program: version */
    const char *scope; /* setting: "global" "host" "user" "runas" "command" */
    struct text_list users, hosts, runas; /* "!" before what is excluded; aliases resolved */
    const char *command;                  /* rule */
    const char *shell;        /* rule, setting of scope command: what it says of root's login shell:
                               * "allow" "deny" "none" "unknown" */
    enum truth authenticate;  /* rule: PASSWD: yes, NOPASSWD: no, no tag: unknown */
    bool runas_default_only;  /* rule without parentheses */
    bool in_time;             /* rule: neither NOTBEFORE nor NOTAFTER rules it out */
    struct place at;
};

extern const struct fact_kind sudo_kind;

#endif
