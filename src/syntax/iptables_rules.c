#include "syntax/iptables_rules.h"

#include "base/limits.h"
#include "base/strbuf.h"

struct words {
    VEC(const char *) items;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* xtables-restore.c add_param: blanks separate, double quotes hold, a backslash escapes in them. */
static void split(struct arena *a, struct bytes line, struct words *out)
{
    for (size_t i = 0; i < line.len;) {
        if (is_blank(line.ptr[i])) {
            i++;
            continue;
        }
        struct strbuf s;
        strbuf_init(&s, a);
        bool quoted = false;
        for (; i < line.len && (quoted || !is_blank(line.ptr[i])); i++) {
            if (line.ptr[i] == '"')
                quoted = !quoted;
            else if (quoted && line.ptr[i] == '\\' && i + 1 < line.len)
                strbuf_add_char(&s, line.ptr[++i]);
            else
                strbuf_add_char(&s, line.ptr[i]);
        }
        vec_push(a, &out->items, arena_text(a, strbuf_bytes(&s)));
    }
}

static void fail(struct iptables_rules *out, const char *problem, int line)
{
    if (out->problem)
        return;
    out->problem = problem;
    out->problem_line = line;
}

static bool is_one_of(const char *word, const char *one, const char *other)
{
    return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

static void read_rule(struct arena *a, const char *table, const struct words *w, int line,
                      struct iptables_rules *out)
{
    size_t first = w->items.items[0][0] == '[' ? 1 : 0; /* counters stand in front */
    if (w->items.count < first + 2) {
        fail(out, "a line without a chain", line);
        return;
    }
    const char *command = w->items.items[first];
    if (is_one_of(command, "-N", "--new-chain")) {
        vec_push(a, &out->chains,
                 ((struct iptables_chain){table, w->items.items[first + 1], NULL, line}));
        return;
    }
    if (is_one_of(command, "-P", "--policy") && w->items.count > first + 2) {
        vec_push(a, &out->chains,
                 ((struct iptables_chain){table, w->items.items[first + 1],
                                          w->items.items[first + 2], line}));
        return;
    }
    bool insert = is_one_of(command, "-I", "--insert");
    if (!insert && !is_one_of(command, "-A", "--append")) {
        fail(out, "a command other than -A", line);
        return;
    }
    struct iptables_rule *r = vec_push_new(a, &out->rules);
    *r = (struct iptables_rule){.table = table,
                                .chain = w->items.items[first + 1],
                                .words = w->items.items + first + 2,
                                .count = w->items.count - first - 2,
                                .is_first = insert,
                                .line = line};
    if (insert && r->count > 0 && r->words[0][0] >= '0' && r->words[0][0] <= '9') {
        if (strcmp(r->words[0], "1") != 0)
            fail(out, "a rule put in by number", line);
        r->words++;
        r->count--;
    }
}

void iptables_rules_read(struct arena *a, struct bytes text, struct iptables_rules *out)
{
    const char *table = NULL;
    size_t chains = out->chains.count, rules = out->rules.count;
    int number = 0;
    for (size_t at = 0; at < text.len && number < (int)LIMIT_PARSE_NODES;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len;
        struct words w = {0};
        number++;
        split(a, bytes_cut(text, at, stop), &w);
        at = stop + 1;
        if (w.items.count == 0 || w.items.items[0][0] == '#')
            continue;
        const char *word = w.items.items[0];
        if (*word == '*') {
            table = word + 1;
        } else if (!table) {
            fail(out, "a line outside of a table", number);
        } else if (strcmp(word, "COMMIT") == 0) {
            table = NULL;
            chains = out->chains.count;
            rules = out->rules.count;
        } else if (*word == ':') {
            const char *policy = w.items.count > 1 ? w.items.items[1] : "-";
            vec_push(a, &out->chains,
                     ((struct iptables_chain){table, word + 1,
                                              strcmp(policy, "-") == 0 ? NULL : policy, number}));
        } else {
            read_rule(a, table, &w, number, out);
        }
    }
    out->chains.count = chains;
    out->rules.count = rules;
}
