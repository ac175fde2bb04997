/* The way back from a run, as edits of the overlay: it is then planned, shown, asked and journalled
 * like a repair. The journal is hostile input; what it says is checked against the disk and against
 * what a repair could ever have changed. */
#ifndef DISKMEND_REPAIR_UNDO_H
#define DISKMEND_REPAIR_UNDO_H

#include "repair/journal.h"

struct undo_request {
    struct arena *arena;
    struct tree *tree; /* an overlay */
    const struct journal_run *about;
    const struct edit_list *edits;
    bool force; /* also where the disk holds neither what the run left nor what was before */
};

/* Edit the overlay so that everything is as before the run. 0, or the error: ERR_REFUSED where the
 * disk has changed since (path in E), where the journal wants what no repair does (a set-id bit or
 * capability on anything but a known binary, a path in the journal itself, a device), or where
 * something on the way is a link. CHANGED counts the paths that go back. */
int undo_plan(const struct undo_request *request, size_t *changed, struct err *e);

#endif
