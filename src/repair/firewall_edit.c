#include "repair/firewall_edit.h"

#include <string.h>

#include "facts/collect.h"

/* --- nftables --------------------------------------------------------------------------------- */

/* A place in the lines of a file. */
struct cursor {
    const struct text_file *f;
    size_t line, column; /* from 0 */
};

static int peek(const struct cursor *at)
{
    if (at->line >= at->f->lines.count)
        return -1;
    struct bytes text = at->f->lines.items[at->line].text;
    return at->column < text.len ? (unsigned char)text.ptr[at->column] : '\n';
}

static void advance(struct cursor *at)
{
    if (peek(at) == '\n') {
        at->line++;
        at->column = 0;
    } else {
        at->column++;
    }
}

/* A backslash at the end of its line, or a comment. */
static bool skip_joint(struct cursor *at)
{
    struct bytes text = at->f->lines.items[at->line].text;
    int c = peek(at);
    if (c == '\\' && at->column + 1 == text.len) {
        at->line++;
        at->column = 0;
        return true;
    }
    if (c == '#')
        at->column = text.len;
    return c == '#';
}

/* The next statement's words (without what stands in quotes); AT: behind its end. False: the block
 * ends before. */
static bool take_statement(struct arena *a, struct cursor *at, struct strbuf *words, int *end)
{
    int depth = 0;
    strbuf_init(words, a);
    for (int c; (c = peek(at)) >= 0;) {
        if (skip_joint(at))
            continue;
        bool ends = depth == 0 && (c == ';' || c == '\n');
        if (ends && words->len == strspn(words->ptr, " \t")) {
            advance(at); /* an empty one */
            continue;
        }
        if (ends) {
            advance(at);
            *end = c;
            return true;
        }
        if (c == '}' && depth == 0)
            return false;
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        strbuf_add_char(words, c == '\n' || c == '\t' ? ' ' : (char)c);
        advance(at);
        if (c == '"')
            while ((c = peek(at)) >= 0 && c != '"' && c != '\n')
                advance(at);
        if (c == '"' && peek(at) == '"')
            advance(at);
    }
    return false;
}

static bool begins(const char *words, const char *word)
{
    words += strspn(words, " \t");
    size_t n = strlen(word);
    return strncmp(words, word, n) == 0 && strchr(" \t=", words[n]);
}

/* Is nothing but blanks and a comment between AT and the end of its line? */
static bool line_ends(const struct cursor *at)
{
    if (at->column == 0)
        return true;
    struct bytes text = at->f->lines.items[at->line].text;
    size_t i = at->column;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t'))
        i++;
    return i >= text.len || text.ptr[i] == '#';
}

static const char *indentation(struct arena *a, struct bytes text)
{
    size_t n = 0;
    while (n < text.len && (text.ptr[n] == ' ' || text.ptr[n] == '\t'))
        n++;
    return arena_text(a, bytes_cut(text, 0, n));
}

/* The place of "type … hook …" in a line; its length when there is none. */
static size_t type_at(struct arena *a, struct bytes line)
{
    const char *text = arena_text(a, line);
    const char *comment = strchr(text, '#');
    for (const char *p = text; (p = strstr(p, "type ")) != NULL; p++)
        if ((p == text || strchr(" \t{;", p[-1])) && (!comment || p < comment) && strstr(p, "hook"))
            return (size_t)(p - text);
    return line.len;
}

/* The record stands at the chain's policy, else where the chain begins. */
static bool find_type(struct arena *a, const struct text_file *f, size_t line, struct cursor *out)
{
    bool up = text_find(f->lines.items[line].text, "policy") < f->lines.items[line].text.len;
    for (size_t i = line; i < f->lines.count; i = up ? i - 1 : i + 1) {
        size_t at = type_at(a, f->lines.items[i].text);
        if (at < f->lines.items[i].text.len) {
            *out = (struct cursor){f, i, at};
            return true;
        }
        if (up && i == 0)
            break;
    }
    return false;
}

int firewall_edit_nft(struct verb_context *c, const struct firewall_fact *head, const char *port,
                      struct err *e)
{
    static const char *const heads[] = {"type", "policy", "device", "devices", "flags", "comment"};
    struct text_file f;
    struct text_line *there;
    int code = text_open_line(c, head->at.file, head->at.line, &f, &there, e);
    if (code != 0)
        return code;
    struct cursor here, behind = {0};
    if (!find_type(c->arena, &f, (size_t)head->at.line - 1, &here))
        return err_set_at(e, ERR_SYNTAX, f.path, head->at.line, 0,
                          "the type of the chain is not where it was read");
    struct strbuf words;
    int end = 0;
    for (struct cursor now = here; take_statement(c->arena, &now, &words, &end);) {
        bool is_head = false;
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            is_head |= begins(words.ptr, heads[i]);
        if (!is_head)
            break;
        behind = now;
    }
    if (!behind.f)
        return err_set_at(e, ERR_SYNTAX, f.path, head->at.line, 0,
                          "no place for a rule can be found in this chain");
    if (!line_ends(&behind)) {
        struct text_line *line = &f.lines.items[behind.line];
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(line->text, 0, behind.column));
        strbuf_printf(&out, " tcp dport %s accept;", port);
        strbuf_add_bytes(&out, bytes_cut(line->text, behind.column, line->text.len));
        text_set(line, strbuf_bytes(&out));
        return text_save(c, &f, e);
    }
    size_t next = behind.column == 0 ? behind.line : behind.line + 1;
    const char *indent = indentation(c->arena, f.lines.items[next - 1].text);
    text_insert(c, &f, (int)next + 1,
                arena_printf(c->arena, "%stcp dport %s accept", indent, port));
    return text_save(c, &f, e);
}

/* --- iptables-restore ------------------------------------------------------------------------- */

/* "-A INPUT …", with or without counters before it. */
static bool is_input_rule(struct bytes text)
{
    if (text.len > 0 && text.ptr[0] == '[') {
        const char *end = memchr(text.ptr, ']', text.len);
        size_t n = end ? (size_t)(end - text.ptr) + 1 : 0;
        while (n < text.len && text.ptr[n] == ' ')
            n++;
        text = bytes_cut(text, n, text.len);
    }
    return bytes_start_with(text, "-A INPUT ") || bytes_start_with(text, "-I INPUT ");
}

bool firewall_edit_is_restored(struct verb_context *c, const char *path)
{
    struct text_file f;
    struct err ignored = {0};
    if (text_open(c, path, false, &f, &ignored) != 0)
        return false;
    vec_each (line, &f.lines) {
        struct bytes text = text_trim(line->text);
        if (text.len > 0 && text.ptr[0] != '#')
            return text.ptr[0] == '*';
    }
    return false;
}

int firewall_edit_restored(struct verb_context *c, const char *path, const char *port,
                           struct err *e)
{
    const char *rule = arena_printf(c->arena, "-A INPUT -p tcp -m tcp --dport %s -j ACCEPT", port);
    struct text_file f;
    bool in_filter = false;
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    for (size_t i = 0; i < f.lines.count; i++) {
        struct bytes text = text_trim(f.lines.items[i].text);
        if (text.len > 0 && text.ptr[0] == '*')
            in_filter = bytes_equal_text(text, "*filter");
        if (!in_filter || (!is_input_rule(text) && !bytes_equal_text(text, "COMMIT")))
            continue;
        if (bytes_equal_text(text, rule))
            return 0;
        text_insert(c, &f, (int)i + 1, rule);
        return text_save(c, &f, e);
    }
    return err_set_at(e, ERR_SYNTAX, f.path, 0, 0, "it has no table filter that is committed");
}

/* --- ufw -------------------------------------------------------------------------------------- */

int firewall_edit_ufw(struct verb_context *c, bool six, const char *port, struct err *e)
{
    static const char *const directories[] = {"/etc/ufw", "/lib/ufw", "/var/lib/ufw"};
    const char *any = six ? "::/0" : "0.0.0.0/0", *path = NULL;
    for (size_t i = 0; i < sizeof directories / sizeof *directories && !path; i++) {
        path = arena_printf(c->arena, "%s/user%s.rules", directories[i], six ? "6" : "");
        if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
            path = NULL;
    }
    if (!path)
        return err_set(e, ERR_NOT_FOUND, "ufw has no file of rules (user.rules) on this disk");
    struct text_file f;
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    const char *rule = arena_printf(c->arena, "-A ufw%s-user-input -p tcp --dport %s -j ACCEPT",
                                    six ? "6" : "", port);
    for (size_t i = 0; i < f.lines.count; i++) {
        if (!bytes_equal_text(text_trim(f.lines.items[i].text), "### RULES ###"))
            continue;
        if (i + 3 < f.lines.count && bytes_equal_text(f.lines.items[i + 3].text, rule))
            return 0;
        int at = (int)i + 2;
        text_insert(c, &f, at, "");
        text_insert(c, &f, at + 1,
                    arena_printf(c->arena, "### tuple ### allow tcp %s %s any %s in", port, any,
                                 any));
        text_insert(c, &f, at + 2, rule);
        return text_save(c, &f, e);
    }
    return err_set_at(e, ERR_SYNTAX, f.path, 0, 0, "it has no line \"### RULES ###\"");
}
