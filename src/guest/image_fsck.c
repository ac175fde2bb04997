/* Checkers of filesystems, run in the appliance on a device of which nothing is mounted. To look,
 * on drives whose writes are thrown away; to mend, on the disk itself. libguestfs's own calls
 * cannot look without mending (e2fsck -n, fsck.fat -n) and tell no exit status, so its shell is
 * asked; the words are ours and the device's name is held against a closed alphabet. */
#include "guest/image_private.h"

#include <inttypes.h>
#include <sys/random.h>

#define OUTPUT_BYTES "8192" /* the end of it: what was decided stands there */

/* What the exit status and the words of a checker come to. */
enum outcome { OUTCOME_CLEAN, OUTCOME_DAMAGED, OUTCOME_TOO_OLD, OUTCOME_NO_ANSWER };

struct checker {
    const char *type;
    const char *program;
    const char *look;
    const char *first; /* before looking, in a copy that is thrown away: finish what the log has */
    const char *mend, *mend_more; /* NULL: never by us */
};

static const struct checker checkers[] = {
    {"ext", "e2fsck", "e2fsck -fn", "e2fsck -p -E journal_only", "e2fsck -fp", "e2fsck -fy"},
    {"xfs", "xfs_repair", "xfs_repair -n", NULL, "xfs_repair", NULL},
    {"vfat", "fsck.fat", "fsck.fat -n", NULL, "fsck.fat -a -w", NULL},
    {"btrfs", "btrfs check", "btrfs check --readonly", NULL, NULL, NULL},
};

static const struct checker *checker_of(const char *type)
{
    for (size_t i = 0; i < sizeof checkers / sizeof *checkers; i++)
        if (strncmp(checkers[i].type, type, strlen(checkers[i].type)) == 0)
            return &checkers[i];
    return NULL;
}

static bool is_plain_device(const char *device)
{
    return strncmp(device, "/dev/", 5) == 0 &&
           strspn(device, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.+-") ==
               strlen(device);
}

struct ran {
    int status;
    struct bytes output;
};

/* Until the device is there (at most some seconds). */
#define AWAIT                                                                                      \
    "n=0; while [ ! -b %s ] && [ $n -lt 100 ]; do udevadm settle; sleep 0.1; n=$((n+1)); done"

/* Whoever closes a partition that he had open for writing makes udev read the table of its disk
 * anew, and for a moment there are no partitions. Not while one of them is open; and as it may have
 * gone just before it was opened, it is looked at again. */
static void hold_open(struct image *image, const char *device)
{
    char *words[] = {arena_printf(image->arena,
                                  "{ for t in 1 2 3 4 5; do " AWAIT
                                  "; sleep 100000 <%s & p=$!; udevadm settle; "
                                  "[ -b %s ] && kill -0 $p && break; done; } >/dev/null 2>&1",
                                  device, device, device),
                     NULL};
    CLEANUP_FREE char *text = guestfs_debug(image->g, "sh", words);
    (void)text; /* where that fails, so does the checker, and says why */
}

/* False with WHY when there is no exit status: the appliance died, or has no shell. */
static bool run(struct image *image, const char *command, const char *device, struct ran *out,
                const char **why)
{
    struct arena *a = image->arena;
    uint64_t number = 0;
    *out = (struct ran){.status = -1};
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) {
        *why = "there is no random number to be had";
        return false;
    }
    const char *word = arena_printf(a, "diskmend-%016" PRIx64, number);
    char *words[] = {arena_printf(a,
                                  "{ " AWAIT "; %s %s; printf '\\n%s %%d' $?; "
                                  "} 2>&1 </dev/null | tail "
                                  "-c " OUTPUT_BYTES,
                                  device, command, device, word),
                     NULL};
    CLEANUP_FREE char *text = guestfs_debug(image->g, "sh", words);
    char *found = NULL;
    for (char *at = text ? strstr(text, word) : NULL; at; at = strstr(at + 1, word))
        found = at;
    if (!found) {
        *why =
            text ? "the appliance's shell did not say how it ended" : image_last_error(a, image->g);
        return false;
    }
    out->status = (int)strtol(found + strlen(word), NULL, 10);
    out->output = arena_bytes(a, (struct bytes){text, (size_t)(found - text)});
    return true;
}

static bool says(struct arena *a, const struct ran *r, const char *words)
{
    return strstr(arena_text(a, r->output), words) != NULL;
}

/* e2fsck(8): 4 errors left, 8 operational error. xfs_repair(8): -n gives 1 for damage and for what
 * it does not know alike. fsck.fat(8): 1. btrfs-check(8): not 0. */
static enum outcome outcome_of(struct arena *a, const struct checker *k, const struct ran *r)
{
    static const char *const newer[] = {"Get a newer version of e2fsck", "more recent xfs_repair",
                                        "unsupported optional feature",
                                        "cannot check due to unsupported"};
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
        if (says(a, r, newer[i]))
            return OUTCOME_TOO_OLD;
    if (r->status == 0)
        return OUTCOME_CLEAN;
    if (r->status == 126 || r->status == 127 || r->status > 128)
        return OUTCOME_NO_ANSWER;
    bool is_ext = strcmp(k->type, "ext") == 0;
    if (is_ext)
        return r->status & 8 && !says(a, r, "superblock") ? OUTCOME_NO_ANSWER : OUTCOME_DAMAGED;
    return r->status == 1 ? OUTCOME_DAMAGED : OUTCOME_NO_ANSWER;
}

static void refuse(struct fsck_answer *out, const char *why)
{
    out->state = FSCK_UNKNOWN;
    out->why = why;
}

static bool take(struct image *image, const struct checker *k, const struct ran *r,
                 struct fsck_answer *out)
{
    out->output = r->output;
    switch (outcome_of(image->arena, k, r)) {
    case OUTCOME_CLEAN:
        out->state = FSCK_CLEAN;
        return true;
    case OUTCOME_DAMAGED:
        out->state = FSCK_DAMAGED;
        return true;
    case OUTCOME_TOO_OLD:
        refuse(out,
               arena_printf(image->arena,
                            "the filesystem has features that this machine's %s does not know: "
                            "check it with a newer one",
                            k->program));
        return false;
    default:
        refuse(out,
               r->status == 127
                   ? arena_printf(image->arena, "the appliance has no %s%s", k->program,
                                  strcmp(k->type, "xfs") == 0
                                      ? " (Debian and Ubuntu: install libguestfs-xfs)"
                                      : "")
                   : arena_printf(image->arena, "%s ended with status %d", k->program, r->status));
        return false;
    }
}

/* The kernel replays the log by mounting; nobody else should. */
static bool replay_by_mount(struct image *image, const char *device)
{
    bool done = guestfs_mount_options(image->g, "nouuid", device, "/") == 0;
    return guestfs_umount_all(image->g) == 0 && done;
}

static bool look(struct image *image, const struct checker *k, const char *device, bool on_a_copy,
                 struct fsck_answer *out)
{
    struct ran r;
    const char *why;
    if (on_a_copy && k->first && !run(image, k->first, device, &r, &why)) {
        refuse(out, why);
        return false;
    }
    if (!run(image, k->look, device, &r, &why)) {
        refuse(out, why);
        return false;
    }
    if (on_a_copy && strcmp(k->type, "xfs") == 0 &&
        says(image->arena, &r, "log which is being ignored") && replay_by_mount(image, device) &&
        !run(image, k->look, device, &r, &why)) {
        refuse(out, why);
        return false;
    }
    return take(image, k, &r, out);
}

/* xfs_repair(8): 2, there is a log to be replayed. */
static bool mend(struct image *image, const struct checker *k, const char *device,
                 struct fsck_answer *out)
{
    struct ran r;
    const char *why;
    bool ran = run(image, k->mend, device, &r, &why);
    if (ran && strcmp(k->type, "xfs") == 0 && r.status == 2) {
        if (!replay_by_mount(image, device)) {
            refuse(out, "its log cannot be replayed, and throwing it away (xfs_repair -L) loses "
                        "what was written last: that is for its owner to decide, on a copy");
            return false;
        }
        ran = run(image, k->mend, device, &r, &why);
    }
    /* e2fsck(8): 4, not everything can be mended without asking; 2, a restart is due. */
    if (ran && k->mend_more && r.status & 4)
        ran = run(image, k->mend_more, device, &r, &why);
    if (!ran) {
        refuse(out, why);
        return false;
    }
    struct bytes output = r.output;
    bool looked = look(image, k, device, false, out);
    out->output = output;
    if (looked && out->state == FSCK_CLEAN)
        out->state = FSCK_MENDED;
    return looked;
}

void image_fsck(struct image *image, const char *device, bool mends, struct fsck_answer *out)
{
    const char *type = "";
    *out = (struct fsck_answer){.state = FSCK_UNKNOWN};
    vec_each (fs, &image->filesystems)
        if (strcmp(fs->shown.device, device) == 0 && !fs->shown.subvolume)
            type = fs->shown.type;
    const struct checker *k = checker_of(type);
    if (!k || !is_plain_device(device)) {
        out->why = arena_printf(image->arena, "there is no checker for %s",
                                *type ? type : "what is on it");
        return;
    }
    out->program = k->program;
    image->view = NULL;
    if (guestfs_umount_all(image->g) != 0) {
        out->why = image_last_error(image->arena, image->g);
        return;
    }
    hold_open(image, device);
    if (!mends) {
        look(image, k, device, !image->request->options->for_writing, out);
        return;
    }
    if (!k->mend || !image->request->options->for_writing) {
        out->why =
            arena_printf(image->arena,
                         "%s can make a damaged filesystem worse: copy what can be read, and "
                         "make a new one",
                         k->program);
        return;
    }
    mend(image, k, device, out);
}
