#include "repair/link_edit.h"

#include "base/path.h"

int link_edit_look(struct verb_context *c, const char *path, struct stat_answer *out, struct err *e)
{
    *out = tree_lstat(c->tree, path);
    if (out->presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", out->reason);
    return 0;
}

int link_edit_put(struct verb_context *c, const char *path, const char *target, struct err *e)
{
    struct stat_answer parent = tree_stat(c->tree, path_parent(c->arena, path));
    if (parent.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "its directory is not there");
    const char *real = path_join(c->arena, parent.real_path, path_name(path));
    struct node_state link;
    int code = overlay_state(c->tree, real, false, &link, e);
    if (code != 0)
        return code;
    if (link.exists && link.type != NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, real, 0, 0, "a %s is in the way",
                          node_type_name(link.type));
    if (!link.exists)
        link = (struct node_state){.exists = true, .type = NODE_SYMLINK, .mode = 0777};
    link.target = target;
    return overlay_put(c->tree, real, &link, e);
}

int link_edit_remove(struct verb_context *c, const char *path, struct err *e)
{
    struct stat_answer s;
    struct node_state gone = {0};
    int code = link_edit_look(c, path, &s, e);
    if (code != 0 || s.presence == PRESENCE_ABSENT)
        return code;
    if (s.node.type != NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s, not a link",
                          node_type_name(s.node.type));
    return overlay_put(c->tree, s.real_path, &gone, e);
}
