/* The `login` section of a facts document: each reason once, with those of several methods of one
 * user merged, and what shuts everybody under "*". */
#include "login/login.h"

#include <string.h>

/* One reason on its way into the document. */
struct record {
    const struct reason *reason;
    const char *user;
    const char *method;
    bool expected;
};

struct records {
    VEC(struct record) items;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_reason(const struct reason *a, const struct reason *b)
{
    return strcmp(a->id, b->id) == 0 && a->state == b->state && a->everybody == b->everybody &&
           a->at.line == b->at.line && a->at.column == b->at.column &&
           same_text(a->at.file, b->at.file) && same_text(a->value, b->value) &&
           same_text(a->keyword, b->keyword);
}

/* What could not be read leaves a gate unknown, and most rules word a lock. These say it so that it
 * holds for both; the rest shows in the verdict and in what was not checked. */
bool login_reason_is_worded(const struct reason *r)
{
    static const char *const ids[] = {"sshd-config-unreadable", "passwd-file-damaged",
                                      "listen-address-wrong"};
    if (r->state != GATE_UNKNOWN)
        return true;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (strcmp(ids[i], r->id) == 0)
            return true;
    return false;
}

static bool is_expected(const struct walk *w, const struct reason *r)
{
    return (w->expected || r->everybody) && login_reason_is_worded(r);
}

/* From FIRST on: the records of the same user, or those of everybody. */
static void add(struct arena *a, struct records *list, size_t first, const struct walk *w,
                const struct reason *r)
{
    const char *method = login_method_name(w->subject.method);
    for (size_t i = first; i < list->items.count; i++) {
        struct record *known = &list->items.items[i];
        if (!same_reason(known->reason, r))
            continue;
        if (strcmp(known->method, method) != 0)
            known->method = "*";
        known->expected |= is_expected(w, r);
        return;
    }
    vec_push(a, &list->items,
             ((struct record){r, r->everybody ? "*" : w->subject.user, r->everybody ? "*" : method,
                              is_expected(w, r)}));
}

static void set_text(struct arena *a, struct json *o, const char *name, const char *text)
{
    if (text)
        json_set_string(a, o, name, text);
}

static struct json *record_json(struct arena *a, const struct record *record)
{
    const struct reason *r = record->reason;
    struct json *o = json_new_object(a);
    json_set_string(a, o, "user", record->user);
    json_set_string(a, o, "method", record->method);
    json_set_string(a, o, "gate", gate_name(r->gate));
    json_set_string(a, o, "reason", r->id);
    json_set_string(a, o, "state", r->state == GATE_OPEN ? "note" : gate_state_name(r->state));
    json_set_bool(a, o, "expected", record->expected);
    set_text(a, o, "value", r->value);
    set_text(a, o, "keyword", r->keyword);
    set_text(a, o, "wanted", r->wanted);
    set_text(a, o, "detail", r->detail);
    if (r->at.file)
        json_set(a, o, "at", fact_place_json(a, &r->at));
    return o;
}

struct json *login_reason_record(struct arena *a, const struct walk *w, const struct reason *r)
{
    struct record record = {r, w->subject.user, login_method_name(w->subject.method),
                            is_expected(w, r)};
    return record_json(a, &record);
}

/* BEFORE is the walk before, or NULL: a list that both share has been taken as far as it is about
 * everybody. */
static void collect(struct arena *a, const struct walk *w, const struct walk *before,
                    struct records *everybody, struct records *own, size_t first_own)
{
    for (int g = 0; g < GATE_COUNT; g++) {
        bool is_shared = before && before->gates[g].reasons == w->gates[g].reasons;
        for (size_t i = 0; i < w->gates[g].reason_count; i++) {
            const struct reason *r = &w->gates[g].reasons[i];
            if (!r->everybody)
                add(a, own, first_own, w, r);
            else if (!is_shared)
                add(a, everybody, 0, w, r);
        }
    }
}

void login_add_to_document(const struct facts *f, const struct login_answer *answer,
                           struct json *document)
{
    struct arena *a = f->arena;
    struct records everybody = {0}, own = {0};
    size_t first_own = 0;
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        bool new_user =
            i == 0 || strcmp(answer->walks.items[i - 1].subject.user, w->subject.user) != 0;
        if (new_user)
            first_own = own.items.count;
        collect(a, w, i > 0 ? w - 1 : NULL, &everybody, &own, first_own);
    }
    struct json *section = json_new_array(a);
    for (size_t i = 0; i < everybody.items.count; i++)
        json_append(a, section, record_json(a, &everybody.items.items[i]));
    for (size_t i = 0; i < own.items.count; i++)
        json_append(a, section, record_json(a, &own.items.items[i]));
    json_replace(a, document, "login", section);
}
