/* Where the journals of a run are, for mend*.c only. */
#ifndef DISKMEND_BATCH_MEND_PLACES_H
#define DISKMEND_BATCH_MEND_PLACES_H

#include "batch/mend.h"
#include "repair/journal.h"

struct mend_places {
    struct journal_place guest, backup;
    bool has_guest, has_backup;
};

/* The guest's own in TREE, and the --backup-dir if there is one (opened as a tree; it must be a
 * directory of the caller's that nobody else may enter). 0 or the error. */
int mend_places(struct arena *a, const struct mending_request *m, struct tree *tree,
                struct mend_places *out, struct err *e);
/* The one to read from: with --backup-dir that copy is the authority. */
const struct journal_place *mend_authority(const struct mend_places *places);

/* The newest run in STATE; NULL when there is none (or, with E set, on error). */
const struct journal_run *mend_newest(struct arena *a, const struct journal_place *place,
                                      enum journal_state state, struct err *e);

#endif
