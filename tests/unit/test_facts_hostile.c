/* facts/: guests made to cost much. Each is judged in bounded time and memory, and the limit that
 * it hits is said. */
#include "facts_suite.h"

#include "base/limits.h"
#include "base/strbuf.h"

/* Far below what a worker may have, far above what an honest guest needs. */
#define MEMORY_MOST (600u * 1024u * 1024u)

static const char *repeat(const char *text, size_t times)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (size_t i = 0; i < times; i++)
        strbuf_add(&s, text);
    return s.ptr;
}

static struct facts *gather_within_bounds(void)
{
    struct facts *f = gather();
    ck_assert_uint_lt(arena_used(arena), MEMORY_MOST);
    return f;
}

START_TEST(links_in_circles_below_an_include)
{
    for (int i = 0; i < 30; i++)
        memory_tree_symlink(tree, arena_printf(arena, "/d/l%d", i), ".");
    put("/etc/ssh/sshd_config", arena_printf(arena, "Include /d%s/x\nPort 22\n", repeat("/*", 30)),
        0644, 0, 0);
    struct facts *f = gather_within_bounds();
    ck_assert(f->sshd->unreadable);
    ck_assert_ptr_nonnull(strstr(f->sshd->unreadable_reason, "a limit was hit"));
}
END_TEST

START_TEST(key_patterns_that_fit_everything)
{
    for (int i = 0; i < 30; i++)
        memory_tree_symlink(tree, arena_printf(arena, "/d/l%d", i), ".");
    put("/usr/sbin/sshd", "OpenSSH_10.0p2\n", 0755, 0, 0);
    put("/etc/ssh/sshd_config",
        arena_printf(arena, "AuthorizedKeysFile /d%s/x\n", repeat("/*", 30)), 0644, 0, 0);
    struct facts *f = gather_within_bounds();
    ck_assert(has_gap(f, "key_file"));
    vec_each (file, &f->key_files) /* not looked at is not missing */
        if (strncmp(file->path, "/d", 2) == 0)
            ck_assert_str_eq(file->state, "unreadable");
}
END_TEST

START_TEST(library_paths_that_include_themselves)
{
    put("/etc/ld.so.conf", repeat("include /etc/ld.so.conf\n", 20000), 0644, 0, 0);
    gather_within_bounds();
}
END_TEST

START_TEST(boot_options_named_in_every_line)
{
    put("/boot/loader/entries/a.conf", repeat("options $kernelopts\n", 20000), 0644, 0, 0);
    put("/boot/grub2/grubenv", arena_printf(arena, "kernelopts=%s\n", repeat("a ", 100000)), 0644,
        0, 0);
    ck_assert(has_gap(gather_within_bounds(), "boot"));
}
END_TEST

START_TEST(unit_variables_used_again_and_again)
{
    put("/etc/systemd/system/ssh.service",
        arena_printf(arena, "[Service]\nEnvironment=A=%s\nExecStart=/usr/sbin/sshd %s %s\n",
                     repeat("b", 100000), repeat("${A}", 50000), repeat("${", 100000)),
        0644, 0, 0);
    gather_within_bounds();
}
END_TEST

START_TEST(hosts_searched_for_every_address)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (int i = 0; i < 600; i++)
        strbuf_printf(&s, "ListenAddress aa%d\n", i);
    put("/etc/hosts", repeat("a aa aa aa aa\n", 60000), 0644, 0, 0);
    put("/etc/ssh/sshd_config", s.ptr, 0644, 0, 0);
    gather_within_bounds();
}
END_TEST

START_TEST(one_key_file_for_everybody)
{
    struct strbuf passwd;
    strbuf_init(&passwd, arena);
    strbuf_add(&passwd, "root:x:0:0::/root:/bin/bash\nsshd:x:101:65534::/:/usr/sbin/nologin\n");
    for (int i = 0; i < 2000; i++)
        strbuf_printf(&passwd, "u%d:x:%d:%d::/:/bin/bash\n", i, 2000 + i, 2000 + i);
    put("/etc/passwd", passwd.ptr, 0644, 0, 0);
    put("/etc/ssh/keys", repeat("not a key, but long enough to cost something\n", 5000), 0644, 0,
        0);
    put("/etc/ssh/sshd_config", "AuthorizedKeysFile /etc/ssh/keys\n", 0644, 0, 0);
    struct facts *f = gather_within_bounds();
    ck_assert(has_gap(f, "key"));
    vec_each (file, &f->key_files)
        if (strcmp(file->path, "/etc/ssh/keys") == 0)
            ck_assert_int_eq(file->lines, 5000);
}
END_TEST

START_TEST(secrets_in_the_wrong_place)
{
#define HASH "$6$saltsalt$CANARYCANARYCANARYCANARY"
    put("/etc/passwd", "root:x:0:0::/root:/bin/bash\nh:x:5:5::" HASH ":/bin/bash\n" HASH "\n", 0644,
        0, 0);
    put("/etc/group", "root:x:0:root," HASH "\n" HASH ":x:9:\n", 0644, 0, 0);
    put("/etc/ssh/sshd_config",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nCANARYkey\n-----END OPENSSH PRIVATE KEY-----\n"
        "NoSuchWord x\nInclude /etc/shadow\n",
        0644, 0, 0);
    put("/etc/shadow", "root:CANARYdes13:1::::::\nx:" HASH ":1::::::\n", 0600, 0, 0);
    put("/etc/fstab", "//nas/x /srv cifs user=u,PASS=CANARY,password2=CANARY,nofail 0 0\n", 0644, 0,
        0);
    struct json *document = facts_document(gather());
    ck_assert_ptr_null(strstr(json_print(arena, document, false), "CANARY"));
    ck_assert_ptr_nonnull(strstr(json_print(arena, document, false), "NoSuchWord"));
    json_free(document);
}
END_TEST

START_TEST(what_is_cut_is_said)
{
    static const struct {
        const char *path, *section;
    } files[] = {{"/etc/fstab", "mount"},         {"/etc/sudoers", "sudo"},
                 {"/etc/os-release", "os"},       {"/etc/default/grub", "boot"},
                 {"/etc/selinux/config", "conf"}, {"/etc/systemd/system/ssh.service", "unit"},
                 {"/etc/nsswitch.conf", "nsswitch"}};
    const char *text = repeat("# a comment of some length, and many more of its kind\n", 20000);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(files[i].path, text, 0644, 0, 0);
    struct facts *f = gather_within_bounds();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        ck_assert_msg(has_gap(f, files[i].section), "%s is cut in silence", files[i].path);
}
END_TEST

/* A version that could stand in what was not read is not taken from elsewhere in silence. */
START_TEST(a_large_package_database_is_said)
{
    size_t size = LIMIT_BINARY_BYTES + 1;
    char *text = arena_alloc(arena, size);
    memset(text, '\n', size);
    memory_tree_file(tree, "/var/lib/dpkg/status", (struct bytes){text, size}, 0644, 0, 0);
    put("/usr/sbin/sshd", "no banner\n", 0755, 0, 0);
    ck_assert(has_gap(gather(), "os"));
}
END_TEST

START_TEST(a_large_binary_is_said)
{
    size_t size = LIMIT_BINARY_BYTES + 1;
    char *text = arena_alloc(arena, size);
    memset(text, ' ', size);
    memory_tree_file(tree, "/usr/sbin/sshd", (struct bytes){text, size}, 0755, 0, 0);
    ck_assert(has_gap(gather(), "os"));
}
END_TEST

START_TEST(more_drop_ins_than_are_read)
{
    put("/etc/systemd/system/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D\n", 0644, 0, 0);
    for (unsigned i = 0; i <= LIMIT_DROP_INS; i++)
        put(arena_printf(arena, "/etc/systemd/system/ssh.service.d/%u.conf", i), "", 0644, 0, 0);
    ck_assert(has_gap(gather_within_bounds(), "unit"));
}
END_TEST

START_TEST(more_mounts_than_are_looked_at)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (int i = 0; i < 1100; i++)
        strbuf_printf(&s, "UUID=a%d /m%d ext4 defaults 0 2\n", i, i);
    put("/etc/fstab", s.ptr, 0644, 0, 0);
    struct facts *f = gather_within_bounds();
    ck_assert_uint_eq(f->mounts.count, 1100);
    ck_assert(has_gap(f, "mount"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("facts: hostile guests");
    TCase *t = tcase_create("hostile");
    tcase_add_checked_fixture(t, facts_begin, facts_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, links_in_circles_below_an_include);
    tcase_add_test(t, key_patterns_that_fit_everything);
    tcase_add_test(t, library_paths_that_include_themselves);
    tcase_add_test(t, boot_options_named_in_every_line);
    tcase_add_test(t, unit_variables_used_again_and_again);
    tcase_add_test(t, hosts_searched_for_every_address);
    tcase_add_test(t, one_key_file_for_everybody);
    tcase_add_test(t, secrets_in_the_wrong_place);
    tcase_add_test(t, what_is_cut_is_said);
    tcase_add_test(t, a_large_package_database_is_said);
    tcase_add_test(t, a_large_binary_is_said);
    tcase_add_test(t, more_drop_ins_than_are_read);
    tcase_add_test(t, more_mounts_than_are_looked_at);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
