/* Verbs on modes, owners and presence of files, directories and links. */
#include <string.h>

#include "base/path.h"
#include "repair/link_edit.h"
#include "repair/text_edit.h"
#include "repair/tree_copy.h"

/* The state of what PATH leads to. */
static int state_of(struct verb_context *c, const char *path, const char **real,
                    struct node_state *out, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", s.reason);
    if (s.presence == PRESENCE_ABSENT)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    *real = s.real_path;
    return overlay_state(c->tree, s.real_path, false, out, e);
}

int verb_file_mode(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *real;
    struct node_state s;
    uint32_t bits;
    int code = state_of(c, step_text(step, "path"), &real, &s, e);
    if (code != 0)
        return code;
    if (step_text(step, "mode")) {
        if (!step_mode(step, "mode", &s.mode, e))
            return ERR_INTERNAL;
    }
    if (step_text(step, "clear")) {
        if (!step_mode(step, "clear", &bits, e))
            return ERR_INTERNAL;
        s.mode &= ~bits;
    }
    if (step_text(step, "set")) {
        if (!step_mode(step, "set", &bits, e))
            return ERR_INTERNAL;
        s.mode |= bits;
    }
    return overlay_put(c->tree, real, &s, e);
}

/* "owner" gives its account's primary group too unless "group" says otherwise. A root that merely
 * gets its file back keeps the group. */
int verb_file_owner(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *real;
    struct node_state s;
    const char *owner = step_text(step, "owner"), *group = step_text(step, "group");
    int code = state_of(c, step_text(step, "path"), &real, &s, e);
    if (code != 0)
        return code;
    uint32_t uid = s.uid, gid = s.gid, primary;
    if (owner && !verb_uid(c, owner, &uid, &primary, e))
        return ERR_NOT_FOUND;
    if (owner && uid != s.uid)
        gid = primary;
    if (group && !verb_gid(c, group, &gid, e))
        return ERR_NOT_FOUND;
    s.uid = uid;
    s.gid = gid;
    return overlay_put(c->tree, real, &s, e);
}

/* Mode and owner of something new: root's 0644 (directory: 0755) unless the step says otherwise. */
static int new_meta(struct verb_context *c, const struct json *step, struct node_state *s,
                    struct err *e)
{
    uint32_t primary;
    const char *owner = step_text(step, "owner"), *group = step_text(step, "group");
    s->mode = s->type == NODE_DIRECTORY ? 0755 : 0644;
    if (step_text(step, "mode") && !step_mode(step, "mode", &s->mode, e))
        return ERR_INTERNAL;
    if (owner && !verb_uid(c, owner, &s->uid, &primary, e))
        return ERR_NOT_FOUND;
    if (owner)
        s->gid = primary;
    if (group && !verb_gid(c, group, &s->gid, e))
        return ERR_NOT_FOUND;
    return 0;
}

int verb_file_create(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *text = step_text(step, "text");
    struct node_state s = {.exists = true,
                           .type = NODE_FILE,
                           .has_content = true,
                           .content = bytes_of(text ? text : "")};
    int code = new_meta(c, step, &s, e);
    if (code != 0)
        return code;
    const char *real = real_path_of(c, step_text(step, "path"), e);
    if (!real)
        return ERR_REFUSED;
    struct stat_answer there = tree_lstat(c->tree, real);
    if (there.presence == PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, real, 0, 0, "is there already");
    return overlay_put(c->tree, real, &s, e);
}

/* The directory and those above it that are missing; a new parent is root's 0755. */
static int make_directories(struct verb_context *c, const char *path, const struct node_state *s,
                            struct err *e)
{
    struct stat_answer there = tree_stat(c->tree, path);
    if (there.presence == PRESENCE_PRESENT && there.node.type == NODE_DIRECTORY)
        return overlay_put(c->tree, there.real_path, s, e);
    if (there.presence != PRESENCE_ABSENT)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s",
                          there.reason ? there.reason : "something else is in the way");
    const char *parent = path_parent(c->arena, path);
    struct stat_answer above = tree_stat(c->tree, parent);
    if (above.presence == PRESENCE_ABSENT) {
        struct node_state plain = {.exists = true, .type = NODE_DIRECTORY, .mode = 0755};
        int code = make_directories(c, parent, &plain, e);
        if (code != 0)
            return code;
    }
    const char *real = real_path_of(c, path, e);
    return real ? overlay_put(c->tree, real, s, e) : ERR_REFUSED;
}

int verb_dir_make(struct verb_context *c, const struct json *step, struct err *e)
{
    struct node_state s = {.exists = true, .type = NODE_DIRECTORY};
    int code = new_meta(c, step, &s, e);
    const char *path = step_text(step, "path"), *from = step_text(step, "from");
    if (code == 0)
        code = make_directories(c, path, &s, e);
    return code == 0 && from ? tree_copy(c, from, path, s.uid, s.gid, e) : code;
}

/* NetworkManager and the network scripts read every name but those of backups: nms-keyfile-utils.c
 * ignore_filename, ifcfg-rh utils.c should_ignore_file. */
static const char *mark_of(const char *path)
{
    static const char *const readers[] = {"/etc/NetworkManager/system-connections",
                                          "/etc/sysconfig/network-scripts",
                                          "/etc/sysconfig/network", "/etc/network/interfaces.d"};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (path_is_below(path, readers[i]))
            return "~";
    return "";
}

/* Rename to PATH.diskmend (or .diskmend-2 …): a name that no drop-in directory loads. */
int verb_file_aside(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    struct stat_answer s;
    int code = link_edit_look(c, path, &s, e);
    if (code != 0 || s.presence == PRESENCE_ABSENT)
        return code;
    struct node_state gone = {0};
    if (s.node.type == NODE_SYMLINK && tree_stat(c->tree, path).presence != PRESENCE_PRESENT)
        return overlay_put(c->tree, s.real_path, &gone, e); /* it leads nowhere: nothing to keep */
    for (int i = 1; i < 100; i++) {
        const char *number = i == 1 ? "" : arena_printf(c->arena, "-%d", i);
        const char *aside =
            arena_printf(c->arena, "%s.diskmend%s%s", s.real_path, number, mark_of(path));
        if (tree_lstat(c->tree, aside).presence == PRESENCE_ABSENT)
            return overlay_move(c->tree, s.real_path, aside, e);
    }
    return err_set_at(e, ERR_REFUSED, path, 0, 0, "too many copies beside it");
}

int verb_link_set(struct verb_context *c, const struct json *step, struct err *e)
{
    return link_edit_put(c, step_text(step, "path"), step_text(step, "target"), e);
}

int verb_link_remove(struct verb_context *c, const struct json *step, struct err *e)
{
    return link_edit_remove(c, step_text(step, "path"), e);
}
