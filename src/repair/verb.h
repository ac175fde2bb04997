/* What a rule's step does: one function a verb, each an edit of the overlay. A verb is idempotent,
 * keeps every byte it does not own, and says with an error when it cannot do its work; it never
 * judges whether it may (policy.c) or whether it helped (plan.c). For repair/ only. */
#ifndef DISKMEND_REPAIR_VERB_H
#define DISKMEND_REPAIR_VERB_H

#include "repair/repair.h"

/* A verb's answer that is no error: the lines of its file have moved in this round; once judged
 * again, the same step will have the right place. */
#define VERB_LATER (-1)

/* One repair while it is applied. */
struct verb_context {
    const struct repair_input *input;
    struct arena *arena;
    struct tree *tree;         /* the overlay */
    const struct facts *facts; /* as judged before this round's edits */
    const char *rule;          /* the rule (or job) that asks */
    const struct json *record; /* the login record it stands on; NULL for a job */
    const char *user;          /* the subject named by the record, NULL for everybody */
    VEC(const char *) notes;   /* what the person must be told */
    struct line_moves *moves;  /* of this round: see text_edit.h */
};

/* STEP: {"do": VERB, ARGUMENT: text or list}, templates filled in. 0, VERB_LATER, or the error. */
typedef int verb_function(struct verb_context *c, const struct json *step, struct err *e);

struct verb {
    const char *name;
    verb_function *apply;
};

/* NULL when this build has no such verb. */
const struct verb *verb_by_name(const char *name);
const struct verb *verbs_all(size_t *count);

/* Something that the person must be told. */
void verb_note(struct verb_context *c, const char *text);

/* An argument as text; NULL when the step has none. */
const char *step_text(const struct json *step, const char *name);
/* An argument as list: a text is split at blanks and commas. */
struct text_list step_list(struct arena *a, const struct json *step, const char *name);
/* A line number. 0 and E when there is none. */
int step_line(const struct json *step, struct err *e);
/* An octal mode ("0600"); false and E when it is none. */
bool step_mode(const struct json *step, const char *name, uint32_t *mode, struct err *e);
/* The uid a name or number stands for in this guest (as edited); false and E when nobody has it. */
bool verb_uid(struct verb_context *c, const char *name, uint32_t *uid, uint32_t *gid,
              struct err *e);
bool verb_gid(struct verb_context *c, const char *name, uint32_t *gid, struct err *e);

/* The verbs, by the file that holds them. */
verb_function verb_file_mode, verb_file_owner, verb_file_create, verb_file_aside; /* verb_file.c */
verb_function verb_dir_make, verb_link_set, verb_link_remove;                     /* verb_file.c */
verb_function verb_sshd_set, verb_sshd_unset, verb_sshd_move;                     /* verb_sshd.c */
verb_function verb_sshd_list_add, verb_sshd_list_drop, verb_sshd_list_split, verb_sshd_algo_drop;
verb_function verb_unit_enable, verb_unit_disable, verb_unit_mask, verb_unit_unmask; /* verb_unit.c */
verb_function verb_default_target;                                                /* verb_unit.c */
verb_function verb_mount_option, verb_mount_device, verb_mount_comment;           /* verb_mount.c */
verb_function verb_hostkey_new;                                                   /* verb_hostkey.c */
verb_function verb_account_field, verb_account_renew, verb_account_unlock;        /* verb_account.c */
verb_function verb_account_hash_trim, verb_account_shell, verb_account_home;      /* verb_account.c */
verb_function verb_account_admit_key;                                             /* verb_account.c */
verb_function verb_account_add, verb_shadow_entry;                           /* verb_account_make.c */
verb_function verb_account_mend, verb_group_restore;                         /* verb_account_mend.c */
verb_function verb_group_add, verb_group_drop, verb_group_admit;                    /* verb_group.c */
verb_function verb_file_reset;                                                      /* verb_reset.c */
verb_function verb_conf_set, verb_conf_unset, verb_boot_token_drop;               /* verb_conf.c */
verb_function verb_key_add, verb_key_replace, verb_key_copy, verb_key_path;       /* verb_key.c */
verb_function verb_key_comment, verb_key_mend, verb_key_split, verb_key_option;   /* verb_key_line.c */
verb_function verb_key_safe;                                                      /* verb_key_safe.c */
verb_function verb_label_fix;                                                     /* verb_label.c */
verb_function verb_sudo_comment, verb_sudo_rule, verb_sudo_nopasswd, verb_sudo_default; /* verb_sudo.c */
verb_function verb_sudo_targetpw, verb_sudo_conf, verb_sudo_read, verb_setuid_restore;  /* verb_sudo.c */
verb_function verb_sudo_safe;                                                     /* verb_sudo.c */
verb_function verb_shell_mend, verb_startup_mend, verb_chroot_safe;               /* verb_session.c */
verb_function verb_line_comment, verb_line_replace, verb_line_insert;             /* verb_line.c */
verb_function verb_firewall_allow, verb_hosts_allow;                              /* verb_firewall.c */
verb_function verb_usr_link, verb_selinux_policy, verb_profile_mend;              /* verb_boot.c */
verb_function verb_nic_dhcp;                                                      /* verb_network.c */
verb_function verb_cloud_init_off;                                                /* verb_boot.c */
verb_function verb_privsep_dir;                                                   /* verb_unit.c */
verb_function verb_mount_efi;                                                     /* verb_mount.c */
verb_function verb_pam_comment, verb_pam_arg, verb_pam_relax;                     /* verb_pam.c */
verb_function verb_access_admit, verb_pam_list_admit, verb_limit_lift;            /* verb_pam_file.c */
verb_function verb_tally_clear;                                                   /* verb_pam_file.c */

#endif
