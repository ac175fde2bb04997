#include "cli/command.h"

#include "cli/mending.h"

int command_repair(struct options *o)
{
    struct mending_request mending = {.kind = MENDING_REPAIR};
    if (!o->root)
        o->root = "single";
    if (o->continue_run) {
        mending.kind = MENDING_CONTINUE;
        mending.run = o->continue_run;
    }
    return mending_run(o, &mending, "repair");
}
