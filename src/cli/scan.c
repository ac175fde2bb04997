#include "cli/command.h"

#include "cli/judging.h"

int command_scan(struct options *o)
{
    return judging_run(o, JOB_SCAN, "text");
}
