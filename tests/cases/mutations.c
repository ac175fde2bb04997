/* Healthy guests with random damage, judged as a disk is judged: whatever the bytes, there is an
 * answer in bounded time and memory, never a crash. Prints TAP; a failing seed is named and can be
 * run alone: mutations FIXTURES RULES SEED 1. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "batch/why.h"
#include "facts/facts.h"
#include "guest/fixture.h"
#include "guest/overlay.h"
#include "login/login.h"
#include "rules/rules.h"

#include "config.h"

#define MOMENT         1780272000 /* 2026-06-01 */
#define GUEST_SECONDS  20
#define SEEDS_PER_TEST 50

static const char *const guests[] = {"debian-11",    "debian-12", "debian-13",
                                     "ubuntu-24.04", "rhel-8",    "rhel-9",
                                     "amazon-2023",  "sles-15",   "alpine-3"};

/* xorshift64*: the same seed damages the same way everywhere. */
static uint64_t next_number(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

static size_t below(uint64_t *state, size_t bound)
{
    return bound ? (size_t)(next_number(state) % bound) : 0;
}

struct damage {
    struct arena *arena;
    struct tree *tree;
    uint64_t random;
    VEC(const char *) paths; /* every path below /etc, /root, /home, /boot and of sshd */
};

static void collect(struct damage *d, const char *directory, int depth)
{
    struct list_answer list = tree_list(d->tree, directory);
    for (size_t i = 0; depth < 12 && i < list.count; i++) {
        const char *path = path_join(d->arena, directory, list.names[i]);
        struct stat_answer s = tree_lstat(d->tree, path);
        vec_push(d->arena, &d->paths, path);
        if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY)
            collect(d, path, depth + 1);
    }
}

static const char *const phrases[] = {
    "\n",
    "\r\n",
    ":",
    "::::",
    "\"",
    "'",
    "\\",
    "#",
    "=",
    " ",
    "\t",
    ",",
    "!",
    "*",
    "%h/%u/%%",
    "%",
    "@",
    "Match all\n",
    "Match ",
    "\xff",
    "\xef\xbb\xbf",
    "/../../",
    "UUID=",
    "[Install]\nWantedBy=",
    "0",
    "-1",
    "18446744073709551616",
    "ssh-rsa ",
    "ssh-ed25519 AAAA",
    "Include /etc/ssh/sshd_config\n",
    "Include /etc/ssh/*\n",
    "from=\"",
    "x:x:x:x:x:x:x\n",
    "$6$",
    "\x01\x02\x03\x04",
    "\x1b[2J",
    "AllowUsers *@*/0\n",
};

static void damage_bytes(struct damage *d, struct strbuf *out, struct bytes old)
{
    uint64_t *r = &d->random;
    size_t at = below(r, old.len + 1), n;
    switch (below(r, 7)) {
    case 0: /* another byte */
        strbuf_add_bytes(out, old);
        if (at < old.len)
            out->ptr[at] = (char)below(r, 256);
        return;
    case 1: /* cut off */
        strbuf_add_bytes(out, bytes_cut(old, 0, at));
        return;
    case 2: /* a piece is lost */
        n = below(r, 40);
        strbuf_add_bytes(out, bytes_cut(old, 0, at));
        strbuf_add_bytes(out, bytes_cut(old, at + n, old.len));
        return;
    case 3: /* a piece twice */
        strbuf_add_bytes(out, old);
        strbuf_add_bytes(out, bytes_cut(old, at, at + below(r, 400)));
        return;
    case 4: /* a NUL, or many */
        strbuf_add_bytes(out, bytes_cut(old, 0, at));
        for (n = 1 + below(r, 3); n > 0; n--)
            strbuf_add_char(out, '\0');
        strbuf_add_bytes(out, bytes_cut(old, at, old.len));
        return;
    case 5: /* much of one thing */
        strbuf_add_bytes(out, bytes_cut(old, 0, at));
        const char *phrase = phrases[below(r, sizeof phrases / sizeof *phrases)];
        for (n = below(r, 3000); n > 0; n--)
            strbuf_add(out, phrase);
        strbuf_add_bytes(out, bytes_cut(old, at, old.len));
        return;
    default: /* a phrase somewhere */
        strbuf_add_bytes(out, bytes_cut(old, 0, at));
        strbuf_add(out, phrases[below(r, sizeof phrases / sizeof *phrases)]);
        strbuf_add_bytes(out, bytes_cut(old, at, old.len));
    }
}

static void damage_one(struct damage *d)
{
    uint64_t *r = &d->random;
    const char *path = d->paths.items[below(r, d->paths.count)];
    const char *other = d->paths.items[below(r, d->paths.count)];
    struct stat_answer s = tree_lstat(d->tree, path);
    if (s.presence != PRESENCE_PRESENT)
        return;
    size_t kind = below(r, 16);
    if (kind == 0) {
        memory_tree_remove(d->tree, path);
    } else if (kind == 1) {
        memory_tree_remove(d->tree, path);
        memory_tree_symlink(d->tree, path, below(r, 2) ? other : path_name(path));
    } else if (kind == 2) {
        memory_tree_remove(d->tree, path);
        memory_tree_special(d->tree, path, NODE_FIFO);
    } else if (kind == 3) {
        memory_tree_unreadable(d->tree, path, "input/output error");
    } else if (kind == 4) {
        memory_tree_meta(d->tree, path, (uint32_t)below(r, 010000), (uint32_t)next_number(r),
                         (uint32_t)next_number(r));
    } else if (kind == 5) {
        memory_tree_remove(d->tree, path);
        memory_tree_directory(d->tree, path, 0755, 0, 0);
    } else if (s.node.type == NODE_FILE) {
        struct strbuf out;
        strbuf_init(&out, d->arena);
        damage_bytes(d, &out, tree_read(d->tree, path, UINT64_MAX).content);
        memory_tree_file(d->tree, path, strbuf_bytes(&out), s.node.mode, s.node.uid, s.node.gid);
    }
}

struct fixed {
    const char *fixtures, *lenses;
    const struct sshd_keyword_table *keywords;
    struct rule_set *rules;
};

/* What why says of everybody, as a person reads it. */
static void explain(const struct fixed *fixed, struct arena *a, const struct json *facts,
                    const struct login_answer *answer)
{
    const struct report_input input = {.target_name = "guest", .target_kind = "directory"};
    const struct report_options style = {.width = 80};
    vec_each (walk, &answer->walks) {
        CLEANUP_JSON struct json *why = why_document(a, fixed->rules, facts, answer, walk, &input);
        const struct json *documents[] = {why};
        struct strbuf text;
        strbuf_init(&text, a);
        report_format_by_name("text")->render(&text, documents, 1, &style);
    }
}

static void judge_damaged(const struct fixed *fixed, uint64_t seed)
{
    struct arena *a = arena_new(NULL, NULL);
    struct err e = {0};
    struct damage d = {.arena = a, .random = seed * 0x9e3779b97f4a7c15ull + 1};
    next_number(&d.random);
    d.tree = fixture_guest(a, fixed->fixtures,
                           guests[below(&d.random, sizeof guests / sizeof *guests)], &e);
    struct lens_session *lenses = lens_open(a, fixed->lenses, &e);
    if (!d.tree || !lenses) {
        fprintf(stderr, "# %s\n", e.text);
        _exit(2);
    }
    collect(&d, "/etc", 0);
    collect(&d, "/home", 0);
    collect(&d, "/boot", 0);
    collect(&d, "/usr/lib/systemd", 0);
    vec_push(a, &d.paths, "/usr/sbin/sshd");
    for (size_t n = 1 + below(&d.random, 5); n > 0; n--)
        damage_one(&d);
    struct login_question question = {.port = 22, .at = MOMENT};
    struct rule_selection selection = {0};
    struct facts *facts =
        facts_gather(a, overlay_new(a, d.tree), lenses, fixed->keywords, question.at);
    struct login_answer *answer = login_judge(facts, &question);
    CLEANUP_JSON struct json *document = facts_document(facts);
    login_add_to_document(facts, answer, document);
    rules_evaluate(fixed->rules, document, &selection);
    explain(fixed, a, document, answer);
    lens_close(lenses);
    arena_free(a);
}

/* True when the guest of SEED was judged; says why not. */
static bool survives(const struct fixed *fixed, uint64_t seed)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
#ifndef HAVE_ADDRESS_SANITIZER
        struct rlimit memory = {LIMIT_WORKER_ADDRESS_SPACE, LIMIT_WORKER_ADDRESS_SPACE};
        setrlimit(RLIMIT_AS, &memory);
#endif
        alarm(GUEST_SECONDS);
        judge_damaged(fixed, seed);
        _exit(0);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    printf("# seed %llu: %s %d\n", (unsigned long long)seed,
           WIFSIGNALED(status) ? "ended by signal" : "exit status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

static struct bytes read_text(struct arena *a, const char *path)
{
    CLEANUP_FILE FILE *file = fopen(path, "re");
    struct strbuf s;
    strbuf_init(&s, a);
    char buffer[65536];
    size_t n;
    while (file && (n = fread(buffer, 1, sizeof buffer, file)) > 0)
        strbuf_add_bytes(&s, (struct bytes){buffer, n});
    return strbuf_bytes(&s);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: mutations FIXTURES RULES [FIRST-SEED [COUNT]]\n");
        return 2;
    }
    struct arena *a = arena_new(NULL, NULL);
    struct err e = {0};
    const char *table = path_join(a, argv[2], "sshd-keywords.json");
    struct fixed fixed = {.fixtures = argv[1], .lenses = path_join(a, argv[2], "lenses")};
    fixed.keywords = sshd_keywords_load(a, read_text(a, table), table, &e);
    fixed.rules = rules_new(a);
    rules_load(fixed.rules, argv[2], true);
    if (!fixed.keywords || fixed.rules->errors.count > 0) {
        printf("Bail out! %s\n", e.text);
        return 1;
    }
    unsigned long first = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    unsigned long count = argc > 4 ? strtoul(argv[4], NULL, 10) : 200;
    unsigned tests = 0;
    bool all_good = true;
    for (unsigned long i = 0; i < count; i += SEEDS_PER_TEST) {
        bool good = true;
        unsigned long end = i + SEEDS_PER_TEST < count ? i + SEEDS_PER_TEST : count;
        for (unsigned long seed = first + i; seed < first + end; seed++)
            good &= survives(&fixed, seed);
        printf("%sok %u - damaged guests, seeds %lu to %lu\n", good ? "" : "not ", ++tests,
               first + i, first + end - 1);
        all_good &= good;
    }
    printf("1..%u\n", tests);
    rules_free(fixed.rules);
    arena_free(a);
    return all_good ? 0 : 1;
}
