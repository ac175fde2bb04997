/* One subject on the way through the gates, and the gates themselves. For login/ only. */
#ifndef DISKMEND_LOGIN_VISIT_H
#define DISKMEND_LOGIN_VISIT_H

#include "login/effective.h"
#include "login/key_index.h"
#include "login/reasons.h"

struct visit {
    const struct facts *facts;
    const struct login_question *question;
    const struct subject *subject;
    const struct account_fact *account; /* NULL: no such user */
    const struct effective *settings;
    const struct key_index *index;
    bool is_named;                   /* by --user */
    const struct reason_list *guest; /* what was found for everybody */
    struct reason_list *reasons;
    struct reason_list *unheard; /* room for locks that nobody will read */
    struct stack_room *room;
};

/* What holds for the whole guest; judged once. */
bool disk_is_seen(const struct facts *f); /* not so in a bare directory */
void gate_disk(const struct facts *f, struct reason_list *out);
void gate_disk_volumes(const struct facts *f, struct reason_list *out);
void gate_boot(const struct facts *f, struct reason_list *out);
void gate_network(const struct facts *f, struct reason_list *out);
void gate_boot_system(const struct facts *f, struct reason_list *out);
void gate_boot_loader(const struct facts *f, struct reason_list *out);
void gate_boot_initramfs(const struct facts *f, struct reason_list *out);
void gate_boot_conf(const struct facts *f, struct reason_list *out);
/* The policy will be loaded, and what it forbids will be refused. */
bool gate_boot_selinux_enforces(const struct facts *f);
void gate_sshd(const struct facts *f, bool default_target_broken, struct reason_list *out);
void gate_sshd_config(const struct facts *f, struct reason_list *out);
void gate_sshd_unit(const struct facts *f, bool default_target_broken, struct reason_list *out);
void gate_sshd_host_keys(const struct facts *f, struct reason_list *out);
/* Returns the port sshd can be reached at: the one asked for, or the one it listens on instead. */
int gate_listen(const struct facts *f, const struct login_question *question,
                struct reason_list *out);
void gate_auth_algorithms(const struct facts *f, struct reason_list *out);
void gate_auth_guest(const struct facts *f, struct reason_list *out);
/* PORT: the one sshd can be reached at. */
void gate_firewall(const struct facts *f, const struct login_question *question, int port,
                   struct reason_list *out);
void gate_account_files(const struct facts *f, struct reason_list *out);
struct stack_room *stack_room_new(const struct facts *f);
void gate_pam_guest(const struct facts *f, struct reason_list *out);
void gate_session_guest(const struct facts *f, struct reason_list *out);

/* What holds for one subject. */
void gate_listen_subject(const struct visit *v);
void gate_auth(const struct visit *v, size_t usable_keys);
void gate_allow(const struct visit *v);
void gate_account(const struct visit *v);
/* Returns how many different keys would be accepted. */
size_t gate_key(const struct visit *v);
void gate_pam(const struct visit *v);
void gate_session(const struct visit *v);

/* Pieces several gates ask for. */
/* The value of NAME=… on the kernel command line that counts; NULL: nowhere. */
const struct boot_fact *boot_parameter(const struct facts *f, const char *name);
/* Why the device of a mount that the boot waits for is not there, where gate disk knows: the id of
 * its reason. NULL: it does not. */
const char *disk_explains(const struct facts *f, const struct mount_fact *m);
/* Does the boot end in emergency mode when this mount fails? */
bool boot_waits_for(const struct facts *f, const struct mount_fact *m);
bool uses_pam(const struct facts *f); /* this sshd runs the PAM phases */
/* The password field that counts for a login, and where it stands. */
struct counted_password {
    enum password_state state;
    const char *scheme;
    struct place at;
};
struct counted_password counted_password(const struct visit *v);
/* The first source of this section (or account file: "passwd" "shadow" "group") that could not be
 * read; NULL: all could. */
const struct gap_fact *find_gap(const struct facts *f, const char *section);
bool strict_modes(const struct facts *f);
/* A setting that shuts: is it the setting itself (PLAIN), the Match around it, or a drop-in that
 * the main file contradicts? */
const char *blame(const struct visit *v, const struct sshd_directive *d, const char *plain);

#endif
