/* Rule files from a directory into a rule set: reading, trust, order, overrides. */
#include "rules/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "model/walk.h"
#include "rules/shape.h"

struct rule_set *rules_new(struct arena *a)
{
    struct rule_set *set = arena_new_struct(a, struct rule_set);
    set->arena = a;
    return set;
}

void rules_free(struct rule_set *set)
{
    vec_each (document, &set->documents)
        json_free(*document);
    set->documents.count = 0;
    set->rules.count = 0;
    set->lists.count = 0;
}

const struct rule *rules_find(const struct rule_set *set, const char *id)
{
    vec_each (rule, &set->rules)
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}

static void fault(struct rule_set *set, enum err_code code, const char *path, const char *text)
{
    err_set_at(vec_push_new(set->arena, &set->errors), code, path, 0, 0, "%s", text);
}

/* Rules from outside run with the caller's rights: nobody else may have written them. */
static bool is_trusted(struct rule_set *set, const struct stat *st, const char *path)
{
    if (st->st_uid != 0 && st->st_uid != geteuid()) {
        fault(set, ERR_REFUSED, path, "belongs to another user: not loaded");
        return false;
    }
    if (st->st_mode & 022) {
        fault(set, ERR_REFUSED, path, "can be written by others: not loaded (chmod go-w)");
        return false;
    }
    return true;
}

static bool read_all(int fd, char *out, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t n = read(fd, out + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

/* The content of NAME in DIRECTORY_FD; false with the fault noted. */
static bool read_file(struct rule_set *set, int directory_fd, const char *name, const char *path,
                      bool shipped, struct bytes *out)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (shipped ? 0 : O_NOFOLLOW);
    CLEANUP_FD int fd = openat(directory_fd, name, flags);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        fault(set, ERR_IO, path, strerror(errno));
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        fault(set, ERR_REFUSED, path, "is not a regular file");
        return false;
    }
    if (!shipped && !is_trusted(set, &st, path))
        return false;
    if ((uintmax_t)st.st_size > LIMIT_RULE_FILE_BYTES) {
        fault(set, ERR_LIMIT, path, "is larger than a rule file may be (1 MiB)");
        return false;
    }
    char *text = arena_alloc(set->arena, (size_t)st.st_size);
    if (!read_all(fd, text, (size_t)st.st_size)) {
        fault(set, ERR_IO, path, "could not be read whole");
        return false;
    }
    *out = (struct bytes){text, (size_t)st.st_size};
    return true;
}

static struct json *parse(struct rule_set *set, struct bytes text, const char *path)
{
    struct err e = {0};
    struct json *document = json_parse(text, path, &e);
    if (document)
        vec_push(set->arena, &set->documents, document);
    else
        vec_push(set->arena, &set->errors, e);
    return document;
}

int rule_line(const struct rule *rule)
{
    int line = 0, column;
    json_locate(rule->text, rule->pointer, &line, &column);
    return line;
}

static void keep_rule(struct rule_file *f, struct shape_node node)
{
    struct rule_set *set = f->set;
    const struct json *source = node.json;
    const char *gate = json_member_string(source, "gate");
    struct rule rule = {
        .id = json_member_string(source, "id"),
        .gate = gate ? gate : "",
        .profile = json_member_string(source, "profile"),
        .severity = (enum severity)severity_by_name(json_member_string(source, "severity")),
        .title = json_member_string(source, "title"),
        .message = json_member_string(source, "message"),
        .why = json_member_string(source, "why"),
        .repair_class = json_member_string(json_member(source, "repair"), "class"),
        .source = source,
        .file = f->path,
        .text = f->text,
        .pointer = node.pointer,
        .is_local = !f->is_shipped,
    };
    vec_each (old, &set->rules) {
        if (strcmp(old->id, rule.id) != 0)
            continue;
        vec_push(set->arena, &set->notes,
                 arena_printf(set->arena, "%s:%d replaces the shipped rule %s", rule.file,
                              rule_line(&rule), rule.id));
        *old = rule;
        return;
    }
    vec_push(set->arena, &set->rules, rule);
}

/* Our directory also holds schemas and tables, which are objects; a rule file is a list. */
static bool is_rule_list(struct bytes text)
{
    size_t i = 0;
    while (i < text.len && text.ptr[i] && strchr(" \t\r\n", text.ptr[i]))
        i++;
    return i == text.len || text.ptr[i] != '{';
}

static void load_rules(struct rule_set *set, int directory_fd, const char *directory,
                       const char *name, bool shipped)
{
    struct rule_file f = {.set = set, .is_shipped = shipped};
    f.path = path_join(set->arena, directory, name);
    if (!read_file(set, directory_fd, name, f.path, shipped, &f.text))
        return;
    if (shipped && !is_rule_list(f.text))
        return;
    struct shape_node all = {parse(set, f.text, f.path), ""};
    if (!all.json)
        return;
    if (json_type(all.json) != JSON_ARRAY) {
        shape_fault(&f, all, "a rule file is a list of rules");
        return;
    }
    for (size_t i = 0; i < json_count(all.json); i++) {
        struct shape_node rule = shape_element(&f, all, i);
        if (shape_rule(&f, rule))
            keep_rule(&f, rule);
    }
}

static void load_list(struct rule_set *set, int directory_fd, const char *directory,
                      const char *name, bool shipped)
{
    static const char *const keys[] = {"source", "date", "values", NULL};
    struct rule_file f = {.set = set, .is_shipped = shipped};
    f.path = path_join(set->arena, directory, name);
    if (!read_file(set, directory_fd, name, f.path, shipped, &f.text))
        return;
    struct shape_node list = {parse(set, f.text, f.path), ""};
    if (!list.json || !shape_keys(&f, list, keys, "a list") ||
        !shape_array(&f, list, "values", true))
        return;
    shape_text(&f, list, "source", true);
    shape_text(&f, list, "date", true);
    size_t length = strlen(name) - strlen(".json");
    struct rule_list *l = vec_push_new(set->arena, &set->lists);
    l->name = arena_text(set->arena, (struct bytes){name, length});
    l->values = json_member(list.json, "values");
}

/* A file named for a gate comes in the order of the gates, before all others. */
static int gate_rank(const char *name)
{
    for (int g = 0; g < GATE_COUNT; g++) {
        const char *gate = gate_name((enum gate)g);
        size_t n = strlen(gate);
        if (strncmp(name, gate, n) == 0 && strcmp(name + n, ".json") == 0)
            return g;
    }
    return GATE_COUNT;
}

static int compare_names(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    int order = gate_rank(a) - gate_rank(b);
    return order ? order : strcmp(a, b);
}

typedef void load_function(struct rule_set *set, int directory_fd, const char *directory,
                           const char *name, bool shipped);

/* Call LOAD for every *.json of an open directory, in order. Takes FD. */
static void each_file(struct rule_set *set, int fd, const char *directory, bool shipped,
                      load_function *load)
{
    CLEANUP_DIR DIR *d = fdopendir(fd);
    if (!d) {
        fault(set, ERR_IO, directory, strerror(errno));
        close(fd);
        return;
    }
    VEC(const char *) names = {0};
    for (struct dirent *entry; (entry = readdir(d));) {
        size_t n = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || n < 6 || strcmp(entry->d_name + n - 5, ".json") != 0)
            continue;
        if (names.count == LIMIT_DIRECTORY_ENTRIES) {
            fault(set, ERR_LIMIT, directory, "holds too many files; the rest is not loaded");
            break;
        }
        vec_push(set->arena, &names, arena_strdup(set->arena, entry->d_name));
    }
    if (names.count > 1)
        qsort(names.items, names.count, sizeof *names.items, compare_names);
    vec_each (name, &names)
        load(set, dirfd(d), directory, *name, shipped);
}

void rules_load(struct rule_set *set, const char *directory, bool shipped)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) {
        fault(set, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, directory, strerror(errno));
        return;
    }
    if (!shipped && (fstat(fd, &st) < 0 || !is_trusted(set, &st, directory))) {
        close(fd);
        return;
    }
    int lists = openat(fd, "lists", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (lists >= 0) {
        const char *path = path_join(set->arena, directory, "lists");
        if (!shipped && (fstat(lists, &st) < 0 || !is_trusted(set, &st, path)))
            close(lists);
        else
            each_file(set, lists, path, shipped, load_list);
    }
    each_file(set, fd, directory, shipped, load_rules);
}
