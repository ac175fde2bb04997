/* The pieces of the mount producer. Only for mount*.c. */
#ifndef DISKMEND_FACTS_MOUNT_PARTS_H
#define DISKMEND_FACTS_MOUNT_PARTS_H

#include "facts/facts.h"

#define NO_FILESYSTEM ((size_t)-1)

struct mount_context {
    struct facts *f;
    struct filesystems_answer disks;
};

/* mount_device.c: fills identifies, device_found, filesystem, detail; gives the index of the
 * filesystem that fits, NO_FILESYSTEM when there is none. */
size_t mount_resolve_device(const struct mount_context *c, struct mount_fact *m);

/* crypttab.c: the records, then what depends on the disks and on what is mounted by now. */
void mount_read_crypttab(struct mount_context *c);
void mount_settle_crypttab(struct mount_context *c);

/* volume.c: tables and groups of the disks. */
void volume_add_facts(struct facts *f, const struct filesystems_answer *disks);

/* mount_units.c: records for enabled .mount units in /etc. */
void mount_read_units(struct facts *f);

/* mount_options.c */
bool mount_has_option(const struct mount_fact *m, const char *name); /* "nofail", also "name=…" */
const char *mount_option_value(const struct mount_fact *m, const char *name);
bool mount_is_noauto(const struct mount_fact *m);
/* Fills the booleans and the defects that type and options give. */
void mount_judge_options(struct arena *a, struct mount_fact *m);
/* proc, tmpfs, bind …: nothing on a disk stands behind it. */
bool mount_is_virtual(const struct mount_fact *m);
bool mount_is_bind(const struct mount_fact *m);

#endif
