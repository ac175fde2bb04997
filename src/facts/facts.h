/* All that is known about one guest: runs the producers in order and renders the document. Below
 * this only `tree.h` is asked; above it nobody asks the tree. */
#ifndef DISKMEND_FACTS_FACTS_H
#define DISKMEND_FACTS_FACTS_H

#include "facts/account.h"
#include "facts/boot.h"
#include "facts/conf.h"
#include "facts/file.h"
#include "facts/firewall.h"
#include "facts/key.h"
#include "facts/mount.h"
#include "facts/network.h"
#include "facts/nsswitch.h"
#include "facts/os.h"
#include "facts/pam.h"
#include "facts/session.h"
#include "facts/space.h"
#include "facts/sshd.h"
#include "facts/sudo.h"
#include "facts/unit.h"
#include "facts/volume.h"
#include "guest/tree.h"
#include "syntax/lens.h"

/* A source that is on the disk and could not be read. SECTION is the facts section it belongs to:
 * rules over that section become "not checked", gates that need it unknown. */
struct gap_fact {
    const char *section;
    const char *reason;
    struct place at;
};

struct facts {
    struct arena *arena;
    struct tree *tree; /* for the producers; login/ and rules/ never touch it */
    struct lens_session *lenses;
    const struct sshd_keyword_table *keywords;
    int64_t at;        /* the moment judged */
    struct os_facts os;
    struct sshd_config *sshd; /* never NULL after facts_gather */
    VEC(struct file_fact) files;
    VEC(struct account_fact) accounts;
    VEC(struct row_fact) rows;
    VEC(struct group_fact) groups;
    VEC(struct host_key_fact) host_keys;
    VEC(struct key_file_fact) key_files;
    VEC(struct key_fact) keys;
    VEC(struct unit_fact) units;
    VEC(struct mount_fact) mounts;
    VEC(struct filesystem_fact) filesystems;
    bool disks_known; /* all disks of the guest were given, as far as the engine can tell */
    bool disks_of_host; /* `filesystems` is what this machine has, the guest's own or not */
    VEC(struct disk_fact) disks;
    VEC(struct volume_group_fact) volume_groups;
    VEC(struct lvm_device_fact) lvm_devices;
    VEC(struct crypt_fact) crypt;
    VEC(struct space_fact) space;
    VEC(struct boot_fact) boot;
    VEC(struct nsswitch_fact) nsswitch;
    VEC(struct conf_fact) conf;
    VEC(struct sudo_fact) sudo;
    VEC(struct firewall_fact) firewall;
    struct pam_service pam_service;
    struct pam_service sudo_pam, sudo_login_pam; /* for `sudo` and `sudo -i`; name NULL: no sudo */
    VEC(struct pam_fact) pam;
    VEC(struct pam_file_fact) pam_files;
    VEC(struct network_fact) network;
    VEC(struct session_fact) session;
    VEC(struct gap_fact) gaps;
    VEC(const char *) notes; /* sentences for the report */
};

/* Run every producer. Never fails: what cannot be read is a gap. LENSES and KEYWORDS are borrowed. */
struct facts *facts_gather(struct arena *a, struct tree *t, struct lens_session *lenses,
                           const struct sshd_keyword_table *keywords, int64_t at);

/* The producers' entry points, called by facts_gather in this order (each in its own file). */
void facts_read_mounts(struct facts *f);   /* mount.c: first, it completes the tree */
void facts_read_os(struct facts *f);       /* os.c */
void facts_read_volumes(struct facts *f);  /* volume.c: after os */
void facts_read_accounts(struct facts *f); /* account.c */
void facts_read_nsswitch(struct facts *f); /* nsswitch.c */
void facts_read_units(struct facts *f);    /* unit.c */
void facts_read_sshd(struct facts *f);     /* facts.c: sshd_config_read with the unit's options */
void facts_read_keys(struct facts *f);     /* key.c */
void facts_read_files(struct facts *f);    /* file.c */
void facts_read_boot(struct facts *f);     /* boot.c */
void facts_read_conf(struct facts *f);     /* conf.c */
void facts_read_boot_conf(struct facts *f); /* boot_conf.c: after conf, mounts and os */
void facts_read_initramfs(struct facts *f); /* boot_initramfs.c: after boot */
void facts_read_space(struct facts *f);    /* space.c: after units and conf */
void facts_read_sudo(struct facts *f);     /* sudo.c */
void facts_read_pam(struct facts *f);      /* pam.c: after sshd */

void facts_read_firewall(struct facts *f); /* firewall.c: after units and os */
void facts_read_session(struct facts *f);  /* session.c: after accounts, sshd and keys */
void facts_read_network(struct facts *f);  /* network.c: after units */

/* For the producers. */
void facts_add_gap(struct facts *f, const char *section, struct place at, const char *reason);
/* A configuration file, at most LIMIT_CONFIG_BYTES of it. False (and OUT empty) unless it is there and
 * readable; what cannot be read, or is cut, is a gap of SECTION. */
bool facts_read_file(struct facts *f, const char *section, const char *path, struct bytes *out);
/* Room for one more record in a section that has COUNT? At LIMIT_RECORDS a gap is noted, once. */
bool facts_has_room(struct facts *f, const char *section, size_t count);
/* A sentence for the report, in printf form. */
void facts_note(struct facts *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first line a getpwnam would take; NULL when there is none. */
const struct account_fact *facts_account(const struct facts *f, const char *name);
/* Name of a gid, NULL when no group has it. */
const char *facts_group_name(const struct facts *f, int64_t gid);
const struct unit_fact *facts_unit(const struct facts *f, const char *name);
const struct file_fact *facts_file(const struct facts *f, const char *path);

/* The document `diskmend.facts/1` without its `target` (the caller adds it) and with an empty
 * `login` section (login/ fills it). The caller owns it. */
struct json *facts_document(const struct facts *f);

#endif
