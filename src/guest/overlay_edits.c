/* Edits of the overlay: each path has at most one, from what is on the disk to what shall be. */
#include "guest/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "guest/overlay_private.h"

static struct overlay *overlay_of(struct tree *t)
{
    return t->state;
}

struct overlay_slot *overlay_slot_of(struct overlay *o, const char *path)
{
    if (o->live == 0)
        return NULL;
    struct overlay_slot *slot = map_get(&o->slots, path);
    return slot && slot->is_live ? slot : NULL;
}

/* The nearest edited directory above PATH decides: what is below a moved one lies where it came
 * from, below a new one there is only what edits put there. */
const char *overlay_origin(struct overlay *o, const char *path)
{
    if (o->live == 0)
        return path;
    struct arena *a = o->tree.arena;
    struct overlay_slot *own = overlay_slot_of(o, path);
    if (own)
        return own->edit.after.exists ? own->source : NULL;
    if (!o->has_moved_ground)
        return path;
    for (const char *above = path_parent(a, path); above[1]; above = path_parent(a, above)) {
        const struct overlay_slot *slot = overlay_slot_of(o, above);
        if (!slot)
            continue;
        if (!slot->edit.after.exists || !slot->source)
            return NULL;
        return arena_printf(a, "%s%s", slot->source, path + strlen(above));
    }
    return path;
}

/* --- what is there ---------------------------------------------------------------------------- */

static int read_content(struct tree *t, const char *path, struct node_state *out, struct err *e)
{
    struct read_answer read = t->engine->read(t, path, LIMIT_EDIT_BYTES);
    if (read.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_IO, path, 0, 0, "cannot be read: %s",
                          read.reason ? read.reason : "it is gone");
    if (read.cut)
        return err_set_at(e, ERR_LIMIT, path, 0, 0,
                          "larger than %u bytes: too large to be changed here", LIMIT_EDIT_BYTES);
    out->content = read.content;
    out->has_content = true;
    return 0;
}

int overlay_state(struct tree *t, const char *path, bool with_content, struct node_state *out,
                  struct err *e)
{
    *out = (struct node_state){0};
    struct stat_answer s = tree_lstat(t, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_IO, path, 0, 0, "cannot be looked at: %s", s.reason);
    if (s.presence == PRESENCE_ABSENT)
        return 0;
    struct xattrs_answer x = t->engine->xattrs(t, path); /* of a link: its own */
    if (x.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_IO, path, 0, 0, "its extended attributes cannot be read: %s",
                          x.reason);
    *out = (struct node_state){.exists = true,
                               .type = s.node.type,
                               .mode = s.node.mode,
                               .uid = s.node.uid,
                               .gid = s.node.gid,
                               .xattrs = x.xattrs,
                               .xattr_count = x.count};
    if (s.node.type == NODE_SYMLINK) {
        struct link_answer link = t->engine->readlink(t, path);
        if (link.presence != PRESENCE_PRESENT)
            return err_set_at(e, ERR_IO, path, 0, 0, "the link cannot be read: %s",
                              link.reason ? link.reason : "it is gone");
        out->target = link.target;
    }
    return s.node.type == NODE_FILE && with_content ? read_content(t, path, out, e) : 0;
}

/* --- editing ---------------------------------------------------------------------------------- */

static int check_parent(struct tree *t, const char *path, struct err *e)
{
    const char *name = path_name(path);
    bool is_root = strcmp(path, "/") == 0;
    if (path[0] != '/' || strlen(path) >= LIMIT_PATH_BYTES || (!*name && !is_root) ||
        strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "not a path that can be changed");
    const char *parent = path_parent(t->arena, path);
    struct stat_answer s = tree_lstat(t, parent);
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s cannot be looked at: %s", parent,
                          s.reason);
    if (s.presence == PRESENCE_ABSENT)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "there is no directory %s", parent);
    if (s.node.type != NODE_DIRECTORY || strcmp(s.real_path, parent) != 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s is not a directory itself", parent);
    struct overlay *o = overlay_of(t);
    const char *above = parent;
    for (; o->has_moved_ground && above[1]; above = path_parent(t->arena, above)) {
        const struct overlay_slot *slot = overlay_slot_of(o, above);
        if (slot && slot->edit.moved_from)
            return err_set_at(e, ERR_REFUSED, path, 0, 0, "another change moves %s already", above);
    }
    return 0;
}

/* The slot of PATH, with what is there now as `before` when it is new. The old slot is logged. */
static int slot_for(struct tree *t, const char *path, struct overlay_slot **out, struct err *e)
{
    struct overlay *o = overlay_of(t);
    struct arena *a = t->arena;
    struct overlay_slot *slot = map_get(&o->slots, path);
    if (!slot) {
        if (o->order.count >= LIMIT_EDITS)
            return err_set_at(e, ERR_LIMIT, path, 0, 0, "more than %u changes in one run",
                              LIMIT_EDITS);
        slot = arena_new_struct(a, struct overlay_slot);
        slot->edit.path = arena_strdup(a, path);
        map_set(&o->slots, path, slot);
        vec_push(a, &o->order, slot);
    }
    if (!slot->is_live) {
        const char *keep = slot->edit.path;
        struct node_state before;
        int code = overlay_state(t, path, false, &before, e);
        if (code != 0)
            return code;
        const char *origin = overlay_origin(o, path);
        vec_push(a, &o->log, ((struct overlay_log){keep, *slot}));
        *slot = (struct overlay_slot){.edit = {.path = keep, .before = before, .after = before},
                                      .is_live = true,
                                      .source = before.exists ? origin : NULL,
                                      .inode = o->next_inode--};
        o->live++;
    } else {
        vec_push(a, &o->log, ((struct overlay_log){slot->edit.path, *slot}));
    }
    *out = slot;
    return 0;
}

/* A state of our own: whoever gave it may change his. */
static void copy_state(struct arena *a, struct node_state *out, const struct node_state *in)
{
    *out = *in;
    if (in->has_content)
        out->content = arena_bytes(a, in->content);
    if (in->target)
        out->target = arena_strdup(a, in->target);
    out->xattrs = NULL;
    out->xattr_count = 0;
    for (size_t i = 0; i < in->xattr_count; i++)
        node_state_set_xattr(a, out, in->xattrs[i].name, &in->xattrs[i].value);
}

static int check_removal(struct tree *t, const char *path, const struct node_state *now,
                         struct err *e)
{
    if (!now->exists)
        return 0;
    if (now->type > NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s could not be put back",
                          node_type_name(now->type));
    if (now->type != NODE_DIRECTORY)
        return 0;
    struct list_answer below = tree_list(t, path);
    if (below.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be listed: %s", below.reason);
    if (below.count > 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a directory that is not empty");
    return 0;
}

static int check_change(struct tree *t, const char *path, const struct node_state *now,
                        const struct node_state *wanted, struct err *e)
{
    bool is_new = !now->exists || now->type != wanted->type;
    if (!wanted->exists)
        return check_removal(t, path, now, e);
    const struct overlay_slot *slot = overlay_slot_of(overlay_of(t), path);
    bool has_moved = slot && (slot->edit.moved_to || slot->edit.moved_from);
    const struct node_state *was = slot && !has_moved ? &slot->edit.before : now;
    if (is_new && now->exists && now->type == NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a directory is in the way");
    /* No rename puts a directory in the place of a file, or the other way round. */
    if (was->exists && was->type != wanted->type &&
        (was->type == NODE_DIRECTORY || wanted->type == NODE_DIRECTORY))
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s is in the way",
                          node_type_name(was->type));
    if (is_new && wanted->type != NODE_FILE && wanted->type != NODE_DIRECTORY &&
        wanted->type != NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s cannot be made",
                          node_type_name(wanted->type));
    if (is_new && wanted->type == NODE_FILE && !wanted->has_content)
        return err_set_at(e, ERR_INTERNAL, path, 0, 0, "a new file without content");
    if (is_new && now->exists && now->type > NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "a %s is in the way, and could not be put back",
                          node_type_name(now->type));
    if (wanted->type == NODE_SYMLINK && (!wanted->target || !*wanted->target))
        return err_set_at(e, ERR_INTERNAL, path, 0, 0, "a link without target");
    if (wanted->has_content && wanted->content.len > LIMIT_EDIT_BYTES)
        return err_set_at(e, ERR_LIMIT, path, 0, 0, "would be larger than %u bytes",
                          LIMIT_EDIT_BYTES);
    return 0;
}

/* `before` gets its content once the edit takes it away: for the diff, the journal and undo. */
static int keep_before(struct tree *t, struct overlay_slot *slot, const struct node_state *wanted,
                       struct err *e)
{
    struct node_state *before = &slot->edit.before;
    bool loses = before->exists && before->type == NODE_FILE && !before->has_content &&
                 (!wanted->exists || wanted->type != NODE_FILE || wanted->has_content);
    if (!loses || !slot->source)
        return 0;
    struct overlay *o = overlay_of(t);
    struct read_answer read = o->under->engine->read(o->under, slot->source, LIMIT_EDIT_BYTES);
    if (read.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_IO, slot->edit.path, 0, 0, "cannot be read: %s",
                          read.reason ? read.reason : "it is gone");
    if (read.cut)
        return err_set_at(e, ERR_LIMIT, slot->edit.path, 0, 0,
                          "larger than %u bytes: too large to be changed here", LIMIT_EDIT_BYTES);
    before->content = read.content;
    before->has_content = true;
    return 0;
}

/* An edit that leads back to what is on the disk is none. */
static void settle(struct overlay *o, struct overlay_slot *slot)
{
    if (slot->edit.moved_from || slot->edit.moved_to ||
        !node_state_equal(&slot->edit.before, &slot->edit.after))
        return;
    slot->is_live = false;
    o->live--;
}

static bool same_target(const struct node_state *a, const struct node_state *b)
{
    return a->type != NODE_SYMLINK || strcmp(a->target, b->target) == 0;
}

/* Has this put changed nothing that was there or planned before it? */
static bool is_as_before(const struct overlay *o, size_t mark, const struct overlay_slot *slot,
                         const struct node_state *earlier)
{
    bool was_live = o->log.items[mark].slot.is_live;
    if (was_live != slot->is_live)
        return false;
    return !was_live || (earlier->has_content == slot->edit.after.has_content &&
                         node_state_equal(earlier, &slot->edit.after));
}

/* A directory that is new, gone or moved: what is below it no longer lies where its path says. */
static void note_ground(struct overlay *o, const struct overlay_slot *slot)
{
    const struct overlay_edit *edit = &slot->edit;
    bool stays = edit->before.exists && edit->after.exists && !edit->moved_from && !edit->moved_to;
    bool is_directory = (edit->before.exists && edit->before.type == NODE_DIRECTORY) ||
                        (edit->after.exists && edit->after.type == NODE_DIRECTORY);
    if (slot->is_live && is_directory && !stays)
        o->has_moved_ground = true;
}

/* What moves away from here took the place of something else: with a new thing here as well nobody
 * could tell from the disk how far a run has come. */
static bool is_exchange(struct overlay *o, const struct overlay_slot *slot)
{
    const struct overlay_slot *other =
        slot->edit.moved_to ? overlay_slot_of(o, slot->edit.moved_to) : NULL;
    return other && other->edit.before.exists;
}

/* Of a directory in the place of a directory one path would stand for things in both. */
static bool is_second_directory(const struct overlay_slot *slot, const struct node_state *wanted)
{
    return slot->edit.moved_to && wanted->exists && wanted->type == NODE_DIRECTORY &&
           slot->edit.before.type == NODE_DIRECTORY;
}

int overlay_put(struct tree *t, const char *path, const struct node_state *state, struct err *e)
{
    struct overlay *o = overlay_of(t);
    struct node_state now;
    struct overlay_slot *slot = NULL;
    int code = check_parent(t, path, e);
    if (code == 0)
        code = overlay_state(t, path, false, &now, e);
    if (code == 0)
        code = check_change(t, path, &now, state, e);
    if (code != 0)
        return code;
    size_t mark = overlay_mark(t);
    code = slot_for(t, path, &slot, e);
    /* What is moved keeps its type and its bytes: a move is one rename and no more. */
    bool parts = slot && slot->edit.moved_from &&
                 (!state->exists || state->type != slot->edit.after.type || state->has_content ||
                  !same_target(state, &slot->edit.after));
    if (code == 0 && (parts || is_exchange(o, slot) || is_second_directory(slot, state)))
        code = err_set_at(e, ERR_REFUSED, path, 0, 0, "another change moves it already");
    if (code == 0)
        code = keep_before(t, slot, state, e);
    if (code != 0) {
        overlay_roll_back(t, mark);
        return code;
    }
    struct node_state after, earlier = slot->edit.after;
    copy_state(t->arena, &after, state);
    node_state_follow_mode(t->arena, &after, &now);
    if (after.exists && after.type == NODE_FILE && !after.has_content && earlier.exists &&
        earlier.has_content) {
        after.content = earlier.content;
        after.has_content = true;
    }
    bool stays = after.exists && slot->edit.before.exists && !slot->edit.moved_to &&
                 after.type == slot->edit.before.type;
    slot->edit.after = after;
    if (!stays && !slot->edit.moved_from)
        slot->source = NULL;
    else if (!slot->source && !slot->edit.moved_from)
        slot->source = slot->edit.path;
    settle(o, slot);
    if (is_as_before(o, mark, slot, &earlier))
        overlay_roll_back(t, mark);
    note_ground(o, slot);
    return 0;
}

int overlay_move(struct tree *t, const char *path, const char *to, struct err *e)
{
    struct overlay *o = overlay_of(t);
    struct arena *a = t->arena;
    struct node_state what, there;
    int code = check_parent(t, path, e);
    if (code == 0)
        code = overlay_state(t, path, false, &what, e);
    if (code == 0)
        code = overlay_state(t, to, false, &there, e);
    if (code != 0)
        return code;
    if (!what.exists)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "there is nothing to move");
    if (there.exists || strcmp(path_parent(a, path), path_parent(a, to)) != 0)
        return err_set_at(e, ERR_REFUSED, to, 0, 0, "cannot be the new name of %s", path);
    vec_each (each, &o->order)
        if ((*each)->is_live && path_is_below((*each)->edit.path, path))
            return err_set_at(e, ERR_REFUSED, path, 0, 0, "another change is in the way: %s",
                              (*each)->edit.path);
    /* What is new, has new bytes, or was moved already has no place on the disk to be renamed from;
     * and what was under the new name must be an edit of its own, or undo would lose it. */
    const struct overlay_slot *own = overlay_slot_of(o, path);
    if (own && (own->edit.moved_from || !own->edit.before.exists || own->edit.after.has_content ||
                own->edit.after.type != own->edit.before.type || own->edit.after.target))
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "another change is in the way");
    const struct overlay_slot *place = overlay_slot_of(o, to);
    bool is_second = place && what.type == NODE_DIRECTORY && place->edit.before.exists &&
                     place->edit.before.type == NODE_DIRECTORY;
    if (place && (place->edit.moved_to || place->edit.moved_from || is_second))
        return err_set_at(e, ERR_REFUSED, to, 0, 0, "another change is in the way");
    size_t mark = overlay_mark(t);
    struct overlay_slot *from, *target;
    code = slot_for(t, path, &from, e);
    if (code == 0)
        code = slot_for(t, to, &target, e);
    if (code != 0) {
        overlay_roll_back(t, mark);
        return code;
    }
    target->edit.after = what;
    target->source = from->source;
    target->edit.moved_from = from->edit.path;
    from->edit.after = (struct node_state){0};
    from->edit.moved_to = target->edit.path;
    from->source = NULL;
    note_ground(o, from);
    return 0;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

size_t overlay_mark(struct tree *t)
{
    return overlay_of(t)->log.count;
}

void overlay_roll_back(struct tree *t, size_t mark)
{
    struct overlay *o = overlay_of(t);
    while (o->log.count > mark) {
        const struct overlay_log *last = &o->log.items[--o->log.count];
        struct overlay_slot *slot = map_get(&o->slots, last->path);
        o->live += (size_t)last->slot.is_live - (size_t)slot->is_live;
        *slot = last->slot;
        slot->edit.path = last->path;
    }
}

const char *const *overlay_touched(struct tree *t, size_t mark, size_t *count)
{
    struct overlay *o = overlay_of(t);
    VEC(const char *) list = {0};
    for (size_t i = mark; i < o->log.count; i++)
        vec_push(t->arena, &list, o->log.items[i].path);
    *count = list.count;
    return list.items;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct overlay_edit *)a)->path, ((const struct overlay_edit *)b)->path);
}

const struct overlay_edit *overlay_edits(struct tree *t, size_t *count)
{
    struct overlay *o = overlay_of(t);
    VEC(struct overlay_edit) list = {0};
    vec_each (each, &o->order)
        if ((*each)->is_live)
            vec_push(t->arena, &list, (*each)->edit);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, by_path);
    *count = list.count;
    return list.items;
}
