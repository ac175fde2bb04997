/* Our settings for one connection against sshd's own (see effective.test): effective_oracle ROOT
 * CASES COUNT RELEASE EXCEPTIONS prints one line of TAP (without its number) a configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "directory_guest.h"
#include "guest/memory.h"
#include "login/effective.h"
#include "sshd_values.h"

struct oracle {
    struct directory_guest guest;
    struct facts *facts;
    const char *cases, *exceptions;
};

static struct tree *case_tree(const struct oracle *o, struct arena *a, int number)
{
    struct tree *t = memory_tree_new(a);
    memory_tree_directory(t, "/etc/ssh", 0755, 0, 0);
    struct bytes rest = read_host_file(a, arena_printf(a, "%s/%04d/files", o->cases, number)), name;
    while (text_next_line(&rest, &name)) {
        const char *path = arena_text(a, name);
        struct bytes text =
            read_host_file(a, arena_printf(a, "%s/%04d/%s", o->cases, number, path));
        if (strchr(path, '/'))
            memory_tree_directory(t, arena_printf(a, "/etc/ssh/%s", path_parent(a, path)), 0755, 0,
                                  0);
        memory_tree_file(t, arena_printf(a, "/etc/ssh/%s", path), text, 0644, 0, 0);
    }
    return t;
}

static const char *joined(struct arena *a, const struct text_list *values, const char *between)
{
    struct text_list plain = {0};
    for (size_t i = 0; i < values->count; i++)
        text_list_add(a, &plain, plain_value(a, values->items[i]));
    return text_list_join(a, &plain, between);
}

/* What is in force for one connection, as `sshd -T` would print it. */
static const char *our_value(struct arena *a, const struct effective *e,
                             const struct sshd_fact *fact)
{
    const struct sshd_config *config = e->config;
    const struct sshd_keyword *k = sshd_keyword_named(config->keywords, fact->key);
    const struct sshd_directive *d = effective_winner(e, fact->key);
    if (k->accumulates && k->match_since) {
        struct effective_list list = effective_list(e, fact->key);
        struct text_list words = {0};
        vec_each (word, &list.words)
            text_list_add(a, &words, word->text);
        return words.count ? joined(a, &words, "\n") : joined(a, &fact->values, "\n");
    }
    if (strcmp(k->type, "alg_list") == 0 && k->match_since) {
        struct text_list names = sshd_config_algorithms(a, config, k->name, d ? d->value : "");
        if (names.count == 0)
            names = sshd_config_algorithms(a, config, k->name, "");
        return text_list_join(a, &names, ",");
    }
    if (strcmp(k->name, "SetEnv") == 0)
        return d ? joined(a, &d->values, "\n") : "";
    if (k->accumulates)
        return joined(a, &fact->values, "\n");
    /* Of no block: as the global part has it, with what joins several lines. */
    if (!k->match_since || !d || d->match == 0)
        return plain_value(a, fact->value);
    return plain_value(a, effective_value(e, fact->key));
}

static void compare(const struct oracle *o, struct arena *a, const struct effective *e,
                    struct bytes answer, const char *connection, struct strbuf *wrong)
{
    struct map values;
    struct text_list keys = {0};
    map_init(&values, a);
    real_values(a, e->config->keywords, answer, &values, &keys);
    vec_each (fact, &e->config->values) {
        if (fact->match)
            continue;
        const char *key = lower(a, fact->key);
        const char *theirs = map_get(&values, key), *mine = our_value(a, e, fact);
        bool equal = theirs ? strcmp(mine, theirs) == 0
                            : !*mine || strcmp(mine, "none") == 0 || fact->is_default;
        if (!equal && !strstr(o->exceptions, arena_printf(a, "\n%s ", key)))
            strbuf_printf(wrong, "%s (%s) %s: ours [%s] sshd's [%s]", wrong->len ? ";" : ":",
                          connection, key, mine, theirs ? theirs : "(not printed)");
    }
}

/* False: sshd refuses the configuration. */
static bool compare_case(const struct oracle *o, int number, struct strbuf *wrong, struct arena *a)
{
    struct tree *t = case_tree(o, a, number);
    const struct text_list none = {0};
    struct facts f = *o->facts;
    f.arena = a;
    f.sshd = sshd_config_read(t, o->guest.lenses, o->guest.keywords, &f.os, &none, NULL);
    struct bytes rest = read_host_file(a, arena_printf(a, "%s/%04d/connections", o->cases, number));
    struct bytes line;
    bool starts = true;
    for (int i = 0; text_next_line(&rest, &line); i++) {
        struct text_list words = text_words(a, line, " ");
        struct bytes answer =
            read_host_file(a, arena_printf(a, "%s/%04d/%d.out", o->cases, number, i));
        if (words.count < 3)
            continue;
        const struct subject subject = {.user = words.items[0], .from = words.items[1], .port = 22};
        const struct effective *e = effective_for(&f, &subject, facts_account(&f, subject.user),
                                                  (int)strtol(words.items[2], NULL, 10));
        bool ends = effective_ending(e) != NULL;
        starts &= answer.len > 0 || ends;
        if (ends && answer.len > 0)
            strbuf_printf(wrong, ": (%s) we say that sshd ends it", arena_text(a, line));
        else if (!ends && answer.len > 0)
            compare(o, a, e, answer, arena_text(a, line), wrong);
    }
    if (!starts && !sshd_config_verdict(f.sshd))
        strbuf_add(wrong, ": sshd refuses it, we do not");
    tree_close(t);
    return starts;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    struct oracle o = {.guest = directory_guest_open(argv[1]), .cases = argv[2]};
    o.facts = facts_gather(o.guest.arena, o.guest.tree, o.guest.lenses, o.guest.keywords, 0);
    o.exceptions = arena_text(o.guest.arena, read_host_file(o.guest.arena, argv[5]));
    int count = (int)strtol(argv[3], NULL, 10), started = 0;
    for (int number = 1; number <= count; number++) {
        struct arena *a = arena_new(NULL, NULL);
        struct strbuf wrong;
        strbuf_init(&wrong, a);
        started += compare_case(&o, number, &wrong, a);
        for (char *p = wrong.ptr; *p; p++)
            if (*p == '\n' || *p == '#')
                *p = '|';
        printf("%s %s %d%s\n", wrong.len ? "not ok" : "ok", argv[4], number, wrong.ptr);
        arena_free(a);
    }
    printf("%s %s: sshd takes %d of %d\n", started * 10 >= count * 9 ? "ok" : "not ok", argv[4],
           started, count);
    directory_guest_close(&o.guest);
    return 0;
}
