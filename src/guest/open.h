/* From the words of a TARGET to a tree: which engine, which format, in use or not. Runs in the
 * worker only (the libguestfs handle must be made after the fork). */
#ifndef DISKMEND_GUEST_OPEN_H
#define DISKMEND_GUEST_OPEN_H

#include "guest/tree.h"
#include "model/target.h"

/* How the worker tells the parent that time passes: "opening", "starting the appliance", … */
typedef void open_progress_function(void *context, const char *stage);

struct open_options {
    bool force_emulation;        /* do not try KVM */
    const char *cache_directory; /* for libguestfs's appliance, NULL for its default */
    bool *kvm_failed; /* may be NULL: set to true, also when opening fails, once KVM had to be given
                       * up; remember it and set force_emulation for the next target */
    bool for_writing; /* nothing is written by opening; see opened_writable */
    bool will_be_written; /* opened for reading, by who will write next: refused like for_writing */
    /* For writing to an image, what the plan has found out: the root's device (then no other is
     * looked for) and the devices of what else will be written, ended by NULL. Either may be NULL. */
    const char *known_root;
    const char *const *known_devices;
    bool for_fsck; /* no root is looked for by opening, and whatever is mounted replays no log */
    bool force_host;  /* for writing: the / of this very machine, too */
    open_progress_function *progress; /* may be NULL */
    void *progress_context;
};

/* A disk (or directory) that is open; roots are found, none is chosen yet. */
struct opened;

struct opened_root {
    const char *device;      /* "/dev/sda1", a btrfs volume, or the directory */
    const char *description; /* PRETTY_NAME of its os-release, "" when unknown */
};

/* Open read-only. The notes (format decisions, emulation, …) are sentences for the report. NULL and
 * E on error; the codes tell the kinds apart: ERR_NOT_FOUND no such file, ERR_ACCESS unreadable,
 * ERR_UNSUPPORTED not a disk / Windows, ERR_REFUSED a format with references to other files,
 * ERR_IN_USE, ERR_APPLIANCE, ERR_NO_ROOT (an empty disk too), ERR_SEVERAL_ROOTS never: that is the
 * caller's choice. qemu inherits the limits of the process: set RLIMIT_AS and RLIMIT_CPU only after
 * this has returned (its 512 MiB of guest memory needs several GiB of addresses). */
struct opened *open_target(struct arena *a, const struct target *target,
                           const struct open_options *options, struct err *e);
const struct opened_root *opened_roots(const struct opened *o, size_t *count);
/* The tree of one root, wrapped in an overlay, "/" mounted, nothing else yet (facts/mount does the
 * rest through tree_mount). Valid until the next call or opened_close. */
struct tree *opened_tree(struct opened *o, size_t root, struct err *e);
/* The engine's own tree of one root, "/" mounted read-write, of a target that was opened for writing.
 * NULL and E where it cannot be written: ERR_REFUSED with what is in the way (hibernated, errors in
 * the filesystem, mounted read-only). */
struct tree *opened_writable(struct opened *o, size_t root, struct err *e);
/* All that was written is on the disk: flushed, unmounted, the appliance shut down, each checked. 0
 * or the error; opened_close is still due. */
int opened_finish(struct opened *o, struct err *e);
/* What read and wrote for us is gone (an appliance that was killed): close it and open it anew. */
bool opened_died(const struct opened *o);
/* Run a program of the guest whose root opened_tree mounted last, in the appliance, on a throw-away copy of
 * the disk; for verify alone, with words that are fixed. False for a directory. */
struct run_request {
    const char *const *arguments; /* the program's path first; ended by NULL */
    const char *directory;        /* made before it runs (the guest makes it at boot); may be NULL */
    int seconds;                  /* then the appliance is killed, and nothing runs any more */
};
struct run_answer {
    bool ran;            /* it came to an end by itself */
    int status;          /* its exit status */
    struct bytes output; /* both its streams: hostile bytes */
    const char *why;     /* why it did not run */
};
bool opened_run(struct opened *o, const struct run_request *request, struct run_answer *out);
/* Of a target opened for_fsck: what its superblocks say; nothing is mounted for it. */
struct filesystems_answer opened_filesystems(struct opened *o);
/* Look for its roots now; mounted read-only, and not a log is replayed. 0, or as open_target. */
int opened_find_roots(struct opened *o, struct err *e);
/* Unmount all and run the checker of DEVICE's filesystem. Opened for reading it works on a copy that
 * is thrown away, and only looks; opened for writing it mends the disk where MENDS. */
enum fsck_state { FSCK_CLEAN, FSCK_DAMAGED, FSCK_MENDED, FSCK_UNKNOWN };
struct fsck_answer {
    enum fsck_state state;
    const char *program; /* "e2fsck" …; NULL: there is none for this filesystem */
    const char *why;     /* of FSCK_UNKNOWN, a clause */
    struct bytes output; /* the end of what it said: hostile bytes */
};
void opened_fsck(struct opened *o, const char *device, bool mends, struct fsck_answer *out);
const char *opened_engine(const struct opened *o); /* "libguestfs (software emulation)" */
const char *opened_format(const struct opened *o); /* "qcow2", "raw", "directory" */
const char *const *opened_notes(const struct opened *o, size_t *count);
void opened_close(struct opened *o);

#endif
