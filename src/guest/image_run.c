/* The only door through which a program of the guest runs: inside the appliance, on throw-away
 * overlays of read-only drives, without a network, killed when it takes too long. For verify alone.
 */
#include "guest/image_private.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/random.h>
#include <time.h>

/* --- the clock -------------------------------------------------------------------------------- */

/* A call into the appliance cannot be given up; its qemu can be ended. */
struct run_clock {
    sem_t over;
    pthread_t thread;
    int process, seconds;
    bool is_running, has_killed;
};

static void *watch_clock(void *context)
{
    struct run_clock *c = context;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += c->seconds;
    int result;
    while ((result = sem_timedwait(&c->over, &until)) != 0 && errno == EINTR)
        continue;
    if (result != 0 && errno == ETIMEDOUT) {
        c->has_killed = true;
        kill((pid_t)c->process, SIGKILL);
    }
    return NULL;
}

static bool clock_begin(struct run_clock *c, guestfs_h *g, int seconds)
{
    *c = (struct run_clock){.process = guestfs_get_pid(g), .seconds = seconds};
    if (c->process <= 0 || sem_init(&c->over, 0, 0) != 0)
        return false;
    c->is_running = pthread_create(&c->thread, NULL, watch_clock, c) == 0;
    return c->is_running;
}

static void clock_end(struct run_clock *c)
{
    sem_post(&c->over);
    pthread_join(c->thread, NULL);
    sem_destroy(&c->over);
}

/* --- the guest made ready --------------------------------------------------------------------- */

static bool make_writable(struct image *image, struct image_answer *out)
{
    if (image->is_running)
        return true;
    struct guestfs_remount_argv o = {.bitmask = GUESTFS_REMOUNT_RW_BITMASK, .rw = 1};
    vec_each (fs, &image->filesystems)
        if (*fs->shown.mounted_on &&
            guestfs_remount_argv(image->g, fs->shown.mounted_on, &o) != 0) {
            out->why = arena_printf(image->arena, "the copy of %s cannot be written: %s",
                                    fs->shown.mounted_on, image_last_error(image->arena, image->g));
            return false;
        }
    image->is_running = true;
    return true;
}

/* What the distribution makes at boot on a tmpfs. */
static void make_directory(struct image *image, const char *path)
{
    if (path && guestfs_mkdir_p(image->g, path) == 0)
        guestfs_chmod(image->g, 0755, path);
}

/* --- running ---------------------------------------------------------------------------------- */

/* The guest's shell joins the two streams and tells the status, behind a word that the program
 * cannot guess. */
static char **command_line(struct arena *a, const char *word, const char *const *program)
{
    size_t count = 0;
    while (program[count])
        count++;
    char **line = arena_alloc_array(a, count + 5, sizeof *line);
    const char *script =
        arena_printf(a, "exec 2>&1 </dev/null; \"$@\"; printf '\\n%s %%d' $?", word);
    const char *const shell[] = {"/bin/sh", "-c", script, "sh"};
    for (size_t i = 0; i < 4; i++)
        line[i] = arena_strdup(a, shell[i]);
    for (size_t i = 0; i < count; i++)
        line[4 + i] = arena_strdup(a, program[i]);
    return line;
}

/* The last "\nWORD NUMBER" of the output, cut off. */
static bool take_status(char *text, const char *word, int *status)
{
    char *found = NULL;
    for (char *at = strstr(text, word); at; at = strstr(at + 1, word))
        found = at;
    if (!found || found == text || found[-1] != '\n')
        return false;
    *status = (int)strtol(found + strlen(word), NULL, 10);
    found[-1] = '\0';
    return true;
}

void image_run(struct image *image, const struct image_program *program, struct image_answer *out)
{
    struct arena *a = image->arena;
    struct run_clock clock;
    uint64_t number = 0;
    *out = (struct image_answer){.status = -1};
    if (image->request->options->for_writing || image_is_dead(image)) {
        out->why = "nothing of the guest can be run here";
        return;
    }
    if (!make_writable(image, out))
        return;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number ||
        !clock_begin(&clock, image->g, program->seconds)) {
        out->why = "there is no way to end it if it hangs";
        return;
    }
    make_directory(image, program->directory);
    const char *word = arena_printf(a, "diskmend-%016" PRIx64, number);
    CLEANUP_FREE char *text = guestfs_command(image->g, command_line(a, word, program->arguments));
    const char *error = text ? NULL : image_last_error(a, image->g);
    clock_end(&clock);
    if (clock.has_killed)
        out->why = arena_printf(a, "it did not come to an end in %d seconds", program->seconds);
    else if (!text)
        out->why = error;
    else if (!take_status(text, word, &out->status))
        out->why = "the guest's shell did not say how it ended";
    else
        out->ran = true;
    if (text)
        out->output = arena_bytes(a, bytes_of(text));
}
