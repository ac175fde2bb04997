#include "batch/judge.h"

#include "batch/why.h"
#include "facts/facts.h"
#include "login/login.h"
#include "repair/journal.h"
#include "report/report.h"
#include "syntax/lens.h"

void judge_opened_notes(struct arena *a, const struct judge_target *target,
                        struct judge_notes *notes)
{
    size_t count;
    const char *const *opened = opened_notes(target->opened, &count);
    for (size_t i = 0; i < count; i++)
        vec_push(a, &notes->texts, opened[i]);
}

/* While a run is half done, what is judged is neither the old guest nor the mended one. */
static void note_prepared(struct arena *a, const struct worker_request *request, struct tree *tree,
                          struct judge_notes *notes)
{
    struct journal_place place = {tree, JOURNAL_DIRECTORY};
    journal_runs runs = {0};
    struct err e = {0};
    if (journal_list(a, &place, &runs, &e) != 0)
        vec_push(a, &notes->texts,
                 arena_printf(a, "the journal of diskmend on it cannot be used: %s%s%s", e.path,
                              *e.path ? ": " : "", e.text));
    const char *target = target_words(a, &request->target);
    vec_each (run, &runs)
        if (run->state == JOURNAL_PREPARED)
            vec_push(a, &notes->texts,
                     arena_printf(a,
                                  "the run %s of diskmend on it was begun and not finished: "
                                  "\"diskmend undo %s %s\" takes it back, \"diskmend repair %s "
                                  "--continue %s\" finishes it",
                                  run->run, target, run->run, target, run->run));
}

static void gather_notes(struct arena *a, const struct judge_target *target, const struct facts *f,
                         const struct login_answer *answer, struct judge_notes *notes)
{
    judge_opened_notes(a, target, notes);
    vec_each (note, &f->notes)
        vec_push(a, &notes->texts, *note);
    if (answer)
        vec_each (user, &answer->unknown_users)
            vec_push(a, &notes->texts,
                     arena_printf(a, "there is no account \"%s\" on this disk", *user));
}

/* Sources that could not be read stand in the report even when no rule needed them. */
static void add_gaps(struct arena *a, const struct facts *f, struct rule_results *results)
{
    vec_each (gap, &f->gaps) {
        bool said = false;
        vec_each (row, &results->not_checked)
            said = said || (row->at.file && gap->at.file && row->at.line == gap->at.line &&
                            bytes_equal_text(bytes_of(row->at.file), gap->at.file));
        if (!said)
            vec_push(a, &results->not_checked, ((struct not_checked){NULL, gap->reason, gap->at}));
    }
}

struct report_input judge_report_input(const struct worker_request *request,
                                       const struct judge_target *target,
                                       const struct judge_notes *notes)
{
    return (struct report_input){
        .target_name = request->target.name,
        .target_kind = target_kind_name(request->target.kind),
        .format = opened_format(target->opened),
        .engine = opened_engine(target->opened),
        .root = target->root->device,
        .notes = notes->texts.items,
        .note_count = notes->texts.count,
        .disks = request->target.disks,
        .disk_count = request->target.domain ? 0 : request->target.disk_count,
    };
}

static struct json *scan_document(struct arena *a, const struct worker_request *request,
                                  const struct judge_target *target, struct tree *tree,
                                  const struct facts *f, const struct json *facts_json,
                                  const struct login_answer *answer)
{
    struct rule_results *results = rules_evaluate(request->rules, facts_json, &request->selection);
    struct judge_notes notes = {0};
    note_prepared(a, request, tree, &notes);
    gather_notes(a, target, f, answer, &notes);
    add_gaps(a, f, results);
    struct report_input input = judge_report_input(request, target, &notes);
    input.os = json_member(facts_json, "os");
    input.status = results->not_checked.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE;
    input.findings = results->findings.items;
    input.finding_count = results->findings.count;
    input.not_checked = results->not_checked.items;
    input.not_checked_count = results->not_checked.count;
    input.walks = answer->walks.items;
    input.walk_count = answer->walks.count;
    return report_scan_document(a, &input);
}

/* One a subject. */
static void why_documents(struct arena *a, const struct worker_request *request,
                          const struct judge_target *target, struct tree *tree,
                          const struct facts *f, const struct json *facts_json,
                          const struct login_answer *answer, judge_document *done, void *context)
{
    struct rule_results gaps = {0};
    struct judge_notes notes = {0};
    note_prepared(a, request, tree, &notes);
    gather_notes(a, target, f, NULL, &notes); /* an unknown user is a lock here, not a note */
    add_gaps(a, f, &gaps);
    struct report_input input = judge_report_input(request, target, &notes);
    input.os = json_member(facts_json, "os");
    input.status = gaps.not_checked.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE;
    input.not_checked = gaps.not_checked.items;
    input.not_checked_count = gaps.not_checked.count;
    vec_each (walk, &answer->walks) {
        if (!why_is_asked(&request->question, walk))
            continue;
        struct arena *own = arena_new_like(a);
        struct json *one = why_document(own, request->rules, facts_json, answer, walk, &input);
        done(context, own, one);
        json_free(one);
        arena_free(own);
    }
}

static struct json *whole_facts(struct arena *a, const struct worker_request *request,
                                const struct judge_target *target, struct tree *tree,
                                const struct facts *f, struct json *facts_json,
                                const struct login_answer *answer)
{
    struct judge_notes notes = {0};
    note_prepared(a, request, tree, &notes);
    gather_notes(a, target, f, answer, &notes);
    struct report_input input = judge_report_input(request, target, &notes);
    input.status = f->gaps.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE;
    return report_facts_document(a, &input, facts_json);
}

int judge_root(struct arena *a, const struct worker_request *request,
               const struct judge_target *target, struct tree *tree, judge_progress *progress,
               judge_document *done, void *context, struct err *e)
{
    struct lens_session *lenses = lens_open(a, request->lens_directory, e);
    if (!lenses)
        return e->code;
    progress(context, "reading");
    struct facts *f = facts_gather(a, tree, lenses, request->keywords, request->question.at);
    progress(context, "judging");
    struct login_answer *answer = login_judge(f, &request->question);
    struct json *facts_json = facts_document(f);
    login_add_to_document(f, answer, facts_json);
    struct json *document = NULL;
    switch (request->job) {
    case JOB_SCAN:
        document = scan_document(a, request, target, tree, f, facts_json, answer);
        json_free(facts_json);
        break;
    case JOB_WHY:
        why_documents(a, request, target, tree, f, facts_json, answer, done, context);
        json_free(facts_json);
        break;
    case JOB_FACTS:
        document = whole_facts(a, request, target, tree, f, facts_json, answer);
        break;
    case JOB_MEND:   /* mend.h */
    case JOB_VERIFY: /* verify.h */
    case JOB_CHECK_DISK: /* disk_check.h */
        json_free(facts_json);
        err_set(e, ERR_INTERNAL, "a job that is not judged here");
        break;
    }
    if (document)
        done(context, a, document);
    json_free(document);
    lens_close(lenses);
    return e->code;
}
