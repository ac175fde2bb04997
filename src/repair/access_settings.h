/* The settings of Azure's VMAccess extension, both parts, as people write them: JSON in, a request
 * out. What a member means is what the extension's own code does with it, but where that would widen
 * access unasked. For cli/ only. */
#ifndef DISKMEND_REPAIR_ACCESS_SETTINGS_H
#define DISKMEND_REPAIR_ACCESS_SETTINGS_H

#include "repair/access.h"

enum settings_part {
    SETTINGS_PROTECTED, /* --settings: knows the members of both parts */
    SETTINGS_PUBLIC
};

/* Read TEXT into REQUEST, besides what stands there. PATH is for messages, NOTES for what the person
 * should know. 0, or ERR_USAGE or ERR_SYNTAX with the place of the fault, never with a secret. The
 * password lies in A until access_wipe; TEXT is the caller's to wipe. */
int access_settings(struct arena *a, struct bytes text, const char *path, enum settings_part part,
                    struct access_request *request, name_list *notes, struct err *e);

#endif
