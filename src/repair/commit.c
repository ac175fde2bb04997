#include "repair/commit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "guest/fault.h"
#include "repair/commit_parts.h"
#include "repair/hibernation.h"
#include "repair/leftovers.h"
#include "repair/trust.h"

/* What moves out of the way of something new, then new things, then what others refer to, then what
 * refers to them, then what goes, and what takes the place of that. */
enum step_kind { STEP_MOVE_AWAY, STEP_MAKE_DIRECTORY, STEP_MAKE, STEP_META, STEP_CONTENT, STEP_LINK,
                 STEP_MOVE, STEP_REMOVE, STEP_MOVE_INTO };

struct step {
    const struct overlay_edit *edit;
    enum step_kind kind;
    const struct node_state *from, *to; /* at the path of the edit; NULL: a move */
};

typedef VEC(struct step) steps;

struct commit {
    const struct commit_request *request;
    struct tree *tree;
    const struct tree_writing *writing;
    steps list;
    bool has_ground; /* some move makes or takes away what other steps stand on */
};

static bool is_move(const struct step *s)
{
    return !s->to;
}

static enum step_kind kind_of(const struct node_state *b, const struct node_state *a)
{
    if (!b->exists)
        return a->type == NODE_DIRECTORY ? STEP_MAKE_DIRECTORY
               : a->type == NODE_SYMLINK ? STEP_LINK
                                         : STEP_MAKE;
    if (!a->exists)
        return STEP_REMOVE;
    if (a->type != b->type || a->type == NODE_SYMLINK)
        return STEP_LINK;
    return a->has_content && !(b->has_content && bytes_equal(a->content, b->content))
               ? STEP_CONTENT
               : STEP_META;
}

static const struct overlay_edit *edit_of(const struct commit *c, const char *path)
{
    vec_each (edit, &c->request->edits->edits)
        if (strcmp(edit->path, path) == 0)
            return edit;
    return NULL;
}

/* The edit whose path a move goes to. */
static const struct overlay_edit *target_of(const struct commit *c, const struct overlay_edit *edit)
{
    return edit_of(c, edit->moved_to);
}

/* A move, what is made in its place and what makes way for it are steps of their own. */
static void add_steps(struct commit *c, const struct overlay_edit *edit)
{
    static const struct node_state absent;
    struct arena *a = c->request->arena;
    const struct node_state *from = edit->moved_to ? &absent : &edit->before;
    const struct node_state *to = edit->moved_from ? &absent : &edit->after;
    c->has_ground |= (edit->moved_to && to->exists) || (edit->moved_from && from->exists);
    if (edit->moved_to) {
        enum step_kind kind = edit->after.exists                  ? STEP_MOVE_AWAY
                              : target_of(c, edit)->before.exists ? STEP_MOVE_INTO
                                                                  : STEP_MOVE;
        vec_push(a, &c->list, ((struct step){edit, kind, NULL, NULL}));
    }
    if (from->exists || to->exists)
        vec_push(a, &c->list, ((struct step){edit, kind_of(from, to), from, to}));
}

/* Accounts refer to each other: group before passwd, and passwd last of all. */
static int account_rank(const char *path)
{
    static const char *const order[] = {"/etc/group", "/etc/gshadow", "/etc/shadow", "/etc/passwd"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (strcmp(order[i], path) == 0)
            return (int)i + 1;
    return 0;
}

static int by_order(const void *x, const void *y)
{
    const struct step *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int ranks = account_rank(a->edit->path) - account_rank(b->edit->path);
    if (ranks != 0)
        return ranks;
    int paths = strcmp(a->edit->path, b->edit->path);
    return a->kind == STEP_REMOVE ? -paths : paths;
}

/* --- what moves ------------------------------------------------------------------------------- */

/* Has the rename happened? Where something made way for it, the new name tells nothing, and where
 * something new was made the old one does not. */
static bool has_moved(struct commit *c, const struct overlay_edit *edit)
{
    bool is_into = target_of(c, edit)->before.exists;
    return is_into ? tree_lstat(c->tree, edit->path).presence == PRESENCE_ABSENT
                   : tree_lstat(c->tree, edit->moved_to).presence != PRESENCE_ABSENT;
}

/* Where a move decides what can be at PATH, and not what is seen there: below (or at) a place that
 * is made anew once its owner has moved away, nothing is done before that; below (or at) a place
 * that another thing has taken, all is done. */
enum decided { DECIDED_NOT, DECIDED_DONE, DECIDED_UNDONE };

static enum decided decided(struct commit *c, const char *path)
{
    for (; c->has_ground && path[1]; path = path_parent(c->request->arena, path)) {
        const struct overlay_edit *edit = edit_of(c, path);
        if (edit && edit->moved_to && edit->after.exists && !has_moved(c, edit))
            return DECIDED_UNDONE;
        if (edit && edit->moved_from && edit->before.exists &&
            has_moved(c, edit_of(c, edit->moved_from)))
            return DECIDED_DONE;
    }
    return DECIDED_NOT;
}

/* --- is it as it was? ------------------------------------------------------------------------- */

/* Below what is made where something else still stands: its fate is that of the place. */
static bool is_below_ground(struct commit *c, const struct overlay_edit *edit)
{
    return decided(c, path_parent(c->request->arena, edit->path)) != DECIDED_NOT;
}

static int check_unchanged(struct commit *c, const struct overlay_edit *edit, struct err *e)
{
    if (is_below_ground(c, edit))
        return 0;
    int code = commit_check_way(c->tree, edit->path, e);
    if (code != 0)
        return code;
    if (edit->moved_from && !edit->before.exists)
        return tree_lstat(c->tree, edit->path).presence == PRESENCE_ABSENT
                   ? 0
                   : err_set_at(e, ERR_REFUSED, edit->path, 0, 0, "is there by now");
    if (commit_is_state(c->tree, edit->path, &edit->before, e))
        return 0;
    return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                      "has changed since the repair was planned: nothing was written, plan again");
}

/* --- may it be changed? ----------------------------------------------------------------------- */

/* A rename gives the name a new file; the other names would keep the old one. */
static int check_links(struct commit *c, const struct step *s, struct err *e)
{
    struct stat_answer now = tree_lstat(c->tree, s->edit->path);
    if (s->kind == STEP_CONTENT && now.node.links > 1)
        return err_set_at(e, ERR_REFUSED, s->edit->path, 0, 0,
                          "has %u names (hard links); changing it under one would part them",
                          now.node.links);
    return 0;
}

static int check_writable(struct commit *c, const struct step *s, struct err *e)
{
    const char *path = s->edit->path;
    if (is_below_ground(c, s->edit))
        return 0;
    while (tree_lstat(c->tree, path).presence == PRESENCE_ABSENT && strcmp(path, "/") != 0)
        path = path_parent(c->request->arena, path);
    struct stat_answer there = tree_lstat(c->tree, path);
    if (there.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s", there.reason);
    return c->writing->check(c->tree, path, e);
}

static int check_all(struct commit *c, struct err *e)
{
    int code = hibernation_check(c->request->arena, c->tree, e);
    const struct edit_list *edits = c->request->edits;
    for (size_t i = 0; i < edits->edits.count && code == 0; i++)
        code = check_unchanged(c, &edits->edits.items[i], e);
    for (size_t i = 0; i < c->list.count && code == 0; i++) {
        code = check_links(c, &c->list.items[i], e);
        if (code == 0)
            code = check_writable(c, &c->list.items[i], e);
    }
    return code == 0 ? commit_check_room(c->request, e) : code;
}

/* --- doing and taking back -------------------------------------------------------------------- */

static int put_state(struct commit *c, const char *path, const struct node_state *from,
                     const struct node_state *to, struct err *e)
{
    const struct tree_writing *w = c->writing;
    if (!to->exists)
        return w->remove(c->tree, path, e);
    if (!from->exists)
        return w->make(c->tree, path, to, e);
    bool same_type = from->type == to->type;
    if (same_type && (to->type == NODE_DIRECTORY || to->type > NODE_SYMLINK))
        return w->set_meta(c->tree, path, to, e);
    bool same_bytes = same_type && to->type == NODE_FILE &&
                      (!to->has_content ||
                       (from->has_content && bytes_equal(from->content, to->content)));
    return same_bytes ? w->set_meta(c->tree, path, to, e) : w->replace(c->tree, path, to, e);
}

/* Rename, then what else of it changes; each half is left out where it is done already. */
static int do_move(struct commit *c, const struct overlay_edit *edit, bool back, struct err *e)
{
    const struct node_state *wanted = back ? &edit->before : &target_of(c, edit)->after;
    const char *from = back ? edit->moved_to : edit->path;
    const char *to = back ? edit->path : edit->moved_to;
    int code = 0;
    struct err ignored = {0};
    if (has_moved(c, edit) == back)
        code = c->writing->move(c->tree, from, to, e);
    if (code == 0 && !commit_is_state(c->tree, to, wanted, &ignored))
        code = c->writing->set_meta(c->tree, to, wanted, e);
    return code;
}

static int do_step(struct commit *c, const struct step *s, bool back, struct err *e)
{
    if (is_move(s))
        return do_move(c, s->edit, back, e);
    return back ? put_state(c, s->edit->path, s->to, s->from, e)
                : put_state(c, s->edit->path, s->from, s->to, e);
}

/* Whether the step is done already, by what is on the disk: after an interrupted run nobody knows. */
static bool is_done(struct commit *c, const struct step *s)
{
    const struct overlay_edit *edit = s->edit;
    struct err ignored = {0};
    if (is_move(s))
        return has_moved(c, edit) &&
               (edit->after.exists ||
                tree_lstat(c->tree, edit->path).presence == PRESENCE_ABSENT) &&
               commit_is_state(c->tree, edit->moved_to, &target_of(c, edit)->after, &ignored);
    enum decided known = decided(c, edit->path);
    return known == DECIDED_NOT ? commit_is_state(c->tree, edit->path, s->to, &ignored)
                                : known == DECIDED_DONE;
}

static bool is_undone(struct commit *c, const struct step *s)
{
    const struct overlay_edit *edit = s->edit;
    struct err ignored = {0};
    if (is_move(s))
        return !has_moved(c, edit) && commit_is_state(c->tree, edit->path, &edit->before, &ignored);
    enum decided known = decided(c, edit->path);
    return known == DECIDED_NOT ? commit_is_state(c->tree, edit->path, s->from, &ignored)
                                : known == DECIDED_UNDONE;
}

/* Cut off in the middle of the step? */
static bool is_half_done(struct commit *c, const struct step *s)
{
    const struct overlay_edit *edit = s->edit;
    if (!is_move(s))
        return !edit->moved_to && !edit->moved_from &&
               commit_is_between(c->tree, edit->path, &edit->before, &edit->after);
    return tree_lstat(c->tree, edit->path).presence == PRESENCE_ABSENT &&
           commit_is_between(c->tree, edit->moved_to, &edit->before, &target_of(c, edit)->after);
}

/* From the last to the first; a step that did not happen (or half of it) is put right all the same,
 * and one that cannot be does not keep the others from it. */
static int roll_back(struct commit *c, size_t count, struct err *e)
{
    int code = 0;
    for (size_t i = count; i > 0; i--) {
        struct err own = {0};
        if (is_undone(c, &c->list.items[i - 1]) ||
            do_step(c, &c->list.items[i - 1], true, &own) == 0 || code != 0)
            continue;
        code = own.code;
        *e = own;
    }
    return code == 0 ? c->writing->flush(c->tree, e) : code;
}

/* --- the journals ----------------------------------------------------------------------------- */

static const struct journal_place *const *places(const struct commit_request *r)
{
    const struct journal_place **list =
        arena_alloc_array(r->arena, 3, sizeof(const struct journal_place *));
    size_t n = 0;
    if (r->backup_journal)
        list[n++] = r->backup_journal;
    if (r->guest_journal)
        list[n++] = r->guest_journal;
    return list;
}

static int set_states(const struct commit_request *r, const char *run, enum journal_state state,
                      struct err *e)
{
    int code = 0;
    for (const struct journal_place *const *p = places(r); *p; p++) {
        struct err own = {0};
        int failed = journal_set_state(r->arena, *p, run, state, &own);
        if (failed && code == 0) {
            code = failed;
            *e = own;
        }
    }
    return code;
}

/* A moment at which no journal has a run of this very content yet. */
#define SECONDS_MAX 60

static int64_t free_moment(const struct commit_request *r)
{
    int64_t moment = r->started;
    for (bool taken = true; taken && moment < r->started + SECONDS_MAX; moment += taken) {
        taken = false;
        for (const struct journal_place *const *p = places(r); *p && !taken; p++)
            taken = journal_is_taken(r->arena, *p, r->edits, r->command, moment);
    }
    return moment;
}

static int prepare_journals(const struct commit_request *r, const char **run, struct err *e)
{
    int code = 0;
    const struct journal_place *done = NULL;
    int64_t moment = free_moment(r);
    for (const struct journal_place *const *p = places(r); *p && code == 0; p++) {
        code = journal_prepare(r->arena, *p, r->edits, r->command, moment, run, e);
        if (code != 0 && done) {
            struct err ignored = {0}; /* the first error is the one to tell */
            journal_forget(r->arena, done, *run, &ignored);
        }
        done = *p;
    }
    if (code == 0 && !done)
        code = err_set(e, ERR_REFUSED, "without a journal nothing is written: give --backup-dir");
    return code;
}

/* --- the run ---------------------------------------------------------------------------------- */

static int start(struct commit *c, const struct commit_request *r, struct err *e)
{
    *c = (struct commit){.request = r, .tree = r->tree, .writing = tree_writing(r->tree)};
    if (!c->writing)
        return err_set(e, ERR_INTERNAL, "this disk was not opened for writing");
    vec_each (edit, &r->edits->edits)
        add_steps(c, edit);
    if (c->list.count > 1)
        qsort(c->list.items, c->list.count, sizeof *c->list.items, by_order);
    return c->writing->lock ? c->writing->lock(c->tree, e) : 0;
}

/* Nothing new on top of a run that is half done, or of a journal that nobody can read. */
static int check_journals(const struct commit_request *r, struct err *e)
{
    if (strcmp(r->command, "undo") == 0)
        return 0;
    for (const struct journal_place *const *p = places(r); *p; p++) {
        journal_runs runs = {0};
        int code = journal_list(r->arena, *p, &runs, e);
        if (code != 0)
            return code;
        vec_each (run, &runs)
            if (run->state == JOURNAL_PREPARED)
                return err_set(e, ERR_REFUSED,
                               "the run %s was begun and not finished meanwhile: nothing was "
                               "written",
                               run->run);
    }
    return 0;
}

static enum commit_result take_back(struct commit *c, size_t count, const char *run, struct err *e)
{
    struct err back = {0};
    leftovers_clear_edits(c->request->arena, c->tree, c->request->edits);
    if (roll_back(c, count, &back) == 0 &&
        set_states(c->request, run, JOURNAL_ROLLED_BACK, &back) == 0)
        return COMMIT_ROLLED_BACK;
    err_context(e, "the way back failed, too (%s%s%s)", back.path, *back.path ? ": " : "",
                back.text);
    return COMMIT_BROKEN;
}

/* RESUMED: some steps may have been done already. */
static enum commit_result go(struct commit *c, const char *run, bool resumed, struct err *e)
{
    const struct commit_request *r = c->request;
    for (size_t i = 0; i < c->list.count; i++) {
        if (r->is_interrupted && r->is_interrupted(r->context)) {
            err_set(e, ERR_REFUSED, "interrupted");
            return take_back(c, i, run, e);
        }
        FAULT_POINT("step");
        if (resumed && is_done(c, &c->list.items[i]))
            continue;
        if (do_step(c, &c->list.items[i], false, e) != 0)
            return take_back(c, i + 1, run, e);
    }
    if (c->writing->flush(c->tree, e) != 0)
        return take_back(c, c->list.count, run, e);
    FAULT_POINT("applied");
    if (set_states(r, run, JOURNAL_COMMITTED, e) != 0)
        return take_back(c, c->list.count, run, e);
    return COMMIT_DONE;
}

enum commit_result commit_run(const struct commit_request *request, const char **run, struct err *e)
{
    struct commit c;
    *run = NULL;
    if (start(&c, request, e) != 0 || check_journals(request, e) != 0 || check_all(&c, e) != 0)
        return COMMIT_REFUSED;
    int code = prepare_journals(request, run, e);
    if (code != 0) /* of what wrote for us and died nobody knows how far it came */
        return code == ERR_APPLIANCE ? COMMIT_BROKEN : COMMIT_REFUSED;
    FAULT_POINT("prepared");
    return go(&c, *run, false, e);
}

enum commit_result commit_continue(const struct commit_request *request, const char *run,
                                   struct err *e)
{
    struct commit c;
    if (start(&c, request, e) != 0 || hibernation_check(request->arena, c.tree, e) != 0 ||
        trust_edits(request->edits, TRUST_FORWARD, e) != 0)
        return COMMIT_REFUSED;
    leftovers_clear_edits(request->arena, request->tree, request->edits);
    vec_each (step, &c.list) {
        bool stands = !is_below_ground(&c, step->edit);
        if (stands && (commit_check_way(c.tree, step->edit->path, e) != 0 ||
                       check_writable(&c, step, e) != 0))
            return COMMIT_REFUSED;
        if (is_done(&c, step) || is_undone(&c, step) || is_half_done(&c, step))
            continue;
        err_set_at(e, ERR_REFUSED, step->edit->path, 0, 0,
                   "is neither as it was before the run %s nor as that run wanted it", run);
        return COMMIT_REFUSED;
    }
    return go(&c, run, true, e);
}

static bool is_all_done(struct commit *c)
{
    vec_each (step, &c->list)
        if (!is_done(c, step))
            return false;
    return true;
}

enum commit_result commit_roll_back(const struct commit_request *request, const char *run,
                                    enum journal_state state, struct err *e)
{
    struct commit c;
    if (start(&c, request, e) != 0 || trust_edits(request->edits, TRUST_BACK, e) != 0)
        return COMMIT_BROKEN;
    leftovers_clear_edits(request->arena, request->tree, request->edits);
    if (state == JOURNAL_COMMITTED && is_all_done(&c))
        return COMMIT_DONE;
    return take_back(&c, c.list.count, run, e);
}
