/* What the owner of a guest asks for by name, as Azure's VMAccess does on a running one: a key, a
 * password, an account made or removed, sshd's configuration reset. Planned in the overlay like a
 * repair; writes nothing to a disk. For batch/ (which plans) and cli/ (which fills the request). */
#ifndef DISKMEND_REPAIR_ACCESS_H
#define DISKMEND_REPAIR_ACCESS_H

#include "repair/journal.h"
#include "repair/repair.h"

/* How the journal names a run that resets sshd's configuration: what --restore-ssh looks for. */
#define ACCESS_RESET_COMMAND "access --reset-ssh"

enum access_create {
    ACCESS_CREATE_NO,
    ACCESS_CREATE_NEW,       /* --create: the account must not be there yet */
    ACCESS_CREATE_IF_MISSING /* VMAccess's settings do not tell the two apart */
};

enum access_sudo {
    ACCESS_SUDO_UNSAID, /* new accounts: with password; others: as they have it */
    ACCESS_SUDO_KEEP,
    ACCESS_SUDO_PASSWORD,
    ACCESS_SUDO_NOPASSWD
};

enum access_expiry { ACCESS_EXPIRY_UNSAID, ACCESS_EXPIRY_NEVER, ACCESS_EXPIRY_DAY };

/* Public keys as they were given: one line, several, RFC 4716, PEM or PKCS#8. */
struct access_key_text {
    const char *source; /* for messages: a file name, "standard input", "ssh_key" */
    struct bytes text;
};

struct access_request {
    const char *user; /* whose access it is; NULL for jobs that are nobody's */
    enum access_create create;
    const struct access_key_text *keys;
    size_t key_count;
    bool remove_prior_keys;
    struct bytes password; /* a secret, wiped by who filled it; ptr NULL: none is set */
    bool password_for_all; /* --password-auth all: sshd asks everybody, not only this user */
    enum access_sudo sudo;
    bool nopasswd_if_new; /* a new account needs no password to become root, where SUDO is unsaid */
    enum access_expiry expiry;
    int64_t expires_on; /* ACCESS_EXPIRY_DAY: the first day, since 1970, on which it no longer lets in */
    bool unlock;
    const char *remove_user; /* NULL: nobody is removed */
    bool remove_home;
    bool reset_ssh, restore_ssh;
    const struct journal_place *journal; /* of restore_ssh: where runs are told of; batch/ says */
    /* Outside the overlay: cli/ sends them to the disk check, never here. */
    bool check_disk, repair_disk;
    const char *disk_name; /* NULL: the root filesystem */
};

/* Does the request ask for anything but disk checks? */
bool access_has_job(const struct access_request *request);
/* The names of the jobs it asks for, as plans name them, in the order they are done. */
name_list access_jobs(struct arena *a, const struct access_request *request);
/* What no guest could make sense of: jobs that contradict each other, an empty password, a name that
 * is none. 0, or ERR_USAGE and a sentence; known before any disk is opened. */
int access_check(struct arena *a, const struct access_request *request, struct err *e);
/* "2026-12-31" or "never" into REQUEST. 0, or ERR_USAGE. */
int access_take_expiry(const char *text, struct access_request *request, struct err *e);
/* The password has served: its bytes are wiped. In every process that has them. */
void access_wipe(const struct access_request *request);

/* Edit the overlay as asked; then, for the user and the ways in that were asked for, open by rules
 * what is the person's own (gates auth to key, sudo), so that the job has its effect. INPUT's
 * question names the user. NULL and E: ERR_NOT_FOUND (no such account), ERR_REFUSED (the job would
 * shut out or let in somebody else, or cannot be done on this guest), ERR_INTERNAL. */
struct plan *access_plan(const struct repair_input *input, const struct access_request *request,
                         struct err *e);

#endif
