/* Modes, owners and presence of the files and directories whose state decides a login: the
 * sentinels of the catalogue, and what the other producers point at. */
#ifndef DISKMEND_FACTS_FILE_H
#define DISKMEND_FACTS_FILE_H

#include "facts/record.h"

struct file_fact {
    const char *path;
    const char *purpose; /* "privsep-dir" "sshd" "sshd-session" "sshd-auth" "sshd-config" "etc-ssh"
                          * "not-to-be-run" "moduli" "sentinel" "id-file" "lock" "sshd-drop-in"
                          * "sshd-exec" (what the unit starts) "revoked-keys" … */
    bool exists;
    const char *unreadable; /* the reason; NULL when it could be looked at */
    const char *type;       /* "file" "directory" "symlink" … of what the path leads to */
    uint32_t mode;
    int64_t uid, gid;  /* FACT_NO_NUMBER when it does not exist */
    const char *owner, *group; /* names, when passwd and group have them */
    int64_t size;
    const char *link;  /* target, when the path itself is a symbolic link */
    const char *real_path;
    /* For what sshd checks or reads by itself ("keys-command" "principals-command" "chroot"
     * "revoked-keys" "trusted-ca" "principals-file"); else unknown and NULL. */
    enum truth safe;         /* as misc.c safe_path wants it, for root: file and all parents */
    const char *unsafe_path; /* the first component that is not */
    const char *unsafe_why;  /* "owner" "group-writable" "world-writable" */
    const char *content;     /* "ok" "empty" "garbage" "krl" "krl-garbage" "krl-unclear" of a list
                              * of keys */
    struct text_list keys;   /* fingerprints in that list; not rendered */
    const char *label;       /* security.selinux, when there is one */
    struct place at;
};

extern const struct fact_kind file_kind;

#endif
