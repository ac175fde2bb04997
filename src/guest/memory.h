/* A tree that lives in memory: from a rule's example, a test, or a fixture directory. Owners,
 * links, devices and modes are said, not stored, so tests need no root. */
#ifndef DISKMEND_GUEST_MEMORY_H
#define DISKMEND_GUEST_MEMORY_H

#include "base/json.h"
#include "guest/tree.h"

/* An empty tree: just "/" (0755 root). */
struct tree *memory_tree_new(struct arena *a);
/* Put something at PATH; missing parents appear as 0755 root:root directories. What stands there
 * is replaced. CONTENT is copied. */
void memory_tree_file(struct tree *t, const char *path, struct bytes content, uint32_t mode,
                      uint32_t uid, uint32_t gid);
void memory_tree_directory(struct tree *t, const char *path, uint32_t mode, uint32_t uid,
                           uint32_t gid);
void memory_tree_symlink(struct tree *t, const char *path, const char *target);
void memory_tree_special(struct tree *t, const char *path, enum node_type type);
void memory_tree_remove(struct tree *t, const char *path); /* with all below it */
/* Change mode and owner of what is there (links are not followed). */
void memory_tree_meta(struct tree *t, const char *path, uint32_t mode, uint32_t uid, uint32_t gid);
/* Add an extended attribute to what is there (links are not followed). VALUE is copied. */
void memory_tree_xattr(struct tree *t, const char *path, const char *name, struct bytes value);
/* Drop all extended attributes of what is there. */
void memory_tree_no_xattrs(struct tree *t, const char *path);
/* Everything at or below PATH answers "unreadable" with REASON. */
void memory_tree_unreadable(struct tree *t, const char *path, const char *reason);
/* Adds the filesystem, or replaces the one of the same device and subvolume. Its strings are
 * borrowed. */
void memory_tree_filesystem(struct tree *t, const struct filesystem *filesystem);
void memory_tree_no_filesystem(struct tree *t, const char *device);
/* How full the filesystem is that holds PATH and what lies below it. */
void memory_tree_space(struct tree *t, const char *path, const struct space_answer *space);
/* Add a volume group or a disk, or replace the one of that name. Strings and lists are borrowed. */
void memory_tree_volume_group(struct tree *t, const struct volume_group *group);
void memory_tree_disk(struct tree *t, const struct disk *disk);

/* memory_write.c: every memory tree can be written to. */
extern const struct tree_writing memory_writing;

#endif
