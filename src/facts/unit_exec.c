/* ExecStart with its environment, and what makes systemd refuse a service or a socket. */
#include "facts/unit_parts.h"

#include "base/path.h"
#include "base/strbuf.h"
#include "facts/assignments.h"
#include "facts/collect.h"

static void set_problem(struct unit_fact *out, const char *problem, struct place at)
{
    if (!out->problem) {
        out->problem = problem;
        out->problem_at = at;
    }
}

/* Environment= and EnvironmentFile= of the service, as far as the disk tells. */
static struct assignments environment_of(const struct unit_tree *u, const struct unit_file *file,
                                         struct unit_fact *out)
{
    struct arena *a = u->f->arena;
    struct assignments env = {0};
    const struct unit_setting **list;
    size_t n = unit_list(a, file, "Service", "Environment", &list);
    for (size_t i = 0; i < n; i++) {
        struct text_list words = unit_words(a, list[i]->value);
        for (size_t k = 0; k < words.count; k++) {
            const char *equals = strchr(words.items[k], '=');
            if (!equals)
                continue;
            struct bytes name = {words.items[k], (size_t)(equals - words.items[k])};
            vec_push(a, &env.items,
                     ((struct assignment){arena_text(a, name), equals + 1, list[i]->at.file,
                                          list[i]->at.line}));
        }
    }
    n = unit_list(a, file, "Service", "EnvironmentFile", &list);
    for (size_t i = 0; i < n && i < 64; i++) {
        const char *path = list[i]->value;
        bool optional = *path == '-';
        path += optional;
        if (path[0] != '/' || path_is_below(path, "/run"))
            continue;
        struct list_answer files = tree_glob(u->f->tree, path);
        if (files.presence == PRESENCE_UNREADABLE)
            facts_add_gap(u->f, "unit", place_of_file(path), files.reason);
        if ((files.presence != PRESENCE_PRESENT || files.count == 0) && !optional &&
            files.presence != PRESENCE_UNREADABLE)
            set_problem(out, "environment file missing", list[i]->at);
        for (size_t k = 0; files.presence == PRESENCE_PRESENT && k < files.count && k < 64; k++) {
            struct bytes text;
            if (!facts_read_file(u->f, "unit", files.names[k], &text))
                continue;
            size_t before = env.items.count;
            assignments_read(a, text, ASSIGNMENT_ENVIRONMENT, &env);
            for (size_t m = before; m < env.items.count; m++)
                env.items.items[m].file = files.names[k];
        }
    }
    return env;
}

/* execve(2): no longer word can be handed over (MAX_ARG_STRLEN). */
#define WORD_MAX  131072u
#define WORDS_MAX 4096u

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* "${NAME}" anywhere in a word becomes its value; %i and %% are known specifiers. */
static const char *expand_inside(struct arena *a, const struct assignments *env, const char *word,
                                 const char *instance)
{
    struct strbuf s;
    strbuf_init(&s, a);
    if (strlen(word) > WORD_MAX)
        return word;
    for (const char *p = word; *p && s.len <= WORD_MAX; p++) {
        const char *end;
        if (p[0] == '$' && p[1] == '$') {
            strbuf_add_char(&s, '$');
            p++;
        } else if (p[0] == '$' && p[1] == '{' && (end = strchr(p, '}'))) {
            struct bytes name = {p + 2, (size_t)(end - p - 2)};
            const char *value = assignments_value(env, arena_text(a, name));
            strbuf_add(&s, value ? value : "");
            p = end;
        } else if (p[0] == '%' && (p[1] == 'i' || p[1] == 'I')) {
            strbuf_add(&s, instance);
            p++;
        } else if (p[0] == '%' && p[1] == '%') {
            strbuf_add_char(&s, '%');
            p++;
        } else {
            strbuf_add_char(&s, *p);
        }
    }
    return s.ptr;
}

/* systemd.service(5): "$NAME" as a word of its own is split into words. */
static void add_words(struct arena *a, const struct assignments *env, const char *word,
                      const char *instance, struct place at, struct unit_fact *unit)
{
    struct text_list *out = &unit->exec_options;
    const char *end = word + 1;
    if (word[0] == '$')
        while (is_name_char(*end))
            end++;
    if (word[0] != '$' || end == word + 1 || *end) {
        text_list_add(a, out, expand_inside(a, env, word, instance));
        vec_push(a, &unit->option_places, at);
        return;
    }
    const struct assignment *set = out->count < WORDS_MAX ? assignments_find(env, word + 1) : NULL;
    struct text_list words = set ? unit_words(a, set->value) : (struct text_list){0};
    for (size_t i = 0; i < words.count && out->count < WORDS_MAX; i++) {
        text_list_add(a, out, words.items[i]);
        vec_push(a, &unit->option_places, ((struct place){set->file, set->line, 0}));
    }
}

static const char *instance_of(struct arena *a, const char *name)
{
    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
    if (!at || !dot || dot <= at)
        return "";
    return arena_text(a, (struct bytes){at + 1, (size_t)(dot - at - 1)});
}

/* A bare name is looked for along systemd's own path. */
static enum truth program_ok(const struct unit_tree *u, const char *program)
{
    static const char *const directories[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                              "/usr/bin",        "/sbin",          "/bin"};
    if (program[0] == '/') {
        struct stat_answer s = tree_stat(u->f->tree, program);
        if (s.presence == PRESENCE_UNREADABLE)
            return TRUTH_UNKNOWN;
        return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && (s.node.mode & 0111)
                   ? TRUTH_YES
                   : TRUTH_NO;
    }
    if (strchr(program, '/'))
        return TRUTH_NO;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (program_ok(u, path_join(u->f->arena, directories[i], program)) == TRUTH_YES)
            return TRUTH_YES;
    return TRUTH_NO;
}

static void judge_command(const struct unit_tree *u, const char *name,
                          const struct unit_setting *start, const struct unit_file *file,
                          struct unit_fact *out)
{
    struct arena *a = u->f->arena;
    struct assignments env = environment_of(u, file, out);
    out->exec_start = start->value;
    out->exec_at = start->at;
    struct text_list words = unit_words(a, start->value);
    size_t first = 0;
    if (words.count == 0)
        return;
    const char *program = words.items[0];
    size_t prefix = strspn(program, "-@:+!|");
    bool own_name = memchr(program, '@', prefix) != NULL;
    program += prefix;
    first = own_name ? 2 : 1;
    out->exec_path = expand_inside(a, &env, program, instance_of(a, name));
    out->exec_ok = program_ok(u, out->exec_path);
    for (size_t i = first; i < words.count; i++)
        add_words(a, &env, words.items[i], instance_of(a, name), start->at, out);
    if (program[0] != '/' && strchr(program, '/'))
        set_problem(out, "ExecStart is no absolute path", start->at);
}

static void judge_service(const struct unit_tree *u, const char *name, const struct unit_file *file,
                          struct unit_fact *out)
{
    const struct unit_setting **starts;
    size_t n = unit_list(u->f->arena, file, "Service", "ExecStart", &starts);
    const struct unit_setting *type = unit_last(file, "Service", "Type");
    bool oneshot = type && strcmp(type->value, "oneshot") == 0;
    if (n == 0 && !oneshot)
        set_problem(out, "no ExecStart", place_of_file(out->path));
    if (n > 1 && !oneshot)
        set_problem(out, "second ExecStart", starts[n - 1]->at);
    if (n > 0)
        judge_command(u, name, starts[oneshot ? 0 : n - 1], file, out);
    bool is_sshd =
        strcmp(out->role, "sshd") == 0; /* what would be wrong with sshd is not with others */
    const struct unit_setting *user = unit_last(file, "Service", "User");
    if (is_sshd && user && strcmp(user->value, "root") != 0 && strcmp(user->value, "0") != 0)
        set_problem(out, "User=", user->at);
    const struct unit_setting *home = unit_last(file, "Service", "ProtectHome");
    if (is_sshd && home &&
        (strcmp(home->value, "yes") == 0 || strcmp(home->value, "true") == 0 ||
         strcmp(home->value, "on") == 0 || strcmp(home->value, "1") == 0 ||
         strcmp(home->value, "tmpfs") == 0))
        set_problem(out, "ProtectHome=", home->at);
    const struct unit_setting **list;
    n = unit_list(u->f->arena, file, "Service", "RuntimeDirectory", &list);
    for (size_t i = 0; i < n; i++) {
        struct text_list words = unit_words(u->f->arena, list[i]->value);
        for (size_t k = 0; k < words.count; k++)
            text_list_add(u->f->arena, &out->runtime_directories, words.items[k]);
    }
    vec_each (s, &file->settings)
        if (strcmp(s->section, "Service") == 0 && strcmp(s->key, "RuntimeDirectory") == 0)
            out->runtime_at = s->at;
}

void unit_judge_exec(const struct unit_tree *u, const char *name, const struct unit_file *file,
                     struct unit_fact *out)
{
    const char *dot = strrchr(name, '.');
    if (file->problem)
        set_problem(out, file->problem, file->problem_at);
    if (dot && strcmp(dot, ".service") == 0)
        judge_service(u, name, file, out);
    if (dot && strcmp(dot, ".socket") == 0) {
        const struct unit_setting **list;
        size_t n = unit_list(u->f->arena, file, "Socket", "ListenStream", &list);
        for (size_t i = 0; i < n; i++) {
            text_list_add(u->f->arena, &out->listen, list[i]->value);
            vec_push(u->f->arena, &out->listen_places, list[i]->at);
        }
        if (n == 0)
            set_problem(out, "no ListenStream", place_of_file(out->path));
    }
}
