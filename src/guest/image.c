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
    if (image_find_roots(image, e) != 0) {
        image_close(image);
        return NULL;
    }
    image->shown_roots = arena_alloc_array(a, image->roots.count, sizeof *image->shown_roots);
    for (size_t i = 0; i < image->roots.count; i++)
        image->shown_roots[i] = image->roots.items[i].shown;
    return image;
}

const struct opened_root *image_roots(const struct image *image, size_t *count)
{
    *count = image->roots.count;
    return image->shown_roots;
}

struct tree *image_tree(struct image *image, size_t root, struct err *e)
{
    return image_mount_root(image, image->roots.items[root].filesystem, e);
}

const char *image_engine_name(const struct image *image)
{
    return image->engine_name;
}

void image_close(struct image *image)
{
    if (image && image->g) {
        guestfs_close(image->g);
        image->g = NULL;
    }
}
