/* --reset-ssh: heavily broken fixtures of every distribution, exact bytes after, nothing lost. */
#include "reset_suite.h"

/* What an admin, a tool and a bad day leave behind. */
static const char mess[] =
    "{\"do\":\"write\",\"path\":\"" CONFIG "\",\"text\":\"Port 2222\\nPermitRootLogn no\\n"
    "AllowUsers nobody\\nAuthenticationMethods publickey,password\\nUsePAM no\\n"
    "Subsystem sftp /opt/nowhere\\nMatch User ana\\n  PubkeyAuthentication no\\n\"},"
    "{\"do\":\"mode\",\"path\":\"" CONFIG "\",\"mode\":\"0777\"},"
    "{\"do\":\"owner\",\"path\":\"" CONFIG "\",\"owner\":1000,\"group\":1000},"
    "{\"do\":\"directory\",\"path\":\"" DROPS "\",\"mode\":\"0777\"},"
    "{\"do\":\"write\",\"path\":\"" DROPS "/00-mine.conf\",\"text\":\"DenyUsers *\\n\"},"
    "{\"do\":\"write\",\"path\":\"" DROPS "/99-junk.conf\",\"text\":\"\\u0001junk\\n\"},"
    "{\"do\":\"mode\",\"path\":\"/etc/ssh\",\"mode\":\"0777\"},"
    "{\"do\":\"owner\",\"path\":\"/etc/ssh\",\"owner\":1000,\"group\":1000}";
static const char mess_of_keys[] =
    "{\"do\":\"mode\",\"path\":\"/etc/ssh/ssh_host_rsa_key\",\"mode\":\"0666\"},"
    "{\"do\":\"remove\",\"path\":\"/etc/ssh/ssh_host_ed25519_key\"}";

static void mess_up(struct tree *raw)
{
    change_tree(raw, mess);
    if (tree_lstat(raw, "/etc/ssh/ssh_host_rsa_key").presence == PRESENCE_PRESENT)
        change_tree(raw, mess_of_keys);
}

START_TEST(test_every_guest)
{
    struct trial t;
    struct tree *raw = guest_tree(guests[_i]);
    mess_up(raw);
    const char *before = tree_text(overlay_new(arena, raw));
    reset(&t, raw);
    expect_clean(&t, guests[_i]);
    expect_idle(&t, guests[_i]);
    if (getenv("CASE_VERBOSE"))
        printf("%s:%s\n%s\n", guests[_i], all_notes(&t), content(t.tree, CONFIG));
    /* Kept, under names that no Include matches. */
    ck_assert_str_eq(content(t.tree, DROPS "/00-mine.conf.diskmend"), "DenyUsers *\n");
    ck_assert_str_eq(content(t.tree, DROPS "/99-junk.conf.diskmend"), "\001junk\n");
    ck_assert_ptr_nonnull(strstr(content(t.tree, CONFIG ".diskmend"), "Port 2222\n"));
    ck_assert_str_eq(content(t.tree, DROPS "/00-mine.conf"), "(nothing)");
    /* Modes and owners, too (azure-linux-extensions#485). */
    struct stat_answer s = tree_stat(t.tree, "/etc/ssh");
    ck_assert(s.node.mode == 0755 && s.node.uid == 0 && s.node.gid == 0);
    s = tree_stat(t.tree, CONFIG);
    ck_assert_msg((s.node.mode & 0177 & ~044u) == 0 && s.node.uid == 0, "%o", s.node.mode);
    s = tree_stat(t.tree, "/etc/ssh/ssh_host_rsa_key");
    ck_assert_msg((s.node.mode == 0600 || (s.node.mode == 0640 && s.node.gid != 0)) &&
                      s.node.uid == 0,
                  "%o", s.node.mode);
    ck_assert(tree_stat(t.tree, "/etc/ssh/ssh_host_ed25519_key").presence == PRESENCE_PRESENT);
    s = tree_stat(t.tree, DROPS);
    bool closed = tree_stat(t.tree, CONFIG).node.mode == 0600;
    ck_assert_msg(s.node.mode == (closed ? 0700 : 0755) && s.node.uid == 0, "%o", s.node.mode);
    /* Said: a factor that goes. */
    ck_assert_msg(is_noted(&t, "AuthenticationMethods is gone"), "%s", all_notes(&t));
    ck_assert_msg(is_noted(&t, "AllowUsers"), "%s", all_notes(&t));
    /* Written and undone byte for byte. */
    const char *run = write_plan(&t, ACCESS_RESET_COMMAND);
    struct tree *undo = plan_undo(raw, run, false, &t.e);
    ck_assert_msg(undo != NULL, "%s: %s", t.e.path, t.e.text);
    ck_assert_str_eq(tree_text(undo), before);
    plan_free(t.plan);
}
END_TEST

/* clang-format off: it takes changes that stand behind one another for calls, and a word a line. */

/* --- texts ------------------------------------------------------------------------------------ */

static void reset_with(struct trial *t, const char *guest, const char *changes)
{
    struct tree *raw = guest_tree(guest);
    change_tree(raw, changes);
    reset(t, raw);
}

/* The package's own copy comes before any text of ours (azure-linux-extensions#1768), byte for
 * byte; one that sets what no default sets does not. */
START_TEST(test_package_copy)
{
    struct trial t;
    reset_with(
        &t, "ubuntu-22.04",
        FILE_OF("/usr/share/openssh/sshd_config",
                "# as packaged\\nInclude /etc/ssh/sshd_config.d/*.conf\\n"
                "KbdInteractiveAuthentication no\\nUsePAM yes\\n") ","
               FILE_OF(CONFIG, "Port 2222\\n"));
    ck_assert_str_eq(content(t.tree, CONFIG),
                     "# as packaged\nInclude /etc/ssh/sshd_config.d/*.conf\n"
                     "KbdInteractiveAuthentication no\nUsePAM yes\n");
    ck_assert_str_eq(content(t.tree, CONFIG ".diskmend"), "Port 2222\n");
    expect_clean(&t, "ubuntu");
    plan_free(t.plan);
    reset_with(&t, "ubuntu-22.04",
               FILE_OF("/usr/share/openssh/sshd_config", "UsePAM yes\\nPermitRootLogin yes\\n"));
    ck_assert_ptr_null(strstr(content(t.tree, CONFIG), "PermitRootLogin"));
    /* Ubuntu gets Ubuntu's, with the Include that drop-ins need (peers lose both). */
    ck_assert_ptr_nonnull(
        strstr(content(t.tree, CONFIG), "Include /etc/ssh/sshd_config.d/*.conf\n"));
    ck_assert_ptr_nonnull(strstr(content(t.tree, CONFIG), "/usr/lib/openssh/sftp-server\n"));
    ck_assert_msg(is_noted(&t, "diskmend's text for ubuntu"), "%s", all_notes(&t));
    plan_free(t.plan);
}
END_TEST

START_TEST(test_suse_vendor_file)
{
    struct trial t;
    reset_with(
        &t, "sles-15",
        FILE_OF(
            "/usr/etc/ssh/sshd_config",
            "Include /etc/ssh/sshd_config.d/*.conf\\nUsePAM yes\\n") ","
               FILE_OF(CONFIG, "Bogus yes\\n"));
    ck_assert_str_eq(content(t.tree, CONFIG), "(nothing)");
    ck_assert_str_eq(content(t.tree, CONFIG ".diskmend"), "Bogus yes\n");
    ck_assert_str_eq(t.plan->after->facts->sshd->path, "/usr/etc/ssh/sshd_config");
    expect_clean(&t, "sles");
    expect_idle(&t, "sles");
    plan_free(t.plan);
}
END_TEST

START_TEST(test_unknown_distribution)
{
    struct trial t;
    reset_with(
        &t, "debian-12",
        "{\"do\":\"remove\",\"path\":\"/var/lib/dpkg/status\"}," FILE_OF(
            "/etc/os-release",
            "ID=plan9\\nNAME=\\\"Plan 9\\\"\\n") ","
               FILE_OF("/usr/lib/os-release", "ID=plan9\\nPRETTY_NAME=\\\"Plan 9\\\"\\n") ","
               FILE_OF(CONFIG, "Bogus yes\\n"));
    expect_clean(&t, "unknown");
    ck_assert_msg(is_noted(&t, "not one whose defaults are known"), "%s", all_notes(&t));
    ck_assert_ptr_nonnull(strstr(content(t.tree, CONFIG), "UsePAM yes\n"));
    plan_free(t.plan);
}
END_TEST

/* Families of which no fixture is a whole guest. */
static const struct {
    const char *id, *family;
} families[] = {{"azurelinux", "azurelinux"}, {"mariner", "azurelinux"},
                {"flatcar", "flatcar"},       {"ol", "rhel"},
                {"opensuse-leap", "suse"},    {"arch", "arch"},
                {"void", "generic"}};

START_TEST(test_family)
{
    struct trial t;
    const char *release = arena_printf(arena, "ID=%s\\nPRETTY_NAME=X\\n", families[_i].id);
    reset_with(&t, "rhel-9",
               arena_printf(arena,
                            "{\"do\":\"write\",\"path\":\"/etc/os-release\",\"text\":\"%s\"},"
                            "{\"do\":\"write\",\"path\":\"/usr/lib/os-release\",\"text\":\"%s\"},"
                            "%s",
                            release, release, FILE_OF(CONFIG, "Bogus yes\\n")));
    ck_assert_msg(is_noted(&t, arena_printf(arena, "diskmend's text for %s", families[_i].family)),
                  "%s: %s", families[_i].id, all_notes(&t));
    ck_assert_ptr_null(sshd_config_verdict(t.plan->after->facts->sshd));
    plan_free(t.plan);
}
END_TEST

/* Flatcar's own link to its read-only copy is as it is shipped. */
START_TEST(test_flatcar_link)
{
    struct trial t;
    reset_with(
        &t, "rhel-9",
        FILE_OF("/etc/os-release", "ID=flatcar\\n") ","
               FILE_OF(
            "/usr/lib/os-release",
            "ID=flatcar\\n") ","
               FILE_OF("/usr/share/ssh/sshd_config",
                                         "UsePAM yes\\n") ","
               "{\"do\":\"symlink\",\"path\":\"" CONFIG "\","
               "\"target\":\"../../usr/share/ssh/sshd_config\"}");
    ck_assert_int_eq(tree_lstat(t.tree, CONFIG).node.type, NODE_SYMLINK);
    plan_free(t.plan);
}
END_TEST

/* Not a plain file: whatever it is goes aside, the text comes into its place. */
START_TEST(test_odd_files)
{
    static const char *const odd[] = {
        "{\"do\":\"remove\",\"path\":\"" CONFIG "\"}",
        "{\"do\":\"symlink\",\"path\":\"" CONFIG "\",\"target\":\"/srv/sshd_config\"}",
        "{\"do\":\"symlink\",\"path\":\"" CONFIG "\",\"target\":\"sshd_config\"}",
        "{\"do\":\"special\",\"path\":\"" DROPS "/10-x.conf\",\"type\":\"fifo\"}",
        "{\"do\":\"symlink\",\"path\":\"" DROPS "/10-x.conf\",\"target\":\"/srv/gone\"}",
        "{\"do\":\"directory\",\"path\":\"" DROPS "/10-x.conf\"}",
        FILE_OF(CONFIG, "")};
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    change_tree(raw, odd[_i]);
    const char *before = tree_text(overlay_new(arena, raw));
    reset(&t, raw);
    expect_clean(&t, odd[_i]);
    expect_idle(&t, odd[_i]);
    const char *run = write_plan(&t, ACCESS_RESET_COMMAND);
    struct tree *undo = plan_undo(raw, run, false, &t.e);
    ck_assert_msg(undo != NULL, "%s: %s: %s", odd[_i], t.e.path, t.e.text);
    ck_assert_str_eq(tree_text(undo), before);
    plan_free(t.plan);
}
END_TEST

/* No undo could make it again. */
START_TEST(test_fifo)
{
    struct trial t;
    struct tree *raw = guest_tree("debian-12");
    change_tree(raw, "{\"do\":\"special\",\"path\":\"" CONFIG "\",\"type\":\"fifo\"}");
    plan(&t, raw, (struct access_request){.reset_ssh = true});
    ck_assert(t.plan == NULL);
    ck_assert_int_eq(t.e.code, ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(t.e.text, "diskmend repair disk --allow sshd-config-unreadable"));
}
END_TEST

/* --- drop-ins --------------------------------------------------------------------------------- */

START_TEST(test_cloud_drop_in)
{
    struct trial t;
    reset_with(&t, "debian-13",
               FILE_OF(DROPS "/50-cloud-init.conf",
                       "PasswordAuthentication no\\nPort 2222\\nBogus\\nMatch User bob\\n"
                       "  PasswordAuthentication yes\\n") ","
               FILE_OF(DROPS "/50-cloud-init.conf.bak", "junk\\n"));
    /* Passwords stay forbidden where the owner's image forbids them; the rest stays readable. */
    ck_assert_str_eq(content(t.tree, DROPS "/50-cloud-init.conf"),
                     "PasswordAuthentication no\n# diskmend reset-ssh: Port 2222\n"
                     "# diskmend reset-ssh: Bogus\n# diskmend reset-ssh: Match User bob\n"
                     "# diskmend reset-ssh:   PasswordAuthentication yes\n");
    ck_assert_str_eq(content(t.tree, DROPS "/50-cloud-init.conf.bak"), "junk\n");
    ck_assert_str_eq(sshd_config_value(t.plan->after->facts->sshd, "PasswordAuthentication"), "no");
    expect_clean(&t, "cloud");
    plan_free(t.plan);
    /* A value that no sshd takes. */
    reset_with(&t, "debian-13",
               FILE_OF(DROPS "/50-cloud-init.conf", "PasswordAuthentication nö\\n"));
    ck_assert_str_eq(content(t.tree, DROPS "/50-cloud-init.conf"),
                     "# diskmend reset-ssh: PasswordAuthentication nö\n");
    expect_clean(&t, "cloud");
    ck_assert_msg(is_noted(&t, "PasswordAuthentication was") ||
                      strcmp(sshd_config_value(t.plan->before->facts->sshd,
                                               "PasswordAuthentication"),
                             "yes") == 0,
                  "%s", all_notes(&t));
    plan_free(t.plan);
    /* What opens passwords is said. */
    reset_with(&t, "debian-12", FILE_OF(CONFIG, "PasswordAuthentication no\\nUsePAM yes\\n"));
    ck_assert_msg(is_noted(&t, "PasswordAuthentication was \"no\" and is \"yes\" now"), "%s",
                  all_notes(&t));
    plan_free(t.plan);
}
END_TEST

/* RHEL 9 keeps its crypto policy, and gets it back where its drop-in is gone. */
START_TEST(test_crypto_policy)
{
    struct trial t;
    reset_with(&t, "rhel-9", NULL);
    ck_assert_ptr_nonnull(strstr(content(t.tree, DROPS "/50-redhat.conf"), "opensshserver.config"));
    plan_free(t.plan);
    reset_with(&t, "rhel-9", "{\"do\":\"remove\",\"path\":\"" DROPS "/50-redhat.conf\"}");
    ck_assert_ptr_nonnull(
        strstr(content(t.tree, DROPS "/50-redhat.conf"),
               "\nInclude /etc/crypto-policies/back-ends/opensshserver.config\n"));
    ck_assert_int_eq((int)tree_stat(t.tree, DROPS "/50-redhat.conf").node.mode, 0600);
    expect_clean(&t, "rhel-9");
    expect_idle(&t, "rhel-9");
    plan_free(t.plan);
    /* An Include of somebody's own does not stay in it. */
    reset_with(&t, "rhel-9",
               "{\"do\":\"append\",\"path\":\"" DROPS
               "/50-redhat.conf\",\"text\":\"Include /srv/mine\\n\"}");
    ck_assert_ptr_nonnull(strstr(content(t.tree, DROPS "/50-redhat.conf"),
                                 "\n# diskmend reset-ssh: Include /srv/mine\n"));
    plan_free(t.plan);
}
END_TEST

/* --- what surrounds the file -------------------------------------------------------------------
 */

START_TEST(test_start)
{
    struct trial t;
    reset_with(
        &t, "debian-12",
        FILE_OF(
            "/etc/default/ssh",
            "# options\\nSSHD_OPTS=\\\"-p 2222 \\\\\\n "
            "-oPort=23\\\"\\nX=1\\n") ","
               FILE_OF("/etc/systemd/system/ssh.service.d/mine.conf", "[Service]\\nExecStart=\\n"
               "ExecStart=/usr/sbin/sshd -D -p 2022\\n") ","
               "{\"do\":\"remove\","
               "\"path\":\"/etc/systemd/system/multi-user.target.wants/ssh.service\"}");
    ck_assert_str_eq(content(t.tree, "/etc/default/ssh"),
                     "# options\n# diskmend reset-ssh: SSHD_OPTS=\"-p 2222 \\\n"
                     "# diskmend reset-ssh:  -oPort=23\"\nX=1\n");
    ck_assert(tree_lstat(t.tree, "/etc/systemd/system/ssh.service.d/mine.conf").presence ==
              PRESENCE_ABSENT);
    ck_assert(
        tree_lstat(t.tree, "/etc/systemd/system/multi-user.target.wants/ssh.service").presence ==
        PRESENCE_PRESENT);
    expect_clean(&t, "start");
    plan_free(t.plan);
    reset_with(
        &t, "rhel-9",
        FILE_OF(
            "/etc/sysconfig/sshd",
            "OPTIONS=-oPasswordAuthentication=yes\\n") ","
               "{\"do\":\"symlink\",\"path\":\"/etc/systemd/system/sshd.service\","
               "\"target\":\"/dev/null\"}");
    expect_clean(&t, "masked");
    ck_assert_str_eq(content(t.tree, "/etc/sysconfig/sshd"),
                     "# diskmend reset-ssh: OPTIONS=-oPasswordAuthentication=yes\n");
    plan_free(t.plan);
}
END_TEST

START_TEST(test_firewall)
{
    struct trial t;
    reset_with(
        &t, "debian-12",
        FILE_OF(
            "/etc/iptables/rules.v4",
            "*filter\\n:INPUT DROP [0:0]\\n:FORWARD DROP [0:0]\\n:OUTPUT ACCEPT [0:0]\\n"
            "-A INPUT -p tcp -m tcp --dport 22 -j DROP\\nCOMMIT\\n") ","
               FILE_OF("/usr/lib/systemd/system/netfilter-persistent.service", "[Service]\\n"
               "Type=oneshot\\nExecStart=/usr/sbin/netfilter-persistent start\\n[Install]\\n"
               "WantedBy=multi-user.target\\n") ","
               "{\"do\":\"write\",\"path\":\"/usr/sbin/netfilter-persistent\",\"text\":\"x\","
               "\"mode\":\"0755\"},"
               "{\"do\":\"write\","
               "\"path\":\"/usr/share/netfilter-persistent/plugins.d/15-ip4tables\","
               "\"text\":\"x\",\"mode\":\"0755\"},"
               "{\"do\":\"symlink\","
               "\"path\":\"/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service\","
               "\"target\":\"/usr/lib/systemd/system/netfilter-persistent.service\"}");
    expect_clean(&t, "firewall");
    ck_assert_ptr_nonnull(
        strstr(content(t.tree, "/etc/iptables/rules.v4"),
               "--dport 22 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j DROP"));
    plan_free(t.plan);
}
END_TEST

/* A second factor goes with the reset, and not in silence (azure-linux-extensions#1810). */
START_TEST(test_second_factor)
{
    struct trial t;
    reset_with(&t, "rhel-9",
               FILE_OF(DROPS "/00-mfa.conf",
                       "KbdInteractiveAuthentication yes\\nMatch User ana\\n"
                       "  AuthenticationMethods publickey,keyboard-interactive\\n"));
    ck_assert_msg(is_noted(&t, "AuthenticationMethods is gone"), "%s", all_notes(&t));
    ck_assert_msg(is_noted(&t, "KbdInteractiveAuthentication was \"yes\" and is \"no\" now"), "%s",
                  all_notes(&t));
    plan_free(t.plan);
}
END_TEST

/* Twice in one second, or a hundred times: no backup is ever written over (#272). */
START_TEST(test_many_backups)
{
    struct tree *raw = guest_tree("debian-12");
    for (int i = 1; i <= 3; i++) {
        struct trial t;
        change_tree(raw, arena_printf(arena,
                                      "{\"do\":\"write\",\"path\":\"" CONFIG
                                      "\",\"text\":\"Port %d\\n\"},"
                                      "{\"do\":\"write\",\"path\":\"" DROPS
                                      "/x.conf\",\"text\":\"Port %d\\n\"}",
                                      i, i));
        reset(&t, raw);
        write_plan(&t, ACCESS_RESET_COMMAND);
        plan_free(t.plan);
    }
    ck_assert_str_eq(content(raw, CONFIG ".diskmend"), "Port 1\n");
    ck_assert_str_eq(content(raw, CONFIG ".diskmend-2"), "Port 2\n");
    ck_assert_str_eq(content(raw, CONFIG ".diskmend-3"), "Port 3\n");
    ck_assert_str_eq(content(raw, DROPS "/x.conf.diskmend-3"), "Port 3\n");
}
END_TEST

/* clang-format on */

static Suite *suite(void)
{
    Suite *s = suite_create("access-reset");
    TCase *tc = tcase_create("reset");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_every_guest, 0, GUESTS);
    tcase_add_test(tc, test_package_copy);
    tcase_add_test(tc, test_suse_vendor_file);
    tcase_add_test(tc, test_unknown_distribution);
    tcase_add_loop_test(tc, test_family, 0, (int)(sizeof families / sizeof *families));
    tcase_add_test(tc, test_flatcar_link);
    tcase_add_loop_test(tc, test_odd_files, 0, 7);
    tcase_add_test(tc, test_fifo);
    tcase_add_test(tc, test_cloud_drop_in);
    tcase_add_test(tc, test_crypto_policy);
    tcase_add_test(tc, test_start);
    tcase_add_test(tc, test_firewall);
    tcase_add_test(tc, test_second_factor);
    tcase_add_test(tc, test_many_backups);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
