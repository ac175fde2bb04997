#include "guest/acl_text.h"

#include "base/strbuf.h"

/* linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id, little endian. */
#define HEAD    4u
#define ENTRY   8u
#define VERSION 2u

static uint32_t number(struct bytes b, size_t at, size_t count)
{
    uint32_t value = 0;
    for (size_t i = count; i > 0; i--)
        value = value << 8 | (unsigned char)b.ptr[at + i - 1];
    return value;
}

static const struct {
    uint32_t tag;
    const char *word;
    bool has_id;
} tags[] = {{0x01, "user", false}, {0x02, "user", true},  {0x04, "group", false},
            {0x08, "group", true}, {0x10, "mask", false}, {0x20, "other", false}};

static bool add_entry(struct strbuf *out, struct bytes value, size_t at)
{
    uint32_t tag = number(value, at, 2), bits = number(value, at + 2, 2);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (tags[i].tag != tag || bits > 7)
            continue;
        strbuf_printf(out, "%s%s:", out->len > 0 ? "," : "", tags[i].word);
        if (tags[i].has_id)
            strbuf_printf(out, "%u", number(value, at + 4, 4));
        strbuf_printf(out, ":%c%c%c", bits & 4 ? 'r' : '-', bits & 2 ? 'w' : '-',
                      bits & 1 ? 'x' : '-');
        return true;
    }
    return false;
}

const char *acl_text(struct arena *a, struct bytes value)
{
    struct strbuf out;
    strbuf_init(&out, a);
    if (value.len <= HEAD || (value.len - HEAD) % ENTRY != 0 || number(value, 0, 4) != VERSION)
        return NULL;
    for (size_t at = HEAD; at < value.len; at += ENTRY)
        if (!add_entry(&out, value, at))
            return NULL;
    return out.ptr;
}
