/* The engine for a directory of this machine: a mounted root, a rescue chroot, an unpacked tree.
 * Never leaves the directory, never blocks on a FIFO, never opens a device; works without root
 * (what may not be read is unreadable). */
#ifndef DISKMEND_GUEST_DIRECTORY_H
#define DISKMEND_GUEST_DIRECTORY_H

#include "guest/note_list.h"
#include "guest/tree.h"

/* NULL and E on error (ERR_NOT_FOUND, ERR_ACCESS, ERR_UNSUPPORTED). */
struct tree *directory_open(struct arena *a, const char *path, struct note_list *notes,
                            struct err *e);
/* The same, and it may be written to. */
struct tree *directory_open_for_writing(struct arena *a, const char *path, struct note_list *notes,
                                        struct err *e);

#endif
