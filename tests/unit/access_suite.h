/* What the tests of `access` share: a request planned on a fixture (or a tree in memory) as it
 * stands, and what came of it. */
#ifndef DISKMEND_TESTS_UNIT_ACCESS_SUITE_H
#define DISKMEND_TESTS_UNIT_ACCESS_SUITE_H

#include "login_suite.h"

#include "guest/memory.h"
#include "guest/overlay.h"
#include "repair/access.h"
#include "rules/rules.h"

/* Augeas 1.14 loses a few bytes of its own when it parses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libaugeas.so\n";
}

static struct rule_set *rules;
static struct tree *raw, *tree; /* the guest, and the overlay of the latest plan */
static struct plan *plan;
static struct err error;

static inline void access_begin(void)
{
    login_begin();
    rules = rules_new(arena);
    rules_load(rules, TEST_SOURCE_DIRECTORY "/rules", true);
    ck_assert_int_eq((int)rules->errors.count, 0);
}

static inline void access_end(void)
{
    plan_free(plan);
    plan = NULL;
    rules_free(rules);
    login_end();
}

static inline void guest(const char *name)
{
    struct err e = {0};
    raw = fixture_guest(arena, TEST_SOURCE_DIRECTORY "/fixtures", name, &e);
    ck_assert_msg(raw != NULL, "%s: %s", name, e.text);
    tree = overlay_new(arena, raw);
}

static inline struct bytes read_at(const char *path)
{
    struct read_answer r = tree_read(tree, path, 1u << 22);
    ck_assert_msg(r.presence == PRESENCE_PRESENT, "%s is not there", path);
    return r.content;
}
static inline const char *text_at(const char *path)
{
    return arena_text(arena, read_at(path));
}

/* The content of a file of the guest, its meta kept where it is there. */
static inline void write_at(const char *path, const char *text)
{
    struct stat_answer s = tree_stat(raw, path);
    bool there = s.presence == PRESENCE_PRESENT;
    memory_tree_file(raw, there ? s.real_path : path, bytes_of(text), there ? s.node.mode : 0644,
                     there ? s.node.uid : 0, there ? s.node.gid : 0);
    tree = overlay_new(arena, raw);
}
/* OLD, which must be there, becomes NEW. */
static inline void change_at(const char *path, const char *old, const char *new)
{
    struct bytes content = read_at(path);
    const char *at = memmem(content.ptr, content.len, old, strlen(old));
    ck_assert_msg(at != NULL, "%s: no \"%s\"", path, old);
    struct strbuf out;
    strbuf_init(&out, arena);
    strbuf_add_bytes(&out, bytes_cut(content, 0, (size_t)(at - content.ptr)));
    strbuf_add(&out, new);
    strbuf_add_bytes(&out,
                     bytes_cut(content, (size_t)(at - content.ptr) + strlen(old), content.len));
    write_at(path, strbuf_bytes(&out).ptr);
}

static inline bool try_access(struct access_request request)
{
    const char *users[] = {request.user};
    struct login_question question = {.users = users,
                                      .user_count = request.user ? 1 : 0,
                                      .port = 22,
                                      .password = request.password.ptr != NULL,
                                      .at = JUNE_2026};
    struct repair_options options = {.target = "disk.img"};
    struct repair_input input = {.arena = arena,
                                 .tree = tree,
                                 .lenses = lenses,
                                 .keywords = keywords,
                                 .rules = rules,
                                 .question = &question,
                                 .options = &options,
                                 .template_directory = TEST_SOURCE_DIRECTORY "/rules/templates"};
    error = (struct err){0};
    plan_free(plan);
    plan = access_plan(&input, &request, &error);
    return plan != NULL;
}

static inline size_t edit_count(void)
{
    size_t count;
    overlay_edits(tree, &count);
    return count;
}

/* It is done, and a second run of the same has nothing to do. */
static inline void do_access(struct access_request request)
{
    ck_assert_msg(try_access(request), "%s: %s", error.path, error.text);
}
static inline void expect_idle(struct access_request request)
{
    struct plan *first = plan;
    size_t mark = overlay_mark(tree), count;
    plan = NULL;
    do_access(request);
    const char *const *paths = overlay_touched(tree, mark, &count);
    ck_assert_msg(count == 0, "a second run edits %s", paths[0]);
    plan_free(plan);
    plan = first;
}
static inline void expect_refusal(struct access_request request, const char *words)
{
    ck_assert_msg(!try_access(request), "it is done");
    ck_assert_msg(strstr(error.text, words) != NULL, "not \"%s\": %s", words, error.text);
    plan = NULL;
}

static inline const char *notes(void)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    strbuf_add(&s, "");
    vec_each (note, &plan->notes)
        strbuf_printf(&s, "%s\n", *note);
    return s.len > 0 ? s.ptr : "";
}
static inline void expect_note(const char *words)
{
    ck_assert_msg(strstr(notes(), words) != NULL, "no note \"%s\" in:\n%s", words, notes());
}

/* Does USER get in now? "open" "shut" "unknown" "missing" */
static inline const char *verdict(const char *user, enum login_method method)
{
    vec_each (walk, &plan->after->subjects->walks)
        if (strcmp(walk->subject.user, user) == 0 && walk->subject.method == method)
            return gate_state_name(walk_admission(walk));
    vec_each (walk, &plan->after->people->walks)
        if (strcmp(walk->subject.user, user) == 0 && walk->subject.method == method)
            return gate_state_name(walk_admission(walk));
    return "missing";
}

#endif
