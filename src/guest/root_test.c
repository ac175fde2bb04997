#include "guest/root_test.h"

#include <strings.h>

static bool stands(struct tree *t, const char *path)
{
    struct stat_answer there = tree_lstat(t, path);
    return there.presence == PRESENCE_PRESENT &&
           (there.node.type == NODE_DIRECTORY || there.node.type == NODE_SYMLINK);
}

/* NTFS and FAT keep the case of names as they were written. */
static const char *find_without_case(struct tree *t, const char *directory, const char *name)
{
    struct list_answer list = tree_list(t, directory);
    for (size_t i = 0; i < list.count; i++)
        if (strcasecmp(list.names[i], name) == 0)
            return arena_printf(t->arena, "%s%s%s", directory, directory[1] ? "/" : "",
                                list.names[i]);
    return NULL;
}

static bool is_windows(struct tree *t)
{
    const char *windows = find_without_case(t, "/", "windows");
    if (!windows)
        windows = find_without_case(t, "/", "winnt");
    return windows && find_without_case(t, windows, "system32");
}

struct root_marks root_marks_of(struct tree *tree)
{
    /* A separate /usr has bin, lib and (SUSE) etc, but no usr within. */
    static const char *const beside_bin[] = {"/var", "/root", "/dev", "/proc", "/boot"};
    static const char *const paths[] = {"/etc",  "/usr", "/bin",  "/var",
                                        "/root", "/dev", "/proc", "/boot"};
    struct root_marks marks = {0};
    tree_prefetch(tree, paths, sizeof paths / sizeof *paths);
    if (stands(tree, "/etc")) {
        marks.is_linux = stands(tree, "/usr");
        for (size_t i = 0; i < 5 && !marks.is_linux; i++)
            marks.is_linux = stands(tree, beside_bin[i]) && stands(tree, "/bin");
    }
    if (!marks.is_linux)
        marks.is_windows = is_windows(tree);
    return marks;
}
