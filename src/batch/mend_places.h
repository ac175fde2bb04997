/* Where the journals of a run are, for mend*.c only. */
#ifndef DISKMEND_BATCH_MEND_PLACES_H
#define DISKMEND_BATCH_MEND_PLACES_H

#include "batch/mend.h"
#include "repair/journal.h"

struct mend_places {
    struct journal_place guest, backup;
    bool has_guest, has_backup;
};

/* Mount what the guest mounts at boot: the journal, or what it tells of, may be on another filesystem
 * than "/". Nothing happens to a directory. 0, or the error of our own parts. */
int mend_complete_tree(struct arena *a, const struct worker_request *request, struct tree *tree,
                       struct err *e);

/* The guest's own in TREE, and the --backup-dir if there is one (opened as a tree; it must be a
 * directory of the caller's that nobody else may enter). 0 or the error. */
int mend_places(struct arena *a, const struct mending_request *m, struct tree *tree,
                struct mend_places *out, struct err *e);
/* The one to read from: with --backup-dir that copy is the authority. */
const struct journal_place *mend_authority(const struct mend_places *places);

/* The newest run in STATE; NULL when there is none (or, with E set, on error). */
const struct journal_run *mend_newest(struct arena *a, const struct journal_place *place,
                                      enum journal_state state, struct err *e);

/* The newest finished run that is no undo itself: to undo that, it has to be named. */
const struct journal_run *mend_latest_undoable(struct arena *a, const struct journal_place *place,
                                               struct err *e);

/* The newest run that was begun and not finished, wherever it is told of; NULL when there is none or
 * no journal can be read. */
const struct journal_run *mend_prepared(struct arena *a, const struct mend_places *places);

#endif
