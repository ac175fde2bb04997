/* libselinux: label_file.c init, process_line, sort_specs, lookup; selabel_file(5). */
#include "repair/label.h"

#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "guest/overlay.h"
#include "repair/label_pattern.h"

#define SPECS_MAX     50000u
#define CONTEXT_MAX   512u
#define MATCH_BUDGET  4000000L /* of one path: some milliseconds, and as many bytes */
#define CONTEXT_FILES 5

struct spec {
    const char *pattern, *label;
    size_t stem; /* bytes of PATTERN that stand for themselves */
    int type;    /* of enum node_type; -1: any */
    bool is_plain;
};

struct substitute {
    const char *from, *to;
};

struct label_table {
    VEC(struct spec) specs;
    VEC(struct substitute) subs, subs_dist;
};

/* --- reading -----------------------------------------------------------------------------------
 */

static const char *word_of(struct arena *a, struct bytes *rest)
{
    size_t n = 0;
    while (rest->len > 0 && strchr(" \t\r", rest->ptr[0]) && rest->ptr[0])
        *rest = bytes_cut(*rest, 1, rest->len);
    while (n < rest->len && rest->ptr[n] && !strchr(" \t\r", rest->ptr[n]))
        n++;
    const char *word = n > 0 ? arena_text(a, bytes_cut(*rest, 0, n)) : NULL;
    *rest = bytes_cut(*rest, n, rest->len);
    return word;
}

static bool type_of(const char *word, int *type)
{
    static const struct {
        const char *word;
        int type;
    } rows[] = {{"--", NODE_FILE},
                {"-d", NODE_DIRECTORY},
                {"-l", NODE_SYMLINK},
                {"-p", NODE_FIFO},
                {"-s", NODE_SOCKET},
                {"-b", NODE_BLOCK_DEVICE},
                {"-c", NODE_CHARACTER_DEVICE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].word, word) == 0) {
            *type = rows[i].type;
            return true;
        }
    return false;
}

/* A plain name as it stands for itself. */
static const char *unescaped(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *to = out;
    for (const char *p = text; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        *to++ = *p;
    }
    *to = '\0';
    return out;
}

static void add_spec(struct arena *a, struct label_table *t, struct bytes line)
{
    struct spec s = {.type = -1};
    const char *pattern = word_of(a, &line), *second = word_of(a, &line);
    const char *third = word_of(a, &line);
    if (!pattern || *pattern == '#' || !second || t->specs.count >= SPECS_MAX)
        return;
    if (third && !type_of(second, &s.type))
        return;
    s.label = third ? third : second;
    if (strlen(s.label) > CONTEXT_MAX)
        return;
    s.is_plain = label_pattern_is_plain(pattern);
    s.pattern = s.is_plain ? unescaped(a, pattern) : pattern;
    s.stem = s.is_plain ? 0 : label_pattern_stem(pattern);
    vec_push(a, &t->specs, s);
}

static bool next_line(struct bytes *rest, struct bytes *line)
{
    if (rest->len == 0)
        return false;
    const char *newline = memchr(rest->ptr, '\n', rest->len);
    size_t n = newline ? (size_t)(newline - rest->ptr) : rest->len;
    *line = bytes_cut(*rest, 0, n);
    *rest = bytes_cut(*rest, n + 1, rest->len);
    return true;
}

static void add_substitute(struct arena *a, struct label_table *t, bool is_dist, struct bytes line)
{
    const char *from = word_of(a, &line), *to = word_of(a, &line);
    size_t n = is_dist ? t->subs_dist.count : t->subs.count;
    if (!from || !to || *from != '/' || n >= SPECS_MAX)
        return;
    struct substitute s = {path_tidy(a, from), path_tidy(a, to)};
    if (is_dist)
        vec_push(a, &t->subs_dist, s);
    else
        vec_push(a, &t->subs, s);
}

struct label_table *label_table_parse(struct arena *a, const struct bytes texts[5])
{
    struct label_table *t = arena_new_struct(a, struct label_table);
    for (int i = 0; i < CONTEXT_FILES; i++) {
        struct bytes rest = texts[i], line;
        while (next_line(&rest, &line)) {
            if (i < 3)
                add_spec(a, t, line);
            else
                add_substitute(a, t, i == 3, line);
        }
    }
    return t;
}

static const char *setting(const struct facts *f, const char *key)
{
    vec_each (c, &f->conf)
        if (c->purpose && c->key && strcmp(c->purpose, "selinux") == 0 && strcmp(c->key, key) == 0)
            return c->value;
    return NULL;
}

bool label_is_used(const struct facts *f, struct tree *t)
{
    const char *mode = setting(f, "SELINUX");
    if (!mode || (strcmp(mode, "enforcing") != 0 && strcmp(mode, "permissive") != 0))
        return false;
    static const char *const known[] = {"/etc", "/etc/passwd", "/usr", "/etc/ssh"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct xattrs_answer x = tree_xattrs(t, known[i]);
        for (size_t k = 0; x.presence == PRESENCE_PRESENT && k < x.count; k++)
            if (strcmp(x.xattrs[k].name, "security.selinux") == 0)
                return true;
    }
    return false;
}

struct label_table *label_table_read(struct arena *a, const struct facts *f, struct tree *t,
                                     const char **reason)
{
    static const char *const ends[CONTEXT_FILES] = {"", ".homedirs", ".local", ".subs_dist",
                                                    ".subs"};
    const char *type = setting(f, "SELINUXTYPE");
    struct bytes texts[CONTEXT_FILES] = {{0}};
    if (!type || !*type || strchr(type, '/') || *type == '.')
        type = "targeted";
    for (int i = 0; i < CONTEXT_FILES; i++) {
        const char *path =
            arena_printf(a, "/etc/selinux/%s/contexts/files/file_contexts%s", type, ends[i]);
        struct read_answer r = tree_read(t, path, LIMIT_EDIT_BYTES);
        bool bad = r.presence == PRESENCE_UNREADABLE || (r.presence == PRESENCE_PRESENT && r.cut);
        if (bad || (i == 0 && r.presence == PRESENCE_ABSENT)) {
            *reason = arena_printf(a, "%s %s", path,
                                   r.presence == PRESENCE_ABSENT ? "is missing"
                                   : r.reason                    ? r.reason
                                                                 : "is too large");
            return NULL;
        }
        texts[i] = r.presence == PRESENCE_PRESENT ? r.content : (struct bytes){0};
    }
    return label_table_parse(a, texts);
}

/* --- looking up --------------------------------------------------------------------------------
 */

/* The later line goes first: selabel_subs_init puts each before those it has. */
static const char *substituted(struct arena *a, const struct substitute *list, size_t count,
                               const char *path)
{
    for (size_t i = count; i > 0; i--) {
        size_t n = strlen(list[i - 1].from);
        if (strncmp(path, list[i - 1].from, n) == 0 && (path[n] == '/' || path[n] == '\0')) {
            bool is_root = strcmp(list[i - 1].to, "/") == 0;
            return arena_printf(a, "%s%s", is_root && path[n] ? "" : list[i - 1].to, path + n);
        }
    }
    return path;
}

static enum label_match spec_match(struct arena *a, const struct spec *s, const char *path,
                                   enum node_type type, long *budget)
{
    if (s->type >= 0 && s->type != (int)type)
        return LABEL_MATCH_NO;
    if (s->is_plain)
        return strcmp(s->pattern, path) == 0 ? LABEL_MATCH_YES : LABEL_MATCH_NO;
    if (strncmp(s->pattern, path, s->stem) != 0)
        return LABEL_MATCH_NO;
    return label_pattern_match(a, s->pattern, path, budget);
}

/* Plain names go before patterns, and of each kind the last one that fits holds. */
enum label_answer label_of(struct arena *a, const struct label_table *table, const char *path,
                           enum node_type type, const char **label)
{
    long budget = MATCH_BUDGET;
    path = substituted(a, table->subs.items, table->subs.count, path);
    path = substituted(a, table->subs_dist.items, table->subs_dist.count, path);
    for (int plain = 1; plain >= 0; plain--)
        for (size_t i = table->specs.count; i > 0; i--) {
            const struct spec *s = &table->specs.items[i - 1];
            if (s->is_plain != (plain == 1))
                continue;
            enum label_match m = spec_match(a, s, path, type, &budget);
            if (m == LABEL_MATCH_UNSURE)
                return LABEL_UNSURE;
            if (m == LABEL_MATCH_NO)
                continue;
            *label = s->label;
            return strcmp(s->label, "<<none>>") == 0 ? LABEL_NONE : LABEL_FOUND;
        }
    return LABEL_NONE;
}

/* --- putting -----------------------------------------------------------------------------------
 */

int label_put(struct arena *a, struct tree *t, const struct label_table *table, const char *path,
              struct err *e)
{
    struct node_state s;
    const char *label;
    int code = overlay_state(t, path, false, &s, e);
    if (code != 0 || !s.exists)
        return code;
    enum label_answer answer = label_of(a, table, path, s.type, &label);
    if (answer == LABEL_UNSURE)
        return LABEL_HOPELESS;
    if (answer == LABEL_NONE)
        return 0;
    /* With the NUL at its end, as the kernel's own tools write it. */
    const struct bytes value = {label, strlen(label) + 1};
    const struct bytes *now = node_state_xattr(&s, "security.selinux");
    if (now && (bytes_equal(*now, value) || bytes_equal_text(*now, label)))
        return 0;
    node_state_set_xattr(a, &s, "security.selinux", &value);
    return overlay_put(t, path, &s, e);
}

int label_leave_to_start(struct tree *t, struct err *e)
{
    struct node_state s = {.exists = true, .type = NODE_FILE, .mode = 0644, .has_content = true};
    s.content = bytes_of("");
    if (tree_lstat(t, "/.autorelabel").presence == PRESENCE_PRESENT)
        return 0;
    return overlay_put(t, "/.autorelabel", &s, e);
}
