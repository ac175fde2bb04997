#include "guest/image_watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

static long long now_milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The name between the brackets of /proc/PID/stat, and the parent after them. */
static bool is_our_qemu(long process)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
    if (n <= 0)
        return false;
    line[n] = '\0';
    char *name = strchr(line, '('), *end = strrchr(line, ')');
    long parent = 0;
    char state = 0;
    if (!name || !end || sscanf(end + 1, " %c %ld", &state, &parent) != 2)
        return false;
    *end = '\0';
    name++;
    bool is_emulator =
        (strstr(name, "qemu") || strstr(name, "kvm")) && strncmp(name, "qemu-img", 8) != 0;
    return parent == getpid() && state != 'Z' && is_emulator;
}

/* libguestfs tells the process id only to who can take its lock, which the launch holds. */
static long find_qemu(void)
{
    CLEANUP_DIR DIR *dir = opendir("/proc");
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char *end = NULL;
        long process = strtol(entry->d_name, &end, 10);
        if (process > 0 && *end == '\0' && is_our_qemu(process))
            return process;
    }
    return 0;
}

static void *watch(void *context)
{
    enum { PERIOD_MILLISECONDS = 500 };
    struct watchdog *w = context;
    long process = 0;
    long long since = 0;
    for (;;) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PERIOD_MILLISECONDS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (sem_timedwait(&w->over, &until) == 0)
            return NULL;
        if (errno != ETIMEDOUT && errno != EINTR)
            return NULL;
        if (process == 0 || !is_our_qemu(process)) {
            /* The clock starts with qemu: building the appliance before may well take longer. */
            process = find_qemu();
            since = now_milliseconds();
        }
        long long last = atomic_load(&w->last_sign);
        if (last < since)
            last = since;
        if (process != 0 && now_milliseconds() - last >= w->silence_seconds * 1000LL) {
            atomic_store(&w->has_killed, true);
            kill((pid_t)process, SIGKILL);
            process = 0;
        }
    }
}

bool watchdog_start(struct watchdog *w, int silence_seconds)
{
    *w = (struct watchdog){.silence_seconds = silence_seconds};
    if (sem_init(&w->over, 0, 0) != 0)
        return false;
    /* Signals are the program's affair, not this thread's. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->is_running = pthread_create(&w->thread, NULL, watch, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w->is_running;
}

void watchdog_pat(struct watchdog *w)
{
    atomic_store(&w->last_sign, now_milliseconds());
}

bool watchdog_stop(struct watchdog *w)
{
    if (w->is_running) {
        sem_post(&w->over);
        pthread_join(w->thread, NULL);
        w->is_running = false;
    }
    sem_destroy(&w->over);
    return atomic_load(&w->has_killed);
}
