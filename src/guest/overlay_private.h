/* The overlay's inside: the cache of answers and the edits on top. For overlay*.c only. */
#ifndef DISKMEND_GUEST_OVERLAY_PRIVATE_H
#define DISKMEND_GUEST_OVERLAY_PRIVATE_H

#include "base/map.h"
#include "guest/overlay.h"

/* An edit as it stands now; `is_live` false: rolled back, or undone by a later edit. */
struct overlay_slot {
    struct overlay_edit edit;
    bool is_live;
    const char *source; /* where its content (and what is below it) lies in the tree underneath;
                         * NULL: nowhere, it is new */
    uint64_t inode;     /* of new things: some number that no other has */
};

/* A slot before an edit, for the way back. */
struct overlay_log {
    const char *path;
    struct overlay_slot slot;
};

struct overlay {
    struct tree tree;
    struct tree *under;
    struct map entries; /* path underneath → what is known about it */
    uint64_t bytes_read;
    struct filesystems_answer filesystems;
    bool has_filesystems;
    struct map slots; /* path → struct overlay_slot */
    VEC(struct overlay_slot *) order;
    VEC(struct overlay_log) log;
    size_t live;
    bool has_moved_ground; /* some directory is (or was, before a way back) new, gone or moved */
    uint64_t next_inode;
};

/* The edit of PATH, or NULL. */
struct overlay_slot *overlay_slot_of(struct overlay *o, const char *path);
/* Where PATH lies underneath, seen through moved and new directories; NULL: nowhere. */
const char *overlay_origin(struct overlay *o, const char *path);

#endif
