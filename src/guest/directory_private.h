/* The directory engine's inside, for directory*.c only. */
#ifndef DISKMEND_GUEST_DIRECTORY_PRIVATE_H
#define DISKMEND_GUEST_DIRECTORY_PRIVATE_H

#include "guest/tree.h"

struct directory {
    struct tree tree;
    int root;         /* the directory, O_PATH */
    const char *path; /* of the host, absolute, without links */
    bool has_openat2; /* Linux 5.6 */
    int parent;       /* the directory asked about last, or -1: neighbours are asked together */
    const char *parent_path;
    VEC(const char *) foreign; /* guest paths where something that is not the guest is mounted */
    /* Filesystems that were written to since the last flush, by a descriptor into each. */
    VEC(struct { uint64_t device; int fd; }) written;
    int lock; /* the root once more, locked against other writers; -1: not locked */
};

/* The directory that PATH stands in (O_PATH), kept until another is asked for. -1 and errno on
 * failure. Borrowed. */
int directory_parent_of(struct directory *d, const char *path);
/* The name of PATH in it. */
const char *directory_name_of(const char *path);

/* Is PATH, or a directory above it, where something is mounted that is not the guest's? */
bool directory_is_foreign(const struct directory *d, const char *path);

extern const struct tree_writing directory_writing; /* directory_write.c */

#endif
