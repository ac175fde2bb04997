/* The steps of a rule's repair, with the words of one record filled in. */
#include "rules/rules.h"

#include "base/escape.h"
#include "rules/template.h"

/* A text or a list of texts. NULL when a field is missing. */
static struct json *filled(const struct rule_context *c, const struct json *argument,
                           const struct json *record, struct err *e)
{
    if (json_type(argument) != JSON_ARRAY) {
        const char *text = template_fill(c, json_string(argument), record, e);
        return text ? json_new_string(c->arena, text) : NULL;
    }
    struct json *list = json_new_array(c->arena);
    for (const struct json *item = json_first(argument); item; item = json_next(item)) {
        const char *text = template_fill(c, json_string(item), record, e);
        if (!text) {
            json_free(list);
            return NULL;
        }
        json_append(c->arena, list, json_new_string(c->arena, text));
    }
    return list;
}

struct json *rules_steps(const struct rule_set *set, const struct json *facts,
                         const struct rule *rule, const struct json *record, struct err *e)
{
    struct rule_context c = {set->arena, set, rule, facts, NULL};
    const struct json *steps = json_member(json_member(rule->source, "repair"), "steps");
    struct json *list = json_new_array(c.arena);
    for (const struct json *step = json_first(steps); step; step = json_next(step)) {
        struct json *out = json_new_object(c.arena);
        json_append(c.arena, list, out);
        for (const struct json *m = json_first(step); m; m = json_next(m)) {
            struct json *value = filled(&c, m, record, e);
            if (!value) {
                json_free(list);
                return NULL;
            }
            json_set(c.arena, out, json_name(m), value);
        }
    }
    return list;
}

/* What the guest wrote, as words of a shell: a person may paste the command as it stands. */
static struct json *quoted(struct arena *a, const struct json *record)
{
    struct json *out = json_new_object(a);
    for (const struct json *m = json_first(record); m; m = json_next(m)) {
        const char *text = json_string(m);
        json_set(a, out, json_name(m),
                 json_type(m) == JSON_OBJECT ? quoted(a, m)
                 : text                      ? json_new_string(a, escape_shell_word(a, text))
                                             : json_copy(a, m));
    }
    return out;
}

const char *rules_command(const struct rule_set *set, const struct json *facts,
                          const struct rule *rule, const struct json *record)
{
    struct rule_context c = {set->arena, set, rule, facts, NULL};
    struct err e = {0};
    const char *text = json_member_string(json_member(rule->source, "repair"), "command");
    struct json *words = text ? quoted(set->arena, record) : NULL;
    const char *command = text ? template_fill(&c, text, words, &e) : NULL;
    json_free(words);
    return command;
}
