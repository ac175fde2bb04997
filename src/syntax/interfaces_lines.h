/* Lines of /etc/network/interfaces as ifupdown 0.8 reads one file: stanzas, and the first line it
 * gives up at. Files drawn in are the caller's to read. Pure text. */
#ifndef DISKMEND_SYNTAX_INTERFACES_LINES_H
#define DISKMEND_SYNTAX_INTERFACES_LINES_H

#include <stdbool.h>

#include "base/vec.h"

enum interfaces_word {
    INTERFACES_AUTO,    /* auto, allow-auto */
    INTERFACES_HOTPLUG, /* allow-hotplug */
    INTERFACES_IFACE,
    INTERFACES_MAPPING,
    INTERFACES_SOURCE,
    INTERFACES_SOURCE_DIRECTORY,
    INTERFACES_OPTION, /* of the iface or mapping above */
    INTERFACES_OTHER,  /* another allow-CLASS, rename, no-scripts … */
};

struct interfaces_line {
    enum interfaces_word word;
    int line;
    const char **words;          /* the first is the keyword */
    size_t count;
    const char *family, *method; /* of an iface; NULL: not said */
};

struct interfaces_lines {
    VEC(struct interfaces_line) items; /* up to the fault */
    const char *fault;                 /* NULL: the whole file is read */
    int fault_line;
};

/* LENIENT: another program's dialect, in which nothing is a fault. */
void interfaces_lines_read(struct arena *a, struct bytes text, bool lenient,
                           struct interfaces_lines *out);

#endif
