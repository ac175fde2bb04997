/* The judgement of the guest as the overlay shows it: the same facts, gates and rules as scan's. */
#include "repair/repair.h"

#include <string.h>

struct judgement *judgement_make(const struct repair_input *input)
{
    struct arena *a = input->arena;
    struct judgement *j = arena_new_struct(a, struct judgement);
    j->facts =
        facts_gather(a, input->tree, input->lenses, input->keywords, input->question->at);
    struct login_question everybody = *input->question;
    everybody.users = NULL;
    everybody.user_count = 0;
    j->people = login_judge(j->facts, &everybody);
    j->subjects =
        input->question->user_count > 0 ? login_judge(j->facts, input->question) : j->people;
    j->document = facts_document(j->facts);
    login_add_to_document(j->facts, j->subjects, j->document);
    return j;
}

void judgement_free(struct judgement *j)
{
    if (j)
        json_free(j->document);
}

enum gate_state subject_admission(const struct login_answer *answer, const char *user)
{
    enum gate_state best = GATE_SHUT;
    vec_each (walk, &answer->walks) {
        if (strcmp(walk->subject.user, user) != 0)
            continue;
        enum gate_state state = walk_admission(walk);
        if (state == GATE_OPEN)
            return GATE_OPEN;
        if (state == GATE_UNKNOWN)
            best = GATE_UNKNOWN;
    }
    return best;
}
