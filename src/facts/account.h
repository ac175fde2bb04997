/* Who exists: passwd, shadow, group and gshadow as getpwnam, getspnam and getgrouplist of this
 * guest would see them, and every damaged row. Never holds a hash: a password is its state. */
#ifndef DISKMEND_FACTS_ACCOUNT_H
#define DISKMEND_FACTS_ACCOUNT_H

#include "facts/record.h"

enum password_state {
    PASSWORD_UNKNOWN, /* shadow could not be read */
    PASSWORD_SET,     /* a hash this field could hold */
    PASSWORD_LOCKED,  /* starts with '!' */
    PASSWORD_STAR,    /* '*' or another text that no password matches: not locked for sshd */
    PASSWORD_EMPTY,
    PASSWORD_NO_ENTRY, /* passwd says x and shadow has no line for the name */
    PASSWORD_INVALID   /* looks like a hash but none that crypt knows: cut, quoted … */
};

struct account_fact {
    const char *name;
    int64_t uid, gid;
    const char *home, *shell; /* as in the line: trailing blanks and CR are part of it */
    const char *password; /* "set" "locked" "none" "empty" "no-entry" "invalid" "unknown" */
    const char *password_source; /* "shadow" "passwd": which file the state comes from */
    const char *scheme;   /* "yescrypt" "sha512" "sha256" "md5" "des" "bcrypt" … of a set (or locked) hash */
    int64_t last_change, minimum, maximum, warn, inactive, expires; /* shadow fields 3 to 8, days;
                                                                     * FACT_NO_NUMBER when empty */
    struct text_list groups; /* names: primary first, then supplementary in the order of the file */
    bool is_admin;    /* root, or a member of sudo, wheel, admin, or named in a plain sudoers rule */
    bool is_system;   /* uid below login.defs' UID_MIN and not root */
    bool can_log_in_shell; /* the shell is not nologin, false, sync, halt … */
    const char *shell_state; /* "ok" "missing" "not-executable" "not-regular" "unreadable"
                              * "not-looked-at" (beyond the first 2000 accounts) */
    const char *home_state;  /* "ok" "missing" "not-directory" "unreadable" */
    const char *home_real;   /* links resolved; NULL unless home_state is ok */
    int64_t home_uid;        /* its owner; FACT_NO_NUMBER unless home_state is ok */
    bool shadowed;    /* an earlier line has the same name: this one never counts */
    const char *defect; /* NULL, or why getpwnam does not see this line as written */
    struct place at;        /* passwd line */
    struct place shadow_at; /* shadow line, file NULL when there is none */
    /* Not rendered. */
    enum password_state password_state;
    enum password_state shadow_state; /* of shadow's own field, whatever passwd says; needs shadow_at */
    const char *shadow_scheme;
    bool nss_visible; /* getpwnam finds it (through this line) */
    const int64_t *group_ids; /* as getgrouplist: every gid, also nameless ones */
    size_t group_id_count;
};

/* One damaged or double row of an account file. */
struct row_fact {
    const char *db;     /* "passwd" "shadow" "group" "gshadow" */
    const char *name;   /* first field */
    const char *defect; /* "fields-missing" "fields-extra" "bad-uid" "bad-gid" "duplicate-name"
                         * "duplicate-uid" "nis-leftover" "carriage-return" "byte-order-mark"
                         * "control-byte" "no-final-newline" "bad-number" "no-passwd-entry" … */
    const char *detail;
    struct place at;
};

/* One group as the files have it, for group look-ups by name and number. */
struct group_fact {
    const char *name;
    int64_t gid;
    struct text_list members;
    bool shadowed; /* an earlier line has the same name */
    struct place at;
};

extern const struct fact_kind account_kind, row_kind, group_kind;

#endif
