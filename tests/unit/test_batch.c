/* batch/: frames, and a worker that crashes, hangs, spins, eats memory or is interrupted. The
 * engine and the judge are played by this file (guest/open and batch/judge are not linked): what
 * they do is told by the target's name. */
#include "suite.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "batch/frame.h"
#include "batch/judge.h"
#include "batch/pool.h"
#include "guest/open.h"

#include "config.h"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* ---- the players ---- */

static int *meeting; /* shared with the workers: how many have come */

struct opened {
    int nothing;
};
static const struct opened_root roots[] = {{"/dev/sda1", "One 1"}, {"/dev/sda2", "Two 2"}};

struct opened *open_target(struct arena *a, const struct target *target,
                           const struct open_options *options, struct err *e)
{
    options->progress(options->progress_context, "opening");
    if (strcmp(target->name, "kvm") == 0)
        *options->kvm_failed = true;
    if (strcmp(target->name, "missing") == 0) {
        err_set(e, ERR_NOT_FOUND, "no such file");
        return NULL;
    }
    if (strcmp(target->name, "open crash") == 0)
        raise(SIGKILL);
    return arena_new_struct(a, struct opened);
}

const struct opened_root *opened_roots(const struct opened *o, size_t *count)
{
    (void)o;
    *count = 2;
    return roots;
}

struct tree *opened_tree(struct opened *o, size_t root, struct err *e)
{
    (void)e;
    static struct tree none;
    return o && root < 2 ? &none : NULL;
}

const char *opened_engine(const struct opened *o)
{
    return o ? "player" : "";
}

const char *opened_format(const struct opened *o)
{
    return o ? "raw" : "";
}

const char *const *opened_notes(const struct opened *o, size_t *count)
{
    (void)o;
    *count = 0;
    return NULL;
}

void opened_close(struct opened *o)
{
    (void)o;
}

/* What only those ask who write or run something: nobody here. */
struct tree *opened_writable(struct opened *o, size_t root, struct err *e)
{
    (void)o, (void)root;
    err_set(e, ERR_UNSUPPORTED, "nothing is written here");
    return NULL;
}

int opened_finish(struct opened *o, struct err *e)
{
    (void)o, (void)e;
    return 0;
}

bool opened_died(const struct opened *o)
{
    (void)o;
    return false;
}

bool opened_run(struct opened *o, const struct run_request *request, struct run_answer *out)
{
    (void)o, (void)request, (void)out;
    return false;
}

struct filesystems_answer opened_filesystems(struct opened *o)
{
    (void)o;
    return (struct filesystems_answer){0};
}

int opened_find_roots(struct opened *o, struct err *e)
{
    (void)o, (void)e;
    return 0;
}

void opened_fsck(struct opened *o, const char *device, bool mends, struct fsck_answer *out)
{
    (void)o, (void)device, (void)mends, (void)out;
}

void judge_opened_notes(struct arena *a, const struct judge_target *target,
                        struct judge_notes *notes)
{
    (void)a, (void)target, (void)notes;
}

struct report_input judge_report_input(const struct worker_request *request,
                                       const struct judge_target *target,
                                       const struct judge_notes *notes)
{
    (void)target, (void)notes;
    return (struct report_input){.target_name = request->target.name};
}

static void spin(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

int judge_root(struct arena *a, const struct worker_request *request,
               const struct judge_target *target, struct tree *tree, judge_progress *progress,
               judge_document *done, void *context, struct err *e)
{
    (void)tree;
    const char *name = request->target.name;
    progress(context, "judging");
    if (strcmp(name, "crash") == 0)
        raise(SIGKILL);
    if (strcmp(name, "exit") == 0)
        _exit(7);
    if (strcmp(name, "spin") == 0)
        spin();
    if (strcmp(name, "child") == 0) { /* as qemu would: it has to die with the worker */
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            spin();
        }
        spin();
    }
    while (strcmp(name, "memory") == 0)
        memset(arena_alloc(a, 1 << 20), 1, 1 << 20);
    if (strcmp(name, "limit") == 0) {
        struct rlimit core;
        getrlimit(RLIMIT_CORE, &core);
        if (core.rlim_cur != 0 || getsid(0) != getpid())
            return err_set(e, ERR_INTERNAL, "no limits");
        CLEANUP_JSON struct json *null = json_new_null(a);
        done(context, a, null);
        return 0;
    }
    if (strcmp(name, "fault") == 0)
        return err_set(e, ERR_INTERNAL, "a lens is missing");
    if (strncmp(name, "meet", 4) == 0) { /* two at a time, or never */
        __atomic_add_fetch(meeting, 1, __ATOMIC_SEQ_CST);
        for (int i = 0; i < 2000 && __atomic_load_n(meeting, __ATOMIC_SEQ_CST) < 2; i++)
            usleep(10000);
        if (__atomic_load_n(meeting, __ATOMIC_SEQ_CST) < 2)
            _exit(3);
    }
    CLEANUP_JSON struct json *d = json_new_object(a);
    json_set_string(a, d, "name", name);
    json_set_string(a, d, "schema", "player/1");
    json_set_string(a, d, "root", target->root->device);
    done(context, a, d);
    if (strcmp(name, "people") == 0) /* as why does */
        done(context, a, d);
    return 0;
}

/* ---- helpers of the tests ---- */

static struct worker_outcome run_with(const char *name, const char *root, int timeout)
{
    struct worker_request request = {
        .job = JOB_SCAN,
        .target = {.name = name, .kind = TARGET_IMAGE, .root = root},
        .timeout_seconds = timeout,
    };
    return worker_run(arena, &request);
}

static const char *failure(const struct worker_outcome *o, size_t i, const char *member)
{
    const char *text = json_member_string(json_member(o->documents.items[i], "failure"), member);
    return text ? text : "";
}

static void free_documents(struct worker_outcome *o)
{
    vec_each (d, &o->documents)
        json_free(*d);
}

/* ---- frames ---- */

START_TEST(frames_arrive_in_pieces)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert(frame_send(ends[1], FRAME_STAGE, bytes_of("reading")));
    ck_assert(frame_send(ends[1], FRAME_END, bytes_of("")));
    char buffer[64];
    ssize_t n = read(ends[0], buffer, sizeof buffer);
    ck_assert_int_eq(n, 5 + 7 + 5);
    struct frame frame;
    bool broken = false;
    for (size_t have = 0; have < 12; have++) {
        size_t position = 0;
        ck_assert(!frame_take((struct bytes){buffer, have}, &position, &frame, &broken));
        ck_assert(!broken && position == 0);
    }
    size_t position = 0;
    ck_assert(frame_take((struct bytes){buffer, (size_t)n}, &position, &frame, &broken));
    ck_assert_int_eq(frame.kind, FRAME_STAGE);
    ck_assert(bytes_equal_text(frame.payload, "reading"));
    ck_assert(frame_take((struct bytes){buffer, (size_t)n}, &position, &frame, &broken));
    ck_assert_int_eq(frame.kind, FRAME_END);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(each_kind_is_a_frame)
{
    static const char kinds[] = "SOAEDPF.";
    char text[5] = {kinds[_i], 0, 0, 0, 0};
    struct frame frame;
    bool broken = false;
    size_t position = 0;
    ck_assert(frame_take((struct bytes){text, sizeof text}, &position, &frame, &broken));
    ck_assert_int_eq(frame.kind, kinds[_i]);
    ck_assert_uint_eq(position, sizeof text);
}
END_TEST

START_TEST(nonsense_is_no_frame)
{
    static const char *const bad[] = {"X\0\0\0\0", "D\377\377\377\377"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct frame frame;
        bool broken = false;
        size_t position = 0;
        ck_assert(!frame_take((struct bytes){bad[i], 5}, &position, &frame, &broken));
        ck_assert(broken);
    }
}
END_TEST

/* ---- workers ---- */

START_TEST(every_root_gives_a_document)
{
    struct worker_outcome o = run_with("good", NULL, 0);
    ck_assert_int_eq(o.documents.count, 2);
    ck_assert_str_eq(json_member_string(o.documents.items[1], "root"), "/dev/sda2");
    free_documents(&o);
}
END_TEST

START_TEST(every_subject_gives_a_document)
{
    struct worker_outcome o = run_with("people", NULL, 0);
    ck_assert_int_eq(o.documents.count, 4);
    ck_assert_str_eq(json_member_string(o.documents.items[1], "root"), "/dev/sda1");
    ck_assert_str_eq(json_member_string(o.documents.items[2], "root"), "/dev/sda2");
    free_documents(&o);
}
END_TEST

START_TEST(root_chooses)
{
    static const struct {
        const char *root, *device, *code;
    } cases[] = {{"first", "/dev/sda1", ""},
                 {"/dev/sda2", "/dev/sda2", ""},
                 {"single", NULL, "several-roots"},
                 {"/dev/sdz9", NULL, "no-root"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct worker_outcome o = run_with("good", cases[i].root, 0);
        ck_assert_int_eq(o.documents.count, 1);
        if (cases[i].device)
            ck_assert_str_eq(json_member_string(o.documents.items[0], "root"), cases[i].device);
        ck_assert_str_eq(failure(&o, 0, "code"), cases[i].code);
        free_documents(&o);
    }
}
END_TEST

START_TEST(what_fails_is_a_report)
{
    static const struct {
        const char *name, *code, *stage;
    } cases[] = {{"missing", "not-found", "open"},  {"crash", "crashed", "read"},
                 {"open crash", "crashed", "read"}, {"exit", "crashed", "read"},
                 {"fault", "internal", "read"},
#ifndef HAVE_ADDRESS_SANITIZER
                 {"memory", "nomem", "read"},
#endif
                 {"limit", "internal", "read"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct worker_outcome o = run_with(cases[i].name, "first", 20);
        ck_assert_int_eq(o.documents.count, 1);
        ck_assert_str_eq(json_member_string(o.documents.items[0], "status"), "failed");
        ck_assert_str_eq(failure(&o, 0, "code"), cases[i].code);
        ck_assert_str_eq(failure(&o, 0, "stage"), cases[i].stage);
        ck_assert_str_ne(failure(&o, 0, "message"), "");
        free_documents(&o);
    }
}
END_TEST

/* Nobody of the worker's session is left: waitpid above reaped the worker, its children are gone.
 */
START_TEST(what_is_late_is_killed_with_its_children)
{
    static const char *const names[] = {"spin", "child"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        time_t from = time(NULL);
        struct worker_outcome o = run_with(names[i], "first", 1);
        ck_assert_int_le(time(NULL) - from, 12);
        ck_assert_int_eq(o.documents.count, 1);
        ck_assert_str_eq(failure(&o, 0, "code"), "timeout");
        free_documents(&o);
    }
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* A person who interrupts us as soon as the judging has begun. */
static void interrupt_us(void *context, const char *target, const char *stage)
{
    (void)context, (void)target;
    if (strcmp(stage, "judging") == 0)
        kill(getpid(), SIGINT);
}

START_TEST(a_signal_ends_it)
{
    struct worker_request request = {
        .job = JOB_SCAN,
        .target = {.name = "spin", .kind = TARGET_IMAGE, .root = "first"},
        .timeout_seconds = 60,
        .progress = interrupt_us,
    };
    struct worker_outcome o = worker_run(arena, &request);
    ck_assert_int_eq(o.signal, SIGINT);
    ck_assert_int_eq(o.documents.count, 0);
}
END_TEST

/* ---- several at a time ---- */

struct seen {
    VEC(const char *) words; /* the name of a document, the code of a failure */
    size_t wanted;           /* after so many nobody listens */
};

static bool see(void *context, const struct worker_outcome *o)
{
    struct seen *seen = context;
    ck_assert_uint_eq(o->documents.count, 1);
    const char *name = json_member_string(o->documents.items[0], "name");
    vec_push(arena, &seen->words, arena_strdup(arena, name ? name : failure(o, 0, "code")));
    json_free(o->documents.items[0]);
    return seen->words.count != seen->wanted;
}

static int run_pool(struct seen *seen, const char *const *names, size_t count, size_t jobs,
                    const struct worker_request *request)
{
    struct target *targets = arena_alloc_array(arena, count, sizeof *targets);
    for (size_t i = 0; i < count; i++)
        targets[i] = (struct target){.name = names[i], .kind = TARGET_IMAGE, .root = "first"};
    struct pool pool = {.request = request,
                        .targets = targets,
                        .count = count,
                        .jobs = jobs,
                        .done = see,
                        .context = seen};
    return pool_run(arena, &pool);
}

START_TEST(several_come_in_order)
{
    static const char *const names[] = {"spin", "good",       "missing", "crash",
                                        "good", "open crash", "exit",    "good"};
    static const char *const wanted[] = {"timeout", "good",    "not-found", "crashed",
                                         "good",    "crashed", "crashed",   "good"};
    static const size_t jobs[] = {2, 50};
    struct worker_request request = {.job = JOB_SCAN, .timeout_seconds = 1};
    for (size_t k = 0; k < 2; k++) {
        struct seen seen = {0};
        ck_assert_int_eq(run_pool(&seen, names, 8, jobs[k], &request), 0);
        ck_assert_uint_eq(seen.words.count, 8);
        for (size_t i = 0; i < 8; i++)
            ck_assert_str_eq(seen.words.items[i], wanted[i]);
        ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    }
}
END_TEST

START_TEST(two_work_at_a_time)
{
    static const char *const names[] = {"meet a", "meet b"};
    meeting =
        mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(meeting, MAP_FAILED);
    struct worker_request request = {.job = JOB_SCAN, .timeout_seconds = 60};
    struct seen seen = {0};
    ck_assert_int_eq(run_pool(&seen, names, 2, 2, &request), 0);
    ck_assert_uint_eq(seen.words.count, 2);
    ck_assert_str_eq(seen.words.items[0], "meet a");
    ck_assert_str_eq(seen.words.items[1], "meet b");
    munmap(meeting, sizeof *meeting);
}
END_TEST

START_TEST(a_signal_ends_all)
{
    static const char *const names[] = {"spin", "good", "child", "spin", "good"};
    struct worker_request request = {.job = JOB_SCAN,
                                     .timeout_seconds = 60,
                                     .progress = interrupt_us};
    struct seen seen = {0};
    time_t from = time(NULL);
    ck_assert_int_eq(run_pool(&seen, names, 5, 4, &request), SIGINT);
    ck_assert_int_le(time(NULL) - from, 15);
    ck_assert_uint_eq(seen.words.count, 0); /* the first was not done */
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* A closed pipe, a full disk: the rest need not be judged. */
START_TEST(nobody_listens_any_more)
{
    static const char *const names[] = {"good", "good", "spin", "spin", "spin"};
    struct worker_request request = {.job = JOB_SCAN, .timeout_seconds = 60};
    struct seen seen = {.wanted = 2};
    ck_assert_int_eq(run_pool(&seen, names, 5, 3, &request), 0);
    ck_assert_uint_eq(seen.words.count, 2);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(kvm_is_remembered)
{
    struct worker_outcome o = run_with("kvm", "first", 0);
    ck_assert(o.used_emulation_after_kvm);
    free_documents(&o);
    o = run_with("good", "first", 0);
    ck_assert(!o.used_emulation_after_kvm);
    free_documents(&o);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("batch");
    TCase *c = tcase_create("worker");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, frames_arrive_in_pieces);
    tcase_add_loop_test(c, each_kind_is_a_frame, 0, 8);
    tcase_add_test(c, nonsense_is_no_frame);
    tcase_add_test(c, every_root_gives_a_document);
    tcase_add_test(c, every_subject_gives_a_document);
    tcase_add_test(c, root_chooses);
    tcase_add_test(c, what_fails_is_a_report);
    tcase_add_test(c, what_is_late_is_killed_with_its_children);
    tcase_add_test(c, a_signal_ends_it);
    tcase_add_test(c, several_come_in_order);
    tcase_add_test(c, two_work_at_a_time);
    tcase_add_test(c, a_signal_ends_all);
    tcase_add_test(c, nobody_listens_any_more);
    tcase_add_test(c, kvm_is_remembered);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
