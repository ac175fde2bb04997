#include "guest/node_state.h"

#include <string.h>

bool xattr_is_echo(const char *name)
{
    return strcmp(name, "trusted.SGI_ACL_FILE") == 0 || strcmp(name, "trusted.SGI_ACL_DEFAULT") == 0;
}

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
    /* A link has no mode of its own. */
    if (a->type != b->type || (a->mode != b->mode && a->type != NODE_SYMLINK) || a->uid != b->uid ||
        a->gid != b->gid || !node_state_same_xattrs(a, b))
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

/* POSIX ACLs as the kernel stores them (linux/posix_acl_xattr.h): version, then entries of tag,
 * permissions and id, all little endian. chmod(2) rewrites three of them, so a change of mode does
 * it here, too: what is planned is then what will be there. */
#define ACL_NAME      "system.posix_acl_access"
#define ACL_HEAD      4u
#define ACL_ENTRY     8u
#define ACL_USER_OBJ  0x01
#define ACL_GROUP_OBJ 0x04
#define ACL_MASK      0x10
#define ACL_OTHER     0x20

static int acl_tag(const char *entry)
{
    return (unsigned char)entry[0] | (unsigned char)entry[1] << 8;
}

static bool has_mask(const char *entries, size_t len)
{
    for (size_t at = ACL_HEAD; at < len; at += ACL_ENTRY)
        if (acl_tag(entries + at) == ACL_MASK)
            return true;
    return false;
}

void node_state_follow_mode(struct arena *a, struct node_state *after, const struct node_state *now)
{
    const struct bytes *acl = after->exists ? node_state_xattr(after, ACL_NAME) : NULL;
    const struct bytes *old = now->exists ? node_state_xattr(now, ACL_NAME) : NULL;
    bool follows = acl && old && bytes_equal(*acl, *old) && after->mode != now->mode &&
                   acl->len >= ACL_HEAD && (acl->len - ACL_HEAD) % ACL_ENTRY == 0;
    if (!follows)
        return;
    struct bytes changed = arena_bytes(a, *acl);
    char *entries = (char *)(uintptr_t)changed.ptr;
    int group_tag = has_mask(entries, acl->len) ? ACL_MASK : ACL_GROUP_OBJ;
    for (size_t at = ACL_HEAD; at < acl->len; at += ACL_ENTRY) {
        int tag = acl_tag(entries + at);
        uint32_t bits = tag == ACL_USER_OBJ ? after->mode >> 6
                        : tag == group_tag  ? after->mode >> 3
                                            : after->mode;
        if (tag == ACL_USER_OBJ || tag == group_tag || tag == ACL_OTHER)
            entries[at + 2] = (char)(bits & 7);
    }
    node_state_set_xattr(a, after, ACL_NAME, &changed);
}
