/* A fixture as something to make a disk image of, without root: for each filesystem a host
 * directory with the contents, a debugfs script that gives every file its owner, mode and type, and
 * a line in `plan` (make-image reads it). A test program: nothing else may call it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "guest/fixture.h"

#define DEPTH_MAX     64
#define EXIT_NO_IMAGE 77 /* the fixture holds what no image can: a skip, not a failure */

/* One filesystem of the image and where its part of the tree goes. */
struct volume {
    const struct filesystem *filesystem;
    const char *kind; /* what make-image makes: "ext4" "vfat" "swap" */
    const char *host; /* directory the contents go to */
    FILE *script;
};

struct maker {
    struct arena *arena;
    struct tree *tree;
    const char *out;
    struct volume *volumes;
    size_t count;
    unsigned xattr_files;
};

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "fixture_to_image: %s: %s\n", path, what);
    return -1;
}

static const char *kind_of(const struct filesystem *f)
{
    static const char *const linux_types[] = {"ext2", "ext3", "ext4", "xfs"};
    for (size_t i = 0; i < sizeof linux_types / sizeof *linux_types; i++)
        if (strcmp(f->type, linux_types[i]) == 0)
            return "ext4";
    if (strcmp(f->type, "vfat") == 0)
        return "vfat";
    return strcmp(f->type, "swap") == 0 ? "swap" : NULL;
}

/* The volume whose mount point is PATH; NULL when there is none that we make. */
static struct volume *volume_on(struct maker *m, const char *path)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->volumes[i].filesystem->mounted_on, path) == 0)
            return &m->volumes[i];
    return NULL;
}

static int write_host_file(const char *host, struct bytes content)
{
    CLEANUP_FD int fd = open(host, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;
    if (fd < 0)
        return complain(host, strerror(errno));
    while (done < content.len) {
        ssize_t n = write(fd, content.ptr + done, content.len - done);
        if (n < 0)
            return complain(host, strerror(errno));
        done += (size_t)n;
    }
    return 0;
}

/* Type bits as an inode holds them. */
static unsigned type_bits(enum node_type type)
{
    switch (type) {
    case NODE_FILE:
        return S_IFREG;
    case NODE_DIRECTORY:
        return S_IFDIR;
    case NODE_SYMLINK:
        return S_IFLNK;
    case NODE_FIFO:
        return S_IFIFO;
    case NODE_SOCKET:
        return S_IFSOCK;
    case NODE_CHARACTER_DEVICE:
        return S_IFCHR;
    case NODE_BLOCK_DEVICE:
        return S_IFBLK;
    }
    return S_IFREG;
}

/* debugfs makes a node in its working directory only. */
static void script_node(struct maker *m, struct volume *v, const char *inside, const char *what)
{
    fprintf(v->script, "cd \"%s\"\nmknod \"%s\" %s\ncd /\n", path_parent(m->arena, inside),
            path_name(inside), what);
}

/* mke2fs -d makes files, directories and links; debugfs makes the nodes it would need root for.
 * A socket has no command of its own: an empty file gets its type. */
static int make_host_entry(struct maker *m, struct volume *v, const char *path, const char *inside,
                           const struct node *node)
{
    const char *host = path_join(m->arena, v->host, inside);
    switch (node->type) {
    case NODE_FILE: {
        struct read_answer r = tree_read(m->tree, path, UINT64_MAX);
        if (r.presence == PRESENCE_PRESENT)
            return write_host_file(host, r.content);
        complain(path, r.reason ? r.reason : "not there");
        return EXIT_NO_IMAGE;
    }
    case NODE_DIRECTORY:
        return strcmp(inside, "/") == 0 || mkdir(host, 0700) == 0 ? 0
                                                                  : complain(host, strerror(errno));
    case NODE_SYMLINK: {
        struct link_answer link = tree_readlink(m->tree, path);
        if (link.presence == PRESENCE_PRESENT && symlink(link.target, host) == 0)
            return 0;
        return complain(host, "the link cannot be made");
    }
    case NODE_FIFO:
        script_node(m, v, inside, "p");
        return 0;
    case NODE_CHARACTER_DEVICE:
        script_node(m, v, inside, "c 1 3");
        return 0;
    case NODE_BLOCK_DEVICE:
        script_node(m, v, inside, "b 7 0");
        return 0;
    case NODE_SOCKET:
        return write_host_file(host, (struct bytes){0});
    }
    return 0;
}

static void script_meta(struct volume *v, const char *inside, const struct node *node)
{
    unsigned mode = node->type == NODE_SYMLINK ? 0777 : node->mode;
    fprintf(v->script, "set_inode_field \"%s\" mode 0%o\n", inside, type_bits(node->type) | mode);
    fprintf(v->script, "set_inode_field \"%s\" uid %u\n", inside, node->uid);
    fprintf(v->script, "set_inode_field \"%s\" gid %u\n", inside, node->gid);
}

/* Labels and ACLs: debugfs takes the value from a file, whatever its bytes. */
static int script_xattrs(struct maker *m, struct volume *v, const char *path, const char *inside)
{
    struct xattrs_answer xattrs = tree_xattrs(m->tree, path);
    for (size_t i = 0; xattrs.presence == PRESENCE_PRESENT && i < xattrs.count; i++) {
        const char *value =
            path_join(m->arena, m->out, arena_printf(m->arena, "xattr-%u", m->xattr_files++));
        if (write_host_file(value, xattrs.xattrs[i].value) != 0)
            return -1;
        fprintf(v->script, "ea_set -f \"%s\" \"%s\" %s\n", value, inside, xattrs.xattrs[i].name);
    }
    return 0;
}

/* PATH of the guest, which is INSIDE on volume V, and all below it. */
static int put(struct maker *m, struct volume *v, const char *path, const char *inside, int depth)
{
    struct stat_answer there = tree_lstat(m->tree, path);
    if (there.presence == PRESENCE_ABSENT)
        return 0;
    if (there.presence == PRESENCE_UNREADABLE) {
        complain(path, there.reason);
        return EXIT_NO_IMAGE;
    }
    if (depth > DEPTH_MAX || strpbrk(path, "\"\n\\"))
        return complain(path, "too deep, or a name that debugfs cannot be told");
    int result = make_host_entry(m, v, path, inside, &there.node);
    if (result != 0)
        return result;
    script_meta(v, inside, &there.node);
    if (script_xattrs(m, v, path, inside) != 0)
        return -1;
    if (there.node.type != NODE_DIRECTORY)
        return 0;
    struct list_answer list = tree_list(m->tree, path);
    for (size_t i = 0; i < list.count && result == 0; i++) {
        const char *child = path_join(m->arena, path, list.names[i]);
        const char *child_inside = path_join(m->arena, inside, list.names[i]);
        struct volume *own = volume_on(m, child);
        if (!own)
            result = put(m, v, child, child_inside, depth + 1);
        else if ((result = put(m, own, child, "/", depth + 1)) == 0 &&
                 mkdir(path_join(m->arena, v->host, child_inside), 0755) != 0)
            result = complain(child, strerror(errno));
    }
    return result;
}

static const char *or_dash(const char *text)
{
    return *text ? text : "-";
}

static int open_volumes(struct maker *m)
{
    struct filesystems_answer answer = tree_filesystems(m->tree);
    m->volumes = arena_alloc_array(m->arena, answer.count + 1, sizeof *m->volumes);
    CLEANUP_FILE FILE *plan = fopen(path_join(m->arena, m->out, "plan"), "w");
    if (!plan)
        return complain(m->out, strerror(errno));
    for (size_t i = 0; i < answer.count; i++) {
        const struct filesystem *f = &answer.items[i];
        const char *kind = kind_of(f);
        if (!kind) {
            complain(f->device, "of a type that is not made here");
            return EXIT_NO_IMAGE;
        }
        struct volume *v = &m->volumes[m->count];
        const char *number = arena_printf(m->arena, "%zu", m->count++);
        v->filesystem = f;
        v->kind = kind;
        v->host = path_join(m->arena, m->out, arena_printf(m->arena, "tree-%s", number));
        v->script =
            fopen(path_join(m->arena, m->out, arena_printf(m->arena, "debugfs-%s", number)), "w");
        if (!v->script || mkdir(v->host, 0700) != 0)
            return complain(v->host, strerror(errno));
        fprintf(plan, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", number, f->device, kind, or_dash(f->uuid),
                or_dash(f->label), or_dash(f->partuuid), or_dash(f->partlabel),
                or_dash(f->mounted_on));
    }
    return volume_on(m, "/") ? 0 : complain(m->out, "no filesystem is mounted on /");
}

static int close_volumes(struct maker *m)
{
    int result = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->volumes[i].script && fclose(m->volumes[i].script) != 0)
            result = complain(m->out, strerror(errno));
    return result;
}

static bool is_guest(struct arena *a, const char *fixtures, const char *name)
{
    return access(path_join(a, path_join(a, path_join(a, fixtures, "guests"), name), "meta.json"),
                  R_OK) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: fixture_to_image FIXTURES GUEST-OR-CASE EMPTY-DIRECTORY\n");
        return 2;
    }
    struct err e = {0};
    struct maker m = {.arena = arena_new(NULL, NULL), .out = argv[3]};
    if (!m.arena)
        return 1;
    m.tree = is_guest(m.arena, argv[1], argv[2])
                 ? fixture_guest(m.arena, argv[1], argv[2], &e)
                 : fixture_case(m.arena, argv[1], argv[2], NULL, &e);
    if (!m.tree) {
        fprintf(stderr, "fixture_to_image: %s\n", e.text);
        return 1;
    }
    int result = open_volumes(&m);
    if (result == 0)
        result = put(&m, volume_on(&m, "/"), "/", "/", 0);
    if (close_volumes(&m) != 0)
        result = 1;
    arena_free(m.arena);
    return result < 0 ? 1 : result;
}
