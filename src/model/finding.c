#include "model/finding.h"

#include <string.h>

static const char *const severity_names[SEVERITY_COUNT] = {"info", "low", "medium", "high",
                                                           "critical"};

const char *severity_name(enum severity severity)
{
    return severity_names[severity];
}

int severity_by_name(const char *name)
{
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (strcmp(severity_names[i], name) == 0)
            return i;
    return -1;
}
