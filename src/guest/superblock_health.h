/* What a superblock says of its filesystem's health: errors the kernel has noted in it, what makes
 * the kernel refuse to mount it, and whether it was in use when the copy was taken. Pure: touches
 * no file, trusts no byte. */
#ifndef DISKMEND_GUEST_SUPERBLOCK_HEALTH_H
#define DISKMEND_GUEST_SUPERBLOCK_HEALTH_H

#include "base/bytes.h"

struct superblock_health {
    /* NULL: none. "errors": the kernel met errors in it (ext). What no kernel mounts: "checksum" of
     * the superblock, "needs-repair" and "unfinished" (XFS). */
    const char *damage;
    const char *on_errors; /* ext: "continue" "remount-ro" "panic"; NULL for others */
    bool unclean;          /* has a log to replay, or was not unmounted: any copy of a running VM */
};

/* TYPE and START as superblock_identify gave and got them. */
struct superblock_health superblock_health(const char *type, struct bytes start);

#endif
