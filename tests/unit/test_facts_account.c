/* facts/: accounts as getpwnam, getspnam and getgrouplist of the guest see them. */
#include "facts_suite.h"

#include "facts/account_password.h"
#include "facts/collect.h"

static const struct account_fact *account_at(const struct facts *f, int line)
{
    vec_each (a, &f->accounts)
        if (a->at.line == line)
            return a;
    return NULL;
}

START_TEST(a_person_is_seen_whole)
{
    struct facts *f = gather();
    const struct account_fact *ana = facts_account(f, "ana");
    ck_assert_ptr_nonnull(ana);
    ck_assert_int_eq(ana->uid, 1000);
    ck_assert_str_eq(ana->password, "locked");
    ck_assert_int_eq(ana->last_change, 19000);
    ck_assert_int_eq(ana->maximum, 99999);
    ck_assert_int_eq(ana->expires, FACT_NO_NUMBER);
    ck_assert_str_eq(ana->shell_state, "ok");
    ck_assert_str_eq(ana->home_state, "ok");
    ck_assert_str_eq(ana->home_real, "/home/ana");
    ck_assert(ana->is_admin && ana->can_log_in_shell && !ana->is_system);
    ck_assert_uint_eq(ana->groups.count, 2);
    ck_assert_str_eq(ana->groups.items[0], "ana");
    ck_assert_str_eq(ana->groups.items[1], "sudo");
    ck_assert_int_eq(ana->shadow_at.line, 2);
    ck_assert(!facts_account(f, "sshd")->can_log_in_shell);
    ck_assert(facts_account(f, "sshd")->is_system);
    ck_assert_uint_eq(f->rows.count, 0);
    ck_assert_str_eq(facts_group_name(f, 27), "sudo");
}
END_TEST

/* glibc nss_files: what getpwnam makes of a line. */
static const struct {
    const char *line;
    bool visible;
    const char *defect;
} passwd_lines[] = {
    {"bob:x:1001:1001::/home/bob:/bin/bash", true, NULL},
    {"bob:x:abc:1001::/home/bob:/bin/bash", false, "bad-uid"},
    {"bob:x::1001::/home/bob:/bin/bash", false, "bad-uid"},
    {"bob:x:1001:::/home/bob:/bin/bash", false, "bad-gid"},
    {"bob:x:1001:1001:/home/bob:/bin/bash", true, "fields-missing"},
    {"bob:x:1001", false, "fields-missing"},
    {"bob", false, "fields-missing"},
    {"bob:x:1001:1001::/home/bob:/bin/bash:extra", true, "fields-extra"},
    {"bob:x:4294967295:1001::/home/bob:/bin/bash", true, NULL},
    {"bob:x:-1:1001::/home/bob:/bin/bash", false, "bad-uid"},
    {"bob:x:99999999999999999999:1001::/home/bob:/bin/bash", false, "bad-uid"},
    {"bob:x:1001:4294967296::/home/bob:/bin/bash", false, "bad-gid"},
    {"bob:x:1001x:1001::/home/bob:/bin/bash", false, "bad-uid"},
    {"+bob:x:1001:1001::/home/bob:/bin/bash", false, "nis-leftover"},
    {":x:1001:1001::/home/bob:/bin/bash", false, "empty-name"},
};

START_TEST(passwd_lines_as_glibc_reads_them)
{
    put("/etc/passwd",
        arena_printf(arena, "root:x:0:0::/root:/bin/bash\n%s\n", passwd_lines[_i].line), 0644, 0,
        0);
    struct facts *f = gather();
    const struct account_fact *bob = account_at(f, 2);
    ck_assert_ptr_nonnull(bob);
    ck_assert_int_eq(bob->nss_visible, passwd_lines[_i].visible);
    if (passwd_lines[_i].defect) {
        ck_assert_str_eq(bob->defect, passwd_lines[_i].defect);
        ck_assert_ptr_nonnull(row_of(f, "passwd", passwd_lines[_i].defect));
        ck_assert_int_eq(row_of(f, "passwd", passwd_lines[_i].defect)->at.line, 2);
    } else {
        ck_assert_ptr_null(bob->defect);
    }
}
END_TEST

START_TEST(a_missing_field_shifts_home_and_shell)
{
    put("/etc/passwd", "bob:x:1001:1001:/home/bob:/bin/bash\n", 0644, 0, 0);
    const struct account_fact *bob = facts_account(gather(), "bob");
    ck_assert_str_eq(bob->home, "/bin/bash");
    ck_assert_str_eq(bob->shell, "");
    ck_assert_str_eq(bob->home_state, "not-directory");
}
END_TEST

START_TEST(the_first_line_of_a_name_wins)
{
    put("/etc/passwd",
        "# c\nbob:x:1001:1001::/a:/bin/bash\nbob:x:0:0::/b:/bin/bash\ntoor:x:1001:0::/:/bin/bash\n",
        0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(facts_account(f, "bob")->home, "/a");
    ck_assert(account_at(f, 3)->shadowed);
    ck_assert_int_eq(row_of(f, "passwd", "duplicate-name")->at.line, 3);
    ck_assert_int_eq(row_of(f, "passwd", "duplicate-uid")->at.line, 4);
}
END_TEST

START_TEST(carriage_returns_belong_to_the_shell)
{
    put("/etc/passwd",
        "\xef\xbb\xbfroot:x:0:0::/root:/bin/bash\r\nana:x:1000:1000::/home/ana:/bin/bash\r\n", 0644,
        0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(facts_account(f, "ana")->shell, "/bin/bash\r");
    ck_assert_str_eq(facts_account(f, "ana")->shell_state, "missing");
    ck_assert_ptr_nonnull(row_of(f, "passwd", "carriage-return"));
    ck_assert_ptr_nonnull(row_of(f, "passwd", "byte-order-mark"));
    ck_assert_ptr_null(facts_account(f, "root")); /* the mark is part of its name */
}
END_TEST

static const struct {
    const char *line;
    enum password_state state;
    bool entry;
} shadow_lines[] = {
    {"ana:*:19000:0:99999:7:::", PASSWORD_STAR, true},
    {"ana::19000:0:99999:7:::", PASSWORD_EMPTY, true},
    {"ana:!!:19000:0:99999:7:::", PASSWORD_LOCKED, true},
    {"ana:x:19000", PASSWORD_NO_ENTRY, false},
    {"ana:*:19000:0:99999", PASSWORD_STAR, true},
    {"ana:*:19000:0:99999: ", PASSWORD_STAR, true},
    {"ana:*:19000:0:99999: x", PASSWORD_NO_ENTRY, false},
    {"ana:*:19000:0:99999:7:::5", PASSWORD_STAR, true},
    {"ana:*:19000:0:99999:7::", PASSWORD_NO_ENTRY, false},
    {"ana:*:19000:0:99999:7:::\r", PASSWORD_NO_ENTRY, false},
    {"ana:*:abc:0:99999:7:::", PASSWORD_NO_ENTRY, false},
    {"other:*:19000:0:99999:7:::", PASSWORD_NO_ENTRY, false},
    {"ana:$6$salt$cut:19000:0:99999:7:::", PASSWORD_INVALID, true},
};

START_TEST(shadow_lines_as_glibc_reads_them)
{
    put("/etc/shadow", arena_printf(arena, "%s\n", shadow_lines[_i].line), 0640, 0, 42);
    const struct facts *f = gather();
    const struct account_fact *ana = facts_account(f, "ana");
    ck_assert_int_eq(ana->password_state, shadow_lines[_i].state);
    ck_assert_int_eq(ana->shadow_at.file != NULL, shadow_lines[_i].entry);
    /* What getspnam takes is not damaged, however old its form: pwck says so, too. */
    for (size_t i = 0; i < f->rows.count && shadow_lines[_i].entry; i++)
        ck_assert_str_ne(f->rows.items[i].db, "shadow");
}
END_TEST

START_TEST(shadow_absent_is_not_shadow_unreadable)
{
    memory_tree_remove(tree, "/etc/shadow");
    ck_assert_int_eq(facts_account(gather(), "ana")->password_state, PASSWORD_NO_ENTRY);
    put("/etc/shadow", "x\n", 0640, 0, 42);
    memory_tree_unreadable(tree, "/etc/shadow", "input/output error");
    struct facts *f = gather();
    ck_assert_int_eq(facts_account(f, "ana")->password_state, PASSWORD_UNKNOWN);
    ck_assert(has_gap(f, "shadow"));
}
END_TEST

static const struct {
    const char *field;
    enum password_state state;
    const char *scheme;
} passwords[] = {
    {"", PASSWORD_EMPTY, NULL},
    {"!", PASSWORD_LOCKED, NULL},
    {"!*", PASSWORD_LOCKED, NULL},
    {"*LK*", PASSWORD_STAR, NULL},
    {"x", PASSWORD_STAR, NULL},
    {"ab01cdEFgh./9", PASSWORD_SET, "des"},
    {"_J9..rasmBYk8r9AiWNc", PASSWORD_SET, "bsdi"},
    {"$1$abcdefgh$0123456789012345678901", PASSWORD_SET, "md5"},
    {"$5$s$0123456789012345678901234567890123456789012", PASSWORD_SET, "sha256"},
    {"$5$s$012345678901234567890123456789012345678901", PASSWORD_INVALID, "sha256"},
    {"$y$j9T$salt$0123456789012345678901234567890123456789012", PASSWORD_SET, "yescrypt"},
    {"$gy$j9T$salt$0123456789012345678901234567890123456789012", PASSWORD_SET, "gost-yescrypt"},
    {"$2b$12$01234567890123456789012345678901234567890123456789012", PASSWORD_SET, "bcrypt"},
    {"!$2b$12$01234567890123456789012345678901234567890123456789012", PASSWORD_LOCKED, "bcrypt"},
    {"\"$5$s$0123456789012345678901234567890123456789012\"", PASSWORD_INVALID, NULL},
    {"$9$s$0123456789012345678901234567890123456789012", PASSWORD_INVALID, NULL},
    {"plaintext-password", PASSWORD_INVALID, NULL},
};

START_TEST(password_fields_are_told_apart)
{
    struct password_field p = account_password_read(bytes_of(passwords[_i].field));
    ck_assert_int_eq(p.state, passwords[_i].state);
    if (passwords[_i].scheme)
        ck_assert_str_eq(p.scheme, passwords[_i].scheme);
    else
        ck_assert_ptr_null(p.scheme);
}
END_TEST

START_TEST(no_hash_reaches_the_document)
{
    put("/etc/shadow", "ana:$6$saltsalt$CANARY:1:2:3:4:5:6:\n$6$CANARY\nbad:$1$CANARY:x\n", 0640, 0,
        0);
    put("/etc/passwd",
        "root:x:0:0::/root:/bin/bash\nana:$1$CANARY:1000:1000::/home/ana:/bin/bash\n", 0644, 0, 0);
    put("/etc/gshadow", "$6$CANARY\nsudo:$6$CANARY::\n", 0640, 0, 0);
    struct facts *f = facts_gather(arena, tree, lenses, keywords, JUNE_2026);
    CLEANUP_JSON struct json *document = facts_document(f);
    ck_assert_ptr_null(strstr(json_print(arena, document, false), "CANARY"));
}
END_TEST

START_TEST(groups_as_getgrouplist_gives_them)
{
    put("/etc/group",
        "root:x:0:\nana:x:1000:\ndocker:x:5:bob, "
        "ana\nagain:x:5:ana\nlast:x:7:ana\r\nnoname\nwheel:x:zz:ana\n",
        0644, 0, 0);
    struct facts *f = gather();
    const struct account_fact *ana = facts_account(f, "ana");
    ck_assert_uint_eq(ana->groups.count, 2); /* "ana\r" is another name */
    ck_assert_str_eq(ana->groups.items[1], "docker");
    ck_assert_uint_eq(ana->group_id_count, 2);
    ck_assert(!ana->is_admin);
    ck_assert_ptr_nonnull(row_of(f, "group", "fields-missing"));
    ck_assert_ptr_nonnull(row_of(f, "group", "bad-gid"));
}
END_TEST

START_TEST(plain_sudoers_lines_make_administrators)
{
    put("/etc/group", "root:x:0:\nana:x:1000:\nops:x:50:ana\n", 0644, 0, 0);
    put("/etc/sudoers.d/90-ops", "# no\n%ops ALL=(ALL) NOPASSWD:ALL\n", 0440, 0, 0);
    ck_assert(facts_account(gather(), "ana")->is_admin);
    memory_tree_remove(tree, "/etc/sudoers.d/90-ops");
    put("/etc/sudoers.d/90.ops", "%ops ALL=(ALL) ALL\n", 0440, 0,
        0); /* sudo skips names with a dot */
    ck_assert(!facts_account(gather(), "ana")->is_admin);
}
END_TEST

START_TEST(odd_homes_do_not_lead_astray)
{
    memory_tree_symlink(tree, "/home/loop", "loop");
    put("/etc/passwd",
        "root:x:0:0::/root:/bin/bash\na:x:1:1:::/bin/bash\nb:x:2:2::srv/../../..:/bin/bash\n"
        "c:x:3:3::/home/loop:/bin/bash\nd:x:4:4::/etc/passwd:\ne:x:5:5::/nowhere:relative/shell\n",
        0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(facts_account(f, "a")->home_real, "/");
    ck_assert_str_eq(facts_account(f, "c")->home_state, "unreadable");
    ck_assert_str_eq(facts_account(f, "d")->home_state, "not-directory");
    ck_assert_str_eq(facts_account(f, "d")->shell_state, "missing"); /* empty: /bin/sh, not there */
    ck_assert_str_eq(facts_account(f, "e")->home_state, "missing");
}
END_TEST

START_TEST(musl_wants_every_field)
{
    put("/etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n", 0644, 0, 0);
    put("/etc/passwd", "root:x:0:0::/root:/bin/ash\nana:x:1000:1000:/home/ana:/bin/ash\n", 0644, 0,
        0);
    struct facts *f = gather();
    ck_assert_ptr_nonnull(facts_account(f, "root"));
    ck_assert_ptr_null(facts_account(f, "ana"));
    ck_assert_uint_eq(f->nsswitch.count, 0);
}
END_TEST

START_TEST(a_line_of_a_megabyte)
{
    size_t n = 1024 * 1024;
    char *text = arena_alloc(arena, n + 64);
    memset(text, 'a', n);
    memcpy(text, "big:x:1:1:", 10);
    memcpy(text + n, "\nroot:x:0:0::/root:/bin/bash\n", 30);
    memory_tree_file(tree, "/etc/passwd", (struct bytes){text, n + 29}, 0644, 0, 0);
    ck_assert_ptr_nonnull(facts_account(gather(), "root"));
}
END_TEST

START_TEST(a_hundred_thousand_lines_and_members)
{
    char *text = arena_alloc(arena, 4 * 1024 * 1024), *group = arena_alloc(arena, 1024 * 1024);
    size_t n = 0, g = 0;
    g += (size_t)sprintf(group, "all:x:5:");
    for (int i = 0; i < 100000; i++) {
        n += (size_t)sprintf(text + n, "u%d:x:%d:5::/h:\n", i, i);
        g += (size_t)sprintf(group + g, "u%d,", i);
    }
    memory_tree_file(tree, "/etc/passwd", (struct bytes){text, n}, 0644, 0, 0);
    memory_tree_file(tree, "/etc/group", (struct bytes){group, g}, 0644, 0, 0);
    struct facts *f = facts_gather(arena, tree, lenses, keywords, JUNE_2026);
    ck_assert_uint_ge(f->accounts.count, 99999);
    ck_assert(has_gap(f, "account"));
    ck_assert_str_eq(f->accounts.items[99998].groups.items[0], "all");
}
END_TEST

START_TEST(bytes_no_text_should_hold)
{
    memory_tree_file(tree, "/etc/passwd",
                     (struct bytes){"root:x:0:0::/root:/bin/bash\n\1\2\3\4\0:\n\0\0", 36}, 0644, 0,
                     0);
    struct facts *f = gather();
    ck_assert_ptr_nonnull(facts_account(f, "root"));
    ck_assert_ptr_nonnull(row_of(f, "passwd", "control-byte"));
    ck_assert_ptr_nonnull(row_of(f, "passwd", "no-final-newline"));
    memory_tree_special(tree, "/etc/passwd", NODE_FIFO);
    f = gather();
    ck_assert(has_gap(f, "passwd"));
}
END_TEST

START_TEST(nsswitch_without_files_is_seen)
{
    put("/etc/nsswitch.conf", "# x\npasswd: sss [NOTFOUND=return] # files\ngroup:files systemd\n",
        0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(f->nsswitch.items[0].db, "passwd");
    ck_assert(!f->nsswitch.items[0].has_files);
    ck_assert_int_eq(f->nsswitch.items[0].at.line, 2);
    ck_assert_str_eq(f->nsswitch.items[0].missing_modules.items[0], "sss");
    ck_assert_uint_eq(f->nsswitch.items[0].sources.count, 1);
    ck_assert(f->nsswitch.items[1].has_files);
    ck_assert(f->nsswitch.items[2].is_default);
    put("/lib/libnss_sss.so.2", "x", 0644, 0, 0);
    ck_assert_uint_eq(gather()->nsswitch.items[0].missing_modules.count, 0);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("facts: accounts");
    TCase *t = tcase_create("accounts");
    tcase_add_checked_fixture(t, facts_begin, facts_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_person_is_seen_whole);
    tcase_add_loop_test(t, passwd_lines_as_glibc_reads_them, 0, COUNT(passwd_lines));
    tcase_add_test(t, a_missing_field_shifts_home_and_shell);
    tcase_add_test(t, the_first_line_of_a_name_wins);
    tcase_add_test(t, carriage_returns_belong_to_the_shell);
    tcase_add_loop_test(t, shadow_lines_as_glibc_reads_them, 0, COUNT(shadow_lines));
    tcase_add_test(t, shadow_absent_is_not_shadow_unreadable);
    tcase_add_loop_test(t, password_fields_are_told_apart, 0, COUNT(passwords));
    tcase_add_test(t, no_hash_reaches_the_document);
    tcase_add_test(t, groups_as_getgrouplist_gives_them);
    tcase_add_test(t, plain_sudoers_lines_make_administrators);
    tcase_add_test(t, odd_homes_do_not_lead_astray);
    tcase_add_test(t, musl_wants_every_field);
    tcase_add_test(t, a_line_of_a_megabyte);
    tcase_add_test(t, a_hundred_thousand_lines_and_members);
    tcase_add_test(t, bytes_no_text_should_hold);
    tcase_add_test(t, nsswitch_without_files_is_seen);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
