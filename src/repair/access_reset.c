/* Job: sshd's configuration back to what the distribution ships. */
#include "repair/access_parts.h"

#include <string.h>

#include "repair/reset.h"
#include "repair/template.h"

void reset_judge(struct sshd_reset *r)
{
    judgement_free(r->now);
    r->now = judgement_make(r->c->input);
    r->c->facts = r->now->facts;
    r->c->moves->paths.count = 0;
}

static void note_unknown(struct verb_context *c)
{
    const struct os_facts *os = &c->facts->os;
    if (strcmp(template_family(os), "generic") == 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena,
                              "this distribution (%s) is not one whose defaults are known here: "
                              "sshd_config is reset to what any sshd can do with",
                              *os->name           ? os->name
                              : os->id && *os->id ? os->id
                                                  : "without a name"));
}

int access_reset_ssh(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    if (!request->reset_ssh)
        return 0;
    const struct facts *before = c->facts;
    struct sshd_reset r = {.c = c};
    note_unknown(c);
    int code = reset_start_options(&r, e);
    if (code == 0)
        code = reset_drop_ins(&r, e);
    reset_judge(&r);
    if (code == 0)
        code = reset_config(&r, e);
    if (code == 0)
        code = reset_lost_drop_ins(&r, e);
    if (code == 0)
        code = reset_modes(&r, e);
    if (code == 0) {
        reset_by_rules(&r);
        reset_notes(&r, before);
    }
    judgement_free(r.now);
    return code;
}
