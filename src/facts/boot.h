/* Kernel command line words of every boot entry and of the files that generate them. */
#ifndef DISKMEND_FACTS_BOOT_H
#define DISKMEND_FACTS_BOOT_H

#include <stdbool.h>

#include "facts/record.h"

struct boot_fact {
    const char *item;  /* "token" */
    const char *token; /* "systemd.unit=rescue.target" */
    const char *entry; /* title of the boot entry, or the variable (GRUB_CMDLINE_LINUX) */
    const char *origin; /* "grub.cfg" "bls" "default-grub" "kernel-cmdline" "grubenv" "extlinux" */
    bool is_recovery;  /* the entry says so itself: "recovery mode", "rescue" */
    bool is_default;   /* the entry that boots when nobody touches a key; for the source files: yes */
    struct place at;
};

extern const struct fact_kind boot_kind;

#endif
