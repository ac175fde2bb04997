/* The worker that plans: repair or undo in the overlay, and the document that shows it. */
#include "batch/mend.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/strbuf.h"
#include "batch/edit_document.h"
#include "batch/mend_places.h"
#include "batch/why.h"
#include "repair/edit_list.h"
#include "repair/hibernation.h"
#include "repair/undo.h"
#include "report/report.h"

struct planning {
    struct arena *arena;
    const struct worker_request *request;
    const struct mending_request *mending;
    struct tree *tree;
    struct repair_input input;
    struct mend_places places;
    struct json *document;
    const struct journal_run *about; /* of an undo */
};

/* --- the document ----------------------------------------------------------------------------- */

/* A way that was shown before is shown after, too: a password that was the only way in is no more
 * expected once it is open. */
static bool is_shown(const struct planning *p, const struct plan *plan, const struct walk *w)
{
    const struct walk *was = login_same_walk(plan->before->subjects, w);
    return why_is_asked(&p->request->question, w) ||
           (was && why_is_asked(&p->request->question, was));
}

static struct json *whys(struct planning *p, const struct plan *plan, const struct judgement *j,
                         const struct report_input *input)
{
    struct json *list = json_new_array(p->arena);
    vec_each (walk, &j->subjects->walks)
        if (is_shown(p, plan, walk))
            json_append(p->arena, list,
                        why_document(p->arena, p->request->rules, j->document, j->subjects, walk,
                                     input));
    return list;
}

static struct json *left_json(struct planning *p, const struct plan *plan)
{
    struct arena *a = p->arena;
    struct json *list = json_new_array(a);
    vec_each (left, &plan->left) {
        struct json *o = json_new_object(a);
        json_set_string(a, o, "rule", left->rule);
        json_set_string(a, o, "user", left->user);
        json_set_string(a, o, "reason", left->reason);
        json_set_string(a, o, "command", left->command);
        report_place(a, o, &left->at);
        json_append(a, list, o);
    }
    return list;
}

const char *mending_schema(const struct mending_request *m)
{
    static const char *const names[] = {
        [MENDING_REPAIR] = "diskmend.repair/1", [MENDING_ACCESS] = "diskmend.repair/1",
        [MENDING_UNDO] = "diskmend.undo/1",     [MENDING_RUNS] = "diskmend.runs/1",
        [MENDING_COMMIT] = "diskmend.commit/1", [MENDING_CONTINUE] = "diskmend.commit/1",
        [MENDING_FORGET] = "diskmend.commit/1"};
    return names[m->kind];
}

static struct json *jobs_json(struct arena *a, const struct access_request *access)
{
    struct json *jobs = json_new_array(a);
    name_list names = access_jobs(a, access);
    vec_each (name, &names)
        json_append(a, jobs, json_new_string(a, *name));
    return jobs;
}

struct json *mending_document(struct arena *a, const struct worker_request *request,
                              const struct report_input *input)
{
    const struct mending_request *m = request->mending;
    struct json *d = report_document(a, mending_schema(m), input);
    if (m->kind == MENDING_RUNS) {
        json_set(a, d, "runs", json_new_array(a));
        return d;
    }
    if (mending_writes(m))
        return d;
    struct json *users = json_new_array(a);
    for (size_t i = 0; i < request->question.user_count; i++)
        json_append(a, users, json_new_string(a, request->question.users[i]));
    json_set(a, d, "users", users);
    if (m->kind == MENDING_UNDO)
        json_set_string(a, d, "undoes", m->run);
    if (m->kind == MENDING_ACCESS)
        json_set(a, d, "jobs", jobs_json(a, m->access));
    json_set(a, d, "plan", json_new_array(a));
    json_set(a, d, "left", json_new_array(a));
    json_set_bool(a, d, "written", false);
    json_set_string(a, d, "run", NULL);
    json_set_string(a, d, "result", input->status == REPORT_FAILED ? "failed" : "planned");
    json_set(a, d, "remarks", json_new_array(a));
    json_set(a, d, "before", json_new_array(a));
    json_set(a, d, "after", json_new_array(a));
    return d;
}

static bool is_named(const struct planning *p, const char *user)
{
    const struct login_question *q = &p->request->question;
    for (size_t i = 0; i < q->user_count; i++)
        if (strcmp(q->users[i], user) == 0)
            return true;
    return q->user_count == 0; /* then everybody stands under "after" */
}

static bool could_log_in(const struct judgement *j, const struct walk *w)
{
    const struct walk *other = login_same_walk(j->people, w);
    return other && walk_admission(other) == GATE_OPEN;
}

/* A lock that was everybody's is taken from everybody: who else it hits is said. */
static void remark_others(struct planning *p, const struct judgement *had,
                          const struct judgement *has, const char *what, struct json *remarks)
{
    struct arena *a = p->arena;
    vec_each (w, &has->people->walks)
        if (!is_named(p, w->subject.user) && walk_admission(w) == GATE_OPEN &&
            !could_log_in(had, w))
            json_append(a, remarks,
                        json_new_string(a, arena_printf(a, "%s %s (%s)", w->subject.user, what,
                                                        login_method_name(w->subject.method))));
}

/* The same lock, in the way of a key too? */
static bool stops_keys_too(const struct login_answer *answer, const char *user,
                           const struct reason *r)
{
    vec_each (w, &answer->walks) {
        const struct gate_answer *gate = &w->gates[r->gate];
        if (w->subject.method != METHOD_PUBLICKEY || strcmp(w->subject.user, user) != 0)
            continue;
        for (size_t i = 0; i < gate->reason_count; i++)
            if (strcmp(gate->reasons[i].id, r->id) == 0 && gate->reasons[i].state == GATE_SHUT)
                return true;
    }
    return false;
}

/* The lock that kept W's method alone from getting in; NULL: there was none. */
static const char *own_lock(const struct login_answer *answer, const struct walk *w)
{
    for (int g = GATE_AUTH; w && g < GATE_SUDO; g++)
        for (size_t i = 0; i < w->gates[g].reason_count; i++) {
            const struct reason *r = &w->gates[g].reasons[i];
            if (r->state == GATE_SHUT && !r->everybody &&
                !stops_keys_too(answer, w->subject.user, r))
                return r->id;
        }
    return NULL;
}

/* Who was named gets in by a way that was not asked about, and that was shut by a lock of its own.
 */
static void remark_new_ways(struct planning *p, const struct plan *plan, struct json *remarks)
{
    struct arena *a = p->arena;
    const struct login_answer *had = plan->before->subjects;
    vec_each (w, &plan->after->subjects->walks) {
        const struct walk *was = login_same_walk(had, w);
        const char *lock = own_lock(had, was);
        if (!lock || is_shown(p, plan, w) || walk_admission(w) != GATE_OPEN)
            continue;
        const char *text =
            arena_printf(a, "%s gets in by %s now, too (%s no longer stops it)", w->subject.user,
                         login_method_name(w->subject.method), lock);
        json_append(a, remarks, json_new_string(a, text));
    }
}

static void fill_document(struct planning *p, const struct plan *plan,
                          const struct report_input *input)
{
    struct arena *a = p->arena;
    size_t count;
    const struct overlay_edit *edits = overlay_edits(p->tree, &count);
    struct json *remarks = json_new_array(a);
    vec_each (note, &plan->notes)
        json_append(a, remarks, json_new_string(a, *note));
    remark_new_ways(p, plan, remarks);
    remark_others(p, plan->before, plan->after, "gets in, too", remarks);
    remark_others(p, plan->after, plan->before, "no longer gets in", remarks);
    json_replace(a, p->document, "plan", edit_document(a, edits, count, plan));
    json_replace(a, p->document, "left", left_json(p, plan));
    json_replace(a, p->document, "remarks", remarks);
    json_replace(a, p->document, "before", whys(p, plan, plan->before, input));
    json_replace(a, p->document, "after", whys(p, plan, plan->after, input));
    if (p->about)
        json_replace(a, p->document, "undoes", json_new_string(a, p->about->run));
}

static struct json *runs_json(struct arena *a, const journal_runs *runs)
{
    struct json *list = json_new_array(a);
    vec_each (run, runs) {
        struct json *o = json_new_object(a);
        json_set_string(a, o, "run", run->run);
        json_set_string(a, o, "command", run->command);
        json_set_string(a, o, "started", run->started);
        json_set_string(a, o, "state", journal_state_name(run->state));
        json_set_number(a, o, "changes", (double)run->edit_count);
        json_append(a, list, o);
    }
    return list;
}

/* --- what is planned -------------------------------------------------------------------------- */

/* While a run is half done, nobody knows what the disk is. */
static int refuse_prepared(struct planning *p, struct err *e)
{
    const struct journal_run *open = mend_prepared(p->arena, &p->places);
    if (!open)
        return 0;
    const char *target = p->mending->options.target;
    /* To take back what takes back would do the old run again. */
    if (strcmp(open->command, "undo") == 0)
        return err_set(e, ERR_REFUSED,
                       "the run %s on it, which takes another back, was begun and not finished: "
                       "first \"diskmend repair %s --continue %s\"",
                       open->run, target, open->run);
    return err_set(e, ERR_REFUSED,
                   "the run %s on it was begun and not finished: first \"diskmend undo %s %s\" or "
                   "\"diskmend repair %s --continue %s\"",
                   open->run, target, open->run, target, open->run);
}

/* The run named, or the latest that was finished. */
static const char *run_to_undo(struct planning *p, struct err *e)
{
    if (p->mending->run)
        return p->mending->run;
    const struct journal_place *place = mend_authority(&p->places);
    const struct journal_run *latest = mend_newest(p->arena, place, JOURNAL_PREPARED, e);
    if (!latest && e->code == ERR_NONE)
        latest = mend_latest_undoable(p->arena, place, e);
    if (!latest && e->code == ERR_NONE)
        err_set(e, ERR_NOT_FOUND, "there is no run on it that could be undone");
    return latest ? latest->run : NULL;
}

static int undo_job(void *context, struct plan *plan, struct err *e)
{
    struct planning *p = context;
    struct edit_list edits = {0};
    struct journal_run *about = arena_new_struct(p->arena, struct journal_run);
    size_t changed;
    (void)plan;
    const char *run = run_to_undo(p, e);
    if (!run || journal_read(p->arena, mend_authority(&p->places), run, about, &edits, e) != 0)
        return e->code;
    p->about = about;
    if (about->state == JOURNAL_UNDONE || about->state == JOURNAL_ROLLED_BACK)
        return err_set(e, ERR_REFUSED, "the run %s is %s already", run,
                       journal_state_name(about->state));
    struct undo_request undo = {.arena = p->arena,
                                .tree = p->tree,
                                .about = about,
                                .edits = &edits,
                                .force = p->mending->force};
    return undo_plan(&undo, &changed, e);
}

static struct plan *make_plan(struct planning *p, struct err *e)
{
    /* With every filesystem in the tree: who writes mounts only what it writes to. */
    if (!p->mending->dry_run && hibernation_check(p->arena, p->tree, e) != 0)
        return NULL;
    if (p->mending->kind == MENDING_UNDO)
        return plan_of_job(&p->input, "undo", undo_job, p, e);
    if (refuse_prepared(p, e) != 0)
        return NULL;
    if (p->mending->kind == MENDING_REPAIR)
        return plan_make(&p->input, e);
    struct access_request access = *p->mending->access;
    access.journal = mend_authority(&p->places);
    struct plan *plan = access_plan(&p->input, &access, e);
    access_wipe(p->mending->access);
    return plan;
}

/* --- what the committing worker needs --------------------------------------------------------- */

/* Is something below DIRECTORY written: an edit, or the journal? What is not is not even mounted.
 */
static bool is_written_below(const struct planning *p, const struct overlay_edit *edits,
                             size_t count, const char *directory)
{
    if (!p->mending->no_guest_journal && path_is_below(JOURNAL_DIRECTORY, directory))
        return true;
    for (size_t i = 0; i < count; i++)
        if (path_is_below(edits[i].path, directory))
            return true;
    return false;
}

static int by_length(const void *x, const void *y)
{
    size_t a = strlen((*(const struct filesystem_fact *const *)x)->mounted_on);
    size_t b = strlen((*(const struct filesystem_fact *const *)y)->mounted_on);
    return (a > b) - (a < b);
}

/* What has to be mounted, upper directories first. */
static struct json *mounts_json(struct planning *p, const struct facts *f,
                                const struct overlay_edit *edits, size_t count)
{
    struct arena *a = p->arena;
    struct json *mounts = json_new_array(a);
    VEC(const struct filesystem_fact *) needed = {0};
    vec_each (fs, &f->filesystems)
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") != 0 &&
            is_written_below(p, edits, count, fs->mounted_on))
            vec_push(a, &needed, fs);
    if (needed.count > 0)
        qsort(needed.items, needed.count, sizeof *needed.items, by_length);
    vec_each (fs, &needed) {
        struct json *o = json_new_object(a);
        json_set_string(a, o, "device", (*fs)->device);
        json_set_string(a, o, "subvolume", (*fs)->subvolume);
        json_set_string(a, o, "directory", edit_path_encode(a, (*fs)->mounted_on));
        json_append(a, mounts, o);
    }
    return mounts;
}

/* Line one: where the root is and what is mounted below it (as JSON); then the edits. */
static struct bytes pack(struct planning *p, const struct facts *f, const char *root)
{
    struct arena *a = p->arena;
    size_t count;
    const struct overlay_edit *edits = overlay_edits(p->tree, &count);
    struct json *head = json_new_object(a);
    json_set_string(a, head, "root", root);
    json_set(a, head, "mounts", mounts_json(p, f, edits, count));
    struct json *gaps = json_new_array(a);
    vec_each (gap, &p->tree->gaps)
        json_append(a, gaps, json_new_string(a, edit_path_encode(a, gap->directory)));
    json_set(a, head, "not_mounted", gaps);
    json_set_string(a, head, "undoes", p->about ? p->about->run : NULL);
    struct strbuf out;
    strbuf_init(&out, a);
    strbuf_add(&out, json_print(a, head, false));
    json_free(head);
    strbuf_add(&out, "\n");
    if (count > 0)
        strbuf_add_bytes(&out, edit_list_pack(a, edits, count));
    /* A run of which nothing is left on the disk still has to be closed. */
    return count > 0 || p->about ? strbuf_bytes(&out) : (struct bytes){0};
}

/* --- the job ---------------------------------------------------------------------------------- */

static struct json *list_runs(struct planning *p, const struct report_input *input, struct err *e)
{
    journal_runs runs = {0};
    if (journal_list(p->arena, mend_authority(&p->places), &runs, e) != 0)
        return NULL;
    struct json *d = mending_document(p->arena, p->request, input);
    json_replace(p->arena, d, "runs", runs_json(p->arena, &runs));
    return d;
}

struct json *mend_plan(struct arena *a, const struct worker_request *request,
                       const struct judge_target *target, struct tree *tree,
                       judge_progress *progress, void *context, struct bytes *edits, struct err *e)
{
    struct planning p = {.arena = a, .request = request, .mending = request->mending, .tree = tree};
    struct judge_notes notes = {0};
    if (mend_complete_tree(a, request, tree, e) != 0 ||
        mend_places(a, p.mending, tree, &p.places, e) != 0)
        return NULL;
    judge_opened_notes(a, target, &notes);
    struct report_input input = judge_report_input(request, target, &notes);
    if (p.mending->kind == MENDING_RUNS)
        return list_runs(&p, &input, e);
    struct lens_session *lenses = lens_open(a, request->lens_directory, e);
    if (!lenses)
        return NULL;
    progress(context, "planning");
    p.input = (struct repair_input){.arena = a,
                                    .tree = tree,
                                    .lenses = lenses,
                                    .template_directory = request->template_directory,
                                    .keywords = request->keywords,
                                    .rules = request->rules,
                                    .question = &request->question,
                                    .options = &p.mending->options};
    struct plan *plan = make_plan(&p, e);
    if (plan) {
        vec_each (note, &plan->after->facts->notes)
            vec_push(a, &notes.texts, *note);
        input = judge_report_input(request, target, &notes);
        input.os = json_member(plan->after->document, "os");
        input.status = plan->after->facts->gaps.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE;
        p.document = mending_document(a, request, &input);
        fill_document(&p, plan, &input);
        *edits = pack(&p, plan->after->facts, target->root->device);
        plan_free(plan);
    }
    lens_close(lenses);
    return p.document;
}
