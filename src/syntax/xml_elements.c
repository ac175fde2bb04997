#include "syntax/xml_elements.h"

#include "base/limits.h"
#include "base/strbuf.h"


struct reader {
    struct arena *arena;
    struct bytes text;
    size_t at;
    int line;
    struct xml_elements *out;
    size_t open[LIMIT_XML_DEPTH]; /* index + 1 of the elements around */
    size_t depth;
};

const char *xml_attribute(const struct xml_element *e, const char *name)
{
    for (size_t i = 0; i < e->attributes.count; i++)
        if (strcmp(e->attributes.items[i].name, name) == 0)
            return e->attributes.items[i].value;
    return NULL;
}

static void fail(struct reader *r, const char *problem)
{
    if (!r->out->problem) {
        r->out->problem = problem;
        r->out->problem_line = r->line;
    }
    r->at = r->text.len;
}

static bool starts(const struct reader *r, const char *text)
{
    return bytes_start_with(bytes_cut(r->text, r->at, r->text.len), text);
}

static void advance(struct reader *r, size_t n)
{
    for (; n > 0 && r->at < r->text.len; n--)
        r->line += r->text.ptr[r->at++] == '\n';
}

static void skip_past(struct reader *r, const char *end)
{
    while (r->at < r->text.len && !starts(r, end))
        advance(r, 1);
    if (r->at >= r->text.len)
        fail(r, "something is not closed");
    else
        advance(r, strlen(end));
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n", r->text.ptr[r->at]))
        advance(r, 1);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
}

static const char *take_name(struct reader *r)
{
    size_t start = r->at;
    while (r->at < r->text.len && is_name_byte(r->text.ptr[r->at]))
        r->at++;
    return arena_text(r->arena, bytes_cut(r->text, start, r->at));
}

static const char *take_value(struct reader *r)
{
    static const struct {
        const char *written;
        char means;
    } entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    char quote = r->text.ptr[r->at];
    struct strbuf s;
    strbuf_init(&s, r->arena);
    advance(r, 1);
    while (r->at < r->text.len && r->text.ptr[r->at] != quote) {
        char c = r->text.ptr[r->at];
        size_t n = 1;
        for (size_t i = 0; c == '&' && i < sizeof entities / sizeof *entities; i++)
            if (starts(r, entities[i].written)) {
                n = strlen(entities[i].written);
                c = entities[i].means;
                break;
            }
        if (n == 1 && (c == '&' || c == '<'))
            fail(r, "an entity of its own");
        strbuf_add_char(&s, c);
        advance(r, n);
    }
    if (r->at >= r->text.len)
        fail(r, "a value is not closed");
    advance(r, 1);
    return arena_text(r->arena, strbuf_bytes(&s));
}

static void take_attributes(struct reader *r, struct xml_element *e)
{
    for (skip_blanks(r); r->at < r->text.len && is_name_byte(r->text.ptr[r->at]); skip_blanks(r)) {
        struct xml_attribute attribute = {.name = take_name(r)};
        skip_blanks(r);
        if (!starts(r, "=")) {
            fail(r, "an attribute without a value");
            return;
        }
        advance(r, 1);
        skip_blanks(r);
        if (!starts(r, "\"") && !starts(r, "'")) {
            fail(r, "a value without quotes");
            return;
        }
        attribute.value = take_value(r);
        vec_push(r->arena, &e->attributes, attribute);
    }
}

static void take_element(struct reader *r)
{
    struct xml_element *e = vec_push_new(r->arena, &r->out->items);
    advance(r, 1);
    *e = (struct xml_element){.line = r->line,
                              .parent = r->depth > 0 ? r->open[r->depth - 1] : 0,
                              .name = take_name(r)};
    take_attributes(r, e);
    if (!*e->name) {
        fail(r, "an element without a name");
    } else if (starts(r, "/>")) {
        advance(r, 2);
    } else if (!starts(r, ">")) {
        fail(r, "an element is not closed");
    } else if (r->depth == LIMIT_XML_DEPTH) {
        fail(r, "elements too deep");
    } else {
        advance(r, 1);
        r->open[r->depth++] = r->out->items.count;
    }
}

static void close_element(struct reader *r)
{
    advance(r, 2);
    const char *name = take_name(r);
    skip_blanks(r);
    if (r->depth == 0 || !starts(r, ">") ||
        strcmp(r->out->items.items[r->open[r->depth - 1] - 1].name, name) != 0) {
        fail(r, "elements are closed in the wrong order");
        return;
    }
    r->depth--;
    advance(r, 1);
}

void xml_elements_read(struct arena *a, struct bytes text, struct xml_elements *out)
{
    struct reader r = {.arena = a, .text = text, .line = 1, .out = out};
    while (r.at < r.text.len && out->items.count < LIMIT_PARSE_NODES) {
        if (starts(&r, "<!--"))
            skip_past(&r, "-->");
        else if (starts(&r, "<?"))
            skip_past(&r, "?>");
        else if (starts(&r, "<!"))
            fail(&r, "a document type or a data section");
        else if (starts(&r, "</"))
            close_element(&r);
        else if (starts(&r, "<"))
            take_element(&r);
        else
            advance(&r, 1);
    }
    if (r.depth > 0 && !out->problem)
        fail(&r, "an element is not closed");
    if (out->items.count == 0 && !out->problem)
        fail(&r, "no element at all");
}
