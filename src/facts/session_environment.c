/* The PATH that pam_env puts into every session from /etc/environment. Seen with Debian 11 to 13:
 * sshd takes it over, so a command that ssh is given finds nothing; a login shell mostly sets PATH
 * anew. Mirrors Linux-PAM: pam_env.c _parse_env_file. */
#include "base/path.h"
#include "facts/collect.h"
#include "facts/session_parts.h"

#define ENVIRONMENT "/etc/environment"

/* pam_env reads the file unless it is told not to, or told of another. */
static bool is_read(const struct facts *f)
{
    vec_each (p, &f->pam) {
        if (!p->module || strcmp(p->service, f->pam_service.name) != 0 || p->present != TRUTH_YES ||
            strcmp(path_name(p->module), "pam_env.so") != 0 ||
            (strcmp(p->type, "session") != 0 && strcmp(p->type, "auth") != 0))
            continue;
        bool other = text_list_has(&p->arguments, "readenv=0");
        for (size_t i = 0; i < p->arguments.count; i++)
            other |= strncmp(p->arguments.items[i], "envfile=", 8) == 0 &&
                     strcmp(p->arguments.items[i] + 8, ENVIRONMENT) != 0;
        if (!other && strcmp(p->type, "session") == 0)
            return true; /* key logins skip the phase auth */
    }
    return false;
}

/* What LINE sets PATH to; NULL: nothing. */
static const char *path_set_by(struct arena *a, struct bytes line)
{
    const char *hash = line.len > 0 ? memchr(line.ptr, '#', line.len) : NULL;
    if (hash)
        line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
    line = text_trim(line);
    if (bytes_start_with(line, "export "))
        line = text_trim(bytes_cut(line, 7, line.len));
    if (!bytes_start_with(line, "PATH="))
        return NULL;
    line = bytes_cut(line, 5, line.len);
    if (line.len > 0 && (line.ptr[0] == '"' || line.ptr[0] == '\'')) {
        char quote = line.ptr[0];
        line = bytes_cut(line, 1, line.len);
        if (line.len > 0 && line.ptr[line.len - 1] == quote)
            line = bytes_cut(line, 0, line.len - 1);
    }
    return arena_text(a, line);
}

/* Some directory of it has the plainest of programs, or cannot be looked at. */
static bool finds_programs(struct facts *f, const char *value)
{
    struct text_list directories = text_words(f->arena, bytes_of(value), ":");
    for (size_t i = 0; i < directories.count && i < 64; i++)
        if (directories.items[i][0] == '/' &&
            tree_stat(f->tree, path_join(f->arena, directories.items[i], "ls")).presence !=
                PRESENCE_ABSENT)
            return true;
    return false;
}

void session_read_environment(struct facts *f)
{
    struct bytes rest, line;
    const char *value = NULL;
    struct place at = {0};
    if (!is_read(f) || !facts_read_file(f, "session", ENVIRONMENT, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        const char *set = path_set_by(f->arena, line);
        if (!set)
            continue;
        value = set; /* the last one counts */
        at = (struct place){ENVIRONMENT, n, 0};
    }
    if (value && !finds_programs(f, value))
        session_add(f, (struct session_fact){.item = "path",
                                             .value = value,
                                             .path = ENVIRONMENT,
                                             .defect = "no-programs",
                                             .at = at});
}
