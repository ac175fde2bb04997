#include "report/document.h"

#include "config.h"

static const char *const status_names[] = {"complete", "partial", "failed"};

void document_set_place(struct arena *a, struct json *o, const struct place *at)
{
    if (!at->file) {
        json_set(a, o, "at", json_new_null(a));
        return;
    }
    struct json *place = json_new_object(a);
    json_set_string(a, place, "file", at->file);
    if (at->line > 0)
        json_set_number(a, place, "line", at->line);
    if (at->column > 0)
        json_set_number(a, place, "column", at->column);
    json_set(a, o, "at", place);
}

struct json *document_new(struct arena *a, const char *schema, const struct report_input *input)
{
    struct json *d = json_new_object(a);
    json_set_string(a, d, "schema", schema);
    struct json *tool = json_new_object(a);
    json_set_string(a, tool, "name", PACKAGE_NAME);
    json_set_string(a, tool, "version", PACKAGE_VERSION);
    json_set(a, d, "tool", tool);
    struct json *target = json_new_object(a);
    json_set_string(a, target, "name", input->target_name);
    json_set_string(a, target, "kind", input->target_kind);
    json_set_string(a, target, "format", input->format);
    json_set_string(a, target, "engine", input->engine);
    json_set_string(a, target, "root", input->root);
    if (input->disk_count > 1) {
        struct json *disks = json_new_array(a);
        for (size_t i = 0; i < input->disk_count; i++)
            json_append(a, disks, json_new_string(a, input->disks[i].path));
        json_set(a, target, "disks", disks);
    }
    json_set(a, d, "target", target);
    json_set_string(a, d, "status", status_names[input->status]);
    if (input->status == REPORT_FAILED) {
        struct json *failure = json_new_object(a);
        json_set_string(a, failure, "code", input->failure_code);
        json_set_string(a, failure, "message", input->failure);
        json_set_string(a, failure, "stage", input->failure_after_open ? "read" : "open");
        json_set(a, d, "failure", failure);
    }
    struct json *notes = json_new_array(a);
    for (size_t i = 0; i < input->note_count; i++)
        json_append(a, notes, json_new_string(a, input->notes[i]));
    json_set(a, d, "notes", notes);
    return d;
}

struct json *document_os(struct arena *a, const struct json *os)
{
    static const char *const shown[] = {"id", "version", "name", "family", "openssh"};
    if (!os)
        return json_new_null(a);
    struct json *o = json_new_object(a);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        json_set_string(a, o, shown[i], json_member_string(os, shown[i]));
    return o;
}

static struct json *finding_json(struct arena *a, const struct finding *f)
{
    struct json *o = json_new_object(a);
    json_set_string(a, o, "rule", f->rule);
    json_set_string(a, o, "gate", f->gate);
    json_set_string(a, o, "profile", f->profile);
    json_set_string(a, o, "severity", severity_name(f->severity));
    json_set_string(a, o, "message", f->message);
    json_set_string(a, o, "why", f->why);
    if (f->user) {
        struct json *subject = json_new_object(a);
        json_set_string(a, subject, "user", f->user);
        json_set(a, o, "subject", subject);
    } else {
        json_set(a, o, "subject", json_new_null(a));
    }
    document_set_place(a, o, &f->at);
    struct json *repair = json_new_object(a);
    json_set_string(a, repair, "class", f->repair_class);
    json_set(a, o, "repair", repair);
    json_set_string(a, o, "fingerprint", f->fingerprint);
    return o;
}

struct json *document_gates(struct arena *a, const struct walk *w, enum gate_state state)
{
    struct json *list = json_new_array(a);
    for (int g = 0; g < GATE_COUNT; g++)
        if (w->gates[g].state == state)
            json_append(a, list, json_new_string(a, gate_name((enum gate)g)));
    return list;
}

static struct json *access_json(struct arena *a, const struct walk *w)
{
    struct json *o = json_new_object(a);
    json_set_string(a, o, "user", w->subject.user);
    json_set_string(a, o, "method", login_method_name(w->subject.method));
    json_set_string(a, o, "from", w->subject.from);
    json_set_string(a, o, "verdict", gate_state_name(walk_verdict(w)));
    json_set(a, o, "shut_at", document_gates(a, w, GATE_SHUT));
    json_set(a, o, "unknown_at", document_gates(a, w, GATE_UNKNOWN));
    json_set_bool(a, o, "expected", w->expected);
    json_set_string(a, o, "sudo", sudo_kind_name(w->sudo));
    return o;
}

/* A gate is judged when some walk has an answer there. */
static struct json *judged_json(struct arena *a, const struct report_input *input)
{
    struct json *list = json_new_array(a);
    for (int g = 0; g < GATE_COUNT; g++)
        for (size_t i = 0; i < input->walk_count; i++)
            if (input->walks[i].gates[g].state != GATE_NOT_JUDGED) {
                json_append(a, list, json_new_string(a, gate_name((enum gate)g)));
                break;
            }
    return list;
}

static struct json *summary_json(struct arena *a, const struct report_input *input)
{
    struct json *o = json_new_object(a);
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--) {
        size_t count = 0;
        for (size_t i = 0; i < input->finding_count; i++)
            count += input->findings[i].severity == (enum severity)s;
        json_set_number(a, o, severity_name((enum severity)s), (double)count);
    }
    return o;
}

struct json *document_not_checked(struct arena *a, const struct report_input *input)
{
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < input->not_checked_count; i++) {
        const struct not_checked *n = &input->not_checked[i];
        struct json *o = json_new_object(a);
        json_set_string(a, o, "rule", n->rule);
        json_set_string(a, o, "reason", n->reason);
        document_set_place(a, o, &n->at);
        json_append(a, list, o);
    }
    return list;
}

struct json *report_scan_document(struct arena *a, const struct report_input *input)
{
    struct json *d = document_new(a, "diskmend.report/1", input);
    json_set(a, d, "os", document_os(a, input->os));
    struct json *findings = json_new_array(a);
    for (size_t i = 0; i < input->finding_count; i++)
        json_append(a, findings, finding_json(a, &input->findings[i]));
    json_set(a, d, "findings", findings);
    json_set(a, d, "not_checked", document_not_checked(a, input));
    json_set(a, d, "gates_judged", judged_json(a, input));
    struct json *access = json_new_array(a);
    for (size_t i = 0; i < input->walk_count; i++)
        json_append(a, access, access_json(a, &input->walks[i]));
    json_set(a, d, "access", access);
    json_set(a, d, "summary", summary_json(a, input));
    return d;
}

struct json *report_facts_document(struct arena *a, const struct report_input *input,
                                   struct json *facts)
{
    struct json *d = document_new(a, "diskmend.facts/1", input);
    static const char *const ours[] = {"schema", "tool", "target", "status", "notes"};
    for (const struct json *m = json_first(facts); m; m = json_next(m)) {
        bool is_ours = false;
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
            is_ours = is_ours || bytes_equal_text(bytes_of(json_name(m)), ours[i]);
        if (!is_ours)
            json_set(a, d, json_name(m), json_copy(a, m));
    }
    json_free(facts);
    return d;
}

void report_place(struct arena *a, struct json *o, const struct place *at)
{
    document_set_place(a, o, at);
}

struct json *report_document(struct arena *a, const char *schema, const struct report_input *input)
{
    struct json *d = document_new(a, schema, input);
    json_set(a, d, "os", document_os(a, input->os));
    return d;
}
