/* facts/: what starts sshd at boot, judged from the files. */
#include "facts_suite.h"

#include "facts/unit_parts.h"

#define UNITS "/usr/lib/systemd/system/"

static void systemd_begin(void)
{
    facts_begin();
    put(UNITS "graphical.target", "[Unit]\nRequires=multi-user.target\n", 0644, 0, 0);
    put(UNITS "multi-user.target", "[Unit]\nRequires=basic.target\n", 0644, 0, 0);
    put(UNITS "basic.target", "[Unit]\nWants=sockets.target\n", 0644, 0, 0);
    put(UNITS "sockets.target", "[Unit]\n", 0644, 0, 0);
    put(UNITS "rescue.target", "[Unit]\n", 0644, 0, 0);
    memory_tree_symlink(tree, UNITS "default.target", "graphical.target");
    put(UNITS "ssh.service",
        "[Unit]\nConditionPathExists=!/etc/ssh/sshd_not_to_be_run\n[Service]\n"
        "EnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"
        "RuntimeDirectory=sshd\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n",
        0644, 0, 0);
    put(UNITS "ssh.socket", "[Socket]\nListenStream=22\n[Install]\nWantedBy=sockets.target\n", 0644,
        0, 0);
    memory_tree_symlink(tree, "/etc/systemd/system/multi-user.target.wants/ssh.service",
                        UNITS "ssh.service");
    memory_tree_symlink(tree, "/etc/systemd/system/sshd.service", UNITS "ssh.service");
}

static const struct unit_fact *unit(const char *name)
{
    const struct unit_fact *u = facts_unit(gather(), name);
    ck_assert_msg(u != NULL, "no record for %s", name);
    return u;
}

START_TEST(a_healthy_unit_starts)
{
    put("/etc/default/ssh", "# c\nSSHD_OPTS=-p 2222 -o \"Foo bar\"\n", 0644, 0, 0);
    const struct unit_fact *u = unit("ssh.service");
    ck_assert_str_eq(u->state, "enabled");
    ck_assert(u->at_boot);
    ck_assert_str_eq(u->exec_path, "/usr/sbin/sshd");
    ck_assert_int_eq(u->exec_ok, TRUTH_YES);
    ck_assert_str_eq(u->exec_options.items[0], "-D");
    ck_assert_str_eq(u->exec_options.items[2], "2222");
    ck_assert_str_eq(u->runtime_directories.items[0], "sshd");
    ck_assert_ptr_null(u->problem);
    ck_assert_ptr_null(u->condition_failed);
    ck_assert_str_eq(u->at.file, "/etc/systemd/system/multi-user.target.wants/ssh.service");
    ck_assert_str_eq(unit("sshd.service")->state, "alias");
    ck_assert_str_eq(unit("ssh.socket")->state, "disabled");
    ck_assert(!unit("ssh.socket")->at_boot);
    ck_assert_str_eq(unit("default.target")->target, "graphical.target");
}
END_TEST

START_TEST(masks_are_links_to_null_or_empty_files)
{
    memory_tree_symlink(tree, "/etc/systemd/system/ssh.service", "/dev/null");
    ck_assert_str_eq(unit("ssh.service")->state, "masked");
    ck_assert(!unit("ssh.service")->at_boot);
    ck_assert_str_eq(unit("ssh.service")->at.file, "/etc/systemd/system/ssh.service");
    memory_tree_remove(tree, "/etc/systemd/system/ssh.service");
    put("/etc/systemd/system/ssh.service", "", 0644, 0, 0);
    ck_assert_str_eq(unit("ssh.service")->state, "masked");
}
END_TEST

START_TEST(without_a_link_it_is_disabled)
{
    memory_tree_remove(tree, "/etc/systemd/system/multi-user.target.wants/ssh.service");
    memory_tree_remove(tree, "/etc/systemd/system/sshd.service");
    ck_assert_str_eq(unit("ssh.service")->state, "disabled");
    ck_assert(!unit("ssh.service")->at_boot);
    ck_assert_str_eq(unit("ssh.service")->wanted_by.items[0], "multi-user.target");
}
END_TEST

START_TEST(another_default_target_leaves_it_out)
{
    memory_tree_symlink(tree, "/etc/systemd/system/default.target", UNITS "rescue.target");
    ck_assert_str_eq(unit("ssh.service")->state, "enabled");
    ck_assert(!unit("ssh.service")->at_boot);
    ck_assert_str_eq(unit("default.target")->target, "rescue.target");
    ck_assert_str_eq(unit("default.target")->at.file, "/etc/systemd/system/default.target");
    memory_tree_remove(tree, "/etc/systemd/system/default.target");
    memory_tree_symlink(tree, "/etc/systemd/system/default.target", "/nowhere.target");
    ck_assert_str_eq(unit("default.target")->state, "missing");
    memory_tree_symlink(tree, "/etc/systemd/system/default.target", "/dev/null");
    ck_assert_str_eq(unit("default.target")->state, "masked");
}
END_TEST

START_TEST(a_masked_step_on_the_way_stops_the_rest)
{
    memory_tree_symlink(tree, "/etc/systemd/system/multi-user.target", "/dev/null");
    ck_assert(!unit("ssh.service")->at_boot);
}
END_TEST

static const struct {
    const char *drop_in, *problem;
} drop_ins[] = {
    {"[Service]\nExecStart=/usr/sbin/sshd -D -p 23\n", "second ExecStart"},
    {"[Service]\nExecStart=\n", "no ExecStart"},
    {"[Service]\nUser=ana\n", "User="},
    {"[Service]\nProtectHome=yes\n", "ProtectHome="},
    {"[Service]\nEnvironmentFile=/etc/none\n", "environment file missing"},
    {"[Service\nX=1\n", "bad section header"},
    {"[Service]\nExecStart=\nExecStart=-/usr/sbin/sshd \\\n# comment\n -D\n", NULL},
    {"garbage\n[Unit]\nnonsense\n", NULL},
};

START_TEST(drop_ins_are_judged)
{
    put("/etc/systemd/system/ssh.service.d/override.conf", drop_ins[_i].drop_in, 0644, 0, 0);
    const struct unit_fact *u = unit("ssh.service");
    ck_assert_uint_eq(u->drop_ins.count, 1);
    if (drop_ins[_i].problem) {
        ck_assert_ptr_nonnull(u->problem);
        ck_assert_str_eq(u->problem, drop_ins[_i].problem);
    } else {
        ck_assert_ptr_null(u->problem);
        ck_assert_str_eq(u->exec_options.items[0], "-D");
    }
}
END_TEST

START_TEST(drop_ins_come_sorted_and_the_higher_directory_hides)
{
    put(UNITS "ssh.service.d/10-a.conf", "[Service]\nUser=ana\n", 0644, 0, 0);
    put("/etc/systemd/system/ssh.service.d/20-b.conf", "", 0644, 0, 0);
    put("/etc/systemd/system/sshd.service.d/15-c.conf", "", 0644, 0, 0);
    memory_tree_symlink(tree, "/etc/systemd/system/ssh.service.d/10-a.conf", "/dev/null");
    const struct unit_fact *u = unit("ssh.service");
    ck_assert_uint_eq(u->drop_ins.count, 3);
    ck_assert_str_eq(u->drop_ins.items[0], "/etc/systemd/system/ssh.service.d/10-a.conf");
    ck_assert_str_eq(u->drop_ins.items[1], "/etc/systemd/system/sshd.service.d/15-c.conf");
    ck_assert_ptr_null(u->problem);
}
END_TEST

START_TEST(conditions_are_held_against_the_disk)
{
    put("/etc/ssh/sshd_not_to_be_run", "", 0644, 0, 0);
    ck_assert_str_eq(unit("ssh.service")->condition_failed,
                     "ConditionPathExists=!/etc/ssh/sshd_not_to_be_run");
    put("/etc/systemd/system/ssh.service.d/x.conf",
        "[Unit]\nConditionPathExists=\nConditionPathExists=|/nope\nConditionPathExists=|/etc/ssh\n"
        "ConditionPathExists=/run/volatile\n",
        0644, 0, 0);
    ck_assert_ptr_null(unit("ssh.service")->condition_failed);
}
END_TEST

START_TEST(socket_values_and_resets)
{
    memory_tree_symlink(tree, "/etc/systemd/system/sockets.target.wants/ssh.socket",
                        UNITS "ssh.socket");
    put("/etc/systemd/system/ssh.socket.d/p.conf", "[Socket]\nListenStream=\nListenStream=2222\n",
        0644, 0, 0);
    const struct unit_fact *u = unit("ssh.socket");
    ck_assert(u->at_boot);
    ck_assert_uint_eq(u->listen.count, 1);
    ck_assert_str_eq(u->listen.items[0], "2222");
}
END_TEST

START_TEST(a_missing_program_shows)
{
    put("/etc/systemd/system/ssh.service", "[Service]\nExecStart=@/opt/sshd sshd -D\n", 0644, 0, 0);
    const struct unit_fact *u = unit("ssh.service");
    ck_assert_str_eq(u->exec_path, "/opt/sshd");
    ck_assert_str_eq(u->exec_options.items[0], "-D");
    ck_assert_int_eq(u->exec_ok, TRUTH_NO);
}
END_TEST

START_TEST(link_circles_end)
{
    memory_tree_remove(tree, "/etc/systemd/system/sshd.service");
    memory_tree_symlink(tree, "/etc/systemd/system/sshd.service", "ssh.service");
    memory_tree_symlink(tree, "/etc/systemd/system/ssh.service", "sshd.service");
    put(UNITS "multi-user.target", "[Unit]\nWants=multi-user.target graphical.target\n", 0644, 0,
        0);
    gather();
}
END_TEST

START_TEST(unreadable_units_are_gaps)
{
    memory_tree_unreadable(tree, UNITS "ssh.service", "input/output error");
    struct facts *f = gather();
    ck_assert(has_gap(f, "unit"));
    ck_assert_str_eq(facts_unit(f, "ssh.service")->unreadable, "input/output error");
}
END_TEST

START_TEST(openrc_links)
{
    memory_tree_remove(tree, "/etc/systemd");
    memory_tree_remove(tree, "/usr/lib/systemd");
    memory_tree_directory(tree, "/etc/runlevels/default", 0755, 0, 0);
    put("/etc/init.d/sshd", "#!/sbin/openrc-run\n", 0755, 0, 0);
    put("/etc/conf.d/sshd", "SSHD_OPTS=\"-p 2022\"\n", 0644, 0, 0);
    const struct unit_fact *u = unit("sshd");
    ck_assert_str_eq(u->manager, "openrc");
    ck_assert_str_eq(u->state, "disabled");
    memory_tree_symlink(tree, "/etc/runlevels/default/sshd", "/etc/init.d/sshd");
    u = unit("sshd");
    ck_assert_str_eq(u->state, "enabled");
    ck_assert(u->at_boot);
    ck_assert_str_eq(u->exec_options.items[1], "2022");
}
END_TEST

START_TEST(sysv_links)
{
    memory_tree_remove(tree, "/etc/systemd");
    memory_tree_remove(tree, "/usr/lib/systemd");
    put("/etc/inittab", "id:5:initdefault:\n", 0644, 0, 0);
    put("/etc/init.d/sshd", "#!/bin/sh\n", 0755, 0, 0);
    memory_tree_symlink(tree, "/etc/rc3.d/S55sshd", "../init.d/sshd");
    ck_assert(!unit("sshd")->at_boot);
    memory_tree_symlink(tree, "/etc/rc5.d/S55sshd", "../init.d/sshd");
    ck_assert(unit("sshd")->at_boot);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("facts: units");
    TCase *t = tcase_create("units");
    tcase_add_checked_fixture(t, systemd_begin, facts_end);
    tcase_add_test(t, a_healthy_unit_starts);
    tcase_add_test(t, masks_are_links_to_null_or_empty_files);
    tcase_add_test(t, without_a_link_it_is_disabled);
    tcase_add_test(t, another_default_target_leaves_it_out);
    tcase_add_test(t, a_masked_step_on_the_way_stops_the_rest);
    tcase_add_loop_test(t, drop_ins_are_judged, 0, sizeof drop_ins / sizeof *drop_ins);
    tcase_add_test(t, drop_ins_come_sorted_and_the_higher_directory_hides);
    tcase_add_test(t, conditions_are_held_against_the_disk);
    tcase_add_test(t, socket_values_and_resets);
    tcase_add_test(t, a_missing_program_shows);
    tcase_add_test(t, link_circles_end);
    tcase_add_test(t, unreadable_units_are_gaps);
    tcase_add_test(t, openrc_links);
    tcase_add_test(t, sysv_links);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
