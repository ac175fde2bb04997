/* Lines of pam.d and controls, as libpam splits them. */
#include "syntax/pam_lines.h"

#include <stdint.h>

#include "suite.h"

static struct arena *arena;

static void begin(void)
{
    arena = arena_new(NULL, NULL);
}

static void end(void)
{
    arena_free(arena);
}

static struct pam_lines read_text(const char *text)
{
    return pam_lines_read(arena, bytes_of(text));
}

START_TEST(words_of_a_line)
{
    struct pam_lines l =
        read_text("# comment\n\n-auth [success=1 default=ignore] pam_x.so a [b c\\] d] # rest\n");
    ck_assert_uint_eq(l.items.count, 1);
    const struct pam_line *x = &l.items.items[0];
    ck_assert_str_eq(x->type, "auth");
    ck_assert(x->silent && x->bracketed);
    ck_assert_str_eq(x->control, "success=1 default=ignore");
    ck_assert_str_eq(x->module, "pam_x.so");
    ck_assert_uint_eq(x->argument_count, 2);
    ck_assert_str_eq(x->arguments[0], "a");
    ck_assert_str_eq(x->arguments[1], "b c] d");
    ck_assert_int_eq(x->line, 3);
}
END_TEST

START_TEST(lines_go_on_behind_a_backslash)
{
    struct pam_lines l =
        read_text("account required \\\n  pam_a.so x\naccount sufficient pam_b.so");
    ck_assert_uint_eq(l.items.count, 2);
    ck_assert_str_eq(l.items.items[0].module, "pam_a.so");
    ck_assert_int_eq(l.items.items[0].line, 1);
    ck_assert_int_eq(l.items.items[1].line, 3);
    ck_assert(!l.incomplete);
    ck_assert(read_text("auth required pam_a.so \\\n").incomplete);
    ck_assert(!read_text("auth required pam_a.so # \\\n").incomplete);
}
END_TEST

START_TEST(a_carriage_return_is_part_of_the_word)
{
    struct pam_lines l = read_text("@include common-auth\r\n\r\n");
    ck_assert_uint_eq(l.items.count, 2);
    ck_assert_str_eq(l.items.items[0].control, "common-auth\r");
    ck_assert_str_eq(l.items.items[1].type, "\r");
    ck_assert_ptr_null(l.items.items[1].control);
}
END_TEST

static const struct {
    const char *control;
    bool good;
    int success, ignore, other; /* other: module_unknown */
} controls[] = {
    {"required", true, PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_BAD},
    {"REQUISITE", true, PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_DIE},
    {"sufficient", true, PAM_DO_DONE, PAM_DO_IGNORE, PAM_DO_IGNORE},
    {"optional", true, PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_IGNORE},
    {"requird", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"success=ok", true, PAM_DO_OK, PAM_DO_BAD, PAM_DO_BAD},
    {" success = 12  default=die", true, 12, PAM_DO_DIE, PAM_DO_DIE},
    {"default=ignore success=done", true, PAM_DO_DONE, PAM_DO_IGNORE, PAM_DO_IGNORE},
    {"success=0", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"success=99999999999", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"success", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"success=", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"succes=ok", false, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
    {"module_unknown=reset", true, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_RESET},
    {"", true, PAM_DO_BAD, PAM_DO_BAD, PAM_DO_BAD},
};

START_TEST(controls_become_actions)
{
    int actions[PAM_CODE_COUNT];
    ck_assert_int_eq(pam_control_read(controls[_i].control, actions), controls[_i].good);
    ck_assert_int_eq(actions[PAM_CODE_SUCCESS], controls[_i].success);
    ck_assert_int_eq(actions[PAM_CODE_IGNORE], controls[_i].ignore);
    ck_assert_int_eq(actions[PAM_CODE_MODULE_UNKNOWN], controls[_i].other);
}
END_TEST

/* Every short text over the bytes that mean something is read without a fault. */
START_TEST(any_text_is_lines)
{
    static const char alphabet[] = {'a', '-', '[', ']', '\\', '\n', '#', ' ', '\0', '=', '\r'};
    uint32_t state = 20260601;
    char text[48];
    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)round % sizeof text;
        for (size_t i = 0; i < n; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = alphabet[(state >> 16) % sizeof alphabet];
        }
        struct pam_lines l = pam_lines_read(arena, (struct bytes){text, n});
        int actions[PAM_CODE_COUNT];
        for (size_t i = 0; i < l.items.count; i++) {
            ck_assert_ptr_nonnull(l.items.items[i].type);
            if (l.items.items[i].control)
                pam_control_read(l.items.items[i].control, actions);
        }
    }
    ck_assert_uint_eq(pam_lines_read(arena, (struct bytes){NULL, 0}).items.count, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("pam_lines");
    TCase *t = tcase_create("lines");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, words_of_a_line);
    tcase_add_test(t, lines_go_on_behind_a_backslash);
    tcase_add_test(t, a_carriage_return_is_part_of_the_word);
    tcase_add_loop_test(t, controls_become_actions, 0, sizeof controls / sizeof *controls);
    tcase_add_test(t, any_text_is_lines);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
