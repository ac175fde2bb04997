/* Which startup files a login shell reads, and the first of them that certainly ends it. bash:
 * shell.c run_startup_files, with Debian's, Red Hat's and SUSE's SSH_SOURCE_BASHRC; dash: main.c.
 */
#include "facts/session_parts.h"

#include "base/map.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/safe_path.h"
#include "facts/secret.h"
#include "syntax/shell_lines.h"

#define PEOPLE_MAX   500u
#define SOURCE_DEPTH 5
#define MAY_READ     4u

enum flavour { FLAVOUR_NONE, FLAVOUR_SH, FLAVOUR_BASH };

struct startup {
    struct facts *f;
    const struct account_fact *account;
    const char *home; /* NULL: there is none */
    enum flavour flavour;
    enum shell_use use;
    struct map texts[2]; /* path to struct shell_text, for sh and bash */
    size_t budget;       /* files still followed for this person */
};

/* Where it ends. */
struct ending {
    const char *word, *program;
    struct place at;
};

static enum flavour flavour_of(struct facts *f, const char *shell)
{
    const char *path = *shell ? path_join(f->arena, "/", shell) : "/bin/sh";
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence != PRESENCE_PRESENT)
        return FLAVOUR_NONE;
    const char *name = path_name(path), *real = path_name(s.real_path);
    if (strcmp(real, "bash") == 0)
        return strcmp(name, "sh") == 0 ? FLAVOUR_SH : FLAVOUR_BASH;
    return strcmp(real, "dash") == 0 || strcmp(real, "busybox") == 0 ? FLAVOUR_SH : FLAVOUR_NONE;
}

/* NULL: nothing is read from there. */
static const struct shell_text *text_of(struct startup *s, const char *path)
{
    struct stat_answer node = tree_stat(s->f->tree, path);
    if (node.presence != PRESENCE_PRESENT || node.node.type != NODE_FILE ||
        !safe_path_may(s->account, &node.node, MAY_READ))
        return NULL;
    struct map *texts = &s->texts[s->flavour == FLAVOUR_BASH];
    struct shell_text *known = map_get(texts, path);
    if (known)
        return known;
    struct bytes text;
    if (!facts_read_file(s->f, "session", path, &text))
        text = (struct bytes){0};
    known = shell_read(s->f->arena, text, s->flavour == FLAVOUR_BASH);
    map_set(texts, arena_strdup(s->f->arena, path), known);
    return known;
}

static bool ends_in(struct startup *s, const char *path, int depth, struct ending *out);

/* ". FILE" with the few words whose meaning is known. */
static const char *sourced_path(const struct startup *s, const char *argument)
{
    struct arena *a = s->f->arena;
    if (argument[0] == '/' && !strpbrk(argument, "$*?[`"))
        return argument;
    static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
    for (size_t i = 0; s->home && i < sizeof homes / sizeof *homes; i++) {
        size_t n = strlen(homes[i]);
        if (strncmp(argument, homes[i], n) == 0 && !strpbrk(argument + n, "$*?[`"))
            return path_join(a, s->home, argument + n);
    }
    return NULL;
}

static bool ends_in_directory(struct startup *s, int depth, struct ending *out)
{
    static const char directory[] = "/etc/profile.d";
    struct list_answer list = tree_list(s->f->tree, directory);
    for (size_t i = 0; list.presence == PRESENCE_PRESENT && i < list.count; i++) {
        size_t n = strlen(list.names[i]);
        if (list.names[i][0] == '.' || n < 4 || strcmp(list.names[i] + n - 3, ".sh") != 0)
            continue;
        if (ends_in(s, path_join(s->f->arena, directory, list.names[i]), depth, out))
            return true;
    }
    return false;
}

/* "exec PROGRAM" with a program that ends at once, or is not there: a shell that reads its startup
 * files is not at the prompt yet, and ends over that too. */
static bool exec_ends(const struct startup *s, const char *program)
{
    static const char *const enders[] = {"false", "true", "nologin"};
    if (strpbrk(program, "$`*?~"))
        return false;
    for (size_t i = 0; i < sizeof enders / sizeof *enders; i++)
        if (strcmp(path_name(program), enders[i]) == 0)
            return program[0] != '/' || tree_stat(s->f->tree, program).presence == PRESENCE_PRESENT;
    return program[0] == '/' && tree_stat(s->f->tree, program).presence == PRESENCE_ABSENT;
}

/* exec of anything else: what comes then is not known. */
static bool is_over(const struct startup *s, const struct shell_event *e, struct ending *out,
                    const char *path, bool *ended)
{
    static const char *const words[] = {
        [SHELL_EXIT] = "exit", [SHELL_LOGOUT] = "logout", [SHELL_EXEC] = "exec"};
    *ended = e->kind == SHELL_EXIT ||
             (e->kind == SHELL_LOGOUT && s->use == SHELL_AT_PROMPT && s->flavour == FLAVOUR_BASH) ||
             (e->kind == SHELL_EXEC && exec_ends(s, e->argument));
    if (*ended)
        *out = (struct ending){words[e->kind], e->argument, {path, e->line, 0}};
    return *ended || e->kind == SHELL_EXEC;
}

static bool ends_in(struct startup *s, const char *path, int depth, struct ending *out)
{
    const struct shell_text *text = depth < SOURCE_DEPTH && s->budget > 0 ? text_of(s, path) : NULL;
    if (!text)
        return false;
    s->budget--;
    vec_each (e, &text->events) {
        if (!e->runs[s->use])
            continue;
        bool ended = false;
        if (e->kind == SHELL_SOURCE_EACH)
            ended = ends_in_directory(s, depth + 1, out);
        else if (e->kind == SHELL_SOURCE) {
            const char *sourced = sourced_path(s, e->argument);
            ended = sourced && ends_in(s, sourced, depth + 1, out);
        } else if (is_over(s, e, out, path, &ended)) {
            return ended;
        }
        if (ended)
            return true;
    }
    return false;
}

static bool prompt_ends(struct startup *s, struct ending *out)
{
    static const char *const profiles[] = {".bash_profile", ".bash_login", ".profile"};
    s->use = SHELL_AT_PROMPT;
    if (ends_in(s, "/etc/profile", 0, out))
        return true;
    if (!s->home)
        return false;
    for (size_t i = s->flavour == FLAVOUR_BASH ? 0 : 2; i < 3; i++) {
        const char *path = path_join(s->f->arena, s->home, profiles[i]);
        struct stat_answer node = tree_stat(s->f->tree, path);
        /* bash takes the first that is there and readable. */
        if (node.presence == PRESENCE_PRESENT && safe_path_may(s->account, &node.node, MAY_READ))
            return ends_in(s, path, 0, out);
    }
    return false;
}

static bool command_ends(struct startup *s, struct ending *out)
{
    enum os_family family = s->f->os.family_code;
    s->use = SHELL_ONE_COMMAND;
    if (s->flavour != FLAVOUR_BASH ||
        (family != FAMILY_DEBIAN && family != FAMILY_RHEL && family != FAMILY_SUSE))
        return false;
    if (family != FAMILY_RHEL && ends_in(s, "/etc/bash.bashrc", 0, out))
        return true;
    return s->home && ends_in(s, path_join(s->f->arena, s->home, ".bashrc"), 0, out);
}

static void add_ending(const struct startup *s, const struct ending *e)
{
    session_add(s->f,
                (struct session_fact){.item = "startup",
                                      .user = s->account->name,
                                      .name = e->word,
                                      .path = e->at.file,
                                      .defect = s->use == SHELL_AT_PROMPT ? "login" : "command",
                                      .value = e->program
                                                   ? secret_text(s->f->arena, bytes_of(e->program))
                                                   : NULL,
                                      .at = e->at});
}

static void prefetch(struct facts *f)
{
    static const char *const names[] = {".bash_profile", ".bash_login", ".profile", ".bashrc"};
    struct text_list paths = {0};
    text_list_add(f->arena, &paths, "/etc/profile");
    text_list_add(f->arena, &paths, "/etc/profile.d");
    text_list_add(f->arena, &paths, "/etc/bash.bashrc");
    text_list_add(f->arena, &paths, "/etc/bashrc");
    size_t people = 0;
    vec_each (account, &f->accounts)
        if (session_is_asked(account) && account->home_real && people++ < PEOPLE_MAX)
            for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                text_list_add(f->arena, &paths, path_join(f->arena, account->home_real, names[i]));
    tree_prefetch(f->tree, paths.items, paths.count);
}

void session_read_startup(struct facts *f)
{
    struct startup s = {.f = f};
    map_init(&s.texts[0], f->arena);
    map_init(&s.texts[1], f->arena);
    prefetch(f);
    size_t people = 0;
    vec_each (account, &f->accounts) {
        if (!session_is_asked(account))
            continue;
        if (people++ == PEOPLE_MAX) {
            facts_add_gap(f, "session", account->at,
                          "a limit was hit: startup files of the first 500 people only");
            return;
        }
        s.account = account;
        s.home = account->home_real;
        s.flavour = flavour_of(f, account->shell);
        if (s.flavour == FLAVOUR_NONE)
            continue;
        struct ending ending;
        s.budget = 64;
        if (prompt_ends(&s, &ending))
            add_ending(&s, &ending);
        s.budget = 64;
        if (command_ends(&s, &ending))
            add_ending(&s, &ending);
    }
}
