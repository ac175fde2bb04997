/* Job: sshd's configuration back to what it was before a reset: ours as the journal tells it, else
 * VMAccess's as its backup has it. Both are a stranger's input. */
#include "repair/access_parts.h"

#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "repair/commit.h"
#include "repair/reset.h"
#include "repair/template.h"
#include "repair/trust.h"

/* --- which run -------------------------------------------------------------------------------- */

/* The newest reset that was written and not taken back. NULL: there is none, or (E) no journal that
 * can be believed. */
static const struct journal_run *newest_reset(struct arena *a, const struct journal_place *place,
                                              struct err *e)
{
    journal_runs runs = {0};
    const struct journal_run *found = NULL;
    if (!place || journal_list(a, place, &runs, e) != 0)
        return NULL;
    vec_each (run, &runs)
        if (run->state == JOURNAL_COMMITTED && strcmp(run->command, ACCESS_RESET_COMMAND) == 0)
            found = run;
    return found;
}

/* sshd's configuration, as a reset changes it: nothing else comes back from a journal. */
static bool is_configuration(const char *path)
{
    static const char *const options[] = {"/etc/default/ssh", "/etc/default/sshd",
                                          "/etc/sysconfig/ssh", "/etc/sysconfig/sshd",
                                          "/etc/conf.d/sshd"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i], path) == 0)
            return true;
    return strcmp(path, RESET_CONFIG) == 0 || strcmp(path, RESET_DIRECTORY) == 0 ||
           strncmp(path, RESET_CONFIG ".diskmend", strlen(RESET_CONFIG ".diskmend")) == 0 ||
           path_is_below(path, RESET_DIRECTORY);
}

/* Drop-ins of the unit were moved aside, no more: nothing is ever written into them. */
static bool was_moved(const struct overlay_edit *edit)
{
    bool unit =
        path_is_below(edit->path, "/etc/systemd/system") && strstr(edit->path, ".service.d/");
    return edit->moved_to && (unit || is_configuration(edit->path));
}

/* --- the way back ----------------------------------------------------------------------------- */

static int move_back(struct verb_context *c, const struct overlay_edit *edit, struct err *e)
{
    int code = commit_check_way(c->tree, edit->path, e);
    if (code != 0)
        return code;
    bool here = tree_lstat(c->tree, edit->path).presence != PRESENCE_ABSENT;
    bool there = tree_lstat(c->tree, edit->moved_to).presence == PRESENCE_PRESENT;
    if (!here && there)
        return overlay_move(c->tree, edit->moved_to, edit->path, e);
    if (there)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s stays: there is a new %s", edit->moved_to, edit->path));
    return 0;
}

/* What the reset made goes, where it is still what the reset made. */
static int take_away(struct verb_context *c, const struct overlay_edit *edit, struct err *e)
{
    struct err ignored = {0};
    struct node_state gone = {0};
    int code = commit_check_way(c->tree, edit->path, e);
    if (code != 0)
        return code;
    if (tree_lstat(c->tree, edit->path).presence == PRESENCE_ABSENT)
        return 0;
    if (commit_is_state(c->tree, edit->path, &edit->after, &ignored))
        return overlay_put(c->tree, edit->path, &gone, e);
    vec_push(c->arena, &c->notes,
             arena_printf(c->arena, "%s stays: it has changed since the reset", edit->path));
    return 0;
}

/* The old text; mode and owner stay as the reset has put them right. */
static int put_back(struct verb_context *c, const struct overlay_edit *edit, struct err *e)
{
    struct node_state now, was = edit->before;
    struct err ignored = {0};
    int code = commit_check_way(c->tree, edit->path, e);
    if (code == 0)
        code = overlay_state(c->tree, edit->path, true, &now, e);
    if (code != 0)
        return code;
    if (was.type != NODE_FILE || (now.exists && now.type != NODE_FILE))
        return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                          "was no plain file before the reset: only undo brings that back");
    if (now.exists && bytes_equal(now.content, was.content))
        return 0;
    if (now.exists && !commit_is_state(c->tree, edit->path, &edit->after, &ignored))
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena,
                              "%s has changed since the reset: undo gives back its text of "
                              "now",
                              edit->path));
    if (now.exists) {
        now.has_content = true;
        now.content = was.content;
        return overlay_put(c->tree, edit->path, &now, e);
    }
    was.uid = was.gid = 0;
    was.mode = sshd_config_mode(&c->facts->os);
    return overlay_put(c->tree, edit->path, &was, e);
}

static int back_from_run(struct verb_context *c, const struct journal_place *place, const char *run,
                         struct err *e)
{
    struct edit_list list = {0};
    struct journal_run about;
    int code = journal_read(c->arena, place, run, &about, &list, e);
    if (code == 0)
        code = trust_edits(&list, TRUST_BACK, e);
    if (code != 0)
        return code;
    /* What the reset made makes room before what was there comes back. */
    vec_each (edit, &list.edits)
        if (code == 0 && is_configuration(edit->path) && !edit->moved_to && !edit->moved_from &&
            !edit->before.exists && edit->after.exists && edit->after.type != NODE_DIRECTORY)
            code = take_away(c, edit, e);
    vec_each (edit, &list.edits) {
        if (code == 0 && was_moved(edit))
            code = move_back(c, edit, e);
        else if (code == 0 && is_configuration(edit->path) && !edit->moved_to &&
                 !edit->moved_from && edit->before.exists &&
                 (edit->before.has_content || edit->before.type != edit->after.type))
            code = put_back(c, edit, e);
    }
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "sshd's configuration has the texts from before the run %s",
                              run));
    return code;
}

/* --- VMAccess --------------------------------------------------------------------------------- */

/* Nobody but root can have written it, nor made a name on the way to it. */
static bool is_roots_own(struct verb_context *c, const char *path)
{
    struct err ignored = {0};
    if (commit_check_way(c->tree, path, &ignored) != 0)
        return false;
    for (const char *p = path; strcmp(p, "/") != 0; p = path_parent(c->arena, p)) {
        struct stat_answer s = tree_lstat(c->tree, p);
        if (s.presence != PRESENCE_PRESENT || s.node.uid != 0 || (s.node.mode & 022) ||
            s.node.type != (p == path ? NODE_FILE : NODE_DIRECTORY))
            return false;
    }
    return true;
}

/* VMAccess 1.5.17 on: one file, SshdConfigBackupPath. Before: a copy beside the file for each run,
 * '%s_%s' % (path, strftime("%Y-%m-%dT%H:%M:%SZ")). */
static const char *vmaccess_backup(struct verb_context *c)
{
    static const char newest[] = "/var/cache/vmaccess/backup";
    static const char start[] = "sshd_config_", shape[] = "dddd-dd-ddTdd:dd:ddZ";
    const char *found = NULL;
    if (is_roots_own(c, newest))
        return newest;
    struct list_answer names = tree_list(c->tree, "/etc/ssh");
    for (size_t i = 0; names.presence == PRESENCE_PRESENT && i < names.count; i++) {
        const char *name = names.names[i], *date = name + strlen(start);
        bool fits = strncmp(name, start, strlen(start)) == 0 && strlen(date) == strlen(shape);
        for (size_t k = 0; fits && shape[k]; k++)
            fits = shape[k] == 'd' ? date[k] >= '0' && date[k] <= '9' : date[k] == shape[k];
        const char *path = path_join(c->arena, "/etc/ssh", name);
        if (fits && (!found || strcmp(path, found) > 0) && is_roots_own(c, path))
            found = path;
    }
    return found;
}

static int back_from_vmaccess(struct verb_context *c, const char *backup, struct err *e)
{
    struct read_answer r = tree_read(c->tree, backup, LIMIT_CONFIG_BYTES);
    if (r.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, backup, 0, 0, "cannot be read: %s",
                          r.reason ? r.reason : "the reason is not known");
    if (r.cut || r.content.len == 0)
        return err_set_at(e, ERR_REFUSED, backup, 0, 0,
                          r.cut ? "is too large to be an sshd_config" : "is empty");
    struct stat_answer is = tree_lstat(c->tree, RESET_CONFIG);
    if (is.presence == PRESENCE_PRESENT && is.node.type != NODE_FILE)
        return err_set_at(e, ERR_REFUSED, RESET_CONFIG, 0, 0, "is no plain file: a %s",
                          node_type_name(is.node.type));
    int code = text_put(c, RESET_CONFIG, r.content, sshd_config_mode(&c->facts->os), 0, 0, e);
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s is now the text of VMAccess's backup %s", RESET_CONFIG,
                              backup));
    return code;
}

/* --- the job ---------------------------------------------------------------------------------- */

/* A text with which sshd would not even start is no way back. */
static int check_outcome(struct sshd_reset *r, struct err *e)
{
    reset_judge(r);
    const struct diag_fact *fault = sshd_config_verdict(r->c->facts->sshd);
    if (!fault)
        return 0;
    return err_set_at(e, ERR_REFUSED, fault->at.file ? fault->at.file : RESET_CONFIG,
                      fault->at.line, fault->at.column,
                      "with the configuration from before sshd would not start: %s", fault->says);
}

int access_restore_ssh(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    if (!request->restore_ssh)
        return 0;
    struct sshd_reset r = {.c = c};
    const struct facts *before = c->facts;
    const struct journal_run *run = newest_reset(c->arena, request->journal, e);
    const char *backup = run || e->code != ERR_NONE ? NULL : vmaccess_backup(c);
    if (e->code != ERR_NONE)
        return e->code;
    if (!run && !backup)
        return err_set(e, ERR_NOT_FOUND,
                       "there is nothing to put back: the journal tells of no --reset-ssh, and no "
                       "backup of VMAccess's (/var/cache/vmaccess/backup, "
                       "/etc/ssh/sshd_config_DATE) that is root's own is on this disk");
    int code =
        run ? back_from_run(c, request->journal, run->run, e) : back_from_vmaccess(c, backup, e);
    if (code == 0)
        code = check_outcome(&r, e);
    if (code == 0)
        reset_notes(&r, before);
    judgement_free(r.now);
    return code;
}
