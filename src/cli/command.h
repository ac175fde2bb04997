/* The commands: one table, one file each. A command gives the exit code (DESIGN: 0 clean or done, 1
 * findings or not done, 2 usage or a target that does not open, 3 not read whole, 4 and 5 a write
 * that failed, 128+n a signal). */
#ifndef DISKMEND_CLI_COMMAND_H
#define DISKMEND_CLI_COMMAND_H

#include "cli/options.h"

enum exit_code {
    EXIT_CLEAN = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_READ = 3,
    EXIT_ROLLED_BACK = 4,
    EXIT_BROKEN = 5
};

struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;   /* for the list of commands */
    const char *help;      /* a paragraph for its own help */
    unsigned bit;          /* its options */
    bool takes_targets;
    int (*run)(struct options *o);
};

const struct command *commands(size_t *count);
const struct command *command_by_name(const char *name);

int command_scan(struct options *o);
int command_why(struct options *o);
int command_repair(struct options *o);
int command_access(struct options *o);
int command_undo(struct options *o);
int command_verify(struct options *o);
int command_facts(struct options *o);
int command_rules(struct options *o);
int command_help(struct options *o);
int command_version(struct options *o);

#endif
