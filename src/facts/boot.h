/* Kernel command line words of every boot entry and of the files that generate them. */
#ifndef DISKMEND_FACTS_BOOT_H
#define DISKMEND_FACTS_BOOT_H

#include <stdbool.h>

#include "facts/record.h"

struct boot_fact {
    const char *item;  /* "token"; "kernel" "initrd": a file that the default entry loads */
    const char *token; /* "systemd.unit=rescue.target"; NULL for a file */
    const char *entry; /* title of the boot entry, or the variable (GRUB_CMDLINE_LINUX) */
    const char *origin; /* "grub.cfg" "bls" "default-grub" "kernel-cmdline" "grubenv" "extlinux" */
    bool is_recovery;  /* the entry says so itself: "recovery mode", "rescue" */
    bool is_default;   /* the entry that boots when nobody touches a key; for the source files: yes */
    struct place at;
    const char *path; /* of a kernel or initrd: where it is looked for in the guest */
    enum truth found; /* it is there and not empty */
};

extern const struct fact_kind boot_kind;

#endif
