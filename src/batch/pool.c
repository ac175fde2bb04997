#include "batch/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "batch/mend.h"

/* A place at work: one worker and the number of its target. */
struct seat {
    struct worker *worker; /* NULL: free */
    struct worker_request request;
    size_t target;
};

struct result {
    bool is_there;
    struct worker_outcome outcome;
};

struct running {
    struct arena *arena;
    const struct pool *pool;
    struct seat *seats;
    size_t seat_count;
    struct pollfd *polled; /* the signals, then one a seat */
    int *open_pipes;       /* of a worker: the signals and the pipes of the others */
    struct result *results;
    size_t next;      /* the target to start */
    size_t delivered; /* all before it were handed on */
    bool emulation;   /* KVM failed once */
    bool unwanted;    /* nobody wants more */
    int signals;
    int signal;
};

static void deliver(struct running *r)
{
    bool writes = r->pool->request->mending && mending_writes(r->pool->request->mending);
    while ((!r->signal || writes) && !r->unwanted && r->delivered < r->pool->count &&
           r->results[r->delivered].is_there) {
        struct result *result = &r->results[r->delivered++];
        r->unwanted = !r->pool->done(r->pool->context, &result->outcome);
    }
}

static void end_seat(struct running *r, struct seat *seat)
{
    struct result *result = &r->results[seat->target];
    result->outcome = worker_end(seat->worker);
    result->is_there = true;
    r->emulation |= result->outcome.used_emulation_after_kvm;
    seat->worker = NULL;
}

static void start_seat(struct running *r, struct seat *seat)
{
    size_t count = 0;
    r->open_pipes[count++] = r->signals;
    for (size_t i = 0; i < r->seat_count; i++)
        if (r->seats[i].worker)
            r->open_pipes[count++] = worker_pipe(r->seats[i].worker);
    seat->target = r->next++;
    seat->request = *r->pool->request;
    seat->request.target = r->pool->targets[seat->target];
    seat->request.force_emulation |= r->emulation;
    if (r->pool->begin)
        r->pool->begin(r->pool->context, &seat->request.target);
    seat->worker = worker_start(r->arena, &seat->request, r->open_pipes, count);
    if (worker_pipe(seat->worker) < 0)
        end_seat(r, seat);
}

/* True while somebody works. */
static bool fill_seats(struct running *r)
{
    bool busy = false;
    for (size_t i = 0; i < r->seat_count; i++) {
        struct seat *seat = &r->seats[i];
        while (!seat->worker && r->next < r->pool->count && !r->signal && !r->unwanted) {
            start_seat(r, seat);
            deliver(r);
        }
        busy |= seat->worker != NULL;
    }
    return busy;
}

static void stop_all(struct running *r)
{
    for (size_t i = 0; i < r->seat_count; i++)
        if (r->seats[i].worker)
            worker_stop(r->seats[i].worker);
}

/* A signal to us: end the workers now, finish with that signal. */
static void take_signal(struct running *r)
{
    struct signalfd_siginfo info;
    if (read(r->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    r->signal = (int)info.ssi_signo;
    stop_all(r);
}

static bool wait_for_word(struct running *r)
{
    int64_t left = INT32_MAX;
    r->polled[0] = (struct pollfd){r->signals, POLLIN, 0};
    for (size_t i = 0; i < r->seat_count; i++) {
        const struct worker *w = r->seats[i].worker;
        r->polled[i + 1] = (struct pollfd){w ? worker_pipe(w) : -1, POLLIN, 0};
        if (w && worker_time_left(w) < left)
            left = worker_time_left(w);
    }
    int n = poll(r->polled, (nfds_t)r->seat_count + 1, (int)left);
    if (n <= 0)
        for (size_t i = 0; i <= r->seat_count; i++)
            r->polled[i].revents = 0;
    return n >= 0 || errno == EINTR;
}

static void work(struct running *r)
{
    while (fill_seats(r)) {
        bool can_wait = wait_for_word(r);
        if (r->polled[0].revents & POLLIN)
            take_signal(r);
        for (size_t i = 0; i < r->seat_count; i++) {
            struct seat *seat = &r->seats[i];
            bool readable = r->polled[i + 1].revents & (POLLIN | POLLHUP | POLLERR);
            if (seat->worker && (!can_wait || !worker_tick(seat->worker, readable)))
                end_seat(r, seat);
        }
        deliver(r);
        if (r->unwanted)
            stop_all(r);
    }
}

static void catch_signals(sigset_t *old, int *fd)
{
    sigset_t caught;
    sigemptyset(&caught);
    sigaddset(&caught, SIGINT);
    sigaddset(&caught, SIGTERM);
    sigaddset(&caught, SIGHUP);
    sigprocmask(SIG_BLOCK, &caught, old);
    *fd = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

int pool_run(struct arena *a, const struct pool *pool)
{
    size_t seats = pool->jobs > 0 ? pool->jobs : 1;
    seats = seats < pool->count ? seats : pool->count;
    CLEANUP_FD int signals = -1;
    sigset_t old;
    catch_signals(&old, &signals);
    struct running r = {
        .arena = a,
        .pool = pool,
        .seats = arena_alloc_array(a, seats, sizeof(struct seat)),
        .seat_count = seats,
        .polled = arena_alloc_array(a, seats + 1, sizeof(struct pollfd)),
        .open_pipes = arena_alloc_array(a, seats + 1, sizeof(int)),
        .results = arena_alloc_array(a, pool->count, sizeof(struct result)),
        .signals = signals,
    };
    work(&r);
    for (size_t i = r.delivered; i < pool->count; i++)
        vec_each (document, &r.results[i].outcome.documents)
            json_free(*document);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return r.signal;
}

static bool keep_outcome(void *context, const struct worker_outcome *outcome)
{
    struct worker_outcome *kept = context;
    *kept = *outcome;
    return true;
}

struct worker_outcome worker_run(struct arena *a, const struct worker_request *request)
{
    struct worker_outcome outcome = {0};
    struct pool pool = {
        .request = request,
        .targets = &request->target,
        .count = 1,
        .jobs = 1,
        .done = keep_outcome,
        .context = &outcome,
    };
    outcome.signal = pool_run(a, &pool);
    return outcome;
}
