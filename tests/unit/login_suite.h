/* A healthy fixture, changed as a row of a table says, and who gets in then. */
#ifndef DISKMEND_TESTS_UNIT_LOGIN_SUITE_H
#define DISKMEND_TESTS_UNIT_LOGIN_SUITE_H

#include "host_file.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "facts/facts.h"
#include "guest/fixture.h"
#include "login/login.h"
#include "syntax/lens.h"

#define JUNE_2026 1780272000

static struct arena *arena;
static struct lens_session *lenses;
static struct sshd_keyword_table *keywords;

static inline void login_begin(void)
{
    struct err e = {0};
    arena = arena_new(NULL, NULL);
    lenses = lens_open(arena, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    ck_assert_msg(lenses != NULL, "%s", e.text);
    keywords =
        sshd_keywords_load(arena, file_on_host(arena, TEST_SOURCE_DIRECTORY "/rules/sshd-keywords.json"),
                           "keywords", &e);
    ck_assert_msg(keywords != NULL, "%s", e.text);
}

static inline void login_end(void)
{
    lens_close(lenses);
    arena_free(arena);
}

static inline struct tree *guest_tree(const char *name)
{
    struct err e = {0};
    struct tree *t = fixture_guest(arena, TEST_SOURCE_DIRECTORY "/fixtures", name, &e);
    ck_assert_msg(t != NULL, "%s: %s", name, e.text);
    return t;
}

/* CHANGES: an array of the case format without its brackets; NULL for none. */
static inline void change_tree(struct tree *t, const char *changes)
{
    if (!changes)
        return;
    struct err e = {0};
    const char *text = arena_printf(arena, "[%s]", changes);
    struct json *document = json_parse(bytes_of(text), "changes", &e);
    ck_assert_msg(document != NULL, "%s in %s", e.text, changes);
    ck_assert_msg(fixture_change(t, document, &e) == 0, "%s", e.text);
    json_free(document);
}

static inline struct facts *gather(struct tree *t)
{
    return facts_gather(arena, t, lenses, keywords, JUNE_2026);
}

static inline const struct walk *find_walk(const struct login_answer *answer, const char *user,
                                           enum login_method method)
{
    for (size_t i = 0; i < answer->walks.count; i++)
        if (strcmp(answer->walks.items[i].subject.user, user) == 0 &&
            answer->walks.items[i].subject.method == method)
            return &answer->walks.items[i];
    return NULL;
}

static inline const struct reason *find_reason(const struct walk *w, const char *id)
{
    for (int g = 0; g < GATE_COUNT; g++)
        for (size_t i = 0; i < w->gates[g].reason_count; i++)
            if (strcmp(w->gates[g].reasons[i].id, id) == 0)
                return &w->gates[g].reasons[i];
    return NULL;
}

/* "auth:root-login-refused allow:denyusers-matches": every lock and doubt of a walk. */
static inline const char *list_reasons(const struct walk *w)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (int g = 0; g < GATE_COUNT; g++)
        for (size_t i = 0; i < w->gates[g].reason_count; i++)
            strbuf_printf(&s, "%s:%s(%s) ", gate_name((enum gate)g), w->gates[g].reasons[i].id,
                          gate_state_name(w->gates[g].reasons[i].state));
    return s.ptr;
}

#endif
