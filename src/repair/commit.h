/* From a list of edits to a changed disk: checked against what was planned, journalled, applied one
 * by one, each wholly or not at all, and rolled back when something fails. Runs in the worker that
 * opened the disk for writing; never plans and never judges. */
#ifndef DISKMEND_REPAIR_COMMIT_H
#define DISKMEND_REPAIR_COMMIT_H

#include "repair/journal.h"

struct commit_request {
    struct arena *arena;
    struct tree *tree; /* the engine's own, opened for writing; no overlay */
    const struct edit_list *edits;
    const char *command; /* for the journal */
    int64_t started;
    const struct journal_place *guest_journal;  /* NULL: --no-guest-journal */
    const struct journal_place *backup_journal; /* NULL: no --backup-dir */
    bool (*is_interrupted)(void *context); /* asked between two edits; may be NULL */
    void *context;
};

enum commit_result {
    COMMIT_DONE,        /* all of it, read back */
    COMMIT_REFUSED,     /* nothing was changed */
    COMMIT_ROLLED_BACK, /* something failed, all is as it was */
    COMMIT_BROKEN       /* something failed, and so did the way back: the journal says "prepared" (or,
                         * where the appliance died while it was written, may say so) */
};

/* RUN is set as soon as a journal is there. E says what failed (and for COMMIT_BROKEN, also what
 * failed on the way back). */
enum commit_result commit_run(const struct commit_request *request, const char **run,
                              struct err *e);

/* Go on with a prepared run: each path is as it was before or as it shall be, else it is refused. */
enum commit_result commit_continue(const struct commit_request *request, const char *run,
                                   struct err *e);

/* Take back a run that was cut off, as its journal (in REQUEST's edits) tells it; STATE is what that
 * says. DONE when the run had come to its end after all, ROLLED_BACK, or BROKEN. */
enum commit_result commit_roll_back(const struct commit_request *request, const char *run,
                                    enum journal_state state, struct err *e);

/* Is what stands at the edit's path the state S (content by bytes or hash where S has one)? */
bool commit_is_state(struct tree *t, const char *path, const struct node_state *s, struct err *e);
/* Is it what a change of owner, mode and attributes from BEFORE to AFTER leaves when it is cut off
 * in the middle? */
bool commit_is_between(struct tree *t, const char *path, const struct node_state *before,
                       const struct node_state *after);
/* 0 when no link is on the way to PATH (a directory that is not there is none). */
int commit_check_way(struct tree *t, const char *path, struct err *e);

#endif
