/* For login.test: what we say about one login on a directory tree. login_verdict DIRECTORY USER
 * METHOD FROM [PUBLIC-KEY-FILE] prints the verdict and the reasons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts/facts.h"
#include "guest/open.h"
#include "login/login.h"

static struct bytes read_host_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    char *buffer = arena_alloc(a, 2 * 1024 * 1024);
    size_t n = fread(buffer, 1, 2 * 1024 * 1024 - 1, f);
    fclose(f);
    return (struct bytes){buffer, n};
}

static int give_up(const struct err *e)
{
    fprintf(stderr, "%s\n", e->text);
    return 2;
}

static void print_walk(const struct walk *w)
{
    printf("%s", gate_state_name(walk_verdict(w)));
    for (int g = 0; g < GATE_COUNT; g++)
        for (size_t i = 0; i < w->gates[g].reason_count; i++)
            if (w->gates[g].reasons[i].state != GATE_OPEN)
                printf(" %s", w->gates[g].reasons[i].id);
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    struct err e = {0};
    struct arena *a = arena_new(NULL, NULL);
    struct sshd_keyword_table *keywords =
        sshd_keywords_load(a, read_host_file(a, TEST_SOURCE_DIRECTORY "/rules/sshd-keywords.json"),
                           "keywords", &e);
    struct lens_session *lenses = lens_open(a, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    struct target_disk disk = {.path = argv[1]};
    const struct target target = {.name = argv[1],
                                  .kind = TARGET_DIRECTORY,
                                  .disks = &disk,
                                  .disk_count = 1};
    const struct open_options options = {0};
    struct opened *opened = keywords && lenses ? open_target(a, &target, &options, &e) : NULL;
    struct tree *tree = opened ? opened_tree(opened, 0, &e) : NULL;
    if (!tree)
        return give_up(&e);
    const char *user = argv[2];
    const struct login_question question = {
        .users = &user,
        .user_count = 1,
        .from = argv[4],
        .port = 22,
        .password = true,
        .at = (int64_t)time(NULL),
        .identity = argc > 5 ? arena_text(a, read_host_file(a, argv[5])) : NULL,
    };
    struct facts *f = facts_gather(a, tree, lenses, keywords, question.at);
    const struct login_answer *answer = login_judge(f, &question);
    for (size_t i = 0; i < answer->walks.count; i++)
        if (strcmp(login_method_name(answer->walks.items[i].subject.method), argv[3]) == 0)
            print_walk(&answer->walks.items[i]);
    lens_close(lenses);
    opened_close(opened);
    arena_free(a);
    return 0;
}
