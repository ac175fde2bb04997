#include "tests/cases/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"

#define MOMENT        "2026-06-01"
#define CASE_SECONDS  60
#define FAILURES_SAID 40

void trial_fail(struct trial *t, const char *text)
{
    if (t->failures.count < FAILURES_SAID)
        vec_push(t->arena, &t->failures, text);
}

static struct bytes read_text(struct arena *a, const char *path)
{
    struct strbuf s;
    strbuf_init(&s, a);
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    char buffer[65536];
    ssize_t n;
    if (fd < 0)
        return (struct bytes){0};
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        strbuf_add_bytes(&s, (struct bytes){buffer, (size_t)n});
    return strbuf_bytes(&s);
}

static int64_t moment(const char *date)
{
    struct tm tm = {0};
    if (sscanf(date, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm);
}

struct login_question trial_question(struct trial *t)
{
    const struct json *q = json_member(t->document, "question");
    const char *date = json_member_string(q, "at");
    struct login_question question = {
        .from = json_member_string(q, "from"),
        .port = (int)json_number(json_member(q, "port"), 22),
        .identity = json_member_string(q, "identity"),
        .password = json_bool(json_member(q, "password"), false),
        .at = moment(date ? date : MOMENT),
    };
    VEC(const char *) users = {0};
    const struct json *named = json_member(q, "users");
    for (const struct json *u = json_first(named); u; u = json_next(u))
        vec_push(t->arena, &users, json_string(u));
    question.users = users.items;
    question.user_count = users.count;
    return question;
}

static struct json *load_json(struct trial *t, const char *path)
{
    struct err e = {0};
    struct bytes text = read_text(t->arena, path);
    struct json *document = text.ptr ? json_parse(text, path, &e) : NULL;
    if (!document)
        FAIL(t, "%s: %s", path, text.ptr ? e.text : strerror(errno));
    return document;
}

static bool load(struct trial *t)
{
    struct err e = {0};
    const char *fixtures = t->runner->fixtures;
    if (t->is_guest) {
        t->tree = fixture_guest(t->arena, fixtures, t->name, &e);
    } else {
        t->tree = fixture_case(t->arena, fixtures, t->name, &t->document, &e);
        const char *directory =
            path_join(t->arena, path_join(t->arena, fixtures, "cases"), t->name);
        t->want = load_json(t, path_join(t->arena, directory, "want.json"));
    }
    t->lenses = lens_open(t->arena, t->runner->lenses, &e);
    if (!t->tree || !t->lenses)
        FAIL(t, "%s: %s", e.path, e.text);
    return t->failures.count == 0;
}

/* In the child: try it, print the TAP line. */
static bool run_trial(const struct runner *runner, const struct trial_kind *kind, const char *name,
                      bool is_guest, int number)
{
    struct trial t = {.runner = runner, .name = name, .is_guest = is_guest};
    t.arena = arena_new(NULL, NULL);
    if (!t.arena)
        return false;
    if (load(&t))
        kind->test(&t);
    bool passed = t.failures.count == 0;
    printf("%sok %d - %s %s\n", passed ? "" : "not ", number, is_guest ? "guest" : "case", name);
    vec_each (text, &t.failures)
        printf("# %s\n", *text);
    if ((!passed || getenv("CASE_VERBOSE")) && kind->say)
        kind->say(&t);
    json_free(t.document);
    json_free(t.want);
    lens_close(t.lenses);
    arena_free(t.arena);
    return passed;
}

static bool run_in_child(const struct runner *runner, const struct trial_kind *kind,
                         const char *name, bool is_guest, int number)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        bool passed = run_trial(runner, kind, name, is_guest, number);
        fflush(stdout);
        exit(passed ? 0 : 1); /* not _exit: the leak sanitizer looks on the way out */
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        return WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status))
        printf("not ok %d - %s died of signal %d\n", number, name, WTERMSIG(status));
    else
        printf("not ok %d - %s ended with status %d\n", number, name, WEXITSTATUS(status));
    return false;
}

typedef VEC(const char *) names;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The directories of FIXTURES/KIND, sorted; the base trees are no guests. */
static names list_names(struct arena *a, const char *fixtures, const char *kind)
{
    names list = {0};
    CLEANUP_DIR DIR *dir = opendir(path_join(a, fixtures, kind));
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, "base", 4) != 0)
            vec_push(a, &list, arena_strdup(a, entry->d_name));
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare_names);
    return list;
}

static bool chosen(const char *name, int count, char **only)
{
    for (int i = 0; i < count; i++)
        if (strcmp(only[i], name) == 0)
            return true;
    return count == 0;
}

static bool prepare(struct runner *r, const char *rules)
{
    struct err e = {0};
    const char *path = path_join(r->arena, rules, "sshd-keywords.json");
    r->lenses = path_join(r->arena, rules, "lenses");
    r->keywords = sshd_keywords_load(r->arena, read_text(r->arena, path), path, &e);
    if (!r->keywords) {
        printf("Bail out! %s: %s\n", path, e.text);
        return false;
    }
    struct rule_set *set = rules_new(r->arena);
    rules_load(set, rules, true);
    vec_each (fault, &set->errors)
        printf("# %s:%d: %s\n", fault->path, fault->line, fault->text);
    if (set->errors.count > 0 || set->rules.count == 0) {
        printf("Bail out! the rules do not load\n");
        return false;
    }
    r->rules = set;
    return true;
}

int trial_main(int argc, char **argv, const struct trial_kind *kind)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s FIXTURES RULES [NAME...]\n", argv[0]);
        return 2;
    }
    struct runner r = {.arena = arena_new(NULL, NULL), .fixtures = argv[1]};
    if (!r.arena || !prepare(&r, argv[2]))
        return 1;
    static const char *const kinds[] = {"guests", "cases"};
    int failed = 0, number = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        names list = list_names(r.arena, r.fixtures, kinds[k]);
        if (list.count == 0) {
            printf("not ok %d - %s/%s holds nothing\n", ++number, r.fixtures, kinds[k]);
            failed++;
        }
        vec_each (name, &list)
            if (chosen(*name, argc - 3, argv + 3) && !run_in_child(&r, kind, *name, k == 0, ++number))
                failed++;
    }
    printf("1..%d\n", number);
    printf("# %d of %d failed\n", failed, number);
    rules_free(r.rules);
    arena_free(r.arena);
    return failed == 0 ? 0 : 1;
}
