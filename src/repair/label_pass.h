/* The last pass of a plan: what the edits made new gets the label the guest's policy has for it. */
#ifndef DISKMEND_REPAIR_LABEL_PASS_H
#define DISKMEND_REPAIR_LABEL_PASS_H

#include "facts/facts.h"
#include "guest/overlay.h"

/* True when the overlay T has changed. NOTE: what the person must be told, or NULL. */
bool label_pass(struct arena *a, struct tree *t, const struct facts *f, const char **note,
                struct err *e);

#endif
