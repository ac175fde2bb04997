/* base/: escape, path, json, strbuf, hash. */
#include "suite.h"

#include <stdio.h>
#include <time.h>

#include "base/escape.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/path.h"
#include "base/vec.h"

START_TEST(escape_makes_guest_bytes_harmless)
{
    struct arena *a = arena_new(NULL, NULL);
    ck_assert_str_eq(escape_terminal_text(a, "a\033[31mb\n\tc\x9b\xe2\x80\xae\xff"),
                     "a\\x1b[31mb\\n\\tc\\x9b\\u{202e}\\xff");
    ck_assert_str_eq(escape_terminal_text(a, "Gr\xc3\xbc\xc3\x9f C:\\x"),
                     "Gr\xc3\xbc\xc3\x9f C:\\x");
    ck_assert_str_eq(escape_to_utf8(a, "\xc3\x28"), "\\xc3(");
    ck_assert_str_eq(escape_shell_word(a, "web-01.qcow2"), "web-01.qcow2");
    ck_assert_str_eq(escape_shell_word(a, ""), "''");
    ck_assert_str_eq(escape_shell_word(a, "a;b $c"), "'a;b $c'");
    ck_assert_str_eq(escape_shell_word(a, "it's"), "'it'\\''s'");
    arena_free(a);
}
END_TEST

START_TEST(arena_text_shows_nul)
{
    struct arena *a = arena_new(NULL, NULL);
    ck_assert_str_eq(arena_text(a, (struct bytes){"a\0b", 3}), "a\xe2\x90\x80"
                                                               "b");
    arena_free(a);
}
END_TEST

START_TEST(paths_are_text)
{
    struct arena *a = arena_new(NULL, NULL);
    ck_assert_str_eq(path_parent(a, "/etc/ssh"), "/etc");
    ck_assert_str_eq(path_parent(a, "/etc"), "/");
    ck_assert_str_eq(path_join(a, "/etc/", "/ssh"), "/etc/ssh");
    ck_assert_str_eq(path_join(a, "/", "etc"), "/etc");
    ck_assert_str_eq(path_tidy(a, "//etc/./ssh//x/"), "/etc/ssh/x");
    ck_assert_str_eq(path_tidy(a, "/"), "/");
    ck_assert(path_is_below("/home/a", "/home"));
    ck_assert(path_is_below("/home", "/home"));
    ck_assert(!path_is_below("/homes", "/home"));
    ck_assert(path_is_below("/x", "/"));
    arena_free(a);
}
END_TEST

static const struct {
    const char *text;
    int line, column;
} bad_json[] = {
    {"{\"a\":1,\n \"a\":2}", 2, 2},
    {"{\"a\":1} x", 1, 9},
    {"[1,\n2,]", 2, 3},
    {"\"\\u0000\"", 1, 2},
    {"{\"a\" 1}", 1, 6},
    {"", 1, 1},
    {"\"\xff\"", 1, 2},
};

START_TEST(json_refuses_with_a_place)
{
    struct err e = {0};
    ck_assert_ptr_null(json_parse(bytes_of(bad_json[_i].text), "f.json", &e));
    ck_assert_int_eq(e.code, ERR_SYNTAX);
    ck_assert_int_eq(e.line, bad_json[_i].line);
    ck_assert_int_eq(e.column, bad_json[_i].column);
}
END_TEST

/* Each name held against all before it would take minutes. */
START_TEST(json_takes_many_members)
{
    struct arena *a = arena_new(NULL, NULL);
    struct strbuf text;
    strbuf_init(&text, a);
    for (int i = 0; i < 100000; i++)
        strbuf_printf(&text, "%s\"member %d\":%d", i ? "," : "{", i, i);
    size_t whole = text.len;
    strbuf_add(&text, "}");
    clock_t from = clock();
    CLEANUP_JSON struct json *j = json_parse(strbuf_bytes(&text), NULL, NULL);
    ck_assert_ptr_nonnull(j);
    ck_assert_uint_eq(json_count(j), 100000);
    text.len = whole;
    strbuf_add(&text, ",\"member 77\":0}");
    struct err e = {0};
    ck_assert_ptr_null(json_parse(strbuf_bytes(&text), NULL, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "a member of this name stands here already"));
    ck_assert_uint_eq((size_t)e.column, whole + 2);
    ck_assert_int_lt((clock() - from) / CLOCKS_PER_SEC, 5);
    arena_free(a);
}
END_TEST

START_TEST(json_refuses_depth)
{
    char deep[400];
    memset(deep, '[', sizeof deep);
    struct err e = {0};
    ck_assert_ptr_null(json_parse((struct bytes){deep, sizeof deep}, NULL, &e));
    ck_assert_int_eq(e.code, ERR_SYNTAX);
}
END_TEST

START_TEST(json_prints_stably_and_locates)
{
    struct arena *a = arena_new(NULL, NULL);
    const char *text = "{\"b\": [1, 2.5,\n  {\"x~/\": \"q\\n\"}], \"a\": null}";
    CLEANUP_JSON struct json *j = json_parse(bytes_of(text), NULL, NULL);
    ck_assert_ptr_nonnull(j);
    ck_assert_str_eq(json_print(a, j, false), "{\"b\":[1,2.5,{\"x~/\":\"q\\n\"}],\"a\":null}");
    int line, column;
    ck_assert(json_locate(bytes_of(text), "/b/2/x~0~1", &line, &column));
    ck_assert_int_eq(line, 2);
    ck_assert_int_eq(column, 11);
    ck_assert(!json_locate(bytes_of(text), "/b/3", &line, &column));
    arena_free(a);
}
END_TEST

START_TEST(json_strings_take_any_bytes)
{
    struct arena *a = arena_new(NULL, NULL);
    CLEANUP_JSON struct json *j = json_new_string(a, "a\xff\x01\"");
    ck_assert_str_eq(json_print(a, j, false), "\"a\\\\xff\\u0001\\\"\"");
    arena_free(a);
}
END_TEST

START_TEST(vectors_grow)
{
    struct arena *a = arena_new(NULL, NULL);
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++)
        vec_push(a, &v, i);
    int sum = 0;
    vec_each (p, &v)
        sum += *p;
    ck_assert_int_eq(sum, 499500);
    arena_free(a);
}
END_TEST

START_TEST(sha256_is_sha256)
{
    char hex[HASH_HEX_CHARS + 1];
    ck_assert(hash_sha256_hex(bytes_of("abc"), hex));
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(err_carries_place_and_context)
{
    struct err e = {0};
    ck_assert_int_eq(err_set_at(&e, ERR_SYNTAX, "/etc/x", 3, 4, "bad %s", "word"), ERR_SYNTAX);
    err_context(&e, "web01.qcow2");
    ck_assert_str_eq(e.text, "web01.qcow2: bad word");
    ck_assert_str_eq(e.path, "/etc/x");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");
    tcase_add_test(t, escape_makes_guest_bytes_harmless);
    tcase_add_test(t, arena_text_shows_nul);
    tcase_add_test(t, paths_are_text);
    tcase_add_loop_test(t, json_refuses_with_a_place, 0, sizeof bad_json / sizeof *bad_json);
    tcase_add_test(t, json_takes_many_members);
    tcase_add_test(t, json_refuses_depth);
    tcase_add_test(t, json_prints_stably_and_locates);
    tcase_add_test(t, json_strings_take_any_bytes);
    tcase_add_test(t, vectors_grow);
    tcase_add_test(t, sha256_is_sha256);
    tcase_add_test(t, err_carries_place_and_context);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
