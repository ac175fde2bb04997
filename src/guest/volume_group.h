/* LVM's own notes: which volume group a physical volume belongs to, what other physical volumes it
 * needs, and what logical volumes it has. Read from the disk itself, because an incomplete group is
 * not listed by the appliance. All offsets, sizes and counts are bounded. */
#ifndef DISKMEND_GUEST_VOLUME_GROUP_H
#define DISKMEND_GUEST_VOLUME_GROUP_H

#include "guest/disk_reader.h"
#include "guest/tree.h"

/* The newest metadata on the physical volume that starts at OFFSET of DISK; false: none is there
 * (an empty physical volume, or one that keeps no metadata). */
bool volume_group_read(struct arena *a, const struct disk_reader *disk, uint64_t offset,
                       struct volume_group *out);
/* The same from the text of the metadata alone. */
bool volume_group_parse(struct arena *a, struct bytes text, struct volume_group *out);

#endif
