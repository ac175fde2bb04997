/* Unit files as settings. systemd: conf-parser.c. */
#include "facts/unit_parts.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "facts/collect.h"

/* conf-parser.c parse_line: one logical line. */
static void take_line(struct arena *a, const char *path, int line, struct bytes text,
                      const char **section, struct unit_file *out)
{
    text = text_trim(text);
    if (text.len == 0 || text.ptr[0] == '#' || text.ptr[0] == ';')
        return;
    if (text.ptr[0] == '[') {
        if (text.ptr[text.len - 1] != ']') {
            if (!out->problem) {
                out->problem = "bad section header";
                out->problem_at = (struct place){path, line, 1};
            }
            return;
        }
        *section = arena_text(a, bytes_cut(text, 1, text.len - 1));
        return;
    }
    const char *equals = memchr(text.ptr, '=', text.len);
    if (!equals || !*section)
        return; /* systemd logs and ignores it */
    size_t at = (size_t)(equals - text.ptr);
    vec_push(a, &out->settings,
             ((struct unit_setting){*section,
                                    arena_text(a, text_trim(bytes_cut(text, 0, at))),
                                    arena_text(a, text_trim(bytes_cut(text, at + 1, text.len))),
                                    {path, line, 0}}));
}

void unit_file_parse(struct arena *a, const char *path, struct bytes text, struct unit_file *out)
{
    const char *section = NULL;
    struct bytes rest = text, line;
    struct strbuf whole;
    bool continues = false;
    int first = 1;
    strbuf_init(&whole, a);
    for (int n = 1; text_next_line(&rest, &line); n++) {
        if (n == 1 && bytes_start_with(line, "\xef\xbb\xbf"))
            line = bytes_cut(line, 3, line.len);
        struct bytes trimmed = text_trim(line);
        if (continues && trimmed.len > 0 && (trimmed.ptr[0] == '#' || trimmed.ptr[0] == ';'))
            continue; /* comments inside a continued line vanish */
        if (!continues) {
            first = n;
            strbuf_init(&whole, a);
        }
        size_t slashes = 0;
        while (slashes < line.len && line.ptr[line.len - 1 - slashes] == '\\')
            slashes++;
        bool is_comment =
            !continues && trimmed.len > 0 && (trimmed.ptr[0] == '#' || trimmed.ptr[0] == ';');
        continues = slashes % 2 == 1 && !is_comment;
        strbuf_add_bytes(&whole, bytes_cut(line, 0, continues ? line.len - 1 : line.len));
        if (continues)
            strbuf_add_char(&whole, ' ');
        else
            take_line(a, path, first, strbuf_bytes(&whole), &section, out);
    }
    if (continues)
        take_line(a, path, first, strbuf_bytes(&whole), &section, out);
}

const struct unit_setting *unit_last(const struct unit_file *u, const char *section,
                                     const char *key)
{
    const struct unit_setting *found = NULL;
    vec_each (s, &u->settings)
        if (strcmp(s->section, section) == 0 && strcmp(s->key, key) == 0)
            found = s->value[0] ? s : NULL;
    return found;
}

size_t unit_list(struct arena *a, const struct unit_file *u, const char *section, const char *key,
                 const struct unit_setting ***out)
{
    const struct unit_setting **list = arena_alloc_array(a, u->settings.count, sizeof *list);
    size_t n = 0;
    vec_each (s, &u->settings) {
        if (strcmp(s->section, section) != 0 || strcmp(s->key, key) != 0)
            continue;
        if (s->value[0])
            list[n++] = s;
        else
            n = 0;
    }
    *out = list;
    return n;
}

struct text_list unit_words(struct arena *a, const char *value)
{
    struct text_list words = {0};
    const char *p = value;
    while (*p && words.count < 4096) {
        p += strspn(p, " \t\r\n");
        if (!*p)
            break;
        struct strbuf s;
        strbuf_init(&s, a);
        char quote = '\0';
        for (; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
            if (quote && *p == quote)
                quote = '\0';
            else if (!quote && (*p == '"' || *p == '\''))
                quote = *p;
            else if (*p == '\\' && p[1])
                strbuf_add_char(&s, *++p);
            else
                strbuf_add_char(&s, *p);
        }
        text_list_add(a, &words, s.ptr);
    }
    return words;
}

static void load_one(const struct unit_tree *u, const char *path, struct unit_file *out)
{
    struct read_answer r = tree_read(u->f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_UNREADABLE) {
        struct link_answer link = tree_readlink(u->f->tree, path);
        if (link.presence == PRESENCE_PRESENT && strcmp(link.target, "/dev/null") == 0)
            return; /* a drop-in that is masked */
        facts_add_gap(u->f, "unit", place_of_file(path), r.reason);
    }
    if (r.cut)
        facts_add_gap(u->f, "unit", place_of_file(path),
                      "a limit was hit: larger than 1 MiB, the rest is not read");
    if (r.presence == PRESENCE_PRESENT)
        unit_file_parse(u->f->arena, path, r.content, out);
}

void unit_load(const struct unit_tree *u, const struct unit_source *source,
               const struct text_list *drop_ins, struct unit_file *out)
{
    if (source->kind != UNIT_FOUND)
        return;
    load_one(u, source->path, out);
    for (size_t i = 0; i < drop_ins->count; i++)
        load_one(u, drop_ins->items[i], out);
}
