#include "cli/mending.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "batch/pool.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/judging.h"
#include "cli/near.h"
#include "cli/say.h"

struct mending {
    struct judging judging;
    struct mending_request *request;
    const char *target;    /* the words that name it on a command line */
    struct json *document; /* of the plan */
    struct bytes edits;
    bool was_shown; /* on standard output, before the question */
};

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; word && *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* --- verdicts --------------------------------------------------------------------------------- */

/* Of a plan, or of a worker that should have written and did not get that far. */
static int failure_exit(const struct json *d)
{
    static const char *const refusals[] = {"refused", "in-use", NULL};
    static const char *const not_there[] = {"not-found", NULL};
    const char *status = json_member_string(d, "status");
    if (!status || strcmp(status, "failed") != 0)
        return EXIT_CLEAN;
    const struct json *failure = json_member(d, "failure");
    const char *stage = json_member_string(failure, "stage");
    const char *code = json_member_string(failure, "code");
    bool opening = stage && strcmp(stage, "open") == 0;
    if (is_one_of(code, refusals) || (!opening && is_one_of(code, not_there)))
        return EXIT_FINDINGS;
    return opening ? EXIT_USAGE : EXIT_NOT_READ;
}

/* The best that is judged of one person's ways in. */
static enum exit_code ways_exit(const struct json *whys, const char *user)
{
    enum exit_code best = EXIT_FINDINGS;
    for (const struct json *w = json_first(whys); w; w = json_next(w)) {
        const char *other = json_member_string(json_member(w, "subject"), "user");
        const char *verdict = json_member_string(w, "verdict");
        if (!other || !user || strcmp(other, user) != 0 || !verdict)
            continue;
        if (strcmp(verdict, "open") == 0)
            return EXIT_CLEAN;
        if (strcmp(verdict, "unknown") == 0)
            best = EXIT_NOT_READ;
    }
    return best;
}

/* Does everybody who was asked about (or who was set up to) get in, by some way? */
static int admission_exit(const struct json *whys)
{
    int code = EXIT_CLEAN;
    for (const struct json *w = json_first(whys); w; w = json_next(w))
        if (json_bool(json_member(w, "expected"), false))
            code =
                worse(code, ways_exit(whys, json_member_string(json_member(w, "subject"), "user")));
    return code;
}

/* --- showing and asking ----------------------------------------------------------------------- */

/* To every output; what stood on standard output before the question is not repeated there. */
static bool show(struct mending *m)
{
    struct outputs out;
    outputs_begin(&out, m->judging.options, "text");
    if (m->judging.options->earlier)
        outputs_add(&out, &m->judging.options->earlier, 1);
    out.only_the_end = m->was_shown;
    outputs_add(&out, &m->document, 1);
    outputs_end(&out);
    return !out.failed;
}

/* The plan, for the person at the terminal, whatever the outputs are. */
static void show_before_asking(struct mending *m)
{
    const struct options *o = m->judging.options;
    bool is_text = o->outputs.count == 0;
    vec_each (output, &o->outputs)
        is_text |= !output->file && strcmp(output->format->name, "text") == 0;
    m->was_shown = is_text && environment_is_terminal(STDOUT_FILENO);
    int fd = m->was_shown ? STDOUT_FILENO : STDERR_FILENO;
    struct report_options style = {.colour = environment_colour(o->colour, fd),
                                   .verbose = o->verbosity > 0,
                                   .quiet = o->quiet,
                                   .width = environment_width(fd)};
    struct strbuf text;
    strbuf_init(&text, o->arena);
    const struct json *document = m->document;
    report_format_by_name("text")->render(&text, &document, 1, &style);
    FILE *f = m->was_shown ? stdout : stderr;
    fwrite(text.ptr, 1, text.len, f);
    fflush(f);
}

static bool can_ask(void)
{
    return environment_is_terminal(STDIN_FILENO) && environment_is_terminal(STDERR_FILENO);
}

/* One question. A signal here ends the program, and nothing is written. */
static bool is_confirmed(const char *question)
{
    char answer[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin)) {
        fputs("\n", stderr);
        return false;
    }
    return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0;
}

/* Written is after a yes, given now or as --yes. */
static bool may_write(struct mending *m, const char *question)
{
    if (m->judging.options->yes || (can_ask() && is_confirmed(question)))
        return true;
    if (can_ask())
        say("nothing was written");
    else
        say("nothing was written: there is no terminal to ask on; say --yes to write");
    return false;
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

static const char *undo_command(const struct mending *m, const char *run)
{
    struct arena *a = m->judging.options->arena;
    const char *command = arena_printf(a, "diskmend undo %s %s", m->target, run);
    return m->request->no_guest_journal
               ? arena_printf(a, "%s --backup-dir %s --no-guest-journal", command,
                              escape_shell_word(a, m->request->backup_directory))
               : command;
}

static void set_result(struct mending *m, const char *result, const char *run,
                       const struct json *error)
{
    struct arena *a = m->judging.options->arena;
    bool done = strcmp(result, "done") == 0;
    json_replace(a, m->document, "result", json_new_string(a, result));
    json_replace(a, m->document, "written", json_new_bool(a, done));
    json_replace(a, m->document, "run", json_new_string(a, run));
    if (error)
        json_replace(a, m->document, "error", json_copy(a, error));
    if (done && run && m->request->kind == MENDING_COMMIT)
        json_replace(a, m->document, "undo", json_new_string(a, undo_command(m, run)));
}

/* The worker ended before it could say how: the journal alone knows, if one was begun. */
static int died_exit(struct mending *m, const struct worker_outcome *outcome, const struct json *d)
{
    static const char *const ours[] = {"crashed", "timeout", "nomem", "internal", NULL};
    const struct json *failure = json_member(d, "failure");
    say_failure(d);
    if (outcome->opened && is_one_of(json_member_string(failure, "code"), ours)) {
        set_result(m, "broken", NULL, NULL);
        say("the disk may be between two states: \"diskmend undo --list %s\" shows the run, "
            "\"diskmend undo %s\" takes it back",
            m->target, m->target);
        return EXIT_BROKEN;
    }
    set_result(m, "refused", NULL, NULL);
    say("nothing was written");
    return outcome->signal ? EXIT_CLEAN : failure_exit(d);
}

static int commit_exit(struct mending *m, const struct worker_outcome *outcome)
{
    const struct json *d = outcome->documents.count ? outcome->documents.items[0] : NULL;
    const char *result = json_member_string(d, "result");
    if (!result)
        return died_exit(m, outcome, d);
    const char *run = json_member_string(d, "run");
    const struct json *error = json_member(d, "error");
    const char *path = json_member_string(error, "path");
    const char *message = json_member_string(error, "message");
    set_result(m, result, run, error);
    if (strcmp(result, "done") == 0) {
        if (outcome->signal)
            say("the signal came when everything was written: nothing was taken back");
        return EXIT_CLEAN;
    }
    say("%s%s%s", path && *path ? path : "", path && *path ? ": " : "", message ? message : "");
    if (strcmp(result, "refused") == 0) {
        say("nothing was written");
        return EXIT_FINDINGS;
    }
    if (strcmp(result, "rolled-back") == 0) {
        say("nothing is changed: what had been written was taken back");
        return EXIT_ROLLED_BACK;
    }
    say("the disk may be between two states: run \"diskmend undo %s%s%s\"", m->target,
        run ? " " : "", run ? run : "");
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

static int write_or_not(struct mending *m, const char *command)
{
    const struct options *o = m->judging.options;
    if (o->dry_run) {
        set_result(m, "dry-run", NULL, NULL);
        return EXIT_FINDINGS;
    }
    if (!o->yes && can_ask())
        show_before_asking(m);
    if (!may_write(m, "Write these changes?")) {
        set_result(m, "not-confirmed", NULL, NULL);
        return EXIT_FINDINGS;
    }
    return write_plan(m, MENDING_COMMIT, command);
}

static int plan_and_write(struct mending *m, const char *command)
{
    /* Taking back what opened a way in shuts it, as asked; and access is done when its jobs are. */
    bool is_repair = m->request->kind == MENDING_REPAIR, is_list = m->request->kind == MENDING_RUNS;
    struct worker_outcome outcome = run_worker(m);
    if (m->request->access)
        access_wipe(m->request->access); /* the worker that writes needs it no more */
    if (outcome.signal || outcome.documents.count == 0) {
        say("nothing was written");
        return outcome.signal ? 128 + outcome.signal : EXIT_NOT_READ;
    }
    m->document = outcome.documents.items[0];
    m->edits = outcome.edits;
    int code = failure_exit(m->document);
    if (code != EXIT_CLEAN) {
        say_failure(m->document);
    } else if (!is_list) {
        int admission = is_repair ? admission_exit(json_member(m->document, "after")) : EXIT_CLEAN;
        if (m->edits.len > 0)
            code = write_or_not(m, command);
        if (code <= EXIT_NOT_READ)
            code = worse(code, admission);
    }
    return show(m) ? code : worse(code, EXIT_USAGE);
}

/* A run that is named: gone on with, or forgotten. */
static int write_at_once(struct mending *m, const char *command)
{
    struct options *o = m->judging.options;
    bool forgets = m->request->kind == MENDING_FORGET;
    const struct target *target = &m->judging.targets.items[0];
    struct report_input input = {.target_name = target->name,
                                 .target_kind = target_kind_name(target->kind),
                                 .disks = target->disks,
                                 .disk_count = target->domain ? 0 : target->disk_count};
    enum mending_kind kind = m->request->kind;
    m->request->kind = forgets ? MENDING_UNDO : MENDING_REPAIR; /* whose document it is */
    m->judging.request.mending = m->request;
    m->document = mending_document(o->arena, &m->judging.request, &input);
    int code = EXIT_FINDINGS;
    if (o->dry_run)
        set_result(m, "dry-run", NULL, NULL);
    else if (!may_write(m, forgets ? "Forget this run? It can no longer be undone."
                                   : "Go on with this run, and write what is left of it?"))
        set_result(m, "not-confirmed", NULL, NULL);
    else
        code = write_plan(m, kind, command);
    json_replace(o->arena, m->document, forgets ? "forgets" : "continues",
                 json_new_string(o->arena, m->request->run));
    return show(m) ? code : worse(code, EXIT_USAGE);
}

/* --- what is asked for ------------------------------------------------------------------------ */

static int refuse_options(const struct options *o)
{
    if (o->no_guest_journal && !o->backup_directory) {
        say("--no-guest-journal needs --backup-dir DIR: without a journal nothing is written");
        return EXIT_USAGE;
    }
    return EXIT_CLEAN;
}

/* --allow is consent to a repair there is. */
static int refuse_allow(const struct mending *m)
{
    const struct options *o = m->judging.options;
    int code = EXIT_CLEAN;
    vec_each (id, &o->allow) {
        const struct rule *rule = rules_find(m->judging.rules, *id);
        if (!rule) {
            say("--allow: there is no rule \"%s\"%s", *id,
                near_rules(o->arena, m->judging.rules, *id));
            code = EXIT_USAGE;
        } else if (strcmp(rule->repair_class, "report") == 0) {
            say("--allow %s: what that rule finds is mended by hand; \"diskmend rules show %s\" "
                "explains",
                *id, *id);
            code = EXIT_USAGE;
        }
    }
    return code;
}

static int prepare(struct mending *m)
{
    struct options *o = m->judging.options;
    struct err e = {0};
    int code = refuse_options(o);
    if (code != EXIT_CLEAN)
        return code;
    if (judging_prepare(&m->judging, JOB_MEND, &e)) {
        if (e.text[0])
            say_error(&e);
        return EXIT_USAGE;
    }
    if (m->judging.targets.count != 1) {
        say("this command takes one TARGET at a time; disks of one guest are added with -a");
        return EXIT_USAGE;
    }
    m->target = target_words(o->arena, &m->judging.targets.items[0]);
    return refuse_allow(m);
}

int mending_run(struct options *o, struct mending_request *mending, const char *command)
{
    struct mending m = {.judging = {.options = o}, .request = mending};
    int code = prepare(&m);
    if (code == EXIT_CLEAN) {
        mending->options = (struct repair_options){
            .selection = m.judging.request.selection,
            .allow = o->allow.items,
            .allow_count = o->allow.count,
            /* of access it is consent to a filesystem being repaired */
            .unsafe = o->unsafe && mending->kind == MENDING_REPAIR,
            .port_is_given = o->port_given,
            .target = m.target,
        };
        mending->backup_directory = o->backup_directory;
        mending->no_guest_journal = o->no_guest_journal;
        mending->force_host = o->force_host;
        mending->force = o->force;
        mending->dry_run = o->dry_run;
        code = mending_writes(mending) ? write_at_once(&m, command) : plan_and_write(&m, command);
    }
    disk_keys_wipe(o->keys.items, o->keys.count);
    if (m.edits.len > 0)
        explicit_bzero((void *)(uintptr_t)m.edits.ptr, m.edits.len);
    json_free(m.document);
    if (m.judging.rules)
        rules_free(m.judging.rules);
    return code;
}
