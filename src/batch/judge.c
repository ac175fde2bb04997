#include "batch/judge.h"

#include "facts/facts.h"
#include "login/login.h"
#include "report/report.h"
#include "syntax/lens.h"

typedef VEC(const char *) texts;

static void gather_notes(struct arena *a, const struct judge_target *target, const struct facts *f,
                         const struct login_answer *answer, texts *notes)
{
    size_t count;
    const char *const *opened = opened_notes(target->opened, &count);
    for (size_t i = 0; i < count; i++)
        vec_push(a, notes, opened[i]);
    vec_each (note, &f->notes)
        vec_push(a, notes, *note);
    if (answer)
        vec_each (user, &answer->unknown_users)
            vec_push(a, notes, arena_printf(a, "there is no account \"%s\" on this disk", *user));
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

static struct json *scan_document(struct arena *a, const struct worker_request *request,
                                  const struct judge_target *target, const struct facts *f,
                                  const struct json *facts_json, const struct login_answer *answer)
{
    struct rule_results *results = rules_evaluate(request->rules, facts_json, &request->selection);
    texts notes = {0};
    gather_notes(a, target, f, answer, &notes);
    add_gaps(a, f, results);
    struct report_input input = {
        .target_name = request->target.name,
        .target_kind = target_kind_name(request->target.kind),
        .format = opened_format(target->opened),
        .engine = opened_engine(target->opened),
        .root = target->root->device,
        .os = json_member(facts_json, "os"),
        .status = results->not_checked.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE,
        .notes = notes.items,
        .note_count = notes.count,
        .findings = results->findings.items,
        .finding_count = results->findings.count,
        .not_checked = results->not_checked.items,
        .not_checked_count = results->not_checked.count,
        .walks = answer->walks.items,
        .walk_count = answer->walks.count,
    };
    return report_scan_document(a, &input);
}

struct json *judge_root(struct arena *a, const struct worker_request *request,
                        const struct judge_target *target, struct tree *tree,
                        judge_progress *progress, void *context, struct err *e)
{
    struct lens_session *lenses = lens_open(a, request->lens_directory, e);
    if (!lenses)
        return NULL;
    progress(context, "reading");
    struct facts *f = facts_gather(a, tree, lenses, request->keywords, request->question.at);
    progress(context, "judging");
    struct login_answer *answer = login_judge(f, &request->question);
    struct json *facts_json = facts_document(f);
    login_add_to_document(f, answer, facts_json);
    struct json *document;
    if (request->job == JOB_SCAN) {
        document = scan_document(a, request, target, f, facts_json, answer);
        json_free(facts_json);
    } else {
        texts notes = {0};
        gather_notes(a, target, f, answer, &notes);
        struct report_input input = {
            .target_name = request->target.name,
            .target_kind = target_kind_name(request->target.kind),
            .format = opened_format(target->opened),
            .engine = opened_engine(target->opened),
            .root = target->root->device,
            .status = f->gaps.count > 0 ? REPORT_PARTIAL : REPORT_COMPLETE,
            .notes = notes.items,
            .note_count = notes.count,
        };
        document = report_facts_document(a, &input, facts_json);
    }
    lens_close(lenses);
    return document;
}
