/* Binary revocation lists with damage at every byte: a verdict and no more. What the verdicts must
 * be is held against ssh-keygen by tests/oracle/revoked.test. */
#include "syntax/ssh_key_revoked.h"

#include <string.h>

#include "suite.h"

static struct arena *arena;

/* Sections: certificates of any authority (serials 3 and 5-7, a name), one key by its SHA-1. */
static const char good[] =
    "SSHKRL\n\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\1\0\0\0\64\0\0\0\0\0\0\0\0"
    " \0\0\0\10\0\0\0\0\0\0\0\3"
    "!\0\0\0\20\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\7"
    "#\0\0\0\5\0\0\0\1x"
    "\3\0\0\0\30\0\0\0\24aaaaaaaaaaaaaaaaaaaa";

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct ssh_key_revoked read_list(const char *bytes, size_t len)
{
    /* A copy of just this size: reading past its end is caught. */
    struct ssh_key_revoked out = {0};
    struct bytes copy = arena_bytes(arena, (struct bytes){bytes, len});
    ssh_key_revoked_read(arena, copy, &out);
    ck_assert_ptr_nonnull(out.state);
    return out;
}

START_TEST(lists_as_sshd_takes_them)
{
    size_t header = 44;
    struct ssh_key_revoked list = read_list(good, header);
    ck_assert_str_eq(list.state, "ok");
    ck_assert_uint_eq(list.fingerprints.count, 0);
    ck_assert(!ssh_key_revoked_is_binary((struct bytes){"SSHKRL\n", 7}));
    ck_assert(!ssh_key_revoked_is_binary((struct bytes){"SSHKRL\nx", 8}));
    ck_assert(!ssh_key_revoked_is_binary((struct bytes){NULL, 0}));
    ck_assert(ssh_key_revoked_is_binary((struct bytes){good, header}));
}
END_TEST

START_TEST(parts_of_a_list)
{
    struct ssh_key_revoked list = read_list(good, sizeof good - 1);
    ck_assert_str_eq(list.state, "ok");
    ck_assert_uint_eq(list.certificate_parts, 1);
    ck_assert_uint_eq(list.fingerprints.count, 1);
    ck_assert_str_eq(list.fingerprints.items[0], "SHA1:YWFhYWFhYWFhYWFhYWFhYWFhYWE");
}
END_TEST

START_TEST(cut_anywhere)
{
    for (size_t n = 0; n < sizeof good - 1; n++) {
        bool between = n == 44 || n == 44 + 5 + 52;
        struct ssh_key_revoked list = read_list(good, n);
        ck_assert_msg((strcmp(list.state, "ok") == 0) == between, "cut at %zu: %s", n, list.state);
    }
}
END_TEST

START_TEST(any_byte_changed)
{
    char copy[sizeof good];
    for (size_t at = 0; at < sizeof good - 1; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(copy, good, sizeof good);
            copy[at] = (char)byte;
            read_list(copy, sizeof good - 1);
        }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("syntax: revocation lists");
    TCase *t = tcase_create("lists");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, lists_as_sshd_takes_them);
    tcase_add_test(t, parts_of_a_list);
    tcase_add_test(t, cut_anywhere);
    tcase_add_test(t, any_byte_changed);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
