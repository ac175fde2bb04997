/* The record of a run on the disk (or in a directory of the rescue machine): every pre-image and
 * post-image, written and synced before the first change, so that any half-done state has a way
 * forward and a way back. What is read from a guest's journal is hostile input. For commit.c,
 * undo.c and batch/ only. */
#ifndef DISKMEND_REPAIR_JOURNAL_H
#define DISKMEND_REPAIR_JOURNAL_H

#include "guest/writing.h"
#include "repair/edit_list.h"

/* Reading holds the place against the same rules as making it: real directories of root's that
 * nobody else may write, files of root's that nobody else may read. */
#define JOURNAL_DIRECTORY "/var/lib/diskmend"

enum journal_state { JOURNAL_PREPARED, JOURNAL_COMMITTED, JOURNAL_ROLLED_BACK, JOURNAL_UNDONE };
const char *journal_state_name(enum journal_state state); /* "prepared" "committed" … */

/* Where journals are: the guest's own (BASE JOURNAL_DIRECTORY), or a directory of this machine
 * opened as a tree (BASE "/"). */
struct journal_place {
    struct tree *tree;
    const char *base;
};

struct journal_run {
    const char *run;     /* "20261122T160411Z-0123456789abcdef" */
    const char *command; /* "repair", "undo", "access" */
    const char *started; /* "2026-11-22T16:04:11Z" */
    enum journal_state state;
    size_t edit_count;
};

/* Write a new run: its directory (0700, made exclusively, as are the missing ones above it), every
 * image (0600), the manifest, and "prepared"; flushed. 0 and RUN, or the error: then nothing of it
 * is left. ERR_REFUSED when some component of the base is no real directory of root's, or others
 * may write there. */
int journal_prepare(struct arena *a, const struct journal_place *place, const struct edit_list *edits,
                    const char *command, int64_t started, const char **run, struct err *e);
/* Is there a run already that journal_prepare would make of these? */
bool journal_is_taken(struct arena *a, const struct journal_place *place,
                      const struct edit_list *edits, const char *command, int64_t started);
/* Has the run of that name got as far as being prepared (or may it have: it cannot be told)? */
bool journal_is_there(struct arena *a, const struct journal_place *place, const char *run);
/* Change the state of a run; flushed. */
int journal_set_state(struct arena *a, const struct journal_place *place, const char *run,
                      enum journal_state state, struct err *e);
/* Remove a run whole (undo --forget). */
int journal_forget(struct arena *a, const struct journal_place *place, const char *run,
                   struct err *e);

typedef VEC(struct journal_run) journal_runs;
/* All runs, oldest first. Directories that are no runs are skipped; a run that does not hold
 * together is an error with its name. No journal at all is an empty list. */
int journal_list(struct arena *a, const struct journal_place *place, journal_runs *out,
                 struct err *e);
/* One run: what it changed, checked as edit_list_parse says, and the manifest against RUN. */
int journal_read(struct arena *a, const struct journal_place *place, const char *run,
                 struct journal_run *about, struct edit_list *edits, struct err *e);

#endif
