/* A file of the machine the tests run on, whole. */
#ifndef DISKMEND_TESTS_UNIT_HOST_FILE_H
#define DISKMEND_TESTS_UNIT_HOST_FILE_H

#include <check.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/bytes.h"

static inline struct bytes file_on_host(struct arena *a, const char *path)
{
    static const size_t most = 2 * 1024 * 1024;
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    char *buffer = arena_alloc(a, most);
    size_t n = fread(buffer, 1, most, f);
    fclose(f);
    return (struct bytes){buffer, n};
}

#endif
