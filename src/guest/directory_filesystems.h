/* The filesystems that this machine's block devices hold, for a guest that is a directory here. */
#ifndef DISKMEND_GUEST_DIRECTORY_FILESYSTEMS_H
#define DISKMEND_GUEST_DIRECTORY_FILESYSTEMS_H

#include "guest/tree.h"

/* DIRECTORY (absolute, without links) is the guest's root: what is mounted there or below says so
 * in mounted_on; one item always has "/". all_known is false: the guest may have had other disks.
 */
struct filesystems_answer host_filesystems(struct arena *a, const char *directory);

#endif
