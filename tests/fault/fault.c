/* The faults of the program that tests/fault builds: DISKMEND_FAULT=N[:kill|:enospc|:eio][+]
 * strikes at the Nth point that a process passes (with "+" also at each one after it);
 * DISKMEND_FAULT_LOG is a file that gets a line for each point, "call" where a call can fail and
 * "point" between two. */
#include "guest/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long passed; /* by this process: each worker counts for itself */

static void note(const char *kind, const char *name)
{
    const char *log = getenv("DISKMEND_FAULT_LOG");
    int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return;
    dprintf(fd, "%s %s\n", kind, name);
    close(fd);
}

/* What strikes here: "kill", "enospc", "eio", or NULL. */
static const char *strikes(const char *kind, const char *name)
{
    const char *wanted = getenv("DISKMEND_FAULT");
    note(kind, name);
    passed++;
    if (!wanted)
        return NULL;
    long number = strtol(wanted, NULL, 10);
    const char *colon = strchr(wanted, ':');
    bool goes_on = wanted[strlen(wanted) - 1] == '+';
    if (number <= 0 || (goes_on ? passed < number : passed != number))
        return NULL;
    return colon ? colon + 1 : "kill";
}

void fault_point(const char *name)
{
    const char *what = strikes("point", name);
    if (what && strncmp(what, "kill", 4) == 0)
        raise(SIGKILL);
}

int fault_fails(const char *name)
{
    const char *what = strikes("call", name);
    if (!what)
        return 0;
    if (strncmp(what, "kill", 4) == 0)
        raise(SIGKILL);
    errno = strncmp(what, "enospc", 6) == 0 ? ENOSPC : EIO;
    return -1;
}
