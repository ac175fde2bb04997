#include "rules/template.h"

#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"
#include "rules/predicate.h"

/* Append TEXT, cut at a character's border when it is long. */
static void add_cut(struct strbuf *out, const char *text)
{
    size_t len = strlen(text), at = 0;
    if (len <= TEMPLATE_FIELD_BYTES) {
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

static void add_value(struct strbuf *out, const struct json *value)
{
    switch (json_type(value)) {
    case JSON_STRING:
        add_cut(out, json_string(value));
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
        add_cut(out, list.len ? list.ptr : "none");
        return;
    }
    default:
        strbuf_add(out, "?");
    }
}

const char *template_render(const struct rule_context *context, const char *text,
                            const struct json *record)
{
    struct strbuf out;
    strbuf_init(&out, context->arena);
    for (const char *p = text; *p; p++) {
        const char *end = *p == '{' && p[1] != '{' ? strchr(p, '}') : NULL;
        if (!end) {
            strbuf_add_char(&out, *p);
            p += *p == '{';
            continue;
        }
        char *name = arena_text(context->arena, (struct bytes){p + 1, (size_t)(end - p - 1)});
        if (name[0] == '@')
            add_value(&out, value_parameter(context, name + 1));
        else
            add_value(&out, predicate_field(record, name));
        p = end;
    }
    return out.ptr;
}

const char *template_names(struct arena *a, const char *text, template_name_function *found,
                           void *context)
{
    for (const char *p = text; *p; p++) {
        if (*p != '{')
            continue;
        if (p[1] == '{') {
            p++;
            continue;
        }
        const char *end = strchr(p, '}');
        if (!end)
            return "a brace that does not close (write {{ for a brace)";
        if (end == p + 1)
            return "empty braces";
        found(context, arena_text(a, (struct bytes){p + 1, (size_t)(end - p - 1)}));
        p = end;
    }
    return NULL;
}
