/* The YAML reader: nodes and their places, aliases that never grow, every bound; and on random
 * texts the same verdict as libyaml's own loader. */
#include "suite.h"

#include <yaml.h>

#include "base/limits.h"
#include "random_text.h"
#include "syntax/yaml_nodes.h"

#define RANDOM_TEXTS 4000

static struct arena *arena;

static void begin(void)
{
    arena = arena_new(NULL, NULL);
}

static void end(void)
{
    arena_free(arena);
}

static struct yaml_nodes read_text(const char *text)
{
    struct yaml_nodes y;
    yaml_nodes_read(arena, bytes_of(text), &y);
    return y;
}

START_TEST(maps_lists_and_places)
{
    struct yaml_nodes y = read_text("# netplan\nnetwork:\n  version: 2\n  ethernets:\n"
                                    "    eth0: {dhcp4: true, \"set-name\": 'e 0'}\n"
                                    "    eth1:\n      addresses: [192.0.2.1/24, 192.0.2.2/24]\n");
    ck_assert_ptr_null(y.problem);
    ck_assert(!y.has_more);
    const struct yaml_node *network = yaml_member(y.root, "network");
    ck_assert_str_eq(yaml_text(yaml_member(network, "version")), "2");
    const struct yaml_node *nics = yaml_member(network, "ethernets");
    const struct yaml_node *nic = yaml_member(nics, "eth0");
    ck_assert_str_eq(yaml_text(yaml_member(nic, "dhcp4")), "true");
    ck_assert(yaml_member(nic, "dhcp4")->is_plain);
    ck_assert_int_eq(yaml_member(nic, "dhcp4")->line, 5);
    ck_assert_int_eq(yaml_member(nic, "dhcp4")->column, 19);
    ck_assert(!yaml_member(nic, "set-name")->is_plain);
    const struct yaml_node *list = yaml_member(yaml_member(nics, "eth1"), "addresses");
    ck_assert_int_eq(list->kind, YAML_LIST);
    ck_assert_str_eq(list->first->next->text, "192.0.2.2/24");
    ck_assert_ptr_null(list->first->next->next);
    ck_assert_ptr_null(yaml_member(list, "x"));
    ck_assert_ptr_null(yaml_member(NULL, "x"));
    ck_assert_ptr_null(yaml_text(list));
}
END_TEST

START_TEST(what_is_no_yaml)
{
    static const struct {
        const char *text;
        int line;
    } bad[] = {
        {"a:\n\tb: 1\n", 2}, {"a: [1, 2\n", 2},  {"a: 1\n b: 2\n", 2},
        {"a: *x\n", 1},      {"a: \"open\n", 2}, {"a: {b: c\nd: e\n", 2},
        {"a: @x\n", 1},      {"- a\nb: c\n", 2}, {"a: 'x' y: z\n", 1},
        {"x: \x01\n", 1},    {"x: \xff\n", 1},   {"%YAML 3.0\n---\na\n", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct yaml_nodes y = read_text(bad[i].text);
        ck_assert_msg(y.problem && !y.is_limit, "%s", bad[i].text);
        ck_assert_ptr_null(y.root);
        ck_assert_msg(y.line == bad[i].line, "%s: line %d", bad[i].text, y.line);
    }
    static const char *const empty[] = {"", "\n", "# only this\n", "---\n"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct yaml_nodes y = read_text(empty[i]);
        ck_assert_ptr_null(y.problem);
        ck_assert(!y.root || strcmp(y.root->text, "") == 0);
    }
}
END_TEST

START_TEST(only_the_first_document)
{
    struct yaml_nodes y = read_text("a: 1\n---\nb: 2\n");
    ck_assert_ptr_null(y.problem);
    ck_assert(y.has_more);
    ck_assert_ptr_null(y.more_problem);
    ck_assert_str_eq(yaml_text(yaml_member(y.root, "a")), "1");
    y = read_text("a: 1\n...\n%bad directive\n");
    ck_assert_ptr_null(y.problem);
    ck_assert(y.has_more);
    ck_assert_ptr_nonnull(y.more_problem);
    ck_assert_ptr_nonnull(y.root);
}
END_TEST

START_TEST(aliases_stay_small)
{
    struct yaml_nodes y = read_text("a: &x {k: v}\nb: *x\nc: &x 2\nd: *x\n");
    ck_assert_str_eq(yaml_text(yaml_member(yaml_member(y.root, "b"), "k")), "v");
    ck_assert_str_eq(yaml_text(yaml_member(y.root, "d")), "2");
    ck_assert_int_eq(y.duplicate_anchor, 3);
    y = read_text("a: &x [1, *x]\n");
    ck_assert_ptr_null(y.problem);
    ck_assert_ptr_null(yaml_real(yaml_member(y.root, "a")->first->next));
    struct strbuf s;
    strbuf_init(&s, arena);
    strbuf_add(&s, "a0: &a0 lol\n");
    for (int i = 1; i < 60; i++)
        strbuf_printf(&s, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1);
    size_t before = arena_used(arena);
    yaml_nodes_read(arena, strbuf_bytes(&s), &y);
    ck_assert_ptr_null(y.problem);
    ck_assert_uint_lt(arena_used(arena) - before, 1u << 20);
}
END_TEST

START_TEST(bounds)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (int i = 0; i < 100000; i++)
        strbuf_add_char(&s, '[');
    struct yaml_nodes y;
    yaml_nodes_read(arena, strbuf_bytes(&s), &y);
    ck_assert(y.problem && y.is_limit && !y.root);
    strbuf_init(&s, arena);
    for (unsigned i = 0; i < LIMIT_YAML_NODES + 1; i++)
        strbuf_add(&s, "- a\n");
    yaml_nodes_read(arena, strbuf_bytes(&s), &y);
    ck_assert(y.problem && y.is_limit && !y.root);
    yaml_nodes_read(arena, (struct bytes){NULL, 0}, &y);
    ck_assert_ptr_null(y.problem);
    yaml_nodes_read(arena, (struct bytes){"a: \"x\\0y\"\n", 10}, &y);
    ck_assert_ptr_null(y.problem);
    ck_assert_uint_gt(strlen(yaml_text(yaml_member(y.root, "a"))), 2);
}
END_TEST

static const char *const pieces[] = {"a",   "b: ",  "\n",   "\n  ", "\n    ",   "- ",  "[",
                                     "]",   "{",    "}",    ", ",   "? ",       "&x ", "*x",
                                     "'",   "\"",   "| ",   ">-\n", "# ",       "\t",  "--",
                                     "---", "...",  "!!s ", "%T",   "\xc3\xa9", ":",   "\\",
                                     "0",   "<<: ", "\r\n", "@",    "`",        "\x07"};

static bool loads(struct bytes text)
{
    yaml_parser_t parser;
    yaml_document_t document;
    ck_assert(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    bool good = yaml_parser_load(&parser, &document);
    if (good)
        yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return good;
}

START_TEST(as_libyaml_loads_it)
{
    unsigned good = 0;
    for (uint64_t seed = 1; seed <= RANDOM_TEXTS; seed++) {
        struct arena *outer = arena;
        arena = arena_new(NULL, NULL);
        uint64_t state = random_seed(seed);
        struct bytes text =
            random_text(arena, &state, pieces, sizeof pieces / sizeof *pieces, 40, false);
        struct yaml_nodes y;
        yaml_nodes_read(arena, text, &y);
        bool accepted = !y.problem && y.duplicate_anchor == 0;
        good += accepted;
        ck_assert_msg(accepted == loads(text), "seed %llu: %s\n%.*s", (unsigned long long)seed,
                      y.problem ? y.problem : "accepted", (int)text.len, text.ptr);
        arena_free(arena);
        arena = outer;
    }
    ck_assert_uint_gt(good, RANDOM_TEXTS / 20);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("yaml");
    TCase *t = tcase_create("yaml");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, maps_lists_and_places);
    tcase_add_test(t, what_is_no_yaml);
    tcase_add_test(t, only_the_first_document);
    tcase_add_test(t, aliases_stay_small);
    tcase_add_test(t, bounds);
    tcase_add_test(t, as_libyaml_loads_it);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
