#include "model/target.h"

#include <string.h>

#include "base/escape.h"

void disk_keys_wipe(const struct disk_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        explicit_bzero(keys[i].secret, strlen(keys[i].secret));
}

const char *target_kind_name(enum target_kind kind)
{
    static const char *const names[] = {"image", "device", "directory", "domain"};
    return names[kind];
}

static void add_words(struct strbuf *out, const char *option, const char *value)
{
    strbuf_printf(out, "%s%s", out->len > 0 ? " " : "", option);
    if (value)
        strbuf_printf(out, "%s%s", *option ? " " : "", escape_shell_word(out->arena, value));
}

char *target_words(struct arena *a, const struct target *target)
{
    struct strbuf out;
    strbuf_init(&out, a);
    if (target->domain) {
        if (target->uri)
            add_words(&out, "-c", target->uri);
        add_words(&out, "-d", target->domain);
    }
    for (size_t i = 0; !target->domain && i < target->disk_count; i++) {
        const struct target_disk *disk = &target->disks[i];
        if (disk->format)
            add_words(&out, "--format", disk->format);
        if (disk->blocksize)
            add_words(&out, "--blocksize", disk->blocksize == 512 ? "512" : "4096");
        add_words(&out, target->disk_count > 1 ? "-a" : "", disk->path);
    }
    if (target->root && strchr(target->root, '/'))
        add_words(&out, "--root", target->root);
    return out.ptr;
}
