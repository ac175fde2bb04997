/* Is a disk in use? A read-only drive is opened with qemu's locks off, so a running VM would go
 * unnoticed and its half-written state would be judged as damage. Looks at locks and at the host's
 * mounts; changes nothing. */
#ifndef DISKMEND_GUEST_IN_USE_H
#define DISKMEND_GUEST_IN_USE_H

#include "base/arena.h"
#include "base/err.h"

/* 0 when nobody writes to the disk behind FD; ERR_IN_USE with the holder and the way out. PATH is
 * only for the message. */
int disk_in_use(struct arena *a, int fd, const char *path, struct err *e);
/* Before anything is written, on top of that: may it be written, does nobody count on it staying as
 * it is (a program that reads it, a loop device on it), and of a block device: is it claimed by
 * nobody? Gives a descriptor that holds a block device as long as it is open; -1 and E otherwise. */
int disk_hold_for_writing(struct arena *a, int fd, const char *path, struct err *e);

#endif
