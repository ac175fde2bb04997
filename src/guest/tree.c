#include "guest/tree.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"

const char *node_type_name(enum node_type type)
{
    static const char *const names[] = {"file",   "directory",        "symlink",     "fifo",
                                        "socket", "character-device", "block-device"};
    return names[type];
}

static struct stat_answer stat_unreadable(const char *reason)
{
    return (struct stat_answer){.presence = PRESENCE_UNREADABLE, .reason = reason};
}

/* The reason why PATH lies in a filesystem that is not in the tree, or NULL. */
static const char *gap_reason(const struct tree *t, const char *path)
{
    vec_each (gap, &t->gaps)
        if (path_is_below(path, gap->directory) && strcmp(path, gap->directory) != 0)
            return gap->reason;
    return NULL;
}

/* Components still to be walked; a link's target goes on top of what is left. */
struct walker {
    struct tree *t;
    const char *rest; /* "a/b/c" */
    const char *real; /* resolved so far: "" for the root, else "/x/y" */
    int links;
};

static struct stat_answer engine_lstat(struct tree *t, const char *path)
{
    const char *reason = gap_reason(t, path);
    if (reason)
        return stat_unreadable(reason);
    struct stat_answer answer = t->engine->lstat(t, path);
    if (answer.presence == PRESENCE_PRESENT)
        answer.real_path = path;
    return answer;
}

/* Put a link's target before the rest. False when it is one too many or too long. */
static bool enter_link(struct walker *w, const char *target)
{
    if (++w->links > LIMIT_SYMLINKS)
        return false;
    if (strlen(target) + strlen(w->rest) > LIMIT_PATH_BYTES)
        return false;
    if (*target == '/')
        w->real = "";
    w->rest = arena_printf(w->t->arena, "%s/%s", target, w->rest);
    return true;
}

static struct stat_answer root_answer(struct tree *t)
{
    return engine_lstat(t, "/");
}

static struct stat_answer resolve(struct tree *t, const char *path, bool follow_last)
{
    struct arena *a = t->arena;
    struct walker w = {.t = t, .rest = path, .real = ""};
    struct stat_answer answer = root_answer(t);

    if (strlen(path) > LIMIT_PATH_BYTES)
        return stat_unreadable("file name too long");
    for (;;) {
        while (*w.rest == '/')
            w.rest++;
        size_t n = strcspn(w.rest, "/");
        if (n == 0)
            return answer;
        struct bytes step = {w.rest, n};
        w.rest += n;
        if (answer.presence != PRESENCE_PRESENT)
            return answer;
        if (answer.node.type != NODE_DIRECTORY)
            return (struct stat_answer){.presence = PRESENCE_ABSENT};
        if (bytes_equal_text(step, "."))
            continue;
        if (bytes_equal_text(step, "..")) {
            const char *parent = *w.real ? path_parent(a, w.real) : "/";
            w.real = strcmp(parent, "/") == 0 ? "" : parent;
            answer = engine_lstat(t, *w.real ? w.real : "/");
            continue;
        }
        const char *here = arena_printf(a, "%s/%.*s", w.real, (int)n, step.ptr);
        answer = engine_lstat(t, here);
        if (answer.presence != PRESENCE_PRESENT)
            return answer;
        bool is_last = w.rest[strspn(w.rest, "/")] == '\0';
        if (answer.node.type == NODE_SYMLINK && (!is_last || follow_last || *w.rest == '/')) {
            struct link_answer link = t->engine->readlink(t, here);
            if (link.presence != PRESENCE_PRESENT)
                return stat_unreadable(link.reason ? link.reason : "the link cannot be read");
            if (!enter_link(&w, link.target))
                return stat_unreadable("too many levels of symbolic links");
            answer = engine_lstat(t, *w.real ? w.real : "/");
            continue;
        }
        w.real = here;
    }
}

struct stat_answer tree_lstat(struct tree *t, const char *path)
{
    return resolve(t, path, false);
}

struct stat_answer tree_stat(struct tree *t, const char *path)
{
    return resolve(t, path, true);
}

static const char *not_a_file(enum node_type type)
{
    switch (type) {
    case NODE_DIRECTORY:
        return "a directory, not a regular file";
    case NODE_FIFO:
        return "a FIFO, not a regular file";
    case NODE_SOCKET:
        return "a socket, not a regular file";
    case NODE_CHARACTER_DEVICE:
    case NODE_BLOCK_DEVICE:
        return "a device node, not a regular file";
    case NODE_SYMLINK:
        return "a symbolic link, not a regular file";
    case NODE_FILE:
        break;
    }
    return NULL;
}

struct read_answer tree_read(struct tree *t, const char *path, uint64_t limit)
{
    struct stat_answer where = tree_stat(t, path);
    struct read_answer answer = {.presence = where.presence, .reason = where.reason};
    if (where.presence != PRESENCE_PRESENT)
        return answer;
    answer.reason = not_a_file(where.node.type);
    if (answer.reason) {
        answer.presence = PRESENCE_UNREADABLE;
        answer.real_path = where.real_path;
        return answer;
    }
    answer = t->engine->read(t, where.real_path, limit);
    answer.real_path = where.real_path;
    answer.size = where.node.size;
    return answer;
}

int64_t tree_read_part(struct tree *t, const char *path, uint64_t offset, void *buffer, size_t size)
{
    struct stat_answer where = tree_stat(t, path);
    if (where.presence != PRESENCE_PRESENT || where.node.type != NODE_FILE)
        return -1;
    if (offset >= where.node.size)
        return 0;
    return t->engine->read_part(t, where.real_path, offset, buffer, size);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct list_answer tree_list(struct tree *t, const char *path)
{
    struct stat_answer where = tree_stat(t, path);
    struct list_answer answer = {.presence = where.presence, .reason = where.reason};
    if (where.presence != PRESENCE_PRESENT)
        return answer;
    if (where.node.type != NODE_DIRECTORY) {
        answer.presence = PRESENCE_UNREADABLE;
        answer.reason = "not a directory";
        return answer;
    }
    vec_each (gap, &t->gaps) {
        if (strcmp(where.real_path, gap->directory) == 0) {
            answer.presence = PRESENCE_UNREADABLE;
            answer.reason = gap->reason;
            return answer;
        }
    }
    answer = t->engine->list(t, where.real_path);
    if (answer.count)
        qsort(answer.names, answer.count, sizeof *answer.names, by_bytes);
    return answer;
}

struct link_answer tree_readlink(struct tree *t, const char *path)
{
    struct stat_answer where = tree_lstat(t, path);
    struct link_answer answer = {.presence = where.presence, .reason = where.reason};
    if (where.presence != PRESENCE_PRESENT)
        return answer;
    if (where.node.type != NODE_SYMLINK) {
        answer.presence = PRESENCE_ABSENT;
        return answer;
    }
    return t->engine->readlink(t, where.real_path);
}

struct xattrs_answer tree_xattrs(struct tree *t, const char *path)
{
    struct stat_answer where = tree_stat(t, path);
    if (where.presence != PRESENCE_PRESENT)
        return (struct xattrs_answer){.presence = where.presence, .reason = where.reason};
    return t->engine->xattrs(t, where.real_path);
}

struct space_answer tree_space(struct tree *t, const char *path)
{
    struct stat_answer where = tree_stat(t, path);
    if (where.presence != PRESENCE_PRESENT)
        return (struct space_answer){.presence = where.presence, .reason = where.reason};
    return t->engine->space(t, where.real_path);
}

struct filesystems_answer tree_filesystems(struct tree *t)
{
    return t->engine->filesystems(t);
}

int tree_mount(struct tree *t, size_t filesystem_index, const char *directory, struct err *e)
{
    if (!t->engine->mount)
        return err_set(e, ERR_UNSUPPORTED, "mounts are the host's affair here");
    struct stat_answer where = tree_stat(t, directory);
    if (where.presence != PRESENCE_PRESENT || where.node.type != NODE_DIRECTORY)
        return err_set(e, ERR_NOT_FOUND, "%s is not a directory", directory);
    return t->engine->mount(t, filesystem_index, where.real_path, e);
}

void tree_prefetch(struct tree *t, const char *const *paths, size_t count)
{
    if (t->engine->prefetch)
        t->engine->prefetch(t, paths, count);
}

void tree_close(struct tree *t)
{
    if (t && t->engine->close)
        t->engine->close(t);
}

void tree_mark_not_mounted(struct tree *t, const char *directory, const char *reason)
{
    struct stat_answer where = tree_stat(t, directory);
    const char *real =
        where.presence == PRESENCE_PRESENT ? where.real_path : path_tidy(t->arena, directory);
    vec_push(t->arena, &t->gaps,
             ((struct tree_gap){arena_strdup(t->arena, real), arena_strdup(t->arena, reason)}));
}

void tree_start_anew(struct tree *t)
{
    t->gaps.count = 0;
    t->globbed = 0;
}

/* --- glob ------------------------------------------------------------------------------------ */

struct glob_state {
    struct tree *t;
    struct list_answer *out;
    VEC(const char *) found;
};

static bool has_wildcard(struct bytes step)
{
    for (size_t i = 0; i < step.len; i++)
        if (strchr("*?[", step.ptr[i]))
            return true;
    return false;
}

static char *without_escapes(struct arena *a, struct bytes step)
{
    char *text = arena_alloc(a, step.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < step.len; i++) {
        if (step.ptr[i] == '\\' && i + 1 < step.len)
            i++;
        text[n++] = step.ptr[i];
    }
    return text;
}

static void glob_step(struct glob_state *g, const char *base, const char *rest);

static void glob_found(struct glob_state *g, const char *path, const char *rest)
{
    if (rest[strspn(rest, "/")] != '\0') {
        glob_step(g, path, rest);
        return;
    }
    struct stat_answer there = *rest == '/' ? tree_stat(g->t, path) : tree_lstat(g->t, path);
    if (there.presence == PRESENCE_UNREADABLE) {
        g->out->presence = PRESENCE_UNREADABLE;
        g->out->reason = there.reason;
    } else if (there.presence == PRESENCE_PRESENT &&
               (*rest != '/' || there.node.type == NODE_DIRECTORY)) {
        if (g->found.count >= LIMIT_DIRECTORY_ENTRIES)
            g->out->cut = true;
        else
            vec_push(g->t->arena, &g->found,
                     *rest == '/' ? path_join(g->t->arena, path, "") : path);
    }
}

static void glob_step(struct glob_state *g, const char *base, const char *rest)
{
    struct arena *a = g->t->arena;
    rest += strspn(rest, "/");
    struct bytes step = {rest, strcspn(rest, "/")};
    rest += step.len;
    if (!has_wildcard(step)) {
        glob_found(g, path_join(a, base, without_escapes(a, step)), rest);
        return;
    }
    const char *pattern = arena_text(a, step);
    struct list_answer list = tree_list(g->t, base);
    if (list.presence == PRESENCE_UNREADABLE &&
        tree_stat(g->t, base).presence == PRESENCE_PRESENT &&
        tree_stat(g->t, base).node.type != NODE_DIRECTORY)
        return; /* a file in the middle of a pattern: no match, as glob has it */
    if (list.presence == PRESENCE_UNREADABLE) {
        g->out->presence = PRESENCE_UNREADABLE;
        g->out->reason = list.reason;
        return;
    }
    g->out->cut |= list.cut;
    for (size_t i = 0; i < list.count; i++) {
        if (++g->t->globbed > LIMIT_GLOB_NAMES) {
            g->out->presence = PRESENCE_UNREADABLE;
            g->out->reason = "a limit was hit: too many names to hold against patterns";
            return;
        }
        if (fnmatch(pattern, list.names[i], FNM_PERIOD) == 0 &&
            g->found.count < LIMIT_DIRECTORY_ENTRIES)
            glob_found(g, path_join(a, base, list.names[i]), rest);
    }
}

struct list_answer tree_glob(struct tree *t, const char *pattern)
{
    struct list_answer answer = {.presence = PRESENCE_PRESENT};
    struct glob_state g = {.t = t, .out = &answer};
    if (strlen(pattern) > LIMIT_PATH_BYTES)
        return answer;
    glob_step(&g, "/", pattern);
    answer.names = g.found.items;
    answer.count = g.found.count;
    if (answer.count)
        qsort(answer.names, answer.count, sizeof *answer.names, by_bytes);
    return answer;
}
