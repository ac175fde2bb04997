/* report/: symptoms and the document of why. */
#include "suite.h"

#include <string.h>

#include "login/login.h"
#include "report/report.h"
#include "report/symptom.h"

START_TEST(every_gate_has_a_symptom)
{
    for (int g = 0; g < GATE_COUNT; g++)
        for (int m = 0; m < METHOD_COUNT; m++) {
            const char *text = symptom_text((enum gate)g, NULL, (enum login_method)m);
            ck_assert_msg(text && *text, "%s", gate_name((enum gate)g));
        }
    ck_assert_str_eq(symptom_text(GATE_SSHD, "sshd-unit-masked", METHOD_PUBLICKEY),
                     "Connection refused");
    ck_assert_str_eq(symptom_text(GATE_ALLOW, NULL, METHOD_PUBLICKEY),
                     "Permission denied (publickey)");
    ck_assert_str_ne(symptom_text(GATE_ALLOW, NULL, METHOD_PASSWORD),
                     symptom_text(GATE_ALLOW, NULL, METHOD_PUBLICKEY));
    ck_assert_str_eq(symptom_text(GATE_AUTH, "maxauthtries-low", METHOD_PUBLICKEY),
                     "Too many authentication failures");
}
END_TEST

START_TEST(symptoms_of_rules_are_of_rules_there_are)
{
    size_t count;
    const struct login_reason_row *rows = login_reasons(&count);
    for (size_t i = 0; symptom_rule(i); i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || strcmp(rows[k].id, symptom_rule(i)) == 0;
        ck_assert_msg(known, "%s", symptom_rule(i));
    }
}
END_TEST

static struct walk shut_walk(struct reason *reasons)
{
    struct walk w = {.subject = {.user = "ana", .port = 22, .at = 1780272000},
                     .user_exists = true,
                     .sudo = SUDO_PASSWORD};
    for (int g = 0; g < GATE_COUNT; g++)
        w.gates[g].state = GATE_OPEN;
    w.gates[GATE_PAM].state = GATE_UNKNOWN;
    w.gates[GATE_KEY] = (struct gate_answer){GATE_SHUT, reasons, 2};
    return w;
}

START_TEST(why_says_every_gate_and_escapes)
{
    struct arena *a = arena_new(NULL, NULL);
    struct reason reasons[] = {
        {.id = "key-agent-owns-file", .gate = GATE_KEY, .state = GATE_OPEN},
        {.id = "key-home-perms",
         .gate = GATE_KEY,
         .state = GATE_SHUT,
         .at = {"/home/\033[2J", 3, 0}},
    };
    const struct worded_reason worded[] = {
        {&reasons[0], SEVERITY_MEDIUM, "an agent", "it writes", "report"},
        {&reasons[1], SEVERITY_HIGH, "mode \033]0;x\a", "sshd", "auto"},
    };
    struct walk w = shut_walk(reasons);
    const struct why_input why = {.walk = &w, .reasons = worded, .reason_count = 2};
    const struct report_input input = {.target_name = "web01", .target_kind = "directory"};
    struct json *d = report_why_document(a, &input, &why);
    ck_assert_str_eq(json_member_string(d, "verdict"), "shut");
    ck_assert_uint_eq(json_count(json_member(d, "gates")), GATE_COUNT);
    const struct json *key = json_at(json_member(d, "gates"), GATE_KEY);
    ck_assert_str_eq(json_member_string(key, "symptom"), "Permission denied (publickey)");
    const struct json *note = json_at(json_member(key, "reasons"), 0);
    ck_assert_str_eq(json_member_string(note, "state"), "note");
    ck_assert_str_eq(json_string(json_at(json_member(d, "unknown_at"), 0)), "pam");
    ck_assert_str_eq(json_member_string(json_member(d, "subject"), "at"), "2026-06-01T00:00:00Z");

    struct strbuf text;
    strbuf_init(&text, a);
    const struct json *documents[] = {d, d};
    const struct report_options plain = {.width = 60};
    report_format_by_name("text")->render(&text, documents, 2, &plain);
    for (size_t i = 0; i < text.len; i++)
        ck_assert(text.ptr[i] == '\n' || (unsigned char)text.ptr[i] >= 0x20);
    ck_assert(strstr(text.ptr, "\n> key"));
    ck_assert(strstr(text.ptr, "sudo: with password"));
    ck_assert(strstr(text.ptr, "pam       unknown"));
    ck_assert_ptr_eq(strstr(strstr(text.ptr, "web01") + 1, "web01"), NULL); /* one headline */
    json_free(d);
    arena_free(a);
}
END_TEST

START_TEST(why_of_a_failure_has_no_subject)
{
    struct arena *a = arena_new(NULL, NULL);
    const struct report_input input = {.target_name = "web01",
                                       .target_kind = "image",
                                       .status = REPORT_FAILED,
                                       .failure = "no such file",
                                       .failure_code = "not-found"};
    struct json *d = report_why_document(a, &input, NULL);
    ck_assert_str_eq(json_member_string(d, "verdict"), "unknown");
    ck_assert(json_type(json_member(d, "subject")) == JSON_NULL);
    struct strbuf text;
    strbuf_init(&text, a);
    const struct json *documents[] = {d};
    const struct report_options plain = {0};
    report_format_by_name("text")->render(&text, documents, 1, &plain);
    ck_assert(strstr(text.ptr, "cannot be opened: no such file"));
    json_free(d);
    arena_free(a);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("report");
    TCase *t = tcase_create("why");
    tcase_add_test(t, every_gate_has_a_symptom);
    tcase_add_test(t, symptoms_of_rules_are_of_rules_there_are);
    tcase_add_test(t, why_says_every_gate_and_escapes);
    tcase_add_test(t, why_of_a_failure_has_no_subject);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
