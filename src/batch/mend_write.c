/* The worker that writes: edits from the planning worker, or a prepared run, onto a disk that is
 * open for writing. */
#include "batch/mend.h"

#include <string.h>

#include "batch/mend_places.h"
#include "repair/commit.h"
#include "repair/leftovers.h"

struct writing {
    struct arena *arena;
    const struct mending_request *mending;
    struct tree *tree;
    struct mend_places places;
    struct edit_list edits;
    const char *undoes; /* the run this one takes back */
    const char *run;
};

bool mending_writes(const struct mending_request *m)
{
    return m->kind >= MENDING_COMMIT;
}

/* --- the document ----------------------------------------------------------------------------- */

static const char *const result_names[] = {"done", "refused", "rolled-back", "broken"};

static struct json *document_of(struct writing *w, enum commit_result result, const struct err *e)
{
    struct arena *a = w->arena;
    struct json *d = json_new_object(a);
    json_set_string(a, d, "schema", "diskmend.commit/1");
    json_set_string(a, d, "result", result_names[result]);
    json_set_string(a, d, "run", w->run);
    if (result != COMMIT_DONE) {
        struct json *error = json_new_object(a);
        json_set_string(a, error, "path", e->path);
        json_set_string(a, error, "message", e->text);
        json_set(a, d, "error", error);
    }
    return d;
}

void mend_not_finished(struct arena *a, struct json *document, const struct err *e)
{
    struct json *error = json_new_object(a);
    json_set_string(a, error, "path", e->path);
    json_set_string(a, error, "message", e->text);
    json_replace(a, document, "result", json_new_string(a, "broken"));
    json_replace(a, document, "error", error);
}

/* --- getting ready ---------------------------------------------------------------------------- */

static int mount_one(struct writing *w, const struct json *mount, struct err *e)
{
    const char *device = json_member_string(mount, "device");
    const char *subvolume = json_member_string(mount, "subvolume");
    const char *text = json_member_string(mount, "directory");
    const char *directory = text ? edit_path_decode(w->arena, text) : NULL;
    if (!device || !directory || !edit_path_is_canonical(directory))
        return err_set(e, ERR_INTERNAL, "the plan names no filesystem");
    struct filesystems_answer disks = tree_filesystems(w->tree);
    for (size_t i = 0; i < disks.count; i++) {
        const struct filesystem *fs = &disks.items[i];
        bool same = strcmp(fs->device, device) == 0 &&
                    strcmp(fs->subvolume ? fs->subvolume : "", subvolume ? subvolume : "") == 0;
        if (!same)
            continue;
        if (fs->mounted_on && strcmp(fs->mounted_on, directory) == 0)
            return 0;
        int code = tree_mount(w->tree, i, directory, e);
        return code == ERR_UNSUPPORTED ? 0 : code;
    }
    return err_set(e, ERR_NOT_FOUND, "%s was there when the repair was planned and is gone", device);
}

/* The first line of a plan; HEAD is its length. The caller owns it. */
static struct json *plan_head(const struct mending_request *m, size_t *head, struct err *e)
{
    struct bytes all = m->edits;
    const char *newline = all.len ? memchr(all.ptr, '\n', all.len) : NULL;
    if (!newline) {
        err_set(e, ERR_INTERNAL, "the plan does not come through");
        return NULL;
    }
    *head = (size_t)(newline - all.ptr);
    return json_parse(bytes_cut(all, 0, *head), "plan", e);
}

struct mending_devices mending_devices(struct arena *a, const struct mending_request *m)
{
    size_t head;
    struct err ignored = {0}; /* it is said when the plan is to be written */
    struct mending_devices out = {0};
    VEC(const char *) others = {0};
    CLEANUP_JSON struct json *json =
        m->kind == MENDING_COMMIT ? plan_head(m, &head, &ignored) : NULL;
    const char *root = json_member_string(json, "root");
    if (!root)
        return out;
    const struct json *mounts = json_member(json, "mounts");
    for (const struct json *mount = json_first(mounts); mount; mount = json_next(mount)) {
        const char *device = json_member_string(mount, "device");
        if (device)
            vec_push(a, &others, arena_strdup(a, device));
    }
    vec_push(a, &others, NULL);
    out.root = arena_strdup(a, root);
    out.others = others.items;
    return out;
}

/* Nothing is written below a directory whose filesystem is not in the tree, the journal included. */
static void mark_not_mounted(struct writing *w, const struct json *directories)
{
    for (const struct json *d = json_first(directories); d; d = json_next(d)) {
        const char *directory = json_string(d) ? edit_path_decode(w->arena, json_string(d)) : NULL;
        if (directory)
            tree_mark_not_mounted(w->tree, directory,
                                  "its filesystem is not mounted in what was given");
    }
}

static int unpack(struct writing *w, struct err *e)
{
    size_t head;
    CLEANUP_JSON struct json *json = plan_head(w->mending, &head, e);
    if (!json)
        return e->code;
    const char *undoes = json_member_string(json, "undoes");
    w->undoes = undoes ? arena_strdup(w->arena, undoes) : NULL;
    const struct json *mounts = json_member(json, "mounts");
    for (const struct json *m = json_first(mounts); m; m = json_next(m)) {
        int code = mount_one(w, m, e);
        if (code != 0)
            return code;
    }
    mark_not_mounted(w, json_member(json, "not_mounted"));
    struct bytes all = w->mending->edits;
    if (head + 1 == all.len)
        return 0;
    return edit_list_unpack(w->arena, bytes_cut(all, head + 1, all.len), &w->edits, e);
}

static bool is_interrupted(void *context)
{
    const struct mending_request *m = context;
    return m->interrupted && *m->interrupted != 0;
}

static struct commit_request request_of(struct writing *w)
{
    const struct mending_request *m = w->mending;
    return (struct commit_request){
        .arena = w->arena,
        .tree = w->tree,
        .edits = &w->edits,
        .command = m->access && m->access->reset_ssh ? ACCESS_RESET_COMMAND : m->command,
        .started = m->started,
        .guest_journal = w->places.has_guest ? &w->places.guest : NULL,
        .backup_journal = w->places.has_backup ? &w->places.backup : NULL,
        .is_interrupted = is_interrupted,
        .context = (void *)(uintptr_t)m,
    };
}

/* --- the jobs --------------------------------------------------------------------------------- */

/* What the run that is taken back left under temporary names when it was cut off. */
static void clear_leftovers(struct writing *w)
{
    struct journal_run about;
    struct edit_list edits = {0};
    struct err ignored = {0};
    if (journal_read(w->arena, mend_authority(&w->places), w->undoes, &about, &edits, &ignored) == 0)
        leftovers_clear_edits(w->arena, w->tree, &edits);
}

/* The run that is taken back is said to be, wherever it is still told of: one of the two copies may
 * be gone, and rightly. 0 when one could be told. */
static int close_undone(struct writing *w, struct err *e)
{
    struct err other = {0};
    int guest = ERR_NOT_FOUND, backup = ERR_NOT_FOUND;
    clear_leftovers(w);
    if (w->places.has_guest)
        guest = journal_set_state(w->arena, &w->places.guest, w->undoes, JOURNAL_UNDONE, e);
    if (w->places.has_backup)
        backup = journal_set_state(w->arena, &w->places.backup, w->undoes, JOURNAL_UNDONE,
                                   guest == 0 ? &other : e);
    return guest == 0 || backup == 0 ? 0 : guest;
}

static enum commit_result commit(struct writing *w, struct err *e)
{
    if (unpack(w, e) != 0)
        return COMMIT_REFUSED;
    if (w->edits.edits.count == 0 && w->undoes) { /* nothing of it is left on the disk */
        w->run = w->undoes;
        return close_undone(w, e) == 0 ? COMMIT_DONE : COMMIT_REFUSED;
    }
    struct commit_request request = request_of(w);
    enum commit_result result = commit_run(&request, &w->run, e);
    struct err ignored = {0};
    if (result == COMMIT_DONE && w->undoes)
        close_undone(w, &ignored);
    return result;
}

/* Of a run that is half done the journal is the only way on and the only way back. */
static int may_be_forgotten(struct writing *w, const struct journal_place *place, struct err *e)
{
    struct journal_run about;
    struct edit_list edits = {0};
    struct err damaged = {0};
    if (w->mending->force ||
        journal_read(w->arena, place, w->run, &about, &edits, &damaged) != 0 ||
        about.state != JOURNAL_PREPARED)
        return 0;
    return err_set(e, ERR_REFUSED,
                   "the run %s was begun and not finished, and without its journal nobody can "
                   "finish it or take it back: undo it first, or say --force",
                   w->run);
}

static enum commit_result forget(struct writing *w, struct err *e)
{
    const struct journal_place *both[] = {w->places.has_guest ? &w->places.guest : NULL,
                                          w->places.has_backup ? &w->places.backup : NULL};
    size_t forgotten = 0;
    w->run = w->mending->run;
    for (size_t i = 0; i < 2; i++)
        if (both[i] && may_be_forgotten(w, both[i], e) != 0)
            return COMMIT_REFUSED;
    for (size_t i = 0; i < 2; i++) {
        struct err own = {0};
        int code = both[i] ? journal_forget(w->arena, both[i], w->run, &own) : ERR_NOT_FOUND;
        forgotten += code == 0;
        if (both[i] && code != 0 && (code != ERR_NOT_FOUND || e->code == ERR_NONE))
            *e = own;
    }
    return forgotten > 0 && (e->code == ERR_NONE || e->code == ERR_NOT_FOUND) ? COMMIT_DONE
                                                                              : COMMIT_REFUSED;
}

static enum commit_result go_on(struct writing *w, struct err *e)
{
    struct journal_run about;
    w->run = w->mending->run;
    if (journal_read(w->arena, mend_authority(&w->places), w->run, &about, &w->edits, e) != 0)
        return COMMIT_REFUSED;
    if (about.state != JOURNAL_PREPARED) {
        err_set(e, ERR_REFUSED, "the run %s is %s: there is nothing to go on with", w->run,
                journal_state_name(about.state));
        return COMMIT_REFUSED;
    }
    struct commit_request request = request_of(w);
    return commit_continue(&request, w->run, e);
}

struct json *mend_write(struct arena *a, const struct worker_request *request, struct tree *tree)
{
    struct writing w = {.arena = a, .mending = request->mending, .tree = tree};
    struct err e = {0};
    enum commit_result result = COMMIT_REFUSED;
    bool is_plan = w.mending->kind == MENDING_COMMIT; /* it says itself what to mount */
    if ((!is_plan && mend_complete_tree(a, request, tree, &e) != 0) ||
        mend_places(a, w.mending, tree, &w.places, &e) != 0)
        return document_of(&w, result, &e);
    switch (w.mending->kind) {
    case MENDING_COMMIT:
        result = commit(&w, &e);
        break;
    case MENDING_CONTINUE:
        result = go_on(&w, &e);
        break;
    case MENDING_FORGET:
        result = forget(&w, &e);
        break;
    default:
        err_set(&e, ERR_INTERNAL, "a job that does not write");
    }
    return document_of(&w, result, &e);
}

/* --- after a death ---------------------------------------------------------------------------- */

static void set_result(struct arena *a, struct json *document, enum commit_result result,
                       const char *message)
{
    struct json *error = json_new_object(a);
    json_set_string(a, error, "path", "");
    json_set_string(a, error, "message", message);
    json_replace(a, document, "result", json_new_string(a, result_names[result]));
    json_replace(a, document, "error", error);
}

/* The journal of the run, wherever it got as far as being one. */
static int read_run(struct writing *w, struct journal_run *about, struct err *e)
{
    const struct journal_place *both[] = {w->places.has_backup ? &w->places.backup : NULL,
                                          w->places.has_guest ? &w->places.guest : NULL};
    int code = ERR_NOT_FOUND;
    for (size_t i = 0; i < 2 && code != 0; i++)
        if (both[i])
            code = journal_read(w->arena, both[i], w->run, about, &w->edits, e);
    return code;
}

/* Its state is the last that is written of a journal. */
static bool was_prepared(const struct writing *w)
{
    const struct journal_place *both[] = {w->places.has_backup ? &w->places.backup : NULL,
                                          w->places.has_guest ? &w->places.guest : NULL};
    for (size_t i = 0; i < 2; i++)
        if (both[i] && journal_is_there(w->arena, both[i], w->run))
            return true;
    return false;
}

void mend_take_back(struct arena *a, const struct worker_request *request, struct tree *tree,
                    struct json *document)
{
    struct writing w = {.arena = a, .mending = request->mending, .tree = tree};
    struct journal_run about;
    struct err e = {0};
    const char *run = json_member_string(document, "run");
    if (mend_complete_tree(a, request, tree, &e) != 0 ||
        mend_places(a, w.mending, tree, &w.places, &e) != 0)
        return;
    /* Where it died while the journal was written nobody has heard of the run; none was open before. */
    const struct journal_run *open = run ? NULL : mend_prepared(a, &w.places);
    w.run = run ? arena_strdup(a, run) : open ? open->run : NULL;
    if (w.run && !was_prepared(&w)) /* and so nothing was changed */
        set_result(a, document, COMMIT_ROLLED_BACK, "the appliance ended in the middle");
    if (!w.run || !was_prepared(&w) || read_run(&w, &about, &e) != 0)
        return;
    json_replace(a, document, "run", json_new_string(a, w.run));
    struct commit_request back = request_of(&w);
    back.is_interrupted = NULL;
    enum commit_result result = commit_roll_back(&back, w.run, about.state, &e);
    if (result == COMMIT_DONE || result == COMMIT_ROLLED_BACK)
        set_result(a, document, result, "the appliance ended in the middle");
}
