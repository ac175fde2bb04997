#include "cli/targets.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/data.h"

#define TARGET_LIST_BYTES (16u * 1024u * 1024u)

static int read_list(struct options *o, const char *path, struct err *e)
{
    struct bytes text = data_read_file(o->arena, path, TARGET_LIST_BYTES, e);
    if (!text.ptr)
        return e->code;
    for (size_t from = 0; from < text.len;) {
        const char *newline = memchr(text.ptr + from, '\n', text.len - from);
        size_t to = newline ? (size_t)(newline - text.ptr) : text.len;
        if (to > from)
            options_add_guest(o, arena_text(o->arena, bytes_cut(text, from, to)));
        from = to + 1;
    }
    return 0;
}

/* What is not there yet counts as an image: opening it says what is wrong. */
static enum target_kind kind_of(const struct guest_words *guest)
{
    struct stat st;
    if (guest->domain)
        return TARGET_DOMAIN;
    if (stat(guest->disks.items[0].path, &st) < 0)
        return TARGET_IMAGE;
    if (S_ISDIR(st.st_mode))
        return TARGET_DIRECTORY;
    return S_ISBLK(st.st_mode) ? TARGET_DEVICE : TARGET_IMAGE;
}

int targets_collect(struct options *o, target_vec *out, struct err *e)
{
    vec_each (list, &o->targets_from) {
        int failed = read_list(o, *list, e);
        if (failed)
            return failed;
    }
    if (o->keys_from_stdin) {
        vec_each (list, &o->targets_from)
            if (strcmp(*list, "-") == 0)
                return err_set(e, ERR_USAGE, "standard input holds either keys or targets");
        int failed = disk_keys_from_stdin(o->arena, &o->keys, e);
        if (failed)
            return failed;
    }
    o->targets_from.count = 0; /* what is read once is gone, and a command may ask again */
    o->keys_from_stdin = false;
    if (o->guests.count == 0)
        return err_set(e, ERR_USAGE, "no TARGET: name a disk image, a block device or a directory");
    vec_each (guest, &o->guests) {
        struct target target = {
            .name = guest->name,
            .kind = kind_of(guest),
            .disks = guest->disks.items,
            .disk_count = guest->disks.count,
            .domain = guest->domain,
            .uri = guest->domain ? o->uri : NULL,
            .keys = o->keys.items,
            .key_count = o->keys.count,
            .root = o->root,
        };
        if (target.kind == TARGET_DIRECTORY && target.disk_count > 1)
            return err_set(e, ERR_USAGE, "%s is a directory: no disks can be added to it",
                           target.name);
        vec_push(o->arena, out, target);
    }
    return 0;
}
