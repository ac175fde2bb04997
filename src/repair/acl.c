#include "repair/acl.h"

#include <string.h>

#define NAME "system.posix_acl_access"

/* linux/posix_acl_xattr.h: a version, then entries of tag, permissions, id; little-endian. */
enum { VERSION = 2, HEADER_BYTES = 4, ENTRY_BYTES = 8 };
enum { TAG_OWNER = 0x01, TAG_GROUP = 0x04, TAG_MASK = 0x10, TAG_OTHER = 0x20 };

static int tag_at(const unsigned char *raw, size_t at)
{
    return raw[at] | raw[at + 1] << 8;
}

void acl_follow_mode(struct arena *a, struct node_state *s)
{
    const struct bytes *value = node_state_xattr(s, NAME);
    if (!value || value->len < HEADER_BYTES || (value->len - HEADER_BYTES) % ENTRY_BYTES != 0 ||
        value->ptr[0] != VERSION)
        return;
    unsigned char *raw = arena_alloc(a, value->len);
    memcpy(raw, value->ptr, value->len);
    bool has_mask = false;
    for (size_t at = HEADER_BYTES; at < value->len; at += ENTRY_BYTES)
        has_mask |= tag_at(raw, at) == TAG_MASK;
    for (size_t at = HEADER_BYTES; at < value->len; at += ENTRY_BYTES) {
        int tag = tag_at(raw, at);
        if (tag == TAG_OWNER)
            raw[at + 2] = s->mode >> 6 & 7;
        else if (tag == (has_mask ? TAG_MASK : TAG_GROUP))
            raw[at + 2] = s->mode >> 3 & 7;
        else if (tag == TAG_OTHER)
            raw[at + 2] = s->mode & 7;
    }
    struct bytes changed = {(const char *)raw, value->len};
    node_state_set_xattr(a, s, NAME, &changed);
}
