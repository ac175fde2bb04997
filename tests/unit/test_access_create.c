/* access: new accounts, on every distribution; the bytes of each file after. */
#include "access_suite.h"

static struct access_request new_account(const char *name)
{
    return (struct access_request){.user = name, .create = ACCESS_CREATE_NEW};
}

/* The last line of FILE. */
static const char *last_line(const char *file)
{
    const char *text = text_at(file);
    size_t n = strlen(text);
    ck_assert_msg(n > 0 && text[n - 1] == '\n', "%s has no final newline", file);
    size_t from = n - 1;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    return arena_text(arena, (struct bytes){text + from, n - 1 - from});
}

static void expect_last(const char *file, const char *wanted)
{
    ck_assert_str_eq(last_line(file), wanted);
}

static void expect_node(const char *path, uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct stat_answer s = tree_lstat(tree, path);
    ck_assert_msg(s.presence == PRESENCE_PRESENT, "%s is not there", path);
    ck_assert_msg(s.node.mode == mode && s.node.uid == uid && s.node.gid == gid, "%s: %04o %u:%u",
                  path, s.node.mode, s.node.uid, s.node.gid);
}

/* ---- every distribution -----------------------------------------------------------------------
 */

static const struct {
    const char *guest, *passwd, *group; /* NULL: no group of one's own */
} guests[] = {
    {"debian-11", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"debian-12", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"debian-13", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"ubuntu-22.04", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"ubuntu-24.04", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"rhel-8", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"rhel-9", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"amazon-2023", "zoe:x:1001:1001::/home/zoe:/bin/bash", "zoe:x:1001:"},
    {"sles-15", "zoe:x:1001:100::/home/zoe:/bin/bash", NULL},
    {"alpine-3", "zoe:x:1001:1001::/home/zoe:/bin/sh", "zoe:x:1001:"},
};

START_TEST(every_distribution)
{
    struct access_request r = new_account("zoe");
    guest(guests[_i].guest);
    do_access(r);
    expect_last("/etc/passwd", guests[_i].passwd);
    expect_last("/etc/shadow", "zoe:*:20605:0:99999:7:::");
    if (guests[_i].group)
        expect_last("/etc/group", guests[_i].group);
    else
        ck_assert_ptr_null(strstr(text_at("/etc/group"), "\nzoe:"));
    if (guests[_i].group && tree_stat(raw, "/etc/gshadow").presence == PRESENCE_PRESENT)
        expect_last("/etc/gshadow", "zoe:!::");
    struct stat_answer home = tree_lstat(tree, "/home/zoe");
    ck_assert_uint_eq(home.node.uid, 1001);
    /* No password, no key: nobody gets in by it. */
    ck_assert_str_ne(verdict("zoe", METHOD_PUBLICKEY), "open");
    r.create = ACCESS_CREATE_IF_MISSING;
    expect_idle(r);
}
END_TEST

START_TEST(logs_in)
{
    struct access_request r = new_account("zoe");
    guest(guests[_i].guest);
    r.password = bytes_of("Tr0ub4dor&3");
    do_access(r);
    ck_assert_msg(strcmp(verdict("zoe", METHOD_PASSWORD), "open") == 0, "%s: %s", guests[_i].guest,
                  notes());
}
END_TEST

START_TEST(past_the_lists)
{
    struct access_request r = new_account("zoe");
    r.password = bytes_of("Tr0ub4dor&3");
    guest("debian-12");
    change_at("/etc/ssh/sshd_config", "UsePAM yes\n", "UsePAM yes\nAllowUsers ana\n");
    do_access(r);
    ck_assert_str_eq(verdict("zoe", METHOD_PASSWORD), "open");
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
    ck_assert_ptr_nonnull(strstr(text_at("/etc/ssh/sshd_config"), "\nAllowUsers ana zoe\n"));
}
END_TEST

/* ---- names --------------------------------------------------------------------------------------
 */

static const char *const bad_names[] = {
    "-zoe",
    "1zoe",
    "123",
    ".zoe",
    "~zoe",
    "zoe:x",
    "zoe mit",
    "zo\303\251",
    "zoe$x",
    "$",
    "zoe/x",
    "zoe\n",
    "",
    "zoe@x",
    "zoe,x",
    "zoe+x",
    "a23456789012345678901234567890123",
};

START_TEST(bad_name)
{
    guest("debian-12");
    ck_assert(!try_access(new_account(bad_names[_i])));
    ck_assert_int_eq(error.code, ERR_REFUSED);
    ck_assert_uint_eq(edit_count(), 0);
    plan = NULL;
}
END_TEST

static const char *const good_names[] = {"zoe",     "_zoe",     "Zoe",
                                         "z.o-e_1", "machine$", "a2345678901234567890123456789012"};

START_TEST(good_name)
{
    guest("rhel-9");
    do_access(new_account(good_names[_i]));
}
END_TEST

START_TEST(there_already)
{
    struct access_request r = new_account("ana");
    guest("debian-12");
    expect_refusal(r, "without --create");
    ck_assert_int_eq(error.code, ERR_REFUSED);
    r.create = ACCESS_CREATE_IF_MISSING;
    do_access(r);
    ck_assert_uint_eq(edit_count(), 0);
    /* A line that getpwnam does not see is one, too. */
    change_at("/etc/passwd", "ana:x:1000:1000:", "ana:x::1000:");
    expect_refusal(new_account("ana"), "diskmend repair disk.img --user ana");
    expect_refusal(r, "diskmend repair disk.img --user ana");
}
END_TEST

START_TEST(passwd_is_lost)
{
    guest("debian-12");
    write_at("/etc/passwd", "");
    expect_refusal(new_account("zoe"), "no line of root");
}
END_TEST

/* ---- numbers ------------------------------------------------------------------------------------
 */

START_TEST(numbers_above_the_highest)
{
    guest("debian-12");
    change_at("/etc/passwd", "ana:x:", "max:x:1007:1007::/srv/max:/bin/sh\nana:x:");
    change_at("/etc/group", "root:x:0:\n", "root:x:0:\nothers:x:1008:\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1008:1009::/home/zoe:/bin/bash");
    expect_last("/etc/group", "zoe:x:1009:");
}
END_TEST

START_TEST(lowest_when_the_top_is_taken)
{
    guest("debian-12");
    change_at("/etc/passwd", "ana:x:", "max:x:60000:60000::/srv/max:/bin/sh\nana:x:");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1001::/home/zoe:/bin/bash");
}
END_TEST

START_TEST(bounds_of_login_defs)
{
    guest("debian-12");
    write_at("/etc/login.defs", "UID_MIN 500\nUID_MAX 501\nGID_MIN 500\nGID_MAX 999\n"
                                "USERGROUPS_ENAB yes\nHOME_MODE 0750\nPASS_MAX_DAYS 90\n"
                                "PASS_MIN_DAYS 1\nPASS_WARN_AGE 14\n");
    change_at("/etc/passwd", "ana:x:", "max:x:500:500::/srv/max:/bin/sh\nana:x:");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:501:501::/home/zoe:/bin/bash");
    expect_last("/etc/shadow", "zoe:*:20605:1:90:14:::");
    expect_node("/home/zoe", 0750, 501, 501);
    tree = overlay_new(arena, raw);
    change_at("/etc/passwd", "ana:x:", "eva:x:501:501::/srv/eva:/bin/sh\nana:x:");
    expect_refusal(new_account("zoe"), "every uid from 500 to 501");
}
END_TEST

START_TEST(homes_of_the_gone)
{
    guest("debian-12");
    memory_tree_directory(raw, "/home/gone", 0700, 1001, 1001);
    tree = overlay_new(arena, raw);
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1002:1002::/home/zoe:/bin/bash");
}
END_TEST

START_TEST(back_home)
{
    guest("debian-12");
    memory_tree_directory(raw, "/home/zoe", 0711, 1234, 1234);
    memory_tree_file(raw, "/home/zoe/letter", bytes_of("x"), 0600, 1234, 1234);
    tree = overlay_new(arena, raw);
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1234:1234::/home/zoe:/bin/bash");
    expect_node("/home/zoe", 0711, 1234, 1234);
    expect_node("/home/zoe/letter", 0600, 1234, 1234);
    expect_note("has the uid that owns it");
}
END_TEST

START_TEST(home_of_another)
{
    guest("debian-12");
    memory_tree_directory(raw, "/home/zoe", 0755, 0, 0);
    tree = overlay_new(arena, raw);
    do_access(new_account("zoe"));
    expect_node("/home/zoe", 0755, 0, 0);
    expect_note("belongs to uid 0");
    memory_tree_remove(raw, "/home/zoe");
    memory_tree_file(raw, "/home/zoe", bytes_of("x"), 0600, 0, 0);
    tree = overlay_new(arena, raw);
    expect_refusal(new_account("zoe"), "in the way");
}
END_TEST

/* ---- groups -------------------------------------------------------------------------------------
 */

START_TEST(group_with_rights)
{
    guest("debian-12");
    expect_refusal(new_account("adm"), "group \"adm\"");
    change_at("/etc/group", "root:x:0:\n", "root:x:0:\nzoe:x:1500:ana\n");
    expect_refusal(new_account("zoe"), "group \"zoe\"");
}
END_TEST

START_TEST(group_left_behind)
{
    guest("debian-12");
    change_at("/etc/group", "root:x:0:\n", "root:x:0:\nzoe:x:1500:\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1500::/home/zoe:/bin/bash");
    const char *second = strstr(strstr(text_at("/etc/group"), "\nzoe:") + 1, "\nzoe:");
    ck_assert_ptr_null(second);
}
END_TEST

START_TEST(group_of_all)
{
    guest("debian-12");
    write_at("/etc/login.defs", "USERGROUPS_ENAB no\n");
    change_at("/etc/group", "root:x:0:\n", "root:x:0:\nusers:x:100:\npeople:x:1200:\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:100::/home/zoe:/bin/bash");
    tree = overlay_new(arena, raw);
    write_at("/etc/default/useradd",
             "# Default\nGROUP=people\nHOME=/srv\nSHELL=/bin/sh\nINACTIVE=30\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1200::/srv/zoe:/bin/bash");
    expect_last("/etc/shadow", "zoe:*:20605:0:99999:7:30::");
}
END_TEST

/* ---- lines --------------------------------------------------------------------------------------
 */

START_TEST(before_what_asks_nis)
{
    static const char root[] = "root:x:0:0:root:/root:/bin/bash\n"
                               "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n";
    guest("debian-12");
    write_at("/etc/passwd", arena_printf(arena, "%s+@admins::::::\n+::::::/sbin/nologin", root));
    write_at("/etc/group", "root:x:0:\nana:x:1000:\n+:::");
    write_at("/etc/shadow", "root:*:19000:0:99999:7:::\nana:*:19000::::::");
    do_access(new_account("zoe"));
    ck_assert_str_eq(text_at("/etc/passwd"), arena_printf(arena,
                                                          "%szoe:x:1001:1001::/home/zoe:/bin/bash\n"
                                                          "+@admins::::::\n+::::::/sbin/nologin",
                                                          root));
    ck_assert_str_eq(text_at("/etc/group"), "root:x:0:\nana:x:1000:\nzoe:x:1001:\n+:::");
    ck_assert_str_eq(text_at("/etc/shadow"), "root:*:19000:0:99999:7:::\nana:*:19000::::::\n"
                                             "zoe:*:20605:0:99999:7:::\n");
}
END_TEST

START_TEST(lines_of_windows)
{
    guest("debian-12");
    write_at("/etc/passwd",
             "root:x:0:0:root:/root:/bin/bash\r\nana:x:1000:1000::/home/ana:/bin/bash");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1001::/home/zoe:/bin/bash");
}
END_TEST

/* A password of whoever had the name before lets nobody in. */
START_TEST(left_in_shadow)
{
    guest("debian-12");
    write_at("/etc/shadow", "zoe:$6$old$hash:19000:0:99999:7:::\nroot:*:19000:0:99999:7:::\n"
                            "ana:*:19000:0:99999:7:::\n");
    change_at("/etc/group", "root:x:0:\n", "root:x:0:\nstaff2:x:2000:zoe\n");
    do_access(new_account("zoe"));
    ck_assert_str_eq(text_at("/etc/shadow"), "zoe:*:20605:0:99999:7:::\nroot:*:19000:0:99999:7:::\n"
                                             "ana:*:19000:0:99999:7:::\n");
    expect_note("groups that listed a zoe before there was one: staff2");
}
END_TEST

START_TEST(without_shadow)
{
    guest("debian-12");
    memory_tree_remove(raw, "/etc/shadow");
    memory_tree_remove(raw, "/etc/gshadow");
    write_at("/etc/passwd", "root:*:0:0:root:/root:/bin/bash\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:*:1001:1001::/home/zoe:/bin/bash");
    ck_assert_int_eq(tree_stat(tree, "/etc/shadow").presence, PRESENCE_ABSENT);
}
END_TEST

static const struct {
    const char *text, *line;
} ranges[] = {
    {"", "zoe:100000:65536"},
    {"ana:100000:65536\n", "zoe:165536:65536"},
    {"ana:165536:65536\n", "zoe:100000:65536"},
    {"ana:100000:65536\nbob:165536:65536", "zoe:231072:65536"},
    {"ana:99999:2\n", "zoe:100001:65536"},
    {"bob:165536:65536\nana:100001:10\n", "zoe:231072:65536"}, /* the gap is too short */
};

START_TEST(subordinate_ids)
{
    guest("debian-12");
    write_at("/etc/subuid", ranges[_i].text);
    do_access(new_account("zoe"));
    expect_last("/etc/subuid", ranges[_i].line);
    ck_assert_int_eq(tree_stat(tree, "/etc/subgid").presence, PRESENCE_ABSENT);
}
END_TEST

START_TEST(no_room_for_subordinates)
{
    guest("debian-12");
    write_at("/etc/subuid", "ana:0:4294967294\n");
    do_access(new_account("zoe"));
    expect_last("/etc/subuid", "ana:0:4294967294");
    expect_note("no range of subordinate ids");
}
END_TEST

/* ---- home ---------------------------------------------------------------------------------------
 */

START_TEST(skeleton)
{
    guest("debian-12");
    memory_tree_file(raw, "/etc/skel/.profile", bytes_of("umask 027\n"), 0644, 0, 0);
    memory_tree_xattr(raw, "/etc/skel/.profile", "user.note", bytes_of("n"));
    memory_tree_xattr(raw, "/etc/skel/.profile", "security.selinux", bytes_of("etc_t"));
    memory_tree_file(raw, "/etc/skel/bin/run", bytes_of("x"), 04755, 0, 0);
    memory_tree_symlink(raw, "/etc/skel/link", "bin/run");
    memory_tree_special(raw, "/etc/skel/fifo", NODE_FIFO);
    tree = overlay_new(arena, raw);
    do_access(new_account("zoe"));
    expect_node("/home/zoe", 0700, 1001, 1001);
    expect_node("/home/zoe/.profile", 0644, 1001, 1001);
    expect_node("/home/zoe/bin/run", 0755, 1001, 1001);
    ck_assert_str_eq(tree_readlink(tree, "/home/zoe/link").target, "bin/run");
    ck_assert_int_eq(tree_lstat(tree, "/home/zoe/fifo").presence, PRESENCE_ABSENT);
    struct xattrs_answer x = tree_xattrs(tree, "/home/zoe/.profile");
    ck_assert_uint_eq(x.count, 1);
    ck_assert_str_eq(x.xattrs[0].name, "user.note");
    /* The skeleton itself is as it was. */
    ck_assert_uint_eq(tree_xattrs(tree, "/etc/skel/.profile").count, 2);
}
END_TEST

START_TEST(labels_of_the_policy)
{
    guest("rhel-9");
    memory_tree_xattr(raw, "/etc/passwd", "security.selinux",
                      bytes_of("system_u:object_r:passwd_file_t:s0"));
    memory_tree_file(raw, "/etc/skel/.bashrc", bytes_of("x"), 0644, 0, 0);
    memory_tree_xattr(raw, "/etc/skel/.bashrc", "security.selinux",
                      bytes_of("system_u:object_r:etc_t:s0"));
    tree = overlay_new(arena, raw);
    do_access(new_account("zoe"));
    static const char *const paths[][2] = {{"/home/zoe", "user_home_dir_t"},
                                           {"/home/zoe/.bashrc", "user_home_t"},
                                           {"/etc/passwd", "passwd_file_t"}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct xattrs_answer x = tree_xattrs(tree, paths[i][0]);
        ck_assert_msg(x.count == 1, "%s has %zu attributes", paths[i][0], x.count);
        ck_assert_ptr_nonnull(strstr(arena_text(arena, x.xattrs[0].value), paths[i][1]));
    }
}
END_TEST

START_TEST(no_home_directory_yet)
{
    guest("debian-12");
    memory_tree_remove(raw, "/home");
    write_at("/etc/login.defs", "USERGROUPS_ENAB yes\nUMASK 027\n");
    do_access(new_account("zoe"));
    expect_node("/home", 0755, 0, 0);
    expect_node("/home/zoe", 0750, 1001, 1001);
}
END_TEST

START_TEST(shells)
{
    guest("debian-12");
    write_at("/etc/default/useradd", "SHELL=/bin/zsh\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1001::/home/zoe:/bin/bash"); /* there is no zsh */
    tree = overlay_new(arena, raw);
    memory_tree_file(raw, "/usr/bin/zsh", bytes_of("x"), 0755, 0, 0);
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1001::/home/zoe:/bin/zsh");
    tree = overlay_new(arena, raw);
    write_at("/etc/default/useradd", "SHELL=/usr/sbin/nologin\n");
    do_access(new_account("zoe"));
    expect_last("/etc/passwd", "zoe:x:1001:1001::/home/zoe:/bin/bash");
}
END_TEST

static Suite *access_create_suite(void)
{
    Suite *s = suite_create("access: new accounts");
    TCase *t = tcase_create("access");
    tcase_add_checked_fixture(t, access_begin, access_end);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_distribution, 0, sizeof guests / sizeof *guests);
    tcase_add_loop_test(t, logs_in, 0, sizeof guests / sizeof *guests);
    tcase_add_test(t, past_the_lists);
    tcase_add_loop_test(t, bad_name, 0, sizeof bad_names / sizeof *bad_names);
    tcase_add_loop_test(t, good_name, 0, sizeof good_names / sizeof *good_names);
    tcase_add_test(t, there_already);
    tcase_add_test(t, passwd_is_lost);
    tcase_add_test(t, numbers_above_the_highest);
    tcase_add_test(t, lowest_when_the_top_is_taken);
    tcase_add_test(t, bounds_of_login_defs);
    tcase_add_test(t, homes_of_the_gone);
    tcase_add_test(t, back_home);
    tcase_add_test(t, home_of_another);
    tcase_add_test(t, group_with_rights);
    tcase_add_test(t, group_left_behind);
    tcase_add_test(t, group_of_all);
    tcase_add_test(t, before_what_asks_nis);
    tcase_add_test(t, lines_of_windows);
    tcase_add_test(t, left_in_shadow);
    tcase_add_test(t, without_shadow);
    tcase_add_loop_test(t, subordinate_ids, 0, sizeof ranges / sizeof *ranges);
    tcase_add_test(t, no_room_for_subordinates);
    tcase_add_test(t, skeleton);
    tcase_add_test(t, labels_of_the_policy);
    tcase_add_test(t, no_home_directory_yet);
    tcase_add_test(t, shells);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(access_create_suite)
