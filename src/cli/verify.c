#include "cli/command.h"

#include "cli/judging.h"

int command_verify(struct options *o)
{
    if (!o->root)
        o->root = "single";
    return judging_run(o, JOB_VERIFY, "text");
}
