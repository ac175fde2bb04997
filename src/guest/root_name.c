#include "guest/root_name.h"

#include "base/limits.h"

/* The value of KEY= in shell syntax, quotes taken off; "" when absent. os-release(5) allows no
 * expansion, so the few escapes are all there is to it. */
static const char *value_of(struct arena *a, struct bytes text, const char *key)
{
    size_t n = strlen(key);
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        struct bytes line = bytes_cut(text, at, end ? (size_t)(end - text.ptr) : text.len);
        at += line.len + 1;
        if (line.len <= n || !bytes_start_with(line, key) || line.ptr[n] != '=')
            continue;
        struct bytes value = bytes_cut(line, n + 1, line.len);
        char quote = value.len && (*value.ptr == '"' || *value.ptr == '\'') ? *value.ptr : '\0';
        char *out = arena_alloc(a, value.len + 1);
        size_t count = 0;
        for (size_t i = quote ? 1 : 0; i < value.len && value.ptr[i] != quote; i++) {
            if (value.ptr[i] == '\\' && quote != '\'' && i + 1 < value.len)
                i++;
            out[count++] = value.ptr[i];
        }
        return arena_text(a, (struct bytes){out, count});
    }
    return "";
}

const char *root_name(struct tree *tree)
{
    struct arena *a = tree->arena;
    struct read_answer file = tree_read(tree, "/etc/os-release", LIMIT_CONFIG_BYTES);
    if (file.presence != PRESENCE_PRESENT)
        file = tree_read(tree, "/usr/lib/os-release", LIMIT_CONFIG_BYTES);
    if (file.presence != PRESENCE_PRESENT)
        return "";
    const char *pretty = value_of(a, file.content, "PRETTY_NAME");
    if (*pretty)
        return pretty;
    const char *name = value_of(a, file.content, "NAME");
    const char *version = value_of(a, file.content, "VERSION_ID");
    return *name && *version ? arena_printf(a, "%s %s", name, version) : name;
}
