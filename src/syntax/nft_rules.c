#include "syntax/nft_rules.h"

#include "base/limits.h"


struct reader {
    struct nft_script *script;
    const char *file;
    struct bytes text;
    size_t at;
    int line;
};

/* One statement: up to a newline, a semicolon, the brace that opens or the one that closes a
 * block. */
struct statement {
    struct nft_words words;
    int line;
    bool opens, closes, ends;
};

enum block { BLOCK_FILE, BLOCK_TABLE, BLOCK_CHAIN, BLOCK_SET, BLOCK_OTHER };

static void fail(struct reader *r, const char *problem, int line)
{
    if (r->script->problem)
        return;
    r->script->problem = problem;
    r->script->problem_file = r->file;
    r->script->problem_line = line;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static const char *word_at(const struct statement *s, size_t i)
{
    return i < s->words.items.count ? s->words.items.items[i] : "";
}

static void push(struct reader *r, struct statement *s, struct bytes b)
{
    r->script->nodes++;
    vec_push(r->script->arena, &s->words.items, arena_text(r->script->arena, b));
}

/* A variable stands for its words, without outer braces where it stands within a set. */
static void push_variable(struct reader *r, struct statement *s, const char *name, bool in_set)
{
    for (size_t i = r->script->defines.count; i-- > 0;) {
        const struct nft_define *d = &r->script->defines.items[i];
        if (strcmp(d->name, name) != 0)
            continue;
        size_t n = d->words.items.count;
        bool braced = in_set && n >= 2 && strcmp(d->words.items.items[0], "{") == 0;
        for (size_t k = braced; k < n - braced && r->script->nodes < LIMIT_PARSE_NODES; k++) {
            r->script->nodes++;
            vec_push(r->script->arena, &s->words.items, d->words.items.items[k]);
        }
        return;
    }
    nft_script_refuse(r->script, "a variable that is not defined", r->file, r->line);
}

static bool is_word_byte(char c)
{
    return c > ' ' && !strchr("{},;\"#=!<>()|&", c);
}

/* "22:accept" of a map is three words; addresses of IPv6 and MAC have more than one colon. */
static void push_word(struct reader *r, struct statement *s, struct bytes b, bool in_set)
{
    const char *colon = memchr(b.ptr, ':', b.len);
    size_t n = colon ? (size_t)(colon - b.ptr) : b.len;
    if (b.ptr[0] == '$') {
        push_variable(r, s, arena_text(r->script->arena, bytes_cut(b, 1, n)), in_set);
        if (!colon)
            return;
        b = bytes_cut(b, n, b.len);
        colon = b.ptr;
        n = 0;
    }
    bool single = colon && !memchr(b.ptr + n + 1, ':', b.len - n - 1);
    if (!single) {
        push(r, s, b);
        return;
    }
    if (n > 0)
        push(r, s, bytes_cut(b, 0, n));
    push(r, s, bytes_of(":"));
    if (n + 1 < b.len) {
        struct bytes rest = bytes_cut(b, n + 1, b.len);
        if (rest.ptr[0] == '$')
            push_variable(r, s, arena_text(r->script->arena, bytes_cut(rest, 1, rest.len)), in_set);
        else
            push(r, s, rest);
    }
}

static void take_string(struct reader *r, struct statement *s)
{
    size_t start = ++r->at;
    while (r->at < r->text.len && r->text.ptr[r->at] != '"' && r->text.ptr[r->at] != '\n')
        r->at++;
    push(r, s, bytes_cut(r->text, start, r->at));
    if (r->at < r->text.len && r->text.ptr[r->at] == '"')
        r->at++;
}

static void skip_comment(struct reader *r)
{
    while (r->at < r->text.len && r->text.ptr[r->at] != '\n')
        r->at++;
}

static bool opens_block(const struct statement *s, enum block block)
{
    static const char *const verbs[] = {"add", "create", NULL};
    static const char *const objects[] = {"table", "chain",   "set",       "map",     "counter",
                                          "quota", "limit",   "flowtable", "secmark", "synproxy",
                                          "ct",    "element", NULL};
    size_t first = block == BLOCK_FILE && is_one_of(word_at(s, 0), verbs);
    const char *word = word_at(s, first);
    if (block != BLOCK_FILE && block != BLOCK_TABLE)
        return false;
    return is_one_of(word, objects) && strcmp(word, "element") != 0;
}

/* The next statement; false at the end of the file. */
static bool next_statement(struct reader *r, enum block block, struct statement *s)
{
    int depth = 0;
    *s = (struct statement){.line = r->line};
    while (r->at < r->text.len && r->script->nodes < LIMIT_PARSE_NODES) {
        char c = r->text.ptr[r->at];
        if (c == '\\' && r->at + 1 < r->text.len && r->text.ptr[r->at + 1] == '\n') {
            r->at += 2;
            r->line++;
        } else if (c == '\n' || (c == ';' && depth == 0)) {
            r->at++;
            bool ends = depth == 0 && s->words.items.count > 0;
            r->line += c == '\n';
            if (ends)
                return true;
            if (s->words.items.count == 0)
                s->line = r->line;
        } else if (c == '#') {
            skip_comment(r);
        } else if (c == '"') {
            take_string(r, s);
        } else if (c == '{' && depth == 0 && opens_block(s, block)) {
            r->at++;
            s->opens = true;
            return true;
        } else if (c == '}' && depth == 0) {
            if (s->words.items.count == 0) {
                r->at++;
                s->closes = true;
            }
            return true; /* "… }": the brace is the next statement */
        } else if (c == '{' || c == '}') {
            depth += c == '{' ? 1 : -1;
            if (depth > LIMIT_NFT_SET_DEPTH)
                fail(r, "sets within sets", r->line);
            push(r, s, bytes_cut(r->text, r->at, r->at + 1));
            r->at++;
        } else if (c <= ' ' && c >= 0) {
            r->at++;
        } else if (!is_word_byte(c)) {
            size_t n = r->at + 1 < r->text.len && r->text.ptr[r->at + 1] == '=' && strchr("=!<>", c)
                           ? 2
                           : 1;
            push(r, s, bytes_cut(r->text, r->at, r->at + n));
            r->at += n;
        } else {
            size_t start = r->at;
            while (r->at < r->text.len && is_word_byte(r->text.ptr[r->at]))
                r->at++;
            push_word(r, s, bytes_cut(r->text, start, r->at), depth > 0);
        }
    }
    if (r->script->nodes >= LIMIT_PARSE_NODES)
        fail(r, "a limit was hit: too many words", r->line);
    s->ends = true;
    return s->words.items.count > 0;
}

/* Where a statement talks about: family, table, and what follows. */
struct target {
    const char *family, *table, *name;
    size_t next;
};

static struct target target_of(const struct statement *s, size_t i, bool named)
{
    static const char *const families[] = {"ip", "ip6", "inet", "arp", "bridge", "netdev", NULL};
    struct target t = {.family = "ip"};
    if (is_one_of(word_at(s, i), families))
        t.family = word_at(s, i++);
    t.table = word_at(s, i++);
    if (named)
        t.name = word_at(s, i++);
    t.next = i;
    return t;
}

static struct nft_item *find_item(struct nft_script *script, enum nft_item_kind kind,
                                  const struct target *t)
{
    vec_each (item, &script->items)
        if (item->kind == kind && !item->is_gone && strcmp(item->family, t->family) == 0 &&
            strcmp(item->table, t->table) == 0 && strcmp(item->name, t->name) == 0)
            return item;
    return NULL;
}

static struct nft_item *add_item(struct reader *r, enum nft_item_kind kind, const struct target *t,
                                 int line)
{
    struct nft_item *item = vec_push_new(r->script->arena, &r->script->items);
    *item = (struct nft_item){.kind = kind,
                              .family = t->family,
                              .table = t->table,
                              .name = t->name,
                              .file = r->file,
                              .line = line};
    return item;
}

/* Chains and sets that are there already are added to. */
static struct nft_item *make_item(struct reader *r, enum nft_item_kind kind, const struct target *t,
                                  int line)
{
    struct nft_item *known = find_item(r->script, kind, t);
    return known ? known : add_item(r, kind, t, line);
}

static void copy_words(struct reader *r, const struct statement *s, size_t from,
                       struct nft_words *out)
{
    for (size_t i = from; i < s->words.items.count; i++)
        vec_push(r->script->arena, &out->items, s->words.items.items[i]);
}

static void add_rule(struct reader *r, const struct statement *s, const struct target *t,
                     bool insert)
{
    static const char *const positions[] = {"index", "position", "handle", NULL};
    if (is_one_of(word_at(s, t->next), positions)) {
        fail(r, "a rule put in by number", s->line);
        return;
    }
    struct nft_item *item = add_item(r, NFT_RULE, t, s->line);
    item->is_first = insert;
    copy_words(r, s, t->next, &item->words);
}

static void set_chain_property(struct reader *r, const struct statement *s, struct nft_item *chain)
{
    if (strcmp(word_at(s, 0), "policy") == 0) {
        chain->policy = word_at(s, 1);
        chain->line = s->line;
        chain->file = r->file;
        return;
    }
    for (size_t i = 0; i + 1 < s->words.items.count; i++)
        if (strcmp(word_at(s, i), "hook") == 0)
            chain->hook = word_at(s, i + 1);
    if (!chain->policy)
        chain->policy = "accept";
}

/* "type filter hook input priority 0" opens a chain; no rule starts like that. */
static bool is_chain_property(const struct statement *s)
{
    return (strcmp(word_at(s, 0), "type") == 0 && strcmp(word_at(s, 2), "hook") == 0) ||
           strcmp(word_at(s, 0), "policy") == 0;
}

static void read_define(struct reader *r, const struct statement *s);

/* What may stand in any block. */
static bool read_common(struct reader *r, const struct statement *s)
{
    const char *first = word_at(s, 0);
    if (strcmp(first, "define") == 0 || strcmp(first, "redefine") == 0)
        read_define(r, s);
    else if (strcmp(first, "include") == 0 || strcmp(first, "undefine") == 0)
        fail(r, "an include within a block", s->line);
    else
        return false;
    return true;
}

static void end_block(struct reader *r, const struct statement *s, int line)
{
    if (!s->closes && r->script->nodes < LIMIT_PARSE_NODES)
        nft_script_refuse(r->script, "a block that is not closed", r->file, line);
}

static void read_chain(struct reader *r, const struct target *t, int line)
{
    struct statement s;
    make_item(r, NFT_CHAIN, t, line);
    while (next_statement(r, BLOCK_CHAIN, &s) && !s.closes) {
        const char *first = word_at(&s, 0);
        if (read_common(r, &s)) {
            continue;
        } else if (is_chain_property(&s)) {
            set_chain_property(r, &s, find_item(r->script, NFT_CHAIN, t));
        } else if (strcmp(first, "comment") == 0 || strcmp(first, "devices") == 0 ||
                   (strcmp(first, "flags") == 0 && s.words.items.count == 2)) {
            continue;
        } else {
            struct target rule = *t;
            rule.next = 0;
            add_rule(r, &s, &rule, false);
        }
    }
    end_block(r, &s, line);
}

static void read_set(struct reader *r, const struct target *t, int line)
{
    struct statement s;
    make_item(r, NFT_SET, t, line);
    while (next_statement(r, BLOCK_SET, &s) && !s.closes)
        if (strcmp(word_at(&s, 0), "elements") == 0)
            copy_words(r, &s, 2, &find_item(r->script, NFT_SET, t)->words);
    end_block(r, &s, line);
}

static void skip_block(struct reader *r)
{
    struct statement s;
    while (next_statement(r, BLOCK_OTHER, &s) && !s.closes)
        ;
}

static void read_table(struct reader *r, const struct target *table)
{
    static const char *const known[] = {"chain",   "set",     "map",      "counter", "quota",
                                        "limit",   "ct",      "secmark",  "comment", "flags",
                                        "owner",   "element", "flowtable", "synproxy", NULL};
    struct statement s;
    int line = r->line;
    while (next_statement(r, BLOCK_TABLE, &s) && !s.closes) {
        const char *first = word_at(&s, 0);
        if (read_common(r, &s))
            continue;
        if (!is_one_of(first, known))
            nft_script_refuse(r->script, "a word that no part of a table begins with", r->file,
                              s.line);
        struct target t = *table;
        t.name = word_at(&s, 1);
        if (strcmp(first, "chain") == 0 && s.opens)
            read_chain(r, &t, s.line);
        else if ((strcmp(first, "set") == 0 || strcmp(first, "map") == 0) && s.opens)
            read_set(r, &t, s.line);
        else if (s.opens)
            skip_block(r);
        else if (strcmp(first, "flags") == 0 && strcmp(t.name, "dormant") == 0)
            fail(r, "a table that sleeps", s.line);
    }
    end_block(r, &s, line);
}

/* flush and delete: what came before in these files is gone. */
static void forget(struct nft_script *script, const char *object, const struct target *t,
                   bool flush)
{
    vec_each (item, &script->items) {
        bool everything = strcmp(object, "ruleset") == 0;
        if (!everything &&
            (strcmp(item->family, t->family) != 0 || strcmp(item->table, t->table) != 0))
            continue;
        bool in_table = strcmp(object, "table") == 0 && (!flush || item->kind == NFT_RULE);
        bool named = t->name && strcmp(item->name, t->name) == 0;
        bool in_chain = strcmp(object, "chain") == 0 && named &&
                        (item->kind == NFT_RULE || (!flush && item->kind == NFT_CHAIN));
        bool in_set = (strcmp(object, "set") == 0 || strcmp(object, "map") == 0) && named &&
                      item->kind == NFT_SET;
        if (everything || in_table || in_chain)
            item->is_gone = true;
        if (in_set && flush)
            item->words.items.count = 0;
    }
}

static void read_define(struct reader *r, const struct statement *s)
{
    struct nft_define *d = vec_push_new(r->script->arena, &r->script->defines);
    d->name = word_at(s, 1);
    d->words = (struct nft_words){0};
    copy_words(r, s, strcmp(word_at(s, 2), "=") == 0 ? 3 : 2, &d->words);
}

static void read_object(struct reader *r, const struct statement *s, size_t first, bool insert)
{
    const char *object = word_at(s, first);
    bool is_set = strcmp(object, "set") == 0 || strcmp(object, "map") == 0;
    struct target t = target_of(s, first + 1, strcmp(object, "table") != 0);
    if (strcmp(object, "table") == 0) {
        if (s->opens)
            read_table(r, &t);
    } else if (strcmp(object, "chain") == 0) {
        if (s->opens)
            read_chain(r, &t, s->line);
        else
            make_item(r, NFT_CHAIN, &t, s->line);
    } else if (strcmp(object, "rule") == 0) {
        add_rule(r, s, &t, insert);
    } else if (is_set && s->opens) {
        read_set(r, &t, s->line);
    } else if (strcmp(object, "element") == 0) {
        copy_words(r, s, t.next, &make_item(r, NFT_SET, &t, s->line)->words);
    } else if (s->opens) {
        skip_block(r);
    } else {
        fail(r, "a command outside of the model", s->line);
    }
}

static void read_command(struct reader *r, const struct statement *s)
{
    static const char *const objects[] = {"table", "chain",   "set",       "map",     "counter",
                                          "quota", "limit",   "flowtable", "secmark", "synproxy",
                                          "ct",    "element", "rule",      NULL};
    static const char *const quiet[] = {"list", "reset", "describe", "get", NULL};
    static const char *const strange[] = {"undefine", "replace", "rename", "import",
                                          "export",   "monitor", NULL};
    const char *verb = word_at(s, 0);
    struct nft_script *script = r->script;
    if (strcmp(verb, "include") == 0) {
        script->depth++;
        if (script->depth > LIMIT_NFT_INCLUDE_DEPTH)
            fail(r, "include lines too deep", s->line);
        else
            script->include(script, word_at(s, 1), script->context);
        script->depth--;
    } else if (strcmp(verb, "define") == 0 || strcmp(verb, "redefine") == 0) {
        read_define(r, s);
    } else if (strcmp(verb, "flush") == 0 || strcmp(verb, "delete") == 0 ||
               strcmp(verb, "destroy") == 0) {
        const char *object = word_at(s, 1);
        struct target t = target_of(s, 2, strcmp(object, "table") != 0);
        if (strcmp(object, "rule") == 0 || strcmp(object, "element") == 0)
            fail(r, "a rule taken out by number", s->line);
        forget(script, object, &t, strcmp(verb, "flush") == 0);
    } else if (strcmp(verb, "add") == 0 || strcmp(verb, "create") == 0) {
        read_object(r, s, 1, false);
    } else if (strcmp(verb, "insert") == 0) {
        read_object(r, s, 1, true);
    } else if (is_one_of(verb, objects)) {
        read_object(r, s, 0, false);
    } else if (is_one_of(verb, strange)) {
        fail(r, "a command outside of the model", s->line);
    } else if (!is_one_of(verb, quiet)) {
        nft_script_refuse(script, "a command that nft does not have", r->file, s->line);
    }
}

void nft_script_read(struct nft_script *script, const char *file, struct bytes text)
{
    struct reader r = {script, file, text, 0, 1};
    struct statement s;
    while (next_statement(&r, BLOCK_FILE, &s)) {
        if (s.closes)
            nft_script_refuse(script, "a closing brace too many", file, s.line);
        else
            read_command(&r, &s);
    }
}
