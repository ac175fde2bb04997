#include "batch/disk_check.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "batch/mend_places.h"
#include "facts/collect.h"
#include "facts/facts.h"

#define LINES_MAX 60

struct choosing {
    struct arena *arena;
    const struct worker_request *request;
    struct opened *opened;
    struct filesystems_answer all;
    struct judge_notes notes;
};

/* --- which one -------------------------------------------------------------------------------- */

static const char *what_there_is(const struct choosing *c)
{
    const char *text = "nothing that is known";
    for (size_t i = 0; i < c->all.count; i++) {
        const struct filesystem *fs = &c->all.items[i];
        const char *one = arena_printf(c->arena, "%s (%s%s%s%s%s)", fs->device,
                                       *fs->type ? fs->type : "unknown", *fs->uuid ? ", UUID=" : "",
                                       fs->uuid, *fs->label ? ", LABEL=" : "", fs->label);
        if (!fs->subvolume)
            text = i == 0 ? one : arena_printf(c->arena, "%s, %s", text, one);
    }
    return text;
}

/* "UUID=" and its like: case counts in labels alone. */
static bool has_tag(const struct filesystem *fs, const char *name)
{
    const struct {
        const char *tag, *value;
        bool folds;
    } tags[] = {{"UUID=", fs->uuid, true},
                {"LABEL=", fs->label, false},
                {"PARTUUID=", fs->partuuid, true},
                {"PARTLABEL=", fs->partlabel, false},
                {"/dev/disk/by-uuid/", fs->uuid, true},
                {"/dev/disk/by-label/", fs->label, false},
                {"/dev/disk/by-partuuid/", fs->partuuid, true}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t n = strlen(tags[i].tag);
        if (strncmp(name, tags[i].tag, n) == 0 && *tags[i].value)
            return (tags[i].folds ? strcasecmp : strcmp)(name + n, tags[i].value) == 0;
    }
    return false;
}

/* "sda1", "dev/sda1" and "/dev/sda1" are one. */
static bool is_device(struct arena *a, const struct filesystem *fs, const char *name)
{
    return strcmp(fs->device, name) == 0 ||
           strcmp(fs->device, arena_printf(a, "/dev/%s", name)) == 0 ||
           strcmp(fs->device, arena_printf(a, "/%s", name)) == 0;
}

static const struct filesystem *by_name(struct choosing *c, const char *name, struct err *e)
{
    const struct filesystem *found = NULL;
    for (size_t i = 0; i < c->all.count; i++) {
        const struct filesystem *fs = &c->all.items[i];
        if (fs->subvolume || (!has_tag(fs, name) && !is_device(c->arena, fs, name)))
            continue;
        if (found) {
            err_set(e, ERR_REFUSED, "%s is the name of %s and of %s: say which", name,
                    found->device, fs->device);
            return NULL;
        }
        found = fs;
    }
    return found;
}

static const struct filesystem *by_device(struct choosing *c, const char *device)
{
    for (size_t i = 0; i < c->all.count; i++)
        if (!c->all.items[i].subvolume && strcmp(c->all.items[i].device, device) == 0)
            return &c->all.items[i];
    return NULL;
}

/* "btrfsvol:/dev/sda2/@" stands on /dev/sda2. */
static const struct filesystem *by_root(struct choosing *c, const char *root)
{
    for (size_t i = 0; i < c->all.count; i++) {
        const char *device = c->all.items[i].device;
        if (strcmp(device, root) == 0 ||
            (strncmp(root, "btrfsvol:", 9) == 0 && path_is_below(root + 9, device)))
            return by_device(c, device);
    }
    return NULL;
}

/* The index of the one root that is meant. */
static bool choose_root(struct choosing *c, size_t *index, struct err *e)
{
    size_t count;
    if (opened_find_roots(c->opened, e) != 0)
        return false;
    const struct opened_root *roots = opened_roots(c->opened, &count);
    const char *word = c->request->target.root;
    bool any = !word || strcmp(word, "single") == 0 || strcmp(word, "all") == 0;
    for (size_t i = 0; i < count; i++)
        if ((any && count == 1) || (word && (strcmp(word, roots[i].device) == 0 ||
                                             (strcmp(word, "first") == 0 && i == 0)))) {
            *index = i;
            return true;
        }
    err_set(e, count > 1 ? ERR_SEVERAL_ROOTS : ERR_NO_ROOT,
            "which filesystem is meant? there are %s", what_there_is(c));
    return false;
}

static bool can_hold_linux(const struct filesystem *fs)
{
    static const char *const types[] = {"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], fs->type) == 0)
            return !fs->subvolume;
    return false;
}

/* A root too damaged to be mounted is the only one that could be it, or has to be named. */
static const struct filesystem *root_filesystem(struct choosing *c, struct err *e)
{
    size_t index, count, candidates = 0;
    const struct filesystem *only = NULL;
    if (choose_root(c, &index, e))
        return by_root(c, opened_roots(c->opened, &count)[index].device);
    for (size_t i = 0; i < c->all.count; i++)
        if (can_hold_linux(&c->all.items[i])) {
            only = &c->all.items[i];
            candidates++;
        }
    if (e->code != ERR_NO_ROOT || candidates != 1) {
        if (e->code == ERR_NO_ROOT)
            err_set(
                e, ERR_NO_ROOT,
                "no root filesystem can be found as it is; say which one to check: there are %s",
                what_there_is(c));
        return NULL;
    }
    *e = (struct err){0};
    vec_push(c->arena, &c->notes.texts,
             arena_printf(c->arena,
                          "no root filesystem can be mounted; %s is the only one that may be it",
                          only->device));
    return only;
}

/* By the guest's own fstab. */
static const struct filesystem *by_mount_point(struct choosing *c, const char *directory,
                                               struct err *e)
{
    size_t index;
    if (!choose_root(c, &index, e))
        return NULL;
    struct tree *tree = opened_tree(c->opened, index, e);
    if (!tree)
        return NULL;
    if (strcmp(directory, "/") == 0) {
        size_t count;
        return by_root(c, opened_roots(c->opened, &count)[index].device);
    }
    struct lens_session *lenses = lens_open(c->arena, c->request->lens_directory, e);
    if (!lenses)
        return NULL;
    struct facts *f = arena_new_struct(c->arena, struct facts);
    *f = (struct facts){.arena = c->arena,
                        .tree = tree,
                        .lenses = lenses,
                        .keywords = c->request->keywords,
                        .at = c->request->question.at};
    facts_read_mounts(f);
    lens_close(lenses);
    vec_each (m, &f->mounts)
        if (m->directory && m->filesystem && strcmp(m->directory, directory) == 0)
            return by_device(c, m->filesystem);
    return NULL;
}

static const struct filesystem *choose(struct choosing *c, const char *name, struct err *e)
{
    if (!name || !*name)
        return root_filesystem(c, e);
    const struct filesystem *found = by_name(c, name, e);
    if (found || e->code != ERR_NONE)
        return found;
    if (!strchr(name, '=')) {
        struct err mount = {0};
        found =
            by_mount_point(c, *name == '/' ? name : arena_printf(c->arena, "/%s", name), &mount);
    }
    if (!found)
        err_set(e, ERR_NOT_FOUND, "there is no filesystem \"%s\" on it; there are %s", name,
                what_there_is(c));
    return found;
}

/* --- the document ----------------------------------------------------------------------------- */

struct json *disk_check_document(struct arena *a, const struct report_input *input)
{
    struct json *d = report_document(a, DISK_CHECK_SCHEMA, input);
    json_set(a, d, "checks", json_new_array(a));
    json_set_bool(a, d, "written", false);
    json_set_string(a, d, "result", input->status == REPORT_FAILED ? "failed" : "looked");
    return d;
}

static struct json *check_json(struct arena *a, const struct filesystem *fs,
                               const struct fsck_answer *answer)
{
    static const char *const states[] = {[FSCK_CLEAN] = "clean",
                                         [FSCK_DAMAGED] = "damaged",
                                         [FSCK_MENDED] = "mended",
                                         [FSCK_UNKNOWN] = "unknown"};
    struct json *o = json_new_object(a), *lines = json_new_array(a);
    struct bytes rest = answer->output, line;
    size_t count = 0;
    json_set_string(a, o, "device", fs->device);
    json_set_string(a, o, "type", fs->type);
    json_set_string(a, o, "uuid", fs->uuid);
    json_set_string(a, o, "label", fs->label);
    json_set_string(a, o, "program", answer->program);
    json_set_string(a, o, "state", states[answer->state]);
    json_set_string(a, o, "reason", answer->why);
    while (count < LINES_MAX && text_next_line(&rest, &line))
        if (text_trim(line).len > 0) {
            json_append(a, lines, json_new_string(a, arena_text(a, text_trim(line))));
            count++;
        }
    json_set(a, o, "output", lines);
    return o;
}

struct json *disk_check(struct arena *a, const struct worker_request *request,
                        struct opened *opened, judge_progress *progress, void *context,
                        struct err *e)
{
    const struct disk_check_request *check = request->disk_check;
    struct choosing c = {.arena = a,
                         .request = request,
                         .opened = opened,
                         .all = opened_filesystems(opened)};
    struct opened_root root = {"", ""};
    struct judge_target target = {opened, &root};
    struct fsck_answer answer;
    const struct filesystem *fs = choose(&c, check->name, e);
    if (!fs)
        return NULL;
    progress(context, check->mends ? "mending the filesystem" : "checking the filesystem");
    opened_fsck(opened, fs->device, check->mends, &answer);
    struct judge_notes notes = {0};
    judge_opened_notes(a, &target, &notes);
    vec_each (note, &c.notes.texts)
        vec_push(a, &notes.texts, *note);
    struct report_input input = judge_report_input(request, &target, &notes);
    input.root = NULL;
    input.status = answer.state == FSCK_UNKNOWN ? REPORT_PARTIAL : REPORT_COMPLETE;
    struct json *d = disk_check_document(a, &input);
    struct json *checks = json_new_array(a);
    json_append(a, checks, check_json(a, fs, &answer));
    json_replace(a, d, "checks", checks);
    json_replace(a, d, "written", json_new_bool(a, check->mends));
    if (check->mends)
        json_replace(a, d, "result",
                     json_new_string(a, answer.state == FSCK_MENDED ? "done" : "broken"));
    return d;
}
