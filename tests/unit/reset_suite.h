/* Jobs of access planned, written and looked at on fixtures in memory. For test_access_re*.c. */
#ifndef DISKMEND_TESTS_UNIT_RESET_SUITE_H
#define DISKMEND_TESTS_UNIT_RESET_SUITE_H

#include "login_suite.h"

#include "guest/memory.h"
#include "repair/access.h"
#include "repair_tree.h"
#include "rules/rules.h"

#define CONFIG "/etc/ssh/sshd_config"
#define DROPS  CONFIG ".d"

static struct rule_set *rules;

static inline void begin(void)
{
    login_begin();
    rules = rules_new(arena);
    rules_load(rules, TEST_SOURCE_DIRECTORY "/rules", true);
    ck_assert_int_eq((int)rules->errors.count, 0);
}

static inline void end(void)
{
    rules_free(rules);
    login_end();
}

struct trial {
    struct tree *raw, *tree;
    struct login_question question;
    struct repair_options options;
    struct repair_input input;
    struct plan *plan;
    struct err e;
};

/* One plan of REQUEST on RAW. */
static inline void plan(struct trial *t, struct tree *raw, struct access_request request)
{
    *t = (struct trial){.raw = raw, .tree = overlay_new(arena, raw)};
    t->question = (struct login_question){.port = 22, .at = JUNE_2026};
    t->options.target = "disk";
    t->input =
        (struct repair_input){.arena = arena,
                              .tree = t->tree,
                              .lenses = lenses,
                              .keywords = keywords,
                              .rules = rules,
                              .question = &t->question,
                              .options = &t->options,
                              .template_directory = TEST_SOURCE_DIRECTORY "/rules/templates"};
    struct journal_place place = {t->tree, JOURNAL_DIRECTORY};
    request.journal = &place;
    t->plan = access_plan(&t->input, &request, &t->e);
}

static inline void reset(struct trial *t, struct tree *raw)
{
    plan(t, raw, (struct access_request){.reset_ssh = true});
    ck_assert_msg(t->plan != NULL, "%s: %s", t->e.path, t->e.text);
}

static inline const char *content(struct tree *tree, const char *path)
{
    struct err e = {0};
    struct node_state s;
    struct stat_answer at = tree_stat(tree, path);
    if (at.presence != PRESENCE_PRESENT)
        return "(nothing)";
    ck_assert_msg(overlay_state(tree, at.real_path, true, &s, &e) == 0, "%s: %s", path, e.text);
    return arena_text(arena, s.content);
}

static inline bool is_noted(struct trial *t, const char *words)
{
    vec_each (note, &t->plan->notes)
        if (strstr(*note, words))
            return true;
    return false;
}

static inline const char *all_notes(struct trial *t)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    vec_each (note, &t->plan->notes)
        strbuf_printf(&s, "\n  %s", *note);
    return s.len ? s.ptr : "";
}

static inline void expect_clean(struct trial *t, const char *name)
{
    static const enum gate gates[] = {GATE_SSHD, GATE_LISTEN, GATE_FIREWALL};
    const struct diag_fact *fault = sshd_config_verdict(t->plan->after->facts->sshd);
    ck_assert_msg(!fault, "%s: %s", name, fault ? fault->says : "");
    vec_each (walk, &t->plan->after->people->walks)
        for (size_t g = 0; g < sizeof gates / sizeof *gates; g++)
            ck_assert_msg(walk->gates[gates[g]].state == GATE_OPEN, "%s: %s: %s%s", name,
                          walk->subject.user, list_reasons(walk), all_notes(t));
}

static inline void expect_idle(struct trial *t, const char *name)
{
    struct err e = {0};
    size_t mark = overlay_mark(t->tree), count;
    struct access_request request = {.reset_ssh = true};
    struct plan *again = access_plan(&t->input, &request, &e);
    ck_assert_msg(again != NULL, "%s: %s: %s", name, e.path, e.text);
    const char *const *paths = overlay_touched(t->tree, mark, &count);
    ck_assert_msg(count == 0, "%s: a second reset edits %s", name, count ? paths[0] : "");
    plan_free(again);
}

static inline const char *write_plan(struct trial *t, const char *command)
{
    struct err e = {0};
    const char *run = NULL;
    struct edit_list list = through_the_pipe(t->tree, &e);
    ck_assert_msg(e.code == ERR_NONE, "%s", e.text);
    ck_assert_msg(write_list(t->raw, &list, command, &run, &e) == COMMIT_DONE, "%s: %s", e.path,
                  e.text);
    return run;
}

#define FILE_OF(path, text) "{\"do\":\"write\",\"path\":\"" path "\",\"text\":\"" text "\"}"

static const char *const guests[] = {"debian-11",    "debian-12",   "debian-13", "ubuntu-22.04",
                                     "ubuntu-24.04", "rhel-8",      "rhel-9",    "rocky-9",
                                     "alma-9",       "amazon-2023", "sles-15",   "alpine-3"};
#define GUESTS ((int)(sizeof guests / sizeof *guests))

#endif
