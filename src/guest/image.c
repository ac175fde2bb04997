#include "guest/image.h"

#include "guest/image_private.h"

struct image *image_open(struct arena *a, const struct image_request *request, struct err *e)
{
    struct image *image = arena_new_struct(a, struct image);
    image->arena = a;
    image->request = request;
    image->g = image_launch(a, request, &image->engine_name, e);
    if (!image->g) {
        err_context(e, "%s", request->name);
        return NULL;
    }
    const struct open_options *options = request->options;
    if (options->progress)
        options->progress(options->progress_context, "finding the root filesystem");
    image_find_filesystems(image);
    bool to_be_written = options->for_writing || options->will_be_written;
    bool refused = (to_be_written || options->for_fsck) && image_refuse_unwritable(image, e) != 0;
    if (refused || (!options->for_fsck && image_look_for_roots(image, e) != 0)) {
        image_close(image);
        return NULL;
    }
    return image;
}

int image_look_for_roots(struct image *image, struct err *e)
{
    struct arena *a = image->arena;
    image_list_subvolumes(image);
    if (image_find_roots(image, e) != 0)
        return e->code;
    image->shown_roots = arena_alloc_array(a, image->roots.count, sizeof *image->shown_roots);
    for (size_t i = 0; i < image->roots.count; i++)
        image->shown_roots[i] = image->roots.items[i].shown;
    return 0;
}

struct filesystems_answer image_known_filesystems(struct image *image)
{
    struct filesystems_answer answer = {.presence = PRESENCE_PRESENT};
    VEC(struct filesystem) items = {0};
    vec_each (fs, &image->filesystems)
        vec_push(image->arena, &items, fs->shown);
    answer.items = items.items;
    answer.count = items.count;
    return answer;
}

const struct opened_root *image_roots(const struct image *image, size_t *count)
{
    *count = image->roots.count;
    return image->shown_roots;
}

struct tree *image_tree(struct image *image, size_t root, struct err *e)
{
    const struct open_options *options = image->request->options;
    size_t filesystem = image->roots.items[root].filesystem;
    if (options->will_be_written && image_refuse_damaged(image, filesystem, e) != 0)
        return NULL;
    if (options->for_writing && !options->for_fsck && !image->is_writing) {
        if (image->view)
            guestfs_umount_all(image->g); /* what looking for roots has left there, read-only */
        image->view = NULL;
        image->is_writing = true;
    }
    return image_mount_root(image, filesystem, e);
}

const char *image_engine_name(const struct image *image)
{
    return image->engine_name;
}

bool image_is_dead(const struct image *image)
{
    return image->g && guestfs_is_ready(image->g) != 1;
}

int image_finish(struct image *image, struct err *e)
{
    struct arena *a = image->arena;
    const char *what = NULL;
    if (image->view && image_read_back(image->view, e) != 0)
        return e->code;
    if (guestfs_umount_all(image->g) != 0)
        what = "the filesystems cannot be unmounted in order";
    else if (guestfs_shutdown(image->g) != 0)
        what = "the appliance did not end in order";
    image->view = NULL;
    return what ? err_set(e, ERR_APPLIANCE, "%s: %s", what, image_last_error(a, image->g)) : 0;
}

void image_close(struct image *image)
{
    if (image && image->g) {
        guestfs_close(image->g);
        image->g = NULL;
    }
}
