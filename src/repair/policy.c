#include "repair/policy.h"

#include <string.h>

#include "base/escape.h"

static bool is_allowed(const struct repair_options *o, const char *rule)
{
    for (size_t i = 0; i < o->allow_count; i++)
        if (strcmp(o->allow[i], rule) == 0)
            return true;
    return false;
}

/* "diskmend repair TARGET [--user U] OPTION": what the person would have to say. */
static const char *command_with(const struct repair_input *input, const char *option,
                                const char *value)
{
    struct arena *a = input->arena;
    struct strbuf out;
    strbuf_init(&out, a);
    strbuf_printf(&out, "diskmend repair %s", input->options->target);
    for (size_t i = 0; i < input->question->user_count; i++)
        strbuf_printf(&out, " --user %s", escape_shell_word(a, input->question->users[i]));
    strbuf_printf(&out, " %s %s", option, value);
    return out.ptr;
}

/* The gates whose flag repairs a named user asks for: those between the network and the shell. */
static bool is_users_own(enum gate gate)
{
    return gate >= GATE_SSHD && gate <= GATE_SUDO;
}

enum policy_answer policy_of(const struct repair_input *input, const struct json *facts,
                             const struct candidate *c, const char **reason, const char **command)
{
    const struct repair_options *o = input->options;
    bool names_user = input->question->user_count > 0;
    bool allowed = is_allowed(o, c->rule->id);
    *reason = *command = NULL;
    if (!rules_is_selected(c->rule, &o->selection))
        return POLICY_IGNORE;
    if (c->state == GATE_UNKNOWN)
        return POLICY_IGNORE;
    if (strcmp(c->rule->repair_class, "report") == 0) {
        *reason = "no edit of a file mends it with certainty";
        *command = rules_command(input->rules, facts, c->rule, c->record);
        return c->state == GATE_SHUT ? POLICY_LEAVE : POLICY_IGNORE;
    }
    if (strcmp(c->rule->id, "listen-port-moved") == 0) {
        if (o->port_is_given)
            return POLICY_MEND;
        *reason = "sshd listens there on purpose, as far as the disk tells";
        *command = command_with(input, "--port", "22");
        return POLICY_LEAVE;
    }
    if (allowed)
        return POLICY_MEND;
    bool is_auto = strcmp(c->rule->repair_class, "auto") == 0;
    if (is_auto && (!names_user || c->state == GATE_SHUT))
        return POLICY_MEND;
    if (c->state != GATE_SHUT)
        return POLICY_IGNORE;
    if (!c->rule->is_local && (o->unsafe || (c->is_named && is_users_own(c->gate))))
        return POLICY_MEND;
    *reason = names_user || !is_users_own(c->gate)
                  ? "there is a choice in it, so it needs your consent"
                  : "there is a choice in it: name the user who shall get in, or consent";
    *command = command_with(input, "--allow", c->rule->id);
    return POLICY_LEAVE;
}
