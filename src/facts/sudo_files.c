/* Which files sudo takes for its policy, in order, and which it leaves out and why. sudo:
 * plugins/sudoers/sudoers.c open_sudoers, toke.l read_dir_files, lib/util/secure_path.c. */
#include "facts/sudo_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/collect.h"


static struct sudo_fact *add_record(struct sudo_reading *r, const char *item, const char *path,
                                    const char *defect, const struct stat_answer *s)
{
    struct facts *f = r->f;
    vec_push(f->arena, &f->sudo,
             ((struct sudo_fact){.item = item,
                                 .path = path,
                                 .defect = defect,
                                 .uid = FACT_NO_NUMBER,
                                 .gid = FACT_NO_NUMBER,
                                 .counts = defect == NULL,
                                 .at = place_of_file(path)}));
    struct sudo_fact *record = &f->sudo.items[f->sudo.count - 1];
    if (s->presence == PRESENCE_PRESENT) {
        record->mode = arena_printf(f->arena, "%04o", s->node.mode);
        record->uid = s->node.uid;
        record->gid = s->node.gid;
    }
    return record;
}

/* lib/util/secure_path.c sudo_check_secure, with uid 0 and gid 0. */
static const char *insecure(const struct node *n, enum node_type wanted)
{
    if (n->type != wanted)
        return "not-regular";
    if (n->uid != 0)
        return "owner";
    if (n->mode & 0002)
        return "world-writable";
    return (n->mode & 0020) && n->gid != 0 ? "group-writable" : NULL;
}

static void read_file(struct sudo_reading *r, const char *path, const char *left_out, int depth,
                      const char *from, int from_line);

/* toke.l read_dir_files: names with a dot or a ~ at the end are skipped, then sorted. */
static void read_directory(struct sudo_reading *r, const char *path, const char *left_out,
                           int depth)
{
    struct facts *f = r->f;
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE) {
        facts_add_gap(f, "sudo", place_of_file(path), s.reason);
        return;
    }
    if (s.presence == PRESENCE_ABSENT)
        return;
    const char *defect = left_out ? left_out : insecure(&s.node, NODE_DIRECTORY);
    add_record(r, "directory", path, defect, &s);
    struct list_answer list = tree_list(f->tree, path);
    if (list.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "sudo", place_of_file(path), list.reason);
    for (size_t i = 0; list.presence == PRESENCE_PRESENT && i < list.count; i++) {
        const char *name = list.names[i];
        size_t n = strlen(name);
        const char *file = path_join(f->arena, path, name);
        struct stat_answer node = tree_stat(f->tree, file);
        if (node.presence == PRESENCE_ABSENT ||
            (node.presence == PRESENCE_PRESENT && node.node.type != NODE_FILE))
            continue;
        bool skipped = strchr(name, '.') || n == 0 || name[n - 1] == '~';
        read_file(r, file, defect ? defect : skipped ? "name" : NULL, depth, NULL, 0);
    }
}

/* %h is the host name up to its first dot; relative paths are from the file they stand in. */
static const char *include_path(struct sudo_reading *r, const char *written, const char *from)
{
    struct strbuf s;
    strbuf_init(&s, r->f->arena);
    const char *host = r->hostname ? r->hostname : "localhost";
    for (const char *p = written; *p; p++) {
        if (p[0] == '%' && p[1] == 'h') {
            strbuf_add_bytes(&s, (struct bytes){host, strcspn(host, ".")});
            p++;
        } else {
            strbuf_add_char(&s, *p);
        }
    }
    return s.ptr[0] == '/' ? s.ptr : path_join(r->f->arena, path_parent(r->f->arena, from), s.ptr);
}

static void read_statements(struct sudo_reading *r, const struct sudo_file *file, int depth)
{
    vec_each (e, &file->text->entries) {
        if (e->kind == SUDOERS_INCLUDE || e->kind == SUDOERS_INCLUDE_DIRECTORY) {
            const char *path = include_path(r, e->name, file->path);
            const char *left_out = file->counts ? NULL : "not-included";
            if (!file->counts && text_list_has(&r->met, path))
                continue;
            if (e->kind == SUDOERS_INCLUDE)
                read_file(r, path, left_out, depth + 1, file->path, e->line);
            else if (depth < LIMIT_INCLUDE_DEPTH && !text_list_has(&r->met, path)) {
                text_list_add(r->f->arena, &r->met, path);
                read_directory(r, path, left_out, depth + 1);
            }
            continue;
        }
        if (facts_has_room(r->f, "sudo", r->statements.count))
            vec_push(r->f->arena, &r->statements,
                     ((struct sudo_statement){e, file->path, file->counts}));
    }
}

/* LEFT_OUT: why sudo does not read it, NULL when it would. FROM: the file that includes it, NULL
 * for a main file and those of a directory. */
static void read_file(struct sudo_reading *r, const char *path, const char *left_out, int depth,
                      const char *from, int from_line)
{
    struct facts *f = r->f;
    if (depth > LIMIT_INCLUDE_DEPTH || r->files.count >= LIMIT_SUDOERS_FILES) {
        /* Said once of a directory. */
        facts_add_gap(f, "sudo", place_of_file(from ? from : path_parent(f->arena, path)),
                      "a limit was hit: too many files of sudoers");
        return;
    }
    struct stat_answer s = tree_stat(f->tree, path);
    const char *defect = left_out;
    if (!defect && s.presence == PRESENCE_ABSENT)
        defect = "missing";
    if (!defect && s.presence == PRESENCE_PRESENT)
        defect = insecure(&s.node, NODE_FILE);
    text_list_add(f->arena, &r->met, path);
    struct sudo_fact *record = add_record(r, "file", path, defect, &s);
    if (from && defect && !left_out)
        record->at = (struct place){from, from_line, 0};
    struct read_answer content = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (content.presence == PRESENCE_UNREADABLE && !defect) {
        facts_add_gap(f, "sudo", place_of_file(path), content.reason);
        return;
    }
    if (content.presence != PRESENCE_PRESENT)
        return;
    if (content.cut && !defect)
        facts_add_gap(f, "sudo", place_of_file(path), "a limit was hit: more than 1 MiB");
    struct sudo_file file = {path, defect == NULL, sudoers_read(f->arena, content.content)};
    if (file.text->too_long && !defect)
        facts_add_gap(f, "sudo", place_of_file(path), "a limit was hit: too many entries");
    vec_push(f->arena, &r->files, file);
    read_statements(r, &file, depth);
}

void sudo_read_files(struct sudo_reading *r)
{
    static const char main_file[] = "/etc/sudoers", directory[] = "/etc/sudoers.d";
    static const char vendor_file[] = "/usr/etc/sudoers"; /* openSUSE, where /etc has none */
    struct tree *t = r->f->tree;
    bool vendor = tree_stat(t, main_file).presence == PRESENCE_ABSENT &&
                  tree_stat(t, vendor_file).presence == PRESENCE_PRESENT;
    read_file(r, vendor ? vendor_file : main_file, NULL, 0, NULL, 0);
    if (!text_list_has(&r->met, directory))
        read_directory(r, directory, "not-included", 0);
}
