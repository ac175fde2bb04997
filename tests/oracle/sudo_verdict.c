/* For sudo.test: what we say about a person and root on a directory tree, whatever the other gates
 * say. sudo_verdict DIRECTORY USER prints the kind, the gate's state and its reasons. */
#include <stdio.h>
#include <time.h>

#include "directory_guest.h"
#include "login/login.h"

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    struct directory_guest g = directory_guest_open(argv[1]);
    const char *user = argv[2];
    const struct login_question question = {.users = &user,
                                            .user_count = 1,
                                            .port = 22,
                                            .at = (int64_t)time(NULL)};
    const struct facts *f = facts_gather(g.arena, g.tree, g.lenses, g.keywords, question.at);
    const struct walk *w = &login_judge(f, &question)->walks.items[0];
    size_t errors = 0;
    vec_each (s, &f->sudo)
        errors += s->defect != NULL && s->counts;
    printf("%s %s %s", sudo_kind_name(w->sudo), gate_state_name(w->gates[GATE_SUDO].state),
           errors > 0 ? "syntax" : "clean");
    for (size_t i = 0; i < w->gates[GATE_SUDO].reason_count; i++)
        printf(" %s", w->gates[GATE_SUDO].reasons[i].id);
    printf("\n");
    directory_guest_close(&g);
    return 0;
}
