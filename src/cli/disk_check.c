#include "cli/disk_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch/disk_check.h"
#include "batch/pool.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/judging.h"
#include "cli/say.h"

struct checking {
    struct judging judging;
    struct disk_check_request request;
    struct json *document;
};

static bool is_state(const struct json *document, const char *state)
{
    const struct json *check = json_first(json_member(document, "checks"));
    const char *is = json_member_string(check, "state");
    return is && strcmp(is, state) == 0;
}

static void set_result(struct checking *c, const char *result)
{
    struct arena *a = c->judging.options->arena;
    json_replace(a, c->document, "result", json_new_string(a, result));
}

static bool show(struct checking *c)
{
    struct outputs out;
    outputs_begin(&out, c->judging.options, "text");
    outputs_add(&out, &c->document, 1);
    outputs_end(&out);
    return !out.failed;
}

/* What was found, for the person who is asked, whatever the outputs are. */
static void show_before_asking(struct checking *c)
{
    const struct options *o = c->judging.options;
    struct report_options style = {.colour = environment_colour(o->colour, STDERR_FILENO),
                                   .width = environment_width(STDERR_FILENO)};
    const struct json *document = c->document;
    struct strbuf text;
    strbuf_init(&text, o->arena);
    report_format_by_name("text")->render(&text, &document, 1, &style);
    fwrite(text.ptr, 1, text.len, stderr);
}

/* --- the worker ------------------------------------------------------------------------------- */

static int failed_exit(struct checking *c, bool opened)
{
    static const char *const refusals[] = {"refused", "in-use", "several-roots"};
    static const char *const unnamed[] = {"not-found", "no-root"};
    const struct json *failure = json_member(c->document, "failure");
    const char *code = json_member_string(failure, "code");
    const char *text = json_member_string(failure, "message");
    const char *stage = json_member_string(failure, "stage");
    say("%s", text ? text : "the disk cannot be checked");
    if (c->request.mends && opened) {
        set_result(c, "broken");
        say("the checker did not come to its end: check the filesystem again before it is used");
        return EXIT_BROKEN;
    }
    for (size_t i = 0; code && i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(code, refusals[i]) == 0)
            return EXIT_FINDINGS;
    for (size_t i = 0; code && i < sizeof unnamed / sizeof *unnamed; i++)
        if (strcmp(code, unnamed[i]) == 0)
            return EXIT_USAGE;
    return stage && strcmp(stage, "open") == 0 ? EXIT_USAGE : EXIT_NOT_READ;
}

/* One look, or one mending; the document, and what its exit code is so far. */
static int run(struct checking *c)
{
    struct judging *j = &c->judging;
    j->request.disk_check = &c->request;
    j->request.target = j->targets.items[0];
    progress_begin(&j->progress, &j->request.target);
    struct worker_outcome outcome = worker_run(j->options->arena, &j->request);
    progress_end(&j->progress);
    j->request.force_emulation |= outcome.used_emulation_after_kvm;
    json_free(c->document);
    c->document = outcome.documents.count ? outcome.documents.items[0] : NULL;
    if (!c->document || outcome.signal)
        return outcome.signal ? 128 + outcome.signal : EXIT_NOT_READ;
    const char *status = json_member_string(c->document, "status");
    if (status && strcmp(status, "failed") == 0)
        return failed_exit(c, outcome.opened);
    if (is_state(c->document, "clean") || is_state(c->document, "mended"))
        return EXIT_CLEAN;
    if (c->request.mends)
        return EXIT_BROKEN;
    return is_state(c->document, "damaged") ? EXIT_FINDINGS : EXIT_NOT_READ;
}

/* --- consent ---------------------------------------------------------------------------------- */

/* What a checker throws away nobody brings back: --yes is not enough. */
static bool is_wanted(struct checking *c)
{
    const struct options *o = c->judging.options;
    const char *device =
        json_member_string(json_first(json_member(c->document, "checks")), "device");
    char answer[16] = "";
    if (o->unsafe)
        return true;
    if (!environment_is_terminal(STDIN_FILENO) || !environment_is_terminal(STDERR_FILENO)) {
        say("nothing was written: what a checker throws away cannot be undone; say --unsafe to let "
            "it mend");
        return false;
    }
    show_before_asking(c);
    fprintf(stderr,
            "Let the checker mend %s? What it throws away cannot be undone. Type yes in full: ",
            device ? device : "it");
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin) || strcmp(answer, "yes\n") != 0) {
        say("nothing was written");
        return false;
    }
    return true;
}

static int mend(struct checking *c)
{
    struct options *o = c->judging.options;
    const struct json *check = json_first(json_member(c->document, "checks"));
    const char *device = json_member_string(check, "device");
    if (o->dry_run) {
        set_result(c, "dry-run");
        return EXIT_FINDINGS;
    }
    if (!is_wanted(c)) {
        set_result(c, "not-confirmed");
        return EXIT_FINDINGS;
    }
    c->request = (struct disk_check_request){arena_strdup(o->arena, device ? device : ""), true};
    return run(c);
}

int disk_check_run(struct options *o, const char *disk_name, bool repair, bool goes_on)
{
    struct checking c = {.judging = {.options = o}, .request = {.name = disk_name}};
    struct err e = {0};
    int code = EXIT_USAGE;
    if (judging_prepare(&c.judging, JOB_CHECK_DISK, &e)) {
        if (e.text[0])
            say_error(&e);
    } else if (c.judging.targets.count != 1) {
        say("a disk is checked one TARGET at a time");
    } else {
        code = run(&c);
        if (code == EXIT_FINDINGS && repair && is_state(c.document, "damaged"))
            code = mend(&c);
        if (goes_on && code == EXIT_CLEAN) {
            o->earlier = c.document;
            c.document = NULL;
        }
        if (c.document && !show(&c) && code < EXIT_USAGE)
            code = EXIT_USAGE;
    }
    json_free(c.document);
    if (c.judging.rules)
        rules_free(c.judging.rules);
    return code;
}
