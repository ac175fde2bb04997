/* guest/: the tree (links, gaps, globs), the memory engine, the overlay's cache, fixtures. */
#include "suite.h"

#include <stdio.h>

#include "base/limits.h"
#include "guest/acl_text.h"
#include "guest/fixture.h"
#include "guest/memory.h"
#include "guest/overlay.h"

static struct arena *arena;
static struct tree *tree;

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    tree = memory_tree_new(arena);
    memory_tree_file(tree, "/etc/ssh/sshd_config", bytes_of("Port 22\n"), 0600, 0, 0);
    memory_tree_file(tree, "/srv/keys/a", bytes_of("k"), 0644, 1, 2);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(links_stay_inside_the_guest)
{
    memory_tree_symlink(tree, "/home", "../../../srv");
    memory_tree_symlink(tree, "/abs", "/srv/keys");
    memory_tree_symlink(tree, "/srv/up", "..");
    ck_assert_str_eq(tree_stat(tree, "/home/keys/a").real_path, "/srv/keys/a");
    ck_assert_str_eq(tree_stat(tree, "/abs/a").real_path, "/srv/keys/a");
    ck_assert_str_eq(tree_stat(tree, "/srv/up/srv/keys/../keys/a").real_path, "/srv/keys/a");
    ck_assert_str_eq(tree_stat(tree, "/../../etc/ssh").real_path, "/etc/ssh");
    ck_assert_int_eq(tree_lstat(tree, "/abs").node.type, NODE_SYMLINK);
    ck_assert_int_eq(tree_stat(tree, "/abs").node.type, NODE_DIRECTORY);
    ck_assert_str_eq(tree_readlink(tree, "/abs").target, "/srv/keys");
}
END_TEST

START_TEST(loops_end_and_say_so)
{
    memory_tree_symlink(tree, "/a", "b");
    memory_tree_symlink(tree, "/b", "a");
    memory_tree_symlink(tree, "/c", "c/c/c/c/c/c");
    ck_assert_int_eq(tree_stat(tree, "/a").presence, PRESENCE_UNREADABLE);
    ck_assert_int_eq(tree_stat(tree, "/c/x").presence, PRESENCE_UNREADABLE);
    ck_assert_int_eq(tree_lstat(tree, "/a").presence, PRESENCE_PRESENT);
}
END_TEST

START_TEST(absent_and_unreadable_differ)
{
    memory_tree_symlink(tree, "/dangling", "/nowhere/x");
    memory_tree_unreadable(tree, "/etc/shadow", "input/output error");
    ck_assert_int_eq(tree_stat(tree, "/nowhere/x").presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_stat(tree, "/dangling").presence, PRESENCE_ABSENT);
    ck_assert_int_eq(tree_stat(tree, "/etc/ssh/sshd_config/x").presence, PRESENCE_ABSENT);
    ck_assert_str_eq(tree_read(tree, "/etc/shadow", 10).reason, "input/output error");
}
END_TEST

START_TEST(only_regular_files_are_read)
{
    memory_tree_special(tree, "/fifo", NODE_FIFO);
    ck_assert_int_eq(tree_read(tree, "/fifo", 10).presence, PRESENCE_UNREADABLE);
    ck_assert_str_eq(tree_read(tree, "/fifo", 10).reason, "a FIFO, not a regular file");
    ck_assert_int_eq(tree_read(tree, "/etc", 10).presence, PRESENCE_UNREADABLE);
    struct read_answer r = tree_read(tree, "/etc/ssh/sshd_config", 4);
    ck_assert(r.cut);
    ck_assert_uint_eq(r.content.len, 4);
    ck_assert_uint_eq(r.size, 8);
}
END_TEST

START_TEST(below_a_gap_nothing_is_absent)
{
    tree_mark_not_mounted(tree, "/srv", "not mounted: UUID=x");
    ck_assert_int_eq(tree_stat(tree, "/srv").presence, PRESENCE_PRESENT);
    ck_assert_str_eq(tree_stat(tree, "/srv/none").reason, "not mounted: UUID=x");
    ck_assert_int_eq(tree_list(tree, "/srv").presence, PRESENCE_UNREADABLE);
    ck_assert_int_eq(tree_read(tree, "/srv/keys/a", 9).presence, PRESENCE_UNREADABLE);
}
END_TEST

START_TEST(globs_as_sshd_has_them)
{
    const char *const names[] = {"10.conf", "9.conf",    "Z.conf", "_.conf",
                                 "a.conf",  ".hid.conf", "b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "/etc/ssh/d/%s", names[i]);
        memory_tree_file(tree, path, bytes_of(""), 0644, 0, 0);
    }
    memory_tree_symlink(tree, "/etc/ssh/d/x.conf", "/nowhere");
    struct list_answer g = tree_glob(tree, "/etc/s*/d/*.conf");
    const char *const want[] = {"10.conf", "9.conf", "Z.conf", "_.conf", "a.conf", "x.conf"};
    ck_assert_uint_eq(g.count, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_str_eq(g.names[i] + strlen("/etc/ssh/d/"), want[i]);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/d/{10,9}.conf").count, 0);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/sshd_config").count, 1);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/sshd_config/*").count, 0);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/d/x.conf").count, 1);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/none").count, 0);
    ck_assert_uint_eq(tree_glob(tree, "/etc/ssh/d/[0-9].conf").count, 1);
}
END_TEST

static int calls;
static struct stat_answer counted_lstat(struct tree *t, const char *path)
{
    calls++;
    (void)t;
    return (struct stat_answer){.presence = PRESENCE_PRESENT,
                                .node = {.type = strcmp(path, "/f") ? NODE_DIRECTORY : NODE_FILE,
                                         .size = 3}};
}
static struct read_answer counted_read(struct tree *t, const char *path, uint64_t limit)
{
    (void)t, (void)path;
    calls++;
    return (struct read_answer){.presence = PRESENCE_PRESENT,
                                .content = {"abc", limit < 3 ? limit : 3},
                                .cut = limit < 3,
                                .size = 3};
}

START_TEST(overlay_asks_once)
{
    static const struct tree_engine engine = {.name = "counted",
                                              .lstat = counted_lstat,
                                              .read = counted_read};
    struct tree under = {.engine = &engine, .arena = arena};
    struct tree *o = overlay_new(arena, &under);
    calls = 0;
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(tree_read(o, "/f", 100).content.len, 3);
    ck_assert_int_eq(calls, 3); /* "/", "/f", the bytes */
    ck_assert(tree_read(o, "/f", 2).cut);
    ck_assert_int_eq(calls, 3);
}
END_TEST

START_TEST(changes_make_cases)
{
    struct err e = {0};
    const char *text =
        "[{\"do\":\"append\",\"path\":\"/etc/ssh/sshd_config\",\"text\":\"X\\n\"},"
        "{\"do\":\"replace\",\"path\":\"/etc/ssh/sshd_config\",\"old\":\"22\",\"new\":\"2222\"},"
        "{\"do\":\"mode\",\"path\":\"/srv/keys/a\",\"mode\":\"0666\"},"
        "{\"do\":\"write-hex\",\"path\":\"/bin/x\",\"hex\":\"00ff\",\"mode\":\"0755\"},"
        "{\"do\":\"symlink\",\"path\":\"/srv/keys\",\"target\":\"/k\"}]";
    CLEANUP_JSON struct json *changes = json_parse(bytes_of(text), NULL, &e);
    ck_assert_int_eq(fixture_change(tree, changes, &e), 0);
    struct read_answer r = tree_read(tree, "/etc/ssh/sshd_config", 100);
    ck_assert(bytes_equal_text(r.content, "Port 2222\nX\n"));
    ck_assert_uint_eq(tree_stat(tree, "/etc/ssh/sshd_config").node.mode, 0600);
    ck_assert_uint_eq(tree_stat(tree, "/bin/x").node.mode, 0755);
    ck_assert_uint_eq(tree_stat(tree, "/bin/x").node.size, 2);
    ck_assert_int_eq(tree_lstat(tree, "/srv/keys").node.type, NODE_SYMLINK);
    CLEANUP_JSON struct json *bad =
        json_parse(bytes_of("[{\"do\":\"remove\",\"path\":\"/none\"}]"), NULL, &e);
    ck_assert_int_ne(fixture_change(tree, bad, &e), 0);
}
END_TEST

START_TEST(memory_directories_can_be_large)
{
    for (int i = 0; i < 5000; i++) {
        char path[64];
        snprintf(path, sizeof path, "/big/%d", i);
        memory_tree_file(tree, path, bytes_of(""), 0644, 0, 0);
    }
    ck_assert_uint_eq(tree_list(tree, "/big").count, 5000);
    memory_tree_remove(tree, "/big");
    ck_assert_int_eq(tree_stat(tree, "/big/1").presence, PRESENCE_ABSENT);
    memory_tree_file(tree, "/big/1", bytes_of("x"), 0644, 0, 0);
    ck_assert_uint_eq(tree_list(tree, "/big").count, 1);
    ck_assert_uint_eq(tree_list(tree, "/").count, 3);
}
END_TEST

/* --- access lists --------------------------------------------------------------------------------
 */

#define ACL_VERSION "\x02\0\0\0"
#define ACL_NOBODY "\xff\xff\xff\xff"
static const struct {
    const char *bytes;
    size_t length;
    const char *text;
} access_lists[] = {
#define ACL(bytes, text) {bytes, sizeof bytes - 1, text}
    ACL(ACL_VERSION "\x01\0\7\0" ACL_NOBODY "\x02\0\5\0\xe1\x10\0\0\x04\0\4\0" ACL_NOBODY
                    "\x08\0\0\0\1\0\0\0\x10\0\5\0" ACL_NOBODY "\x20\0\2\0" ACL_NOBODY,
        "user::rwx,user:4321:r-x,group::r--,group:1:---,mask::r-x,other::-w-"),
    ACL("", NULL),
    ACL(ACL_VERSION, NULL),
    ACL(ACL_VERSION "\x01\0\7\0", NULL),
    ACL("\x03\0\0\0\x01\0\7\0" ACL_NOBODY, NULL),
    ACL(ACL_VERSION "\x03\0\7\0" ACL_NOBODY, NULL),
    ACL(ACL_VERSION "\x01\0\x08\0" ACL_NOBODY, NULL),
};

START_TEST(an_access_list_as_text)
{
    struct arena *a = arena_new(NULL, NULL);
    struct bytes value = {access_lists[_i].bytes, access_lists[_i].length};
    const char *text = acl_text(a, value);
    ck_assert_pstr_eq(text, access_lists[_i].text);
    arena_free(a);
}
END_TEST

START_TEST(an_attribute_that_is_another_once_more)
{
    ck_assert(xattr_is_echo("trusted.SGI_ACL_FILE") && xattr_is_echo("trusted.SGI_ACL_DEFAULT"));
    ck_assert(!xattr_is_echo("system.posix_acl_access") && !xattr_is_echo("trusted.other"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("guest");
    TCase *t = tcase_create("tree");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, links_stay_inside_the_guest);
    tcase_add_test(t, loops_end_and_say_so);
    tcase_add_test(t, absent_and_unreadable_differ);
    tcase_add_test(t, only_regular_files_are_read);
    tcase_add_test(t, below_a_gap_nothing_is_absent);
    tcase_add_test(t, globs_as_sshd_has_them);
    tcase_add_test(t, overlay_asks_once);
    tcase_add_test(t, changes_make_cases);
    tcase_add_test(t, memory_directories_can_be_large);
    suite_add_tcase(s, t);
    TCase *c = tcase_create("attributes");
    tcase_add_loop_test(c, an_access_list_as_text, 0, sizeof access_lists / sizeof *access_lists);
    tcase_add_test(c, an_attribute_that_is_another_once_more);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
