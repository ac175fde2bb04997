/* Which format an image is in, decided from its own first bytes before any other program sees it:
 * qemu never probes, and a format that can name other files of the host (backing files, external
 * data files, VMDK extents, VHD parents) is refused when it does. Reads only through the
 * descriptor given. */
#ifndef DISKMEND_GUEST_OPEN_FORMAT_H
#define DISKMEND_GUEST_OPEN_FORMAT_H

#include "base/err.h"
#include "guest/disk_reader.h"
#include "guest/note_list.h"

struct format_question {
    const char *path;   /* for messages and the suffix */
    const char *wanted; /* --format, or NULL */
    bool is_device;     /* a block device: raw unless --format says otherwise */
    bool for_writing;   /* where name and header disagree only --format decides */
};

/* The format's name as qemu knows it ("raw" "qcow2" "vmdk" "vdi" "vhdx" "vpc"), or NULL and E:
 * ERR_UNSUPPORTED (not a disk image, unknown format), ERR_REFUSED (it names other files). */
const char *format_decide(struct note_list *notes, const struct disk_reader *file,
                          const struct format_question *question, struct err *e);

/* The guest's disk size as a header states it, 0 when unknown. FORMAT as format_decide gave it. */
uint64_t format_virtual_size(const struct disk_reader *file, const char *format);

/* True when a qcow2 holds not one cluster of data: a disk nothing was ever written to. */
bool format_is_blank_qcow2(const struct disk_reader *file);

enum raw_content {
    RAW_DISK,   /* a partition table, a filesystem or something of that kind is there */
    RAW_EMPTY,  /* nothing but zeros where those would be */
    RAW_UNKNOWN /* bytes, but none that we know */
};

/* Look at a raw image; ERR_UNSUPPORTED when it certainly is no disk (empty file, text, archive,
 * program, odd size), naming what it is. */
int raw_content(struct arena *a, const struct disk_reader *disk, const char *path,
                enum raw_content *out, struct err *e);

#endif
