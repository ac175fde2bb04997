#include "report/report.h"

#include <string.h>

#include "report/text.h"

static void render_json(struct strbuf *out, const struct json *const *documents, size_t count,
                        const struct report_options *options)
{
    (void)options;
    if (count == 1) {
        strbuf_add(out, json_print(out->arena, documents[0], true));
        return;
    }
    strbuf_add(out, "[\n");
    for (size_t i = 0; i < count; i++) {
        char *text = json_print(out->arena, documents[i], true);
        size_t n = strlen(text);
        strbuf_add_bytes(out, (struct bytes){text, n > 0 ? n - 1 : 0}); /* without its newline */
        strbuf_add(out, i + 1 < count ? ",\n" : "\n");
    }
    strbuf_add(out, "]\n");
}

static void render_jsonl(struct strbuf *out, const struct json *const *documents, size_t count,
                         const struct report_options *options)
{
    (void)options;
    for (size_t i = 0; i < count; i++) {
        strbuf_add(out, json_print(out->arena, documents[i], false));
        strbuf_add_char(out, '\n');
    }
}

static const struct report_format formats[] = {
    {"text", report_render_text},
    {"json", render_json},
    {"jsonl", render_jsonl},
};

const struct report_format *report_format_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const struct report_format *report_formats(size_t *count)
{
    *count = sizeof formats / sizeof *formats;
    return formats;
}
