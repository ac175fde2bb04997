/* The document diskmend.why/1: one subject, every gate, every reason in the words of its rule. */
#include <time.h>

#include "report/document.h"
#include "report/symptom.h"

/* "2026-06-01T00:00:00Z" */
static const char *moment_text(struct arena *a, int64_t at)
{
    struct tm tm;
    time_t seconds = (time_t)at;
    char text[64];
    if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return arena_printf(a, "@%lld", (long long)at);
    return arena_strdup(a, text);
}

static struct json *subject_json(struct arena *a, const struct walk *w)
{
    const struct subject *s = &w->subject;
    struct json *o = json_new_object(a);
    json_set_string(a, o, "user", s->user);
    json_set_string(a, o, "from", s->from);
    json_set_number(a, o, "port", s->port);
    json_set_string(a, o, "method", login_method_name(s->method));
    json_set_string(a, o, "identity", s->identity);
    json_set_string(a, o, "at", moment_text(a, s->at));
    json_set_bool(a, o, "exists", w->user_exists);
    return o;
}

static struct json *reason_json(struct arena *a, const struct worded_reason *worded)
{
    const struct reason *r = worded->reason;
    struct json *o = json_new_object(a);
    json_set_string(a, o, "rule", r->id);
    json_set_string(a, o, "severity", severity_name(worded->severity));
    json_set_string(a, o, "message", worded->message);
    json_set_string(a, o, "why", worded->why);
    /* What it does to the gate: an open one may carry what is merely risky. */
    json_set_string(a, o, "state", r->state == GATE_OPEN ? "note" : gate_state_name(r->state));
    json_set_bool(a, o, "everybody", r->everybody);
    document_set_place(a, o, &r->at);
    struct json *repair = json_new_object(a);
    json_set_string(a, repair, "class", worded->repair_class);
    json_set(a, o, "repair", repair);
    return o;
}

static struct json *gate_json(struct arena *a, const struct why_input *why, enum gate gate)
{
    const struct walk *w = why->walk;
    enum gate_state state = w->gates[gate].state;
    struct json *o = json_new_object(a);
    json_set_constant(a, o, "gate", gate_name(gate));
    json_set_constant(a, o, "state", gate_state_name(state));
    struct json *reasons = json_new_array(a);
    const char *first_lock = NULL;
    for (size_t i = 0; i < why->reason_count; i++) {
        const struct worded_reason *worded = &why->reasons[i];
        if (worded->reason->gate != gate)
            continue;
        if (worded->reason->state == GATE_SHUT && !first_lock)
            first_lock = worded->reason->id;
        json_append(a, reasons, reason_json(a, worded));
    }
    json_set(a, o, "reasons", reasons);
    if (state == GATE_SHUT)
        json_set_string(a, o, "symptom", symptom_text(gate, first_lock, w->subject.method));
    return o;
}

struct json *report_why_document(struct arena *a, const struct report_input *input,
                                 const struct why_input *why)
{
    struct json *d = document_new(a, "diskmend.why/1", input);
    const struct walk *w = why ? why->walk : NULL;
    json_set(a, d, "os", document_os(a, input->os));
    json_set(a, d, "not_checked", document_not_checked(a, input));
    json_set(a, d, "subject", w ? subject_json(a, w) : json_new_null(a));
    json_set_string(a, d, "verdict", gate_state_name(w ? walk_verdict(w) : GATE_UNKNOWN));
    json_set(a, d, "shut_at", w ? document_gates(a, w, GATE_SHUT) : json_new_array(a));
    json_set(a, d, "unknown_at", w ? document_gates(a, w, GATE_UNKNOWN) : json_new_array(a));
    json_set_bool(a, d, "expected", w && w->expected);
    struct json *gates = json_new_array(a);
    for (int g = 0; w && g < GATE_COUNT; g++)
        json_append(a, gates, gate_json(a, why, (enum gate)g));
    json_set(a, d, "gates", gates);
    json_set_string(a, d, "sudo", sudo_kind_name(w ? w->sudo : SUDO_NOT_JUDGED));
    if (why && why->account_count > 0) {
        struct json *accounts = json_new_array(a);
        for (size_t i = 0; i < why->account_count; i++)
            json_append(a, accounts, json_new_string(a, why->accounts[i]));
        json_set(a, d, "accounts", accounts);
    }
    return d;
}
