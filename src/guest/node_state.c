#include "guest/node_state.h"

#include <string.h>

const struct bytes *node_state_xattr(const struct node_state *s, const char *name)
{
    for (size_t i = 0; i < s->xattr_count; i++)
        if (strcmp(s->xattrs[i].name, name) == 0)
            return &s->xattrs[i].value;
    return NULL;
}

bool node_state_same_xattrs(const struct node_state *a, const struct node_state *b)
{
    if (a->xattr_count != b->xattr_count)
        return false;
    for (size_t i = 0; i < a->xattr_count; i++) {
        const struct bytes *other = node_state_xattr(b, a->xattrs[i].name);
        if (!other || !bytes_equal(*other, a->xattrs[i].value))
            return false;
    }
    return true;
}

bool node_state_equal(const struct node_state *a, const struct node_state *b)
{
    if (a->exists != b->exists)
        return false;
    if (!a->exists)
        return true;
    if (a->type != b->type || a->mode != b->mode || a->uid != b->uid || a->gid != b->gid ||
        !node_state_same_xattrs(a, b))
        return false;
    if (a->type == NODE_SYMLINK)
        return strcmp(a->target, b->target) == 0;
    return !a->has_content || !b->has_content || bytes_equal(a->content, b->content);
}

void node_state_set_xattr(struct arena *a, struct node_state *s, const char *name,
                          const struct bytes *value)
{
    struct xattr *list = arena_alloc_array(a, s->xattr_count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < s->xattr_count; i++)
        if (strcmp(s->xattrs[i].name, name) != 0)
            list[n++] = s->xattrs[i];
    if (value)
        list[n++] = (struct xattr){arena_strdup(a, name), arena_bytes(a, *value)};
    s->xattrs = list;
    s->xattr_count = n;
}
