#include "batch/why.h"

#include <string.h>

/* What cannot be read leaves a gate unknown, and the rule words the lock that may be there. */
static const char *doubt_text(struct arena *a, const struct reason *r, const char *title)
{
    return arena_printf(a, "cannot be told from what is readable here%s%s%s; it may be: %s",
                        r->detail ? " (" : "", r->detail ? r->detail : "", r->detail ? ")" : "",
                        title);
}

static struct worded_reason word(struct arena *a, const struct rule_set *rules,
                                 const struct json *facts, const struct walk *w,
                                 const struct reason *r)
{
    struct json *record = login_reason_record(a, w, r);
    struct rule_words words = {SEVERITY_HIGH, r->id, r->id, "", "report"};
    rules_word(rules, facts, record, &words);
    json_free(record);
    return (struct worded_reason){
        .reason = r,
        .severity = words.severity,
        .message = login_reason_is_worded(r) ? words.message : doubt_text(a, r, words.title),
        .why = words.why,
        .repair_class = words.repair_class,
    };
}

struct json *why_document(struct arena *a, const struct rule_set *rules, const struct json *facts,
                          const struct login_answer *answer, const struct walk *walk,
                          const struct report_input *input)
{
    VEC(struct worded_reason) reasons = {0};
    /* Of one gate: what shuts it, then what cannot be told, then what is merely worth a word. */
    static const enum gate_state states[] = {GATE_SHUT, GATE_UNKNOWN, GATE_OPEN};
    for (int g = 0; g < GATE_COUNT; g++)
        for (size_t s = 0; s < sizeof states / sizeof *states; s++)
            for (size_t i = 0; i < walk->gates[g].reason_count; i++) {
                const struct reason *r = &walk->gates[g].reasons[i];
                /* It sums up the walks of everybody; this one stands there in full. */
                if (r->state == states[s] && strcmp(r->id, "nobody-can-log-in") != 0)
                    vec_push(a, &reasons, word(a, rules, facts, walk, r));
            }
    struct why_input why = {
        .walk = walk,
        .reasons = reasons.items,
        .reason_count = reasons.count,
        .accounts = walk->user_exists ? NULL : answer->accounts.items,
        .account_count = walk->user_exists ? 0 : answer->accounts.count,
    };
    return report_why_document(a, input, &why);
}

bool why_is_asked(const struct login_question *question, const struct walk *walk)
{
    return walk->subject.method == METHOD_PUBLICKEY || question->password || walk->expected;
}
