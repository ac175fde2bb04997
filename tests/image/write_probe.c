/* Writes a set of edits to a disk image again and again while the appliance is killed in the
 * middle, and looks each time what the disk has become: for repair-image.test. A test program.
 *
 * write_probe IMAGE DEVICE KILLS: one line for each thing that happened. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "guest/open.h"
#include "guest/overlay.h"
#include "guest/writing.h"
#include "repair/commit.h"

/* --- the appliance ends ----------------------------------------------------------------------- */

static const struct tree_writing *real;
static long calls;     /* of the writing engine, since the last commit began */
static long strike_at; /* the call that the appliance dies in; 0: none */
static long delay_ms;  /* how far into that call */

static long our_qemu(void)
{
    DIR *dir = opendir("/proc");
    long found = 0;
    for (const struct dirent *entry; dir && !found && (entry = readdir(dir)) != NULL;) {
        char path[300], line[512] = "";
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *f = fopen(path, "r");
        if (!f)
            continue;
        size_t n = fread(line, 1, sizeof line - 1, f);
        fclose(f);
        line[n] = '\0';
        char state = 0, *end = strrchr(line, ')');
        long parent = 0;
        if (end && strstr(line, "(qemu") && sscanf(end + 1, " %c %ld", &state, &parent) == 2 &&
            parent == getpid() && state != 'Z')
            found = strtol(entry->d_name, NULL, 10);
    }
    if (dir)
        closedir(dir);
    return found;
}

static void *kill_soon(void *process)
{
    struct timespec wait = {0, delay_ms * 1000000L};
    nanosleep(&wait, NULL);
    kill((pid_t)(intptr_t)process, SIGKILL);
    return NULL;
}

static void strike(void)
{
    pthread_t thread;
    if (++calls != strike_at)
        return;
    void *process = (void *)(intptr_t)our_qemu();
    if (!process) {
        printf("no qemu to kill\n");
        exit(1);
    }
    if (delay_ms == 0) {
        kill((pid_t)(intptr_t)process, SIGKILL);
        usleep(50000);
    } else if (pthread_create(&thread, NULL, kill_soon, process) == 0) {
        pthread_detach(thread);
    }
}

static int probe_make(struct tree *t, const char *path, const struct node_state *s, struct err *e)
{
    strike();
    return real->make(t, path, s, e);
}

static int probe_replace(struct tree *t, const char *path, const struct node_state *s,
                         struct err *e)
{
    strike();
    return real->replace(t, path, s, e);
}

static int probe_set_meta(struct tree *t, const char *path, const struct node_state *s,
                          struct err *e)
{
    strike();
    return real->set_meta(t, path, s, e);
}

static int probe_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    strike();
    return real->move(t, path, to, e);
}

static int probe_remove(struct tree *t, const char *path, struct err *e)
{
    strike();
    return real->remove(t, path, e);
}

static int probe_flush(struct tree *t, struct err *e)
{
    strike();
    return real->flush(t, e);
}

static int probe_check(struct tree *t, const char *path, struct err *e)
{
    return real->check(t, path, e);
}

static const struct tree_writing probe_writing = {
    .make = probe_make,
    .replace = probe_replace,
    .set_meta = probe_set_meta,
    .move = probe_move,
    .remove = probe_remove,
    .flush = probe_flush,
    .check = probe_check,
};

/* --- the disk --------------------------------------------------------------------------------- */

struct probe {
    struct arena *arena;
    struct target target;
    const char *device;
    struct opened *opened;
    struct tree *tree;
    struct edit_list edits;
    int64_t moment;
};

static void die(const char *what, const struct err *e)
{
    printf("error: %s: %s%s%s\n", what, e->path, *e->path ? ": " : "", e->text);
    exit(1);
}

static void open_again(struct probe *p)
{
    struct err e = {0};
    struct open_options options = {.for_writing = true, .known_root = p->device};
    if (p->opened)
        opened_close(p->opened);
    p->opened = open_target(p->arena, &p->target, &options, &e);
    p->tree = p->opened ? opened_writable(p->opened, 0, &e) : NULL;
    if (!p->tree)
        die("open", &e);
    real = p->tree->writing;
    p->tree->writing = &probe_writing;
}

static struct node_state plain_file(struct bytes content, uint32_t mode)
{
    return (struct node_state){
        .exists = true, .type = NODE_FILE, .mode = mode, .has_content = true, .content = content};
}

static void put(struct tree *overlay, const char *path, struct node_state s)
{
    struct err e = {0};
    if (overlay_put(overlay, path, &s, &e) != 0)
        die(path, &e);
}

/* One of each kind. */
static void plan(struct probe *p)
{
    struct err e = {0};
    struct arena *a = p->arena;
    struct tree *o = overlay_new(a, p->tree);
    struct node_state s;
    char *big = arena_alloc(a, 3 * 1024 * 1024 + 7);
    memset(big, 'x', 3 * 1024 * 1024 + 7);
    if (overlay_state(o, "/etc/ssh/sshd_config", true, &s, &e) != 0)
        die("state", &e);
    s.has_content = true;
    s.content = bytes_of("Port 22\nPermitRootLogin no\n");
    put(o, "/etc/ssh/sshd_config", s);
    s = plain_file((struct bytes){big, 3 * 1024 * 1024 + 7}, 0711);
    s.uid = 1000;
    s.gid = 1001;
    const struct bytes label = {"system_u:object_r:etc_t:s0", 27};
    node_state_set_xattr(a, &s, "security.selinux", &label);
    put(o, "/etc/big", s);
    put(o, "/etc/empty", plain_file(bytes_of(""), 0600));
    put(o, "/etc/new.d",
        (struct node_state){.exists = true, .type = NODE_DIRECTORY, .mode = 0750, .gid = 7});
    put(o, "/etc/new.d/x.conf", plain_file(bytes_of("x\n"), 0644));
    put(o, "/etc/link",
        (struct node_state){
            .exists = true, .type = NODE_SYMLINK, .mode = 0777, .target = "passwd"});
    if (overlay_state(o, "/home/ana", false, &s, &e) != 0)
        die("state", &e);
    s.mode = 0700;
    s.uid = 1000;
    put(o, "/home/ana", s);
    put(o, "/etc/goes", (struct node_state){.exists = false});
    if (overlay_move(o, "/etc/old", "/etc/old.away", &e) != 0)
        die("move", &e);
    size_t count;
    const struct overlay_edit *edits = overlay_edits(o, &count);
    struct bytes packed = edit_list_pack(a, edits, count);
    if (edit_list_unpack(a, packed, &p->edits, &e) != 0)
        die("pack", &e);
}

static struct edit_list reversed(struct probe *p)
{
    struct edit_list out = {0};
    vec_each (edit, &p->edits.edits) {
        struct overlay_edit back = *edit;
        back.before = edit->after;
        back.after = edit->before;
        back.moved_to = edit->moved_from;
        back.moved_from = edit->moved_to;
        vec_push(p->arena, &out.edits, back);
    }
    return out;
}

static const char *const results[] = {"done", "refused", "rolled back", "broken"};

static struct commit_request request_of(struct probe *p, const struct journal_place *place)
{
    return (struct commit_request){.arena = p->arena,
                                   .tree = p->tree,
                                   .edits = &p->edits,
                                   .command = "probe",
                                   .started = p->moment++,
                                   .guest_journal = place};
}

/* Each path as before or as after; how many are neither. */
static int look(struct probe *p, int *old, int *new)
{
    int broken = 0;
    *old = *new = 0;
    vec_each (edit, &p->edits.edits) {
        struct err ignored = {0};
        if (edit->moved_to || edit->moved_from) {
            continue; /* looked at by its other name below */
        }
        if (commit_is_state(p->tree, edit->path, &edit->before, &ignored))
            ++*old;
        else if (commit_is_state(p->tree, edit->path, &edit->after, &ignored))
            ++*new;
        else {
            printf("neither old nor new: %s\n", edit->path);
            broken++;
        }
    }
    bool here = tree_lstat(p->tree, "/etc/old").presence == PRESENCE_PRESENT;
    bool there = tree_lstat(p->tree, "/etc/old.away").presence == PRESENCE_PRESENT;
    return broken + (here == there);
}

/* All of it without a death: how many calls there are. */
static long run_whole(struct probe *p)
{
    struct journal_place place = {p->tree, JOURNAL_DIRECTORY};
    struct commit_request request = request_of(p, &place);
    const char *run = NULL;
    struct err e = {0};
    strike_at = calls = 0;
    enum commit_result result = commit_run(&request, &run, &e);
    printf("whole: %s %s%s%s\n", results[result], e.path, *e.path ? ": " : "", e.text);
    if (result != COMMIT_DONE)
        exit(1);
    return calls;
}

/* What the worker does after a death, and what a person does who says --continue. */
static void mend(struct probe *p, const char *run, bool go_on)
{
    struct journal_run about;
    struct err e = {0};
    struct journal_place place = {p->tree, JOURNAL_DIRECTORY};
    struct edit_list planned = p->edits;
    p->edits = (struct edit_list){0};
    journal_runs runs = {0};
    if (!run && journal_list(p->arena, &place, &runs, &e) == 0)
        vec_each (r, &runs)
            if (r->state == JOURNAL_PREPARED)
                run = r->run;
    if (!run || journal_read(p->arena, &place, run, &about, &p->edits, &e) != 0) {
        printf("no journal yet: %s: %s%s%s\n", run ? run : "-", e.path, *e.path ? ": " : "",
               e.text);
        p->edits = planned;
        return;
    }
    struct commit_request request = request_of(p, &place);
    enum commit_result result = COMMIT_DONE;
    if (go_on && about.state == JOURNAL_PREPARED)
        result = commit_continue(&request, run, &e);
    else
        result = commit_roll_back(&request, run, about.state, &e);
    printf("then: %s %s%s%s\n", results[result], e.path, *e.path ? ": " : "", e.text);
    p->edits = planned;
    if (result == COMMIT_DONE)
        p->edits = reversed(p);
}

static void run_and_die(struct probe *p, long at, long delay, bool go_on)
{
    struct journal_place place = {p->tree, JOURNAL_DIRECTORY};
    struct commit_request request = request_of(p, &place);
    const char *run = NULL;
    struct err e = {0};
    int old, new;
    calls = 0;
    strike_at = at;
    delay_ms = delay;
    enum commit_result result = commit_run(&request, &run, &e);
    strike_at = 0;
    printf("killed in call %ld after %ld ms: %s (%s) %s: %s\n", at, delay, results[result],
           opened_died(p->opened) ? "the appliance is dead" : "the appliance lives", e.path,
           e.text);
    open_again(p);
    int broken = look(p, &old, &new);
    printf("found: %d old, %d new, %d neither\n", old, new, broken);
    mend(p, run, go_on);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 4)
        return 2;
    struct target_disk disk = {.path = argv[1], .format = "raw"};
    struct probe p = {
        .arena = arena_new(NULL, NULL),
        .target = {.name = argv[1], .kind = TARGET_IMAGE, .disks = &disk, .disk_count = 1},
        .device = argv[2],
        .moment = 1800000000};
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_again(&p);
    bool can = real->check(p.tree, "/etc/passwd", &e) == 0;
    printf("check: /etc/passwd %s\n", can ? "may be changed" : e.text);
    printf("check: /etc/fixed %s\n",
           real->check(p.tree, "/etc/fixed", &e) == 0 ? "may be changed" : e.text);
    e = (struct err){0};
    plan(&p);
    long total = run_whole(&p), first, kills = strtol(argv[3], NULL, 10);
    p.edits = reversed(&p);
    printf("calls: %ld\n", total);
    /* Once in the journal, the rest behind it: the steps are a call each, then two for the end. */
    first = total - (long)p.edits.edits.count - 2;
    for (long i = 0; i < kills; i++)
        run_and_die(&p, first + i * (total - first) / (kills > 1 ? kills - 1 : 1), (i % 3) * 25,
                    i % 2);
    /* As it was at the very first. */
    if (tree_lstat(p.tree, "/etc/link").presence == PRESENCE_PRESENT)
        run_whole(&p);
    if (opened_finish(p.opened, &e) != 0)
        die("finish", &e);
    opened_close(p.opened);
    printf("finished\n");
    arena_free(p.arena);
    return 0;
}
