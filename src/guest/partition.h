/* Partition tables (GPT, and MBR with its chain of logical partitions) as the kernel numbers them.
 * Bytes come through a reader and are trusted in nothing: all counts, chains and offsets are
 * bounded. */
#ifndef DISKMEND_GUEST_PARTITION_H
#define DISKMEND_GUEST_PARTITION_H

#include "base/vec.h"
#include "guest/disk_reader.h"

struct partition {
    int number;     /* sda3: 3 */
    uint64_t start; /* in bytes */
    uint64_t size;
    const char *uuid;  /* as PARTUUID= is written: a GUID, or "xxxxxxxx-NN"; "" when none */
    const char *label; /* GPT's name, "" when none */
};

enum partition_table_kind { PARTITION_TABLE_NONE, PARTITION_TABLE_MBR, PARTITION_TABLE_GPT };

struct partition_table {
    enum partition_table_kind kind;
    VEC(struct partition) partitions;
    bool other_sector_size; /* a GPT is there, but for sectors of the other size (512 or 4096) */
    /* NULL; "backup-not-at-end": of the GPT, after the disk grew. With these the kernel takes no
     * partition from the table: "disk-too-short" for it, "bad-checksum" of the GPT's first copy. */
    const char *problem;
};

/* Never fails: what cannot be read is not there. */
struct partition_table partition_table_read(struct arena *a, const struct disk_reader *disk);

#endif
