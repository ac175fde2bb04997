/* The libguestfs engine: disk images, block devices and libvirt domains, read inside an appliance,
 * through read-only drives unless the target is opened for writing. Compiled only with libguestfs; called by open.c only, in the worker. */
#ifndef DISKMEND_GUEST_IMAGE_H
#define DISKMEND_GUEST_IMAGE_H

#include "guest/disk_reader.h"
#include "guest/note_list.h"
#include "guest/open.h"

struct image_disk {
    const char *path;               /* absolute */
    const char *format;             /* always given: qemu must not probe */
    int blocksize;                  /* 0: the default */
    uint64_t size;                  /* of the guest's disk, 0 when unknown */
    const struct disk_reader *host; /* a raw disk can be read here and now; NULL otherwise */
};

struct image_request {
    const char *name; /* of the target, for messages */
    const struct image_disk *disks;
    size_t disk_count;
    const char *domain; /* instead of disks: a libvirt domain */
    const char *uri;
    const struct open_options *options;
    struct note_list *notes;
    const struct disk_key *keys;
    size_t key_count;
};

struct image;

/* Start the appliance and find the roots. NULL and E on error, as open_target. */
struct image *image_open(struct arena *a, const struct image_request *request, struct err *e);
const struct opened_root *image_roots(const struct image *image, size_t *count);
/* "/" of one root is mounted; valid until the next call or image_close. */
struct tree *image_tree(struct image *image, size_t root, struct err *e);
/* The appliance ended by itself, or was ended: nothing can be asked of it any more. */
bool image_is_dead(const struct image *image);
/* Read back what was written, unmount, shut down, each checked. */
int image_finish(struct image *image, struct err *e);
/* As open.h has it for verify. */
struct image_program {
    const char *const *arguments; /* the program's path first; ended by NULL */
    const char *directory;        /* made before it runs; may be NULL */
    int seconds;
};
struct image_answer {
    bool ran;
    int status;
    struct bytes output;
    const char *why; /* it did not run, or did not come to an end */
};
void image_run(struct image *image, const struct image_program *program, struct image_answer *out);
/* As open.h has them, of an image opened for_fsck. */
struct filesystems_answer image_known_filesystems(struct image *image);
int image_look_for_roots(struct image *image, struct err *e);
void image_fsck(struct image *image, const char *device, bool mends, struct fsck_answer *out);
const char *image_engine_name(const struct image *image);
void image_close(struct image *image);

#endif
