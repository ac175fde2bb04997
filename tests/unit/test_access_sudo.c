/* Sudo as access is asked for it, one rule a person; and accounts removed: exact bytes after, what
 * is refused, what stays. */
#include "access_suite.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

#define ED      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINJqLwtwXL+bJUd2URqltIWaQ06bNxzXrw8IPEnRxTg0"
#define SUDOERS "/etc/sudoers"
#define OURS    "/etc/sudoers.d/90-diskmend-ana"

static struct access_request sudo_for(const char *user, enum access_sudo sudo)
{
    return (struct access_request){.user = user, .sudo = sudo};
}

static enum sudo_kind sudo_of(const char *user)
{
    vec_each (walk, &plan->after->subjects->walks)
        if (strcmp(walk->subject.user, user) == 0 && walk->subject.method == METHOD_PUBLICKEY)
            return walk->sudo;
    return SUDO_NOT_JUDGED;
}

static bool is_there(const char *path)
{
    return tree_lstat(tree, path).presence == PRESENCE_PRESENT;
}

/* --- sudo --------------------------------------------------------------------------------------
 */

static const struct granted {
    const char *name, *sudoers, *drop_in; /* /etc/sudoers.d/x; NULL: none */
    bool is_member;                       /* of group sudo, before */
    enum access_sudo asked;
    const char *then, *drop_in_then, *ours; /* NULL: as before; OURS: not there */
    bool joins;
} granted[] = {
    {"by the group", "%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n", NULL, false,
     ACCESS_SUDO_PASSWORD, NULL, NULL, NULL, true},
    {"the group gives it already", "%sudo ALL=(ALL:ALL) ALL\n", NULL, true, ACCESS_SUDO_PASSWORD,
     NULL, NULL, NULL, true},
    {"no rule for the group", "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", NULL, false,
     ACCESS_SUDO_PASSWORD, NULL, NULL, "ana ALL=(ALL:ALL) ALL\n", false},
    {"no directory either", "root ALL=(ALL) ALL", NULL, false, ACCESS_SUDO_PASSWORD,
     "root ALL=(ALL) ALL\nana ALL=(ALL:ALL) ALL\n", NULL, NULL, false},
    {"the group needs none", "%sudo ALL=(ALL:ALL) NOPASSWD: ALL\n", NULL, false,
     ACCESS_SUDO_NOPASSWD, NULL, NULL, NULL, true},
    {"behind the group", "%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n", NULL, true,
     ACCESS_SUDO_NOPASSWD, NULL, NULL, "ana ALL=(ALL:ALL) NOPASSWD: ALL\n", true},
    {"her rule gets the tag", "@includedir /etc/sudoers.d\n", "ana ALL=(ALL) ALL\n", false,
     ACCESS_SUDO_NOPASSWD, NULL, "ana ALL=(ALL) NOPASSWD: ALL\n", NULL, false},
    {"cloud-init's rule changed", "@includedir /etc/sudoers.d\n",
     "# Created by cloud-init\n\n# User rules for ana\nana ALL=(ALL) NOPASSWD:ALL\n", false,
     ACCESS_SUDO_PASSWORD, NULL,
     "# Created by cloud-init\n\n# User rules for ana\nana ALL=(ALL) PASSWD:ALL\n", NULL, false},
    {"… and kept when nothing is said", "@includedir /etc/sudoers.d\n",
     "ana ALL=(ALL) NOPASSWD:ALL\n", false, ACCESS_SUDO_KEEP, NULL, NULL, NULL, false},
    {"… on two lines", "@includedir /etc/sudoers.d\n", "ana ALL=(ALL) \\\n  NOPASSWD : ALL\n",
     false, ACCESS_SUDO_PASSWORD, NULL, "ana ALL=(ALL) \\\n  PASSWD : ALL\n", NULL, false},
    {"everybody asks for none", "Defaults !authenticate\nana ALL=(ALL) ALL\n", NULL, false,
     ACCESS_SUDO_PASSWORD, "Defaults !authenticate\nana ALL=(ALL) PASSWD: ALL\n", NULL, NULL,
     false},
    {"shared with another", "ana, root ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n", NULL,
     false, ACCESS_SUDO_PASSWORD, NULL, NULL, "ana ALL=(ALL:ALL) ALL\n", false},
    {"denied by name", "%sudo ALL=(ALL:ALL) ALL\nana ALL=(ALL) !ALL\n@includedir /etc/sudoers.d\n",
     NULL, true, ACCESS_SUDO_PASSWORD, NULL, NULL, "ana ALL=(ALL:ALL) ALL\n", true},
    {"root's password (SUSE)", "Defaults targetpw\nALL ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
     NULL, false, ACCESS_SUDO_PASSWORD, NULL, NULL, "Defaults:ana !targetpw\n", false},
};

START_TEST(sudo_rule)
{
    const struct granted *row = &granted[_i];
    guest("debian-12");
    write_at(SUDOERS, row->sudoers);
    if (!row->is_member)
        change_at("/etc/group", "\nsudo:x:27:ana\n", "\nsudo:x:27:\n");
    if (row->drop_in) {
        memory_tree_file(raw, "/etc/sudoers.d/x", bytes_of(row->drop_in), 0440, 0, 0);
        tree = overlay_new(arena, raw);
    }
    do_access(sudo_for("ana", row->asked));
    const char *then = row->then ? row->then : row->sudoers;
    ck_assert_msg(strcmp(text_at(SUDOERS), then) == 0, "%s: %s", row->name, text_at(SUDOERS));
    if (row->drop_in) {
        const char *drop_in = row->drop_in_then ? row->drop_in_then : row->drop_in;
        ck_assert_msg(strcmp(text_at("/etc/sudoers.d/x"), drop_in) == 0, "%s: %s", row->name,
                      text_at("/etc/sudoers.d/x"));
    }
    ck_assert_msg(is_there(OURS) == (row->ours != NULL), "%s", row->name);
    if (row->ours)
        ck_assert_str_eq(text_at(OURS), row->ours);
    ck_assert_msg((strstr(text_at("/etc/group"), "\nsudo:x:27:ana\n") != NULL) == row->joins, "%s",
                  row->name);
    if (row->asked != ACCESS_SUDO_KEEP)
        ck_assert_int_eq(sudo_of("ana"),
                         row->asked == ACCESS_SUDO_PASSWORD ? SUDO_PASSWORD : SUDO_NOPASSWD);
    expect_idle(sudo_for("ana", row->asked));
}
END_TEST

static const char *const healthy[] = {"debian-11",    "debian-12", "debian-13",   "ubuntu-22.04",
                                      "ubuntu-24.04", "rhel-8",    "rhel-9",      "rocky-9",
                                      "alma-9",       "sles-15",   "amazon-2023", "alpine-3"};

/* Made with a password's hash: PASSWORD unless said otherwise, and the drop-in as sudo wants it. */
START_TEST(new_people)
{
    static const char secret[] = "correct horse battery";
    struct access_request request = {.user = "bela.k",
                                     .create = ACCESS_CREATE_NEW,
                                     .password = {secret, sizeof secret - 1}};
    guest(healthy[_i]);
    do_access(request);
    ck_assert_msg(sudo_of("bela.k") == SUDO_PASSWORD, "%s: %s\n%s", healthy[_i],
                  sudo_kind_name(sudo_of("bela.k")), notes());
    guest(healthy[_i]);
    request.sudo = ACCESS_SUDO_NOPASSWD;
    do_access(request);
    ck_assert_msg(sudo_of("bela.k") == SUDO_NOPASSWD, "%s: %s", healthy[_i], notes());
    const char *ours = "/etc/sudoers.d/90-diskmend-bela_k";
    struct stat_answer s = tree_lstat(tree, ours);
    if (s.presence == PRESENCE_PRESENT)
        ck_assert_msg(s.node.mode == 0440 && s.node.uid == 0 && s.node.gid == 0, "%o", s.node.mode);
    vec_each (fact, &plan->after->facts->sudo)
        ck_assert_str_ne(fact->item, "error");
    guest(healthy[_i]);
    request.sudo = ACCESS_SUDO_KEEP;
    do_access(request);
    ck_assert_int_eq(sudo_of("bela.k") == SUDO_NOPASSWD, 0);
}
END_TEST

START_TEST(sudo_is_not_there)
{
    guest("debian-12");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"/usr/bin/sudo\"}");
    tree = overlay_new(arena, raw);
    struct access_key_text key = {"k", bytes_of(ED "\n")};
    struct access_request request = sudo_for("ana", ACCESS_SUDO_NOPASSWD);
    request.keys = &key;
    request.key_count = 1;
    do_access(request);
    expect_note("sudo is not installed on this guest, so ana was given none");
    ck_assert_ptr_nonnull(strstr(text_at("/home/ana/.ssh/authorized_keys"), ED));
    guest("debian-12");
    do_access(sudo_for("root", ACCESS_SUDO_NOPASSWD));
    expect_note("root is root already");
    ck_assert_int_eq((int)edit_count(), 0);
}
END_TEST

/* Nobody is left without a way to root by a password that nobody has. */
START_TEST(password_that_is_none)
{
    guest("debian-12");
    write_at(SUDOERS, "ana ALL=(ALL) NOPASSWD: ALL\n");
    write_at("/etc/shadow", "root:*:20000:0:99999:7:::\nana:*:20000:0:99999:7:::\n");
    expect_refusal(sudo_for("ana", ACCESS_SUDO_PASSWORD), "nobody could become root any more");
}
END_TEST

/* --- accounts removed --------------------------------------------------------------------------
 */

#define BOB "/home/bob"

/* debian-12 with bob (1001), who has all that an account can have. */
static void with_bob(void)
{
    guest("debian-12");
    change_tree(
        raw,
        "{\"do\":\"append\",\"path\":\"/etc/passwd\",\"text\":\"bob:x:1001:1001:Bob:/home/bob:/bin/"
        "bash\\n\"},{\"do\":\"append\",\"path\":\"/etc/shadow\",\"text\":\"bob:*:20000:0:99999:7:::"
        "\\n\"},{\"do\":\"append\",\"path\":\"/etc/"
        "group\",\"text\":\"bob:x:1001:\\nteam:x:2000:ana,"
        "bob,eve\\nbobby:x:2001:bobby\\n\"},{\"do\":\"append\",\"path\":\"/etc/gshadow\",\"text\":"
        "\"bob:!::\\nteam:!:bob:ana,bob,eve\\n\"},{\"do\":\"write\",\"path\":\"/etc/subuid\","
        "\"text\":\"ana:100000:65536\\nbob:165536:65536\\n1001:300000:9\\n\"},"
        "{\"do\":\"directory\",\"path\":\"/home/bob\",\"mode\":\"0755\",\"owner\":1001,\"group\":"
        "1001},{\"do\":\"directory\",\"path\":\"/home/bob/.ssh\",\"mode\":\"0700\",\"owner\":1001,"
        "\"group\":1001},{\"do\":\"write\",\"path\":\"/home/bob/.ssh/authorized_keys\",\"text\":"
        "\"" ED "\\n\",\"mode\":\"0600\",\"owner\":1001,\"group\":1001},{\"do\":\"directory\","
        "\"path\":\"/home/bob/a b\",\"mode\":\"0755\",\"owner\":1001,\"group\":1001},{\"do\":"
        "\"symlink\",\"path\":\"/home/bob/a "
        "b/etc\",\"target\":\"/etc\"},{\"do\":\"write\",\"path\":"
        "\"/home/bob/secret\",\"text\":\"x\\n\",\"owner\":0,\"group\":0}");
    tree = overlay_new(arena, raw);
}

static struct access_request without(const char *user)
{
    return (struct access_request){.remove_user = user};
}

START_TEST(removed)
{
    with_bob();
    const char *passwd = text_at("/etc/passwd");
    do_access(without("bob"));
    const char *bob = strstr(passwd, "bob:x:1001");
    ck_assert_str_eq(text_at("/etc/passwd"),
                     arena_text(arena, (struct bytes){passwd, (size_t)(bob - passwd)}));
    ck_assert_ptr_null(strstr(text_at("/etc/shadow"), "bob"));
    ck_assert_ptr_nonnull(
        strstr(text_at("/etc/group"), "\nteam:x:2000:ana,eve\nbobby:x:2001:bobby\n"));
    ck_assert_ptr_null(strstr(text_at("/etc/group"), "bob:x:1001"));
    ck_assert_ptr_nonnull(strstr(text_at("/etc/gshadow"), "\nteam:!::ana,eve\n"));
    ck_assert_str_eq(text_at("/etc/subuid"), "ana:100000:65536\n");
    ck_assert(!is_there(BOB "/.ssh/authorized_keys"));
    ck_assert(is_there(BOB "/secret"));
    expect_note("the home /home/bob (of uid 1001) stays");
    ck_assert_str_eq(verdict("bob", METHOD_PUBLICKEY), "missing");
    expect_refusal(without("bob"), "there is no account \"bob\"");
}
END_TEST

START_TEST(removed_with_home)
{
    struct access_request request = without("bob");
    request.remove_home = true;
    with_bob();
    do_access(request);
    ck_assert(!is_there(BOB));
    ck_assert(is_there("/etc/passwd"));
    ck_assert(is_there("/home/ana"));
    expect_note("/home/bob goes: 5 files and directories");
}
END_TEST

static const struct kept_home {
    const char *changes, *words;
} kept_homes[] = {
    {"{\"do\":\"owner\",\"path\":\"/home/bob\",\"owner\":0,\"group\":0}", "belongs to uid 0"},
    {"{\"do\":\"replace\",\"path\":\"/etc/passwd\",\"old\":\":/home/bob:\",\"new\":\":/:\"}", ""},
    {"{\"do\":\"replace\",\"path\":\"/etc/passwd\",\"old\":\":/home/bob:\",\"new\":\":/home:\"}",
     "a directory of the system's"},
    {"{\"do\":\"replace\",\"path\":\"/etc/passwd\",\"old\":\":/home/bob:\",\"new\":\":/root:\"}",
     ""},
    {"{\"do\":\"replace\",\"path\":\"/etc/passwd\",\"old\":\":/home/bob:\",\"new\":\":/home/"
     "ana:\"}",
     "belongs to uid 1000"},
    {"{\"do\":\"append\",\"path\":\"/etc/passwd\",\"text\":\"eve:x:1002:1002::/home/bob/eve:/bin/"
     "sh\\n\"}",
     "eve lives there, too"},
    {"{\"do\":\"append\",\"path\":\"/etc/fstab\",\"text\":\"/dev/sdz9 /home/bob/data ext4 nofail 0 "
     "2\\n\"}",
     "something is mounted on /home/bob/data"},
    {"{\"do\":\"special\",\"path\":\"/home/bob/pipe\",\"type\":\"fifo\"}",
     "/home/bob/pipe is a fifo"},
    {"{\"do\":\"directory\",\"path\":\"/srv/"
     "bob\",\"owner\":1001,\"group\":1001},{\"do\":\"symlink\","
     "\"path\":\"/home/bobs\",\"target\":\"/srv/bob\"},{\"do\":\"replace\",\"path\":\"/etc/"
     "passwd\","
     "\"old\":\":/home/bob:\",\"new\":\":/home/bobs:\"}",
     "no real directory"},
    {"{\"do\":\"unreadable\",\"path\":\"/home/bob/a b\",\"reason\":\"input/output error\"}",
     "input/output error"},
};

START_TEST(home_is_kept)
{
    struct access_request request = without("bob");
    request.remove_home = true;
    with_bob();
    change_tree(raw, kept_homes[_i].changes);
    tree = overlay_new(arena, raw);
    expect_refusal(request, kept_homes[_i].words);
}
END_TEST

START_TEST(home_is_too_large)
{
    struct access_request request = without("bob");
    request.remove_home = true;
    with_bob();
    char *large = arena_alloc(arena, (5u << 20) + 1);
    memset(large, 'x', 5u << 20);
    memory_tree_file(raw, BOB "/film", (struct bytes){large, 5u << 20}, 0644, 1001, 1001);
    tree = overlay_new(arena, raw);
    expect_refusal(request, "/home/bob/film has 5 MiB, more than the journal takes");
    with_bob();
    for (int i = 0; i < 5100; i++)
        memory_tree_file(raw, arena_printf(arena, BOB "/n%d", i), bytes_of("x"), 0644, 1001, 1001);
    tree = overlay_new(arena, raw);
    expect_refusal(request, "more than the journal takes");
}
END_TEST

static const struct forgotten {
    const char *before, *after; /* a drop-in; NULL: it is gone */
} forgotten[] = {
    {"bob ALL=(ALL) NOPASSWD: ALL\n", NULL},
    {"# of bob\nbob ALL=(ALL) \\\n  ALL\nDefaults:bob !lecture\n\n", NULL},
    {"bob ALL=(ALL) ALL\neve ALL=(ALL) ALL\n", "eve ALL=(ALL) ALL\n"},
    {"ana, bob, eve ALL=(ALL) ALL\n", "ana, eve ALL=(ALL) ALL\n"},
    {"bob,ana ALL=(ALL) ALL\n", "ana ALL=(ALL) ALL\n"},
    {"ana,\\\n bob ALL=(ALL) ALL\n", "ana ALL=(ALL) ALL\n"},
    {"#1001, ana ALL=(ALL) ALL\n", "ana ALL=(ALL) ALL\n"},
    {"User_Alias A = bob, ana : B = eve, bob\nA ALL=(ALL) ALL\nB ALL=/bin/ls\n",
     "User_Alias A = ana : B = eve\nA ALL=(ALL) ALL\nB ALL=/bin/ls\n"},
    {"User_Alias A = bob\nA ALL=(ALL) ALL\n", "User_Alias A = bob\nA ALL=(ALL) ALL\n"},
    {"ALL, !bob ALL=/bin/ls\n", "ALL, !bob ALL=/bin/ls\n"},
    {"ana ALL=(bob) ALL\nbobby ALL=/bin/ls\n%bob ALL=/bin/ls\n",
     "ana ALL=(bob) ALL\nbobby ALL=/bin/ls\n%bob ALL=/bin/ls\n"},
    {"Defaults:ana,bob !lecture\n", "Defaults:ana !lecture\n"},
};

START_TEST(sudo_forgets)
{
    with_bob();
    memory_tree_file(raw, "/etc/sudoers.d/bob", bytes_of(forgotten[_i].before), 0440, 0, 0);
    tree = overlay_new(arena, raw);
    const char *main_file = text_at(SUDOERS);
    do_access(without("bob"));
    ck_assert_str_eq(text_at(SUDOERS), main_file);
    ck_assert_msg(is_there("/etc/sudoers.d/bob") == (forgotten[_i].after != NULL), "%s",
                  forgotten[_i].before);
    if (forgotten[_i].after)
        ck_assert_str_eq(text_at("/etc/sudoers.d/bob"), forgotten[_i].after);
}
END_TEST

START_TEST(not_removed)
{
    with_bob();
    expect_refusal(without("root"), "root is root (uid 0)");
    expect_refusal(without("daemon"), "an account of the system");
    expect_refusal(without("nobody"), "an account of the system");
    expect_refusal(without("ana"), "the last account that logs in and becomes root");
    /* sshd is broken, so nobody logs in; ana is the one who could become root all the same. */
    write_at("/etc/ssh/sshd_config", "Nonsense yes\n");
    expect_refusal(without("ana"), "the last account that logs in and becomes root");
    change_at("/etc/shadow", "\nbob:*:", "\nbob:$6$Fix7ureSa1tFix7u$x:");
    do_access(without("bob"));
    with_bob();
    change_at("/etc/group", "\nsudo:x:27:ana\n", "\nsudo:x:27:ana,bob\n");
    write_at("/etc/sudoers.d/bob", "bob ALL=(ALL) NOPASSWD: ALL\n");
    do_access(without("ana"));
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "missing");
}
END_TEST

START_TEST(what_stays_is_said)
{
    with_bob();
    write_at("/etc/ssh/sshd_config", arena_printf(arena, "%sAllowUsers ana bob@10.0.0.1\n",
                                                  text_at("/etc/ssh/sshd_config")));
    write_at("/var/spool/cron/crontabs/bob", "* * * * * true\n");
    write_at("/etc/ssh/everybody", ED "\n");
    do_access(without("bob"));
    expect_note("AllowUsers still names bob");
    expect_note("/var/spool/cron/crontabs/bob is bob's and stays");
}
END_TEST

#define ADD(function, rows) tcase_add_loop_test(cases, function, 0, COUNT(rows))

static Suite *access_sudo_suite(void)
{
    Suite *suite = suite_create("access_sudo");
    TCase *cases = tcase_create("sudo");
    tcase_add_checked_fixture(cases, access_begin, access_end);
    tcase_set_timeout(cases, 120);
    ADD(sudo_rule, granted);
    ADD(new_people, healthy);
    tcase_add_test(cases, sudo_is_not_there);
    tcase_add_test(cases, password_that_is_none);
    tcase_add_test(cases, removed);
    tcase_add_test(cases, removed_with_home);
    ADD(home_is_kept, kept_homes);
    tcase_add_test(cases, home_is_too_large);
    ADD(sudo_forgets, forgotten);
    tcase_add_test(cases, not_removed);
    tcase_add_test(cases, what_stays_is_said);
    suite_add_tcase(suite, cases);
    return suite;
}

UNIT_MAIN(access_sudo_suite)
