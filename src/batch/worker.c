#include "batch/worker.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "batch/disk_check.h"
#include "batch/frame.h"
#include "batch/mend.h"
#include "batch/verify.h"
#include "batch/worker_child.h"
#include "report/report.h"

/* How long a worker that was asked to stop may take to close its target. */
#define GRACE_SECONDS 5
/* … and one that is writing, to take back what it did and unmount. */
#define WRITING_GRACE_SECONDS 300
/* … and one that was killed to be dead. */
#define LAST_SECONDS 5

struct worker {
    struct arena *arena;
    const struct worker_request *request;
    struct worker_outcome outcome;
    pid_t pid;
    int from_child;
    int64_t deadline; /* milliseconds of the monotonic clock */
    bool is_open;
    bool is_late;  /* one that writes was told so once */
    bool ended;    /* the worker said all it had to say */
    bool stopping; /* it was asked to stop: what it says now does not count */
    char *buffer;
    size_t have, capacity;
};

static bool writes(const struct worker *p)
{
    const struct worker_request *r = p->request;
    return (r->mending && mending_writes(r->mending)) || (r->disk_check && r->disk_check->mends);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int guest_seconds(const struct worker_request *request)
{
    if (request->mending && mending_writes(request->mending) && request->timeout_seconds == 0)
        return LIMIT_WRITE_SECONDS;
    if (request->job == JOB_CHECK_DISK && request->timeout_seconds == 0)
        return LIMIT_FSCK_SECONDS;
    if (request->job == JOB_VERIFY && request->timeout_seconds == 0)
        return LIMIT_GUEST_SECONDS + 3 * LIMIT_VERIFY_SECONDS;
    return request->timeout_seconds > 0 ? request->timeout_seconds : LIMIT_GUEST_SECONDS;
}

/* ERR_NOT_FOUND is "not-found" to a program that reads the report. */
static const char *code_name(struct arena *a, enum err_code code)
{
    static const char *const names[] = {
#define ERR_CODE_TEXT(name, text) #name,
        ERR_CODES(ERR_CODE_TEXT)
#undef ERR_CODE_TEXT
    };
    char *name = arena_strdup(a, names[code] + sizeof "ERR_" - 1);
    for (char *p = name; *p; p++)
        *p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
    return name;
}

/* What is our own fault, or the machine's, is a disk not read, however far we got. */
static bool is_our_fault(enum err_code code)
{
    return code == ERR_CRASHED || code == ERR_TIMEOUT || code == ERR_NOMEM || code == ERR_INTERNAL;
}

static void add_failure(struct worker *p, enum err_code code, enum failure_stage stage,
                        const char *text)
{
    struct report_input input = {
        .target_name = p->request->target.name,
        .target_kind = target_kind_name(p->request->target.kind),
        .status = REPORT_FAILED,
        .failure = text,
        .failure_code = code_name(p->arena, code),
        .failure_after_open = stage == FAILURE_READ || is_our_fault(code),
    };
    struct json *document = NULL;
    switch (p->request->job) {
    case JOB_SCAN:
        document = report_scan_document(p->arena, &input);
        break;
    case JOB_FACTS:
        document = report_facts_document(p->arena, &input, NULL);
        break;
    case JOB_WHY:
        document = report_why_document(p->arena, &input, NULL);
        break;
    case JOB_MEND:
        document = mending_document(p->arena, p->request, &input);
        break;
    case JOB_VERIFY:
        document = verify_document(p->arena, &input);
        break;
    case JOB_CHECK_DISK:
        document = disk_check_document(p->arena, &input);
        break;
    }
    vec_push(p->arena, &p->outcome.documents, document);
}

static void take_document(struct worker *p, struct bytes text)
{
    struct err e = {0};
    struct json *document = json_parse(text, "worker", &e);
    if (document && json_type(document) == JSON_OBJECT && json_member_string(document, "schema")) {
        vec_push(p->arena, &p->outcome.documents, document);
        return;
    }
    json_free(document);
    add_failure(p, ERR_INTERNAL, FAILURE_READ,
                "the worker's report does not parse: this is a fault in diskmend");
}

static void take_failure(struct worker *p, struct bytes payload)
{
    if (payload.len < 2)
        return;
    enum err_code code = (enum err_code)(unsigned char)payload.ptr[0];
    if ((unsigned)code > ERR_INTERNAL)
        code = ERR_INTERNAL;
    add_failure(p, code, payload.ptr[1] == FAILURE_OPEN ? FAILURE_OPEN : FAILURE_READ,
                arena_text(p->arena, bytes_cut(payload, 2, payload.len)));
}

static void take_frame(struct worker *p, const struct frame *frame)
{
    const struct worker_request *request = p->request;
    switch (frame->kind) {
    case FRAME_STAGE:
        if (request->progress)
            request->progress(request->progress_context, request->target.name,
                              arena_text(p->arena, frame->payload));
        break;
    case FRAME_OPEN:
        p->is_open = p->outcome.opened = true;
        p->deadline = now_ms() + guest_seconds(request) * 1000ll;
        break;
    case FRAME_AGAIN:
        p->deadline = now_ms() + LIMIT_OPEN_SECONDS * 1000ll;
        break;
    case FRAME_EMULATION:
        p->outcome.used_emulation_after_kvm = true;
        break;
    case FRAME_DOCUMENT:
        take_document(p, frame->payload);
        break;
    case FRAME_EDITS:
        p->outcome.edits = arena_bytes(p->arena, frame->payload);
        break;
    case FRAME_FAILURE:
        take_failure(p, frame->payload);
        break;
    case FRAME_END:
        p->ended = true;
        break;
    }
}

/* Edits come through here, with new private keys and shadow files in them: no copy is left behind. */
static void drop_buffer(struct worker *p)
{
    if (p->buffer)
        explicit_bzero(p->buffer, p->capacity);
    free(p->buffer);
    p->buffer = NULL;
}

static void grow_buffer(struct worker *p)
{
    size_t capacity = p->capacity * 2 + 65536;
    char *grown = malloc(capacity);
    if (!grown)
        arena_exhausted(p->arena);
    if (p->have)
        memcpy(grown, p->buffer, p->have);
    drop_buffer(p);
    p->buffer = grown;
    p->capacity = capacity;
}

/* False when the pipe is at its end (or speaks nonsense). */
static bool take_bytes(struct worker *p)
{
    if (p->capacity - p->have < 65536)
        grow_buffer(p);
    ssize_t n = read(p->from_child, p->buffer + p->have, p->capacity - p->have);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n == 0)
        return false;
    p->have += (size_t)n;
    size_t position = 0;
    bool broken = false;
    struct frame frame;
    while (frame_take((struct bytes){p->buffer, p->have}, &position, &frame, &broken))
        if (!p->stopping)
            take_frame(p, &frame);
    memmove(p->buffer, p->buffer + position, p->have - position);
    p->have -= position;
    return !broken;
}

/* Ask for an orderly end; what does not come in GRACE_SECONDS is killed. */
static void ask_to_stop(struct worker *p)
{
    if (p->stopping)
        return;
    kill(p->pid, SIGTERM);
    p->stopping = true;
    p->deadline = now_ms() + GRACE_SECONDS * 1000;
}

static void late(struct worker *p)
{
    int seconds = p->is_open ? guest_seconds(p->request) : LIMIT_OPEN_SECONDS;
    add_failure(p, ERR_TIMEOUT, p->is_open ? FAILURE_READ : FAILURE_OPEN,
                arena_printf(p->arena, "%s took longer than %d seconds%s",
                             p->is_open ? "reading and judging it" : "opening it", seconds,
                             p->is_open ? ": give it more with --timeout SECONDS" : ""));
    ask_to_stop(p);
}

/* One that writes is waited for, and heard: how the disk was left must be said. */
static void ask_to_take_back(struct worker *p)
{
    kill(p->pid, SIGTERM);
    p->deadline = now_ms() + WRITING_GRACE_SECONDS * 1000;
}

/* What hangs in the kernel does not die of SIGKILL: the other targets do not wait for it. */
static bool wait_for_end(pid_t pid, int *status)
{
    for (int64_t until = now_ms() + LAST_SECONDS * 1000;;) {
        pid_t gone = waitpid(pid, status, WNOHANG);
        if (gone == pid || (gone < 0 && errno != EINTR))
            return true;
        if (now_ms() >= until)
            return false;
        poll(NULL, 0, 1);
    }
}

/* The worker is done, dead, or out of time: nothing of its session outlives this. */
static void reap(struct worker *p)
{
    if (!p->ended && !p->stopping) { /* a broken pipe: give a dying worker the time to be dead */
        int64_t until = now_ms() + 1000;
        siginfo_t gone = {0};
        while (waitid(P_PID, (id_t)p->pid, &gone, WEXITED | WNOWAIT | WNOHANG) == 0 &&
               gone.si_pid == 0 && now_ms() < until)
            poll(NULL, 0, 10);
    }
    kill(-p->pid, SIGKILL); /* fails when the worker did not get as far as setsid */
    if (!p->ended)
        kill(p->pid, SIGKILL);
    int status = 0;
    if (!wait_for_end(p->pid, &status)) {
        if (!p->ended)
            add_failure(p, ERR_CRASHED, p->is_open ? FAILURE_READ : FAILURE_OPEN,
                        "the worker that read it cannot be ended: the machine does not answer its "
                        "reads");
        return;
    }
    if (p->ended || p->stopping)
        return;
    const char *how;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        how = arena_printf(p->arena, "judging it took more than %d seconds of processor time",
                           LIMIT_WORKER_CPU_SECONDS);
    else if (WIFSIGNALED(status))
        how =
            arena_printf(p->arena,
                         "the worker that read it was ended by signal %d (%s): this is a fault in "
                         "diskmend, or the machine is out of memory",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        how = arena_printf(p->arena, "the worker that read it ended early with status %d",
                           WEXITSTATUS(status));
    add_failure(p, ERR_CRASHED, p->is_open ? FAILURE_READ : FAILURE_OPEN, how);
}

struct worker *worker_start(struct arena *a, const struct worker_request *request,
                            const int *not_its_own, size_t count)
{
    struct worker *p = arena_new_struct(a, struct worker);
    *p = (struct worker){.arena = a, .request = request, .from_child = -1};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        add_failure(p, ERR_IO, FAILURE_OPEN, arena_printf(a, "pipe: %s", strerror(errno)));
        return p;
    }
    pid_t parent = getpid();
    p->pid = fork();
    if (p->pid == 0) {
        close(ends[0]);
        for (size_t i = 0; i < count; i++)
            close(not_its_own[i]);
        worker_child(request, ends[1], parent);
    }
    int why = errno;
    close(ends[1]);
    if (p->pid < 0) {
        close(ends[0]);
        add_failure(p, ERR_IO, FAILURE_OPEN, arena_printf(a, "fork: %s", strerror(why)));
        return p;
    }
    p->from_child = ends[0];
    p->deadline = now_ms() + LIMIT_OPEN_SECONDS * 1000ll;
    return p;
}

int worker_pipe(const struct worker *p)
{
    return p->from_child;
}

int64_t worker_time_left(const struct worker *p)
{
    int64_t left = p->deadline - now_ms();
    return left > 0 ? left : 0;
}

bool worker_tick(struct worker *p, bool readable)
{
    if (readable && !take_bytes(p))
        return false;
    if (worker_time_left(p) > 0)
        return true;
    if (p->stopping)
        return false;
    if (p->is_open && writes(p) && !p->is_late) {
        p->is_late = true;
        ask_to_take_back(p);
    } else {
        late(p);
    }
    return true;
}

void worker_stop(struct worker *p)
{
    if (writes(p))
        ask_to_take_back(p);
    else
        ask_to_stop(p);
}

struct worker_outcome worker_end(struct worker *p)
{
    if (p->from_child >= 0) {
        reap(p);
        close(p->from_child);
        p->from_child = -1;
    }
    drop_buffer(p);
    p->capacity = p->have = 0;
    if (p->outcome.documents.count == 0 && !p->stopping)
        add_failure(p, ERR_INTERNAL, FAILURE_READ, "the worker gave no report");
    return p->outcome;
}
