/* The whole state of one thing in a tree: what an edit wants it to be, and what it was before. The
 * currency between the overlay (which holds edits), commit and undo (which write them). */
#ifndef DISKMEND_GUEST_NODE_STATE_H
#define DISKMEND_GUEST_NODE_STATE_H

#include "guest/tree.h"

struct node_state {
    bool exists;
    enum node_type type; /* the rest holds only for what exists */
    uint32_t mode;       /* 07777 */
    uint32_t uid, gid;
    bool has_content; /* false: the content of a file is not part of this state (it stays) */
    struct bytes content;
    const char *hash;   /* SHA-256 of the content where only that is known (a journal); else NULL */
    const char *target; /* of a symbolic link */
    struct xattr *xattrs;
    size_t xattr_count;
};

/* The same thing in every part that both hold? Content counts only where both have it. */
bool node_state_equal(const struct node_state *a, const struct node_state *b);
bool node_state_same_xattrs(const struct node_state *a, const struct node_state *b);
/* Is an attribute another one once more, in the form in which the filesystem keeps it (xfs lists each
 * access list a second time)? Engines neither show nor touch it. */
bool xattr_is_echo(const char *name);
/* The value of an attribute; NULL when there is none. */
const struct bytes *node_state_xattr(const struct node_state *s, const char *name);
/* Set (VALUE) or drop (NULL) one attribute; S gets an attribute list of its own in A. */
void node_state_set_xattr(struct arena *a, struct node_state *s, const char *name,
                          const struct bytes *value);
/* Where the mode of AFTER differs from NOW's and its POSIX ACL does not: change the ACL as chmod(2)
 * would. */
void node_state_follow_mode(struct arena *a, struct node_state *after,
                            const struct node_state *now);

#endif
