#include "cli/data.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "cli/say.h"

#define LOCAL_RULES "/etc/diskmend/rules.d"

/* The program as built: libtool-free, so the file that runs is the file that was linked. */
static bool runs_from_build_tree(void)
{
    CLEANUP_FREE char *self = realpath("/proc/self/exe", NULL);
    CLEANUP_FREE char *built = realpath(BUILT_PROGRAM, NULL);
    return self && built && strcmp(self, built) == 0;
}

struct data_directories data_find(struct arena *a)
{
    const char *base = runs_from_build_tree() ? SOURCE_DIRECTORY : PACKAGE_DATA_DIRECTORY;
    return (struct data_directories){
        .rules = path_join(a, base, "rules"),
        .lenses = path_join(a, base, "rules/lenses"),
        .templates = path_join(a, base, "rules/templates"),
        .fixtures = path_join(a, base, "fixtures"),
    };
}

struct bytes data_read_file(struct arena *a, const char *path, size_t limit, struct err *e)
{
    CLEANUP_FD int opened = -1;
    int fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0)
        fd = opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path, strerror(errno));
        return (struct bytes){0};
    }
    struct strbuf content;
    strbuf_init(&content, a);
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
            return (struct bytes){0};
        }
        if (n == 0)
            return strbuf_bytes(&content);
        strbuf_add_bytes(&content, (struct bytes){chunk, (size_t)n});
        if (content.len > limit) {
            err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, limit);
            return (struct bytes){0};
        }
    }
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct rule_set *data_rules(struct arena *a, const struct data_directories *where,
                            const char *const *local, size_t local_count)
{
    struct rule_set *set = rules_new(a);
    rules_load(set, where->rules, true);
    if (is_directory(LOCAL_RULES))
        rules_load(set, LOCAL_RULES, false);
    for (size_t i = 0; i < local_count; i++)
        rules_load(set, local[i], false);
    vec_each (fault, &set->errors)
        say_error(fault);
    if (set->errors.count == 0 && set->rules.count > 0)
        return set;
    if (set->errors.count == 0)
        say("%s: there are no rules here; install diskmend again, or run it from its build "
            "directory",
            where->rules);
    rules_free(set);
    return NULL;
}

struct sshd_keyword_table *data_keywords(struct arena *a, const struct data_directories *where,
                                         struct err *e)
{
    const char *path = path_join(a, where->rules, "sshd-keywords.json");
    struct bytes text = data_read_file(a, path, LIMIT_RULE_FILE_BYTES, e);
    return text.ptr ? sshd_keywords_load(a, text, path, e) : NULL;
}
