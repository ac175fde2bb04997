#include "guest/names.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"

bool names_take(struct arena *a, struct names *names, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    names->cut = names->items.count >= LIMIT_DIRECTORY_ENTRIES;
    if (!names->cut)
        vec_push(a, &names->items, arena_strdup(a, name));
    return !names->cut;
}
