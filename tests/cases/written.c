#include "tests/cases/written.h"

#include <string.h>

#include "base/path.h"
#include "base/strbuf.h"
#include "repair/commit.h"
#include "repair/undo.h"

/* Everything that can be seen of the tree, but for our own journal. */
static void describe(struct trial *t, struct tree *raw, const char *path, struct strbuf *out)
{
    struct err e = {0};
    struct node_state s;
    if (strcmp(path, JOURNAL_DIRECTORY) == 0)
        return;
    if (overlay_state(raw, path, false, &s, &e) != 0) {
        strbuf_printf(out, "%s: %s\n", path, e.text);
        return;
    }
    strbuf_printf(out, "%s %s %04o %u:%u %s", path, node_type_name(s.type), s.mode, s.uid, s.gid,
                  s.target ? s.target : "");
    for (size_t i = 0; i < s.xattr_count; i++)
        strbuf_printf(out, " %s=%.*s", s.xattrs[i].name, (int)s.xattrs[i].value.len,
                      s.xattrs[i].value.ptr);
    if (s.type == NODE_FILE)
        strbuf_add_bytes(out, raw->engine->read(raw, path, UINT64_MAX).content);
    strbuf_add(out, "\n");
    struct list_answer names =
        s.type == NODE_DIRECTORY ? tree_list(raw, path) : (struct list_answer){.count = 0};
    for (size_t i = 0; i < names.count; i++)
        describe(t, raw, path_join(t->arena, path, names.names[i]), out);
}

const char *tree_description(struct trial *t, struct tree *raw)
{
    struct strbuf s;
    strbuf_init(&s, t->arena);
    describe(t, raw, "/", &s);
    return s.ptr;
}

/* The edits of an overlay over RAW, through the worker's bytes onto RAW. */
const char *write_edits(struct trial *t, struct tree *overlay, struct tree *raw,
                        const char *command)
{
    size_t count;
    struct err e = {0};
    const char *run = NULL;
    struct edit_list list = {0};
    const struct overlay_edit *edits = overlay_edits(overlay, &count);
    if (edit_list_unpack(t->arena, edit_list_pack(t->arena, edits, count), &list, &e) != 0)
        FAIL(t, "%s: the edits do not come through: %s", command, e.text);
    struct journal_place place = {raw, JOURNAL_DIRECTORY};
    struct commit_request request = {.arena = t->arena,
                                     .tree = raw,
                                     .edits = &list,
                                     .command = command,
                                     .started = 1780272000,
                                     .guest_journal = &place};
    enum commit_result result = commit_run(&request, &run, &e);
    if (result != COMMIT_DONE)
        FAIL(t, "%s: not written (%d): %s: %s", command, (int)result, e.path, e.text);
    return result == COMMIT_DONE ? run : NULL;
}

void expect_undone(struct trial *t, struct tree *raw, const char *run, const char *before)
{
    struct err e = {0};
    struct journal_run about;
    struct edit_list list = {0};
    struct tree *overlay = overlay_new(t->arena, raw);
    struct journal_place place = {overlay, JOURNAL_DIRECTORY};
    size_t changed;
    if (journal_read(t->arena, &place, run, &about, &list, &e) != 0) {
        FAIL(t, "the journal does not read: %s: %s", e.path, e.text);
        return;
    }
    struct undo_request undo = {.arena = t->arena,
                                .tree = overlay,
                                .about = &about,
                                .edits = &list};
    if (undo_plan(&undo, &changed, &e) != 0)
        FAIL(t, "undo: %s: %s", e.path, e.text);
    if (write_edits(t, overlay, raw, "undo") && strcmp(tree_description(t, raw), before) != 0)
        FAIL(t, "undo does not give back what was there");
}
