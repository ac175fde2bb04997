/* A tree in memory for the tests of repair/'s core: described whole as text, changed at random, and
 * written to as a worker does. */
#ifndef DISKMEND_TESTS_UNIT_REPAIR_TREE_H
#define DISKMEND_TESTS_UNIT_REPAIR_TREE_H

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/strbuf.h"
#include "guest/memory.h"
#include "guest/overlay.h"
#include "repair/commit.h"
#include "repair/undo.h"

/* Everything that a tree shows of itself, but for our own journal. */
static inline void tree_describe(struct tree *t, const char *path, struct strbuf *out)
{
    struct err e = {0};
    struct node_state s;
    if (strcmp(path, JOURNAL_DIRECTORY) == 0)
        return;
    if (overlay_state(t, path, true, &s, &e) != 0) {
        strbuf_printf(out, "%s: %s\n", path, e.text);
        return;
    }
    strbuf_printf(out, "%s %s %04o %u:%u %s", path, node_type_name(s.type), s.mode, s.uid, s.gid,
                  s.target ? s.target : "");
    for (char c = 'a'; c <= 'e'; c++) { /* attributes have no order */
        char name[] = {'u', 's', 'e', 'r', '.', c, '\0'};
        const struct bytes *x = node_state_xattr(&s, name);
        if (x)
            strbuf_printf(out, " %s=%.*s", name, (int)x->len, x->ptr);
    }
    if (s.type == NODE_FILE) {
        strbuf_add(out, " ");
        strbuf_add_bytes(out, s.content);
    }
    strbuf_add(out, "\n");
    struct list_answer names = {0};
    if (s.type == NODE_DIRECTORY)
        names = tree_list(t, path);
    const char **sorted = names.names;
    for (size_t i = 0; i < names.count; i++) /* memory lists as things were made */
        for (size_t k = i + 1; k < names.count; k++)
            if (strcmp(sorted[k], sorted[i]) < 0) {
                const char *other = sorted[i];
                sorted[i] = sorted[k];
                sorted[k] = other;
            }
    for (size_t i = 0; i < names.count; i++)
        tree_describe(t, path_join(t->arena, path, sorted[i]), out);
}

static inline const char *tree_text(struct tree *t)
{
    struct strbuf s;
    strbuf_init(&s, t->arena);
    tree_describe(t, "/", &s);
    return s.ptr;
}

/* The edits of OVERLAY as bytes and back, as between two workers. */
static inline struct edit_list through_the_pipe(struct tree *overlay, struct err *e)
{
    size_t count;
    struct edit_list list = {0};
    const struct overlay_edit *edits = overlay_edits(overlay, &count);
    edit_list_unpack(overlay->arena, edit_list_pack(overlay->arena, edits, count), &list, e);
    return list;
}

static inline enum commit_result write_list(struct tree *raw, const struct edit_list *list,
                                            const char *command, const char **run, struct err *e)
{
    struct journal_place place = {raw, JOURNAL_DIRECTORY};
    struct commit_request request = {.arena = raw->arena,
                                     .tree = raw,
                                     .edits = list,
                                     .command = command,
                                     .started = 1780272000,
                                     .guest_journal = &place};
    return commit_run(&request, run, e);
}

/* Go on with RUN as its journal tells it, as `repair --continue` does. */
static inline enum commit_result continue_run(struct tree *raw, const char *run, struct err *e)
{
    struct journal_place place = {raw, JOURNAL_DIRECTORY};
    struct journal_run about;
    struct edit_list list = {0};
    struct commit_request request = {.arena = raw->arena,
                                     .tree = raw,
                                     .edits = &list,
                                     .command = "repair",
                                     .guest_journal = &place};
    if (journal_read(raw->arena, &place, run, &about, &list, e) != 0)
        return COMMIT_REFUSED;
    return commit_continue(&request, run, e);
}

/* The edits that take RUN back, in a new overlay over RAW; NULL and E when it is refused. */
static inline struct tree *plan_undo(struct tree *raw, const char *run, bool force, struct err *e)
{
    struct tree *overlay = overlay_new(raw->arena, raw);
    struct journal_place place = {overlay, JOURNAL_DIRECTORY};
    struct journal_run about;
    struct edit_list list = {0};
    size_t changed;
    if (journal_read(raw->arena, &place, run, &about, &list, e) != 0)
        return NULL;
    struct undo_request undo = {
        .arena = raw->arena, .tree = overlay, .about = &about, .edits = &list, .force = force};
    return undo_plan(&undo, &changed, e) == 0 ? overlay : NULL;
}

static inline struct node_state a_file(const char *text, uint32_t mode)
{
    return (struct node_state){.exists = true,
                               .type = NODE_FILE,
                               .mode = mode,
                               .has_content = true,
                               .content = bytes_of(text)};
}

static inline struct node_state a_directory(uint32_t mode)
{
    return (struct node_state){.exists = true, .type = NODE_DIRECTORY, .mode = mode};
}

static inline struct node_state a_link(const char *target)
{
    return (struct node_state){
        .exists = true, .type = NODE_SYMLINK, .mode = 0777, .target = target};
}

#endif
