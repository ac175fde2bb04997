/* For login.test: what we say about one login on a directory tree. login_verdict DIRECTORY USER
 * METHOD FROM [PUBLIC-KEY-FILE] prints the verdict and the reasons; login_verdict DIRECTORY - reads
 * any number of such questions, a line each. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "directory_guest.h"
#include "facts/collect.h"
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

/* One login, asked as "USER METHOD FROM [PUBLIC-KEY-FILE]". */
static void judge(const struct facts *f, struct arena *a, const struct text_list *asked, int64_t at)
{
    const char *user = asked->items[0];
    const struct login_question question = {
        .users = &user,
        .user_count = 1,
        .from = asked->items[2],
        .port = 22,
        .password = true,
        .at = at,
        .identity = asked->count > 3 ? arena_text(a, read_host_file(a, asked->items[3])) : NULL,
    };
    const struct login_answer *answer = login_judge(f, &question);
    for (size_t i = 0; i < answer->walks.count; i++)
        if (strcmp(login_method_name(answer->walks.items[i].subject.method), asked->items[1]) == 0)
            print_walk(&answer->walks.items[i]);
}

int main(int argc, char **argv)
{
    bool many = argc == 3 && strcmp(argv[2], "-") == 0;
    if (argc < 5 && !many)
        return 2;
    struct directory_guest g = directory_guest_open(argv[1]);
    int64_t now = (int64_t)time(NULL);
    struct facts *f = facts_gather(g.arena, g.tree, g.lenses, g.keywords, now);
    char line[4096];
    while (many && fgets(line, sizeof line, stdin)) {
        struct text_list asked = text_words(g.arena, bytes_of(line), " \n");
        if (asked.count >= 3)
            judge(f, g.arena, &asked, now);
    }
    struct text_list asked = {0};
    for (int i = 2; i < argc; i++)
        text_list_add(g.arena, &asked, argv[i]);
    if (!many)
        judge(f, g.arena, &asked, now);
    directory_guest_close(&g);
    return 0;
}
