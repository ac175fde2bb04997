#include "report/access_text.h"

#include <string.h>

#include "base/escape.h"
#include "model/walk.h"

/* So many people are named in a sentence; the matrix has them all. */
#define PEOPLE_NAMED 4

typedef VEC(const char *) names;

static bool holds(const names *list, const char *name)
{
    vec_each (n, list)
        if (strcmp(*n, name) == 0)
            return true;
    return false;
}

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

static names people(struct arena *a, const struct json *access)
{
    names list = {0};
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (!holds(&list, text_of(w, "user")))
            vec_push(a, &list, text_of(w, "user"));
    return list;
}

static const struct json *entry(const struct json *access, const char *user, const char *method)
{
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (strcmp(text_of(w, "user"), user) == 0 && strcmp(text_of(w, "method"), method) == 0)
            return w;
    return NULL;
}

static bool has_method(const struct json *access, const char *method)
{
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (strcmp(text_of(w, "method"), method) == 0)
            return true;
    return false;
}

/* "shut at sshd, key" */
static const char *verdict_text(struct arena *a, const struct json *w, enum colour *colour)
{
    const char *verdict = text_of(w, "verdict");
    bool shut = strcmp(verdict, "shut") == 0;
    bool open = strcmp(verdict, "open") == 0;
    *colour = open ? COLOUR_GREEN : shut ? COLOUR_RED : COLOUR_YELLOW;
    struct strbuf s;
    strbuf_init(&s, a);
    escape_terminal(&s, bytes_of(verdict));
    const struct json *gates = open ? NULL : json_member(w, shut ? "shut_at" : "unknown_at");
    const char *between = " at ";
    for (const struct json *g = json_first(gates); g; g = json_next(g)) {
        strbuf_add(&s, between);
        escape_terminal(&s, bytes_of(json_string(g) ? json_string(g) : ""));
        between = ", ";
    }
    return s.ptr;
}

const char *access_sudo_words(const char *kind)
{
    static const struct {
        const char *name, *text;
    } words[] = {{"none", "no"},
                 {"password", "with password"},
                 {"nopasswd", "without password"},
                 {"unknown", "unknown"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(kind, words[i].name) == 0)
            return words[i].text;
    return NULL;
}

/* How a person becomes root; NULL when it was not judged or goes without saying. */
static const char *sudo_text(const struct json *access, const char *user)
{
    if (strcmp(user, "root") == 0)
        return NULL;
    const char *words = NULL;
    for (const struct json *w = json_first(access); w && !words; w = json_next(w))
        if (strcmp(text_of(w, "user"), user) == 0)
            words = access_sudo_words(text_of(w, "sudo"));
    return words;
}

static void add_person(struct table *t, const struct json *access, const char *user)
{
    struct arena *a = t->arena;
    struct table_row *row = table_add(t, 1 + 2 * METHOD_COUNT + 2);
    row->cells[0].text = escape_terminal_text(a, user);
    size_t cell = 1;
    for (int m = 0; m < METHOD_COUNT; m++) {
        const char *method = login_method_name((enum login_method)m);
        if (!has_method(access, method))
            continue;
        const struct json *w = entry(access, user, method);
        if (w) {
            row->cells[cell].text = method;
            row->cells[cell + 1].text = verdict_text(a, w, &row->cells[cell + 1].colour);
        }
        cell += 2;
    }
    const char *sudo = sudo_text(access, user);
    if (sudo) {
        row->cells[cell].text = "sudo";
        row->cells[cell + 1].text = sudo;
    }
}

void access_print(struct strbuf *out, const struct json *document, const struct table_style *style)
{
    const struct json *access = json_member(document, "access");
    if (json_count(access) == 0)
        return;
    struct table_style unwrapped = {style->colour, 0};
    struct table t = {.arena = out->arena};
    names list = people(out->arena, access);
    vec_each (user, &list)
        add_person(&t, access, *user);
    strbuf_add(out, "access\n");
    table_print(out, &t, 2, &unwrapped);
}

const char *access_open_people(struct arena *a, const struct json *document)
{
    const struct json *access = json_member(document, "access");
    names list = people(a, access);
    struct strbuf s;
    strbuf_init(&s, a);
    size_t named = 0, open = 0;
    vec_each (user, &list) {
        const char *between = " (";
        bool said = false;
        for (const struct json *w = json_first(access); w; w = json_next(w)) {
            if (strcmp(text_of(w, "user"), *user) != 0 ||
                strcmp(text_of(w, "verdict"), "open") != 0)
                continue;
            if (!said) {
                open++;
                if (named >= PEOPLE_NAMED)
                    break;
                strbuf_add(&s, named > 0 ? ", " : "");
                escape_terminal(&s, bytes_of(*user));
                named++;
                said = true;
            }
            strbuf_add(&s, between);
            escape_terminal(&s, bytes_of(text_of(w, "method")));
            between = ", ";
        }
        if (said)
            strbuf_add_char(&s, ')');
    }
    if (open > named)
        strbuf_printf(&s, " and %zu more", open - named);
    return s.ptr;
}

const char *access_shut_person(const struct json *document)
{
    const struct json *access = json_member(document, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (strcmp(text_of(w, "verdict"), "shut") == 0 &&
            json_bool(json_member(w, "expected"), true))
            return text_of(w, "user");
    return NULL;
}
