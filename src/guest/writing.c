#include "guest/writing.h"

#include <inttypes.h>
#include <sys/random.h>

#include "base/path.h"

const struct tree_writing *tree_writing(const struct tree *t)
{
    return t->writing;
}

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
