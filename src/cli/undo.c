#include "cli/command.h"

#include "cli/mending.h"

int command_undo(struct options *o)
{
    struct mending_request mending = {.kind = MENDING_UNDO};
    if (!o->root)
        o->root = "single";
    /* The second bare word is the run. */
    if (o->guests.count == 2 && o->guests.items[1].disks.count == 1) {
        mending.run = o->guests.items[1].name;
        o->guests.count = 1;
    }
    if (o->list)
        mending.kind = MENDING_RUNS;
    if (o->forget_run) {
        mending.kind = MENDING_FORGET;
        mending.run = o->forget_run;
    }
    return mending_run(o, &mending, "undo");
}
