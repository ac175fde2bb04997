#include "batch/mend_places.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/facts.h"
#include "guest/directory.h"

int mend_complete_tree(struct arena *a, const struct worker_request *request, struct tree *tree,
                       struct err *e)
{
    if (request->target.kind == TARGET_DIRECTORY)
        return 0; /* what is mounted there is the host's affair */
    struct lens_session *lenses = lens_open(a, request->lens_directory, e);
    if (!lenses)
        return e->code;
    struct facts *f = arena_new_struct(a, struct facts);
    f->arena = a;
    f->tree = tree;
    f->lenses = lenses;
    f->keywords = request->keywords;
    f->at = request->question.at;
    facts_read_mounts(f);
    lens_close(lenses);
    return 0;
}

static int open_backup(struct arena *a, const char *directory, struct tree **out, struct err *e)
{
    struct stat st;
    struct note_list notes = {.arena = a};
    if (stat(directory, &st) != 0)
        return err_set(e, ERR_NOT_FOUND, "--backup-dir %s: %s; make it with mode 0700", directory,
                       strerror(errno));
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return err_set(e, ERR_REFUSED,
                       "--backup-dir %s: must be a directory of yours with mode 0700: what is "
                       "kept there holds secrets of the guest",
                       directory);
    *out = directory_open_for_writing(a, directory, &notes, e);
    return *out ? 0 : e->code;
}

int mend_places(struct arena *a, const struct mending_request *m, struct tree *tree,
                struct mend_places *out, struct err *e)
{
    *out =
        (struct mend_places){.guest = {tree, JOURNAL_DIRECTORY}, .has_guest = !m->no_guest_journal};
    if (!m->backup_directory)
        return 0;
    out->has_backup = true;
    out->backup.base = "/";
    return open_backup(a, m->backup_directory, &out->backup.tree, e);
}

const struct journal_place *mend_authority(const struct mend_places *places)
{
    return places->has_backup ? &places->backup : &places->guest;
}

const struct journal_run *mend_newest(struct arena *a, const struct journal_place *place,
                                      enum journal_state state, struct err *e)
{
    journal_runs runs = {0};
    const struct journal_run *found = NULL;
    if (journal_list(a, place, &runs, e) != 0)
        return NULL;
    vec_each (run, &runs)
        if (run->state == state)
            found = run;
    return found;
}

const struct journal_run *mend_latest_undoable(struct arena *a, const struct journal_place *place,
                                               struct err *e)
{
    journal_runs runs = {0};
    const struct journal_run *found = NULL;
    if (journal_list(a, place, &runs, e) != 0)
        return NULL;
    vec_each (run, &runs)
        if (run->state == JOURNAL_COMMITTED && strcmp(run->command, "undo") != 0)
            found = run;
    return found;
}

const struct journal_run *mend_prepared(struct arena *a, const struct mend_places *places)
{
    const struct journal_place *both[] = {&places->guest,
                                          places->has_backup ? &places->backup : NULL};
    const struct journal_run *found = NULL;
    for (size_t i = 0; i < 2 && !found; i++) {
        struct err ignored = {0}; /* what is no journal cannot be gone on with, either */
        found = both[i] ? mend_newest(a, both[i], JOURNAL_PREPARED, &ignored) : NULL;
    }
    return found;
}
