/* NAME=value lines as a shell or systemd reads them: os-release, /etc/default/…, /etc/sysconfig/…,
 * environment files. Only for facts/; never runs anything, never expands a variable. */
#ifndef DISKMEND_FACTS_ASSIGNMENTS_H
#define DISKMEND_FACTS_ASSIGNMENTS_H

#include <stdbool.h>

#include "base/vec.h"

struct assignment {
    const char *name;
    const char *value; /* quotes and escapes undone */
    const char *file;  /* for whoever reads several; assignments_read leaves it NULL */
    int line;          /* where its name stands */
};

struct assignments {
    VEC(struct assignment) items;
};

enum assignment_syntax {
    ASSIGNMENT_SHELL,      /* a bare value ends at a blank */
    ASSIGNMENT_ENVIRONMENT /* systemd's EnvironmentFile: a bare value goes on to the end of line */
};

void assignments_read(struct arena *a, struct bytes text, enum assignment_syntax syntax,
                      struct assignments *out);
/* The last of that NAME (it wins), or NULL. */
const struct assignment *assignments_find(const struct assignments *list, const char *name);
/* Its value, or NULL. */
const char *assignments_value(const struct assignments *list, const char *name);

#endif
