/* A small Debian-like guest in memory, and the gathering of its facts. */
#ifndef DISKMEND_TESTS_UNIT_FACTS_SUITE_H
#define DISKMEND_TESTS_UNIT_FACTS_SUITE_H

#include "host_file.h"
#include "suite.h"

#include <stdio.h>

#include "facts/facts.h"
#include "guest/memory.h"
#include "syntax/lens.h"

/* Augeas 1.14 loses a few bytes of its own when it parses (seen with its spans too). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libaugeas.so\n";
}

#define JUNE_2026 1780272000

static struct arena *arena;
static struct tree *tree;
static struct lens_session *lenses;
static struct sshd_keyword_table *keywords;

static inline void put(const char *path, const char *text, uint32_t mode, uint32_t uid,
                       uint32_t gid)
{
    memory_tree_file(tree, path, bytes_of(text), mode, uid, gid);
}

static inline void facts_begin(void)
{
    struct err e = {0};
    arena = arena_new(NULL, NULL);
    lenses = lens_open(arena, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    ck_assert_msg(lenses != NULL, "%s", e.text);
    keywords =
        sshd_keywords_load(arena, file_on_host(arena, TEST_SOURCE_DIRECTORY "/rules/sshd-keywords.json"),
                           "keywords", &e);
    ck_assert_msg(keywords != NULL, "%s", e.text);
    tree = memory_tree_new(arena);
    put("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\n", 0644, 0, 0);
    put("/usr/sbin/sshd", "OpenSSH_7.4*\nOpenSSH_9.2\nOpenSSH_9.2p1 Debian-2\n", 0755, 0, 0);
    put("/etc/ssh/sshd_config", "UsePAM yes\n", 0644, 0, 0);
    put("/bin/bash", "x", 0755, 0, 0);
    put("/usr/sbin/nologin", "x", 0755, 0, 0);
    put("/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\n"
        "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n"
        "sshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n",
        0644, 0, 0);
    put("/etc/shadow", "root:*:19000:0:99999:7:::\nana:!:19000:0:99999:7:::\nsshd:!:19000::::::\n",
        0640, 0, 42);
    put("/etc/group", "root:x:0:\nana:x:1000:\nsudo:x:27:ana\nnogroup:x:65534:\nssh_keys:x:998:\n",
        0644, 0, 0);
    memory_tree_directory(tree, "/root", 0700, 0, 0);
    memory_tree_directory(tree, "/home/ana", 0755, 1000, 1000);
    memory_tree_directory(tree, "/etc/systemd/system", 0755, 0, 0);
}

static inline void facts_end(void)
{
    lens_close(lenses);
    arena_free(arena);
}

static inline struct facts *gather(void)
{
    struct facts *f = facts_gather(arena, tree, lenses, keywords, JUNE_2026);
    /* whatever the guest holds, the document can be built */
    struct json *document = facts_document(f);
    ck_assert_ptr_nonnull(json_member(document, "os"));
    json_free(document);
    return f;
}

static inline const struct row_fact *row_of(const struct facts *f, const char *db,
                                            const char *defect)
{
    vec_each (row, &f->rows)
        if (strcmp(row->db, db) == 0 && strcmp(row->defect, defect) == 0)
            return row;
    return NULL;
}

static inline bool has_gap(const struct facts *f, const char *section)
{
    vec_each (gap, &f->gaps)
        if (strcmp(gap->section, section) == 0)
            return true;
    return false;
}

#endif
