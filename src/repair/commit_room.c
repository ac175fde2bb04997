/* Is there room for a run and its journal? */
#include "repair/commit_parts.h"

#include <string.h>

#include "base/path.h"

/* Room for what becomes larger or new, for the journal where that is on the guest, and some to
 * spare. Where only modes and owners change and the journal is elsewhere a full disk will do. */
#define SPARE_BYTES  (1024u * 1024u)
#define SPARE_INODES 16u
#define BLOCK_BYTES  8192u /* what a small file takes at most */

struct need {
    uint64_t bytes, inodes;
};

static void add_need(struct need *n, const struct node_state *s)
{
    if (!s->exists || s->type > NODE_SYMLINK || (s->type == NODE_FILE && !s->has_content))
        return;
    n->bytes += s->content.len + BLOCK_BYTES;
    n->inodes++;
}

static int check_filesystem(const struct commit_request *r, const char *path,
                            const struct need *need, struct err *e)
{
    while (tree_lstat(r->tree, path).presence == PRESENCE_ABSENT && strcmp(path, "/") != 0)
        path = path_parent(r->arena, path);
    struct space_answer space = tree_space(r->tree, path);
    bool is_full = space.presence == PRESENCE_PRESENT &&
                   (space.bytes_free < need->bytes ||
                    (space.inodes_total > 0 && space.inodes_free < need->inodes));
    if (!is_full)
        return 0;
    return err_set_at(e, ERR_REFUSED, path, 0, 0,
                      "its filesystem is full (%llu bytes and %llu inodes free): make room first",
                      (unsigned long long)space.bytes_free, (unsigned long long)space.inodes_free);
}

int commit_check_room(const struct commit_request *r, struct err *e)
{
    const struct journal_place *journal = r->guest_journal;
    struct need files = {0}, all;
    vec_each (edit, &r->edits->edits) {
        bool keeps = edit->before.exists && edit->after.exists && !edit->after.has_content &&
                     edit->before.type == edit->after.type;
        if (!keeps)
            add_need(&files, &edit->after);
    }
    all = files;
    vec_each (edit, &r->edits->edits) {
        add_need(&all, &edit->before);
        add_need(&all, &edit->after);
    }
    all.bytes += SPARE_BYTES + 1024u * r->edits->edits.count;
    all.inodes += SPARE_INODES;
    int code = journal ? check_filesystem(r, journal->base, &all, e) : 0;
    if (code != 0)
        return err_context(e, "no room for the journal (--backup-dir DIR --no-guest-journal keeps "
                              "it on this machine)");
    if (files.inodes > 0 && !journal) {
        files.bytes += SPARE_BYTES;
        files.inodes += SPARE_INODES;
    }
    if (files.inodes == 0)
        return 0;
    vec_each (edit, &r->edits->edits) {
        code = check_filesystem(r, path_parent(r->arena, edit->path), journal ? &all : &files, e);
        if (code != 0)
            return code;
    }
    return 0;
}
