/* Where a startup file certainly ends its shell: blocks, lists and the few tests whose answer is
 * known (is somebody at the prompt, is this bash) are followed, nothing is evaluated. POSIX.1-2017,
 * XCU 2.9; bash(1). */
#include "syntax/shell_lines.h"

#include <string.h>

#include "base/strbuf.h"
#include "syntax/shell_words.h"

#define BLOCKS_MAX 64

enum certainty { RUNS_NOT, RUNS_MAYBE, RUNS_SURELY };

struct answer {
    enum certainty by[SHELL_USE_COUNT];
};

static const struct answer surely = {{RUNS_SURELY, RUNS_SURELY}};
static const struct answer maybe = {{RUNS_MAYBE, RUNS_MAYBE}};
static const struct answer never = {{RUNS_NOT, RUNS_NOT}};

struct block {
    char kind;                   /* 'i' if, 'l' loop, '{' */
    struct answer outer;         /* the statement it is */
    struct answer inner;         /* the branch that is being read */
    bool several;                /* an elif was met */
    const char *variable, *each; /* for … in … */
};

struct reader {
    struct arena *arena;
    struct shell_tokens tokens;
    size_t at;
    bool is_bash;
    bool stopped;
    bool live[SHELL_USE_COUNT]; /* nothing before can have left the file */
    struct block blocks[BLOCKS_MAX];
    size_t depth;
    const char *connector; /* "&&" "||" "|", or NULL */
    struct answer result;  /* of the list so far */
    struct shell_text *out;
};

static struct answer both(struct answer a, struct answer b)
{
    for (int u = 0; u < SHELL_USE_COUNT; u++)
        a.by[u] = a.by[u] < b.by[u] ? a.by[u] : b.by[u];
    return a;
}

static struct answer either(struct answer a, struct answer b)
{
    for (int u = 0; u < SHELL_USE_COUNT; u++)
        a.by[u] = a.by[u] > b.by[u] ? a.by[u] : b.by[u];
    return a;
}

static struct answer inverse(struct answer a)
{
    for (int u = 0; u < SHELL_USE_COUNT; u++)
        a.by[u] = (enum certainty)(RUNS_SURELY - a.by[u]);
    return a;
}

static bool is_connector(const struct reader *r, const char *text)
{
    return r->connector && strcmp(r->connector, text) == 0;
}

/* Does the next statement of the list run, the block around it taken for granted? */
static struct answer in_list(const struct reader *r)
{
    return is_connector(r, "&&")   ? r->result
           : is_connector(r, "||") ? inverse(r->result)
           : r->connector          ? never /* in a pipe: a shell of its own */
                                   : surely;
}

static struct answer in_blocks(const struct reader *r, size_t depth)
{
    struct answer a = surely;
    for (size_t i = 0; i < depth; i++)
        a = both(a, both(r->blocks[i].outer, r->blocks[i].inner));
    return a;
}

static void set_result(struct reader *r, struct answer a)
{
    r->result = is_connector(r, "&&")   ? both(r->result, a)
                : is_connector(r, "||") ? either(r->result, a)
                : r->connector          ? maybe
                                        : a;
}

static const struct shell_token *token(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->tokens.items.count ? &r->tokens.items.items[r->at + ahead] : NULL;
}

static bool is_operator(const struct shell_token *t, const char *text)
{
    return t && t->kind == SHELL_OPERATOR && strcmp(t->text, text) == 0;
}

static bool is_word(const struct shell_token *t, const char *text)
{
    return t && t->kind == SHELL_WORD && strcmp(t->text, text) == 0;
}

static const char *unquoted(struct arena *a, const char *word)
{
    char *out = arena_strdup(a, word), *to = out;
    for (const char *p = word; *p; p++)
        if (!strchr("'\"", *p))
            *to++ = *p;
    *to = '\0';
    return out;
}

static void emit(struct reader *r, enum shell_event_kind kind, int line, const char *argument,
                 struct answer runs)
{
    struct shell_event e = {.kind = kind, .line = line, .argument = argument};
    bool any = false;
    for (int u = 0; u < SHELL_USE_COUNT; u++) {
        e.runs[u] = runs.by[u] == RUNS_SURELY && r->live[u];
        any |= e.runs[u];
    }
    if (any)
        vec_push(r->arena, &r->out->events, e);
}

/* What follows may not be reached any more. */
static void leave(struct reader *r, struct answer runs)
{
    for (int u = 0; u < SHELL_USE_COUNT; u++)
        r->live[u] &= runs.by[u] == RUNS_NOT;
    r->stopped |= !r->live[SHELL_AT_PROMPT] && !r->live[SHELL_ONE_COMMAND];
}

/* Tests whose answer is known: PS1 and "i" in $- tell a prompt, BASH bash; that a file is there may
 * be taken for granted, since all that is asked is whether it is read. */
static struct answer test_answer(const struct reader *r, const char *text)
{
    static const struct {
        const char *text;
        char answer; /* p: at a prompt, c: not at one, b: bash, t: true, f: false */
    } rows[] = {
        {"[ -z \"$PS1\" ]", 'c'},
        {"[ -z \"${PS1-}\" ]", 'c'},
        {"[ -z \"${PS1:-}\" ]", 'c'},
        {"[ -z $PS1 ]", 'c'},
        {"[[ -z $PS1 ]]", 'c'},
        {"[[ -z \"$PS1\" ]]", 'c'},
        {"[[ $- != *i* ]]", 'c'},
        {"[ \"$PS1\" ]", 'p'},
        {"[ \"${PS1-}\" ]", 'p'},
        {"[ -n \"$PS1\" ]", 'p'},
        {"[ -n \"${PS1-}\" ]", 'p'},
        {"[ -n \"${PS1:-}\" ]", 'p'},
        {"[[ -n $PS1 ]]", 'p'},
        {"[[ -n \"$PS1\" ]]", 'p'},
        {"[[ $- == *i* ]]", 'p'},
        {"[[ $- = *i* ]]", 'p'},
        {"[[ $- =~ i ]]", 'p'},
        {"[ \"$BASH\" ]", 'b'},
        {"[ \"${BASH-}\" ]", 'b'},
        {"[ -n \"$BASH\" ]", 'b'},
        {"[ -n \"${BASH-}\" ]", 'b'},
        {"[ -n \"$BASH_VERSION\" ]", 'b'},
        {"[ -n \"${BASH_VERSION-}\" ]", 'b'},
        {"[ -n \"${BASH_VERSION:-}\" ]", 'b'},
        {"[ \"$BASH\" != \"/bin/sh\" ]", 'b'},
        {"[ -d /etc/profile.d ]", 't'},
        {"[ -d /etc/profile.d/ ]", 't'},
        {"true", 't'},
        {":", 't'},
        {"false", 'f'},
    };
    static const char *const files[] = {"\"$HOME/.bashrc\"", "$HOME/.bashrc",    "~/.bashrc",
                                        "\"$HOME\"/.bashrc", "/etc/bash.bashrc", "/etc/bashrc"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].text, text) != 0)
            continue;
        struct answer prompt = {{RUNS_SURELY, RUNS_NOT}};
        return rows[i].answer == 'p'   ? prompt
               : rows[i].answer == 'c' ? inverse(prompt)
               : rows[i].answer == 't' ? surely
               : rows[i].answer == 'f' ? never
               : r->is_bash            ? surely
                                       : never;
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (const char *flag = "frse"; *flag; flag++)
            if (strcmp(text, arena_printf(r->arena, "[ -%c %s ]", *flag, files[i])) == 0)
                return surely;
    return maybe;
}

/* Over a function's body; false where it does not look like one. */
static bool skip_body(struct reader *r)
{
    while (token(r, 0) && token(r, 0)->kind == SHELL_NEWLINE)
        r->at++;
    const char *open = is_word(token(r, 0), "{") ? "{" : NULL;
    if (!open)
        return false;
    int depth = 0;
    for (const struct shell_token *t; (t = token(r, 0)); r->at++) {
        depth += is_word(t, "{");
        depth -= is_word(t, "}");
        if (depth == 0) {
            r->at++;
            return true;
        }
    }
    return false;
}

/* "NAME ()" or "function NAME". True when it was one. */
static bool read_function(struct reader *r)
{
    bool keyword = is_word(token(r, 0), "function");
    const struct shell_token *name = token(r, keyword);
    bool brackets =
        is_operator(token(r, keyword + 1u), "(") && is_operator(token(r, keyword + 2u), ")");
    if (!name || name->kind != SHELL_WORD || (!keyword && !brackets))
        return false;
    static const char *const words[] = {"exit", "exec", "return", "source", "logout", "."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        r->stopped |= strcmp(name->text, words[i]) == 0;
    r->at += keyword + 1u + (brackets ? 2u : 0u);
    r->stopped |= !skip_body(r);
    r->connector = NULL;
    return true;
}

/* A whole case … esac: the usual guard leaves the file where nobody is at the prompt. */
static void read_case(struct reader *r, struct answer runs)
{
    static const char *const guards[] = {"case$-in*i*);;*)return;;esac",
                                         "case$-in(*i*);;*)return;;esac",
                                         "case$-in*i*);;*)return0;;esac",
                                         "case$-in*i*);;*)return;esac",
                                         "case$-in*i*);;*)returnesac"};
    struct strbuf text;
    strbuf_init(&text, r->arena);
    bool returns = false, after_separator = true;
    int depth = 0;
    for (const struct shell_token *t; (t = token(r, 0)); r->at++) {
        if (t->kind != SHELL_NEWLINE)
            strbuf_add(&text, t->text);
        returns |= is_word(t, "return");
        depth += after_separator && is_word(t, "case");
        depth -= after_separator && is_word(t, "esac");
        after_separator = t->kind != SHELL_WORD || is_word(t, "then") || is_word(t, "do") ||
                          is_word(t, "else") || is_word(t, "in");
        if (depth == 0)
            break;
    }
    r->stopped |= !token(r, 0);
    r->at++;
    set_result(r, maybe);
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++)
        if (strcmp(text.ptr, guards[i]) == 0) {
            leave(r, both(runs, (struct answer){{RUNS_NOT, RUNS_SURELY}}));
            return;
        }
    if (returns)
        leave(r, both(runs, maybe));
}

static struct block *push_block(struct reader *r, char kind)
{
    if (r->depth == BLOCKS_MAX) {
        r->stopped = true;
        return &r->blocks[BLOCKS_MAX - 1];
    }
    struct block *b = &r->blocks[r->depth++];
    *b = (struct block){.kind = kind, .outer = in_list(r), .inner = surely};
    r->connector = NULL;
    return b;
}

static void pop_block(struct reader *r, char kind)
{
    if (r->depth == 0 || r->blocks[r->depth - 1].kind != kind) {
        r->stopped = true;
        return;
    }
    r->depth--;
    r->connector = NULL;
    r->result = maybe;
}

/* "for NAME in WORD…". */
static void read_for(struct reader *r)
{
    struct block *b = push_block(r, 'l');
    const struct shell_token *name = token(r, 0);
    if (name && name->kind == SHELL_WORD) {
        b->variable = name->text;
        r->at++;
    }
    if (is_word(token(r, 0), "in"))
        for (r->at++; token(r, 0) && token(r, 0)->kind == SHELL_WORD; r->at++)
            if (!b->each && strstr(token(r, 0)->text, "/etc/profile.d"))
                b->each = token(r, 0)->text;
}

static void turn_branch(struct reader *r, const char *word)
{
    struct block *b = r->depth > 0 ? &r->blocks[r->depth - 1] : NULL;
    if (!b || b->kind != (strcmp(word, "do") == 0 ? 'l' : 'i')) {
        r->stopped = true;
        return;
    }
    r->connector = NULL;
    if (strcmp(word, "then") == 0)
        b->inner = b->several ? both(b->inner, maybe) : r->result;
    else if (strcmp(word, "do") == 0)
        b->inner = maybe;
    else if (strcmp(word, "else") == 0)
        b->inner = b->several ? both(b->inner, maybe) : inverse(b->inner);
    else { /* elif */
        b->inner = both(b->several ? b->inner : inverse(b->inner), maybe);
        b->several = true;
    }
}

/* A reserved word where a statement starts. True when it was one. */
static bool read_reserved(struct reader *r)
{
    const char *word = token(r, 0)->text;
    static const char *const branches[] = {"then", "else", "elif", "do"};
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
        if (strcmp(word, branches[i]) == 0) {
            r->at++;
            turn_branch(r, word);
            return true;
        }
    if (strcmp(word, "case") == 0) {
        read_case(r, both(in_blocks(r, r->depth), in_list(r)));
        return true;
    }
    bool known = true;
    size_t before = r->at++;
    if (strcmp(word, "if") == 0)
        push_block(r, 'i');
    else if (strcmp(word, "while") == 0 || strcmp(word, "until") == 0)
        push_block(r, 'l');
    else if (strcmp(word, "for") == 0 || strcmp(word, "select") == 0)
        read_for(r);
    else if (strcmp(word, "{") == 0)
        push_block(r, '{');
    else if (strcmp(word, "fi") == 0)
        pop_block(r, 'i');
    else if (strcmp(word, "done") == 0)
        pop_block(r, 'l');
    else if (strcmp(word, "}") == 0)
        pop_block(r, '{');
    else
        known = false;
    if (!known)
        r->at = before;
    return known;
}

/* ". $i" in a loop over a directory: each file of it is read. */
static bool is_each(struct reader *r, const char *argument, int line)
{
    for (size_t i = r->depth; i-- > 0;) {
        struct block *b = &r->blocks[i];
        if (!b->each || !b->variable ||
            (strcmp(argument, arena_printf(r->arena, "$%s", b->variable)) != 0 &&
             strcmp(argument, arena_printf(r->arena, "${%s}", b->variable)) != 0))
            continue;
        emit(r, SHELL_SOURCE_EACH, line, b->each, both(in_blocks(r, i), b->outer));
        b->each = NULL;
        return true;
    }
    return false;
}

struct command {
    const char **words;
    size_t count;
    int line;
    const char *text; /* words with one blank between */
};

static void judge_command(struct reader *r, const struct command *c, struct answer runs)
{
    struct arena *a = r->arena;
    const char *name = c->words[0];
    const char *argument = c->count > 1 ? unquoted(a, c->words[1]) : NULL;
    if (strcmp(name, "exit") == 0) {
        emit(r, SHELL_EXIT, c->line, argument, runs);
        for (int u = 0; u < SHELL_USE_COUNT; u++) /* where it may run, the next may end it too */
            runs.by[u] = runs.by[u] == RUNS_SURELY ? RUNS_SURELY : RUNS_NOT;
        leave(r, runs);
    } else if (strcmp(name, "logout") == 0) {
        emit(r, SHELL_LOGOUT, c->line, argument, runs);
    } else if (strcmp(name, "return") == 0) {
        leave(r, runs);
    } else if (strcmp(name, "exec") == 0 && argument) {
        if (argument[0] == '-')
            leave(r, runs);
        emit(r, SHELL_EXEC, c->line, argument, runs);
    } else if (strcmp(name, ".") == 0 || strcmp(name, "source") == 0) {
        if (argument && !is_each(r, argument, c->line))
            emit(r, SHELL_SOURCE, c->line, argument, runs);
    } else if (strcmp(name, "alias") == 0 && argument &&
               (strncmp(argument, "exit=", 5) == 0 || strncmp(argument, "exec=", 5) == 0)) {
        r->stopped = true;
    }
}

static bool is_assignment(const char *word)
{
    size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    return n > 0 && word[n] == '=';
}

static void read_command(struct reader *r)
{
    struct command c = {.line = token(r, 0)->line};
    size_t first = r->at;
    while (token(r, 0) && token(r, 0)->kind == SHELL_WORD)
        r->at++;
    while (first < r->at && is_assignment(r->tokens.items.items[first].text))
        first++;
    c.count = r->at - first;
    struct answer runs = both(in_list(r), in_blocks(r, r->depth));
    if (c.count == 0) {
        set_result(r, maybe);
        return;
    }
    c.words = arena_alloc_array(r->arena, c.count, sizeof *c.words);
    struct strbuf text;
    strbuf_init(&text, r->arena);
    for (size_t i = 0; i < c.count; i++) {
        c.words[i] = r->tokens.items.items[first + i].text;
        strbuf_add(&text, i > 0 ? " " : "");
        strbuf_add(&text, c.words[i]);
    }
    c.text = text.ptr;
    const struct shell_token *next = token(r, 0);
    if (is_operator(next, "|") || is_operator(next, "&"))
        runs = never; /* in a shell of its own */
    if (is_operator(next, "("))
        r->stopped = true;
    judge_command(r, &c, runs);
    set_result(r, test_answer(r, c.text));
}

static void skip_subshell(struct reader *r)
{
    int depth = 0;
    for (const struct shell_token *t; (t = token(r, 0));) {
        r->at++;
        depth += is_operator(t, "(");
        depth -= is_operator(t, ")");
        if (depth == 0) {
            set_result(r, maybe);
            return;
        }
    }
    r->stopped = true;
}

static void read_operator(struct reader *r)
{
    const struct shell_token *t = token(r, 0);
    if (is_operator(t, "(")) {
        skip_subshell(r);
        return;
    }
    if (is_operator(t, ")") || is_operator(t, ";;"))
        r->stopped = true;
    bool joins = is_operator(t, "&&") || is_operator(t, "||") || is_operator(t, "|");
    r->connector = joins ? t->text : NULL;
    r->at++;
}

struct shell_text *shell_read(struct arena *a, struct bytes text, bool is_bash)
{
    struct reader *r = arena_new_struct(a, struct reader);
    *r = (struct reader){.arena = a,
                         .tokens = shell_tokens_read(a, text),
                         .is_bash = is_bash,
                         .live = {true, true},
                         .result = maybe,
                         .out = arena_new_struct(a, struct shell_text)};
    while (!r->stopped && token(r, 0)) {
        const struct shell_token *t = token(r, 0);
        if (t->kind == SHELL_NEWLINE) {
            /* A list goes on behind "&&" and its like. */
            const struct shell_token *before = r->at > 0 ? t - 1 : NULL;
            if (!before || before->kind != SHELL_OPERATOR)
                r->connector = NULL;
            r->at++;
        } else if (t->kind == SHELL_OPERATOR) {
            read_operator(r);
        } else if (is_word(t, "!") || is_word(t, "time")) {
            r->at++;
            r->connector = "|"; /* its answer is turned round: nothing of it counts */
        } else if (!read_function(r) && !read_reserved(r)) {
            read_command(r);
        }
    }
    return r->out;
}
