#include "batch/verify.h"

#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "facts/facts.h"
#include "login/login.h"

struct verifying {
    struct arena *arena;
    struct opened *opened;
    const struct facts *facts;
    const struct walk *walk; /* root's: what stands in everybody's way stands in it */
    struct json *checks, *differences;
    bool could_run, agrees;
};

/* --- our own verdicts ------------------------------------------------------------------------- */

/* The reasons of gate sshd that sshd itself would meet before it listens. The rest (units, labels
 * …) keeps it from being started at all. */
static bool is_of_sshd_itself(const char *reason)
{
    static const char *const ids[] = {
        "sshd-library-missing",
        "sshd-config-missing",
        "sshd-config-empty",
        "sshd-config-bad-keyword",
        "sshd-config-bad-value",
        "sshd-config-global-in-match",
        "sshd-config-algorithm-unknown",
        "sshd-config-unreadable",
        "sshd-config-control-bytes",
        "sshd-authkeyscommand-no-user",
        "sshd-authmethods-unsatisfiable",
        "hostkeys-missing",
        "hostkey-too-open",
        "hostkey-legacy-group-mode",
        "hostkey-unusable",
        "privsep-user-missing",
        "privsep-dir-bad",
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (strcmp(ids[i], reason) == 0)
            return true;
    return false;
}

static const struct reason *sshd_reason(const struct verifying *v, enum gate_state state)
{
    const struct gate_answer *gate = &v->walk->gates[GATE_SSHD];
    for (size_t i = 0; i < gate->reason_count; i++)
        if (gate->reasons[i].state == state && is_of_sshd_itself(gate->reasons[i].id))
            return &gate->reasons[i];
    return NULL;
}

/* "starts" "refuses" "unknown" "absent" */
static const char *sshd_verdict(const struct verifying *v)
{
    if (!v->facts->os.sshd_path)
        return "absent";
    if (sshd_reason(v, GATE_SHUT))
        return "refuses";
    return sshd_reason(v, GATE_UNKNOWN) || v->facts->sshd->unreadable ? "unknown" : "starts";
}

static const struct sudo_fact *sudo_item(const struct verifying *v, const char *item)
{
    vec_each (s, &v->facts->sudo)
        if (strcmp(s->item, item) == 0)
            return s;
    return NULL;
}

/* A mode or an owner that sudo does not put up with, or a line it cannot read. */
static bool sudoers_are_broken(const struct verifying *v)
{
    vec_each (s, &v->facts->sudo) {
        bool is_error = strcmp(s->item, "error") == 0;
        bool is_file = strcmp(s->item, "file") == 0 && s->defect;
        if (s->counts && s->defect && is_error)
            return true;
        if (is_file && (s->counts || strcmp(s->path, "/etc/sudoers") == 0) &&
            strcmp(s->defect, "name") != 0 && strcmp(s->defect, "not-included") != 0)
            return true;
    }
    return false;
}

/* "valid" "invalid" "absent" */
static const char *sudoers_verdict(const struct verifying *v)
{
    const struct sudo_fact *program = sudo_item(v, "program");
    if (!program || (program->defect && strcmp(program->defect, "missing") == 0))
        return "absent";
    return sudoers_are_broken(v) ? "invalid" : "valid";
}

/* --- their verdicts --------------------------------------------------------------------------- */

#define OUTPUT_LINES 200u
#define LINE_BYTES   400u

static struct json *lines_json(struct arena *a, struct bytes output)
{
    struct json *list = json_new_array(a);
    size_t count = 0;
    for (size_t at = 0; at < output.len && count < OUTPUT_LINES;) {
        const char *newline = memchr(output.ptr + at, '\n', output.len - at);
        size_t end = newline ? (size_t)(newline - output.ptr) : output.len;
        size_t shown = end - at < LINE_BYTES ? end : at + LINE_BYTES;
        if (end > at) {
            json_append(a, list, json_new_string(a, arena_text(a, bytes_cut(output, at, shown))));
            count++;
        }
        at = newline ? end + 1 : output.len;
    }
    return list;
}

static struct run_answer run(struct verifying *v, const char *const *arguments,
                             const char *directory, bool keeps_output)
{
    struct arena *a = v->arena;
    struct run_answer answer;
    struct run_request request = {arguments, directory, LIMIT_VERIFY_SECONDS};
    struct strbuf words;
    strbuf_init(&words, a);
    for (size_t i = 0; arguments[i]; i++)
        strbuf_printf(&words, "%s%s", i > 0 ? " " : "", arguments[i]);
    opened_run(v->opened, &request, &answer);
    struct json *check = json_new_object(a);
    json_set_string(a, check, "program", words.ptr);
    json_set_bool(a, check, "ran", answer.ran);
    json_set(a, check, "exit", answer.ran ? json_new_number(a, answer.status) : json_new_null(a));
    json_set_string(a, check, "reason", answer.ran ? NULL : answer.why);
    json_set(a, check, "output",
             keeps_output || answer.status != 0 ? lines_json(a, answer.output) : json_new_array(a));
    json_append(a, v->checks, check);
    return answer;
}

static void differs(struct verifying *v, const char *about, const char *ours, const char *theirs)
{
    struct json *o = json_new_object(v->arena);
    json_set_string(v->arena, o, "about", about);
    json_set_string(v->arena, o, "ours", ours);
    json_set_string(v->arena, o, "theirs", theirs);
    json_append(v->arena, v->differences, o);
    v->agrees = false;
}

/* --- sshd ------------------------------------------------------------------------------------- */

/* What `sshd -T` prints for KEYWORD, lower case; NULL when it is not among its lines. */
static const char *printed_value(struct arena *a, struct bytes output, const char *keyword)
{
    size_t n = strlen(keyword);
    for (size_t at = 0; at < output.len;) {
        const char *newline = memchr(output.ptr + at, '\n', output.len - at);
        size_t end = newline ? (size_t)(newline - output.ptr) : output.len;
        if (end - at > n && strncasecmp(output.ptr + at, keyword, n) == 0 &&
            output.ptr[at + n] == ' ')
            return arena_text(a, bytes_cut(output, at + n + 1, end));
        at = newline ? end + 1 : output.len;
    }
    return NULL;
}

static const char *plain_name(const char *value)
{
    return strcasecmp(value, "prohibit-password") == 0 ? "without-password" : value;
}

/* The values that most decide who gets in; each of them is one word. */
static void compare_values(struct verifying *v, struct bytes output)
{
    static const char *const keywords[] = {
        "PermitRootLogin",
        "PubkeyAuthentication",
        "PasswordAuthentication",
        "UsePAM",
        "PermitEmptyPasswords",
        "StrictModes",
        "MaxAuthTries",
        "MaxSessions",
        "AllowTcpForwarding",
        "PermitTTY",
        "Port",
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        const char *ours = sshd_config_value(v->facts->sshd, keywords[i]);
        const char *theirs = printed_value(v->arena, output, keywords[i]);
        if (*ours && theirs && strcasecmp(plain_name(ours), plain_name(theirs)) != 0)
            differs(v, keywords[i], ours, theirs);
    }
}

static void verify_sshd(struct verifying *v, const char *ours)
{
    const struct os_facts *os = &v->facts->os;
    const char *path = v->facts->sshd->path;
    bool is_elsewhere = path && strcmp(path, "/etc/ssh/sshd_config") != 0;
    const struct reason *privsep = sshd_reason(v, GATE_SHUT);
    bool made_at_boot = os->family_code == FAMILY_DEBIAN &&
                        !(privsep && strcmp(privsep->id, "privsep-dir-bad") == 0);
    const char *directory = made_at_boot ? "/run/sshd" : NULL;
    const char *option = is_elsewhere ? "-f" : NULL;
    const char *const test[] = {os->sshd_path, "-t", option, path, NULL};
    const char *const show[] = {os->sshd_path, "-T", option, path, NULL};
    struct run_answer t = run(v, test, directory, true);
    if (!t.ran) {
        v->could_run = false;
        return;
    }
    const char *theirs = t.status == 0 ? "starts" : "refuses";
    if (strcmp(ours, "unknown") != 0 && strcmp(ours, theirs) != 0)
        differs(v, "sshd", ours, theirs);
    if (t.status != 0)
        return;
    struct run_answer shown = run(v, show, directory, false);
    if (shown.ran && shown.status == 0)
        compare_values(v, shown.output);
    else if (!shown.ran)
        v->could_run = false;
}

/* --- sudo ------------------------------------------------------------------------------------- */

/* visudo wants exactly 0440; sudo itself is content with less, and so are we. */
static bool only_wants_its_mode(struct bytes output)
{
    bool any = false;
    for (size_t at = 0; at < output.len;) {
        const char *newline = memchr(output.ptr + at, '\n', output.len - at);
        size_t end = newline ? (size_t)(newline - output.ptr) : output.len;
        struct bytes line = bytes_cut(output, at, end);
        bool is_mode = memmem(line.ptr, line.len, "should be mode 0440", 19) != NULL;
        bool is_good = memmem(line.ptr, line.len, "parsed OK", 9) != NULL;
        any |= is_mode;
        if (line.len > 0 && !is_mode && !is_good)
            return false;
        at = newline ? end + 1 : output.len;
    }
    return any;
}

static void verify_sudo(struct verifying *v, struct tree *tree, const char *ours)
{
    static const char *const places[] = {"/usr/sbin/visudo", "/sbin/visudo", "/usr/bin/visudo"};
    const char *visudo = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !visudo; i++)
        if (tree_stat(tree, places[i]).presence == PRESENCE_PRESENT)
            visudo = places[i];
    if (strcmp(ours, "absent") == 0 || !visudo)
        return;
    const char *const arguments[] = {visudo, "-c", NULL};
    struct run_answer c = run(v, arguments, NULL, true);
    if (!c.ran) {
        v->could_run = false;
        return;
    }
    const char *theirs = c.status == 0 || only_wants_its_mode(c.output) ? "valid" : "invalid";
    if (strcmp(ours, theirs) != 0)
        differs(v, "sudoers", ours, theirs);
}

/* --- all of it -------------------------------------------------------------------------------- */

struct json *verify_document(struct arena *a, const struct report_input *input)
{
    struct json *d = report_document(a, "diskmend.verify/1", input);
    json_set(a, d, "checks", json_new_array(a));
    json_set(a, d, "ours", json_new_null(a));
    json_set(a, d, "differences", json_new_array(a));
    json_set(a, d, "agrees", json_new_null(a));
    return d;
}

/* NULL, or why nothing of this guest runs here. */
static const char *obstacle(struct verifying *v)
{
    struct utsname here;
    const char *theirs = v->facts->os.architecture;
    if (!v->facts->os.sshd_path)
        return "there is no sshd on it";
    if (uname(&here) != 0 || !theirs || strcmp(theirs, here.machine) != 0)
        return arena_printf(v->arena,
                            "its programs are made for %s and do not run on this machine (%s)",
                            theirs ? theirs : "an unknown processor", here.machine);
    return NULL;
}

struct json *verify_root(struct arena *a, const struct worker_request *request,
                         const struct judge_target *target, struct opened *opened,
                         struct tree *tree, judge_progress *progress, void *context, struct err *e)
{
    static const char *const root[] = {"root"};
    struct lens_session *lenses = lens_open(a, request->lens_directory, e);
    if (!lenses)
        return NULL;
    progress(context, "reading");
    struct verifying v = {.arena = a,
                          .opened = opened,
                          .checks = json_new_array(a),
                          .differences = json_new_array(a),
                          .could_run = true,
                          .agrees = true};
    v.facts = facts_gather(a, tree, lenses, request->keywords, request->question.at);
    struct login_question question = request->question;
    question.users = root;
    question.user_count = 1;
    v.walk = &login_judge((struct facts *)(uintptr_t)v.facts, &question)->walks.items[0];
    const char *sshd = sshd_verdict(&v), *sudoers = sudoers_verdict(&v), *why = obstacle(&v);
    struct judge_notes notes = {0};
    judge_opened_notes(a, target, &notes);
    if (why) {
        vec_push(a, &notes.texts, why);
        v.could_run = false;
    } else {
        progress(context, "running the guest's own sshd and visudo");
        verify_sshd(&v, sshd);
        if (v.could_run)
            verify_sudo(&v, tree, sudoers);
    }
    struct json *facts_json = facts_document(v.facts);
    struct report_input input = judge_report_input(request, target, &notes);
    input.os = json_member(facts_json, "os");
    input.status = v.could_run ? REPORT_COMPLETE : REPORT_PARTIAL;
    struct json *d = verify_document(a, &input), *ours = json_new_object(a);
    json_set_string(a, ours, "sshd", sshd);
    json_set_string(a, ours, "sudoers", sudoers);
    json_replace(a, d, "checks", v.checks);
    json_replace(a, d, "ours", ours);
    json_replace(a, d, "differences", v.differences);
    json_replace(a, d, "agrees",
                 v.could_run || !v.agrees ? json_new_bool(a, v.agrees) : json_new_null(a));
    json_free(facts_json);
    lens_close(lenses);
    return d;
}
