/* Writing to an image: a temporary name beside the place, owner, mode, attributes, read back,
 * rename. The calls are chrooted into the guest but follow links, so each is only given a path
 * whose parents the tree has found to be directories, and a last component that is ours or was
 * looked at. */
#include "guest/image_private.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/path.h"
#include "guest/acl_text.h"
#include "guest/fault.h"
#include "guest/writing.h"

/* One message holds 4 MiB less its header. */
#define BYTES_PER_CALL (2u * 1024u * 1024u)

static struct image_view *view_of(struct tree *t)
{
    return t->state;
}

static guestfs_h *handle_of(struct tree *t)
{
    return view_of(t)->image->g;
}

static int fail(struct tree *t, struct err *e, const char *path, const char *what)
{
    struct image *image = view_of(t)->image;
    int reason = guestfs_last_errno(image->g);
    if (image_is_dead(image))
        return err_set_at(e, ERR_APPLIANCE, path, 0, 0, "%s: the appliance ended in the middle",
                          what);
    enum err_code code = reason == EEXIST || reason == ENOTEMPTY ? ERR_REFUSED : ERR_IO;
    return err_set_at(e, code, path, 0, 0, "%s: %s", what,
                      reason ? strerror(reason) : image_last_error(t->arena, image->g));
}

/* The name must be free, by the disk's word and not by what was read before. */
static int insist_on_absence(struct tree *t, const char *path, struct err *e)
{
    image_forget(view_of(t), path);
    switch (t->engine->lstat(t, path).presence) {
    case PRESENCE_ABSENT:
        return 0;
    case PRESENCE_PRESENT:
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "is there already");
    case PRESENCE_UNREADABLE:
        break;
    }
    return fail(t, e, path, "cannot be looked at");
}

/* --- metadata --------------------------------------------------------------------------------- */

/* lsetxattr's value goes to the appliance as text: it ends at the first NUL, of which one is put
 * back at the end. */
static bool goes_as_text(struct bytes value)
{
    return value.len == 0 || !memchr(value.ptr, '\0', value.len - 1);
}

static int set_xattr(struct tree *t, const char *at, const char *path, const struct xattr *x,
                     struct err *e)
{
    guestfs_h *g = handle_of(t);
    int failed = -1;
    if (goes_as_text(x->value)) {
        failed =
            guestfs_lsetxattr(g, x->name, x->value.ptr ? x->value.ptr : "", (int)x->value.len, at);
    } else {
        bool is_access = strcmp(x->name, "system.posix_acl_access") == 0;
        bool is_default = strcmp(x->name, "system.posix_acl_default") == 0;
        const char *text = is_access || is_default ? acl_text(t->arena, x->value) : NULL;
        if (!text)
            return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0,
                              "the attribute %s holds bytes that the appliance cannot be given: "
                              "mount the disk and repair the directory",
                              x->name);
        failed = guestfs_acl_set_file(g, at, is_access ? "access" : "default", text);
    }
    return failed ? fail(t, e, path, "an extended attribute cannot be set") : 0;
}

/* Bytes that cannot be sent stand on what is replaced, mostly. */
static void take_over_xattrs(struct tree *t, const char *at, const char *path,
                             const struct node_state *s)
{
    bool all_text = true;
    for (size_t i = 0; i < s->xattr_count; i++)
        all_text &= goes_as_text(s->xattrs[i].value);
    if (all_text || s->type != NODE_FILE || strcmp(at, path) == 0)
        return;
    image_forget(view_of(t), path);
    struct stat_answer there = t->engine->lstat(t, path);
    if (there.presence == PRESENCE_PRESENT && there.node.type == NODE_FILE)
        guestfs_copy_attributes(handle_of(t), path, at, GUESTFS_COPY_ATTRIBUTES_XATTRIBUTES, 1,
                                -1); /* what it did is seen next */
}

/* A new file may have some already, from a default access list of its directory. */
static int set_xattrs(struct tree *t, const char *at, const char *path, const struct node_state *s,
                      struct err *e)
{
    take_over_xattrs(t, at, path, s);
    struct xattrs_answer now = t->engine->xattrs(t, at);
    if (now.presence != PRESENCE_PRESENT)
        return fail(t, e, path, "its attributes cannot be listed");
    const struct node_state there = {.xattrs = now.xattrs, .xattr_count = now.count};
    for (size_t i = 0; i < now.count; i++)
        if (!node_state_xattr(s, now.xattrs[i].name) &&
            guestfs_lremovexattr(handle_of(t), now.xattrs[i].name, at) != 0)
            return fail(t, e, path, "an extended attribute cannot be removed");
    int code = 0;
    for (size_t i = 0; i < s->xattr_count && code == 0; i++) {
        const struct bytes *value = node_state_xattr(&there, s->xattrs[i].name);
        if (!value || !bytes_equal(*value, s->xattrs[i].value))
            code = set_xattr(t, at, path, &s->xattrs[i], e);
    }
    return code;
}

/* Owner first: the kernel takes set-id bits and capabilities away with it. AT is where the thing
 * is, PATH what it is called in messages. */
static int set_meta(struct tree *t, const char *at, const char *path, const struct node_state *s,
                    struct err *e)
{
    guestfs_h *g = handle_of(t);
    if (guestfs_lchown(g, (int)s->uid, (int)s->gid, at) != 0)
        return fail(t, e, path, "its owner cannot be changed");
    FAULT_POINT("owner");
    if (s->type != NODE_SYMLINK && guestfs_chmod(g, (int)s->mode, at) != 0)
        return fail(t, e, path, "its mode cannot be changed");
    FAULT_POINT("mode");
    return set_xattrs(t, at, path, s, e);
}

/* What the disk holds now is what was wanted. */
static int compare(struct tree *t, const char *at, const char *path, const struct node_state *s,
                   struct err *e)
{
    image_forget(view_of(t), at);
    struct stat_answer st = t->engine->lstat(t, at);
    bool same = st.presence == PRESENCE_PRESENT && st.node.type == s->type &&
                st.node.uid == s->uid && st.node.gid == s->gid &&
                (s->type == NODE_SYMLINK || st.node.mode == s->mode);
    if (same && s->type == NODE_FILE && s->has_content) {
        struct read_answer r = t->engine->read(t, at, s->content.len);
        same = r.presence == PRESENCE_PRESENT && !r.cut && bytes_equal(r.content, s->content);
    }
    if (same) {
        struct xattrs_answer x = t->engine->xattrs(t, at);
        const struct node_state now = {.xattrs = x.xattrs, .xattr_count = x.count};
        same = x.presence == PRESENCE_PRESENT && node_state_same_xattrs(&now, s);
    }
    if (image_is_dead(view_of(t)->image))
        return fail(t, e, path, "cannot be read back");
    return same ? 0 : err_set_at(e, ERR_IO, path, 0, 0, "does not read back as it was written");
}

/* --- files ------------------------------------------------------------------------------------ */

static int write_content(struct tree *t, const char *at, const char *path, struct bytes content,
                         struct err *e)
{
    guestfs_h *g = handle_of(t);
    size_t n = content.len < BYTES_PER_CALL ? content.len : BYTES_PER_CALL;
    if (guestfs_write(g, at, n ? content.ptr : "", n) != 0)
        return fail(t, e, path, "cannot be written");
    for (size_t done = n; done < content.len; done += n) {
        n = content.len - done < BYTES_PER_CALL ? content.len - done : BYTES_PER_CALL;
        if (guestfs_write_append(g, at, content.ptr + done, n) != 0)
            return fail(t, e, path, "cannot be written");
    }
    return 0;
}

static int make_at(struct tree *t, const char *at, const char *path, const struct node_state *s,
                   struct err *e)
{
    if (s->type == NODE_SYMLINK) {
        if (guestfs_ln_s(handle_of(t), s->target, at) != 0)
            return fail(t, e, path, "the link cannot be made");
    } else {
        int code = write_content(t, at, path, s->content, e);
        if (code != 0)
            return code;
    }
    FAULT_POINT("content");
    int code = set_meta(t, at, path, s, e);
    return code == 0 ? compare(t, at, path, s, e) : code;
}

/* Remembered for the last look; NULL: it is not there any more. */
static void remember(struct tree *t, const char *path, const struct node_state *s)
{
    struct node_state *copy = NULL;
    if (s) {
        copy = arena_new_struct(t->arena, struct node_state);
        *copy = *s;
    }
    map_set(&view_of(t)->written, path, copy);
}

/* Under a temporary name first, then in one step under its own. */
static int put(struct tree *t, const char *path, const struct node_state *s, bool may_be_there,
               struct err *e)
{
    guestfs_h *g = handle_of(t);
    const char *temporary = writing_temporary_name(t->arena, path, e);
    int code = temporary ? insist_on_absence(t, temporary, e) : (int)ERR_IO;
    if (code != 0)
        return code;
    FAULT_POINT("create");
    code = make_at(t, temporary, path, s, e);
    if (code == 0 && !may_be_there)
        code = insist_on_absence(t, path, e);
    FAULT_POINT("rename");
    if (code == 0 && guestfs_rename(g, temporary, path) != 0)
        code = fail(t, e, path, "cannot be put in its place");
    if (code != 0 && !image_is_dead(view_of(t)->image))
        guestfs_rm_f(g, temporary);
    image_forget(view_of(t), temporary);
    image_forget(view_of(t), path);
    if (code == 0)
        remember(t, path, s);
    return code;
}

static int image_make(struct tree *t, const char *path, const struct node_state *s, struct err *e)
{
    if (s->type != NODE_DIRECTORY)
        return put(t, path, s, false, e);
    int code = insist_on_absence(t, path, e);
    if (code != 0)
        return code;
    if (guestfs_mkdir_mode(handle_of(t), path, 0700) != 0)
        return fail(t, e, path, "cannot be made");
    image_forget(view_of(t), path);
    code = set_meta(t, path, path, s, e);
    if (code == 0)
        code = compare(t, path, path, s, e);
    if (code != 0 && !image_is_dead(view_of(t)->image))
        guestfs_rmdir(handle_of(t), path);
    image_forget(view_of(t), path);
    return code;
}

static int image_replace(struct tree *t, const char *path, const struct node_state *s,
                         struct err *e)
{
    return put(t, path, s, true, e);
}

static int image_set_meta(struct tree *t, const char *path, const struct node_state *s,
                          struct err *e)
{
    struct node_state meta = *s;
    meta.has_content = false;
    image_forget(view_of(t), path);
    struct stat_answer st = t->engine->lstat(t, path);
    if (st.presence != PRESENCE_PRESENT)
        return fail(t, e, path, "cannot be looked at");
    /* chmod follows links. */
    if (st.node.type != s->type)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "has become something else");
    int code = set_meta(t, path, path, &meta, e);
    return code == 0 ? compare(t, path, path, &meta, e) : code;
}

static int image_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    int code = insist_on_absence(t, to, e);
    if (code == 0 && guestfs_rename(handle_of(t), path, to) != 0)
        code = fail(t, e, path, "cannot be renamed");
    FAULT_POINT("moved");
    image_forget(view_of(t), path);
    image_forget(view_of(t), to);
    if (code == 0)
        remember(t, path, NULL);
    return code;
}

static int image_remove(struct tree *t, const char *path, struct err *e)
{
    image_forget(view_of(t), path);
    struct stat_answer st = t->engine->lstat(t, path);
    bool is_directory = st.presence == PRESENCE_PRESENT && st.node.type == NODE_DIRECTORY;
    int result = is_directory ? guestfs_rmdir(handle_of(t), path) : guestfs_rm(handle_of(t), path);
    if (result != 0)
        return fail(t, e, path, "cannot be removed");
    FAULT_POINT("removed");
    image_forget(view_of(t), path);
    remember(t, path, NULL);
    return 0;
}

static int image_flush(struct tree *t, struct err *e)
{
    return guestfs_sync(handle_of(t)) == 0 ? 0 : fail(t, e, "/", "does not get onto the disk");
}

/* --- may it be changed? ----------------------------------------------------------------------- */

/* Asking is a process in the appliance and follows links: only what lstat called a file or a
 * directory is asked about. Filesystems without such attributes give an error, and cannot have any.
 */
static int check_attributes(struct tree *t, const char *path, const char *what, struct err *e)
{
    struct stat_answer st = t->engine->lstat(t, path);
    if (st.presence != PRESENCE_PRESENT ||
        (st.node.type != NODE_FILE && st.node.type != NODE_DIRECTORY))
        return 0;
    CLEANUP_FREE char *attributes = guestfs_get_e2attrs(handle_of(t), path);
    if (attributes && strpbrk(attributes, "ia"))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "%s immutable or append-only: chattr -ia would lift it", what);
    return 0;
}

static int image_check(struct tree *t, const char *path, struct err *e)
{
    struct image_view *v = view_of(t);
    const char *parent = path_parent(t->arena, path);
    int code = check_attributes(t, path, "is", e);
    /* One directory is asked about once. */
    const char *key = arena_printf(t->arena, "%s/", parent);
    if (code == 0 && !map_get(&v->links, key)) {
        code = check_attributes(t, parent, "is", e);
        map_set(&v->links, key, (void *)(uintptr_t) "");
    }
    if (code == 0 && image_is_dead(v->image))
        code = fail(t, e, path, "cannot be looked at");
    return code;
}

const struct tree_writing image_writing = {
    .make = image_make,
    .replace = image_replace,
    .set_meta = image_set_meta,
    .move = image_move,
    .remove = image_remove,
    .flush = image_flush,
    .check = image_check,
};

/* --- the last look ---------------------------------------------------------------------------- */

int image_read_back(struct image_view *v, struct err *e)
{
    struct tree *t = &v->tree;
    enum { EVERYTHING = 3 };
    int code = image_flush(t, e);
    /* From the cache it would say only what was handed to the kernel. */
    if (code == 0 && guestfs_drop_caches(v->image->g, EVERYTHING) != 0)
        code = fail(t, e, "/", "cannot be read back");
    for (size_t i = 0; i < v->written.capacity && code == 0; i++) {
        const struct map_slot *slot = &v->written.slots[i];
        const struct node_state *s = slot->key ? slot->value : NULL;
        if (s)
            code = compare(t, slot->key, slot->key, s, e);
    }
    return code;
}
