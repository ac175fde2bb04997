/* Every fixture mended in memory: a healthy guest gives no edit; of a case whoever is shut out is
 * let in again by a repair in his name, unless tests/cases/not-mended says why not; a second repair
 * plans nothing. Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "guest/overlay.h"
#include "repair/repair.h"
#include "tests/cases/matrix.h"
#include "tests/cases/trial.h"
#include "tests/cases/written.h"

struct mending {
    struct trial *trial;
    struct tree *raw; /* under the overlay */
    struct repair_options options;
    struct login_question question;
    struct repair_input input;
    struct plan *plan;
    const struct json *wanted; /* of want.json: what the repair must do */
};

static bool is_listed(const char *name);

static struct plan *mend(struct mending *m)
{
    struct err e = {0};
    struct trial *t = m->trial;
    m->input = (struct repair_input){
        .arena = t->arena,
        .tree = t->tree,
        .lenses = t->lenses,
        .template_directory =
            arena_printf(t->arena, "%s/rules/templates",
                         getenv("DISKMEND_SOURCE") ? getenv("DISKMEND_SOURCE") : "."),
        .keywords = t->runner->keywords,
        .rules = t->runner->rules,
        .question = &m->question,
        .options = &m->options,
    };
    struct plan *plan = plan_make(&m->input, &e);
    if (!plan && !is_listed(t->name))
        FAIL(t, "no plan: %s%s%s", e.path, *e.path ? ": " : "", e.text);
    return plan;
}

static void say_edits(struct trial *t)
{
    size_t count;
    const struct overlay_edit *edits = overlay_edits(t->tree, &count);
    for (size_t i = 0; i < count; i++) {
        const struct overlay_edit *edit = &edits[i];
        printf("#   edit: %s%s%s", edit->path, edit->moved_to ? " moves to " : "",
               edit->moved_to ? edit->moved_to : "");
        if (!edit->before.exists)
            printf(" is made");
        else if (!edit->after.exists && !edit->moved_to)
            printf(" goes");
        else if (edit->after.exists)
            printf(" mode %04o → %04o owner %u:%u → %u:%u%s", edit->before.mode, edit->after.mode,
                   edit->before.uid, edit->before.gid, edit->after.uid, edit->after.gid,
                   edit->after.has_content && edit->before.has_content ? ", new content" : "");
        printf("\n");
        if (edit->after.exists && edit->after.has_content && getenv("CASE_VERBOSE"))
            printf("#     %.*s\n", (int)edit->after.content.len, edit->after.content.ptr);
    }
}

/* The matrix of the whole guest, without naming anybody. */
static const char *shut_out(struct trial *t)
{
    const struct json *access = json_member(t->want, "access");
    const struct json *users = json_member(json_member(t->document, "question"), "users");
    if (json_first(users))
        return json_string(json_first(users));
    for (const struct json *w = json_first(access); w; w = json_next(w))
        if (strcmp(json_member_string(w, "verdict"), "open") != 0)
            return json_member_string(w, "user");
    return NULL;
}

static void expect_idle(struct mending *m, const char *when)
{
    size_t mark = overlay_mark(m->trial->tree), count;
    struct plan *again = mend(m);
    const char *const *paths = overlay_touched(m->trial->tree, mark, &count);
    if (again && count > 0)
        FAIL(m->trial, "%s edits %zu more times: %s for %s", when, count, paths[0],
             again->causes.count > 0 ? again->causes.items[0].rule : "");
    plan_free(again);
}

/* Is it a password login that the case is about? */
static bool by_password(struct trial *t, const char *user)
{
    const struct json *access = json_member(t->want, "access");
    for (const struct json *w = json_first(access); w; w = json_next(w)) {
        const char *method = json_member_string(w, "method");
        if (strcmp(json_member_string(w, "user"), user) == 0 && method &&
            strcmp(method, "password") == 0 &&
            strcmp(json_member_string(w, "verdict"), "open") != 0)
            return true;
    }
    return false;
}

/* Lines "CASE reason": what no edit of a file may mend. */
static bool is_listed(const char *name)
{
    const char *source = getenv("DISKMEND_SOURCE");
    char path[4096], line[512];
    snprintf(path, sizeof path, "%s/tests/cases/not-mended", source ? source : ".");
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f))
        found = strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ' ';
    if (f)
        fclose(f);
    return found;
}

/* --- written, and undone -----------------------------------------------------------------------
 */

/* What was planned holds on the disk, too; then all of it is taken back. */
static void expect_written(struct mending *m, const char *user)
{
    struct trial *t = m->trial;
    struct tree *overlay = t->tree;
    size_t count;
    overlay_edits(overlay, &count);
    if (count == 0)
        return;
    const char *before = tree_description(t, m->raw);
    const char *run = write_edits(t, overlay, m->raw, "repair");
    if (!run)
        return;
    struct repair_input input = m->input;
    input.tree = overlay_new(t->arena, m->raw);
    struct judgement *written = judgement_make(&input);
    if (subject_admission(written->subjects, user) !=
        subject_admission(m->plan->after->subjects, user))
        FAIL(t, "written, %s is %s", user,
             gate_state_name(subject_admission(written->subjects, user)));
    judgement_free(written);
    expect_undone(t, m->raw, run, before);
}

/* --- what want.json says of the repair ---------------------------------------------------------
 */

/* "mending": {"edits": [PATH…], "texts": {PATH: PIECE}, "remark": PIECE}: exactly these paths
 * change; what stands in a file then (a PIECE that begins with "!": what does not); what the person
 * is told. "consent": the same of another repair, with "allow": [RULE…]; "opens": false where it is
 * not enough, "written": false where there is no room to write. */
static void read_consent(struct mending *m)
{
    VEC(const char *) allow = {0};
    const struct json *list = json_member(m->wanted, "allow");
    for (const struct json *rule = json_first(list); rule; rule = json_next(rule))
        vec_push(m->trial->arena, &allow, json_string(rule));
    m->options.allow = allow.items;
    m->options.allow_count = allow.count;
}

static bool names(const struct json *list, const char *path)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (strcmp(json_string(one), path) == 0)
            return true;
    return false;
}

static void expect_edits(struct mending *m)
{
    struct trial *t = m->trial;
    const struct json *list = json_member(m->wanted, "edits");
    size_t count, wanted_count = 0;
    const struct overlay_edit *edits = overlay_edits(t->tree, &count);
    for (size_t i = 0; list && i < count; i++)
        if (!names(list, edits[i].path))
            FAIL(t, "%s is edited, too", edits[i].path);
    for (const struct json *one = json_first(list); one; one = json_next(one))
        wanted_count++;
    if (list && count < wanted_count)
        FAIL(t, "%zu paths are edited, and %zu should be", count, wanted_count);
}

static void expect_texts(struct mending *m)
{
    struct trial *t = m->trial;
    const struct json *texts = json_member(m->wanted, "texts");
    for (const struct json *one = json_first(texts); one; one = json_next(one)) {
        const char *path = json_name(one), *piece = json_string(one);
        bool lacks = *piece == '!';
        struct read_answer r = tree_read(t->tree, path, 1u << 20);
        const char *text = r.presence == PRESENCE_PRESENT ? arena_text(t->arena, r.content) : "";
        if ((strstr(text, piece + lacks) != NULL) == lacks)
            FAIL(t, "%s %s \"%s\"", path, lacks ? "holds" : "does not hold", piece + lacks);
    }
}

static void expect_remark(struct mending *m)
{
    const char *remark = json_member_string(m->wanted, "remark");
    bool found = !remark;
    vec_each (note, &m->plan->notes)
        found |= remark && strstr(*note, remark) != NULL;
    if (!found)
        FAIL(m->trial, "nobody is told \"%s\"", remark);
}

static void test_case(struct mending *m, const char *user)
{
    struct trial *t = m->trial;
    m->question.users = &user;
    m->question.user_count = 1;
    m->question.password |= by_password(t, user);
    read_consent(m);
    m->plan = mend(m);
    if (!m->plan)
        return;
    enum gate_state before = subject_admission(m->plan->before->subjects, user);
    enum gate_state after = subject_admission(m->plan->after->subjects, user);
    bool listed = is_listed(t->name) && m->options.allow_count == 0;
    bool opens = json_bool(json_member(m->wanted, "opens"), true);
    if (before != GATE_OPEN && after != GATE_OPEN && !listed && opens)
        FAIL(t, "%s is %s still", user, gate_state_name(after));
    if (listed && after == GATE_OPEN)
        FAIL(t, "%s gets in, and not-mended says otherwise", user);
    vec_each (left, &m->plan->left)
        if (t->failures.count > 0 || getenv("CASE_VERBOSE"))
            printf("#   left: %s: %s\n", left->rule, left->reason);
    if (t->failures.count > 0 || getenv("CASE_VERBOSE"))
        say_edits(t);
    matrix_expect_no_worse(t, m->plan->before, m->plan->after, user);
    expect_edits(m);
    expect_texts(m);
    expect_remark(m);
    expect_idle(m, "a second repair");
    if (json_bool(json_member(m->wanted, "written"), true))
        expect_written(m, user);
}

/* Nobody is named: what is mended then is what every owner wants, and no more. */
static void test_unnamed(struct trial *t)
{
    struct mending m = {.trial = t, .options = {.target = t->name}, .raw = t->tree};
    size_t count;
    m.question = trial_question(t);
    m.question.users = NULL;
    m.question.user_count = 0;
    t->tree = overlay_new(t->arena, m.raw);
    m.plan = mend(&m);
    if (m.plan) {
        vec_each (cause, &m.plan->causes) {
            const struct rule *rule = rules_find(t->runner->rules, cause->rule);
            if (!rule || strcmp(rule->repair_class, "auto") != 0)
                FAIL(t, "%s is changed for %s, which is not auto", cause->path, cause->rule);
        }
        matrix_expect_no_worse(t, m.plan->before, m.plan->after, NULL);
        expect_idle(&m, "a second repair of nobody's");
        overlay_edits(t->tree, &count);
        const char *before = tree_description(t, m.raw);
        const char *run = count > 0 ? write_edits(t, t->tree, m.raw, "repair") : NULL;
        if (run)
            expect_undone(t, m.raw, run, before);
        if (t->failures.count > 0)
            say_edits(t);
    }
    plan_free(m.plan);
    t->tree = m.raw;
}

/* With consent to what is a person's choice; all is as it was afterwards. */
static void test_consent(struct trial *t, const char *user)
{
    struct mending m = {.trial = t, .options = {.target = t->name}, .raw = t->tree};
    const char *anybody = json_member_string(json_first(json_member(t->want, "access")), "user");
    m.wanted = json_member(t->want, "consent");
    m.question = trial_question(t);
    t->tree = overlay_new(t->arena, m.raw);
    test_case(&m, user ? user : anybody);
    plan_free(m.plan);
    t->tree = m.raw;
}

static void test(struct trial *t)
{
    struct mending m = {.trial = t, .options = {.target = t->name}};
    const char *user = t->is_guest ? NULL : shut_out(t);
    if (!t->is_guest)
        test_unnamed(t);
    if (json_member(t->want, "consent"))
        test_consent(t, user);
    m.raw = t->tree;
    t->tree = overlay_new(t->arena, t->tree);
    m.question = trial_question(t);
    m.wanted = json_member(t->want, "mending");
    if (user && strcmp(user, "*") != 0) {
        test_case(&m, user);
    } else if (t->is_guest || strncmp(t->name, "healthy-", 8) == 0) {
        m.question.users = NULL;
        m.question.user_count = 0;
        if (!is_listed(t->name))
            expect_idle(&m, "a repair of a healthy guest");
        if (t->failures.count > 0)
            say_edits(t);
    }
    plan_free(m.plan);
}

int main(int argc, char **argv)
{
    static const struct trial_kind kind = {test, NULL};
    return trial_main(argc, argv, &kind);
}
