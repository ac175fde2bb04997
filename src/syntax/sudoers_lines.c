/* A reader by recursive descent over the whole text: continuation lines may stand anywhere. Follows
 * sudo 1.8.23 to 1.9.16, plugins/sudoers/toke.l and gram.y, error recovery of 1.9.3 included. */
#include "syntax/sudoers_lines.h"

#include <ctype.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "syntax/sudoers_words.h"

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static bool read_options(struct sudoers_reader *r, struct sudoers_entry *e)
{
    static const char *const names[] = {
        "CWD",  "CHROOT", "TIMEOUT",    "NOTBEFORE",        "NOTAFTER", "ROLE",
        "TYPE", "PRIVS",  "LIMITPRIVS", "APPARMOR_PROFILE", NULL};
    for (;;) {
        sudoers_skip_blanks(r);
        const char *name = sudoers_read_keyword(r, '=');
        if (!name)
            return true;
        sudoers_skip_blanks(r);
        const char *value =
            sudoers_peek(r) == '"' ? sudoers_read_quoted(r) : sudoers_read_word(r, "#>!=,()\"");
        if (!value || !is_one_of(name, names))
            return false;
        if (strcmp(name, "NOTBEFORE") == 0)
            e->not_before = value;
        else if (strcmp(name, "NOTAFTER") == 0)
            e->not_after = value;
    }
}

static void read_tags(struct sudoers_reader *r, struct sudoers_entry *e)
{
    static const char *const names[] = {"EXEC",      "NOEXEC",      "SETENV",     "NOSETENV",
                                        "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT",
                                        "MAIL",      "NOMAIL",      "FOLLOW",     "NOFOLLOW",
                                        "INTERCEPT", "NOINTERCEPT", NULL};
    for (;;) {
        sudoers_skip_blanks(r);
        size_t at = r->at;
        int line = r->line;
        const char *name = sudoers_read_keyword(r, ':');
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
static bool skip_digests(struct sudoers_reader *r, struct sudoers_entry *e)
{
    for (;;) {
        sudoers_skip_blanks(r);
        struct bytes rest = bytes_cut(r->text, r->at, r->at + 6);
        if (!bytes_start_with(rest, "sha224") && !bytes_start_with(rest, "sha256") &&
            !bytes_start_with(rest, "sha384") && !bytes_start_with(rest, "sha512"))
            return true;
        r->at += 6;
        if (!sudoers_take(r, ':'))
            return false;
        sudoers_skip_blanks(r);
        if (!sudoers_read_word(r, ",#"))
            return false;
        e->has_digest = true;
        sudoers_take(r, ',');
    }
}

/* toke.l GOTCMND: the command and its arguments, up to an unescaped # : , = or the line's end. */
static const char *read_path(struct sudoers_reader *r)
{
    struct strbuf s;
    strbuf_init(&s, r->arena);
    while (!sudoers_at_end(r)) {
        int c = sudoers_peek(r);
        size_t n = sudoers_continuation(r, 0);
        if (n > 0) {
            r->at += n;
            r->line++;
            strbuf_add_char(&s, ' ');
            continue;
        }
        if (c == ':' || c == ',' || c == '=' || c == '#')
            break;
        if (c == '\\' && sudoers_peek_at(r, 1) >= 0 && sudoers_peek_at(r, 1) != '\n') {
            if (!strchr(":\\,= \t#", sudoers_peek_at(r, 1)))
                strbuf_add_char(&s, '\\');
            r->at++;
            c = sudoers_peek(r);
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

static const char *read_command(struct sudoers_reader *r, struct sudoers_member *command)
{
    while (sudoers_take(r, '!'))
        command->negated = !command->negated;
    sudoers_skip_blanks(r);
    if (sudoers_peek(r) == '/' || sudoers_peek(r) == '^' ||
        bytes_start_with(bytes_cut(r->text, r->at, r->at + 8), "sudoedit"))
        command->text = read_path(r);
    else
        command->text = sudoers_read_word(r, "#>!=:,()\"");
    if (!command->text)
        return "a command is missing";
    return is_command(command->text) ? NULL : "a command must be a full path";
}

/* The parentheses; the reader stands behind the opening one. */
static const char *read_runas(struct sudoers_reader *r, struct sudoers_entry *e)
{
    e->has_runas = true;
    e->runas = (struct sudoers_members){0};
    sudoers_skip_blanks(r);
    if (sudoers_peek(r) != ':' && sudoers_peek(r) != ')' && !sudoers_read_list(r, &e->runas, false))
        return "the target users cannot be read";
    e->runas_empty = e->runas.list.count == 0;
    struct sudoers_members groups = {0};
    if (sudoers_take(r, ':')) {
        sudoers_skip_blanks(r);
        if (sudoers_peek(r) != ')' && !sudoers_read_list(r, &groups, false))
            return "the target groups cannot be read";
    }
    return sudoers_take(r, ')') ? NULL : "a closing parenthesis is missing";
}

/* One privilege: hosts = commands. Entries are added from TEMPLATE. NULL, or what is wrong. */
static const char *read_privilege(struct sudoers_reader *r, const struct sudoers_entry *template)
{
    struct sudoers_entry e = *template;
    size_t first = r->out->entries.count;
    if (!sudoers_read_list(r, &e.hosts, true))
        return "a host is missing";
    if (!sudoers_take(r, '='))
        return "\"=\" is missing";
    const char *error = NULL;
    do {
        sudoers_skip_blanks(r);
        e.command = (struct sudoers_member){0};
        e.has_digest = false;
        if (sudoers_take(r, '('))
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
        struct sudoers_entry *added = error ? NULL : sudoers_new_entry(r, SUDOERS_RULE, e.line);
        if (added)
            *added = e;
    } while (!error && sudoers_take(r, ','));
    sudoers_skip_blanks(r);
    if (!error && !sudoers_at_end(r) && sudoers_peek(r) != ':')
        error = "more than a command stands here";
    if (error)
        r->out->entries.count = first; /* sudo drops the privilege with all its commands */
    return error;
}

static const char *read_rule(struct sudoers_reader *r, int line)
{
    struct sudoers_entry e = {.kind = SUDOERS_RULE, .line = line};
    if (!sudoers_read_list(r, &e.members, false))
        return "a user is missing";
    sudoers_skip_blanks(r);
    if (sudoers_at_end(r))
        return "a host and a command are missing";
    const char *error;
    do
        error = read_privilege(r, &e);
    while (!error && sudoers_take(r, ':'));
    return error;
}

static bool is_alias_name(const char *text)
{
    return text && isupper((unsigned char)text[0]) && text[0] != '"' && is_command(text);
}

static const char *read_alias(struct sudoers_reader *r, char scope, int line)
{
    do {
        sudoers_skip_blanks(r);
        const char *name = sudoers_read_word(r, "#>!=:,()\"");
        if (!is_alias_name(name) || strcmp(name, "ALL") == 0)
            return "not a name of an alias";
        if (!sudoers_take(r, '='))
            return "\"=\" is missing";
        struct sudoers_members members = {0};
        if (scope != 'C' && !sudoers_read_list(r, &members, scope == 'H'))
            return "a member of the alias is missing";
        if (scope == 'C') {
            do {
                struct sudoers_entry unused = {0};
                struct sudoers_member command = {0};
                const char *error = skip_digests(r, &unused) ? read_command(r, &command)
                                                             : "a digest cannot be read";
                if (error)
                    return error;
                if (!sudoers_add_member(r, &members, command.text, command.negated))
                    return "too many members";
            } while (sudoers_take(r, ','));
        }
        sudoers_skip_blanks(r);
        if (!sudoers_at_end(r) && sudoers_peek(r) != ':')
            return "more than the alias stands here";
        struct sudoers_entry *e = sudoers_new_entry(r, SUDOERS_ALIAS, line);
        if (e) {
            e->name = name;
            e->scope = scope;
            e->members = members;
        }
    } while (sudoers_take(r, ':'));
    return NULL;
}

/* toke.l: the scope follows "Defaults" without a blank. */
static const char *read_defaults(struct sudoers_reader *r, int line)
{
    struct sudoers_entry e = {.kind = SUDOERS_DEFAULT, .line = line};
    size_t first = r->out->entries.count;
    if (sudoers_peek(r) > 0 && strchr(":@>!", sudoers_peek(r))) {
        e.scope = (char)sudoers_peek(r);
        r->at++;
        sudoers_skip_blanks(r);
        if (e.scope == '!') {
            struct sudoers_member command = {0};
            do {
                while (sudoers_take(r, '!'))
                    command.negated = !command.negated;
                sudoers_skip_blanks(r);
                command.text = sudoers_read_word(r, "#>!=:,()\"");
                if (!command.text ||
                    !sudoers_add_member(r, &e.members, command.text, command.negated))
                    return "a command is missing";
            } while (sudoers_take(r, ','));
        } else if (!sudoers_read_list(r, &e.members, e.scope == '@')) {
            return "the scope of the setting cannot be read";
        }
    }
    do {
        struct sudoers_entry d = e;
        if (sudoers_take(r, '!'))
            d.operation = '!';
        while (sudoers_take(r, '!'))
            d.operation = d.operation ? '\0' : '!';
        sudoers_skip_blanks(r);
        d.name = sudoers_read_word(r, "#>!=:,()\"+-");
        if (!d.name) {
            r->out->entries.count = first;
            return "the name of a setting is missing";
        }
        sudoers_skip_blanks(r);
        if (sudoers_peek(r) == '=' ||
            ((sudoers_peek(r) == '+' || sudoers_peek(r) == '-') && sudoers_peek_at(r, 1) == '=')) {
            d.operation = (char)sudoers_peek(r);
            r->at += sudoers_peek(r) == '=' ? 1 : 2;
            sudoers_skip_blanks(r);
            d.value =
                sudoers_peek(r) == '"'
                    ? (sudoers_peek_at(r, 1) == '"' ? (r->at += 2, "") : sudoers_read_quoted(r))
                    : sudoers_read_word(r, "#!=,\"");
            if (!d.value) {
                r->out->entries.count = first;
                return "the value of a setting is missing";
            }
        }
        struct sudoers_entry *added = sudoers_new_entry(r, SUDOERS_DEFAULT, line);
        if (added)
            *added = d;
    } while (sudoers_take(r, ','));
    sudoers_skip_blanks(r);
    if (sudoers_at_end(r))
        return NULL;
    r->out->entries.count = first;
    return "more than settings stands here";
}

static bool word_here(struct sudoers_reader *r, const char *word, const char *behind)
{
    size_t n = strlen(word);
    if (!bytes_start_with(bytes_cut(r->text, r->at, r->at + n), word))
        return false;
    int next = sudoers_peek_at(r, n);
    if (!sudoers_is_blank(next) && !(next > 0 && strchr(behind, next)))
        return false;
    r->at += n;
    return true;
}

/* @include, #include and their directories; true when the line was one. */
static bool read_include(struct sudoers_reader *r, bool line_start, int line)
{
    bool at_sign = sudoers_peek(r) == '@';
    if (!at_sign && !(sudoers_peek(r) == '#' && line_start))
        return false;
    r->at++;
    bool directory = word_here(r, "includedir", "");
    if (!directory && !word_here(r, "include", "")) {
        r->at--;
        return false;
    }
    sudoers_skip_blanks(r);
    const char *path =
        sudoers_peek(r) == '"' ? sudoers_read_quoted(r) : sudoers_read_word(r, at_sign ? "" : "\"");
    sudoers_skip_blanks(r);
    bool clean = path && (sudoers_at_end(r) || !at_sign);
    struct sudoers_entry *e = sudoers_new_entry(r,
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

static const char *read_statement(struct sudoers_reader *r, int line)
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
    struct sudoers_reader r = {.arena = a, .text = text, .line = 1, .out = out};
    while (sudoers_peek(&r) >= 0 && !out->too_long) {
        size_t start = r.at;
        int line = r.line;
        sudoers_skip_blanks(&r);
        size_t first = r.at;
        if (read_include(&r, first == start, line) || sudoers_at_end(&r)) {
            sudoers_skip_line(&r);
            continue;
        }
        const char *error = read_statement(&r, line);
        if (error) {
            struct sudoers_entry *e = sudoers_new_entry(&r, SUDOERS_ERROR, line);
            size_t end = first;
            while (end < text.len && !sudoers_is_blank(text.ptr[end]) && text.ptr[end] != '\n' &&
                   end - first < 256)
                end++;
            if (e) {
                e->name = arena_text(a, bytes_cut(text, first, end));
                e->error = error;
            }
        }
        sudoers_skip_line(&r);
    }
    return out;
}
