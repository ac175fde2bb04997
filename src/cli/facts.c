#include "cli/command.h"

#include <string.h>

#include "cli/judging.h"
#include "cli/say.h"

int command_facts(struct options *o)
{
    vec_each (output, &o->outputs)
        if (strcmp(output->format->name, "text") == 0) {
            say("facts are JSON: -o json (the default) or -o jsonl");
            return EXIT_USAGE;
        }
    return judging_run(o, JOB_FACTS, "json");
}
