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

/* Built into a table, or a line of this table before. */
static bool has_chain(const struct iptables_rules *out, size_t from, const char *table,
                      const char *name)
{
    static const char *const built_in[] = {"INPUT",      "OUTPUT",      "FORWARD",
                                           "PREROUTING", "POSTROUTING", NULL};
    for (const char *const *b = built_in; *b; b++)
        if (strcmp(*b, name) == 0)
            return true;
    for (size_t i = from; i < out->chains.count; i++)
        if (strcmp(out->chains.items[i].table, table) == 0 &&
            strcmp(out->chains.items[i].name, name) == 0)
            return true;
    return false;
}

/* iptables-extensions(8): a target is lower case nowhere, and its own module. */
static bool is_target(const char *name)
{
    static const char *const names[] = {
        "ACCEPT",     "DROP",    "RETURN",      "QUEUE",    "REJECT",   "LOG",         "NFLOG",
        "ULOG",       "NFQUEUE", "MARK",        "CONNMARK", "CLASSIFY", "CHECKSUM",    "CLUSTERIP",
        "CT",         "NOTRACK", "DNAT",        "SNAT",     "DNPT",     "SNPT",        "DSCP",
        "TOS",        "ECN",     "HL",          "TTL",      "HMARK",    "IDLETIMER",   "LED",
        "MASQUERADE", "NETMAP",  "RATEEST",     "REDIRECT", "SECMARK",  "CONNSECMARK", "SET",
        "SYNPROXY",   "TCPMSS",  "TCPOPTSTRIP", "TEE",      "TPROXY",   "TRACE",       "AUDIT",
        "MIRROR",     "SAME",    "TARPIT",      "DELUDE",   "CHAOS",    "ECHO",        "ACCOUNT",
        "LOGMARK",    "SYSRQ",   "STEAL",       "RAWDNAT",  "RAWSNAT",  "DHCPMAC",     "IPMARK",
        "ROUTE",      "IMQ",     "FLOWOFFLOAD", "PROTO",    "ASN",      NULL};
    for (const char *const *n = names; *n; n++)
        if (strcmp(*n, name) == 0)
            return true;
    return false;
}

static void refuse(struct iptables_rules *out, const char *why, int line)
{
    if (out->refused)
        return;
    out->refused = why;
    out->refused_line = line;
}

/* A chain or target that is not there, in what this table brought: iptables ends at that line. */
static void check_table(struct iptables_rules *out, size_t chains, size_t rules)
{
    for (size_t i = rules; i < out->rules.count; i++) {
        const struct iptables_rule *r = &out->rules.items[i];
        if (!has_chain(out, chains, r->table, r->chain))
            refuse(out, "a rule of a chain that is not there", r->line);
        for (size_t k = 0; k < r->count; k++) {
            bool jump = is_one_of(r->words[k], "-j", "--jump");
            if (!jump && !is_one_of(r->words[k], "-g", "--goto"))
                continue;
            const char *target = k + 1 < r->count ? r->words[k + 1] : "";
            if (!has_chain(out, chains, r->table, target) && !(jump && is_target(target)))
                refuse(out, "a target that is not there", r->line);
            break;
        }
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
            if (out->is_alone)
                check_table(out, chains, rules);
            if (out->refused)
                break;
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
