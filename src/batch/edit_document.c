#include "batch/edit_document.h"

#include <string.h>

#include "base/escape.h"
#include "base/path.h"
#include "batch/edit_blame.h"
#include "facts/collect.h"
#include "facts/secret.h"
#include "report/diff.h"

struct entry {
    struct arena *arena;
    const struct overlay_edit *edit;
    const struct plan *plan;
    struct json *list;
};

/* --- what may be shown ------------------------------------------------------------------------ */

/* One diff as it is being written. */
struct showing {
    struct arena *arena;
    const bool *old_hidden, *new_hidden; /* NULL: the text is masked already */
    const struct edit_blame *blame;
    struct plan_causes causes; /* of the file as a whole */
    struct json *hunks;
};

/* An account file's line with something for a password that may be a hash of the oldest kind. */
#define OLDEST_HASH_CHARS 13u

static bool has_old_hash(const char *path, struct bytes line)
{
    static const char *const files[] = {"/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-"};
    const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
    bool is_account = false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        is_account |= strcmp(path, files[i]) == 0;
    if (!is_account || !colon)
        return false;
    struct bytes rest = bytes_cut(line, (size_t)(colon - line.ptr) + 1, line.len);
    const char *end = rest.len ? memchr(rest.ptr, ':', rest.len) : NULL;
    return (end ? (size_t)(end - rest.ptr) : rest.len) >= OLDEST_HASH_CHARS;
}

static bool *hidden_lines(struct arena *a, const char *path, const struct bytes *text)
{
    size_t count = 0;
    for (size_t i = 0; text && i < text->len; i++)
        count += text->ptr[i] == '\n';
    bool *hidden = arena_alloc_array(a, count + 1, sizeof *hidden);
    struct secret_block block = {0};
    size_t line = 0;
    for (size_t at = 0; text && at < text->len; line++) {
        const char *newline = memchr(text->ptr + at, '\n', text->len - at);
        size_t end = newline ? (size_t)(newline - text->ptr) : text->len;
        struct bytes own = bytes_cut(*text, at, end);
        hidden[line] = secret_line(&block, own) || has_old_hash(path, own);
        at = newline ? end + 1 : text->len;
    }
    return hidden;
}

static bool is_hidden(void *context, bool is_new, size_t line, struct bytes text)
{
    const struct showing *s = context;
    const bool *hidden = is_new ? s->new_hidden : s->old_hidden;
    (void)text;
    return hidden && hidden[line];
}

/* The second field of the line of that name; false when there is no such line. */
static bool password_of(const struct bytes *text, struct bytes name, struct bytes *out)
{
    for (size_t at = 0; text && at < text->len;) {
        const char *newline = memchr(text->ptr + at, '\n', text->len - at);
        size_t end = newline ? (size_t)(newline - text->ptr) : text->len;
        struct bytes line = bytes_cut(*text, at, end);
        const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
        if (colon && bytes_equal(bytes_cut(line, 0, (size_t)(colon - line.ptr)), name)) {
            struct bytes rest = bytes_cut(line, (size_t)(colon - line.ptr) + 1, line.len);
            const char *next = rest.len ? memchr(rest.ptr, ':', rest.len) : NULL;
            *out = bytes_cut(rest, 0, next ? (size_t)(next - rest.ptr) : rest.len);
            return true;
        }
        at = newline ? end + 1 : text->len;
    }
    return false;
}

/* A password field without its hash: the lock in front and what is no hash are no secret. */
static void add_password(struct strbuf *out, struct bytes own, const struct bytes *other,
                         const char *changed)
{
    size_t marks = 0;
    while (marks < own.len && (own.ptr[marks] == '!' || own.ptr[marks] == '*'))
        marks++;
    strbuf_add_bytes(out, bytes_cut(own, 0, marks));
    struct bytes hash = bytes_cut(own, marks, own.len);
    if (hash.len == 0)
        return;
    size_t skip = 0;
    while (other && skip < other->len && (other->ptr[skip] == '!' || other->ptr[skip] == '*'))
        skip++;
    bool kept = other && bytes_equal(bytes_cut(*other, skip, other->len), hash);
    strbuf_add(out, kept ? "<kept>" : changed);
}

/* A shadow file with every hash replaced. A line of no known form is not shown at all. */
static struct bytes masked(struct arena *a, const struct bytes *own, const struct bytes *other,
                           const char *changed)
{
    struct strbuf out;
    strbuf_init(&out, a);
    for (size_t at = 0; own && at < own->len;) {
        const char *newline = memchr(own->ptr + at, '\n', own->len - at);
        size_t end = newline ? (size_t)(newline - own->ptr) : own->len;
        struct bytes line = bytes_cut(*own, at, end), password, there;
        const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
        struct bytes name = colon ? bytes_cut(line, 0, (size_t)(colon - line.ptr)) : line;
        if (!colon || !password_of(&line, name, &password) || secret_has_hash(name)) {
            strbuf_add(&out, line.len ? "(not shown)" : "");
        } else {
            struct bytes rest = bytes_cut(line, name.len + 1 + password.len, line.len);
            bool has_other = password_of(other, name, &there);
            strbuf_add_bytes(&out, name);
            strbuf_add(&out, ":");
            add_password(&out, password, has_other ? &there : NULL, changed);
            if (secret_has_hash(rest))
                strbuf_add(&out, ":(not shown)");
            else
                strbuf_add_bytes(&out, rest);
        }
        strbuf_add(&out, newline ? "\n" : "");
        at = newline ? end + 1 : own->len;
    }
    return strbuf_bytes(&out);
}

static struct json *names_json(struct arena *a, const char *const *names, size_t count)
{
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++)
        json_append(a, list, json_new_string(a, names[i]));
    return list;
}

/* What a hunk is made for, as one line; an entry of "hunks" as well. */
static const char *behind(void *context, struct diff_range hunk)
{
    struct showing *s = context;
    struct arena *a = s->arena;
    struct hunk_causes causes = edit_blame_hunk(s->blame, hunk);
    if (causes.rules.count + causes.jobs.count == 0) {
        causes.rules = (struct text_list){s->causes.rules, s->causes.rule_count};
        causes.jobs = (struct text_list){s->causes.jobs, s->causes.job_count};
    }
    struct json *o = json_new_object(a);
    json_set_number(a, o, "old_line", (double)hunk.old_from + (hunk.old_count > 0));
    json_set_number(a, o, "old_count", (double)hunk.old_count);
    json_set_number(a, o, "new_line", (double)hunk.new_from + (hunk.new_count > 0));
    json_set_number(a, o, "new_count", (double)hunk.new_count);
    json_set(a, o, "rules", names_json(a, causes.rules.items, causes.rules.count));
    json_set(a, o, "jobs", names_json(a, causes.jobs.items, causes.jobs.count));
    json_append(a, s->hunks, o);
    struct strbuf out;
    strbuf_init(&out, a);
    for (size_t i = 0; i < causes.jobs.count; i++)
        strbuf_printf(&out, "%s%s", out.len > 0 ? ", " : "", causes.jobs.items[i]);
    for (size_t i = 0; i < causes.rules.count; i++)
        strbuf_printf(&out, "%s%s", out.len > 0 ? ", " : "", causes.rules.items[i]);
    return out.len > 0 ? out.ptr : NULL;
}

/* Member "diff", and "hidden" when something in it is no quotation. */
static void set_diff(struct entry *e, struct json *o)
{
    struct arena *a = e->arena;
    const char *path = e->edit->path;
    const struct node_state *before = &e->edit->before, *after = &e->edit->after;
    struct strbuf out;
    strbuf_init(&out, a);
    const struct bytes *old = before->exists && before->has_content ? &before->content : NULL;
    const struct bytes *new = after->exists && after->has_content ? &after->content : NULL;
    struct showing showing = {
        .arena = a,
        .blame = edit_blame_of(a, e->plan, path, old ? *old : (struct bytes){0}),
        .causes = plan_causes_of(a, e->plan, path),
        .hunks = json_new_array(a),
    };
    uint32_t mode = new ? after->mode : before->mode;
    bool hidden = secret_path(path);
    if (hidden) {
        struct bytes old_masked = masked(a, old, new, "<old>");
        struct bytes new_masked = masked(a, new, old, "<new>");
        diff_unified(&out, path, old ? &old_masked : NULL, new ? &new_masked : NULL, mode, behind,
                     is_hidden, &showing);
    } else {
        showing.old_hidden = hidden_lines(a, path, old);
        showing.new_hidden = hidden_lines(a, path, new);
        hidden = diff_unified(&out, path, old, new, mode, behind, is_hidden, &showing);
    }
    json_set_string(a, o, "diff", out.ptr);
    json_set(a, o, "hunks", showing.hunks);
    json_set_bool(a, o, "hidden", hidden);
}

/* --- entries ---------------------------------------------------------------------------------- */

static struct json *add(struct entry *e, const char *path, const char *change)
{
    struct arena *a = e->arena;
    struct json *o = json_new_object(a);
    struct plan_causes causes = plan_causes_of(a, e->plan, e->edit->path);
    json_set_string(a, o, "path", path);
    json_set_string(a, o, "change", change);
    json_set(a, o, "rules", names_json(a, causes.rules, causes.rule_count));
    json_set_string(a, o, "job", causes.job);
    if (causes.job_count > 1)
        json_set(a, o, "jobs", names_json(a, causes.jobs, causes.job_count));
    json_append(a, e->list, o);
    return o;
}

static void add_from_to(struct entry *e, const char *change, const char *from, const char *to)
{
    struct json *o = add(e, e->edit->path, change);
    json_set_string(e->arena, o, "from", from);
    json_set_string(e->arena, o, "to", to);
    json_set(e->arena, o, "diff", json_new_null(e->arena));
}

static const char *mode_text(struct arena *a, uint32_t mode)
{
    return arena_printf(a, "%04o", mode);
}

static const char *owner_text(struct arena *a, const struct node_state *s)
{
    return arena_printf(a, "%u:%u", s->uid, s->gid);
}

/* An attribute's value: labels are text (with a NUL at the end), the rest is bytes. */
static const char *xattr_text(struct arena *a, const struct bytes *value)
{
    if (!value)
        return NULL;
    size_t n = value->len;
    while (n > 0 && value->ptr[n - 1] == '\0')
        n--;
    return escape_terminal_text(a, arena_text(a, bytes_cut(*value, 0, n)));
}

static void add_xattrs(struct entry *e)
{
    const struct node_state *b = &e->edit->before, *n = &e->edit->after;
    const struct node_state *sides[] = {b, n};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->xattr_count; i++) {
            const char *name = sides[side]->xattrs[i].name;
            const struct bytes *from = node_state_xattr(b, name), *to = node_state_xattr(n, name);
            if ((side == 1 && from) || (from && to && bytes_equal(*from, *to)))
                continue;
            add_from_to(e, "label", xattr_text(e->arena, from), xattr_text(e->arena, to));
        }
}

/* Files of somebody's who is removed are no business of whoever reads the report, and those of a
 * new home are the guest's own skeleton over again. */
static bool is_only_named(const struct entry *e)
{
    struct plan_causes causes = plan_causes_of(e->arena, e->plan, e->edit->path);
    if (!causes.job || causes.rule_count > 0 || path_is_below(e->edit->path, "/etc"))
        return false;
    return (strcmp(causes.job, "remove-user") == 0 && !e->edit->after.exists) ||
           (strcmp(causes.job, "create-user") == 0 && !e->edit->before.exists);
}

static void add_whole(struct entry *e, const char *change, const struct node_state *s)
{
    struct json *o = add(e, e->edit->path, change);
    struct arena *a = e->arena;
    const char *what = s->type == NODE_SYMLINK
                           ? arena_printf(a, "symlink to %s", s->target)
                           : arena_printf(a, "%s %s %s", node_type_name(s->type),
                                          mode_text(a, s->mode), owner_text(a, s));
    json_set_string(a, o, change[0] == 'c' ? "to" : "from", what);
    if (s->type == NODE_FILE && !is_only_named(e))
        set_diff(e, o);
    else
        json_set(a, o, "diff", json_new_null(a));
}

static void add_changes(struct entry *e)
{
    struct arena *a = e->arena;
    const struct node_state *b = &e->edit->before, *n = &e->edit->after;
    if (n->type != b->type) {
        add_whole(e, "remove", b);
        add_whole(e, "create", n);
        return;
    }
    if (n->has_content && !(b->has_content && bytes_equal(b->content, n->content))) {
        struct json *o = add(e, e->edit->path, "content");
        set_diff(e, o);
    }
    if (n->type == NODE_SYMLINK && strcmp(n->target, b->target) != 0)
        add_from_to(e, "link", b->target, n->target);
    if (n->mode != b->mode)
        add_from_to(e, "mode", mode_text(a, b->mode), mode_text(a, n->mode));
    if (n->uid != b->uid || n->gid != b->gid)
        add_from_to(e, "owner", owner_text(a, b), owner_text(a, n));
    add_xattrs(e);
}

struct json *edit_document(struct arena *a, const struct overlay_edit *edits, size_t count,
                           const struct plan *plan)
{
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        const struct overlay_edit *edit = &edits[i];
        struct entry e = {a, edit, plan, list};
        if (edit->moved_to) {
            add_from_to(&e, "move", edit->path, edit->moved_to);
            if (edit->after.exists)
                add_whole(&e, "create", &edit->after);
        } else if (edit->moved_from) { /* the move stands at its old name */
            if (edit->before.exists)
                add_whole(&e, "remove", &edit->before);
        } else if (!edit->before.exists)
            add_whole(&e, "create", &edit->after);
        else if (!edit->after.exists)
            add_whole(&e, "remove", &edit->before);
        else
            add_changes(&e);
    }
    return list;
}
