#include "guest/open.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>

#include "base/cleanup.h"
#include "guest/directory.h"
#include "guest/in_use.h"
#include "guest/note_list.h"
#include "guest/open_format.h"
#include "guest/overlay.h"
#include "guest/root_name.h"
#include "guest/root_test.h"
#include "guest/writing.h"
#ifdef HAVE_LIBGUESTFS
#include "guest/image.h"
#endif

struct opened {
    struct arena *arena;
    struct note_list notes;
    const char *engine, *format;
    struct opened_root directory_root;
    struct tree *directory; /* NULL for images */
    struct open_options options;
    VEC(int) files; /* raw disks are also read here, not only in the appliance */
#ifdef HAVE_LIBGUESTFS
    struct image_request request;
    struct image *image;
#endif
};

static bool is_host_root(const char *path)
{
    struct stat here, root;
    return stat(path, &here) == 0 && stat("/", &root) == 0 && here.st_dev == root.st_dev &&
           here.st_ino == root.st_ino;
}

static int open_directory(struct opened *o, const struct target *target, struct err *e)
{
    const char *path = target->disk_count ? target->disks[0].path : target->name;
    if (o->options.for_fsck)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: a directory: what is mounted must not be checked by anybody; unmount it "
                       "and name its disk",
                       path);
    if (target->disk_count && target->disks[0].format)
        return err_set(e, ERR_USAGE, "%s: is a directory; --format is for disk images", path);
    bool for_writing = o->options.for_writing || o->options.will_be_written;
    if (for_writing && !o->options.force_host && is_host_root(path))
        return err_set(e, ERR_REFUSED,
                       "%s: the / of this very machine: diskmend mends disks that do not run; if it "
                       "must be, say --force-host",
                       path);
    o->directory = o->options.for_writing
                       ? directory_open_for_writing(o->arena, path, &o->notes, e)
                       : directory_open(o->arena, path, &o->notes, e);
    if (!o->directory)
        return e ? (int)e->code : ERR_IO;
    struct root_marks marks = root_marks_of(o->directory);
    if (marks.is_windows)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: a Windows system; diskmend mends the SSH access of Linux guests only",
                       path);
    /* Someone who names a directory means it: half a root is judged as one. */
    if (!marks.is_linux && tree_lstat(o->directory, "/etc").presence == PRESENCE_ABSENT)
        return err_set(e, ERR_NO_ROOT,
                       "%s: no Linux root filesystem: there is no etc in it; name the directory "
                       "that the guest's / is mounted on",
                       path);
    o->engine = "directory";
    o->format = "directory";
    o->directory_root = (struct opened_root){arena_strdup(o->arena, path), root_name(o->directory)};
    return 0;
}

#ifdef HAVE_LIBGUESTFS

static size_t file_read(void *context, uint64_t offset, void *buffer, size_t length)
{
    const int *fd = context;
    size_t got = 0;
    while (got < length && offset <= INT64_MAX - length) {
        ssize_t n = pread(*fd, (char *)buffer + got, length - got, (off_t)(offset + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

/* The file as it is on the host; refuses what no disk can be. The descriptor stays open. */
static int open_file(struct opened *o, const char *path, int *fd, struct stat *st, struct err *e)
{
    if (stat(path, st) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? err_set(e, ERR_NOT_FOUND, "%s: no such file", path)
                   : err_set(e, ERR_ACCESS, "%s: cannot be reached: %s", path, strerror(errno));
    if (S_ISDIR(st->st_mode))
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: is a directory, not a disk image; name it as TARGET without -a", path);
    if (!S_ISREG(st->st_mode) && !S_ISBLK(st->st_mode))
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: not a disk image: neither a regular file nor a block device", path);
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 && (errno == EACCES || errno == EPERM))
        return err_set(e, ERR_ACCESS,
                       "%s: cannot be read: %s; run as root or a user who may read it", path,
                       strerror(errno));
    if (*fd < 0)
        return err_set(e, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    vec_push(o->arena, &o->files, *fd);
    return 0;
}

static uint64_t size_of(int fd, const struct stat *st)
{
    uint64_t size = 0;
    if (S_ISREG(st->st_mode))
        return st->st_size > 0 ? (uint64_t)st->st_size : 0;
    return ioctl(fd, BLKGETSIZE64, &size) == 0 ? size : 0;
}

/* What can be said about one disk before an appliance is started. */
static int prepare_disk(struct opened *o, const struct target_disk *disk, struct image_disk *out,
                        enum raw_content *content, struct err *e)
{
    struct arena *a = o->arena;
    int *fd = arena_new_struct(a, int);
    struct stat st;
    *fd = -1;
    if (open_file(o, disk->path, fd, &st, e) != 0)
        return e->code;
    struct disk_reader *file = arena_new_struct(a, struct disk_reader);
    *file = (struct disk_reader){.read = file_read,
                                 .context = fd,
                                 .size = size_of(*fd, &st),
                                 .sector_size = disk->blocksize == 4096 ? 4096 : 512};
    int sector_size = 0;
    if (S_ISBLK(st.st_mode) && !disk->blocksize && ioctl(*fd, BLKSSZGET, &sector_size) == 0 &&
        sector_size == 4096)
        file->sector_size = 4096;
    if (disk_in_use(a, *fd, disk->path, e) != 0)
        return e->code;
    bool to_be_written = o->options.for_writing || o->options.will_be_written;
    if (to_be_written) {
        int held = disk_hold_for_writing(a, *fd, disk->path, e);
        if (held < 0)
            return e->code;
        vec_push(a, &o->files, held);
    }
    struct format_question question = {.path = disk->path,
                                       .wanted = disk->format,
                                       .is_device = S_ISBLK(st.st_mode),
                                       .for_writing = to_be_written};
    CLEANUP_FREE char *real = realpath(disk->path, NULL);
    *out = (struct image_disk){.path = arena_strdup(a, real ? real : disk->path),
                               .format = format_decide(&o->notes, file, &question, e),
                               .blocksize = file->sector_size == 4096 ? 4096 : disk->blocksize};
    if (!out->format)
        return e->code;
    out->size = format_virtual_size(file, out->format);
    *content = RAW_DISK;
    if (strcmp(out->format, "qcow2") == 0 && format_is_blank_qcow2(file))
        *content = RAW_EMPTY;
    if (strcmp(out->format, "raw") != 0)
        return 0;
    out->host = file;
    if (disk->format && strcmp(disk->format, "raw") == 0 && file->size > 0)
        return 0; /* it was said to be a disk: the appliance shall look */
    return raw_content(a, file, disk->path, content, e);
}

static int open_disks(struct opened *o, const struct target *target, struct err *e)
{
    struct image_disk *disks = arena_alloc_array(o->arena, target->disk_count, sizeof *disks);
    bool has_content = false, all_empty = true;
    for (size_t i = 0; i < target->disk_count; i++) {
        enum raw_content content = RAW_DISK;
        if (prepare_disk(o, &target->disks[i], &disks[i], &content, e) != 0)
            return e->code;
        has_content |= content == RAW_DISK;
        all_empty &= content == RAW_EMPTY;
        o->format = disks[i].format;
    }
    if (!has_content && target->disk_count > 0 && all_empty)
        return err_set(e, ERR_NO_ROOT,
                       "%s: an empty disk: no partition table, no filesystem, nothing but zeros; "
                       "nothing was ever installed on it, or it is another machine's",
                       target->name);
    if (!has_content && target->disk_count > 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: not a disk image: no partition table and no filesystem was found in "
                       "it; if it is one all the same, say so with --format raw",
                       target->name);
    o->request.disks = disks;
    o->request.disk_count = target->disk_count;
    return 0;
}

static int open_image(struct opened *o, const struct target *target, struct err *e)
{
    o->request =
        (struct image_request){.name = target->name,
                               .options = &o->options,
                               .notes = &o->notes,
                               .keys = target->keys,
                               .key_count = target->key_count};
    if (target->kind == TARGET_DOMAIN) {
        o->request.domain = target->domain;
        o->request.uri = target->uri;
        o->format = "libvirt";
    } else if (open_disks(o, target, e) != 0) {
        return e->code;
    }
    o->image = image_open(o->arena, &o->request, e);
    if (!o->image)
        return e->code;
    o->engine = image_engine_name(o->image);
    return 0;
}

#else

static int open_image(struct opened *o, const struct target *target, struct err *e)
{
    (void)o;
    return err_set(e, ERR_UNSUPPORTED,
                   "%s: this diskmend was built without libguestfs and opens mounted directories "
                   "only; mount the disk and name the directory",
                   target->name);
}

#endif

struct opened *open_target(struct arena *a, const struct target *target,
                           const struct open_options *options, struct err *e)
{
    struct err unheard;
    struct opened *o = arena_new_struct(a, struct opened);
    if (!e)
        e = &unheard;
    *o = (struct opened){.arena = a, .notes = {.arena = a}, .options = *options};
    if (options->progress)
        options->progress(options->progress_context, "opening");
    int result =
        target->kind == TARGET_DIRECTORY ? open_directory(o, target, e) : open_image(o, target, e);
    if (result == 0)
        return o;
    opened_close(o);
    return NULL;
}

const struct opened_root *opened_roots(const struct opened *o, size_t *count)
{
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        return image_roots(o->image, count);
#endif
    *count = 1;
    return &o->directory_root;
}

struct tree *opened_tree(struct opened *o, size_t root, struct err *e)
{
    struct tree *under = o->directory;
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        under = image_tree(o->image, root, e);
#endif
    (void)root, (void)e;
    return under ? overlay_new(o->arena, under) : NULL;
}

struct tree *opened_writable(struct opened *o, size_t root, struct err *e)
{
    struct tree *tree = o->directory;
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        tree = image_tree(o->image, root, e);
#endif
    (void)root;
    if (tree && !tree->writing) {
        err_set(e, ERR_UNSUPPORTED, "this target cannot be written to");
        return NULL;
    }
    return tree;
}

bool opened_died(const struct opened *o)
{
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        return image_is_dead(o->image);
#endif
    (void)o;
    return false;
}

int opened_finish(struct opened *o, struct err *e)
{
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        return image_finish(o->image, e);
#endif
    return o->directory ? o->directory->writing->flush(o->directory, e) : 0;
}

bool opened_run(struct opened *o, const struct run_request *request, struct run_answer *out)
{
    *out = (struct run_answer){.status = -1, .why = "there is no appliance to run it in"};
#ifdef HAVE_LIBGUESTFS
    if (o->image) {
        const struct image_program program = {request->arguments, request->directory,
                                              request->seconds};
        struct image_answer answer;
        image_run(o->image, &program, &answer);
        *out = (struct run_answer){answer.ran, answer.status, answer.output, answer.why};
        return true;
    }
#endif
    (void)request;
    return o->directory == NULL;
}

struct filesystems_answer opened_filesystems(struct opened *o)
{
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        return image_known_filesystems(o->image);
#endif
    return o->directory ? tree_filesystems(o->directory) : (struct filesystems_answer){0};
}

int opened_find_roots(struct opened *o, struct err *e)
{
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        return image_look_for_roots(o->image, e);
#endif
    (void)o, (void)e;
    return 0;
}

void opened_fsck(struct opened *o, const char *device, bool mends, struct fsck_answer *out)
{
    *out = (struct fsck_answer){.state = FSCK_UNKNOWN, .why = "nothing of it can be unmounted here"};
#ifdef HAVE_LIBGUESTFS
    if (o->image)
        image_fsck(o->image, device, mends, out);
#endif
    (void)o, (void)device, (void)mends;
}

const char *opened_engine(const struct opened *o)
{
    return o->engine;
}

const char *opened_format(const struct opened *o)
{
    return o->format;
}

const char *const *opened_notes(const struct opened *o, size_t *count)
{
    *count = o->notes.notes.count;
    return o->notes.notes.items;
}

void opened_close(struct opened *o)
{
    if (!o)
        return;
    if (o->directory)
        tree_close(o->directory);
#ifdef HAVE_LIBGUESTFS
    image_close(o->image);
#endif
    vec_each (fd, &o->files)
        close(*fd);
    o->files.count = 0;
}
