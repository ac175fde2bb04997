/* What PAM's modules and the boot scripts of a firewall read, filled with whatever: each text is
 * judged to its end, and a module whose file no longer means what it says is not called a lock. */
#include "login_suite.h"

#include <stdint.h>

#include "guest/memory.h"

#define ALL_ONES "\377\377\377\377\377\377\377\377"

static struct tree *tree;

static void put(const char *path, struct bytes text, uint32_t mode)
{
    memory_tree_file(tree, path, text, mode, 0, 0);
}

/* The way in of ana with a key, LINES in front of sshd's own accounts and passwords. */
static const struct walk *walk_with(const char *lines, enum login_method method)
{
    static const char *const users[] = {"ana"};
    const struct login_question question = {.users = users,
                                            .user_count = 1,
                                            .password = true,
                                            .from = "192.168.7.7",
                                            .port = 22,
                                            .at = JUNE_2026};
    if (lines)
        put("/etc/pam.d/sshd",
            bytes_of(arena_printf(arena,
                                  "%s\nauth required pam_permit.so\n"
                                  "account required pam_permit.so\n"
                                  "session required pam_permit.so\n",
                                  lines)),
            0644);
    const struct walk *w = find_walk(login_judge(gather(tree), &question), "ana", method);
    ck_assert_ptr_nonnull(w);
    return w;
}

static void begin(void)
{
    static const char *const modules[] = {"pam_time", "pam_tally2", "pam_faillock",
                                          "pam_google_authenticator"};
    login_begin();
    tree = guest_tree("debian-12");
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        put(arena_printf(arena, "/usr/lib/x86_64-linux-gnu/security/%s.so", modules[i]),
            bytes_of("stand-in\n"), 0644);
}

/* --- pam_time ------------------------------------------------------------------------------------
 */

/* A text with all its bytes, NULs among them, and what becomes of the gate. */
struct hostile_text {
    const char *text;
    size_t length;
    enum gate_state state;
};
#define HOSTILE(text, state)                                                                       \
    {                                                                                              \
        text, sizeof text - 1, state                                                               \
    }

static const struct hostile_text times[] = {
    HOSTILE("", GATE_OPEN),
    HOSTILE("sshd;*;ana;!Al0000-2400\n", GATE_SHUT),
    HOSTILE(";;;\n", GATE_UNKNOWN),
    HOSTILE(";;;;;;;;\n", GATE_UNKNOWN),
    HOSTILE("sshd;*;ana\n", GATE_OPEN),
    HOSTILE("\\\n\\\n\\\n\\", GATE_OPEN),
    HOSTILE("sshd;*;ana;!Al0000-2400\\", GATE_SHUT),
    HOSTILE("sshd;*;\0ana;!Al0000-2400\n", GATE_UNKNOWN),
    HOSTILE("sshd;*;ana;!\n", GATE_SHUT),
    HOSTILE("sshd;*;ana;A\n", GATE_SHUT),
    HOSTILE("sshd;*;ana;Al\n", GATE_OPEN),
    HOSTILE("sshd;*;ana;Al99999999999999999999-1\n", GATE_OPEN),
    HOSTILE("sshd;*;ana;Al9999-9999\n", GATE_OPEN),
    HOSTILE("sshd;*;&|&|;!Al0000-2400\n", GATE_OPEN),
    HOSTILE("sshd;*;a*a*a*;!Al0000-2400\n", GATE_OPEN),
    HOSTILE("\377\376;\377;\377;\377\n", GATE_OPEN),
};

START_TEST(any_times)
{
    begin();
    put("/etc/security/time.conf", (struct bytes){times[_i].text, times[_i].length}, 0644);
    const struct walk *w = walk_with("account required pam_time.so", METHOD_PUBLICKEY);
    ck_assert_msg(w->gates[GATE_PAM].state == times[_i].state, "%s: %s", times[_i].text,
                  list_reasons(w));
    login_end();
}
END_TEST

/* --- counted failures ----------------------------------------------------------------------------
 */

/* COUNT records of 64 bytes: a name, then STATUS, FAILURES as 16 bits each, and the time. */
static struct bytes records(size_t count, const char *tail)
{
    char *out = arena_alloc(arena, count * 64 + 64);
    memset(out, 'x', count * 64 + 64);
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * 64 + 52, tail, 12);
    return (struct bytes){out, count * 64};
}

static const struct {
    const char *arguments, *tail;
    size_t records, cut;
    enum gate_state state;
} tallies[] = {
    {"pam_faillock.so preauth unlock_time=never", "\0\0\1\0" ALL_ONES, 3, 0, GATE_SHUT},
    {"pam_faillock.so preauth", "\0\0\1\0" ALL_ONES, 3, 0, GATE_OPEN},
    {"pam_faillock.so preauth", "\0\0\1\0" ALL_ONES, 3, 1, GATE_OPEN},
    {"pam_faillock.so preauth", "\0\0\1\0" ALL_ONES, 0, 0, GATE_OPEN},
    {"pam_faillock.so preauth", "\0\0\1\0\0\0\0\0\0\0\0\0", 9, 0, GATE_OPEN},
    {"pam_faillock.so preauth", "\0\0\1\0\377\377\377\377\377\377\377\177", 9, 0, GATE_SHUT},
    {"pam_faillock.so preauth unlock_time=604800 deny=99999999999999999999", "\0\0\1\0" ALL_ONES, 9,
     0, GATE_OPEN},
    {"pam_faillock.so preauth unlock_time=-1 fail_interval=x deny=-1", "\0\0\1\0" ALL_ONES, 9, 0,
     GATE_OPEN},
    {"pam_tally2.so deny=1", "\0\0\377\377" ALL_ONES, 2000, 0, GATE_SHUT},
    {"pam_tally2.so deny=1", "\0\0\377\377" ALL_ONES, 2, 0, GATE_OPEN},
    {"pam_tally2.so deny=1 unlock_time=9223372036854775807", "\0\0\2\0\1\0\0\0\0\0\0\0", 2000, 0,
     GATE_SHUT},
    {"pam_tally2.so deny=1 unlock_time=-9223372036854775808",
     "\0\0\2\0\377\377\377\377\377\377\377\177", 2000, 0, GATE_OPEN},
    {"pam_tally2.so lock_time=9223372036854775807", "\0\0\2\0\377\377\377\377\377\377\377\177",
     2000, 0, GATE_OPEN},
    {"pam_tally2.so lock_time=-9223372036854775808", "\0\0\2\0\1\0\0\0\0\0\0\0", 2000, 0,
     GATE_OPEN},
    {"pam_tally2.so deny= unlock_time= lock_time=", "\0\0\2\0" ALL_ONES, 2000, 0, GATE_OPEN},
};

START_TEST(any_tally)
{
    begin();
    struct bytes content = records(tallies[_i].records, tallies[_i].tail);
    content.len -= tallies[_i].cut;
    put("/etc/security/faillock.conf", bytes_of("dir = /var/lib/faillock\n"), 0644);
    put("/var/lib/faillock/ana", content, 0600);
    put("/var/log/tallylog", content, 0600);
    const struct walk *w =
        walk_with(arena_printf(arena, "auth required %s", tallies[_i].arguments), METHOD_PASSWORD);
    ck_assert_msg(w->gates[GATE_PAM].state == tallies[_i].state, "%d %s: %s", _i,
                  tallies[_i].arguments, list_reasons(w));
    login_end();
}
END_TEST

/* --- second factors ------------------------------------------------------------------------------
 */

static const struct {
    const char *arguments;
    enum gate_state state;
} factors[] = {
    {"", GATE_SHUT},
    {"nullok", GATE_OPEN},
    {"nullok\\", GATE_UNKNOWN},
    {"secret=", GATE_UNKNOWN},
    {"secret=~", GATE_SHUT},
    {"secret=${HOME", GATE_UNKNOWN},
    {"secret=${USER}${USER}${USER}", GATE_UNKNOWN},
    {"secret=/etc/${USER}/../../../../../x", GATE_SHUT},
    {"user=nobody-there", GATE_UNKNOWN},
    {"user=99999999999999999999999", GATE_SHUT},
    {"user=-1", GATE_UNKNOWN},
    {"allowed_perm=-99999999999999999999", GATE_SHUT},
};

START_TEST(any_factor)
{
    begin();
    const struct walk *w =
        walk_with(arena_printf(arena, "auth required pam_google_authenticator.so %s",
                               factors[_i].arguments),
                  METHOD_PASSWORD);
    ck_assert_msg(w->gates[GATE_PAM].state == factors[_i].state, "%s: %s", factors[_i].arguments,
                  list_reasons(w));
    login_end();
}
END_TEST

/* --- scripts that load rules ---------------------------------------------------------------------
 */

static const struct hostile_text scripts[] = {
    HOSTILE("#!/bin/sh\niptables -P INPUT DROP\n", GATE_SHUT),
    HOSTILE("#!/bin/sh\niptables\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables -A\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables -P INPUT\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables -F\n", GATE_OPEN),
    HOSTILE("#!/bin/sh\niptables -t\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables-restore\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables-restore <\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables-restore </etc/rc.local\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\nif true; then\niptables -P INPUT DROP\nfi\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\niptables -P INPUT \0DROP\n", GATE_UNKNOWN),
    HOSTILE("#!/bin/sh\nexit 0\niptables -P INPUT DROP\n", GATE_OPEN),
    HOSTILE("iptables -P INPUT DROP", GATE_UNKNOWN),
};

START_TEST(any_script)
{
    begin();
    put("/etc/rc.local", (struct bytes){scripts[_i].text, scripts[_i].length}, 0755);
    const struct walk *w = walk_with(NULL, METHOD_PUBLICKEY);
    ck_assert_msg(w->gates[GATE_FIREWALL].state == scripts[_i].state, "%d %s: %s", _i,
                  scripts[_i].text, list_reasons(w));
    login_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("login: hostile files of modules and scripts");
    TCase *t = tcase_create("hostile");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, any_times, 0, sizeof times / sizeof *times);
    tcase_add_loop_test(t, any_tally, 0, sizeof tallies / sizeof *tallies);
    tcase_add_loop_test(t, any_factor, 0, sizeof factors / sizeof *factors);
    tcase_add_loop_test(t, any_script, 0, sizeof scripts / sizeof *scripts);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
