/* Statements of sudoers as records: aliases resolved, each command held against root's login
 * shell, which is what `sudo -i` runs. sudo: plugins/sudoers/match.c, match_command.c. */
#include "facts/sudo_parts.h"

#include <fnmatch.h>
#include <time.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"


struct resolving {
    struct sudo_reading *r;
    bool counts; /* aliases of files that sudo does not read hold only for such files */
    char scope;
    const char *shell; /* root's login shell */
    const char *shell_real;
    struct text_list out;
};

/* The first definition holds: sudo calls a second one an error. */
static const struct sudoers_entry *find_alias(const struct resolving *v, const char *name)
{
    if (*name < 'A' || *name > 'Z')
        return NULL; /* no alias is called that */
    for (int pass = 0; pass < (v->counts ? 1 : 2); pass++)
        vec_each (s, &v->r->statements)
            if (s->entry->kind == SUDOERS_ALIAS && s->entry->scope == v->scope &&
                s->counts == (pass == 0) && strcmp(s->entry->name, name) == 0)
                return s->entry;
    return NULL;
}

/* The last member that matches decides and a negated alias turns the verdict of its own list
 * round, so its members can stand in its place, each turned round. */
static void resolve(struct resolving *v, const struct sudoers_members *list, bool turn, int depth)
{
    struct arena *a = v->r->f->arena;
    vec_each (m, &list->list) {
        if (v->r->resolved++ >= LIMIT_SUDOERS_RESOLVED) {
            facts_add_gap(v->r->f, "sudo", place_of_file("/etc/sudoers"),
                          "a limit was hit: too many members of aliases");
            return;
        }
        const struct sudoers_entry *alias =
            depth < LIMIT_SUDOERS_ALIAS_DEPTH && strcmp(m->text, "ALL") != 0 ? find_alias(v, m->text) : NULL;
        if (alias)
            resolve(v, &alias->members, turn != m->negated, depth + 1);
        else
            text_list_add(a, &v->out,
                          turn != m->negated ? arena_printf(a, "!%s", m->text) : m->text);
    }
}

static struct text_list resolved(struct resolving *v, char scope,
                                 const struct sudoers_members *list)
{
    v->scope = scope;
    v->out = (struct text_list){0};
    resolve(v, list, false, 0);
    return v->out;
}

/* match_command.c command_matches_normal: the same name, and the same file. */
static bool same_program(struct resolving *v, const char *path)
{
    if (strcmp(path, v->shell) == 0)
        return true;
    if (strcmp(path_name(path), path_name(v->shell)) != 0)
        return false;
    struct stat_answer s = tree_stat(v->r->f->tree, path);
    return s.presence == PRESENCE_PRESENT && v->shell_real &&
           strcmp(s.real_path, v->shell_real) == 0;
}

/* One command without its "!". sudo -i gives the shell no arguments. */
static enum truth is_shell(struct resolving *v, const char *command)
{
    if (strcmp(command, "ALL") == 0)
        return TRUTH_YES;
    if (command[0] == '^')
        return TRUTH_UNKNOWN;
    if (command[0] != '/')
        return TRUTH_NO; /* sudoedit, list, an alias that nobody defined */
    struct arena *a = v->r->f->arena;
    size_t n = strcspn(command, " ");
    const char *path = arena_text(a, (struct bytes){command, n});
    const char *arguments = command + n;
    while (*arguments == ' ')
        arguments++;
    if (*arguments == '^')
        return TRUTH_UNKNOWN;
    if (*arguments && strcmp(arguments, "\"\"") != 0 && fnmatch(arguments, "", 0) != 0)
        return TRUTH_NO;
    if (n > 0 && path[n - 1] == '/')
        return same_program(v, path_join(a, path, path_name(v->shell))) ? TRUTH_YES : TRUTH_NO;
    if (strpbrk(path, "*?["))
        return fnmatch(path, v->shell, FNM_PATHNAME) == 0 ? TRUTH_YES : TRUTH_NO;
    return same_program(v, path) ? TRUTH_YES : TRUTH_NO;
}

/* match.c cmndlist_matches: from the end; the first that matches decides. */
static const char *shell_verdict(struct resolving *v, const struct text_list *commands)
{
    for (size_t i = commands->count; i-- > 0;) {
        const char *text = commands->items[i];
        bool negated = text[0] == '!';
        switch (is_shell(v, text + negated)) {
        case TRUTH_YES:
            return negated ? "deny" : "allow";
        case TRUTH_UNKNOWN:
            return "unknown";
        case TRUTH_NO:
            break;
        }
    }
    return "none";
}

/* yyyymmddHHMM[SS][Z]: compared as text with the moment judged, in UTC. */
static bool is_in_time(const struct sudo_reading *r, const struct sudoers_entry *e)
{
    char now[32];
    struct tm tm;
    time_t at = (time_t)r->f->at;
    if (!gmtime_r(&at, &tm) || strftime(now, sizeof now, "%Y%m%d%H%M%S", &tm) == 0)
        return true;
    const char *digits = "0123456789";
    size_t before = e->not_before ? strspn(e->not_before, digits) : 0;
    size_t after = e->not_after ? strspn(e->not_after, digits) : 0;
    if (before >= 8 && strncmp(now, e->not_before, before < 14 ? before : 14) < 0)
        return false;
    return !(after >= 8 && strncmp(now, e->not_after, after < 14 ? after : 14) > 0);
}

static struct sudo_fact *add(struct sudo_reading *r, const char *item,
                             const struct sudo_statement *s)
{
    struct sudo_fact *record = vec_push_new(r->f->arena, &r->f->sudo);
    *record = (struct sudo_fact){.item = item,
                                 .uid = FACT_NO_NUMBER,
                                 .gid = FACT_NO_NUMBER,
                                 .counts = s->counts,
                                 .at = {s->path, s->entry->line, 0}};
    return record;
}

static void add_rule(struct resolving *v, const struct sudo_statement *s)
{
    struct sudo_reading *r = v->r;
    const struct sudoers_entry *e = s->entry;
    struct sudo_fact *rule = add(r, "rule", s);
    rule->users = resolved(v, 'U', &e->members);
    rule->hosts = resolved(v, 'H', &e->hosts);
    rule->runas = resolved(v, 'R', &e->runas);
    rule->runas_default_only = !e->has_runas;
    struct sudoers_members command = {0};
    vec_push(r->f->arena, &command.list, e->command);
    struct text_list commands = resolved(v, 'C', &command);
    rule->command =
        e->command.negated ? arena_printf(r->f->arena, "!%s", e->command.text) : e->command.text;
    rule->shell = shell_verdict(v, &commands);
    if (e->has_digest && strcmp(rule->shell, "none") != 0)
        rule->shell = "unknown";
    rule->authenticate = e->tag == SUDOERS_TAG_PASSWD     ? TRUTH_YES
                         : e->tag == SUDOERS_TAG_NOPASSWD ? TRUTH_NO
                                                          : TRUTH_UNKNOWN;
    rule->in_time = is_in_time(r, e);
}

static void add_setting(struct resolving *v, const struct sudo_statement *s)
{
    const struct sudoers_entry *e = s->entry;
    struct sudo_fact *setting = add(v->r, "setting", s);
    setting->name = e->name;
    setting->value = e->operation == '!' ? "false" : e->value ? e->value : "true";
    switch (e->scope) {
    case '@':
        setting->scope = "host";
        setting->hosts = resolved(v, 'H', &e->members);
        break;
    case ':':
        setting->scope = "user";
        setting->users = resolved(v, 'U', &e->members);
        break;
    case '>':
        setting->scope = "runas";
        setting->runas = resolved(v, 'R', &e->members);
        break;
    case '!': {
        setting->scope = "command";
        struct text_list commands = resolved(v, 'C', &e->members);
        setting->shell = shell_verdict(v, &commands);
        break;
    }
    default:
        setting->scope = "global";
        break;
    }
}

void sudo_add_statements(struct sudo_reading *r)
{
    const struct account_fact *root = facts_account(r->f, "root");
    struct resolving v = {.r = r, .shell = root && *root->shell ? root->shell : "/bin/sh"};
    struct stat_answer shell = tree_stat(r->f->tree, v.shell);
    v.shell_real = shell.presence == PRESENCE_PRESENT ? shell.real_path : NULL;
    for (size_t i = 0; i < r->statements.count; i++) {
        const struct sudo_statement *s = &r->statements.items[i];
        v.counts = s->counts;
        v.scope = s->entry->scope;
        switch (s->entry->kind) {
        case SUDOERS_RULE:
            add_rule(&v, s);
            break;
        case SUDOERS_DEFAULT:
            add_setting(&v, s);
            break;
        case SUDOERS_ERROR: {
            struct sudo_fact *error = add(r, "error", s);
            error->name = s->entry->name;
            error->defect = s->entry->error;
            break;
        }
        case SUDOERS_ALIAS:
            if (s->counts && find_alias(&v, s->entry->name) != s->entry) {
                struct sudo_fact *error = add(r, "error", s);
                error->name = s->entry->name;
                error->defect = "the alias is defined twice";
            }
            break;
        case SUDOERS_INCLUDE:
        case SUDOERS_INCLUDE_DIRECTORY:
            break;
        }
    }
}
