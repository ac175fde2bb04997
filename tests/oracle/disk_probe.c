/* Prints what guest/ reads off the start of a disk image, for tests/oracle/disk.test: table,
 * volumes with their health, volume groups. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "guest/partition.h"
#include "guest/superblock.h"
#include "guest/superblock_health.h"
#include "guest/volume_group.h"

static size_t file_read(void *context, uint64_t offset, void *buffer, size_t length)
{
    ssize_t n = pread(*(int *)context, buffer, length, (off_t)offset);
    return n > 0 ? (size_t)n : 0;
}

static void show_group(struct arena *a, const struct disk_reader *disk, uint64_t offset)
{
    struct volume_group g;
    if (!volume_group_read(a, disk, offset, &g))
        return;
    printf("group: %s physical=", g.name);
    for (size_t i = 0; i < g.physical_count; i++)
        printf("%s,", g.physical[i]);
    printf(" logical=");
    for (size_t i = 0; i < g.logical_count; i++)
        printf("%s,", g.logical[i]);
    printf("\n");
}

static void show_volume(struct arena *a, const struct disk_reader *disk, uint64_t offset)
{
    struct superblock s;
    char *start = arena_alloc(a, SUPERBLOCK_BYTES);
    struct bytes bytes = {start, disk->read(disk->context, offset, start, SUPERBLOCK_BYTES)};
    if (!superblock_identify(a, bytes, &s))
        return;
    struct superblock_health h = superblock_health(s.type, bytes);
    printf("volume: type=%s uuid=%s damage=%s on_errors=%s unclean=%d\n", s.type, s.uuid,
           h.damage ? h.damage : "-", h.on_errors ? h.on_errors : "-", h.unclean);
    show_group(a, disk, offset);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(NULL, NULL);
    CLEANUP_FD int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    if (size < 0) {
        fprintf(stderr, "usage: disk_probe IMAGE\n");
        return 2;
    }
    struct disk_reader disk = {.read = file_read,
                               .context = &fd,
                               .size = (uint64_t)size,
                               .sector_size = 512};
    struct partition_table table = partition_table_read(arena, &disk);
    static const char *const kinds[] = {"none", "mbr", "gpt"};
    printf("table: %s problem=%s\n", kinds[table.kind], table.problem ? table.problem : "-");
    if (table.kind == PARTITION_TABLE_NONE)
        show_volume(arena, &disk, 0);
    vec_each (p, &table.partitions)
        show_volume(arena, &disk, p->start);
    arena_free(arena);
    return 0;
}
