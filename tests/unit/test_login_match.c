#include "login/match_pattern.h"

#include "suite.h"

static const struct {
    const char *text, *pattern;
    bool fits;
} patterns[] = {
    {"ana", "ana", true},
    {"ana", "Ana", false},
    {"ana", "an", false},
    {"ana", "*", true},
    {"", "*", true},
    {"", "", true},
    {"", "?", false},
    {"ana", "a*a", true},
    {"ana", "???", true},
    {"ana", "????", false},
    {"ana", "a?", false},
    {"aXbXc", "*X*X*", true},
    {"ana,bob", "ana", false},
    {"ana", "ana,bob", false},
    {"!bob", "!bob", true},
    {"abcabd", "*abd", true},
    {"aaaaaaaaab", "*a*a*ac", false},
    {"a*b", "a*b", true},
    {"[ab]", "[ab]", true},
    {"a", "[ab]", false},
};

START_TEST(patterns_as_match_c)
{
    ck_assert_msg(match_pattern(patterns[_i].text, patterns[_i].pattern) == patterns[_i].fits,
                  "\"%s\" against \"%s\"", patterns[_i].text, patterns[_i].pattern);
}
END_TEST

START_TEST(stars_stay_quick)
{
    char text[20001], pattern[2001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = '\0';
    ck_assert(!match_pattern(text, pattern));
}
END_TEST

static const struct {
    const char *text, *list;
    enum match_result result;
} lists[] = {
    {"bob", "!ana", MATCH_NONE},
    {"bob", "*,!ana", MATCH_FOUND},
    {"ana", "*,!ana", MATCH_NEGATED},
    {"ana", "!ana,*", MATCH_NEGATED},
    {"ana", "bob,ana", MATCH_FOUND},
    {"ana", "bob, ana", MATCH_NONE},
    {"", "", MATCH_FOUND},
    {"ana", "", MATCH_NONE},
    {"ana", "ana,", MATCH_FOUND},
};

START_TEST(lists_as_match_c)
{
    ck_assert_msg(match_pattern_list(lists[_i].text, lists[_i].list, false) == lists[_i].result,
                  "\"%s\" against \"%s\"", lists[_i].text, lists[_i].list);
}
END_TEST

START_TEST(long_entries_never_match)
{
    char list[5000];
    memset(list, '*', sizeof list - 1);
    list[sizeof list - 1] = '\0';
    ck_assert_int_eq(match_pattern_list("ana", list, false), MATCH_NONE);
    ck_assert_int_eq(match_address_list("10.0.0.1", list), MATCH_BAD);
    list[4998] = '@';
    ck_assert_int_eq(match_user("ana", NULL, NULL, list), MATCH_NONE);
}
END_TEST

static const struct {
    const char *address, *list;
    enum match_result result;
} addresses[] = {
    {"10.1.2.3", "10.0.0.0/8", MATCH_FOUND},
    {"11.1.2.3", "10.0.0.0/8", MATCH_NONE},
    {"10.1.2.3", "10.0.0.1/8", MATCH_BAD},
    {"10.1.2.3", "10.0.0.0/33", MATCH_BAD},
    {"10.1.2.3", "10.0.0.0/129", MATCH_NONE},
    {"10.1.2.3", "10.0.0.0/", MATCH_NONE},
    {"10.1.2.3", "10.0.0.0/99999999999999999999", MATCH_NONE},
    {"10.1.2.3", "!10.1.2.3,*", MATCH_NEGATED},
    {"10.1.2.3", "*,!10.0.0.0/8", MATCH_NEGATED},
    {"10.1.2.4", "!10.1.2.3,*", MATCH_FOUND},
    {"10.1.2.3", "10.1.*", MATCH_FOUND},
    {"10.1.2.3", "example.com", MATCH_NONE},
    {"10.1.2.3", "", MATCH_BAD},
    {"10.1.2.3", "10.1.2.3,", MATCH_BAD},
    {"::1", "::/0", MATCH_FOUND},
    {"::1", "0.0.0.0/0", MATCH_NONE},
    {"2001:db8::5", "2001:db8::/32", MATCH_FOUND},
    {"::ffff:10.1.2.3", "10.0.0.0/8", MATCH_FOUND},
    {"10.1.2.3", "::ffff:10.1.2.3", MATCH_NONE},
    {"fe80::1%eth0", "fe80::/10", MATCH_FOUND},
    {"no address", "*", MATCH_NONE},
    /* Any outside address: only what fits every one. */
    {NULL, "*", MATCH_FOUND},
    {NULL, "0.0.0.0/0", MATCH_FOUND},
    {NULL, "10.0.0.0/8", MATCH_NONE},
    {NULL, "203.0.113.9", MATCH_NONE},
    {NULL, "*.*.*.*", MATCH_FOUND},
    {NULL, "10.*", MATCH_NONE},
    {NULL, "!10.0.0.0/8,*", MATCH_FOUND},
    {NULL, "!*", MATCH_NEGATED},
    {NULL, "10.0.0.1/8", MATCH_BAD},
};

START_TEST(addresses_as_addrmatch_c)
{
    ck_assert_msg(match_address_list(addresses[_i].address, addresses[_i].list) ==
                      addresses[_i].result,
                  "%s against \"%s\"", addresses[_i].address ? addresses[_i].address : "outside",
                  addresses[_i].list);
}
END_TEST

static const struct {
    const char *user, *address, *pattern;
    enum match_result result;
} users[] = {
    {"ana", NULL, "ana", MATCH_FOUND},
    {"ana", NULL, "ana@*", MATCH_FOUND},
    {"ana", NULL, "ana@10.0.0.0/8", MATCH_NONE},
    {"ana", "10.9.9.9", "ana@10.0.0.0/8", MATCH_FOUND},
    {"ana", "127.0.0.1", "ana@*,!127.0.0.1", MATCH_NONE},
    {"ana", "10.1.1.1", "ana@10.0.0.1/8", MATCH_BAD},
    {"ana", "10.1.1.1", "ana@localhost", MATCH_NONE},
    {"bob", "10.1.1.1", "ana@*", MATCH_NONE},
    {"a@b", "10.1.1.1", "a@b@*", MATCH_FOUND},
    {"ana", "10.1.1.1", "ANA@*", MATCH_NONE},
};

START_TEST(users_as_match_c)
{
    ck_assert_msg(match_user(users[_i].user, users[_i].address, users[_i].address,
                             users[_i].pattern) == users[_i].result,
                  "%s from %s against \"%s\"", users[_i].user,
                  users[_i].address ? users[_i].address : "outside", users[_i].pattern);
}
END_TEST

START_TEST(kinds_of_addresses)
{
    ck_assert_int_eq(address_family("10.0.0.1"), 4);
    ck_assert_int_eq(address_family("::"), 6);
    ck_assert_int_eq(address_family("localhost"), 0);
    ck_assert_int_eq(address_family(""), 0);
    ck_assert_int_eq(address_family(NULL), 0);
    ck_assert(address_is_loopback("127.8.0.1"));
    ck_assert(address_is_loopback("::1"));
    ck_assert(!address_is_loopback("10.0.0.1"));
    ck_assert(address_is_impossible("203.0.113.5"));
    ck_assert(address_is_impossible("2001:db8::1"));
    ck_assert(!address_is_impossible("10.0.0.1"));
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("login: patterns");
    TCase *c = tcase_create("patterns");
    tcase_add_loop_test(c, patterns_as_match_c, 0, ROWS(patterns));
    tcase_add_test(c, stars_stay_quick);
    tcase_add_loop_test(c, lists_as_match_c, 0, ROWS(lists));
    tcase_add_test(c, long_entries_never_match);
    tcase_add_loop_test(c, addresses_as_addrmatch_c, 0, ROWS(addresses));
    tcase_add_loop_test(c, users_as_match_c, 0, ROWS(users));
    tcase_add_test(c, kinds_of_addresses);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
