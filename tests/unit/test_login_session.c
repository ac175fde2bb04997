/* Gates session and sudo over changed guests: one row, one session. */
#include "login/login.h"

#include "login_suite.h"

#define WRITE(path, text) "{\"do\": \"write\", \"path\": \"" path "\", \"text\": \"" text "\"}"
#define PROGRAM(path, text, mode)                                                                  \
    "{\"do\": \"write\", \"path\": \"" path "\", \"text\": \"" text "\", \"mode\": \"" mode "\"}"
#define SHELL(shell)                                                                               \
    "{\"do\": \"replace\", \"path\": \"/etc/passwd\", \"old\": \":/home/ana:/bin/bash\", "         \
    "\"new\": \":/home/ana:" shell "\"}"
#define SSHD(text)                                                                                 \
    "{\"do\": \"append\", \"path\": \"/etc/ssh/sshd_config\", \"text\": \"" text "\"}"
#define MODE(path, mode) "{\"do\": \"mode\", \"path\": \"" path "\", \"mode\": \"" mode "\"}"
#define DIRECTORY(path, mode)                                                                      \
    "{\"do\": \"directory\", \"path\": \"" path "\", \"mode\": \"" mode "\"}"
#define PROFILE(text) WRITE("/home/ana/.profile", text)
#define SUDOERS(text) PROGRAM("/etc/sudoers", text, "0440")
#define ASKED_NOT     "ana ALL=(ALL) NOPASSWD: ALL\\n"

/* REASON: NULL: none of the gate. STATE of that reason. */
static const struct row {
    const char *name, *changes, *reason;
    enum gate_state state;
} sessions[] = {
    {"as it is", NULL, NULL, GATE_OPEN},
    {"empty shell", PROGRAM("/usr/bin/odd", "", "0755") "," SHELL("/usr/bin/odd"),
     "shell-missing-or-not-executable", GATE_SHUT},
    {"no interpreter", PROGRAM("/usr/bin/odd", "#!/no/such\\n", "0755") "," SHELL("/usr/bin/odd"),
     "shell-missing-or-not-executable", GATE_SHUT},
    {"a script of a script",
     PROGRAM("/usr/bin/odd", "#!/usr/bin/odd\\n", "0755") "," SHELL("/usr/bin/odd"), NULL,
     GATE_OPEN},
    {"a script by a relative name",
     PROGRAM("/usr/bin/odd", "#!bash\\n", "0755") "," SHELL("/usr/bin/odd"), NULL, GATE_OPEN},
    {"only #!", PROGRAM("/usr/bin/odd", "#!", "0755") "," SHELL("/usr/bin/odd"), NULL, GATE_OPEN},
    {"relative shell", SHELL("bin/bash"), "shell-missing-or-not-executable", GATE_SHUT},
    {"shell of root", MODE("/usr/bin/bash", "0700"), "shell-missing-or-not-executable", GATE_SHUT},
    {"/usr closed", MODE("/usr", "0700"), "root-or-tmp-dir-mode", GATE_SHUT},
    {"/home closed", MODE("/home", "0700"), NULL, GATE_OPEN},
    {"cut ELF file", "{\"do\": \"write-hex\", \"path\": \"/usr/bin/bash\", \"hex\": \"7f454c46\"}",
     NULL, GATE_OPEN},
    {"no jail", SSHD("ChrootDirectory /none\\n"), "chroot-dir-unsafe", GATE_SHUT},
    {"a jail of a token", SSHD("ChrootDirectory /srv/%x\\n"), "chroot-dir-unsafe", GATE_SHUT},
    {"a jail without a shell", DIRECTORY("/srv/j", "0755") "," SSHD("ChrootDirectory /srv/j\\n"),
     "shell-missing-or-not-executable", GATE_SHUT},
    {"links in circles in a jail",
     DIRECTORY("/srv/j", "0755") ",{\"do\": \"symlink\", \"path\": \"/srv/j/bin\", \"target\": "
                                 "\"/bin\"}," SSHD("ChrootDirectory /srv/j\\n"),
     "shell-missing-or-not-executable", GATE_SHUT},
    {"sftp in a jail needs no shell",
     DIRECTORY("/srv/j", "0755") "," SSHD("ChrootDirectory /srv/j\\nForceCommand internal-sftp\\n"),
     "forcecommand-or-sftp-only", GATE_SHUT},
    {"a forced program", SSHD("ForceCommand /usr/bin/login\\n"), "forcecommand-or-sftp-only",
     GATE_OPEN},
    {"a forced program gone", SSHD("ForceCommand /usr/bin/none -x\\n"), "forcecommand-or-sftp-only",
     GATE_SHUT},
    {"the shell works it out", SSHD("ForceCommand /usr/bin/none || true\\n"),
     "forcecommand-or-sftp-only", GATE_OPEN},
    {"no terminal", SSHD("PermitTTY no\\n"), "pty-unavailable", GATE_OPEN},
    {"exit", PROFILE("exit\\n"), "startup-file-exits", GATE_SHUT},
    {"exit, the last line without its end", PROFILE("umask 022\\nexit"), "startup-file-exits",
     GATE_SHUT},
    {"exit behind a semicolon", PROFILE("A=1; exit 3\\n"), "startup-file-exits", GATE_SHUT},
    {"exit in braces", PROFILE("{ exit; }\\n"), "startup-file-exits", GATE_SHUT},
    {"exit behind a known test", PROFILE("[ -n \\\"$PS1\\\" ] && exit\\n"), "startup-file-exits",
     GATE_SHUT},
    {"exit behind the other one", PROFILE("[ -z \\\"$PS1\\\" ] && exit\\n"), NULL, GATE_OPEN},
    {"exit in an else", PROFILE("if false; then :; else exit; fi\\n"), "startup-file-exits",
     GATE_SHUT},
    {"exit under an elif", PROFILE("if foo; then :; elif true; then exit; fi\\n"), NULL, GATE_OPEN},
    {"exit in a loop", PROFILE("for i in 1; do exit; done\\n"), NULL, GATE_OPEN},
    {"a return before", PROFILE("return 0\\nexit\\n"), NULL, GATE_OPEN},
    {"a return that may be before", PROFILE("foo || return\\nexit\\n"), NULL, GATE_OPEN},
    {"a return in a function", PROFILE("f() { return; }\\nexit\\n"), "startup-file-exits",
     GATE_SHUT},
    {"exit as an argument", PROFILE("echo exit\\ntrap exit INT\\n"), NULL, GATE_OPEN},
    {"exit in a comment", PROFILE("# exit\\n: # exit\\n"), NULL, GATE_OPEN},
    {"exit in the background", PROFILE("exit &\\n"), NULL, GATE_OPEN},
    {"exit turned round", PROFILE("! exit\\n"), NULL, GATE_OPEN},
    {"an exit of one's own", PROFILE("exit() { :; }\\nexit\\n"), NULL, GATE_OPEN},
    {"a quote that never ends", PROFILE("echo \\\"\\nexit\\n"), NULL, GATE_OPEN},
    {"brackets that never end", PROFILE("((((((\\nexit\\n"), NULL, GATE_OPEN},
    {"fi without if", PROFILE("fi\\nexit\\n"), NULL, GATE_OPEN},
    {"files in circles", PROFILE(". ~/.profile\\n"), NULL, GATE_OPEN},
    {"exec of another shell", PROFILE("exec /usr/bin/dash\\nexit\\n"), NULL, GATE_OPEN},
    {"exec of nothing", PROFILE("exec /usr/bin/none\\n"), "startup-file-exits", GATE_SHUT},
};

static const struct sudo_row {
    const char *name, *guest, *changes;
    enum sudo_kind kind;
    const char *reason; /* NULL: none that shuts or leaves open */
} sudos[] = {
    {"with a password", "debian-12", NULL, SUDO_PASSWORD, NULL},
    {"without", "debian-13", NULL, SUDO_NOPASSWD, NULL},
    {"one's own rule", "debian-12", SUDOERS(ASKED_NOT), SUDO_NOPASSWD, NULL},
    {"not root", "debian-12", SUDOERS("ana ALL=(www-data) ALL\\n"), SUDO_NONE, "sudo-no-rule"},
    {"denied", "debian-12", SUDOERS(ASKED_NOT "ana ALL=(ALL) !ALL\\n"), SUDO_NONE, NULL},
    {"a netgroup", "debian-12", SUDOERS("+ops ALL=(ALL) ALL\\n"), SUDO_UNKNOWN, "sudo-no-rule"},
    {"a netgroup before a rule that fits", "debian-12", SUDOERS("+ops ALL=(ALL) ALL\\n" ASKED_NOT),
     SUDO_NOPASSWD, NULL},
    {"world-writable sudoers", "debian-12", MODE("/etc/sudoers", "0666"), SUDO_NONE,
     "sudoers-mode-owner"},
    {"no setuid bit", "debian-12", MODE("/usr/bin/sudo", "0755"), SUDO_NONE, "sudo-setuid-lost"},
    {"targetpw", "debian-12", SUDOERS("Defaults targetpw\\nana ALL=(ALL) ALL\\n"), SUDO_NONE,
     "sudo-targetpw"},
    {"a plugin gone", "debian-13", WRITE("/etc/sudo.conf", "Plugin p /none.so\\n"), SUDO_NONE,
     "sudo-tty-or-conf"},
    {"a plugin in a comment", "debian-13", WRITE("/etc/sudo.conf", "# Plugin p /none.so\\n"),
     SUDO_NOPASSWD, NULL},
    {"PAM denies accounts", "debian-13",
     WRITE("/etc/pam.d/sudo", "account required pam_deny.so\\n"), SUDO_NONE, "sudo-tty-or-conf"},
    {"PAM denies passwords, none is asked for", "debian-13",
     WRITE("/etc/pam.d/sudo", "auth required pam_deny.so\\naccount required pam_permit.so\\n"),
     SUDO_NOPASSWD, NULL},
    {"PAM denies passwords", "debian-12",
     WRITE("/etc/pam.d/sudo", "auth required pam_deny.so\\naccount required pam_permit.so\\n"),
     SUDO_NONE, "sudo-tty-or-conf"},
    {"PAM's include is gone", "debian-13", WRITE("/etc/pam.d/sudo", "@include none\\n"), SUDO_NONE,
     "sudo-tty-or-conf"},
    {"sudo-i before sudo", "debian-13",
     WRITE("/etc/pam.d/sudo-i", "account required pam_deny.so\\n"), SUDO_NONE, "sudo-tty-or-conf"},
};

static const struct walk *walk_of(const char *guest, const char *changes)
{
    static const char *const users[] = {"ana"};
    login_begin();
    struct tree *t = guest_tree(guest);
    change_tree(t, changes);
    struct facts *f = gather(t);
    const struct login_question question = {
        .users = users, .user_count = 1, .from = "192.168.7.7", .port = 22, .at = JUNE_2026};
    return find_walk(login_judge(f, &question), "ana", METHOD_PUBLICKEY);
}

START_TEST(sessions_as_sshd)
{
    const struct row *row = &sessions[_i];
    const struct walk *w = walk_of("debian-12", row->changes);
    const struct gate_answer *gate = &w->gates[GATE_SESSION];
    if (!row->reason) {
        ck_assert_msg(gate->state == GATE_OPEN && gate->reason_count == 0, "%s: %s", row->name,
                      list_reasons(w));
    } else {
        const struct reason *r = find_reason(w, row->reason);
        ck_assert_msg(r != NULL && r->state == row->state, "%s: %s", row->name, list_reasons(w));
        ck_assert_msg(gate->state == row->state, "%s: %s", row->name, list_reasons(w));
    }
    login_end();
}
END_TEST

START_TEST(sudo_as_sudo)
{
    const struct sudo_row *row = &sudos[_i];
    const struct walk *w = walk_of(row->guest, row->changes);
    ck_assert_msg(w->sudo == row->kind, "%s: %s, %s", row->name, sudo_kind_name(w->sudo),
                  list_reasons(w));
    if (row->reason)
        ck_assert_msg(find_reason(w, row->reason) != NULL, "%s: %s", row->name, list_reasons(w));
    else
        ck_assert_msg(w->gates[GATE_SUDO].state == GATE_OPEN, "%s: %s", row->name, list_reasons(w));
    login_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("login_session");
    TCase *c = tcase_create("sessions");
    tcase_add_loop_test(c, sessions_as_sshd, 0, sizeof sessions / sizeof *sessions);
    tcase_add_loop_test(c, sudo_as_sudo, 0, sizeof sudos / sizeof *sudos);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
