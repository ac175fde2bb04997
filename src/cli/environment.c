#include "cli/environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool environment_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

bool environment_colour(enum colour_choice choice, int fd)
{
    if (choice != COLOUR_AUTO)
        return choice == COLOUR_ALWAYS;
    if (is_set("FORCE_COLOR"))
        return true;
    if (is_set("NO_COLOR"))
        return false;
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && term && strcmp(term, "dumb") != 0;
}

int environment_width(int fd)
{
    if (isatty(fd) != 1)
        return 0;
    const char *columns = getenv("COLUMNS");
    long n = columns ? strtol(columns, NULL, 10) : 0;
    if (n >= 40 && n <= 10000)
        return (int)n;
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 0;
}

int64_t environment_now(void)
{
    return time(NULL);
}

int64_t environment_milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
