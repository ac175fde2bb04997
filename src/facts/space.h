/* How full the filesystems are that a boot and a login write to. */
#ifndef DISKMEND_FACTS_SPACE_H
#define DISKMEND_FACTS_SPACE_H

#include "facts/record.h"

struct space_fact {
    const char *path;    /* "/" "/var" …: where it is mounted, or the first of the paths on it */
    const char *purpose; /* "system"; "audit-log": where auditd writes */
    const char *filesystem;            /* its device; NULL when the engine cannot name it */
    int64_t bytes_total, bytes_free;   /* free: to others than root */
    int64_t inodes_total, inodes_free; /* total 0: inodes are made as needed (btrfs) */
    int64_t block_bytes;
    int64_t used_percent; /* root's reserve counted as used */
    struct place at;
};

extern const struct fact_kind space_kind;

#endif
