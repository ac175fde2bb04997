/* For fstab.test and units.test: what we read out of fstab texts and of the units of a tree.
 * boot_verdict fstab FILE… prints "FILE MOUNT-POINT" for each mount that local-fs.target requires,
 * and "FILE ! DEFECT" for each line with a fault of shape.
 * boot_verdict units DIRECTORY prints "UNIT STATE" and "UNIT boot" for what starts at boot. */
#include <string.h>

#include "directory_guest.h"
#include "guest/memory.h"

static void print_fstab(struct lens_session *lenses, struct arena *a, const char *path)
{
    static const char *const shapes[] = {"too-few-fields", "bad-number"};
    struct facts f = {.arena = a, .tree = memory_tree_new(a), .lenses = lenses};
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    memory_tree_file(f.tree, "/etc/fstab", read_host_file(a, path), 0644, 0, 0);
    facts_read_mounts(&f);
    vec_each (m, &f.mounts) {
        for (size_t i = 0; m->defect && i < sizeof shapes / sizeof *shapes; i++)
            if (strcmp(m->defect, shapes[i]) == 0)
                printf("%s ! %s\n", name, m->defect);
        if (m->required && m->field_count > 1)
            printf("%s %s\n", name, m->directory);
    }
    tree_close(f.tree);
}

static void print_units(const char *directory)
{
    struct directory_guest g = directory_guest_open(directory);
    const struct facts *f = facts_gather(g.arena, g.tree, g.lenses, g.keywords, 0);
    vec_each (u, &f->units) {
        printf("%s %s\n", u->name, u->state);
        if (u->at_boot && strcmp(u->role, "default-target") != 0)
            printf("%s boot\n", u->name);
        if (u->target && strcmp(u->role, "default-target") == 0)
            printf("%s -> %s\n", u->name, u->target);
        if (u->condition_failed)
            printf("%s condition %s\n", u->name, u->condition_failed);
    }
    directory_guest_close(&g);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    if (strcmp(argv[1], "units") == 0) {
        print_units(argv[2]);
        return 0;
    }
    struct err e = {0};
    struct arena *a = arena_new(NULL, NULL);
    struct lens_session *lenses = lens_open(a, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    if (!lenses)
        return 2;
    for (int i = 2; i < argc; i++)
        print_fstab(lenses, a, argv[i]);
    lens_close(lenses);
    arena_free(a);
    return 0;
}
