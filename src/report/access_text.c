#include "report/access_text.h"

#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "base/map.h"
#include "model/finding.h"
#include "model/walk.h"

/* So many people are named in a sentence; the matrix has them all. */
#define PEOPLE_NAMED 4

/* What the matrix says of one person: the entry of each method, NULL where there is none. */
struct person {
    const char *user;
    const struct json *ways[METHOD_COUNT];
};

struct people {
    VEC(struct person) items;
    bool has_method[METHOD_COUNT]; /* for somebody */
};

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_member_string(o, name);
    return s ? s : "";
}

/* In the order in which they are first named. */
static struct people people_of(struct arena *a, const struct json *access)
{
    struct people all = {0};
    struct map known; /* user to index + 1 */
    map_init(&known, a);
    for (const struct json *w = json_first(access); w; w = json_next(w)) {
        uintptr_t at = (uintptr_t)map_get(&known, text_of(w, "user"));
        if (at == 0) {
            vec_push_new(a, &all.items)->user = text_of(w, "user");
            at = all.items.count;
            map_set(&known, text_of(w, "user"), (void *)at);
        }
        for (int m = 0; m < METHOD_COUNT; m++) {
            if (strcmp(text_of(w, "method"), login_method_name((enum login_method)m)) != 0)
                continue;
            all.items.items[at - 1].ways[m] = w;
            all.has_method[m] = true;
        }
    }
    return all;
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
static const char *sudo_text(const struct person *p)
{
    const char *words = NULL;
    if (strcmp(p->user, "root") == 0)
        return NULL;
    for (int m = 0; m < METHOD_COUNT && !words; m++)
        words = access_sudo_words(text_of(p->ways[m], "sudo"));
    return words;
}

static void add_person(struct table *t, const struct people *all, const struct person *p)
{
    struct arena *a = t->arena;
    struct table_row *row = table_add(t, 1 + 2 * METHOD_COUNT + 2);
    row->cells[0].text = escape_terminal_text(a, p->user);
    size_t cell = 1;
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (!all->has_method[m])
            continue;
        if (p->ways[m]) {
            row->cells[cell].text = login_method_name((enum login_method)m);
            row->cells[cell + 1].text = verdict_text(a, p->ways[m], &row->cells[cell + 1].colour);
        }
        cell += 2;
    }
    const char *sudo = sudo_text(p);
    if (sudo) {
        row->cells[cell].text = "sudo";
        row->cells[cell + 1].text = sudo;
    }
}

void access_print(struct strbuf *out, const struct json *document, const struct table_style *style)
{
    struct people all = people_of(out->arena, json_member(document, "access"));
    if (all.items.count == 0)
        return;
    struct table_style unwrapped = {style->colour, 0};
    struct table t = {.arena = out->arena};
    vec_each (p, &all.items)
        add_person(&t, &all, p);
    strbuf_add(out, "access\n");
    table_print(out, &t, 2, &unwrapped);
}

static bool is_open(const struct json *way)
{
    return strcmp(text_of(way, "verdict"), "open") == 0;
}

const char *access_open_people(struct arena *a, const struct json *document)
{
    struct people all = people_of(a, json_member(document, "access"));
    struct strbuf s;
    strbuf_init(&s, a);
    size_t named = 0, open = 0;
    vec_each (p, &all.items) {
        const char *between = " (";
        for (int m = 0; m < METHOD_COUNT && (named < PEOPLE_NAMED || between[0] != ' '); m++) {
            if (!is_open(p->ways[m]))
                continue;
            if (between[0] == ' ') {
                strbuf_add(&s, named > 0 ? ", " : "");
                escape_terminal(&s, bytes_of(p->user));
                named++;
            }
            strbuf_printf(&s, "%s%s", between, login_method_name((enum login_method)m));
            between = ", ";
        }
        if (between[0] != ' ')
            strbuf_add_char(&s, ')');
        for (int m = 0; m < METHOD_COUNT; m++)
            if (is_open(p->ways[m])) {
                open++;
                break;
            }
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

static bool is_shut_at(const struct json *document, const char *person, const char *gate)
{
    const struct json *access = json_member(document, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w)) {
        if (strcmp(text_of(w, "user"), person) != 0 || !json_bool(json_member(w, "expected"), true))
            continue;
        const struct json *at = json_member(w, "shut_at");
        for (const struct json *g = json_first(at); g; g = json_next(g))
            if (json_string(g) && strcmp(json_string(g), gate) == 0)
                return true;
    }
    return false;
}

bool access_is_mendable(const struct json *document, const char *person)
{
    bool any = false;
    const struct json *findings = json_member(document, "findings");
    for (const struct json *f = json_first(findings); f; f = json_next(f)) {
        const char *user = json_member_string(json_member(f, "subject"), "user");
        const char *class = text_of(json_member(f, "repair"), "class");
        if (severity_by_name(text_of(f, "severity")) < SEVERITY_HIGH ||
            strcmp(text_of(f, "rule"), "nobody-can-log-in") == 0 ||
            (user && strcmp(user, person) != 0) ||
            !is_shut_at(document, person, text_of(f, "gate")))
            continue;
        /* The gates before sshd are nobody's own: naming somebody is no consent there. */
        bool is_own = gate_by_name(text_of(f, "gate")) >= GATE_SSHD;
        bool is_moved = strcmp(text_of(f, "rule"), "listen-port-moved") == 0; /* --port, or -p */
        if (strcmp(class, "auto") != 0 && (strcmp(class, "flag") != 0 || !is_own || is_moved))
            return false;
        any = true;
    }
    return any;
}
