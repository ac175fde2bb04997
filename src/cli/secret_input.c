#include "cli/secret_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "cli/say.h"

void secret_wipe(struct bytes *secret)
{
    if (secret->ptr)
        explicit_bzero((void *)(uintptr_t)secret->ptr, secret->len);
    *secret = (struct bytes){0};
}

/* --- files ------------------------------------------------------------------------------------ */

static void warn_of_readers(int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 044))
        say("%s: others than its owner may read it (mode %04o): chmod 600 keeps what is secret in "
            "it secret",
            path, (unsigned)st.st_mode & 07777);
}

/* Into one room of the final size: growing would leave copies behind. */
static struct bytes read_whole(struct arena *a, int fd, const char *name, size_t limit,
                               struct err *e)
{
    char *room = arena_alloc(a, limit + 1);
    size_t have = 0;
    ssize_t n = 0;
    while (have <= limit &&
           ((n = read(fd, room + have, limit + 1 - have)) > 0 || (n < 0 && errno == EINTR)))
        have += n > 0 ? (size_t)n : 0;
    if (n >= 0 && have <= limit)
        return (struct bytes){room, have};
    if (n < 0)
        err_set(e, ERR_USAGE, "%s: %s", name, strerror(errno));
    else
        err_set(e, ERR_USAGE, "%s: larger than %zu bytes", name, limit);
    explicit_bzero(room, have);
    return (struct bytes){0};
}

struct bytes secret_read_file(struct arena *a, const char *path, size_t limit, struct err *e)
{
    CLEANUP_FD int opened = -1;
    if (strcmp(path, "-") == 0)
        return read_whole(a, STDIN_FILENO, "standard input", limit, e);
    opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (opened < 0) {
        err_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
        return (struct bytes){0};
    }
    warn_of_readers(opened, path);
    return read_whole(a, opened, path, limit, e);
}

struct bytes secret_read_password(struct arena *a, const char *path, struct err *e)
{
    struct bytes b = secret_read_file(a, path, LIMIT_PASSWORD_BYTES + 1, e);
    if (b.len > 0 && b.ptr[b.len - 1] == '\n')
        b.len--;
    return b;
}

/* --- the terminal ----------------------------------------------------------------------------- */

/* Held back while the echo is off: they come when the terminal is as it was. */
static const int held_back[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

static void held_back_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof held_back / sizeof *held_back; i++)
        sigaddset(set, held_back[i]);
}

static void write_text(int tty, const char *text)
{
    ssize_t ignored = write(tty, text, strlen(text));
    (void)ignored;
}

/* A line of the terminal into ROOM, without its newline. Its length, -1 at the end of the file or
 * on an error, -2 when a signal is pending. The rest of too long a line is read and dropped. */
static ssize_t read_line(int tty, int signals, char *room, size_t limit)
{
    size_t have = 0;
    for (;;) {
        struct pollfd wait[] = {{.fd = tty, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return -1;
        if (wait[1].revents)
            return -2;
        if (!wait[0].revents)
            continue;
        char c;
        ssize_t n = read(tty, &c, 1);
        if (n <= 0)
            return n < 0 && errno == EINTR ? -2 : -1;
        if (c == '\n')
            return (ssize_t)have;
        if (have < limit)
            room[have++] = c;
        else
            have = limit; /* too long: refused by its length */
    }
}

/* One question. Comes back with the signals let through again, so a pending one strikes here. */
static ssize_t ask(int tty, const char *question, char *room, size_t limit)
{
    sigset_t set, old;
    struct termios was, silent;
    held_back_set(&set);
    if (tcgetattr(tty, &was) != 0)
        return -1;
    sigprocmask(SIG_BLOCK, &set, &old);
    CLEANUP_FD int signals = signalfd(-1, &set, SFD_CLOEXEC);
    silent = was;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    tcsetattr(tty, TCSAFLUSH, &silent);
    write_text(tty, question);
    ssize_t n = read_line(tty, signals, room, limit);
    tcsetattr(tty, TCSAFLUSH, &was);
    write_text(tty, "\n");
    sigprocmask(SIG_SETMASK, &old, NULL);
    return n;
}

/* After a stop (^Z, fg) the question is asked again. */
static ssize_t ask_until_answered(int tty, const char *question, char *room, size_t limit)
{
    ssize_t n;
    while ((n = ask(tty, question, room, limit)) == -2)
        continue;
    return n;
}

struct bytes secret_ask_password(struct arena *a, const char *user, struct err *e)
{
    size_t limit = LIMIT_PASSWORD_BYTES + 1;
    CLEANUP_FD int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0) {
        err_set(e, ERR_USAGE,
                "there is no terminal to ask for a password on; --password-file and "
                "--password-stdin read it");
        return (struct bytes){0};
    }
    char *first = arena_alloc(a, limit), *again = arena_alloc(a, limit);
    const char *name = escape_terminal_text(a, user);
    ssize_t n =
        ask_until_answered(tty, arena_printf(a, "New password of %s: ", name), first, limit);
    ssize_t m = n >= 0 ? ask_until_answered(tty, "The same again: ", again, limit) : -1;
    bool same = n >= 0 && n == m && memcmp(first, again, (size_t)n) == 0;
    explicit_bzero(again, limit);
    if (same)
        return (struct bytes){first, (size_t)n};
    explicit_bzero(first, limit);
    err_set(e, ERR_USAGE, n < 0 || m < 0 ? "no password was given" : "the two passwords differ");
    return (struct bytes){0};
}
