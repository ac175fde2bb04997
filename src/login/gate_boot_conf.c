/* Gate boot, single settings: SELinux labels that are lost, huge pages, libraries preloaded into
 * every program, cloud-init's own files. Judged once for the guest. */
#include "login/visit.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"

#define GIB             ((uint64_t)1 << 30)
#define LARGEST_MACHINE (64 * 1024 * GIB) /* no cloud lends a machine with as much memory */

static bool is_unlabelled(const char *label)
{
    return strcmp(label, "none") == 0 || strstr(label, ":unlabeled_t:") != NULL ||
           strstr(label, ":file_t:") != NULL;
}

/* To SELinux a file without label is unlabeled_t, which neither sshd nor PAM's helpers may read. */
static void judge_labels(const struct facts *f, struct reason_list *out)
{
    const struct file_fact *relabel = facts_file(f, "/.autorelabel");
    bool cured = relabel && relabel->exists;
    for (size_t i = 0; i < f->conf.count && gate_boot_selinux_enforces(f); i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "selinux-label") != 0 || !is_unlabelled(c->value))
            continue;
        struct reason *r = reason_for_all(out, "selinux-labels-lost", cured ? GATE_OPEN : GATE_SHUT,
                                          place_of_file(c->key));
        r->keyword = c->key;
        r->value = strcmp(c->value, "none") == 0 ? "no SELinux label" : c->value;
        if (cured)
            r->wanted = "/.autorelabel is there, so the next start labels all files anew and takes "
                        "longer";
    }
}

/* "2M", "1G", "2048k". 0: not a size. */
static uint64_t page_size(const char *text)
{
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return 0;
    unsigned long long n = strtoull(text, &end, 10);
    uint64_t unit = *end == 'G' || *end == 'g'   ? GIB
                    : *end == 'M' || *end == 'm' ? 1 << 20
                    : *end == 'K' || *end == 'k' ? 1 << 10
                                                 : 1;
    return n > LARGEST_MACHINE / unit ? 0 : (uint64_t)n * unit;
}

struct reservation {
    uint64_t pages, size; /* of one page */
    struct place at;
    const char *text;
};

static bool read_pages(const char *text, uint64_t *pages)
{
    int64_t n;
    if (!text_number(bytes_of(text), 0, INT64_MAX, &n))
        return false;
    *pages = (uint64_t)n;
    return true;
}

static void note_pages(const struct facts *f, const struct reservation *r, const char *oom,
                       struct reason_list *out)
{
    bool absurd = r->pages > LARGEST_MACHINE / r->size;
    uint64_t bytes = absurd ? LARGEST_MACHINE : r->pages * r->size;
    if (bytes < GIB)
        return;
    struct reason *reason =
        reason_for_all(out, "hugepages-exceed-memory", absurd ? GATE_SHUT : GATE_OPEN, r->at);
    reason->keyword = r->text;
    reason->value = arena_printf(f->arena, "%llu pages of %llu KiB, %s%llu GiB",
                                 (unsigned long long)r->pages, (unsigned long long)r->size / 1024,
                                 absurd ? "more than " : "", (unsigned long long)(bytes / GIB));
    reason->detail = oom;
}

/* On the command line hugepagesz= names the size of the hugepages= behind it. The kernel takes what
 * it can get; how much memory the machine has no disk tells. */
static void judge_hugepages(const struct facts *f, struct reason_list *out)
{
    struct reservation last = {.size = 2u << 20};
    uint64_t usual = 2u << 20, size = 0;
    const char *oom = NULL;
    for (size_t i = 0; i < f->conf.count; i++)
        if (strcmp(f->conf.items[i].purpose, "sysctl") == 0 &&
            strcmp(f->conf.items[i].key, "vm.panic_on_oom") == 0)
            oom = strcmp(f->conf.items[i].value, "0") == 0
                      ? NULL
                      : "and vm.panic_on_oom makes the kernel panic";
    for (size_t i = 0; i < f->boot.count; i++) {
        const struct boot_fact *b = &f->boot.items[i];
        struct reservation r = {.at = b->at, .text = b->token};
        if (!b->token || !b->is_default || strcmp(b->origin, "default-grub") == 0 ||
            strcmp(b->origin, "kernel-cmdline") == 0)
            continue;
        if (strncmp(b->token, "default_hugepagesz=", 19) == 0 && page_size(b->token + 19))
            usual = page_size(b->token + 19);
        if (strncmp(b->token, "hugepagesz=", 11) == 0)
            size = page_size(b->token + 11);
        if (strncmp(b->token, "hugepages=", 10) != 0 || !read_pages(b->token + 10, &r.pages))
            continue;
        r.size = size ? size : usual;
        note_pages(f, &r, oom, out);
    }
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "sysctl") == 0 && strcmp(c->key, "vm.nr_hugepages") == 0 &&
            read_pages(c->value, &last.pages)) {
            last.at = c->at;
            last.text = c->key;
        }
    }
    last.size = usual;
    if (last.text)
        note_pages(f, &last, oom, out);
}

/* ld.so: a library of the list that is not there is passed over with a complaint; one that is there
 * and lacks a library of its own ends every program (seen with glibc 2.36). */
static void judge_preload(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        bool needs = strcmp(c->purpose, "preload-needs") == 0;
        if (!needs && strcmp(c->purpose, "preload") != 0)
            continue;
        struct reason *r =
            reason_for_all(out, "init-or-loader-missing", needs ? GATE_SHUT : GATE_OPEN, c->at);
        r->keyword = c->key;
        r->value =
            needs ? arena_printf(f->arena, "preloaded and needs %s, which is not there", c->value)
                  : "to be preloaded and is not there";
        r->detail = needs ? "no program starts" : "every program complains and goes on";
    }
}

/* cloud-init says that it cannot read such a file and goes on without it (util.py load_yaml). */
static void note_cloud_init(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "cloud-init") == 0 && strcmp(c->key, "disabled") == 0)
            return; /* nobody reads it */
    }
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (strcmp(c->purpose, "cloud-init") != 0 || strcmp(c->key, "yaml-error") != 0)
            continue;
        struct reason *r = reason_for_all(out, "cloud-init-blocks-boot", GATE_OPEN, c->at);
        r->value = c->value;
    }
}

void gate_boot_conf(const struct facts *f, struct reason_list *out)
{
    judge_labels(f, out);
    judge_hugepages(f, out);
    judge_preload(f, out);
    note_cloud_init(f, out);
}
