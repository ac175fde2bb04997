#include "guest/writing.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/path.h"

const struct tree_writing *tree_writing(const struct tree *t)
{
    return t->writing;
}

#define RANDOM_DIGITS 16

char *writing_temporary_name(struct arena *a, const char *path, struct err *e)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) {
        err_set(e, ERR_IO, "the kernel gives no random numbers");
        return NULL;
    }
    return path_join(a, path_parent(a, path),
                     arena_printf(a, WRITING_TEMPORARY "%016" PRIx64, number));
}

bool writing_is_temporary(const char *name)
{
    size_t prefix = strlen(WRITING_TEMPORARY);
    return strncmp(name, WRITING_TEMPORARY, prefix) == 0 &&
           strlen(name + prefix) == RANDOM_DIGITS &&
           strspn(name + prefix, "0123456789abcdef") == RANDOM_DIGITS;
}
