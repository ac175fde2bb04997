/* What is to be judged: the words of the command line, before anything is opened. */
#ifndef DISKMEND_MODEL_TARGET_H
#define DISKMEND_MODEL_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum target_kind { TARGET_IMAGE, TARGET_DEVICE, TARGET_DIRECTORY, TARGET_DOMAIN };

struct target_disk {
    const char *path;
    const char *format; /* "raw", "qcow2" … as told by --format; NULL: decide (DESIGN section 4) */
    int blocksize;      /* 512, 4096, or 0 for the default */
};

/* A key of encrypted volumes, as the virt tools take it. */
struct disk_key {
    const char *volume; /* a device of the guest or a LUKS UUID; NULL: whichever it opens */
    char *secret;       /* its bytes are wiped when they have served */
};
void disk_keys_wipe(const struct disk_key *keys, size_t count);

struct target {
    const char *name; /* as the person wrote it */
    enum target_kind kind;
    struct target_disk *disks; /* one for a bare TARGET, more with -a; a directory has one */
    size_t disk_count;
    const char *domain; /* TARGET_DOMAIN: name or UUID */
    const char *uri;    /* TARGET_DOMAIN: libvirt URI or NULL */
    const struct disk_key *keys;
    size_t key_count;
    const char *root;   /* "first", "single", "all", a device, or NULL for the command's default */
};

/* "image", "device", "directory", "domain" */
const char *target_kind_name(enum target_kind kind);
/* The words that name it on a command line, quoted for a shell where they have to be: for commands
 * that are shown. Keys are not among them. */
char *target_words(struct arena *a, const struct target *target);

#endif
