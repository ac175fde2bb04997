/* Encrypted volumes that the person gave keys for: opened inside the appliance, read-only unless the
 * target is opened for writing, under a name of ours. */
#include "guest/image_private.h"

#include <strings.h>

#include "base/limits.h"

static bool is_for(const struct disk_key *key, const struct filesystem *volume)
{
    return !key->volume || strcmp(key->volume, volume->device) == 0 ||
           (*volume->uuid && strcasecmp(key->volume, volume->uuid) == 0);
}

/* False with *TRIED when a key was for it and none opened it. */
static bool open_volume(struct image *image, const struct filesystem *volume, const char *name,
                        bool *tried)
{
    const struct image_request *r = image->request;
    for (size_t i = 0; i < r->key_count; i++) {
        if (!is_for(&r->keys[i], volume))
            continue;
        *tried = true;
        if (guestfs_cryptsetup_open(image->g, volume->device, r->keys[i].secret, name,
                                    GUESTFS_CRYPTSETUP_OPEN_READONLY,
                                    r->options->for_writing ? 0 : 1, -1) == 0)
            return true;
    }
    return false;
}

bool image_unlock(struct image *image)
{
    if (image->request->key_count == 0)
        return false;
    bool any = false;
    guestfs_set_trace(image->g, 0); /* keys pass */
    for (size_t i = 0; i < image->filesystems.count && i < LIMIT_FILESYSTEMS; i++) {
        /* What is found behind it may move the list. */
        struct filesystem volume = image->filesystems.items[i].shown;
        if (strcmp(volume.type, "crypto_LUKS") != 0)
            continue;
        bool tried = false;
        const char *name = arena_printf(image->arena, "opened%zu", i);
        if (open_volume(image, &volume, name, &tried)) {
            any = true;
            image->filesystems.items[i].use = SUPERBLOCK_MEMBER;
            image_look_at_device(image, arena_printf(image->arena, "/dev/mapper/%s", name));
        } else if (tried) {
            note_add(image->request->notes, "%s: no key that was given opens it: %s", volume.device,
                     image_last_error(image->arena, image->g));
        }
    }
    return any;
}
