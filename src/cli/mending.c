#include "cli/mending.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch/pool.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/judging.h"
#include "cli/say.h"

struct mending {
    struct judging judging;
    struct mending_request *request;
    struct json *document; /* of the plan */
    struct bytes edits;
};

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* --- verdicts --------------------------------------------------------------------------------- */

static int failure_exit(const struct json *d)
{
    const char *status = json_member_string(d, "status");
    if (!status || strcmp(status, "failed") != 0)
        return EXIT_CLEAN;
    const struct json *failure = json_member(d, "failure");
    const char *stage = json_member_string(failure, "stage");
    const char *code = json_member_string(failure, "code");
    if (code && (strcmp(code, "refused") == 0 || strcmp(code, "not-found") == 0) && stage &&
        strcmp(stage, "read") == 0)
        return EXIT_FINDINGS;
    return stage && strcmp(stage, "open") == 0 ? EXIT_USAGE : EXIT_NOT_READ;
}

/* Does everybody who was asked about (or who should get in) get in, by some way? */
static int admission_exit(const struct json *whys)
{
    int code = EXIT_CLEAN;
    for (const struct json *w = json_first(whys); w; w = json_next(w)) {
        const char *user = json_member_string(json_member(w, "subject"), "user");
        bool counts = json_bool(json_member(w, "expected"), false), open = false, unknown = false;
        for (const struct json *x = json_first(whys); x; x = json_next(x)) {
            const char *other = json_member_string(json_member(x, "subject"), "user");
            const char *verdict = json_member_string(x, "verdict");
            if (!other || !user || strcmp(other, user) != 0 || !verdict)
                continue;
            open |= strcmp(verdict, "open") == 0;
            unknown |= strcmp(verdict, "unknown") == 0;
        }
        if (counts && !open)
            code = worse(code, unknown ? EXIT_NOT_READ : EXIT_FINDINGS);
    }
    return code;
}

/* --- asking ----------------------------------------------------------------------------------- */

static void show(struct mending *m)
{
    struct outputs out;
    outputs_begin(&out, m->judging.options, "text");
    outputs_add(&out, &m->document, 1);
    outputs_end(&out);
}

/* One question on a terminal; without one nothing is written unless --yes. */
static bool is_confirmed(struct mending *m, const char *question)
{
    const struct options *o = m->judging.options;
    if (o->yes)
        return true;
    if (!environment_is_terminal(STDIN_FILENO) || !environment_is_terminal(STDERR_FILENO)) {
        say("nothing was written: there is no terminal to ask on; say --yes to write");
        return false;
    }
    char answer[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0;
}

/* --- the two workers -------------------------------------------------------------------------- */

static struct worker_outcome run_worker(struct mending *m)
{
    struct judging *j = &m->judging;
    j->request.mending = m->request;
    j->request.target = j->targets.items[0];
    progress_begin(&j->progress, &j->request.target);
    struct worker_outcome outcome = worker_run(j->options->arena, &j->request);
    progress_end(&j->progress);
    j->request.force_emulation |= outcome.used_emulation_after_kvm;
    return outcome;
}

static void say_failure(const struct json *d)
{
    const char *text = json_member_string(json_member(d, "failure"), "message");
    if (text)
        say("%s", text);
}

/* How the write ended, as exit code; in the plan's document it is said, too. */
static int commit_exit(struct mending *m, const struct worker_outcome *outcome)
{
    struct arena *a = m->judging.options->arena;
    const struct json *d = outcome->documents.count ? outcome->documents.items[0] : NULL;
    const char *result = json_member_string(d, "result");
    if (!result) {
        say_failure(d);
        /* Died in the middle: only the journal knows. */
        bool opened = failure_exit(d) != EXIT_USAGE;
        return opened ? EXIT_BROKEN : failure_exit(d);
    }
    const char *run = json_member_string(d, "run");
    const struct json *error = json_member(d, "error");
    const char *path = json_member_string(error, "path");
    const char *message = json_member_string(error, "message");
    bool done = strcmp(result, "done") == 0;
    if (m->document && done) {
        json_replace(a, m->document, "written", json_new_bool(a, true));
        json_replace(a, m->document, "run", json_new_string(a, run));
    }
    if (done)
        return EXIT_CLEAN;
    say("%s%s%s", path && *path ? path : "", path && *path ? ": " : "", message ? message : "");
    if (strcmp(result, "refused") == 0)
        return EXIT_FINDINGS;
    if (strcmp(result, "rolled-back") == 0) {
        say("nothing is changed: what had been written was taken back");
        return EXIT_ROLLED_BACK;
    }
    say("the disk may be between two states: run \"diskmend undo %s%s%s\"",
        m->judging.options->guests.items[0].name, run ? " " : "", run ? run : "");
    return EXIT_BROKEN;
}

static int write_plan(struct mending *m, enum mending_kind kind, const char *command)
{
    m->request->kind = kind;
    m->request->edits = m->edits;
    m->request->command = command;
    m->request->started = environment_now();
    struct worker_outcome outcome = run_worker(m);
    int code = commit_exit(m, &outcome);
    vec_each (document, &outcome.documents)
        json_free(*document);
    return outcome.signal && code < EXIT_BROKEN ? 128 + outcome.signal : code;
}

/* --- the command ------------------------------------------------------------------------------ */

static int plan_and_write(struct mending *m, const char *command)
{
    const struct options *o = m->judging.options;
    struct worker_outcome outcome = run_worker(m);
    int code = EXIT_CLEAN;
    if (outcome.signal || outcome.documents.count == 0)
        return outcome.signal ? 128 + outcome.signal : EXIT_NOT_READ;
    m->document = outcome.documents.items[0];
    m->edits = outcome.edits;
    code = failure_exit(m->document);
    if (code != EXIT_CLEAN) {
        say_failure(m->document);
        if (o->outputs.count > 0)
            show(m);
        return code;
    }
    bool has_edits = json_count(json_member(m->document, "plan")) > 0;
    int admission = admission_exit(json_member(m->document, "after"));
    if (m->request->kind == MENDING_UNDO)
        admission = EXIT_CLEAN; /* taking back what opened a way shuts it, as asked */
    bool asks = has_edits && !o->dry_run && !o->yes;
    if (asks)
        show(m);
    if (m->request->kind == MENDING_RUNS || !has_edits)
        code = admission;
    else if (o->dry_run)
        code = EXIT_FINDINGS;
    else if (!is_confirmed(m, "Write these changes?"))
        code = EXIT_FINDINGS;
    else
        code = worse(write_plan(m, MENDING_COMMIT, command), admission);
    if (!asks)
        show(m);
    return code;
}

static int refuse_options(const struct options *o)
{
    if (o->no_guest_journal && !o->backup_directory) {
        say("--no-guest-journal needs --backup-dir DIR: without a journal nothing is written");
        return EXIT_USAGE;
    }
    return EXIT_CLEAN;
}

int mending_run(struct options *o, struct mending_request *mending, const char *command)
{
    struct mending m = {.judging = {.options = o}, .request = mending};
    struct err e = {0};
    int code = refuse_options(o);
    if (code != EXIT_CLEAN)
        return code;
    if (judging_prepare(&m.judging, JOB_MEND, &e)) {
        if (e.text[0])
            say_error(&e);
        code = EXIT_USAGE;
    } else if (m.judging.targets.count != 1) {
        say("this command takes one TARGET at a time");
        code = EXIT_USAGE;
    } else {
        mending->options = (struct repair_options){
            .selection = m.judging.request.selection,
            .allow = o->allow.items,
            .allow_count = o->allow.count,
            .unsafe = o->unsafe,
            .port_is_given = o->port_given,
            .target = o->guests.items[0].name,
        };
        mending->backup_directory = o->backup_directory;
        mending->no_guest_journal = o->no_guest_journal;
        mending->force_host = o->force_host;
        mending->force = o->force;
        code = mending_writes(mending) ? write_plan(&m, mending->kind, command)
                                       : plan_and_write(&m, command);
    }
    json_free(m.document);
    if (m.judging.rules)
        rules_free(m.judging.rules);
    return code;
}
