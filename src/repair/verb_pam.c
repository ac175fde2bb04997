/* Verbs on lines of PAM's stacks. A line that goes shortens the jumps over it: "success=1" counts
 * modules, and a jump that lands elsewhere could skip the refusal at the end of a stack. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/text_edit.h"

static bool stands_at(const struct pam_fact *entry, const char *file, int line)
{
    return entry->at.file && entry->at.line == line && strcmp(entry->at.file, file) == 0;
}

static const struct pam_fact *entry_at(struct verb_context *c, const char *file, int line)
{
    vec_each (entry, &c->facts->pam)
        if (stands_at(entry, file, line))
            return entry;
    return NULL;
}

/* --- jumps ------------------------------------------------------------------------------------ */

/* "[success=2 default=ignore]": every count that leads over the POSITION-th module behind is one
 * less; a jump over nothing is "ignore". */
static int shorten(struct verb_context *c, struct text_line *line, int position)
{
    const char *text = arena_text(c->arena, line->text);
    const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
    struct strbuf out;
    if (!close)
        return ERR_SYNTAX;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, (struct bytes){text, (size_t)(open - text)});
    for (const char *p = open; *p;) {
        char *end;
        long n = p < close && *p == '=' ? strtol(p + 1, &end, 10) : 0;
        if (n < position || n <= 0) {
            strbuf_add_char(&out, *p++);
            continue;
        }
        if (n == 1)
            strbuf_add(&out, "=ignore");
        else
            strbuf_printf(&out, "=%ld", n - 1);
        p = end;
    }
    text_set(line, strbuf_bytes(&out));
    return 0;
}

static int shorten_at(struct verb_context *c, const struct pam_fact *entry, int position,
                      struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_line(c, entry->at.file, entry->at.line, &f, &line, e);
    if (code != 0)
        return code;
    if (shorten(c, line, position) != 0)
        return err_set_at(e, ERR_SYNTAX, f.path, entry->at.line, 0,
                          "a jump leads over the line, and cannot be made shorter");
    return text_save(c, &f, e);
}

static bool jumps_over(const struct pam_fact *entry, int position)
{
    for (size_t i = 0; i < PAM_CODE_COUNT; i++)
        if (entry->actions[i] >= position && entry->actions[i] > 0)
            return true;
    return false;
}

/* The jumps of one stack that lead over entry GONE; DONE: lines that were shortened already (a file
 * can stand in several stacks). */
static int shorten_jumps(struct verb_context *c, size_t gone, struct text_list *done, struct err *e)
{
    const struct pam_fact *all = c->facts->pam.items, *out = &all[gone];
    int position = 1;
    for (size_t i = gone; i-- > 0 && strcmp(all[i].service, out->service) == 0;) {
        if (strcmp(all[i].type, out->type) != 0)
            continue;
        if (all[i].level < out->level)
            break;
        if (all[i].level > out->level)
            continue;
        const char *place =
            arena_printf(c->arena, "%s:%d", all[i].at.file ? all[i].at.file : "", all[i].at.line);
        bool known = false;
        for (size_t k = 0; k < done->count; k++)
            known |= strcmp(done->items[k], place) == 0;
        if (jumps_over(&all[i], position) && !known) {
            text_list_add(c->arena, done, place);
            int code = shorten_at(c, &all[i], position, e);
            if (code != 0)
                return code;
        }
        position++;
    }
    return 0;
}

/* --- the verbs -------------------------------------------------------------------------------- */

/* A logical line: with what a backslash at its end adds. */
static int comment(struct verb_context *c, const char *path, int number, struct err *e)
{
    struct text_list done = {0};
    struct text_file f;
    int code = text_open(c, path, true, &f, e);
    for (size_t i = 0; code == 0 && i < c->facts->pam.count; i++)
        if (stands_at(&c->facts->pam.items[i], path, number))
            code = shorten_jumps(c, i, &done, e);
    if (code == 0)
        code = text_open(c, path, true, &f, e);
    if (code != 0)
        return code;
    for (int at = number;; at++) {
        struct text_line *line = text_line_at(&f, at, e);
        if (!line)
            return ERR_NOT_FOUND;
        bool goes_on = line->text.len > 0 && line->text.ptr[line->text.len - 1] == '\\';
        text_comment(c, line);
        if (!goes_on || (size_t)at == f.lines.count)
            return text_save(c, &f, e);
        line->text.len--; /* a comment that goes on would swallow the next line */
    }
}

int verb_pam_comment(struct verb_context *c, const struct json *step, struct err *e)
{
    int number = step_line(step, e);
    return number > 0 ? comment(c, step_text(step, "path"), number, e) : ERR_NOT_FOUND;
}

/* "deny" and "deny=5" name the same argument. */
static bool same_argument(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");
    return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

static bool is_among(const struct text_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (same_argument(list->items[i], word))
            return true;
    return false;
}

/* Arguments begin behind the module, the third word of a line; "[…]" is one word. */
static size_t arguments_at(struct bytes text)
{
    size_t at = 0;
    for (int word = 0; word < 3; word++) {
        while (at < text.len && strchr(" \t", text.ptr[at]))
            at++;
        if (at < text.len && text.ptr[at] == '[')
            while (at < text.len && text.ptr[at] != ']')
                at++;
        while (at < text.len && !strchr(" \t#", text.ptr[at]))
            at++;
    }
    return at;
}

static int change_arguments(struct verb_context *c, const char *path, int number,
                            const struct text_list *add, const struct text_list *drop,
                            struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_line(c, path, number, &f, &line, e);
    if (code != 0)
        return code;
    size_t at = arguments_at(line->text), end = at;
    while (end < line->text.len && line->text.ptr[end] != '#' && line->text.ptr[end] != '\\')
        end++;
    while (end > at && strchr(" \t", line->text.ptr[end - 1]))
        end--;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, at));
    for (size_t from = at; from < end;) {
        size_t word = from;
        while (word < end && strchr(" \t", line->text.ptr[word]))
            word++;
        size_t stop = word;
        bool bracket = word < end && line->text.ptr[word] == '[';
        while (stop < end &&
               (bracket ? line->text.ptr[stop] != ']' : !strchr(" \t", line->text.ptr[stop])))
            stop++;
        stop += bracket && stop < end;
        const char *text = arena_text(c->arena, bytes_cut(line->text, word, stop));
        if (!is_among(drop, text) && !is_among(add, text))
            strbuf_add_bytes(&out, bytes_cut(line->text, from, stop));
        from = stop;
    }
    for (size_t i = 0; i < add->count; i++)
        strbuf_printf(&out, " %s", add->items[i]);
    strbuf_add_bytes(&out, bytes_cut(line->text, end, line->text.len));
    text_set(line, strbuf_bytes(&out));
    return text_save(c, &f, e);
}

int verb_pam_arg(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_list add = step_list(c->arena, step, "add"),
                     drop = step_list(c->arena, step, "drop");
    int number = step_line(step, e);
    return number > 0 ? change_arguments(c, step_text(step, "path"), number, &add, &drop, e)
                      : ERR_NOT_FOUND;
}

/* --- the gentlest cure of a module ------------------------------------------------------------ */

/* The second factor's secret, when it is there but not as the module wants it. */
static int mend_secret(struct verb_context *c, bool *done, struct err *e)
{
    const char *path = json_member_string(c->record, "value");
    struct stat_answer s = path ? tree_stat(c->tree, path) : (struct stat_answer){0};
    struct node_state state;
    uint32_t uid, gid;
    *done = false;
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE || s.node.size == 0)
        return 0;
    int code = overlay_state(c->tree, s.real_path, false, &state, e);
    if (code != 0 || !c->user || !verb_uid(c, c->user, &uid, &gid, e))
        return code ? code : ERR_NOT_FOUND;
    state.mode &= 0600;
    if (state.uid != uid) {
        state.uid = uid;
        state.gid = gid;
    }
    *done = true;
    return overlay_put(c->tree, s.real_path, &state, e);
}

/* An option less, a secret put right, leave for who has none; only else the line goes. */
int verb_pam_relax(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    int number = step_line(step, e);
    const struct pam_fact *entry = number > 0 ? entry_at(c, path, number) : NULL;
    if (!entry)
        return e->code ? (int)e->code
                       : err_set_at(e, ERR_NOT_FOUND, path, number, 0, "no module is asked there");
    const char *module = entry->module ? path_name(entry->module) : "";
    struct text_list none = {0}, one = {0};
    if (strcmp(module, "pam_loginuid.so") == 0) {
        text_list_add(c->arena, &one, "require_auditd");
        return change_arguments(c, path, number, &none, &one, e);
    }
    if (strcmp(module, "pam_google_authenticator.so") == 0) {
        bool done;
        int code = mend_secret(c, &done, e);
        if (code != 0 || done)
            return code;
        text_list_add(c->arena, &one, "nullok");
        return change_arguments(c, path, number, &one, &none, e);
    }
    return comment(c, path, number, e);
}
