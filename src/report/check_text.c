#include "report/check_text.h"

#include <string.h>

#include "base/escape.h"

static const char *escaped(struct arena *a, const struct json *o, const char *name)
{
    const char *text = json_member_string(o, name);
    return escape_terminal_text(a, text ? text : "");
}

static const char *verdict(const char *state)
{
    return strcmp(state, "clean") == 0     ? "clean"
           : strcmp(state, "damaged") == 0 ? "damaged"
           : strcmp(state, "mended") == 0  ? "was damaged, and is mended"
                                           : "cannot be told";
}

static void print_one(struct page *p, const struct json *check)
{
    struct arena *a = p->out->arena;
    const char *state = json_member_string(check, "state");
    const char *reason = escaped(a, check, "reason"), *program = escaped(a, check, "program");
    const char *uuid = escaped(a, check, "uuid"), *label = escaped(a, check, "label");
    const char *type = escaped(a, check, "type");
    strbuf_printf(p->out, "  %s  %s%s%s%s%s  %s%s%s%s%s%s\n", escaped(a, check, "device"),
                  *type ? type : "unknown", *uuid ? "  UUID=" : "", uuid, *label ? "  LABEL=" : "",
                  label, verdict(state ? state : ""), *program ? " (" : "", program,
                  *program ? ")" : "", *reason ? ": " : "", reason);
    if (!state || strcmp(state, "clean") == 0)
        return;
    const struct json *output = json_member(check, "output");
    for (const struct json *l = json_first(output); l; l = json_next(l))
        strbuf_printf(p->out, "    | %s\n",
                      escape_terminal_text(a, json_string(l) ? json_string(l) : ""));
}

void check_print(struct page *p)
{
    const struct json *checks = json_member(p->document, "checks");
    const char *result = json_member_string(p->document, "result");
    bool damaged = false;
    for (const struct json *c = json_first(checks); c; c = json_next(c)) {
        const char *state = json_member_string(c, "state");
        damaged |= state && strcmp(state, "damaged") == 0;
        print_one(p, c);
    }
    bool hint = damaged && result && strcmp(result, "looked") == 0;
    if (!json_bool(json_member(p->document, "written"), false))
        strbuf_add(p->out, hint ? "nothing was written; to mend it, ask for repair_disk on a copy "
                                  "or a snapshot that can be lost\n"
                                : "nothing was written\n");
    else if (result && strcmp(result, "done") != 0)
        strbuf_add(p->out, damaged ? "it was written to and is not whole\n"
                                   : "it was written to, and whether it is whole cannot be told\n");
}
