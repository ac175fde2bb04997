/* Does a kernel of the guest have a driver for the NICs that VMs show? Asked of the files of the
 * usual drivers, and of the kernel's own index where none is there. */
#include "facts/network_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"

#define KERNELS 16

static const struct {
    const char *name, *path, *cloud;
} drivers[] = {
    {"virtio_net", "virtio_net", "gcp"},           {"vmxnet3", "vmxnet3/vmxnet3", NULL},
    {"hv_netvsc", "hyperv/hv_netvsc", "azure"},    {"xen-netfront", "xen-netfront", "aws"},
    {"ena", "ethernet/amazon/ena/ena", "aws"},     {"gve", "ethernet/google/gve/gve", "gcp"},
    {"e1000", "ethernet/intel/e1000/e1000", NULL},
};

/* Whether DRIVER is at its usual place, compressed or not. */
static bool has_file(struct facts *f, const char *directory, size_t driver)
{
    static const char *const endings[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (tree_lstat(f->tree, arena_printf(f->arena, "%s/kernel/drivers/net/%s%s", directory,
                                             drivers[driver].path, endings[i]))
                .presence != PRESENCE_ABSENT)
            return true;
    return false;
}

static bool is_asked(size_t driver, const char *cloud)
{
    return !cloud || (drivers[driver].cloud && strcmp(drivers[driver].cloud, cloud) == 0);
}

/* The drivers that CLOUD's VMs need one of (NULL: any VM's); NULL: one is there, or it cannot be
 * told. */
static const char *missing(struct facts *f, const char *directory, const char *cloud)
{
    struct text_list names = {0};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        if (!is_asked(i, cloud))
            continue;
        if (has_file(f, directory, i))
            return NULL;
        text_list_add(f->arena, &names, drivers[i].name);
    }
    static const char *const indexes[] = {"modules.dep", "modules.builtin"};
    for (size_t k = 0; k < 2; k++) {
        struct read_answer r =
            tree_read(f->tree, path_join(f->arena, directory, indexes[k]), LIMIT_ACCOUNT_BYTES);
        if (r.presence != PRESENCE_PRESENT)
            return NULL;
        for (size_t i = 0; i < names.count; i++)
            if (text_find(r.content, arena_printf(f->arena, "/%s.ko", names.items[i])) <
                r.content.len)
                return NULL;
    }
    return text_list_join(f->arena, &names, ", ");
}

void network_read_modules(struct facts *f)
{
    const char *cloud = NULL;
    vec_each (n, &f->network)
        if (strcmp(n->item, "cloud") == 0)
            cloud = n->name;
    struct list_answer kernels = tree_list(f->tree, "/usr/lib/modules");
    if (kernels.presence != PRESENCE_PRESENT)
        kernels = tree_list(f->tree, "/lib/modules");
    for (size_t i = 0; kernels.presence == PRESENCE_PRESENT && i < kernels.count && i < KERNELS;
         i++) {
        const char *directory = path_join(f->arena, "/lib/modules", kernels.names[i]);
        struct network_fact *n =
            network_add(f, "modules", "kernel", kernels.names[i], place_of_file(directory));
        if (!n)
            return;
        n->value = missing(f, directory, cloud);
    }
}
