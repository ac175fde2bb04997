#include "syntax/interfaces_lines.h"

#include "base/limits.h"
#include "base/strbuf.h"

#define BLANKS " \t\r\v\f"

static struct bytes trim_end(struct bytes b)
{
    while (b.len > 0 && b.ptr[b.len - 1] && strchr(BLANKS, b.ptr[b.len - 1]))
        b.len--;
    return b;
}

static struct bytes trim(struct bytes b)
{
    while (b.len > 0 && b.ptr[0] && strchr(BLANKS, b.ptr[0]))
        b = bytes_cut(b, 1, b.len);
    return trim_end(b);
}

static bool take_line(struct bytes *rest, struct bytes *line)
{
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t n = end ? (size_t)(end - rest->ptr) : rest->len;
    *line = trim_end(bytes_cut(*rest, 0, n));
    *rest = bytes_cut(*rest, n + 1, rest->len);
    return true;
}

/* config.c get_line: comments and blank lines are passed over, a backslash at the end joins. NUMBER
 * is that of the last line that was joined, which ifupdown names too. */
static bool take_joined(struct arena *a, struct bytes *rest, int *next, struct bytes *out,
                        int *number)
{
    struct bytes line;
    do {
        if (!take_line(rest, &line))
            return false;
        line = trim(line);
        *number = (*next)++;
    } while (line.len == 0 || line.ptr[0] == '#');
    *out = line;
    if (line.ptr[line.len - 1] != '\\')
        return true;
    struct strbuf joined;
    strbuf_init(&joined, a);
    while (line.len > 0 && line.ptr[line.len - 1] == '\\') {
        strbuf_add_bytes(&joined, bytes_cut(line, 0, line.len - 1));
        if (!take_line(rest, &line))
            line.len = 0;
        else
            *number = (*next)++;
    }
    strbuf_add_bytes(&joined, line);
    *out = trim(strbuf_bytes(&joined));
    return true;
}

static void split(struct arena *a, struct bytes text, struct interfaces_line *out)
{
    size_t most = 1, n = 0;
    for (size_t i = 0; i < text.len; i++)
        most += strchr(BLANKS, text.ptr[i]) != NULL;
    out->words = arena_alloc_array(a, most, sizeof *out->words);
    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        while (i < text.len && !(text.ptr[i] && strchr(BLANKS, text.ptr[i])))
            i++;
        if (i > start && n < most)
            out->words[n++] = arena_text(a, bytes_cut(text, start, i));
        while (i < text.len && text.ptr[i] && strchr(BLANKS, text.ptr[i]))
            i++;
    }
    out->count = n;
}

static enum interfaces_word word_of(const char *word)
{
    static const struct {
        const char *text;
        enum interfaces_word word;
    } words[] = {
        {"auto", INTERFACES_AUTO},
        {"allow-auto", INTERFACES_AUTO},
        {"allow-hotplug", INTERFACES_HOTPLUG},
        {"iface", INTERFACES_IFACE},
        {"mapping", INTERFACES_MAPPING},
        {"source", INTERFACES_SOURCE},
        {"source-directory", INTERFACES_SOURCE_DIRECTORY},
        {"rename", INTERFACES_OTHER},
        {"no-auto-down", INTERFACES_OTHER},
        {"no-scripts", INTERFACES_OTHER},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].text, word) == 0)
            return words[i].word;
    return strncmp(word, "allow-", 6) == 0 && word[6] ? INTERFACES_OTHER : INTERFACES_OPTION;
}

/* inet.defn, inet6.defn and their like: families, with their methods between blanks. */
static const struct {
    const char *family, *methods;
} families[] = {
    {"inet", " loopback static manual dhcp bootp tunnel ppp wvdial ipv4ll "},
    {"inet6", " loopback auto static manual dhcp v4tunnel 6to4 tunnel ppp wvdial "},
    {"ipx", " static dynamic "},
    {"can", " static "},
};

static const char *methods_of(const char *family)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].family, family) == 0)
            return families[i].methods;
    return NULL;
}

static bool is_among(const char *word, const char *words)
{
    size_t n = strlen(word);
    for (const char *w = words; *w && n > 0; w++)
        if (*w == ' ' && strncmp(w + 1, word, n) == 0 && w[n + 1] == ' ')
            return true;
    return false;
}

static bool has_iface(const struct interfaces_lines *lines, const char *name, const char *family)
{
    for (size_t i = 0; i < lines->items.count; i++) {
        const struct interfaces_line *l = &lines->items.items[i];
        if (l->word == INTERFACES_IFACE && strcmp(l->words[1], name) == 0 &&
            (!family || (l->family && strcmp(l->family, family) == 0)))
            return true;
    }
    return false;
}

/* iface NAME [FAMILY [METHOD]] [inherits NAME] in any order (config.c); a further word ends it. */
static const char *read_iface(const struct interfaces_lines *lines, struct interfaces_line *l)
{
    const char *parent = NULL;
    if (l->count < 2)
        return "too few parameters for iface line";
    for (size_t i = 2; i < l->count; i++) {
        const char *word = l->words[i];
        if (strcmp(word, "inherits") == 0) {
            if (++i >= l->count)
                return "inherits names no interface";
            parent = l->words[i];
        } else if (!l->family) {
            if (!methods_of(word))
                return "unknown address family";
            l->family = word;
        } else if (!l->method) {
            if (!is_among(word, methods_of(l->family)))
                return "unknown method";
            l->method = word;
        } else {
            break;
        }
    }
    if (parent)
        return has_iface(lines, parent, l->family)
                   ? NULL
                   : "inherits from an interface that is not defined above";
    return !l->family ? "no address family" : !l->method ? "no method" : NULL;
}

void interfaces_lines_read(struct arena *a, struct bytes text, bool lenient,
                           struct interfaces_lines *out)
{
    *out = (struct interfaces_lines){0};
    struct bytes rest = text, line;
    enum interfaces_word stanza = INTERFACES_OTHER;
    int next = 1, number;
    bool has_script = false; /* of this mapping */
    for (unsigned n = 0; n < LIMIT_PARSE_NODES && take_joined(a, &rest, &next, &line, &number);
         n++) {
        struct interfaces_line l = {.line = number};
        split(a, line, &l);
        if (l.count == 0)
            continue;
        l.word = word_of(l.words[0]);
        if (l.word == INTERFACES_IFACE)
            out->fault = read_iface(out, &l);
        else if (l.word == INTERFACES_OPTION && stanza == INTERFACES_OTHER)
            out->fault = "misplaced option";
        else if (l.word == INTERFACES_OPTION && stanza == INTERFACES_MAPPING &&
                 strcmp(l.words[0], "script") != 0 && strcmp(l.words[0], "map") != 0)
            out->fault = "misplaced option";
        else if (l.word == INTERFACES_OPTION && stanza == INTERFACES_MAPPING &&
                 strcmp(l.words[0], "script") == 0 && has_script)
            out->fault = "duplicate script in mapping";
        else if (l.word == INTERFACES_OPTION && stanza == INTERFACES_IFACE && l.count < 2)
            out->fault = "option with empty value";
        if (lenient)
            out->fault = NULL;
        if (out->fault) {
            out->fault_line = number;
            return;
        }
        has_script =
            l.word == INTERFACES_OPTION && (has_script || strcmp(l.words[0], "script") == 0);
        if (l.word == INTERFACES_IFACE || l.word == INTERFACES_MAPPING)
            stanza = l.word;
        else if (l.word != INTERFACES_OPTION)
            stanza = INTERFACES_OTHER;
        vec_push(a, &out->items, l);
    }
}
