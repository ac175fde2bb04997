#include "model/target.h"

const char *target_kind_name(enum target_kind kind)
{
    static const char *const names[] = {"image", "device", "directory", "domain"};
    return names[kind];
}
