/* A file that is lost, empty or beyond repair, whole again: from a backup on the disk, the
 * package's own copy, or our template; the first that our own judge finds no fault with. */
#include "repair/verb_reset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "repair/template.h"
#include "repair/text_edit.h"

#define CANDIDATES_MAX 8 /* each is judged */
#define PAM_DIRECTORY  "/etc/pam.d"

struct candidate_text {
    struct bytes text;
    const char *origin; /* for the note */
    int64_t modified;
    bool is_package; /* must set nothing that our template does not */
};
typedef VEC(struct candidate_text) candidate_texts;

/* One file_reset. */
struct reset {
    struct verb_context *c;
    const char *path;
    enum gate gate;
    uint32_t mode; /* of a new file */
    candidate_texts candidates;
};

/* --- where texts come from -------------------------------------------------------------------- */

/* A file that is root's and that nobody else can write; links are not followed. */
static bool add_file(struct reset *r, const char *path, bool is_package)
{
    struct stat_answer s = tree_lstat(r->c->tree, path);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE || s.node.uid != 0 ||
        (s.node.mode & 022) || s.node.size == 0)
        return false;
    struct read_answer read = tree_read(r->c->tree, path, LIMIT_CONFIG_BYTES);
    if (read.presence != PRESENCE_PRESENT || read.cut)
        return false;
    vec_push(r->c->arena, &r->candidates,
             ((struct candidate_text){read.content, arena_strdup(r->c->arena, path),
                                      s.node.modified, is_package}));
    return true;
}

/* Names that package managers, editors and people give to what was there before. */
static bool is_backup_name(const char *name, const char *base)
{
    static const char *const ends[] = {".rpmsave", ".rpmorig",  ".dpkg-old", ".dpkg-dist",
                                       ".ucf-old", ".ucf-dist", ".pam-old",  ".pam-bak",
                                       ".bak",     ".backup",   ".orig",     ".old",
                                       ".save",    "~"};
    size_t n = strlen(base);
    if (strncmp(name, base, n) != 0)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strncmp(name + n, ends[i], strlen(ends[i])) == 0)
            return true;
    return false;
}

static int by_age(const void *a, const void *b)
{
    const struct candidate_text *x = a, *y = b;
    return x->modified == y->modified  ? strcmp(x->origin, y->origin)
           : x->modified > y->modified ? -1
                                       : 1;
}

static void add_backups(struct reset *r, const char *directory)
{
    struct list_answer list = tree_list(r->c->tree, directory);
    const char *base = path_name(r->path);
    for (size_t i = 0; list.presence == PRESENCE_PRESENT && i < list.count; i++)
        if (is_backup_name(list.names[i], base))
            add_file(r, path_join(r->c->arena, directory, list.names[i]), false);
}

static void sort_backups(struct reset *r)
{
    if (r->candidates.count > 1)
        qsort(r->candidates.items, r->candidates.count, sizeof *r->candidates.items, by_age);
    if (r->candidates.count > CANDIDATES_MAX)
        r->candidates.count = CANDIDATES_MAX;
}

static void add_template(struct reset *r, struct bytes text)
{
    vec_push(r->c->arena, &r->candidates,
             ((struct candidate_text){text,
                                      arena_printf(r->c->arena, "diskmend's text for %s",
                                                   template_family(&r->c->facts->os)),
                                      0, false}));
}

static void find_sshd_config(struct reset *r)
{
    struct bytes text;
    add_backups(r, path_parent(r->c->arena, r->path));
    add_file(r, "/var/cache/vmaccess/backup", false); /* VMAccess: SshdConfigBackupPath */
    sort_backups(r);
    static const char *const copies[] = {"/usr/share/openssh/sshd_config",
                                         "/usr/etc/ssh/sshd_config", "/usr/share/ssh/sshd_config"};
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        if (strcmp(copies[i], r->path) != 0)
            add_file(r, copies[i], true);
    if (template_sshd_config(r->c, &text))
        add_template(r, text);
}

static void find_pam(struct reset *r)
{
    struct bytes text;
    const char *name = path_name(r->path);
    add_backups(r, path_parent(r->c->arena, r->path));
    sort_backups(r);
    static const char *const vendor[] = {"/usr/lib/pam.d", "/usr/etc/pam.d", "/etc/authselect"};
    for (size_t i = 0; i < sizeof vendor / sizeof *vendor; i++) {
        const char *path = path_join(r->c->arena, vendor[i], name);
        if (strcmp(path, r->path) != 0)
            add_file(r, path, false);
    }
    if (template_read(r->c, path_join(r->c->arena, "pam.d", name), &text))
        add_template(r, text);
}

/* --- which of them is good -------------------------------------------------------------------- */

/* The same lock at the same place. */
static bool is_same(const struct reason *a, const struct reason *b)
{
    const char *one = a->at.file ? a->at.file : "", *other = b->at.file ? b->at.file : "";
    return strcmp(a->id, b->id) == 0 && strcmp(one, other) == 0;
}

static bool was_there(const struct judgement *before, const struct reason *r)
{
    vec_each (walk, &before->subjects->walks)
        for (size_t i = 0; i < walk->gates[r->gate].reason_count; i++)
            if (is_same(&walk->gates[r->gate].reasons[i], r))
                return true;
    return false;
}

/* The lock that asks is gone, and no other of its gate has come: none at all, or, where the old
 * text kept the gate from being judged further, none beside the file itself. */
static bool is_cured(const struct reset *r, const struct judgement *before,
                     const struct judgement *after, bool nothing_elsewhere)
{
    const char *beside = path_parent(r->c->arena, r->path);
    const struct json *at = json_member(r->c->record, "at");
    const char *file = json_member_string(at, "file");
    vec_each (walk, &after->subjects->walks)
        for (size_t i = 0; i < walk->gates[r->gate].reason_count; i++) {
            const struct reason *reason = &walk->gates[r->gate].reasons[i];
            if (strcmp(reason->id, "nobody-can-log-in") == 0)
                continue; /* only says of another lock that it shuts everybody out */
            bool asks = strcmp(reason->id, r->c->rule) == 0 && reason->at.file && file &&
                        strcmp(reason->at.file, file) == 0;
            bool counts = nothing_elsewhere || !reason->at.file ||
                          strcmp(path_parent(r->c->arena, reason->at.file), beside) == 0;
            if (asks || (reason->state == GATE_SHUT && counts && !was_there(before, reason)))
                return false;
        }
    return true;
}

static int put(struct reset *r, struct bytes text, struct err *e)
{
    struct verb_context *c = r->c;
    const char *directory = path_parent(c->arena, r->path);
    if (tree_stat(c->tree, directory).presence == PRESENCE_ABSENT) {
        struct node_state made = {.exists = true, .type = NODE_DIRECTORY, .mode = 0755};
        const char *where = real_path_of(c, directory, e);
        int code = where ? overlay_put(c->tree, where, &made, e) : ERR_REFUSED;
        if (code != 0)
            return code;
    }
    struct stat_answer is = tree_lstat(c->tree, r->path);
    if (is.presence == PRESENCE_PRESENT && is.node.type == NODE_SYMLINK &&
        tree_stat(c->tree, r->path).presence == PRESENCE_ABSENT) {
        /* A link that leads nowhere: the file takes its place, wherever it led. */
        struct node_state s = {.exists = true,
                               .type = NODE_FILE,
                               .mode = r->mode,
                               .has_content = true,
                               .content = text};
        return overlay_put(c->tree, is.real_path, &s, e);
    }
    return text_put(c, r->path, text, r->mode, 0, 0, e);
}

/* Tries one text after the other; *code is 0 where one stays. False where none may be put there. */
static bool choose_among(struct reset *r, const struct judgement *before, bool nothing_elsewhere,
                         int *code, struct err *e)
{
    struct tree *t = r->c->tree;
    size_t mark = overlay_mark(t), moved = r->c->moves->paths.count;
    vec_each (candidate, &r->candidates) {
        *code = put(r, candidate->text, e);
        if (*code != 0)
            return false;
        struct judgement *after = judgement_make(r->c->input);
        bool good = is_cured(r, before, after, nothing_elsewhere) &&
                    (!candidate->is_package ||
                     template_covers(r->c, after->facts->sshd, r->path));
        judgement_free(after);
        if (good) {
            vec_push(r->c->arena, &r->c->notes,
                     arena_printf(r->c->arena, "%s is now the text of %s", r->path,
                                  candidate->origin));
            return true;
        }
        overlay_roll_back(t, mark);
        r->c->moves->paths.count = moved;
        *code = err_set_at(e, ERR_NOT_FOUND, r->path, 0, 0,
                           "none of the texts that could replace it opens the gate");
    }
    return true;
}

static int choose(struct reset *r, struct err *e)
{
    struct judgement *before = judgement_make(r->c->input);
    int code = err_set_at(e, ERR_NOT_FOUND, r->path, 0, 0,
                          "no healthy text for it is on this disk, and we have none");
    if (choose_among(r, before, true, &code, e) && code != 0 && r->candidates.count > 0)
        choose_among(r, before, false, &code, e);
    judgement_free(before);
    return code;
}

/* --- the verb --------------------------------------------------------------------------------- */

int verb_file_reset(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *from = step_text(step, "from");
    if (from && strcmp(from, "filesystems") == 0)
        return reset_fstab(c, path, e);
    if (*path != '/')
        path = path_join(c->arena, PAM_DIRECTORY, path);
    struct reset r = {.c = c, .path = path, .gate = GATE_SSHD, .mode = 0644};
    if (strcmp(path, c->facts->sshd->path) == 0 || strcmp(path_name(path), "sshd_config") == 0) {
        r.mode = sshd_config_mode(&c->facts->os);
        find_sshd_config(&r);
    } else if (path_is_below(path, PAM_DIRECTORY) || path_is_below(path, "/etc/authselect")) {
        r.gate = GATE_PAM;
        find_pam(&r);
    } else {
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "no healthy text of it is known");
    }
    return choose(&r, e);
}
