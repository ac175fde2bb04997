/* Verbs on single lines of authorized_keys: mended where only one mend is possible, glued keys
 * apart, another program's format turned into sshd's, an option that refuses taken off. */
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "repair/key_edit.h"
#include "syntax/ssh_key_mend.h"

/* The file and the line's number; VERB_LATER or an error otherwise. */
static int open_at_line(struct verb_context *c, const struct json *step, struct text_file *f,
                        int *number, struct err *e)
{
    struct text_line *line;
    int code = text_open_step(c, step, f, &line, e);
    *number = code == 0 ? text_line_number(f, line) : 0;
    return code;
}

int verb_key_comment(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    int number, code = open_at_line(c, step, &f, &number, e);
    if (code != 0)
        return code;
    text_comment(c, &f.lines.items[number - 1]);
    return text_save(c, &f, e);
}

/* A private half is no more to be read where people look for public ones: a file of its own that
 * only its owner may read. */
static int put_aside(struct verb_context *c, struct text_file *f, int number, size_t count,
                     struct err *e)
{
    struct strbuf out;
    strbuf_init(&out, c->arena);
    for (size_t i = 0; i < count; i++) {
        const struct text_line *line = &f->lines.items[(size_t)number - 1 + i];
        strbuf_add_bytes(&out, line->text);
        strbuf_add_bytes(&out, line->end);
    }
    for (int i = 1; i < 100; i++) {
        const char *path = arena_printf(c->arena, "%s.private-%d.diskmend", f->path, i);
        if (tree_lstat(c->tree, path).presence != PRESENCE_ABSENT)
            continue;
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena,
                              "a private key stood in %s; it is in %s now: whoever read it has it, "
                              "so it should be replaced",
                              f->path, path));
        return text_put(c, path, strbuf_bytes(&out), 0600, f->state.uid, f->state.gid, e);
    }
    return err_set_at(e, ERR_REFUSED, f->path, 0, 0, "too many copies beside it");
}

static int mend_utf16(struct verb_context *c, struct text_file *f, bool *done, struct err *e)
{
    struct bytes plain;
    *done = ssh_key_from_utf16(c->arena, f->state.content, &plain);
    return *done ? text_put(c, f->path, plain, 0600, f->state.uid, f->state.gid, e) : 0;
}

/* A line that sshd passes over. Where nothing is certain a key that was given goes behind it; the
 * line itself is left to its owner. */
static int mend_line(struct verb_context *c, const struct json *step, struct text_file *f,
                     int number, struct err *e)
{
    size_t count, used = 0;
    struct bytes *lines = key_edit_lines(c, f, number, &count);
    int version = c->facts->os.openssh_version;
    const char *line = ssh_key_line_mend(c->arena, lines, count, version, &used);
    if (line) {
        key_edit_replace(c, f, number, used, line);
        return text_save(c, f, e);
    }
    const struct account_fact *account = key_edit_account(c, step, e);
    struct err none = {0};
    const char *given = account ? key_edit_given(c, &none) : NULL;
    if (given)
        return key_edit_append(c, account, f->path, given, e);
    return err_set_at(e, ERR_REFUSED, f->path, number, 0,
                      "what this line was cannot be told with certainty, and %s", none.text);
}

int verb_key_mend(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    bool done = false;
    int number, code = open_at_line(c, step, &f, &number, e);
    if (code == 0)
        code = mend_utf16(c, &f, &done, e);
    if (code != 0 || done)
        return code;
    size_t count, used = 0;
    struct bytes *lines = key_edit_lines(c, &f, number, &count);
    const char *line = ssh_key_foreign_line(c->arena, lines, count, &used);
    if (used == 0)
        return mend_line(c, step, &f, number, e);
    bool is_private = ssh_key_block_is_private(lines, used);
    if (!line && !is_private)
        return mend_line(c, step, &f, number, e);
    if (is_private)
        code = put_aside(c, &f, number, used, e);
    if (code != 0)
        return code;
    key_edit_replace(c, &f, number, used, line);
    return text_save(c, &f, e);
}

int verb_key_split(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct ssh_key_pieces pieces = {0};
    int number, code = open_at_line(c, step, &f, &number, e);
    if (code != 0)
        return code;
    struct bytes line = f.lines.items[number - 1].text;
    if (!ssh_key_line_split(c->arena, line, c->facts->os.openssh_version, &pieces))
        return err_set_at(e, ERR_REFUSED, f.path, number, 0,
                          "where one key ends and the next begins is not certain");
    text_set(&f.lines.items[number - 1], pieces.lines.items[0]);
    for (size_t i = 1; i < pieces.lines.count; i++)
        text_insert(c, &f, (size_t)number + i <= f.lines.count ? number + (int)i : 0,
                    arena_text(c->arena, pieces.lines.items[i]));
    return text_save(c, &f, e);
}

/* --- options -----------------------------------------------------------------------------------
 */

/* from="10.0.0.0/8" with the address that was asked for; NULL: nothing to add, or a pattern with a
 * "!" shuts it out on purpose. */
static const char *wider_from(struct verb_context *c, const struct ssh_key_option *option)
{
    const char *address = c->input->question->from;
    if (!address || !option->value || strchr(option->value, '!') || strpbrk(address, "\", "))
        return NULL;
    return arena_printf(c->arena, "from=\"%s,%s\"", option->value, address);
}

/* The options of KEY, all but those of NAME, which become INSTEAD (NULL: nothing). */
static const char *options_without(struct verb_context *c, const struct ssh_key_line *key,
                                   const char *name, const char **instead)
{
    struct strbuf out;
    strbuf_init(&out, c->arena);
    vec_each (option, &key->options) {
        bool is_it = strcasecmp(option->name, name) == 0;
        const char *text =
            is_it ? (strcasecmp(name, "from") == 0 ? wider_from(c, option) : NULL) : option->text;
        if (is_it)
            *instead = text ? text : "";
        if (text)
            strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", text);
    }
    return out.ptr;
}

int verb_key_option(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "option"), *instead = NULL;
    struct text_file f;
    struct ssh_key_line key;
    int number, code = open_at_line(c, step, &f, &number, e);
    if (code != 0)
        return code;
    if (strcmp(name, "cert-authority") == 0 || strcmp(name, "principals") == 0)
        return err_set_at(
            e, ERR_REFUSED, f.path, number, 0,
            "the line is an authority's that signs keys, nobody's own key; to put one "
            "in: --identity FILE.pub");
    struct text_line *line = &f.lines.items[number - 1];
    ssh_key_line_parse(c->arena, line->text, c->facts->os.openssh_version, &key);
    const char *type = key.type && key.options.count > 0 && !key.defect ? key.type : NULL;
    const char *options = type ? options_without(c, &key, name, &instead) : NULL;
    const char *text = arena_text(c->arena, line->text);
    /* The options end before the first word that is the type: none of theirs can be. */
    const char *behind = type ? strstr(text + key.options.items[key.options.count - 1].column - 1 +
                                           strlen(key.options.items[key.options.count - 1].text),
                                       type)
                              : NULL;
    if (!instead || !behind)
        return err_set_at(e, ERR_REFUSED, f.path, number, 0, "no option %s stands there", name);
    text_set(line,
             bytes_of(arena_printf(c->arena, "%s%s%s", options, *options ? " " : "", behind)));
    return text_save(c, &f, e);
}
