/* Host keys as sshd would load them, and authorized key files line by line with the StrictModes
 * walk already taken. A private key is type, bits, fingerprint and state; its bytes stay out. */
#ifndef DISKMEND_FACTS_KEY_H
#define DISKMEND_FACTS_KEY_H

#include "facts/record.h"

/* One host key file: named by a HostKey line, or from this version's default list. */
struct host_key_fact {
    const char *path;
    bool named;        /* by a HostKey line (a default one that is missing is silent) */
    const char *state; /* "ok" "missing" "unreadable" "too-open" "empty" "invalid" "no-final-newline"
                        * "carriage-return" "passphrase" "too-short" "unsupported" "not-regular" */
    const char *type;  /* "rsa" "ecdsa" "ed25519" "dsa"; NULL when it cannot be told */
    int64_t bits;
    const char *fingerprint; /* "SHA256:…" of the public half */
    bool encrypted;
    bool loadable;     /* sshd of this version and family takes it */
    uint32_t mode;
    int64_t uid, gid;
    const char *group; /* name of the gid */
    enum truth public_matches; /* the .pub beside it is the same key; unknown when there is none */
    const char *detail;
    struct place at;       /* the key file */
    struct place named_at; /* the HostKey line */
};

/* One file that some AuthorizedKeysFile value gives for one account. */
struct key_file_fact {
    const char *user;
    const char *pattern; /* the word of AuthorizedKeysFile it comes from: ".ssh/authorized_keys";
                          * "(home)": keys below /home/NAME while passwd names another home */
    const char *path;    /* tokens expanded, home put before a relative one */
    const char *real_path;
    const char *state;   /* "ok" "missing" "unreadable" (by us) "not-regular" "dangling" "loop"
                          * "bad-token" "none" */
    bool readable_by_user; /* open(2) as the user would succeed: file and every directory above */
    const char *blocked_at; /* the first path the user cannot pass, when not */
    /* StrictModes (misc.c safe_path) with this family's rule; NULL path: nothing wrong. */
    const char *unsafe_path;
    const char *unsafe_kind;  /* "file" "ssh-directory" "home" "directory" */
    const char *unsafe_why;   /* "owner" "group-writable" "world-writable" */
    uint32_t unsafe_mode;
    int64_t unsafe_uid;
    const char *label; /* security.selinux of the real file; NULL when there is none */
    bool has_acl;      /* a POSIX access ACL is on the file: its mask is the group mode */
    int64_t lines; /* lines that are neither blank nor comment */
    int64_t usable_lines; /* that parse as a plain key (not cert-authority) */
    const char *detail;
    struct place at;
};

/* One line of such a file that is neither blank nor comment. */
struct key_fact {
    const char *user;
    const char *file;  /* key_file_fact.path */
    const char *type;  /* "ssh-ed25519" …; NULL when the line has none */
    int64_t bits;
    const char *fingerprint;
    const char *comment;
    struct text_list options; /* each as written: from="10.0.0.0/8" */
    bool cert_authority;
    const char *from;        /* value of from=, unquoted; NULL when there is none */
    const char *expiry_time; /* value of expiry-time= */
    const char *command;     /* value of command= */
    const char *principals;
    const char *defect; /* NULL, or "malformed" "glued" "wrapped" "bad-base64" "type-mismatch"
                         * "unknown-option" "bad-option" "byte-order-mark" "ssh2-format" "pem"
                         * "putty" "private-key" "unknown-type" "quoted" "utf16" */
    const char *detail; /* "the second key starts at column 402" */
    struct place at;
    /* Not rendered. */
    const char *sha1; /* the fingerprint by SHA-1 */
};

struct facts;
/* Does this sshd take a private host key that group ssh_keys can read (mode 0640)? */
bool host_key_group_mode_accepted(const struct facts *f);

extern const struct fact_kind host_key_kind, key_file_kind, key_kind;

#endif
