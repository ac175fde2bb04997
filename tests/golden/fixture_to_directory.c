/* fixture_to_directory FIXTURES NAME OUT: a fixture as a directory that a scan can be pointed at.
 * With root every file gets its owner; without, all are the caller's. A test program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "guest/fixture.h"

#define DEPTH_MAX  64
#define FILE_BYTES (64u * 1024u * 1024u)

struct writer {
    struct arena *arena;
    struct tree *tree;
    const char *out;
};

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "fixture_to_directory: %s: %s\n", path, what);
    return -1;
}

static int write_file(struct writer *w, const char *path, const char *host)
{
    struct read_answer content = tree_read(w->tree, path, FILE_BYTES);
    if (content.presence != PRESENCE_PRESENT)
        return complain(path, content.reason ? content.reason : "absent");
    CLEANUP_FD int fd = open(host, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return complain(host, strerror(errno));
    for (size_t done = 0; done < content.content.len;) {
        ssize_t n = write(fd, content.content.ptr + done, content.content.len - done);
        if (n < 0)
            return complain(host, strerror(errno));
        done += (size_t)n;
    }
    return 0;
}

static int write_node(struct writer *w, const char *path, const char *host, const struct node *node)
{
    switch (node->type) {
    case NODE_FILE:
        return write_file(w, path, host);
    case NODE_DIRECTORY:
        return mkdir(host, 0700) < 0 && errno != EEXIST ? complain(host, strerror(errno)) : 0;
    case NODE_SYMLINK:
        return symlink(tree_readlink(w->tree, path).target, host) < 0
                   ? complain(host, strerror(errno))
                   : 0;
    default: /* one special file is as good as another for a reader that must not touch it */
        return mkfifo(host, 0600) < 0 ? complain(host, strerror(errno)) : 0;
    }
}

static int write_tree(struct writer *w, const char *path, int depth)
{
    char *host = arena_printf(w->arena, "%s%s", w->out, strcmp(path, "/") == 0 ? "" : path);
    struct stat_answer answer = tree_lstat(w->tree, path);
    if (answer.presence != PRESENCE_PRESENT || depth > DEPTH_MAX)
        return complain(path, answer.reason ? answer.reason : "not there");
    int failed = write_node(w, path, host, &answer.node);
    if (failed)
        return failed;
    if (answer.node.type == NODE_DIRECTORY) {
        struct list_answer list = tree_list(w->tree, path);
        for (size_t i = 0; i < list.count && !failed; i++)
            failed = write_tree(w, path_join(w->arena, path, list.names[i]), depth + 1);
    }
    if (!failed && geteuid() == 0)
        failed = lchown(host, answer.node.uid, answer.node.gid);
    if (!failed && answer.node.type != NODE_SYMLINK)
        failed = chmod(host, answer.node.mode);
    return failed ? complain(host, "owner or mode") : 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return complain("usage", "FIXTURES NAME OUT");
    struct err e = {0};
    struct arena *a = arena_new(NULL, NULL);
    struct tree *tree = NULL;
    if (access(arena_printf(a, "%s/cases/%s/case.json", argv[1], argv[2]), F_OK) == 0)
        tree = fixture_case(a, argv[1], argv[2], NULL, &e);
    else
        tree = fixture_guest(a, argv[1], argv[2], &e);
    if (!tree) {
        complain(argv[2], e.text);
        arena_free(a);
        return EXIT_FAILURE;
    }
    struct writer w = {a, tree, argv[3]};
    int failed = write_tree(&w, "/", 0);
    tree_close(tree);
    arena_free(a);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
