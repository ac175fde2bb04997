#include "batch/worker_child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "batch/frame.h"
#include "batch/judge.h"
#include "batch/mend.h"
#include "batch/verify.h"
#include "guest/open.h"

#include "config.h"

/* The one thing a signal handler can set. The parent asks for an end with SIGTERM: the handler
 * passes it on to the session (qemu dies of it, so a call that hangs in the appliance returns with
 * an error) and the worker then closes its target in order, which clears libguestfs's own files. */
#define STOP_SECONDS 10
static volatile sig_atomic_t asked_to_stop;
/* A worker that writes finishes the file in hand and takes the rest back: nothing of its session
 * may be killed meanwhile. */
static volatile sig_atomic_t is_writing;

static void stop(int signal_number)
{
    if (is_writing)
        asked_to_stop = 1;
    else if (!asked_to_stop) {
        asked_to_stop = 1;
        kill(0, signal_number);
        alarm(STOP_SECONDS); /* for when the parent is gone and cannot kill */
    }
}

struct child {
    const struct worker_request *request;
    int fd;
    sigjmp_buf no_memory;
    bool opened; /* for the stage of a failure */
    struct open_options options;
};

static void say(struct child *c, enum frame_kind kind, struct bytes payload)
{
    if (!frame_send(c->fd, kind, payload))
        _exit(EXIT_FAILURE); /* nobody listens */
}

/* Makes do without memory. */
static void say_failure(struct child *c, enum err_code code, const char *text)
{
    char payload[2 + ERR_TEXT_MAX];
    size_t n = strnlen(text, ERR_TEXT_MAX);
    payload[0] = (char)code;
    payload[1] = (char)(c->opened ? FAILURE_READ : FAILURE_OPEN);
    memcpy(payload + 2, text, n);
    say(c, FRAME_FAILURE, (struct bytes){payload, n + 2});
}

/* An error with its place in the guest. */
static void say_error(struct child *c, const struct err *e)
{
    char text[2 * ERR_TEXT_MAX];
    snprintf(text, sizeof text, "%s%s%s", e->path, *e->path ? ": " : "", e->text);
    say_failure(c, e->code, text);
}

static void out_of_memory(void *context)
{
    struct child *c = context;
    siglongjmp(c->no_memory, 1);
}

static void progress(void *context, const char *stage)
{
    say(context, FRAME_STAGE, bytes_of(stage));
}

static void set_limit(int resource, rlim_t limit)
{
    struct rlimit r;
    if (getrlimit(resource, &r) == 0 && (r.rlim_max == RLIM_INFINITY || limit < r.rlim_max)) {
        r.rlim_cur = limit;
        setrlimit(resource, &r);
    }
}

/* Before anything is opened: a session of its own, no core with a guest's secrets in it, no way to
 * more privileges, an end when the parent ends. */
static void fence(pid_t parent)
{
    setsid();
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    static const int plain[] = {SIGINT, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        signal(plain[i], SIG_DFL);
    struct sigaction action = {.sa_handler = stop}; /* no SA_RESTART: waits must end */
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
}

/* Once the target is open: qemu runs and keeps the limits it was born with (a guest of 1 GiB under
 * emulation needs more address space and more processor time than we should ever), and from here
 * on we parse what a stranger wrote. */
static void bound(void)
{
#ifndef HAVE_ADDRESS_SANITIZER
    set_limit(RLIMIT_AS, LIMIT_WORKER_ADDRESS_SPACE);
#endif
    set_limit(RLIMIT_CPU, LIMIT_WORKER_CPU_SECONDS);
}

/* For a qemu that has to be started once more. */
static void lift_bounds(void)
{
    static const int bounded[] = {RLIMIT_AS, RLIMIT_CPU};
    struct rlimit r;
    for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++)
        if (getrlimit(bounded[i], &r) == 0) {
            r.rlim_cur = r.rlim_max;
            setrlimit(bounded[i], &r);
        }
}

/* Which roots --root means; false (with E) when it means none. */
static bool choose_roots(const struct worker_request *request, const struct opened_root *roots,
                         size_t count, size_t *from, size_t *to, struct err *e)
{
    const char *word = request->target.root ? request->target.root : "all";
    *from = 0;
    *to = count;
    if (strcmp(word, "all") == 0)
        return true;
    if (strcmp(word, "first") == 0) {
        *to = count > 0 ? 1 : 0;
        return true;
    }
    if (strcmp(word, "single") == 0 && count == 1)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(roots[i].device, word) == 0) {
            *from = i;
            *to = i + 1;
            return true;
        }
    char found[ERR_TEXT_MAX / 2] = "";
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof found - 1; i++) {
        size_t left = sizeof found - used;
        int n = snprintf(found + used, left, "%s%s", i > 0 ? ", " : "", roots[i].device);
        used += n > 0 && (size_t)n < left ? (size_t)n : left - 1;
    }
    if (strcmp(word, "single") == 0)
        err_set(e, ERR_SEVERAL_ROOTS, "several systems are on it (%s): choose with --root DEVICE",
                found);
    else
        err_set(e, ERR_NO_ROOT, "no root filesystem on %s; found: %s", word, found);
    return false;
}

static struct json *plan_one(struct child *c, struct arena *a, const struct judge_target *target,
                             struct tree *tree, struct err *e)
{
    struct bytes edits = {0};
    struct json *document = mend_plan(a, c->request, target, tree, progress, c, &edits, e);
    if (document && edits.len > 0)
        say(c, FRAME_EDITS, edits);
    return document;
}

/* The appliance died in the middle: once more, to take back what was written. */
static void take_back(struct child *c, struct arena *a, const struct worker_request *request,
                      const char *root, struct json *document)
{
    struct err e = {0};
    struct open_options options = c->options;
    options.known_root = root;
    say(c, FRAME_AGAIN, bytes_of(""));
    progress(c, "taking back what was written");
    lift_bounds();
    struct opened *o = open_target(a, &request->target, &options, &e);
    if (!o)
        return;
    say(c, FRAME_OPEN, bytes_of(""));
    struct tree *tree = opened_writable(o, 0, &e);
    if (tree)
        mend_take_back(a, request, tree, document);
    if (tree && opened_finish(o, &e) != 0)
        mend_not_finished(a, document, &e);
    opened_close(o);
}

/* Not until the disk is unmounted and the appliance gone is "done" said. */
static void write_one(struct child *c, struct arena *a, struct opened *o,
                      const struct opened_root *root, size_t index)
{
    struct err e = {0};
    struct mending_request mending = *c->request->mending;
    struct worker_request request = *c->request;
    mending.interrupted = &asked_to_stop;
    request.mending = &mending;
    is_writing = 1;
    say(c, FRAME_OPEN, bytes_of(""));
    progress(c, "writing");
    struct tree *tree = opened_writable(o, index, &e);
    if (!tree) {
        say_error(c, &e);
        return;
    }
    CLEANUP_JSON struct json *document = mend_write(a, &request, tree);
    const char *result = json_member_string(document, "result");
    bool has_written = result && strcmp(result, "refused") != 0;
    bool died = opened_died(o);
    if (!died && opened_finish(o, &e) != 0 && has_written) {
        died = opened_died(o) || e.code == ERR_APPLIANCE;
        mend_not_finished(a, document, &e);
    }
    if (died) {
        if (e.code == ERR_NONE && has_written && strcmp(result, "broken") != 0) {
            err_set(&e, ERR_APPLIANCE, "the appliance ended before the disk was unmounted");
            mend_not_finished(a, document, &e);
        }
        opened_close(o); /* the disk must be free */
        take_back(c, a, &request, root->device, document);
    }
    say(c, FRAME_DOCUMENT, bytes_of(json_print(a, document, false)));
}

static void hand_over(void *context, struct arena *a, const struct json *document)
{
    if (!asked_to_stop)
        say(context, FRAME_DOCUMENT, bytes_of(json_print(a, document, false)));
}

static void judge_one(struct child *c, struct arena *a, struct opened *o,
                      const struct opened_root *root, size_t index)
{
    struct err e = {0};
    say(c, FRAME_OPEN, bytes_of(""));
    struct tree *tree = opened_tree(o, index, &e);
    struct judge_target target = {o, root};
    CLEANUP_JSON struct json *document = NULL;
    if (tree && c->request->job == JOB_VERIFY)
        document = verify_root(a, c->request, &target, o, tree, progress, c, &e);
    else if (tree && c->request->mending)
        document = plan_one(c, a, &target, tree, &e);
    else if (tree && judge_root(a, c->request, &target, tree, progress, hand_over, c, &e) == 0)
        return;
    if (document)
        hand_over(c, a, document);
    else if (!asked_to_stop)
        say_error(c, &e);
}

static void judge_all(struct child *c, struct arena *a, struct opened *o)
{
    size_t count, from, to;
    const struct opened_root *roots = opened_roots(o, &count);
    struct err e = {0};
    if (count == 0)
        say_failure(c, ERR_NO_ROOT, "no Linux root filesystem was found on it");
    else if (!choose_roots(c->request, roots, count, &from, &to, &e))
        say_error(c, &e);
    else {
        bound();
        c->opened = true;
        for (size_t i = from; i < to && !asked_to_stop; i++) {
            if (c->request->mending && mending_writes(c->request->mending))
                write_one(c, a, o, &roots[i], i);
            else
                judge_one(c, a, o, &roots[i], i);
        }
    }
}

/* Whatever happened: passphrases, the edits of a plan, and all that was read or made of secrets. */
static void wipe(const struct worker_request *request, struct arena *a)
{
    disk_keys_wipe(request->target.keys, request->target.key_count);
    struct bytes edits = request->mending ? request->mending->edits : (struct bytes){0};
    if (edits.len > 0) /* our own copy: the parent's stays */
        explicit_bzero((void *)(uintptr_t)edits.ptr, edits.len);
    arena_free(a);
}

void worker_child(const struct worker_request *request, int fd, pid_t parent)
{
    struct child child = {.request = request, .fd = fd};
    fence(parent);
    /* volatile: read again after siglongjmp. */
    struct arena *volatile a = NULL;
    struct opened *volatile o = NULL;
    bool kvm_failed = false;
    if (sigsetjmp(child.no_memory, 1) == 0 && (a = arena_new(out_of_memory, &child))) {
        struct err e = {0};
        bool writes = request->mending && mending_writes(request->mending);
        struct mending_devices devices = {0};
        if (writes)
            devices = mending_devices(a, request->mending);
        child.options = (struct open_options){
            .force_emulation = request->force_emulation,
            .cache_directory = request->cache_directory,
            .for_writing = writes,
            .known_root = devices.root,
            .known_devices = devices.others,
            .will_be_written = request->mending && !request->mending->dry_run &&
                               request->mending->kind != MENDING_RUNS,
            .force_host = request->mending && request->mending->force_host,
            .kvm_failed = &kvm_failed,
            .progress = progress,
            .progress_context = &child,
        };
        if (request->job == JOB_VERIFY && request->target.kind == TARGET_DIRECTORY)
            err_set(&e, ERR_UNSUPPORTED,
                    "%s: a directory: the programs of a guest are only run in the appliance, where "
                    "they can reach nothing of this machine; name its disk",
                    request->target.name);
        else
            o = open_target(a, &request->target, &child.options, &e);
        if (!writes) /* who writes may have to open it once more */
            disk_keys_wipe(request->target.keys, request->target.key_count);
        if (kvm_failed)
            say(&child, FRAME_EMULATION, bytes_of(""));
        if (o) {
            judge_all(&child, a, o);
        } else if (!asked_to_stop || is_writing) {
            say_error(&child, &e);
        }
    } else {
        say_failure(&child, ERR_NOMEM,
                    "out of memory: this guest needs more than a worker may have");
    }
    struct opened *closing = o;
    o = NULL; /* should closing run out of memory, too, it is not tried again */
    if (closing)
        opened_close(closing);
    wipe(request, a); /* before the last word: on that the parent ends us */
    if (!asked_to_stop || is_writing)
        say(&child, FRAME_END, bytes_of(""));
    _exit(EXIT_SUCCESS);
}
