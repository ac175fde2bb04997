/* Verbs on KEY=VALUE files (shell variables, ini sections) and on tokens of a kernel command line.
 */
#include <string.h>

#include "repair/text_edit.h"

/* Where the value of KEY begins in LINE ("KEY=…", "KEY = …", "export KEY=…"); 0: another line. */
static size_t value_at(struct bytes text, const char *key)
{
    size_t n = strlen(key), at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    if (bytes_start_with(bytes_cut(text, at, text.len), "export "))
        at += 7;
    if (!bytes_start_with(bytes_cut(text, at, text.len), key))
        return 0;
    at += n;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    if (at >= text.len || (text.ptr[at] != '=' && text.ptr[at] != ':'))
        return 0;
    at++;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return at;
}

/* "[section]": is it the one looked for? -1 for any other line. */
static int section_of(struct bytes text, const char *section)
{
    if (text.len < 2 || text.ptr[0] != '[')
        return -1;
    const char *end = memchr(text.ptr, ']', text.len);
    size_t n = end ? (size_t)(end - text.ptr) - 1 : 0;
    return section && strlen(section) == n && memcmp(text.ptr + 1, section, n) == 0;
}

/* The last line that sets KEY (that one counts), 0 when none does; LAST: the section's last line.
 */
static int find_key(const struct text_file *f, const char *section, const char *key, int *last)
{
    int found = 0;
    bool inside = !section;
    *last = 0;
    for (size_t i = 0; i < f->lines.count; i++) {
        struct bytes text = f->lines.items[i].text;
        int header = section_of(text, section);
        if (header >= 0 && section)
            inside = header;
        if (!inside)
            continue;
        *last = (int)i + 1;
        if (value_at(text, key) > 0)
            found = (int)i + 1;
    }
    return found;
}

int conf_set_key(struct verb_context *c, const char *path, const char *section, const char *key,
                 const char *value, struct err *e)
{
    struct text_file f;
    int last, code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    int line = find_key(&f, section, key, &last);
    if (line > 0) {
        struct text_line *there = &f.lines.items[line - 1];
        size_t at = value_at(there->text, key);
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(there->text, 0, at));
        strbuf_add(&out, value);
        text_set(there, strbuf_bytes(&out));
        return text_save(c, &f, e);
    }
    if (section && last == 0)
        text_insert(c, &f, 0, arena_printf(c->arena, "[%s]", section));
    text_insert(c, &f, section && last > 0 ? last + 1 : 0,
                arena_printf(c->arena, "%s=%s", key, value));
    return text_save(c, &f, e);
}

/* "text": both in one, "KEY=VALUE". */
int verb_conf_set(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *key = step_text(step, "key"), *value = step_text(step, "value");
    const char *text = step_text(step, "text"), *equals = text ? strchr(text, '=') : NULL;
    if (equals) {
        key = arena_text(c->arena, (struct bytes){text, (size_t)(equals - text)});
        value = equals + 1;
    }
    if (!key || !value)
        return err_set(e, ERR_INTERNAL, "no key and value to set");
    return conf_set_key(c, step_text(step, "path"), step_text(step, "section"), key, value, e);
}

int verb_conf_unset(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *key = step_text(step, "key"), *section = step_text(step, "section");
    struct text_file f;
    int last, code = text_open(c, step_text(step, "path"), false, &f, e);
    for (int line; code == 0 && (line = find_key(&f, section, key, &last)) > 0;)
        text_comment(c, &f.lines.items[line - 1]);
    return code == 0 ? text_save(c, &f, e) : code;
}

/* --- kernel command lines --------------------------------------------------------------------- */

/* TOKEN as a whole word of the line, quotes around words minded. "=" stands before one only where
 * the line gives a variable its value: the "1" of "net.ifnames=1" is no word. */
static bool find_token(struct bytes text, const char *token, size_t *from, size_t *to)
{
    size_t n = strlen(token);
    const char *sign = text.len > 0 ? memchr(text.ptr, '=', text.len) : NULL;
    size_t value =
        sign && bytes_start_with(text, "GRUB_CMDLINE") ? (size_t)(sign - text.ptr) + 1 : 0;
    for (size_t at = 0; at + n <= text.len; at++) {
        char before = at > 0 ? text.ptr[at - 1] : ' ';
        char after = at + n < text.len ? text.ptr[at + n] : ' ';
        if (memcmp(text.ptr + at, token, n) == 0 &&
            (strchr(" \t\"'", before) || (value > 0 && at == value)) && strchr(" \t\"'\r", after)) {
            *from = at;
            *to = at + n;
            return true;
        }
    }
    return false;
}

static void drop_token(struct verb_context *c, struct text_line *line, const char *token)
{
    size_t from, to;
    while (find_token(line->text, token, &from, &to)) {
        /* One of the blanks around it goes, too. */
        if (from > 0 && line->text.ptr[from - 1] == ' ')
            from--;
        else if (to < line->text.len && line->text.ptr[to] == ' ')
            to++;
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(line->text, 0, from));
        strbuf_add_bytes(&out, bytes_cut(line->text, to, line->text.len));
        text_set(line, strbuf_bytes(&out));
    }
}

static int drop_from_line(struct verb_context *c, const char *path, int number, const char *token,
                          struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_line(c, path, number, &f, &line, e);
    if (code != 0)
        return code;
    drop_token(c, line, token);
    return text_save(c, &f, e);
}

/* The sources that the next update-grub (or kernel-install) would write it from again. */
static int drop_from_sources(struct verb_context *c, const char *token, struct err *e)
{
    static const char *const sources[] = {"/etc/default/grub", "/etc/kernel/cmdline"};
    int code = 0;
    for (size_t i = 0; i < sizeof sources / sizeof *sources && code == 0; i++) {
        struct text_file f;
        struct err missing = {0};
        if (text_open(c, sources[i], false, &f, &missing) != 0)
            continue; /* not this distribution's */
        vec_each (line, &f.lines) {
            bool is_comment = line->text.len > 0 && line->text.ptr[0] == '#';
            bool has_line = strcmp(sources[i], "/etc/kernel/cmdline") == 0 ||
                            bytes_start_with(line->text, "GRUB_CMDLINE_LINUX");
            if (!is_comment && has_line)
                drop_token(c, line, token);
        }
        code = text_save(c, &f, e);
    }
    return code;
}

/* From every entry that has it, but for those that are for recovery by their own words. */
int verb_boot_token_drop(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *token = step_text(step, "token");
    int code = 0;
    vec_each (b, &c->facts->boot)
        if (code == 0 && b->token && !b->is_recovery && b->at.file && b->at.line > 0 &&
            strcmp(b->token, token) == 0)
            code = drop_from_line(c, b->at.file, b->at.line, token, e);
    return code == 0 ? drop_from_sources(c, token, e) : code;
}
