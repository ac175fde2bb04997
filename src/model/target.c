#include "model/target.h"

#include <string.h>

void disk_keys_wipe(const struct disk_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        explicit_bzero(keys[i].secret, strlen(keys[i].secret));
}

const char *target_kind_name(enum target_kind kind)
{
    static const char *const names[] = {"image", "device", "directory", "domain"};
    return names[kind];
}
