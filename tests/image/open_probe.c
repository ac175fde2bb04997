/* Opens one target as the worker does and prints what the engine says of it, for tests/image/
 * *.test: one "name: value" a line, so that a shell can look for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "guest/open.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_progress(void *context, const char *stage)
{
    (void)context;
    printf("progress: %s\n", stage);
    fflush(stdout);
}

static const char *presence_name(enum presence presence)
{
    static const char *const names[] = {"absent", "present", "unreadable"};
    return names[presence];
}

static void show_filesystems(struct tree *tree)
{
    struct filesystems_answer all = tree_filesystems(tree);
    for (size_t i = 0; i < all.count; i++) {
        const struct filesystem *f = &all.items[i];
        printf("filesystem: %s type=%s uuid=%s label=%s partuuid=%s partlabel=%s on=%s%s%s\n",
               f->device, f->type, f->uuid, f->label, f->partuuid, f->partlabel, f->mounted_on,
               f->subvolume ? " subvolume=" : "", f->subvolume ? f->subvolume : "");
        if (f->damage)
            printf("damage: %s %s\n", f->device, f->damage);
    }
    for (size_t i = 0; i < all.disk_count; i++)
        printf("disk: %s %s %s\n", all.disks[i].device, all.disks[i].table,
               all.disks[i].problem ? all.disks[i].problem : "whole");
    for (size_t i = 0; i < all.group_count; i++) {
        const struct volume_group *g = &all.groups[i];
        printf("group: %s of %zu:", g->name, g->physical_count);
        for (size_t k = 0; k < g->logical_count; k++)
            printf(" %s", g->logical[k]);
        printf("\n");
    }
    struct space_answer space = tree_space(tree, "/");
    if (space.presence == PRESENCE_PRESENT)
        printf("space: %llu of %llu bytes, %llu of %llu inodes\n",
               (unsigned long long)space.bytes_free, (unsigned long long)space.bytes_total,
               (unsigned long long)space.inodes_free, (unsigned long long)space.inodes_total);
}

static void show_stat(const char *word, const char *path, struct stat_answer s)
{
    printf("%s: %s %s", word, path, presence_name(s.presence));
    if (s.presence == PRESENCE_PRESENT)
        printf(" %s %04o %u:%u size=%llu real=%s", node_type_name(s.node.type), s.node.mode,
               s.node.uid, s.node.gid, (unsigned long long)s.node.size, s.real_path);
    printf("%s%s\n", s.reason ? " " : "", s.reason ? s.reason : "");
}

static void show_path(struct tree *tree, const char *path)
{
    show_stat("lstat", path, tree_lstat(tree, path));
    show_stat("stat", path, tree_stat(tree, path));
    struct link_answer link = tree_readlink(tree, path);
    if (link.presence == PRESENCE_PRESENT)
        printf("readlink: %s %s\n", path, link.target);
    struct list_answer list = tree_list(tree, path);
    if (list.presence == PRESENCE_PRESENT) {
        printf("list: %s %zu%s:", path, list.count, list.cut ? " cut" : "");
        for (size_t i = 0; i < list.count && i < 40; i++)
            printf(" %s", list.names[i]);
        printf("\n");
    }
    struct xattrs_answer xattrs = tree_xattrs(tree, path);
    for (size_t i = 0; i < xattrs.count; i++)
        printf("xattr: %s %s=%.*s\n", path, xattrs.xattrs[i].name, (int)xattrs.xattrs[i].value.len,
               xattrs.xattrs[i].value.ptr);
    struct read_answer read = tree_read(tree, path, LIMIT_CONFIG_BYTES);
    printf("read: %s %s %zu%s%s%s", path, presence_name(read.presence), read.content.len,
           read.cut ? " cut" : "", read.reason ? " " : "", read.reason ? read.reason : "");
    size_t first = 0;
    while (first < read.content.len && read.content.ptr[first] != '\n' && first < 60)
        first++;
    printf(" %.*s\n", (int)first, read.content.ptr ? read.content.ptr : "");
}

static void show_mount(struct tree *tree, const char *words)
{
    struct err e = {0};
    char *end = NULL;
    unsigned long index = strtoul(words, &end, 10);
    int result = tree_mount(tree, index, *end == ':' ? end + 1 : "/", &e);
    printf("mount: %s %s\n", words, result == 0 ? "done" : e.text);
}

static enum target_kind kind_of(const char *word)
{
    static const enum target_kind kinds[] = {TARGET_IMAGE, TARGET_DEVICE, TARGET_DIRECTORY,
                                             TARGET_DOMAIN};
    for (size_t i = 0; i < 4; i++)
        if (strcmp(target_kind_name(kinds[i]), word) == 0)
            return kinds[i];
    fprintf(stderr, "usage: open_probe image|device|directory|domain[,format] FILE[:FILE…] "
                    "[PATH | mount=N:DIR]…\n");
    exit(2);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(NULL, NULL);
    char *format = argc > 2 ? strchr(argv[1], ',') : NULL;
    struct target_disk disks[8] = {{0}};
    struct target target = {.disks = disks};
    struct err e = {0};
    bool kvm_failed = false;
    size_t count = 0;
    if (format)
        *format++ = '\0';
    target.kind = kind_of(argc > 2 ? argv[1] : "");
    target.name = target.domain = arena_strdup(arena, argv[2]);
    for (char *rest = argv[2], *file; count < 8 && (file = strsep(&rest, ":")) != NULL;)
        disks[count++] = (struct target_disk){.path = file, .format = format};
    target.disk_count = count;
    struct open_options options = {.progress = on_progress, .kvm_failed = &kvm_failed};
    double start = seconds();
    struct opened *opened = open_target(arena, &target, &options, &e);
    printf("seconds-to-open: %.3f\n", seconds() - start);
    printf("kvm-failed: %s\n", kvm_failed ? "yes" : "no");
    if (!opened) {
        printf("error: %s: %s\n", err_code_text(e.code), e.text);
        return 1;
    }
    printf("engine: %s\nformat: %s\n", opened_engine(opened), opened_format(opened));
    const struct opened_root *roots = opened_roots(opened, &count);
    for (size_t i = 0; i < count; i++)
        printf("root: %s %s\n", roots[i].device, roots[i].description);
    for (size_t i = 0; i < count; i++) {
        struct tree *tree = opened_tree(opened, i, &e);
        if (!tree) {
            printf("tree-error: %s\n", e.text);
            continue;
        }
        for (int n = 3; n < argc; n++) {
            if (strncmp(argv[n], "mount=", 6) == 0)
                show_mount(tree, argv[n] + 6);
            else
                show_path(tree, argv[n]);
        }
        show_filesystems(tree);
        tree_close(tree);
    }
    const char *const *notes = opened_notes(opened, &count);
    for (size_t i = 0; i < count; i++)
        printf("note: %s\n", notes[i]);
    printf("seconds-in-all: %.3f\n", seconds() - start);
    fflush(stdout);
    opened_close(opened);
    printf("seconds-with-close: %.3f\n", seconds() - start);
    arena_free(arena);
    return 0;
}
