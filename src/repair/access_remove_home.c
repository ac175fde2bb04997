/* The home that goes with its account: a real directory that is this person's and nobody else's,
 * small enough for the journal to keep every byte of it. */
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "repair/access_parts.h"

#define DEPTH_MAX 64

struct removing {
    struct verb_context *c;
    const char *home;
    uint64_t device;
    uint64_t bytes;
    size_t count;
    VEC(const char *) paths; /* parents before children */
};

static int refuse(const char *home, const char *why, struct err *e)
{
    return err_set_at(e, ERR_REFUSED, home, 0, 0,
                      "%s, so it is not removed: leave --remove-home out", why);
}

/* --- may it go? --------------------------------------------------------------------------------
 */

/* Nothing of the system's is a person's home, whatever passwd says. */
static bool is_systems(const char *path)
{
    static const char *const whole[] = {"/etc",   "/usr",   "/bin",  "/sbin", "/lib",
                                        "/lib32", "/lib64", "/boot", "/dev",  "/proc",
                                        "/sys",   "/run",   "/root", "/efi"};
    static const char *const itself[] = {"/var/lib", "/var/log",   "/var/spool",  "/var/mail",
                                         "/var/tmp", "/var/cache", "/var/home",   "/var/www",
                                         "/var/opt", "/srv/home",  "/export/home"};
    if (!strchr(path + 1, '/'))
        return true;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (path_is_below(path, whole[i]))
            return true;
    for (size_t i = 0; i < sizeof itself / sizeof *itself; i++)
        if (strcmp(path, itself[i]) == 0)
            return true;
    return false;
}

/* Another account lives in it, or it lies in a person's. */
static const char *neighbour(struct verb_context *c, const struct account_fact *a, const char *home)
{
    vec_each (other, &c->facts->accounts) {
        if (strcmp(other->name, a->name) == 0 || !other->home || *other->home != '/')
            continue;
        const char *theirs = path_tidy(c->arena, other->home);
        if (path_is_below(theirs, home) ||
            (other->home_real && path_is_below(other->home_real, home)))
            return other->name;
        bool is_inside = strcmp(theirs, "/") != 0 && path_is_below(home, theirs);
        if (is_inside && !other->is_system && other->uid != 65534)
            return other->name;
    }
    return NULL;
}

static const char *mounted_below(struct verb_context *c, const char *home)
{
    vec_each (m, &c->facts->mounts)
        if (m->directory && !m->is_swap && path_is_below(m->directory, home))
            return m->directory;
    return NULL;
}

static int check_home(struct removing *r, const struct account_fact *a, struct err *e)
{
    struct verb_context *c = r->c;
    const char *path = path_tidy(c->arena, a->home);
    struct stat_answer parent = tree_stat(c->tree, path_parent(c->arena, path));
    if (parent.presence != PRESENCE_PRESENT || !*path_name(path))
        return refuse(path, "it is no directory of its own", e);
    r->home = path_join(c->arena, parent.real_path, path_name(path));
    struct stat_answer s = tree_lstat(c->tree, r->home);
    const char *other = neighbour(c, a, r->home), *mount = mounted_below(c, r->home);
    if (s.presence == PRESENCE_UNREADABLE)
        return refuse(r->home, s.reason, e);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return refuse(r->home, "it is no real directory", e);
    if (is_systems(r->home) || is_systems(path))
        return refuse(r->home, "it is a directory of the system's", e);
    if (s.node.uid != (uint32_t)a->uid)
        return refuse(r->home, arena_printf(c->arena, "it belongs to uid %u", s.node.uid), e);
    if (other)
        return refuse(r->home, arena_printf(c->arena, "%s lives there, too", other), e);
    if (mount || s.node.device != parent.node.device)
        return refuse(r->home,
                      arena_printf(c->arena, "something is mounted on %s", mount ? mount : r->home),
                      e);
    r->device = s.node.device;
    return 0;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static int too_much(struct removing *r, const char *what, struct err *e)
{
    return err_set_at(e, ERR_LIMIT, r->home, 0, 0,
                      "%s, more than the journal takes to give it back (%u files, %u MiB, %u MiB "
                      "each): leave --remove-home out, and remove it on the running guest",
                      what, LIMIT_REMOVED_ENTRIES, LIMIT_REMOVED_BYTES >> 20,
                      LIMIT_EDIT_BYTES >> 20);
}

static int take(struct removing *r, const char *path, int depth, struct err *e);

static int take_children(struct removing *r, const char *path, int depth, struct err *e)
{
    struct list_answer names = tree_list(r->c->tree, path);
    if (names.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be read: %s",
                          names.reason ? names.reason : "it is gone");
    if (names.cut || depth >= DEPTH_MAX)
        return too_much(r, arena_printf(r->c->arena, "%s holds too much", path), e);
    int code = 0;
    for (size_t i = 0; i < names.count && code == 0; i++)
        code = take(r, path_join(r->c->arena, path, names.names[i]), depth + 1, e);
    return code;
}

/* Count first: not one file goes before it is known that all can. */
static int take(struct removing *r, const char *path, int depth, struct err *e)
{
    struct stat_answer s = tree_lstat(r->c->tree, path);
    struct arena *a = r->c->arena;
    if (s.presence == PRESENCE_ABSENT)
        return 0; /* its keys, which have gone already */
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", s.reason);
    /* Of directories only: on an overlay filesystem what is no directory has devices of its own. */
    if (s.node.type == NODE_DIRECTORY && s.node.device != r->device)
        return refuse(r->home, arena_printf(a, "something is mounted on %s", path), e);
    if (s.node.type != NODE_FILE && s.node.type != NODE_DIRECTORY && s.node.type != NODE_SYMLINK)
        return refuse(r->home,
                      arena_printf(a, "%s is a %s, which no journal could give back", path,
                                   node_type_name(s.node.type)),
                      e);
    if (++r->count > LIMIT_REMOVED_ENTRIES)
        return too_much(r, arena_printf(a, "it holds more than %u files", LIMIT_REMOVED_ENTRIES),
                        e);
    vec_push(a, &r->paths, path);
    if (s.node.type == NODE_DIRECTORY)
        return take_children(r, path, depth, e);
    if (s.node.type == NODE_SYMLINK)
        return 0;
    r->bytes += s.node.size;
    if (s.node.size > LIMIT_EDIT_BYTES)
        return too_much(r,
                        arena_printf(a, "%s has %llu MiB", path,
                                     (unsigned long long)(s.node.size >> 20)),
                        e);
    if (r->bytes > LIMIT_REMOVED_BYTES)
        return too_much(r, "its files are larger altogether", e);
    return 0;
}

int access_remove_home(struct verb_context *c, const struct account_fact *a, struct err *e)
{
    struct removing r = {.c = c};
    const struct node_state gone = {0};
    if (strcmp(a->home_state, "missing") == 0) {
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s has no home that could be removed", a->name));
        return 0;
    }
    int code = check_home(&r, a, e);
    if (code == 0)
        code = take(&r, r.home, 0, e);
    for (size_t i = r.paths.count; code == 0 && i-- > 0;)
        code = overlay_put(c->tree, r.paths.items[i], &gone, e);
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s goes: %zu files and directories, %llu KiB", r.home,
                              r.count, (unsigned long long)((r.bytes + 1023) >> 10)));
    return code;
}
