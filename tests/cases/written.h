/* Edits written to a tree in memory as a worker writes them, and taken back. For the runners over
 * fixtures/. */
#ifndef DISKMEND_TESTS_WRITTEN_H
#define DISKMEND_TESTS_WRITTEN_H

#include "guest/overlay.h"
#include "tests/cases/trial.h"

/* Everything that can be seen of RAW, but for our own journal. */
const char *tree_description(struct trial *t, struct tree *raw);

/* The edits of an overlay over RAW, through the worker's bytes onto RAW. The run, or NULL and a
 * failure of T. */
const char *write_edits(struct trial *t, struct tree *overlay, struct tree *raw,
                        const char *command);

/* FAILs of T where undo of RUN is refused or RAW is not as BEFORE describes it. */
void expect_undone(struct trial *t, struct tree *raw, const char *run, const char *before);

#endif
