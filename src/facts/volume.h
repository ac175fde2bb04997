/* What the disks are made of below their filesystems: partition tables, volume groups of LVM, the
 * file that limits LVM to some devices, and encrypted volumes as crypttab names them. */
#ifndef DISKMEND_FACTS_VOLUME_H
#define DISKMEND_FACTS_VOLUME_H

#include "facts/record.h"

struct disk_fact {
    const char *device;
    const char *table;   /* "gpt" "mbr" */
    const char *problem; /* NULL "backup-not-at-end" "disk-too-short" "bad-checksum" */
};

struct volume_group_fact {
    const char *name, *uuid;
    struct text_list physical; /* ids of its physical volumes */
    struct text_list missing;  /* those that are on none of the disks */
    struct text_list logical;  /* names of its logical volumes */
};

/* An entry of /etc/lvm/devices/system.devices. */
struct lvm_device_fact {
    const char *device;  /* DEVNAME, as it was when the entry was made */
    const char *id_type; /* "sys_wwid" "devname" … */
    const char *pvid;    /* with hyphens, as the disks show it */
    bool on_disks;
    bool in_use; /* this guest's LVM goes by the file */
    struct place at;
};

struct crypt_fact {
    const char *name;   /* it is /dev/mapper/NAME once unlocked */
    const char *device; /* as written */
    struct text_list options;
    enum truth found;       /* the device is on the disks given */
    const char *filesystem; /* its device, "/dev/sda3" */
    const char *key;        /* the key file; NULL: none is named */
    const char *key_state;  /* "prompt": a person types it; "present" "absent" "unreadable";
                             * "elsewhere": a device, a token, a script */
    struct place at;
};

extern const struct fact_kind disk_kind, volume_group_kind, lvm_device_kind, crypt_kind;

#endif
