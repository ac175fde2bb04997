#include "rules/template.h"

#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"
#include "rules/predicate.h"

/* For a message long text is cut; for a step every byte counts, and a missing field is a fault. */
struct rendering {
    struct strbuf out;
    bool is_exact;
    const char *missing; /* the first field that was not there, outside of brackets */
};

/* Append TEXT, cut at a character's border when it is long. */
static void add_text(struct rendering *r, const char *text)
{
    struct strbuf *out = &r->out;
    size_t len = strlen(text), at = 0;
    if (r->is_exact || len <= TEMPLATE_FIELD_BYTES) {
        strbuf_add(out, text);
        return;
    }
    while (at < TEMPLATE_FIELD_BYTES) {
        size_t n = escape_utf8_length((struct bytes){text + at, len - at});
        if (n == 0)
            n = 1;
        if (at + n > TEMPLATE_FIELD_BYTES)
            break;
        at += n;
    }
    strbuf_add_bytes(out, (struct bytes){text, at});
    strbuf_add(out, "…");
}

static void add_value(struct rendering *r, const struct json *value)
{
    struct strbuf *out = &r->out;
    switch (json_type(value)) {
    case JSON_STRING:
        add_text(r, json_string(value));
        return;
    case JSON_NUMBER:
        strbuf_add(out, json_print(out->arena, value, false));
        return;
    case JSON_BOOL:
        strbuf_add(out, json_bool(value, false) ? "yes" : "no");
        return;
    case JSON_ARRAY: {
        struct strbuf list;
        strbuf_init(&list, out->arena);
        for (const struct json *item = json_first(value); item; item = json_next(item)) {
            if (list.len > TEMPLATE_FIELD_BYTES)
                break;
            strbuf_add(&list, list.len ? ", " : "");
            strbuf_add(&list,
                       json_string(item) ? json_string(item) : json_print(out->arena, item, false));
        }
        add_text(r, list.len ? list.ptr : "none");
        return;
    }
    default:
        strbuf_add(out, "?");
    }
}

/* The field or parameter that the braces at P name; END is set to the closing one. */
static const struct json *value_at(const struct rule_context *context, const char *p,
                                   const struct json *record, const char **end)
{
    *end = strchr(p, '}');
    char *name = arena_text(context->arena, (struct bytes){p + 1, (size_t)(*end - p - 1)});
    return name[0] == '@' ? value_parameter(context, name + 1) : predicate_field(record, name);
}

static bool is_missing(const struct json *value)
{
    enum json_type type = json_type(value);
    return type == JSON_NULL || (type == JSON_STRING && !*json_string(value));
}

static void render(struct rendering *r, const struct rule_context *context, const char *text,
                   const struct json *record)
{
    struct strbuf *out = &r->out;
    size_t optional_start = 0;
    bool in_optional = false, drop = false;
    for (const char *p = text; *p; p++) {
        bool doubled = p[1] == *p;
        if (*p == '{' && !doubled && strchr(p, '}')) {
            const char *name = p;
            const struct json *value = value_at(context, p, record, &p);
            drop |= in_optional && is_missing(value);
            if (!in_optional && !r->missing && is_missing(value))
                r->missing =
                    arena_text(context->arena, (struct bytes){name + 1, (size_t)(p - name - 1)});
            add_value(r, value);
        } else if (*p == '[' && !doubled) {
            in_optional = true;
            drop = false;
            optional_start = out->len;
        } else if (*p == ']' && in_optional) {
            if (drop)
                out->ptr[out->len = optional_start] = '\0';
            in_optional = false;
        } else {
            strbuf_add_char(out, *p);
            p += doubled && (*p == '{' || *p == '[');
        }
    }
}

const char *template_render(const struct rule_context *context, const char *text,
                            const struct json *record)
{
    struct rendering r = {.is_exact = false};
    strbuf_init(&r.out, context->arena);
    render(&r, context, text, record);
    return r.out.ptr;
}

const char *template_fill(const struct rule_context *context, const char *text,
                          const struct json *record, struct err *e)
{
    struct rendering r = {.is_exact = true};
    strbuf_init(&r.out, context->arena);
    render(&r, context, text, record);
    if (!r.missing)
        return r.out.ptr;
    err_set(e, ERR_NOT_FOUND, "%s: {%s} is not known here", context->rule->id, r.missing);
    return NULL;
}

const char *template_names(struct arena *a, const char *text, template_name_function *found,
                           void *context)
{
    bool in_optional = false;
    for (const char *p = text; *p; p++) {
        if ((*p == '{' || *p == '[') && p[1] == *p) {
            p++;
            continue;
        }
        if (*p == '[' && in_optional)
            return "brackets do not nest (write [[ for a bracket)";
        if (*p == '[' || *p == ']')
            in_optional = *p == '[';
        if (*p != '{')
            continue;
        const char *end = strchr(p, '}');
        if (!end)
            return "a brace that does not close (write {{ for a brace)";
        if (end == p + 1)
            return "empty braces";
        found(context, arena_text(a, (struct bytes){p + 1, (size_t)(end - p - 1)}));
        p = end;
    }
    return in_optional ? "a bracket that does not close (write [[ for a bracket)" : NULL;
}
