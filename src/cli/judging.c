#include "cli/judging.h"

#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "batch/pool.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/environment.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/targets.h"

#define PUBLIC_KEY_BYTES 65536u

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* "type base64" of a .pub file; NULL and E when it is none. */
static const char *read_identity(struct arena *a, const char *path, struct err *e)
{
    struct bytes text = data_read_file(a, path, PUBLIC_KEY_BYTES, e);
    if (!text.ptr)
        return NULL;
    char *line = arena_text(a, text);
    line[strcspn(line, "\r\n")] = '\0';
    size_t type = strcspn(line, " \t");
    size_t blob = type + strspn(line + type, " \t");
    size_t blob_len = strcspn(line + blob, " \t");
    if (type == 0 || blob_len == 0 || strncmp(line, "-----", 5) == 0) {
        err_set(e, ERR_USAGE,
                "%s: not a public key; --identity wants the .pub file, one line "
                "\"ssh-ed25519 AAAA…\"",
                path);
        return NULL;
    }
    return arena_printf(a, "%.*s %.*s", (int)type, line, (int)blob_len, line + blob);
}

static int prepare_question(struct judging *j, struct err *e)
{
    struct options *o = j->options;
    struct login_question *q = &j->request.question;
    *q = (struct login_question){
        .users = o->users.items,
        .user_count = o->users.count,
        .from = o->from,
        .port = o->port,
        .password = o->password,
        .at = o->at_given ? o->at : environment_now(),
    };
    if (o->identity_file) {
        q->identity = read_identity(o->arena, o->identity_file, e);
        if (!q->identity)
            return e->code;
    }
    return 0;
}

int judging_prepare(struct judging *j, enum worker_job job, struct err *e)
{
    struct options *o = j->options;
    int failed = targets_collect(o, &j->targets, e);
    if (!failed)
        failed = prepare_question(j, e);
    if (failed)
        return failed;
    struct data_directories where = data_find(o->arena);
    j->request.job = job;
    j->request.lens_directory = where.lenses;
    j->request.template_directory = where.templates;
    j->request.timeout_seconds = o->timeout_seconds;
    j->request.selection = (struct rule_selection){
        .profile = o->profile,
        .select = o->select.items,
        .select_count = o->select.count,
        .ignore = o->ignore.items,
        .ignore_count = o->ignore.count,
    };
    j->request.keywords = data_keywords(o->arena, &where, e);
    if (!j->request.keywords)
        return e->code;
    if (job != JOB_FACTS) {
        j->rules =
            data_rules(o->arena, &where, o->rule_directories.items, o->rule_directories.count);
        if (!j->rules) {
            e->text[0] = '\0'; /* every fault has been said */
            return ERR_SYNTAX;
        }
        vec_each (note, &j->rules->notes)
            say("%s", *note);
    }
    j->request.rules = j->rules;
    j->progress.verbose = o->verbosity > 0;
    j->progress.on_terminal = !o->quiet && environment_is_terminal(STDERR_FILENO);
    j->request.progress = progress_stage;
    j->request.progress_context = &j->progress;
    return 0;
}

/* Of a target that could not be judged; EXIT_CLEAN for the others. */
static int failure_exit(const struct json *d)
{
    const char *status = json_member_string(d, "status");
    if (!status || strcmp(status, "failed") != 0)
        return EXIT_CLEAN;
    const char *stage = json_member_string(json_member(d, "failure"), "stage");
    return stage && strcmp(stage, "open") == 0 ? EXIT_USAGE : EXIT_NOT_READ;
}

/* The verdict as an exit code: that of everybody who should get in, or, where nobody was set up
 * to, of everybody. */
static int why_exit(struct json *const *documents, size_t count)
{
    int code = EXIT_CLEAN;
    bool somebody = false;
    for (size_t i = 0; i < count; i++)
        somebody = somebody || json_bool(json_member(documents[i], "expected"), false);
    for (size_t i = 0; i < count; i++) {
        code = worse(code, failure_exit(documents[i]));
        const char *verdict = json_member_string(documents[i], "verdict");
        if (failure_exit(documents[i]) || !verdict ||
            json_bool(json_member(documents[i], "expected"), false) != somebody)
            continue;
        if (strcmp(verdict, "open") != 0)
            code = worse(code, strcmp(verdict, "shut") == 0 ? EXIT_FINDINGS : EXIT_NOT_READ);
    }
    return code;
}

/* DESIGN's exit codes for one report. */
static int report_exit(const struct json *d, enum severity fail_on)
{
    const char *status = json_member_string(d, "status");
    if (failure_exit(d))
        return failure_exit(d);
    int code = status && strcmp(status, "complete") == 0 ? EXIT_CLEAN : EXIT_NOT_READ;
    const struct json *findings = json_member(d, "findings");
    for (const struct json *f = json_first(findings); f; f = json_next(f)) {
        const char *severity = json_member_string(f, "severity");
        if (severity && severity_by_name(severity) >= (int)fail_on)
            code = worse(code, EXIT_FINDINGS);
    }
    const struct json *agrees = json_member(d, "agrees"); /* of verify */
    if (agrees && !json_bool(agrees, true))
        return EXIT_FINDINGS;
    const struct json *access = json_member(d, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w)) {
        const char *verdict = json_member_string(w, "verdict");
        if (verdict && strcmp(verdict, "unknown") == 0 &&
            json_bool(json_member(w, "expected"), true))
            code = worse(code, EXIT_NOT_READ);
    }
    return code;
}

/* "diskmend: web01.qcow2: …" for a target that could not be judged. */
static void say_failure(const struct json *d)
{
    const char *name = json_member_string(json_member(d, "target"), "name");
    const char *text = json_member_string(json_member(d, "failure"), "message");
    if (!name || !text)
        return;
    size_t n = strlen(name);
    bool named = strncmp(text, name, n) == 0 && text[n] == ':';
    say("%s%s%s", named ? "" : name, named ? "" : ": ", text);
}

static void begin_target(void *context, const struct target *target)
{
    struct judging *j = context;
    progress_begin(&j->progress, target);
}

/* False where what is said no longer gets out. */
static bool take_outcome(void *context, const struct worker_outcome *outcome)
{
    struct judging *j = context;
    progress_end(&j->progress);
    vec_each (document, &outcome->documents) {
        if (j->request.job != JOB_WHY)
            j->code = worse(j->code, report_exit(*document, j->options->fail_on));
        say_failure(*document);
        vec_push(j->options->arena, &j->owned, *document);
    }
    if (j->request.job == JOB_WHY)
        j->code = worse(j->code, why_exit(outcome->documents.items, outcome->documents.count));
    outputs_add(j->out, outcome->documents.items, outcome->documents.count);
    return !j->out->failed;
}

static int judge_targets(struct judging *j)
{
    struct pool pool = {
        .request = &j->request,
        .targets = j->targets.items,
        .count = j->targets.count,
        .jobs = (size_t)j->options->jobs,
        .begin = begin_target,
        .done = take_outcome,
        .context = j,
    };
    int signal_number = pool_run(j->options->arena, &pool);
    progress_end(&j->progress);
    if (!signal_number)
        outputs_end(j->out);
    vec_each (document, &j->owned)
        json_free(*document);
    if (signal_number)
        return 128 + signal_number;
    return j->out->failed ? worse(j->code, EXIT_USAGE) : j->code;
}

int judging_run(struct options *o, enum worker_job job, const char *default_format)
{
    struct judging j = {.options = o};
    struct err e = {0};
    if (judging_prepare(&j, job, &e)) {
        if (e.text[0])
            say_error(&e);
        if (j.rules)
            rules_free(j.rules);
        disk_keys_wipe(o->keys.items, o->keys.count);
        return EXIT_USAGE;
    }
    struct outputs out;
    outputs_begin(&out, o, default_format);
    j.out = &out;
    int code = judge_targets(&j);
    disk_keys_wipe(o->keys.items, o->keys.count);
    if (j.rules)
        rules_free(j.rules);
    return code;
}
