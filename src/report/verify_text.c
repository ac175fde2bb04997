#include "report/verify_text.h"

#include "base/escape.h"

static const char *escaped(struct arena *a, const struct json *o, const char *name)
{
    const char *text = json_member_string(o, name);
    return escape_terminal_text(a, text ? text : "");
}

static void print_check(struct page *p, const struct json *check)
{
    struct arena *a = p->out->arena;
    strbuf_printf(p->out, "  %s  ", escaped(a, check, "program"));
    if (json_bool(json_member(check, "ran"), false))
        strbuf_printf(p->out, "exit %d\n", (int)json_number(json_member(check, "exit"), -1));
    else
        strbuf_printf(p->out, "did not run: %s\n", escaped(a, check, "reason"));
    const struct json *output = json_member(check, "output");
    for (const struct json *l = json_first(output); l; l = json_next(l))
        strbuf_printf(p->out, "    | %s\n",
                      escape_terminal_text(a, json_string(l) ? json_string(l) : ""));
}

void verify_print(struct page *p)
{
    struct arena *a = p->out->arena;
    const struct json *checks = json_member(p->document, "checks");
    const struct json *ours = json_member(p->document, "ours");
    const struct json *agrees = json_member(p->document, "agrees");
    if (json_type(ours) != JSON_OBJECT)
        return;
    strbuf_add(p->out, "the guest's own programs, run on a copy that is thrown away\n");
    for (const struct json *c = json_first(checks); c; c = json_next(c))
        print_check(p, c);
    strbuf_printf(p->out, "diskmend: sshd %s, sudoers %s\n", escaped(a, ours, "sshd"),
                  escaped(a, ours, "sudoers"));
    const struct json *differences = json_member(p->document, "differences");
    for (const struct json *d = json_first(differences); d; d = json_next(d))
        strbuf_printf(p->out, "  %s: diskmend says %s, the guest says %s\n", escaped(a, d, "about"),
                      escaped(a, d, "ours"), escaped(a, d, "theirs"));
    strbuf_add(p->out, json_type(agrees) != JSON_BOOL ? "nothing can be compared\n"
                       : json_bool(agrees, false)     ? "they agree\n"
                                                      : "they do not agree\n");
}
