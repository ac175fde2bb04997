/* A directory tree opened as diskmend opens it, with all that judging it needs: for the programs
 * that print our verdict to the oracle tests. Faults end the program with status 2. */
#ifndef DISKMEND_TESTS_ORACLE_DIRECTORY_GUEST_H
#define DISKMEND_TESTS_ORACLE_DIRECTORY_GUEST_H

#include <stdio.h>
#include <stdlib.h>

#include "facts/facts.h"
#include "guest/open.h"

struct directory_guest {
    struct arena *arena;
    struct sshd_keyword_table *keywords;
    struct lens_session *lenses;
    struct opened *opened;
    struct tree *tree;
};

static inline struct bytes read_host_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    char *buffer = arena_alloc(a, 2 * 1024 * 1024);
    size_t n = fread(buffer, 1, 2 * 1024 * 1024 - 1, f);
    fclose(f);
    return (struct bytes){buffer, n};
}

static inline struct directory_guest directory_guest_open(const char *directory)
{
    struct err e = {0};
    struct directory_guest g = {.arena = arena_new(NULL, NULL)};
    g.keywords = sshd_keywords_load(g.arena,
                                    read_host_file(g.arena, TEST_SOURCE_DIRECTORY
                                                   "/rules/sshd-keywords.json"),
                                    "keywords", &e);
    g.lenses = lens_open(g.arena, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    struct target_disk disk = {.path = directory};
    const struct target target = {.name = directory,
                                  .kind = TARGET_DIRECTORY,
                                  .disks = &disk,
                                  .disk_count = 1};
    const struct open_options options = {0};
    g.opened = g.keywords && g.lenses ? open_target(g.arena, &target, &options, &e) : NULL;
    g.tree = g.opened ? opened_tree(g.opened, 0, &e) : NULL;
    if (!g.tree) {
        fprintf(stderr, "%s\n", e.text);
        exit(2);
    }
    return g;
}

static inline void directory_guest_close(struct directory_guest *g)
{
    lens_close(g->lenses);
    opened_close(g->opened);
    arena_free(g->arena);
}

#endif
