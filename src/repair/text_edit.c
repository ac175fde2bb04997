#include "repair/text_edit.h"

#include <string.h>

#include "base/limits.h"
#include "base/path.h"

const char *real_path_of(struct verb_context *c, const char *path, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_PRESENT)
        return s.real_path;
    if (s.presence == PRESENCE_UNREADABLE) {
        err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", s.reason);
        return NULL;
    }
    const char *directory = path_parent(c->arena, path);
    struct stat_answer parent = tree_stat(c->tree, directory);
    if (parent.presence != PRESENCE_PRESENT || parent.node.type != NODE_DIRECTORY) {
        err_set_at(e, ERR_REFUSED, path, 0, 0, "there is no directory %s", directory);
        return NULL;
    }
    struct stat_answer dangling = tree_lstat(c->tree, path);
    if (dangling.presence == PRESENCE_PRESENT) {
        err_set_at(e, ERR_REFUSED, path, 0, 0, "a link that leads nowhere");
        return NULL;
    }
    return path_join(c->arena, parent.real_path, path_name(path));
}

static void split(struct arena *a, struct bytes text, struct text_file *out)
{
    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = newline ? (size_t)(newline - text.ptr) : text.len;
        size_t end = stop;
        if (newline && end > at && text.ptr[end - 1] == '\r')
            end--;
        size_t next = newline ? stop + 1 : stop;
        vec_push(a, &out->lines,
                 ((struct text_line){bytes_cut(text, at, end), bytes_cut(text, end, next)}));
        at = next;
    }
}

int text_open(struct verb_context *c, const char *path, bool is_line_step, struct text_file *out,
              struct err *e)
{
    *out = (struct text_file){0};
    struct stat_answer s = tree_stat(c->tree, path);
    if (s.presence == PRESENCE_ABSENT)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    if (s.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "cannot be looked at: %s", s.reason);
    if (s.node.type != NODE_FILE)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "not a regular file");
    out->path = s.real_path;
    if (is_line_step)
        vec_each (moved, &c->moves->paths)
            if (strcmp(*moved, out->path) == 0)
                return VERB_LATER;
    int code = overlay_state(c->tree, out->path, true, &out->state, e);
    if (code == 0)
        split(c->arena, out->state.content, out);
    return code;
}

struct text_line *text_line_at(struct text_file *f, int line, struct err *e)
{
    if (line >= 1 && (size_t)line <= f->lines.count)
        return &f->lines.items[line - 1];
    err_set_at(e, ERR_NOT_FOUND, f->path, line, 0, "the file has no such line");
    return NULL;
}

int text_open_line(struct verb_context *c, const char *path, int number, struct text_file *out,
                   struct text_line **line, struct err *e)
{
    int code = text_open(c, path, true, out, e);
    if (code != 0)
        return code;
    *line = text_line_at(out, number, e);
    return *line ? 0 : ERR_NOT_FOUND;
}

int text_open_step(struct verb_context *c, const struct json *step, struct text_file *out,
                   struct text_line **line, struct err *e)
{
    int code = text_open(c, step_text(step, "path"), true, out, e);
    if (code != 0)
        return code;
    int number = step_line(step, e);
    *line = number > 0 ? text_line_at(out, number, e) : NULL;
    return *line ? 0 : ERR_NOT_FOUND;
}

int text_line_number(const struct text_file *f, const struct text_line *line)
{
    return (int)(line - f->lines.items) + 1;
}

/* New lines end as their neighbours do. */
static struct bytes usual_end(const struct text_file *f)
{
    bool has_return = f->lines.count > 0 && f->lines.items[0].end.len == 2;
    return bytes_of(has_return ? "\r\n" : "\n");
}

void text_insert(struct verb_context *c, struct text_file *f, int number, const char *text)
{
    struct bytes end = usual_end(f);
    size_t at =
        number > 0 && (size_t)number <= f->lines.count ? (size_t)number - 1 : f->lines.count;
    if (at == f->lines.count && at > 0 && f->lines.items[at - 1].end.len == 0)
        f->lines.items[at - 1].end = end;
    vec_push_new(c->arena, &f->lines);
    memmove(f->lines.items + at + 1, f->lines.items + at,
            (f->lines.count - 1 - at) * sizeof *f->lines.items);
    f->lines.items[at] = (struct text_line){bytes_of(arena_strdup(c->arena, text)), end};
    if (at + 1 < f->lines.count)
        f->has_moved = true;
}

void text_remove(struct text_file *f, int number, size_t count)
{
    size_t at = (size_t)number - 1;
    memmove(f->lines.items + at, f->lines.items + at + count,
            (f->lines.count - at - count) * sizeof *f->lines.items);
    f->lines.count -= count;
    f->has_moved = true;
}

void text_set(struct text_line *line, struct bytes text)
{
    line->text = text;
}

void text_comment(struct verb_context *c, struct text_line *line)
{
    size_t blanks = 0;
    while (blanks < line->text.len &&
           (line->text.ptr[blanks] == ' ' || line->text.ptr[blanks] == '\t'))
        blanks++;
    if (blanks < line->text.len && line->text.ptr[blanks] == '#')
        return;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_printf(&out, "# diskmend %s: ", c->rule);
    strbuf_add_bytes(&out, line->text);
    line->text = strbuf_bytes(&out);
}

int text_save(struct verb_context *c, struct text_file *f, struct err *e)
{
    struct strbuf out;
    strbuf_init(&out, c->arena);
    vec_each (line, &f->lines) {
        strbuf_add_bytes(&out, line->text);
        strbuf_add_bytes(&out, line->end);
    }
    if (bytes_equal(strbuf_bytes(&out), f->state.content))
        return 0;
    struct node_state after = f->state;
    after.content = strbuf_bytes(&out);
    int code = overlay_put(c->tree, f->path, &after, e);
    if (code == 0 && f->has_moved)
        vec_push(c->arena, &c->moves->paths, f->path);
    return code;
}

int text_place(struct verb_context *c, const char *path, const char **real, struct node_state *now,
               struct err *e)
{
    *real = real_path_of(c, path, e);
    if (!*real)
        return ERR_REFUSED;
    int code = overlay_state(c->tree, *real, false, now, e);
    if (code == 0 && now->exists && now->type != NODE_FILE)
        code = err_set_at(e, ERR_REFUSED, *real, 0, 0, "a %s is in the way",
                          node_type_name(now->type));
    return code;
}

int text_put(struct verb_context *c, const char *path, struct bytes content, uint32_t mode,
             uint32_t uid, uint32_t gid, struct err *e)
{
    const char *real;
    struct node_state now;
    int code = text_place(c, path, &real, &now, e);
    if (code != 0)
        return code;
    struct node_state after = now;
    if (!now.exists)
        after = (struct node_state){
            .exists = true, .type = NODE_FILE, .mode = mode, .uid = uid, .gid = gid};
    after.has_content = true;
    after.content = content;
    code = overlay_put(c->tree, real, &after, e);
    if (code == 0 && now.exists)
        vec_push(c->arena, &c->moves->paths, real);
    return code;
}
