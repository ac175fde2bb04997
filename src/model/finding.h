/* What a rule says about a guest: the unit of every report. */
#ifndef DISKMEND_MODEL_FINDING_H
#define DISKMEND_MODEL_FINDING_H

#include "model/place.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
#define SEVERITY_COUNT 5
const char *severity_name(enum severity severity);
/* -1 when there is no severity of that name. */
int severity_by_name(const char *name);

struct finding {
    const char *rule;
    const char *gate;    /* a gate's name, or "" for a profile rule without one */
    const char *profile; /* "access", "baseline" … */
    enum severity severity;
    const char *message; /* guest text in it is not yet escaped */
    const char *why;
    const char *user;    /* NULL when it is nobody's in particular */
    struct place at;
    const char *repair_class; /* "auto" "flag" "report" */
    char fingerprint[17];     /* stable over scans and images: rule, file, user, value */
};

/* A rule whose source could not be read: never a pass. */
struct not_checked {
    const char *rule; /* NULL: no rule in particular needed it */
    const char *reason;
    struct place at;
};

#endif
