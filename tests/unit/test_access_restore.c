/* --restore-ssh: what was there before a reset, byte for byte, from the journal or from VMAccess.
 */
#include "reset_suite.h"

/* --- and back --------------------------------------------------------------------------------- */

static void restore(struct trial *t, struct tree *raw)
{
    plan(t, raw, (struct access_request){.restore_ssh = true});
}

static const char own_config[] =
    FILE_OF(CONFIG, "# mine\\nPort 2222\\nUsePAM yes\\nMaxAuthTries 4\\n") "," FILE_OF(
        DROPS "/x.conf", "LogLevel VERBOSE\\n");

START_TEST(test_restore)
{
    struct trial t;
    struct tree *raw = guest_tree(guests[_i]);
    change_tree(raw, own_config);
    const char *mine = content(raw, CONFIG);
    reset(&t, raw);
    const char *run = write_plan(&t, ACCESS_RESET_COMMAND);
    ck_assert_str_ne(content(raw, CONFIG), mine);
    plan_free(t.plan);
    restore(&t, raw);
    ck_assert_msg(t.plan != NULL, "%s: %s: %s", guests[_i], t.e.path, t.e.text);
    ck_assert_str_eq(content(t.tree, CONFIG), mine);
    ck_assert_str_eq(content(t.tree, DROPS "/x.conf"), "LogLevel VERBOSE\n");
    ck_assert_str_eq(content(t.tree, DROPS "/x.conf.diskmend"), "(nothing)");
    ck_assert_str_eq(content(t.tree, CONFIG ".diskmend"), "(nothing)");
    ck_assert_msg(is_noted(&t, run), "%s", all_notes(&t));
    /* Modes stay as the reset has put them. */
    ck_assert_int_eq((int)tree_stat(t.tree, "/etc/ssh").node.mode, 0755);
    write_plan(&t, "access");
    plan_free(t.plan);
    restore(&t, raw);
    ck_assert_msg(t.plan != NULL, "%s: %s", t.e.path, t.e.text);
    size_t count;
    overlay_edits(t.tree, &count);
    ck_assert_int_eq((int)count, 0);
    plan_free(t.plan);
}
END_TEST

/* The newest reset that stands counts, and nothing but a reset. */
START_TEST(test_restore_which)
{
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    restore(&t, raw);
    ck_assert(t.plan == NULL);
    ck_assert_int_eq(t.e.code, ERR_NOT_FOUND);
    change_tree(raw, own_config);
    reset(&t, raw);
    write_plan(&t, "repair");
    plan_free(t.plan);
    restore(&t, raw);
    ck_assert(t.plan == NULL);
    ck_assert_int_eq(t.e.code, ERR_NOT_FOUND);
}
END_TEST

/* What was there before the reset may be the very thing that locked everybody out. */
START_TEST(test_restore_broken)
{
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    change_tree(raw, FILE_OF(CONFIG, "Bogus yes\\n"));
    reset(&t, raw);
    write_plan(&t, ACCESS_RESET_COMMAND);
    plan_free(t.plan);
    restore(&t, raw);
    ck_assert(t.plan == NULL);
    ck_assert_int_eq(t.e.code, ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(t.e.text, "would not start"));
}
END_TEST

/* What was written since is not lost in silence; a link is undo's to bring back. */
START_TEST(test_restore_changed)
{
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    change_tree(raw, own_config);
    reset(&t, raw);
    write_plan(&t, ACCESS_RESET_COMMAND);
    plan_free(t.plan);
    change_tree(raw,
                "{\"do\":\"append\",\"path\":\"" CONFIG "\",\"text\":\"Banner none\\n\"},"
                "{\"do\":\"write\",\"path\":\"" DROPS "/x.conf\",\"text\":\"Banner none\\n\"}");
    restore(&t, raw);
    ck_assert_msg(t.plan != NULL, "%s: %s", t.e.path, t.e.text);
    ck_assert_msg(is_noted(&t, CONFIG " has changed since the reset"), "%s", all_notes(&t));
    ck_assert_msg(is_noted(&t, "x.conf.diskmend stays: there is a new"), "%s", all_notes(&t));
    ck_assert_str_eq(content(t.tree, DROPS "/x.conf"), "Banner none\n");
    ck_assert_ptr_nonnull(strstr(content(t.tree, CONFIG), "Port 2222"));
    plan_free(t.plan);
    raw = guest_tree("debian-12");
    change_tree(raw, FILE_OF("/srv/sshd_config",
                             "UsePAM yes\\n") ",{\"do\":\"symlink\",\"path\":\"" CONFIG
                                              "\",\"target\":\"/srv/sshd_config\"}");
    reset(&t, raw);
    ck_assert_msg(is_noted(&t, "was a link to /srv/sshd_config"), "%s", all_notes(&t));
    write_plan(&t, ACCESS_RESET_COMMAND);
    plan_free(t.plan);
    restore(&t, raw);
    ck_assert(t.plan == NULL);
    ck_assert_ptr_nonnull(strstr(t.e.text, "only undo brings that back"));
}
END_TEST

#define BACKUP "/var/cache/vmaccess/backup"

static const struct {
    const char *changes;
    const char *text; /* NULL: refused */
    enum err_code code;
} backups[] = {
    {FILE_OF(BACKUP, "Port 2222\\nUsePAM yes\\n"), "Port 2222\nUsePAM yes\n", ERR_NONE},
    {FILE_OF(CONFIG "_2024-01-02T03:04:05Z",
             "Port 1\\n") "," FILE_OF(CONFIG "_2025-01-02T03:04:05Z",
                                      "Port 2\\n") "," FILE_OF(CONFIG "_9999-evil", "Port 3\\n"),
     "Port 2\n", ERR_NONE},
    {FILE_OF(BACKUP, "Bogus yes\\n"), NULL, ERR_REFUSED},
    {FILE_OF(BACKUP, ""), NULL, ERR_REFUSED},
    {FILE_OF(BACKUP, "Port 1\\n") ",{\"do\":\"owner\",\"path\":\"" BACKUP
                                  "\",\"owner\":1000,\"group\":0}",
     NULL, ERR_NOT_FOUND},
    {FILE_OF(BACKUP, "Port 1\\n") ",{\"do\":\"mode\",\"path\":\"" BACKUP "\",\"mode\":\"0666\"}",
     NULL, ERR_NOT_FOUND},
    {FILE_OF(BACKUP,
             "Port 1\\n") ",{\"do\":\"mode\",\"path\":\"/var/cache/vmaccess\",\"mode\":\"0777\"}",
     NULL, ERR_NOT_FOUND},
    {"{\"do\":\"directory\",\"path\":\"/var/cache/"
     "vmaccess\"},{\"do\":\"symlink\",\"path\":\"" BACKUP "\",\"target\":\"/etc/shadow\"}",
     NULL, ERR_NOT_FOUND},
    {"{\"do\":\"directory\",\"path\":\"/var/cache/"
     "vmaccess\"},{\"do\":\"special\",\"path\":\"" BACKUP "\",\"type\":\"fifo\"}",
     NULL, ERR_NOT_FOUND},
};

START_TEST(test_vmaccess_backup)
{
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    change_tree(raw, backups[_i].changes);
    restore(&t, raw);
    ck_assert_msg((t.plan != NULL) == (backups[_i].text != NULL), "%s: %s", t.e.path, t.e.text);
    ck_assert_int_eq(t.e.code, backups[_i].code);
    if (t.plan)
        ck_assert_str_eq(content(t.tree, CONFIG), backups[_i].text);
    if (t.plan)
        plan_free(t.plan);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("access-restore");
    TCase *tc = tcase_create("restore");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_restore, 0, GUESTS);
    tcase_add_test(tc, test_restore_which);
    tcase_add_test(tc, test_restore_broken);
    tcase_add_test(tc, test_restore_changed);
    tcase_add_loop_test(tc, test_vmaccess_backup, 0, (int)(sizeof backups / sizeof *backups));
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
