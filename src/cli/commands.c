#include "cli/command.h"

#include <string.h>

static const struct command table[] = {
    {"scan", "[OPTION]... TARGET...", "judge who can still log in, and why not; never writes",
     "TARGET is a disk image, a block device or a directory where the guest's root is mounted;\n"
     "each is one guest. Images and devices are opened read-only through libguestfs.\n",
     IN_SCAN, true, command_scan},
    {"why", "[OPTION]... TARGET...", "walk a person through the gates of a login, one by one",
     "For each person (--user; without it root and everybody who could log in) the gates from the\n"
     "disk to sudo, top to bottom: the first shut one is marked, those behind it are judged too.\n",
     IN_WHY, true, command_why},
    {"repair", "[OPTION]... TARGET", "plan, show, ask, and write what lets people in again",
     "Plans the smallest set of edits, judges the guest as it would be, shows the difference and\n"
     "asks; where there is no terminal to ask on, nothing is written without --yes. With --user\n"
     "only what stands in that person's way is mended. Every run can be taken back: diskmend undo.\n",
     IN_REPAIR, true, command_repair},
    {"access", "[OPTION]... TARGET", "give a person access: a key, a password, an account",
     "What VMAccess does on a running VM, on the disk: keys, a password, an account made or removed,\n"
     "sshd's configuration reset. Planned, shown, asked and taken back like a repair. As shortcuts:\n"
     "-r TARGET, -u USER -p TARGET, -u USER -M FILE.pub TARGET.\n",
     IN_ACCESS, true, command_access},
    {"undo", "[OPTION]... TARGET [RUN]", "take a run back",
     "The latest run, or RUN: contents, modes, owners, attributes and links as they were. Shown and\n"
     "asked like a repair. --list tells which runs there are, --forget removes the record of one.\n",
     IN_UNDO, true, command_undo},
    {"verify", "[OPTION]... TARGET...", "hold our verdict against the guest's own sshd and visudo",
     "Runs sshd -t, sshd -T and visudo -c of the guest in the appliance, on a copy of the disk that is\n"
     "thrown away, without a network. TARGET is an image or a block device. Nothing is written.\n",
     IN_VERIFY, true, command_verify},
    {"facts", "[OPTION]... TARGET...", "print all that is known about a guest, as JSON",
     "The document that the rules are evaluated over. Secrets are not part of it.\n", IN_FACTS,
     true, command_facts},
    {"rules", "list | show RULE... | check [DIR]", "list, explain or check the rules",
     "list prints every rule, show explains some, check reads all rule files (and those of DIR)\n"
     "and runs the examples that each rule carries.\n",
     IN_RULES, false, command_rules},
    {"help", "[COMMAND]", "explain a command", "", IN_HELP, false, command_help},
    {"version", "", "print name and version", "", IN_HELP, false, command_version},
};

const struct command *commands(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command *command_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}
