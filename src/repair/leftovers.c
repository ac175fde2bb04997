#include "repair/leftovers.h"

#include <string.h>

#include "base/map.h"
#include "base/path.h"

void leftovers_clear(struct arena *a, struct tree *t, const char *directory)
{
    struct stat_answer s = tree_lstat(t, directory);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY ||
        strcmp(s.real_path, directory) != 0)
        return;
    struct list_answer names = tree_list(t, directory);
    for (size_t i = 0; i < names.count; i++) {
        if (!writing_is_temporary(names.names[i]))
            continue;
        const char *path = path_join(a, directory, names.names[i]);
        struct stat_answer there = tree_lstat(t, path);
        struct err ignored = {0}; /* a directory with something in it is none of ours */
        if (there.presence == PRESENCE_PRESENT && there.node.type <= NODE_SYMLINK &&
            (there.node.type != NODE_FILE || there.node.links <= 1))
            tree_writing(t)->remove(t, path, &ignored);
    }
}

void leftovers_clear_edits(struct arena *a, struct tree *t, const struct edit_list *edits)
{
    struct map seen;
    map_init(&seen, a);
    vec_each (edit, &edits->edits) {
        const char *directory = path_parent(a, edit->path);
        if (map_get(&seen, directory))
            continue;
        map_set(&seen, directory, &seen);
        leftovers_clear(a, t, directory);
    }
}
