/* For sudo.test: what we say about a person and root on a directory tree, whatever the other gates
 * say. sudo_verdict DIRECTORY USER prints the kind, the gate's state and its reasons. */
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
    if (argc < 3)
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
    if (!tree) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    const char *user = argv[2];
    const struct login_question question = {.users = &user,
                                            .user_count = 1,
                                            .port = 22,
                                            .at = (int64_t)time(NULL)};
    const struct facts *f = facts_gather(a, tree, lenses, keywords, question.at);
    const struct walk *w = &login_judge(f, &question)->walks.items[0];
    size_t errors = 0;
    vec_each (s, &f->sudo)
        errors += s->defect != NULL && s->counts;
    printf("%s %s %s", sudo_kind_name(w->sudo), gate_state_name(w->gates[GATE_SUDO].state),
           errors > 0 ? "syntax" : "clean");
    for (size_t i = 0; i < w->gates[GATE_SUDO].reason_count; i++)
        printf(" %s", w->gates[GATE_SUDO].reasons[i].id);
    printf("\n");
    lens_close(lenses);
    opened_close(opened);
    arena_free(a);
    return 0;
}
