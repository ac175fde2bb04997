/* A look-out beside guestfs_launch, which by itself waits twenty minutes: when the appliance has
 * not said a byte for a while, its qemu is killed and the launch returns with an error. Only kills
 * a direct child of this process. */
#ifndef DISKMEND_GUEST_IMAGE_WATCHDOG_H
#define DISKMEND_GUEST_IMAGE_WATCHDOG_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

struct watchdog {
    pthread_t thread;
    sem_t over;
    atomic_llong last_sign; /* monotonic milliseconds of the last console byte */
    atomic_bool has_killed;
    int silence_seconds;
    bool is_running;
};

/* False when no thread can be had (then launch goes unwatched). */
bool watchdog_start(struct watchdog *w, int silence_seconds);
/* A byte came: may be called from any thread. */
void watchdog_pat(struct watchdog *w);
/* Ends the thread; true when it had to kill. */
bool watchdog_stop(struct watchdog *w);

#endif
