/* What starts sshd at boot, and the units a login leans on: systemd (links, masks, drop-ins,
 * conditions, default target), OpenRC run levels, SysV links. Judged as `systemctl --root
 * is-enabled` would, from the files alone. */
#ifndef DISKMEND_FACTS_UNIT_H
#define DISKMEND_FACTS_UNIT_H

#include "base/vec.h"
#include "facts/record.h"

struct unit_fact {
    const char *name;    /* "ssh.service"; the default target is "default.target" */
    const char *manager; /* "systemd" "openrc" "sysv" */
    const char *role;    /* "sshd" "sshd-socket" "default-target" "keygen" "core" "firewall"
                          * "audit"; "network": what configures a NIC, where it is not core
                          * "socket": another one that opens at boot */
    const char *state;   /* "enabled" "disabled" "masked" "static" "alias" "missing" "generated"
                         * "indirect" "linked" */
    bool at_boot;        /* reached from the default target (or run level) when the VM starts */
    const char *path;    /* the unit file that counts; NULL when there is none */
    const char *target;  /* where a link leads: /dev/null, rescue.target … */
    struct text_list wanted_by;  /* from its [Install] section */
    struct text_list drop_ins;   /* in the order systemd reads them */
    const char *exec_start;      /* the last effective ExecStart line */
    const char *exec_path;       /* its program, prefix characters taken off */
    enum truth exec_ok;          /* the program is there and executable */
    struct text_list exec_options;  /* words after the program, environment files expanded where known */
    VEC(struct place) option_places; /* of each of exec_options: where it was written */
    struct text_list runtime_directories; /* RuntimeDirectory= values: "sshd" makes /run/sshd */
    struct text_list listen;        /* a socket's ListenStream values, resets applied */
    VEC(struct place) listen_places; /* of each of listen */
    const char *condition_failed;   /* the ConditionPathExists… that keeps it from starting */
    struct place condition_at;      /* file NULL: no file of the unit says it */
    struct place exec_at;           /* the ExecStart= that counts */
    struct place runtime_at;        /* the RuntimeDirectory= that counts, or the last that unset it */
    const char *problem; /* NULL, or why systemd refuses it: "second ExecStart", "no ExecStart" … */
    const char *unreadable;
    struct place at;          /* the file (and line) that makes the state what it is */
    struct place problem_at;
};

extern const struct fact_kind unit_kind;

#endif
