#include "repair/sudo_edit.h"

#include <ctype.h>
#include <string.h>

#include "base/path.h"

#define MAIN_FILE "/etc/sudoers"

bool sudo_edit_is(const struct sudo_fact *s, const char *item)
{
    return strcmp(s->item, item) == 0;
}

bool sudo_edit_is_plain_name(const char *name, struct err *e)
{
    bool good = *name && !isdigit((unsigned char)*name) && strcmp(name, "ALL") != 0;
    bool has_lower = false;
    for (const char *p = name; *p; p++) {
        good = good && (isalnum((unsigned char)*p) || strchr("._-", *p));
        has_lower |= islower((unsigned char)*p) != 0;
    }
    /* A word in capitals is an alias to sudo. */
    if (!good || !has_lower || *name == '-')
        err_set(e, ERR_REFUSED, "\"%s\" is no name that a line of sudoers could hold", name);
    return good && has_lower && *name != '-';
}

/* --- comments ----------------------------------------------------------------------------------
 */

static bool goes_on(const struct text_line *line)
{
    return line->text.len > 0 && line->text.ptr[line->text.len - 1] == '\\';
}

static bool is_comment(struct bytes text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    struct bytes rest = bytes_cut(text, at, text.len);
    return rest.len > 0 && rest.ptr[0] == '#' && !bytes_start_with(rest, "#include") &&
           !(rest.len > 1 && isdigit((unsigned char)rest.ptr[1]));
}

void sudo_edit_statement(const struct text_file *f, int line, int *first, int *last)
{
    size_t from = (size_t)line - 1, to = from;
    while (from > 0 && goes_on(&f->lines.items[from - 1]) &&
           !is_comment(f->lines.items[from - 1].text))
        from--;
    while (to + 1 < f->lines.count && goes_on(&f->lines.items[to]))
        to++;
    *first = (int)from + 1;
    *last = (int)to + 1;
}

int sudo_edit_comment(struct verb_context *c, const char *path, int line, struct err *e)
{
    struct text_file f;
    struct text_line *there;
    int code = text_open_line(c, path, line, &f, &there, e);
    if (code != 0)
        return code;
    int first, last;
    sudo_edit_statement(&f, line, &first, &last);
    for (int i = first; i <= last; i++) {
        struct text_line *l = &f.lines.items[i - 1];
        if (!is_comment(l->text))
            text_set(l, bytes_of(arena_printf(c->arena, "# diskmend %s: %s", c->rule,
                                              arena_text(c->arena, l->text))));
    }
    return text_save(c, &f, e);
}

/* --- one setting -------------------------------------------------------------------------------
 */

static bool is_setting(struct bytes item, const char *name)
{
    size_t n = strlen(name), at = 0;
    while (at < item.len && (item.ptr[at] == ' ' || item.ptr[at] == '\t'))
        at++;
    item = bytes_cut(item, at, item.len);
    return bytes_start_with(item, name) &&
           (item.len == n || strchr(" \t=+-\\", item.ptr[n]) != NULL);
}

int sudo_edit_drop_setting(struct verb_context *c, const char *path, int line, const char *name,
                           struct err *e)
{
    struct text_file f;
    struct text_line *l;
    int code = text_open_line(c, path, line, &f, &l, e);
    if (code != 0)
        return code;
    struct bytes text = l->text;
    size_t head = 0, dropped = 0;
    while (head < text.len && (text.ptr[head] == ' ' || text.ptr[head] == '\t'))
        head++;
    while (head < text.len && text.ptr[head] != ' ' && text.ptr[head] != '\t')
        head++;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    bool quoted = false, any = false;
    for (size_t from = head, at = head; at <= text.len; at++) {
        if (at < text.len && text.ptr[at] == '"')
            quoted = !quoted;
        if (at < text.len && (text.ptr[at] != ',' || quoted))
            continue;
        struct bytes item = bytes_cut(text, from, at);
        from = at + 1;
        if (is_setting(item, name)) {
            dropped++;
            continue;
        }
        strbuf_add(&out, any ? "," : "");
        strbuf_add_bytes(&out, item);
        any = true;
    }
    if (dropped == 0 || !any)
        return sudo_edit_comment(c, path, line, e);
    struct strbuf whole;
    strbuf_init(&whole, c->arena);
    strbuf_add_bytes(&whole, bytes_cut(text, 0, head));
    strbuf_add(&whole, out.len > 0 && strchr(" \t", out.ptr[0]) ? "" : " ");
    strbuf_add(&whole, out.ptr);
    text_set(l, strbuf_bytes(&whole));
    return text_save(c, &f, e);
}

/* --- a line of one's own -----------------------------------------------------------------------
 */

/* The directory of drop-ins that sudo reads from its main file; the last one. */
static const struct sudo_fact *drop_in_directory(const struct verb_context *c)
{
    const struct sudo_fact *found = NULL;
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "directory") && s->counts && !s->defect)
            found = s;
    return found;
}

static const char *main_file(const struct verb_context *c)
{
    vec_each (s, &c->facts->sudo)
        if (sudo_edit_is(s, "file") && s->path)
            return s->path;
    return MAIN_FILE;
}

/* Our file's name in DIRECTORY. sudo skips names with a dot and those that end in "~". */
static const char *drop_in_path(struct verb_context *c, const char *directory, const char *user,
                                const char *behind)
{
    static const char *const numbers[] = {"90", "zz", "zzzzzzzz"};
    char *name = arena_strdup(c->arena, user);
    for (char *p = name; *p; p++)
        if (*p == '.')
            *p = '_';
    const char *file = NULL;
    for (size_t i = 0; i < 3; i++) {
        file = arena_printf(c->arena, "%s-diskmend-%s", numbers[i], name);
        if (!behind || strcmp(behind, file) <= 0)
            break;
    }
    return path_join(c->arena, directory, file);
}

static int put_line(struct verb_context *c, const char *path, const char *text, struct err *e)
{
    struct text_file f;
    if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
        return text_put(c, path, bytes_of(arena_printf(c->arena, "%s\n", text)), 0440, 0, 0, e);
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    vec_each (line, &f.lines)
        if (bytes_equal_text(line->text, text))
            return 0;
    if (f.lines.count > 0 && goes_on(&f.lines.items[f.lines.count - 1]))
        text_insert(c, &f, 0, "");
    text_insert(c, &f, 0, text);
    return text_save(c, &f, e);
}

/* Does the main file go on with that rule after it has included the directory? */
static bool comes_behind_directory(struct verb_context *c, const char *main,
                                   const struct place *rule)
{
    struct text_file f;
    struct err e = {0};
    int last = 0;
    if (!rule->file || strcmp(rule->file, main) != 0 || text_open(c, main, false, &f, &e) != 0)
        return false;
    for (size_t i = 0; i < f.lines.count; i++)
        if (bytes_start_with(f.lines.items[i].text, "#includedir") ||
            bytes_start_with(f.lines.items[i].text, "@includedir"))
            last = (int)i + 1;
    return rule->line > last;
}

int sudo_edit_for_user(struct verb_context *c, const char *user, const char *text,
                       const struct place *after, struct err *e)
{
    if (!sudo_edit_is_plain_name(user, e))
        return ERR_REFUSED;
    const struct sudo_fact *directory = drop_in_directory(c);
    const char *main = main_file(c), *behind = NULL;
    if (!directory || (after && comes_behind_directory(c, main, after)))
        return put_line(c, main, text, e);
    if (after && after->file && strcmp(path_parent(c->arena, after->file), directory->path) == 0)
        behind = path_name(after->file);
    return put_line(c, drop_in_path(c, directory->path, user, behind), text, e);
}

const char *sudo_edit_rule(struct verb_context *c, const struct account_fact *account,
                           bool without_password)
{
    return arena_printf(c->arena, "%s ALL=(ALL:ALL) %sALL", account->name,
                        without_password ? "NOPASSWD: " : "");
}

/* --- tags --------------------------------------------------------------------------------------
 */

size_t sudo_edit_tags_at(struct bytes text)
{
    const char *equals = memchr(text.ptr, '=', text.len);
    size_t at = equals ? (size_t)(equals - text.ptr) + 1 : text.len;
    if (!equals || memchr(text.ptr + at, '=', text.len - at) || memchr(text.ptr, '"', text.len))
        return 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    if (at < text.len && text.ptr[at] == '(') {
        const char *close = memchr(text.ptr + at, ')', text.len - at);
        if (!close)
            return 0;
        at = (size_t)(close - text.ptr) + 1;
    }
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return at < text.len && text.ptr[at] != '\\' ? at : 0;
}

/* Does the tag NOPASSWD stand at AT? Not the end of a longer word, and a colon behind it. */
static bool is_no_password(struct bytes text, size_t at)
{
    static const char tag[] = "NOPASSWD";
    size_t end = at + sizeof tag - 1;
    if (!bytes_start_with(bytes_cut(text, at, text.len), tag) ||
        (at > 0 && !strchr(" \t:,=)", text.ptr[at - 1])))
        return false;
    while (end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '\t'))
        end++;
    return end < text.len && text.ptr[end] == ':';
}

static bool turn_tags(struct verb_context *c, struct text_line *line)
{
    struct strbuf out;
    bool any = false;
    strbuf_init(&out, c->arena);
    for (size_t i = 0; i < line->text.len; i++) {
        if (is_no_password(line->text, i)) {
            any = true;
            i += 2;
        }
        strbuf_add_char(&out, line->text.ptr[i]);
    }
    if (any)
        text_set(line, strbuf_bytes(&out));
    return any;
}

int sudo_edit_ask_password(struct verb_context *c, const char *path, int line, struct err *e)
{
    struct text_file f;
    bool any = false;
    int first, last, code = text_open(c, path, true, &f, e);
    if (code != 0)
        return code;
    sudo_edit_statement(&f, line, &first, &last);
    for (int i = first; i <= last; i++)
        any |= turn_tags(c, &f.lines.items[i - 1]);
    struct text_line *l = &f.lines.items[line - 1];
    size_t at = any ? 0 : sudo_edit_tags_at(l->text);
    if (at > 0) {
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(l->text, 0, at));
        strbuf_add(&out, "PASSWD: ");
        strbuf_add_bytes(&out, bytes_cut(l->text, at, l->text.len));
        text_set(l, strbuf_bytes(&out));
    }
    return text_save(c, &f, e);
}
