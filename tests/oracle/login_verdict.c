/* For login.test: what we say about one login on a directory tree. login_verdict DIRECTORY USER
 * METHOD FROM [PUBLIC-KEY-FILE] prints the verdict and the reasons. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "directory_guest.h"
#include "login/login.h"

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
    struct directory_guest g = directory_guest_open(argv[1]);
    const char *user = argv[2];
    const struct login_question question = {
        .users = &user,
        .user_count = 1,
        .from = argv[4],
        .port = 22,
        .password = true,
        .at = (int64_t)time(NULL),
        .identity = argc > 5 ? arena_text(g.arena, read_host_file(g.arena, argv[5])) : NULL,
    };
    struct facts *f = facts_gather(g.arena, g.tree, g.lenses, g.keywords, question.at);
    const struct login_answer *answer = login_judge(f, &question);
    for (size_t i = 0; i < answer->walks.count; i++)
        if (strcmp(login_method_name(answer->walks.items[i].subject.method), argv[3]) == 0)
            print_walk(&answer->walks.items[i]);
    directory_guest_close(&g);
    return 0;
}
