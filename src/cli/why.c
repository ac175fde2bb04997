#include "cli/command.h"

#include "cli/judging.h"

int command_why(struct options *o)
{
    if (!o->root)
        o->root = "single"; /* one system, or the names of those there are */
    return judging_run(o, JOB_WHY, "text");
}
