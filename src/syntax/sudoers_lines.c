/* A reader by recursive descent over the whole text: continuation lines may stand anywhere. Follows
 * sudo 1.8.23 to 1.9.16, plugins/sudoers/toke.l and gram.y, error recovery of 1.9.3 included. */
#include "syntax/sudoers_lines.h"

#include <ctype.h>

#include "base/limits.h"
#include "base/strbuf.h"


struct reader {
    struct arena *arena;
    struct bytes text;
    size_t at;
    int line;
    size_t members;
    struct sudoers_text *out;
};

static int peek_at(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? (unsigned char)r->text.ptr[r->at + ahead] : -1;
}

static int peek(const struct reader *r)
{
    return peek_at(r, 0);
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* Length of "\", blanks, newline at AHEAD; 0 when there is none. */
static size_t continuation(const struct reader *r, size_t ahead)
{
    if (peek_at(r, ahead) != '\\')
        return 0;
    size_t n = ahead + 1;
    while (is_blank(peek_at(r, n)))
        n++;
    if (peek_at(r, n) == '\r')
        n++;
    return peek_at(r, n) == '\n' ? n + 1 - ahead : 0;
}

static void skip_blanks(struct reader *r)
{
    for (;;) {
        size_t n = continuation(r, 0);
        if (n > 0) {
            r->at += n;
            r->line++;
        } else if (is_blank(peek(r))) {
            r->at++;
        } else {
            return;
        }
    }
}

/* A comment: "#" and no number behind it, which would be a user id. */
static bool at_comment(const struct reader *r)
{
    if (peek(r) != '#')
        return false;
    int next = peek_at(r, 1);
    if (next == '-')
        next = peek_at(r, 2);
    return !(next >= '0' && next <= '9');
}

static bool at_end(const struct reader *r)
{
    return peek(r) < 0 || peek(r) == '\n' || (peek(r) == '\r' && peek_at(r, 1) == '\n') ||
           at_comment(r);
}

/* Behind the end of the statement; a comment is never continued. */
static void skip_line(struct reader *r)
{
    while (peek(r) >= 0 && peek(r) != '\n') {
        if (at_comment(r)) {
            while (peek(r) >= 0 && peek(r) != '\n')
                r->at++;
            break;
        }
        size_t n = continuation(r, 0);
        if (n > 0) {
            r->line++;
            r->at += n;
        } else {
            r->at += peek(r) == '\\' && peek_at(r, 1) >= 0 && peek_at(r, 1) != '\n' ? 2 : 1;
        }
    }
    if (peek(r) == '\n') {
        r->at++;
        r->line++;
    }
}

static struct sudoers_entry *new_entry(struct reader *r, enum sudoers_kind kind, int line)
{
    if (r->out->entries.count >= LIMIT_SUDOERS_ENTRIES) {
        r->out->too_long = true;
        return NULL;
    }
    struct sudoers_entry *e = vec_push_new(r->arena, &r->out->entries);
    e->kind = kind;
    e->line = line;
    return e;
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

/* "…" with \" inside; a newline ends it as an error. */
static const char *read_quoted(struct reader *r)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    for (r->at++; peek(r) >= 0; r->at++) {
        int c = peek(r);
        size_t n = continuation(r, 0);
        if (c == '"') {
            r->at++;
            return s.len > 0 ? arena_text(r->arena, strbuf_bytes(&s)) : NULL;
        }
        if (n > 0) {
            r->line++;
            r->at += n - 1;
            continue;
        }
        if (c == '\n')
            return NULL;
        if (c == '\\' && peek_at(r, 1) == '"') {
            r->at++;
            c = '"';
        }
        strbuf_add_char(&s, (char)c);
    }
    return NULL;
}

/* Characters up to one of STOPS (blanks and line ends always stop), backslashes undone. */
static const char *read_word(struct reader *r, const char *stops)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (peek(r) >= 0 && !is_blank(peek(r)) && peek(r) != '\n' && peek(r) != '\r' &&
           !(peek(r) != 0 && strchr(stops, peek(r)))) {
        if (peek(r) == '\\') {
            if (continuation(r, 0) > 0 || peek_at(r, 1) < 0 || peek_at(r, 1) == '\n')
                break;
            r->at++;
        }
        strbuf_add_char(&s, (char)peek(r));
        r->at++;
    }
    return s.len > 0 ? arena_text(r->arena, strbuf_bytes(&s)) : NULL;
}

static bool add_member(struct reader *r, struct sudoers_members *list, const char *text,
                       bool negated)
{
    if (r->members++ >= LIMIT_SUDOERS_MEMBERS) {
        r->out->too_long = true;
        return false;
    }
    vec_push(r->arena, &list->list, ((struct sudoers_member){text, negated}));
    return true;
}

/* An address with colons, which a plain word must not hold. */
static size_t ipv6_length(const struct reader *r)
{
    size_t n = 0, colons = 0;
    for (int c; (c = peek_at(r, n)) >= 0 && (isxdigit(c) || c == ':' || c == '.' || c == '/'); n++)
        colons += c == ':';
    return colons >= 2 ? n : 0;
}

/* toke.l: WORD, and the prefixes of ids, groups and netgroups. */
static const char *read_name(struct reader *r, bool is_host)
{
    size_t n = is_host ? ipv6_length(r) : 0;
    if (n > 0) {
        const char *text = arena_text(r->arena, bytes_cut(r->text, r->at, r->at + n));
        r->at += n;
        return text;
    }
    if (peek(r) == '"')
        return read_quoted(r);
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (peek(r) == '%' || peek(r) == '+' || (peek(r) == '#' && !at_comment(r)) ||
           (peek(r) == ':' && s.len > 0 && s.ptr[s.len - 1] == '%')) {
        strbuf_add_char(&s, (char)peek(r));
        r->at++;
        if (s.len > 4)
            return NULL;
    }
    if (s.len > 0 && peek(r) == '"') {
        const char *quoted = read_quoted(r);
        return quoted ? arena_printf(r->arena, "%s%s", s.ptr, quoted) : NULL;
    }
    const char *word = read_word(r, "#>!=:,()\"");
    return word ? arena_printf(r->arena, "%s%s", s.ptr, word) : NULL;
}

/* a, !b, c: up to what is none of it. False: a syntax error. */
static bool read_list(struct reader *r, struct sudoers_members *list, bool is_host)
{
    do {
        bool negated = false;
        while (take(r, '!'))
            negated = !negated;
        skip_blanks(r);
        if (at_end(r))
            return false;
        const char *text = read_name(r, is_host);
        if (!text || !add_member(r, list, text, negated))
            return false;
    } while (take(r, ','));
    return true;
}

/* An upper-case word, then blanks, then FOLLOWED_BY: its text, the reader behind both. */
static const char *read_keyword(struct reader *r, char followed_by)
{
    size_t start = r->at, n = 0;
    int line = r->line;
    while (isupper(peek_at(r, n)) || peek_at(r, n) == '_')
        n++;
    if (n == 0)
        return NULL;
    r->at += n;
    const char *word = arena_text(r->arena, bytes_cut(r->text, start, start + n));
    if (take(r, followed_by))
        return word;
    r->at = start;
    r->line = line;
    return NULL;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static bool read_options(struct reader *r, struct sudoers_entry *e)
{
    static const char *const names[] = {
        "CWD",  "CHROOT", "TIMEOUT",    "NOTBEFORE",        "NOTAFTER", "ROLE",
        "TYPE", "PRIVS",  "LIMITPRIVS", "APPARMOR_PROFILE", NULL};
    for (;;) {
        skip_blanks(r);
        const char *name = read_keyword(r, '=');
        if (!name)
            return true;
        skip_blanks(r);
        const char *value = peek(r) == '"' ? read_quoted(r) : read_word(r, "#>!=,()\"");
        if (!value || !is_one_of(name, names))
            return false;
        if (strcmp(name, "NOTBEFORE") == 0)
            e->not_before = value;
        else if (strcmp(name, "NOTAFTER") == 0)
            e->not_after = value;
    }
}

static void read_tags(struct reader *r, struct sudoers_entry *e)
{
    static const char *const names[] = {"EXEC",      "NOEXEC",      "SETENV",     "NOSETENV",
                                        "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT",
                                        "MAIL",      "NOMAIL",      "FOLLOW",     "NOFOLLOW",
                                        "INTERCEPT", "NOINTERCEPT", NULL};
    for (;;) {
        skip_blanks(r);
        size_t at = r->at;
        int line = r->line;
        const char *name = read_keyword(r, ':');
        if (!name)
            return;
        if (strcmp(name, "PASSWD") == 0)
            e->tag = SUDOERS_TAG_PASSWD;
        else if (strcmp(name, "NOPASSWD") == 0)
            e->tag = SUDOERS_TAG_NOPASSWD;
        else if (!is_one_of(name, names)) {
            r->at = at; /* "ALL : host = ALL", or an error that shows later */
            r->line = line;
            return;
        }
    }
}

/* sha256:… before a command; several with commas. */
static bool skip_digests(struct reader *r, struct sudoers_entry *e)
{
    for (;;) {
        skip_blanks(r);
        struct bytes rest = bytes_cut(r->text, r->at, r->at + 6);
        if (!bytes_start_with(rest, "sha224") && !bytes_start_with(rest, "sha256") &&
            !bytes_start_with(rest, "sha384") && !bytes_start_with(rest, "sha512"))
            return true;
        r->at += 6;
        if (!take(r, ':'))
            return false;
        skip_blanks(r);
        if (!read_word(r, ",#"))
            return false;
        e->has_digest = true;
        take(r, ',');
    }
}

/* toke.l GOTCMND: the command and its arguments, up to an unescaped # : , = or the line's end. */
static const char *read_path(struct reader *r)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (!at_end(r)) {
        int c = peek(r);
        size_t n = continuation(r, 0);
        if (n > 0) {
            r->at += n;
            r->line++;
            strbuf_add_char(&s, ' ');
            continue;
        }
        if (c == ':' || c == ',' || c == '=' || c == '#')
            break;
        if (c == '\\' && peek_at(r, 1) >= 0 && peek_at(r, 1) != '\n') {
            if (!strchr(":\\,= \t#", peek_at(r, 1)))
                strbuf_add_char(&s, '\\');
            r->at++;
            c = peek(r);
        }
        strbuf_add_char(&s, c == '\t' ? ' ' : (char)c);
        r->at++;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\r'))
        s.len--;
    return s.len > 0 ? arena_text(r->arena, strbuf_bytes(&s)) : NULL;
}

/* ^…$ of 1.9.10 on: kept as it stands. */
static bool is_command(const char *text)
{
    if (text[0] == '/' || text[0] == '^')
        return true;
    size_t n = strcspn(text, " ");
    if ((n == 8 && strncmp(text, "sudoedit", n) == 0) || strcmp(text, "list") == 0)
        return true;
    if (!isupper((unsigned char)text[0]))
        return false;
    for (size_t i = 0; text[i]; i++)
        if (!isupper((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && text[i] != '_')
            return false;
    return true; /* ALL or an alias */
}

static const char *read_command(struct reader *r, struct sudoers_member *command)
{
    while (take(r, '!'))
        command->negated = !command->negated;
    skip_blanks(r);
    if (peek(r) == '/' || peek(r) == '^' ||
        bytes_start_with(bytes_cut(r->text, r->at, r->at + 8), "sudoedit"))
        command->text = read_path(r);
    else
        command->text = read_word(r, "#>!=:,()\"");
    if (!command->text)
        return "a command is missing";
    return is_command(command->text) ? NULL : "a command must be a full path";
}

/* The parentheses; the reader stands behind the opening one. */
static const char *read_runas(struct reader *r, struct sudoers_entry *e)
{
    e->has_runas = true;
    e->runas = (struct sudoers_members){0};
    skip_blanks(r);
    if (peek(r) != ':' && peek(r) != ')' && !read_list(r, &e->runas, false))
        return "the target users cannot be read";
    e->runas_empty = e->runas.list.count == 0;
    struct sudoers_members groups = {0};
    if (take(r, ':')) {
        skip_blanks(r);
        if (peek(r) != ')' && !read_list(r, &groups, false))
            return "the target groups cannot be read";
    }
    return take(r, ')') ? NULL : "a closing parenthesis is missing";
}

/* One privilege: hosts = commands. Entries are added from TEMPLATE. NULL, or what is wrong. */
static const char *read_privilege(struct reader *r, const struct sudoers_entry *template)
{
    struct sudoers_entry e = *template;
    size_t first = r->out->entries.count;
    if (!read_list(r, &e.hosts, true))
        return "a host is missing";
    if (!take(r, '='))
        return "\"=\" is missing";
    const char *error = NULL;
    do {
        skip_blanks(r);
        e.command = (struct sudoers_member){0};
        e.has_digest = false;
        if (take(r, '('))
            error = read_runas(r, &e);
        if (!error && !read_options(r, &e))
            error = "an option is unknown";
        if (!error) {
            read_tags(r, &e);
            if (!skip_digests(r, &e))
                error = "a digest cannot be read";
        }
        if (!error)
            error = read_command(r, &e.command);
        struct sudoers_entry *added = error ? NULL : new_entry(r, SUDOERS_RULE, e.line);
        if (added)
            *added = e;
    } while (!error && take(r, ','));
    skip_blanks(r);
    if (!error && !at_end(r) && peek(r) != ':')
        error = "more than a command stands here";
    if (error)
        r->out->entries.count = first; /* sudo drops the privilege with all its commands */
    return error;
}

static const char *read_rule(struct reader *r, int line)
{
    struct sudoers_entry e = {.kind = SUDOERS_RULE, .line = line};
    if (!read_list(r, &e.members, false))
        return "a user is missing";
    skip_blanks(r);
    if (at_end(r))
        return "a host and a command are missing";
    const char *error;
    do
        error = read_privilege(r, &e);
    while (!error && take(r, ':'));
    return error;
}

static bool is_alias_name(const char *text)
{
    return text && isupper((unsigned char)text[0]) && text[0] != '"' && is_command(text);
}

static const char *read_alias(struct reader *r, char scope, int line)
{
    do {
        skip_blanks(r);
        const char *name = read_word(r, "#>!=:,()\"");
        if (!is_alias_name(name) || strcmp(name, "ALL") == 0)
            return "not a name of an alias";
        if (!take(r, '='))
            return "\"=\" is missing";
        struct sudoers_members members = {0};
        if (scope != 'C' && !read_list(r, &members, scope == 'H'))
            return "a member of the alias is missing";
        if (scope == 'C') {
            do {
                struct sudoers_entry unused = {0};
                struct sudoers_member command = {0};
                const char *error = skip_digests(r, &unused) ? read_command(r, &command)
                                                             : "a digest cannot be read";
                if (error)
                    return error;
                if (!add_member(r, &members, command.text, command.negated))
                    return "too many members";
            } while (take(r, ','));
        }
        skip_blanks(r);
        if (!at_end(r) && peek(r) != ':')
            return "more than the alias stands here";
        struct sudoers_entry *e = new_entry(r, SUDOERS_ALIAS, line);
        if (e) {
            e->name = name;
            e->scope = scope;
            e->members = members;
        }
    } while (take(r, ':'));
    return NULL;
}

/* toke.l: the scope follows "Defaults" without a blank. */
static const char *read_defaults(struct reader *r, int line)
{
    struct sudoers_entry e = {.kind = SUDOERS_DEFAULT, .line = line};
    size_t first = r->out->entries.count;
    if (peek(r) > 0 && strchr(":@>!", peek(r))) {
        e.scope = (char)peek(r);
        r->at++;
        skip_blanks(r);
        if (e.scope == '!') {
            struct sudoers_member command = {0};
            do {
                while (take(r, '!'))
                    command.negated = !command.negated;
                skip_blanks(r);
                command.text = read_word(r, "#>!=:,()\"");
                if (!command.text || !add_member(r, &e.members, command.text, command.negated))
                    return "a command is missing";
            } while (take(r, ','));
        } else if (!read_list(r, &e.members, e.scope == '@')) {
            return "the scope of the setting cannot be read";
        }
    }
    do {
        struct sudoers_entry d = e;
        if (take(r, '!'))
            d.operation = '!';
        while (take(r, '!'))
            d.operation = d.operation ? '\0' : '!';
        skip_blanks(r);
        d.name = read_word(r, "#>!=:,()\"+-");
        if (!d.name) {
            r->out->entries.count = first;
            return "the name of a setting is missing";
        }
        skip_blanks(r);
        if (peek(r) == '=' || ((peek(r) == '+' || peek(r) == '-') && peek_at(r, 1) == '=')) {
            d.operation = (char)peek(r);
            r->at += peek(r) == '=' ? 1 : 2;
            skip_blanks(r);
            d.value = peek(r) == '"' ? (peek_at(r, 1) == '"' ? (r->at += 2, "") : read_quoted(r))
                                     : read_word(r, "#!=,\"");
            if (!d.value) {
                r->out->entries.count = first;
                return "the value of a setting is missing";
            }
        }
        struct sudoers_entry *added = new_entry(r, SUDOERS_DEFAULT, line);
        if (added)
            *added = d;
    } while (take(r, ','));
    skip_blanks(r);
    if (at_end(r))
        return NULL;
    r->out->entries.count = first;
    return "more than settings stands here";
}

static bool word_here(struct reader *r, const char *word, const char *behind)
{
    size_t n = strlen(word);
    if (!bytes_start_with(bytes_cut(r->text, r->at, r->at + n), word))
        return false;
    int next = peek_at(r, n);
    if (!is_blank(next) && !(next > 0 && strchr(behind, next)))
        return false;
    r->at += n;
    return true;
}

/* @include, #include and their directories; true when the line was one. */
static bool read_include(struct reader *r, bool line_start, int line)
{
    bool at_sign = peek(r) == '@';
    if (!at_sign && !(peek(r) == '#' && line_start))
        return false;
    r->at++;
    bool directory = word_here(r, "includedir", "");
    if (!directory && !word_here(r, "include", "")) {
        r->at--;
        return false;
    }
    skip_blanks(r);
    const char *path = peek(r) == '"' ? read_quoted(r) : read_word(r, at_sign ? "" : "\"");
    skip_blanks(r);
    bool clean = path && (at_end(r) || !at_sign);
    struct sudoers_entry *e = new_entry(r,
                                        !clean      ? SUDOERS_ERROR
                                        : directory ? SUDOERS_INCLUDE_DIRECTORY
                                                    : SUDOERS_INCLUDE,
                                        line);
    if (e) {
        e->name = path ? path : "@include";
        e->at_sign = at_sign;
        e->error = clean ? NULL : "the path of an include cannot be read";
    }
    return true;
}

static const char *read_statement(struct reader *r, int line)
{
    static const struct {
        const char *word;
        char scope;
    } aliases[] = {{"User_Alias", 'U'},
                   {"Runas_Alias", 'R'},
                   {"Host_Alias", 'H'},
                   {"Cmnd_Alias", 'C'},
                   {"Cmd_Alias", 'C'}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (word_here(r, aliases[i].word, ""))
            return read_alias(r, aliases[i].scope, line);
    if (word_here(r, "Defaults", ":@>!\\"))
        return read_defaults(r, line);
    return read_rule(r, line);
}

struct sudoers_text *sudoers_read(struct arena *a, struct bytes text)
{
    struct sudoers_text *out = arena_new_struct(a, struct sudoers_text);
    struct reader r = {.arena = a, .text = text, .line = 1, .out = out};
    while (peek(&r) >= 0 && !out->too_long) {
        size_t start = r.at;
        int line = r.line;
        skip_blanks(&r);
        size_t first = r.at;
        if (read_include(&r, first == start, line) || at_end(&r)) {
            skip_line(&r);
            continue;
        }
        const char *error = read_statement(&r, line);
        if (error) {
            struct sudoers_entry *e = new_entry(&r, SUDOERS_ERROR, line);
            size_t end = first;
            while (end < text.len && !is_blank(text.ptr[end]) && text.ptr[end] != '\n' &&
                   end - first < 256)
                end++;
            if (e) {
                e->name = arena_text(a, bytes_cut(text, first, end));
                e->error = error;
            }
        }
        skip_line(&r);
    }
    return out;
}
