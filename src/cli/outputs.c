#include "cli/outputs.h"

#include <string.h>
#include <unistd.h>

#include "cli/environment.h"
#include "cli/say.h"

void outputs_begin(struct outputs *out, struct options *o, const char *default_format)
{
    *out = (struct outputs){.arena = o->arena, .options = o};
    vec_each (given, &o->outputs)
        vec_push(o->arena, &out->list, *given);
    if (out->list.count == 0)
        vec_push(o->arena, &out->list,
                 ((struct output){report_format_by_name(default_format), NULL}));
}

/* A file, and a format that is one document over all targets, wait for the end. */
static bool waits(const struct output *output)
{
    return output->file || strcmp(output->format->name, "json") == 0;
}

/* A target that failed is an error message; on standard output it is not repeated as text. */
static bool is_said_already(const struct output *output, const struct json *document)
{
    const char *status = json_member_string(document, "status");
    return !output->file && strcmp(output->format->name, "text") == 0 && status &&
           strcmp(status, "failed") == 0;
}

static void render(struct outputs *out, const struct output *output,
                   const struct json *const *documents, size_t count)
{
    const struct options *o = out->options;
    struct report_options style = {
        .colour = !output->file && environment_colour(o->colour, STDOUT_FILENO),
        .verbose = o->verbosity > 0,
        .quiet = o->quiet,
        .width = output->file ? 0 : environment_width(STDOUT_FILENO),
        .only_the_end = out->only_the_end && !output->file,
    };
    struct strbuf text;
    strbuf_init(&text, out->arena);
    VEC(const struct json *) shown = {0};
    for (size_t i = 0; i < count; i++)
        if (!is_said_already(output, documents[i]))
            vec_push(out->arena, &shown, documents[i]);
    if (strcmp(output->format->name, "text") == 0 && shown.count == 0)
        return;
    if (out->printed && strcmp(output->format->name, "text") == 0)
        strbuf_add_char(&text, '\n');
    output->format->render(&text, shown.items, shown.count, &style);
    out->printed = out->printed || !output->file;
    if (!write_result(&text, output->file))
        out->failed = true;
}

void outputs_add(struct outputs *out, struct json *const *documents, size_t count)
{
    size_t before = out->documents.count;
    for (size_t i = 0; i < count; i++)
        vec_push(out->arena, &out->documents, documents[i]);
    vec_each (output, &out->list)
        if (!waits(output) && count > 0)
            render(out, output, out->documents.items + before, count);
}

void outputs_end(struct outputs *out)
{
    vec_each (output, &out->list)
        if (waits(output))
            render(out, output, out->documents.items, out->documents.count);
}
