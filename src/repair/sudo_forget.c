/* A name that is gone from the guest, taken out of sudoers: rules and settings of that name alone
 * go whole, lists lose a member. What denies stays, and so does an alias that would be left empty.
 */
#include <string.h>

#include "base/path.h"
#include "repair/sudo_edit.h"
#include "syntax/sudoers_lines.h"

struct forgetting {
    struct verb_context *c;
    const char *user, *uid; /* "bob", "#1001" */
    struct text_file f;
    bool any; /* something went */
};

/* --- one list in the text of a statement -------------------------------------------------------
 */

struct item {
    size_t from, to;
    bool goes;
};

static size_t skip_blanks(struct bytes t, size_t at)
{
    for (;;) {
        if (at < t.len && (t.ptr[at] == ' ' || t.ptr[at] == '\t'))
            at++;
        else if (at + 1 < t.len && t.ptr[at] == '\\' && t.ptr[at + 1] == '\n')
            at += 2;
        else
            return at;
    }
}

/* Behind the word at AT, quoted or not. */
static size_t word_end(struct bytes t, size_t at)
{
    bool quoted = at < t.len && t.ptr[at] == '"';
    for (at += quoted; at < t.len; at++) {
        char c = t.ptr[at];
        if (quoted && c == '"')
            return at + 1;
        if (c == '\\' && at + 1 < t.len && t.ptr[at + 1] != '\n')
            at++;
        else if (!quoted && strchr(" \t,:=\n\\", c))
            return at;
    }
    return t.len;
}

static bool is_name(const struct forgetting *g, struct bytes word)
{
    if (word.len >= 2 && word.ptr[0] == '"' && word.ptr[word.len - 1] == '"')
        word = bytes_cut(word, 1, word.len - 1);
    return bytes_equal_text(word, g->user) || (g->uid && bytes_equal_text(word, g->uid));
}

/* The list that begins at AT without the name. KEPT: how many members are left; END: behind it. */
static struct bytes drop_from_list(const struct forgetting *g, struct bytes t, size_t at,
                                   size_t *kept, size_t *end)
{
    struct arena *a = g->c->arena;
    VEC(struct item) items = {0};
    for (;;) {
        size_t from = skip_blanks(t, at), word = from;
        while (word < t.len && t.ptr[word] == '!')
            word = skip_blanks(t, word + 1);
        size_t to = word_end(t, word);
        vec_push(a, &items,
                 ((struct item){from, to, word == from && is_name(g, bytes_cut(t, word, to))}));
        at = skip_blanks(t, to);
        if (to == word || at >= t.len || t.ptr[at] != ',')
            break;
        at++;
    }
    struct strbuf out;
    strbuf_init(&out, a);
    *kept = 0;
    strbuf_add_bytes(&out, bytes_cut(t, 0, items.items[0].from));
    for (size_t i = 0, last = 0; i < items.count; i++) {
        if (items.items[i].goes)
            continue;
        /* What stood between it and the one before, or nothing where that one went with it. */
        size_t between = (*kept)++ == 0 ? items.items[i].from : items.items[last].to;
        if (*kept > 1 && last + 1 != i)
            strbuf_add(&out, ", ");
        strbuf_add_bytes(&out, bytes_cut(t, last + 1 != i ? items.items[i].from : between,
                                         items.items[i].to));
        last = i;
    }
    *end = out.len;
    strbuf_add_bytes(&out, bytes_cut(t, items.items[items.count - 1].to, t.len));
    return strbuf_bytes(&out);
}

/* --- statements --------------------------------------------------------------------------------
 */

static struct bytes statement_text(struct forgetting *g, int first, int last)
{
    struct strbuf out;
    strbuf_init(&out, g->c->arena);
    for (int i = first; i <= last; i++) {
        strbuf_add_bytes(&out, g->f.lines.items[i - 1].text);
        if (i < last)
            strbuf_add(&out, "\n");
    }
    return strbuf_bytes(&out);
}

/* NULL bytes: the whole statement goes. */
static void put_statement(struct forgetting *g, int first, int last, struct bytes text)
{
    if (!text.ptr) {
        text_remove(&g->f, first, (size_t)(last - first + 1));
    } else {
        text_set(&g->f.lines.items[first - 1], text);
        g->f.lines.items[first - 1].end = g->f.lines.items[last - 1].end;
        if (last > first)
            text_remove(&g->f, first + 1, (size_t)(last - first));
    }
    g->any = true;
}

static void keep_alias(struct forgetting *g, const struct sudoers_entry *entry)
{
    vec_push(g->c->arena, &g->c->notes,
             arena_printf(g->c->arena,
                          "%s:%d: the alias %s has no other member than %s, and stays: it would "
                          "give its rights to the next account of that name",
                          g->f.path, entry->line, entry->name, g->user));
}

/* "User_Alias A = x, y : B = z": each of them. */
static struct bytes drop_from_aliases(struct forgetting *g, struct bytes text,
                                      const struct sudoers_text *all, int line)
{
    size_t at = 0;
    vec_each (entry, &all->entries) {
        if (entry->line != line || entry->kind != SUDOERS_ALIAS)
            continue;
        const char *equals = at < text.len ? memchr(text.ptr + at, '=', text.len - at) : NULL;
        size_t kept, end;
        if (!equals)
            break;
        size_t from = (size_t)(equals - text.ptr) + 1;
        struct bytes without = drop_from_list(g, text, from, &kept, &end);
        if (kept == 0) {
            struct forgetting nobody = {.c = g->c, .user = ""};
            keep_alias(g, entry);
            without = drop_from_list(&nobody, text, from, &kept, &end);
        }
        text = without;
        at = end;
    }
    return text;
}

static void forget_statement(struct forgetting *g, const struct sudoers_text *all,
                             const struct sudoers_entry *entry)
{
    int first, last;
    size_t kept = 1, end;
    sudo_edit_statement(&g->f, entry->line, &first, &last);
    struct bytes text = statement_text(g, first, last), after = text;
    if (entry->kind == SUDOERS_RULE) {
        after = drop_from_list(g, text, 0, &kept, &end);
    } else if (entry->kind == SUDOERS_DEFAULT && entry->scope == ':') {
        const char *colon = memchr(text.ptr, ':', text.len);
        if (colon)
            after = drop_from_list(g, text, (size_t)(colon - text.ptr) + 1, &kept, &end);
    } else if (entry->kind == SUDOERS_ALIAS && entry->scope == 'U') {
        after = drop_from_aliases(g, text, all, entry->line);
    }
    if (kept == 0)
        put_statement(g, first, last, (struct bytes){NULL, 0});
    else if (!bytes_equal(after, text))
        put_statement(g, first, last, after);
}

static bool is_empty(const struct text_file *f)
{
    vec_each (line, &f->lines) {
        size_t at = 0;
        while (at < line->text.len && (line->text.ptr[at] == ' ' || line->text.ptr[at] == '\t'))
            at++;
        if (at < line->text.len && line->text.ptr[at] != '#')
            return false;
        if (bytes_start_with(bytes_cut(line->text, at, line->text.len), "#include"))
            return false;
    }
    return true;
}

/* From the end, so that the lines before keep their numbers. */
static int forget_in(struct forgetting *g, const char *path, bool is_drop_in, struct err *e)
{
    int code = text_open(g->c, path, false, &g->f, e), done = 0;
    g->any = false;
    if (code != 0)
        return code;
    const struct sudoers_text *all = sudoers_read(g->c->arena, g->f.state.content);
    for (size_t i = all->entries.count; i-- > 0;) {
        const struct sudoers_entry *entry = &all->entries.items[i];
        if (entry->line < 1 || (size_t)entry->line > g->f.lines.count || entry->line == done)
            continue;
        done = entry->line;
        forget_statement(g, all, entry);
    }
    if (!g->any || !is_drop_in || !is_empty(&g->f))
        return text_save(g->c, &g->f, e);
    struct node_state gone = {0};
    return overlay_put(g->c->tree, g->f.path, &gone, e);
}

int sudo_edit_forget(struct verb_context *c, const char *user, const char *uid, struct err *e)
{
    struct forgetting g = {.c = c, .user = user, .uid = uid};
    int code = 0;
    vec_each (s, &c->facts->sudo) {
        struct stat_answer there = {0};
        if (code != 0 || !sudo_edit_is(s, "file") || !s->path)
            continue;
        there = tree_stat(c->tree, s->path);
        if (there.presence != PRESENCE_PRESENT || there.node.type != NODE_FILE)
            continue;
        code = forget_in(&g, s->path, s->at.line == 0 && strcmp(s->path, "/etc/sudoers") != 0, e);
    }
    return code;
}
