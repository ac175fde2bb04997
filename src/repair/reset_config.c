/* sshd_config itself in a reset: the first healthy text that the guest's own sshd would take. */
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "repair/reset.h"
#include "repair/template.h"

#define VENDOR_CONFIG "/usr/etc/ssh/sshd_config" /* SUSE reads it where /etc has none */

/* --- aside ------------------------------------------------------------------------------------ */

const char *reset_free_name(struct verb_context *c, const char *path, struct err *e)
{
    enum { COPIES_MAX = 10000 };
    for (int i = 1; i < COPIES_MAX; i++) {
        const char *name = i == 1 ? arena_printf(c->arena, "%s.diskmend", path)
                                  : arena_printf(c->arena, "%s.diskmend-%d", path, i);
        if (tree_lstat(c->tree, name).presence == PRESENCE_ABSENT)
            return name;
    }
    err_set_at(e, ERR_REFUSED, path, 0, 0, "too many copies beside it");
    return NULL;
}

int reset_aside(struct verb_context *c, const char *path, struct err *e)
{
    struct stat_answer s = tree_lstat(c->tree, path);
    if (s.presence == PRESENCE_ABSENT)
        return 0;
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", s.reason);
    const char *to = reset_free_name(c, s.real_path, e);
    int code = to ? overlay_move(c->tree, s.real_path, to, e) : ERR_REFUSED;
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s is now %s, which sshd does not read", path, to));
    return code;
}

/* The old text beside the new one: the journal has it as well, but not every owner knows that. */
static int keep_copy(struct verb_context *c, const char *path, const struct node_state *old,
                     struct err *e)
{
    const char *to = reset_free_name(c, path, e);
    struct node_state copy = {.exists = true,
                              .type = NODE_FILE,
                              .mode = 0600,
                              .has_content = true,
                              .content = old->content};
    if (!to)
        return ERR_REFUSED;
    int code = overlay_put(c->tree, to, &copy, e);
    if (code == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "the old text of %s is kept as %s", path, to));
    return code;
}

/* --- texts ------------------------------------------------------------------------------------ */

struct healthy_text {
    struct bytes text;
    const char *origin;
    bool is_package; /* must set nothing that our template does not */
};
typedef VEC(struct healthy_text) healthy_texts;

static void add_package_copy(struct sshd_reset *r, healthy_texts *out, const char *path)
{
    struct stat_answer s = tree_stat(r->c->tree, path);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE || s.node.uid != 0 ||
        (s.node.mode & 022) || s.node.size == 0)
        return;
    struct read_answer read = tree_read(r->c->tree, path, LIMIT_CONFIG_BYTES);
    if (read.presence == PRESENCE_PRESENT && !read.cut)
        vec_push(r->c->arena, out,
                 ((struct healthy_text){
                     read.content, arena_printf(r->c->arena, "the text of the package, %s", path),
                     true}));
}

static void find_texts(struct sshd_reset *r, healthy_texts *out)
{
    struct bytes text;
    add_package_copy(r, out, "/usr/share/openssh/sshd_config"); /* Debian, Ubuntu */
    add_package_copy(r, out, "/usr/share/ssh/sshd_config");     /* Flatcar */
    if (template_sshd_config(r->c, &text))
        vec_push(r->c->arena, out,
                 ((struct healthy_text){text,
                                        arena_printf(r->c->arena, "diskmend's text for %s",
                                                     template_family(&r->c->facts->os)),
                                        false}));
}

/* --- which file ------------------------------------------------------------------------------- */

/* REAL: where the text has to be put. A link gives way, wherever it led; what cannot be made again
 * by an undo does not. */
static int make_way(struct verb_context *c, const char **real, struct err *e)
{
    struct stat_answer above = tree_stat(c->tree, path_parent(c->arena, RESET_CONFIG));
    if (above.presence == PRESENCE_ABSENT) {
        struct node_state made = {.exists = true, .type = NODE_DIRECTORY, .mode = 0755};
        const char *where = real_path_of(c, path_parent(c->arena, RESET_CONFIG), e);
        int code = where ? overlay_put(c->tree, where, &made, e) : ERR_REFUSED;
        if (code != 0)
            return code;
    }
    struct stat_answer s = tree_lstat(c->tree, RESET_CONFIG);
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_SYMLINK) {
        struct link_answer link = tree_readlink(c->tree, RESET_CONFIG);
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "%s was a link to %s, which stays as it is", RESET_CONFIG,
                              link.presence == PRESENCE_PRESENT ? link.target : "?"));
        *real = s.real_path;
        return 0;
    }
    if (s.presence == PRESENCE_PRESENT && s.node.type != NODE_FILE)
        return err_set_at(
            e, ERR_REFUSED, RESET_CONFIG, 0, 0,
            "is a %s: first move it out of the way, with \"diskmend repair %s --allow "
            "sshd-config-unreadable\"",
            node_type_name(s.node.type), c->input->options->target);
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, RESET_CONFIG, 0, 0, "cannot be looked at: %s", s.reason);
    *real = real_path_of(c, RESET_CONFIG, e);
    return *real ? 0 : ERR_REFUSED;
}

static int put(struct verb_context *c, const char *real, const struct node_state *old,
               struct bytes text, struct err *e)
{
    struct node_state s = {.exists = true,
                           .type = NODE_FILE,
                           .mode = sshd_config_mode(&c->facts->os)};
    if (old->exists) {
        s.xattrs = old->xattrs;
        s.xattr_count = old->xattr_count;
    }
    s.has_content = true;
    s.content = text;
    return overlay_put(c->tree, real, &s, e);
}

/* What is moved away or replaced must not come back by its name. */
static bool is_healthy(struct sshd_reset *r, const struct healthy_text *text)
{
    const struct sshd_config *config = r->c->facts->sshd;
    const struct diag_fact *fault = sshd_config_verdict(config);
    if (fault && fault->at.file && strcmp(fault->at.file, RESET_CONFIG) == 0)
        return false;
    return !text->is_package || template_covers(r->c, config, RESET_CONFIG);
}

/* SUSE: without a file in /etc sshd reads the package's. */
static int use_vendor_file(struct sshd_reset *r, bool *done, struct err *e)
{
    struct verb_context *c = r->c;
    struct stat_answer vendor = tree_stat(c->tree, VENDOR_CONFIG);
    size_t mark = overlay_mark(c->tree), notes = c->notes.count;
    *done = false;
    if (c->facts->os.family_code != FAMILY_SUSE || vendor.presence != PRESENCE_PRESENT ||
        vendor.node.type != NODE_FILE || vendor.node.uid != 0 || (vendor.node.mode & 022))
        return 0;
    int code = reset_aside(c, RESET_CONFIG, e);
    if (code != 0)
        return code;
    reset_judge(r);
    const struct diag_fact *fault = sshd_config_verdict(c->facts->sshd);
    *done = strcmp(c->facts->sshd->path, VENDOR_CONFIG) == 0 && !fault;
    if (*done)
        return 0;
    overlay_roll_back(c->tree, mark);
    c->notes.count = notes;
    reset_judge(r);
    return 0;
}

/* A link of the distribution's own to its read-only copy (Flatcar) is as it is shipped. */
static bool is_vendors_link(struct verb_context *c)
{
    struct stat_answer is = tree_lstat(c->tree, RESET_CONFIG);
    struct stat_answer leads = tree_stat(c->tree, RESET_CONFIG);
    return is.presence == PRESENCE_PRESENT && is.node.type == NODE_SYMLINK &&
           leads.presence == PRESENCE_PRESENT && leads.node.type == NODE_FILE &&
           (strcmp(leads.real_path, "/usr/share/ssh/sshd_config") == 0 ||
            strcmp(leads.real_path, VENDOR_CONFIG) == 0) &&
           !sshd_config_verdict(c->facts->sshd);
}

static int choose(struct sshd_reset *r, const char *real, const struct node_state *old,
                  struct err *e)
{
    struct verb_context *c = r->c;
    healthy_texts texts = {0};
    find_texts(r, &texts);
    vec_each (text, &texts) {
        size_t mark = overlay_mark(c->tree), notes = c->notes.count;
        bool same = old->exists && bytes_equal(old->content, text->text);
        int code = 0;
        if (!same && old->exists && old->content.len > 0)
            code = keep_copy(c, real, old, e);
        if (code == 0)
            code = put(c, real, old, text->text, e);
        if (code != 0)
            return code;
        reset_judge(r);
        if (is_healthy(r, text)) {
            if (!same)
                vec_push(c->arena, &c->notes,
                         arena_printf(c->arena, "%s is now %s", RESET_CONFIG, text->origin));
            return 0;
        }
        overlay_roll_back(c->tree, mark);
        c->notes.count = notes;
        reset_judge(r);
    }
    return err_set_at(
        e, ERR_REFUSED, RESET_CONFIG, 0, 0,
        "none of the texts that could replace it is one this guest's sshd starts with");
}

int reset_config(struct sshd_reset *r, struct err *e)
{
    struct verb_context *c = r->c;
    struct node_state old;
    const char *real = NULL;
    bool done;
    if (is_vendors_link(c))
        return 0;
    int code = use_vendor_file(r, &done, e);
    if (code != 0 || done)
        return code;
    code = make_way(c, &real, e);
    if (code == 0)
        code = overlay_state(c->tree, real, true, &old, e);
    if (code == 0 && old.type != NODE_FILE)
        old = (struct node_state){0};
    return code == 0 ? choose(r, real, &old, e) : code;
}
