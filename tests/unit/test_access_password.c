/* access: passwords, locks and expiry; the bytes of each file after, for every distribution. */
#include "access_suite.h"

#include "base/limits.h"
#include "repair/password.h"

#define SECRET "Tr0ub4dor&3 \303\244"

static struct access_request password_for(const char *user)
{
    return (struct access_request){.user = user, .password = bytes_of(SECRET)};
}

/* A line of FILE, the hash of it (whatever begins with "$") replaced by its scheme. */
static const char *line_of(const char *file, const char *user)
{
    struct bytes content = read_at(file);
    const char *text = arena_text(arena, content);
    size_t n = strlen(user);
    while (text && (strncmp(text, user, n) != 0 || text[n] != ':')) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    ck_assert_msg(text != NULL, "%s has no line of %s", file, user);
    char *line = arena_text(arena, (struct bytes){text, strcspn(text, "\n")});
    char *hash = strstr(line, ":$");
    if (!hash)
        return line;
    size_t scheme = 2 + strcspn(hash + 2, "$") + 1, length = 1 + strcspn(hash + 1, ":");
    return arena_printf(arena, "%.*s%.*s…%s", (int)(hash - line), line, (int)scheme, hash,
                        hash + length);
}

static void expect_line(const char *wanted)
{
    ck_assert_str_eq(line_of("/etc/shadow", "ana"), wanted);
}

/* ---- schemes ----------------------------------------------------------------------------------
 */

static const struct {
    const char *guest, *user, *scheme;
} guests[] = {
    {"debian-11", "ana", "$y$"},       {"debian-12", "ana", "$y$"},
    {"debian-13", "ana", "$y$"},       {"ubuntu-22.04", "ubuntu", "$y$"},
    {"ubuntu-24.04", "ubuntu", "$y$"}, {"rhel-8", "ana", "$6$"},
    {"rhel-9", "ana", "$6$"},          {"rocky-9", "ana", "$6$"},
    {"alma-9", "ana", "$6$"},          {"amazon-2023", "ec2-user", "$6$"},
    {"sles-15", "ana", "$6$"},         {"alpine-3", "ana", "$6$"},
};

START_TEST(every_distribution)
{
    const char *user = guests[_i].user;
    guest(guests[_i].guest);
    do_access(password_for(user));
    ck_assert_msg(strstr(line_of("/etc/shadow", user),
                         arena_printf(arena, ":%s…:20605:", guests[_i].scheme)) != NULL,
                  "%s: %s\n%s", guests[_i].guest, line_of("/etc/shadow", user), notes());
    ck_assert_msg(strcmp(verdict(user, METHOD_PASSWORD), "open") == 0, "%s: %s", guests[_i].guest,
                  notes());
    ck_assert_ptr_null(strstr(notes(), "Tr0ub"));
    ck_assert_ptr_null(strstr(notes(), "$6$"));
    ck_assert_ptr_null(strstr(notes(), "$y$"));
    expect_idle(password_for(user));
}
END_TEST

#define COMMON "/etc/pam.d/common-password"

static const struct {
    const char *words, *defs, *scheme, *note;
} wishes[] = {
    {"obscure sha512", NULL, "$6$", "sha512 (/etc/pam.d/common-password:1)"},
    {"sha256", NULL, "$5$", "sha256"},
    {"sha512 yescrypt", NULL, "$y$", "yescrypt"}, /* the last one counts */
    {"md5", NULL, "$6$", "no protection"},
    {"bigcrypt", NULL, "$6$", "no protection"},
    {"obscure", "ENCRYPT_METHOD SHA256\n", "$5$", "/etc/login.defs"},
    {"obscure", "ENCRYPT_METHOD DES\n", "$6$", "no protection"},
    {"obscure", "ENCRYPT_METHOD ROT13\n", "$6$", "is no scheme"},
    {"obscure", "UMASK 022\n", "$6$", "nothing on the disk"},
    {"obscure", "# ENCRYPT_METHOD DES\nENCRYPT_METHOD \"YESCRYPT\"\n", "$y$", "yescrypt"},
    {"blowfish", NULL, "$6$", "has no bcrypt"}, /* no libcrypt on this disk to be read */
    {"sha512 rounds=20000", NULL, "$6$rounds=20000", "sha512"},
    {"sha512 rounds=999999999", NULL, "$6$rounds=1000000", "sha512"},
    {"sha512 rounds=-5", NULL, "$6$", "sha512"},
    {"yescrypt rounds=3", NULL, "$y$j7T", "yescrypt"},
};

START_TEST(wish)
{
    guest("debian-12");
    write_at(COMMON, arena_printf(arena, "password required pam_unix.so %s\n", wishes[_i].words));
    if (wishes[_i].defs)
        write_at("/etc/login.defs", wishes[_i].defs);
    do_access(password_for("ana"));
    ck_assert_msg(strstr(text_at("/etc/shadow"),
                         arena_printf(arena, "ana:%s", wishes[_i].scheme)) != NULL,
                  "%s: %s", wishes[_i].words, line_of("/etc/shadow", "ana"));
    expect_note(wishes[_i].note);
}
END_TEST

static const struct {
    const char *text, *asked, *scheme;
} libraries[] = {
    {"\177ELF $1$ $5$ $6$", "yescrypt", "$6$"}, /* glibc's own */
    {"\177ELF $1$ $6$ $2b$ $y$", "yescrypt", "$y$"},
    {"\177ELF $1$ $6$ $2b$ $y$", "blowfish", "$2b$"},
    {"\177ELF $1$ $6$ $y$", "gost_yescrypt", "$y$"},
    {"\177ELF $1$ $6$ $y$ $gy$", "gost_yescrypt", "$gy$"},
    {"", "yescrypt", "$y$"}, /* cut to nothing: the release says */
};

START_TEST(library_of_the_guest)
{
    guest("debian-12");
    write_at(COMMON,
             arena_printf(arena, "password required pam_unix.so %s\n", libraries[_i].asked));
    write_at("/usr/lib/x86_64-linux-gnu/libcrypt.so.1", libraries[_i].text);
    do_access(password_for("ana"));
    ck_assert_msg(strstr(line_of("/etc/shadow", "ana"), libraries[_i].scheme) != NULL, "%d: %s", _i,
                  line_of("/etc/shadow", "ana"));
}
END_TEST

START_TEST(fips)
{
    guest("debian-12");
    write_at("/etc/system-fips", "");
    do_access(password_for("ana"));
    ck_assert_ptr_nonnull(strstr(line_of("/etc/shadow", "ana"), ":$6$"));
    expect_note("FIPS mode has no yescrypt");
    guest("rhel-9");
    change_at("/etc/pam.d/password-auth", "sha512", "yescrypt");
    do_access(password_for("ana"));
    expect_note("hashed with yescrypt");
    write_at("/etc/crypto-policies/config", "# comment\nFIPS:OSPP\n");
    do_access(password_for("ana"));
    expect_note("FIPS mode has no yescrypt");
}
END_TEST

START_TEST(sshd_service_without_passwords)
{
    guest("debian-12");
    write_at("/etc/pam.d/sshd", "auth required pam_unix.so\naccount required pam_unix.so\n"
                                "session required pam_permit.so\n");
    write_at(COMMON, "password required pam_unix.so sha256\n");
    do_access(password_for("ana"));
    expect_note("sha256 (/etc/pam.d/common-password:1)");
}
END_TEST

/* ---- passwords that are none --------------------------------------------------------------------
 */

START_TEST(absurd)
{
    char long_one[LIMIT_PASSWORD_BYTES + 2];
    memset(long_one, 'x', sizeof long_one);
    const struct {
        struct bytes text;
        const char *says;
    } rows[] = {
        {{"", 0}, "empty"},
        {{"   ", 3}, "blanks"},
        {{"ana", 3}, "name of the user"},
        {{"one\ntwo", 7}, "line"},
        {{"one\r", 4}, "line"},
        {{"a\0b", 3}, "control"},
        {{"a\033b", 3}, "control"},
        {{"a\tb", 3}, "control"},
        {{"a\177", 2}, "control"},
        {{long_one, LIMIT_PASSWORD_BYTES + 1}, "longer"},
    };
    guest("debian-12");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct access_request r = {.user = "ana", .password = rows[i].text};
        expect_refusal(r, rows[i].says);
        ck_assert_uint_eq(edit_count(), 0);
    }
    long_one[LIMIT_PASSWORD_BYTES] = '\0';
    do_access((struct access_request){.user = "ana", .password = bytes_of(long_one)});
}
END_TEST

START_TEST(like_a_hash)
{
    struct access_request r = password_for("ana");
    r.password = bytes_of("$6$abc$notahashbutapassword");
    guest("debian-12");
    do_access(r);
    ck_assert_ptr_null(strstr(text_at("/etc/shadow"), "notahash"));
    ck_assert_ptr_nonnull(strstr(line_of("/etc/shadow", "ana"), ":$y$"));
}
END_TEST

START_TEST(too_long_for_musl)
{
    char long_one[300];
    memset(long_one, 'x', sizeof long_one);
    guest("alpine-3");
    expect_refusal((struct access_request){.user = "ana", .password = {long_one, sizeof long_one}},
                   "256");
}
END_TEST

START_TEST(another_one_every_time)
{
    struct err e = {0};
    const char *one = password_hash(arena, PASSWORD_SHA512, 0, bytes_of("x"), &e);
    const char *two = password_hash(arena, PASSWORD_SHA512, 0, bytes_of("x"), &e);
    ck_assert_str_ne(one, two);
    ck_assert(password_is(arena, PASSWORD_SHA512, 0, bytes_of("x"), bytes_of(one)));
    ck_assert(!password_is(arena, PASSWORD_SHA512, 0, bytes_of("y"), bytes_of(one)));
    /* What a guest's own hash could cost is not tried. */
    ck_assert(!password_is(arena, PASSWORD_SHA512, 0, bytes_of("x"),
                           bytes_of("$6$rounds=999999999$abc$def")));
    ck_assert(!password_is(arena, PASSWORD_YESCRYPT, 5, bytes_of("x"), bytes_of("$y$jFT$abc$def")));
    ck_assert(!password_is(arena, PASSWORD_SHA512, 0, bytes_of("x"), bytes_of("$6$")));
    ck_assert(!password_is(arena, PASSWORD_SHA512, 0, bytes_of("x"), bytes_of("")));
}
END_TEST

START_TEST(short_one)
{
    guest("debian-12");
    write_at(COMMON, "password requisite pam_pwquality.so minlen=20\n"
                     "password required pam_unix.so yescrypt\n");
    do_access(password_for("ana"));
    expect_note("shorter than the 20 characters");
}
END_TEST

/* ---- where it goes ------------------------------------------------------------------------------
 */

#define ROOT "root:*:19000:0:99999:7:::\n"

static const struct {
    const char *line, *after;
} lines[] = {
    {"ana:!:19000:0:99999:7:::", "ana:$y$…:20605:0:99999:7:::"},
    {"ana:!$6$old$hash:19000:0:99999:7:::", "ana:$y$…:20605:0:99999:7:::"},
    {"ana::19000:0:99999:7:::", "ana:$y$…:20605:0:99999:7:::"},
    {"ana:*:19000:0:90:7:14:19500:", "ana:$y$…:20605:0:90:7:14::"}, /* expired, too old, idle */
    {"ana:*:19000:0:90:7:14:30000:", "ana:$y$…:20605:0:90:7:14:30000:"},
    {"ana:*:0:0:99999:7:::", "ana:$y$…:20605:0:99999:7:::"}, /* a change was forced */
    {"ana:*:19000:0:0:7:::", "ana:$y$…:20605:0:99999:7:::"}, /* and every day */
    {"ana:*:19000", "ana:$y$…:20605::::::"},
    {"ana:*:soon:0:99999:7:::", "ana:$y$…:20605:0:99999:7:::"},
    {"", "ana:$y$…:20605:0:99999:7:::"}, /* no line */
};

START_TEST(line_of_shadow)
{
    guest("debian-12");
    write_at("/etc/shadow", arena_printf(arena, ROOT "%s%sbob:!:19000::::::", lines[_i].line,
                                         *lines[_i].line ? "\n" : ""));
    do_access(password_for("ana"));
    expect_line(lines[_i].after);
    ck_assert(bytes_start_with(read_at("/etc/shadow"), ROOT));
    ck_assert_ptr_nonnull(strstr(text_at("/etc/shadow"), "\nbob:!:19000::::::"));
    expect_idle(password_for("ana"));
}
END_TEST

START_TEST(mode_and_owner_stay)
{
    guest("rhel-9");
    do_access(password_for("ana"));
    struct stat_answer s = tree_stat(tree, "/etc/shadow"), was = tree_stat(raw, "/etc/shadow");
    ck_assert_uint_eq(s.node.mode, was.node.mode);
    ck_assert_uint_eq(s.node.gid, was.node.gid);
}
END_TEST

START_TEST(lines_of_windows)
{
    guest("debian-12");
    write_at("/etc/shadow", "root:*:19000:0:99999:7:::\r\nana:*:19000:0:99999:7:::\r\n");
    do_access(password_for("ana"));
    ck_assert_ptr_nonnull(strstr(text_at("/etc/shadow"), ":20605:0:99999:7:::\n"));
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
}
END_TEST

START_TEST(without_shadow)
{
    guest("debian-12");
    memory_tree_remove(raw, "/etc/shadow");
    memory_tree_remove(raw, "/etc/gshadow");
    write_at("/etc/passwd", "root:*:0:0:root:/root:/bin/bash\n"
                            "ana:!:1000:1000:Ana:/home/ana:/bin/bash\n");
    do_access(password_for("ana"));
    ck_assert_str_eq(line_of("/etc/passwd", "ana"), "ana:$y$…:1000:1000:Ana:/home/ana:/bin/bash");
    ck_assert_int_eq(tree_stat(tree, "/etc/shadow").presence, PRESENCE_ABSENT);
    expect_idle(password_for("ana"));
}
END_TEST

START_TEST(passwd_points_to_shadow)
{
    guest("debian-12");
    change_at("/etc/passwd", "ana:x:", "ana:!:");
    do_access(password_for("ana"));
    ck_assert_ptr_nonnull(strstr(text_at("/etc/passwd"), "ana:x:1000:"));
    ck_assert_ptr_nonnull(strstr(line_of("/etc/shadow", "ana"), ":$y$"));
    expect_note("moves from /etc/passwd");
}
END_TEST

START_TEST(nobody_of_that_name)
{
    guest("debian-12");
    expect_refusal(password_for("zoe"), "--create");
    ck_assert_int_eq(error.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(counted_failures)
{
    /* struct tally: source, reserved, status (TALLY_STATUS_VALID), time */
    char tally[64 * 3] = {0};
    for (int i = 0; i < 3; i++) {
        tally[i * 64 + 54] = 1;
        uint64_t when = JUNE_2026 - 10;
        memcpy(tally + i * 64 + 56, &when, sizeof when);
    }
    guest("debian-12");
    write_at("/etc/pam.d/common-auth",
             "auth required pam_faillock.so preauth dir=/var/lib/faillock\n"
             "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n"
             "auth required pam_permit.so\n");
    memory_tree_file(raw, "/usr/lib/x86_64-linux-gnu/security/pam_faillock.so", bytes_of("x"), 0644,
                     0, 0);
    memory_tree_file(raw, "/var/lib/faillock/ana", (struct bytes){tally, sizeof tally}, 0660, 1000,
                     0);
    memory_tree_file(raw, "/var/lib/faillock/bob", (struct bytes){tally, sizeof tally}, 0660, 1001,
                     0);
    tree = overlay_new(arena, raw);
    do_access((struct access_request){.user = "ana", .unlock = true});
    expect_note("pam_faillock");
    ck_assert_uint_eq(read_at("/var/lib/faillock/ana").len, 0);
    ck_assert_uint_eq(read_at("/var/lib/faillock/bob").len, sizeof tally);
    tree = overlay_new(arena, raw);
    do_access(password_for("ana"));
    ck_assert_uint_eq(read_at("/var/lib/faillock/ana").len, 0);
}
END_TEST

/* ---- sshd ---------------------------------------------------------------------------------------
 */

#define MAIN    "/etc/ssh/sshd_config"
#define DROP_IN "/etc/ssh/sshd_config.d/50-cloud-init.conf"

/* Another person with a password, who must not get in by it. */
static void add_bob(void)
{
    change_at("/etc/passwd", "ana:x:", "bob:x:1500:1000::/home/bob:/bin/bash\nana:x:");
    change_at("/etc/shadow", "ana:",
              "bob:$6$Fix7ureSa1tFix7u$Thi5IsNoRea1HashThi5IsNoRea1HashThi5IsNoRea"
              "1HashThi5IsNoRea1HashThi5IsNoRea1HashThi5Is:19000:0:99999:7:::\nana:");
    memory_tree_directory(raw, "/home/bob", 0755, 1500, 1000);
    tree = overlay_new(arena, raw);
}

START_TEST(for_this_user_alone)
{
    guest("debian-12");
    add_bob();
    write_at(DROP_IN, "PasswordAuthentication no\n");
    const char *before = text_at(MAIN);
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(DROP_IN), "PasswordAuthentication no\n");
    ck_assert_str_eq(text_at(MAIN), arena_printf(arena,
                                                 "%s\n# diskmend password\nMatch User ana\n"
                                                 "    PasswordAuthentication yes\n",
                                                 before));
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
    ck_assert_str_eq(verdict("bob", METHOD_PASSWORD), "shut");
    expect_note("nobody else");
    expect_idle(password_for("ana"));
}
END_TEST

START_TEST(for_all)
{
    struct access_request r = password_for("ana");
    r.password_for_all = true;
    guest("debian-12");
    add_bob();
    write_at(DROP_IN, "PasswordAuthentication no # for now\n");
    const char *before = text_at(MAIN);
    do_access(r);
    ck_assert(bytes_start_with(read_at(DROP_IN), "PasswordAuthentication yes"));
    ck_assert_str_eq(text_at(MAIN), before);
    ck_assert_str_eq(verdict("bob", METHOD_PASSWORD), "open");
    expect_note("everybody");
    expect_idle(r);
}
END_TEST

START_TEST(above_another_match)
{
    guest("debian-12");
    write_at(MAIN, "UsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no\n"
                   "Match Group ana\n    PasswordAuthentication no\n");
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(MAIN),
                     "UsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no\n"
                     "# diskmend password\nMatch User ana\n    PasswordAuthentication yes\n"
                     "Match Group ana\n    PasswordAuthentication no\n");
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
}
END_TEST

/* What another run has said of the same person is what changes, whoever stands below. */
START_TEST(in_a_block_of_ones_own)
{
    static const char before[] = "UsePAM yes\nKbdInteractiveAuthentication no\n"
                                 "PasswordAuthentication no\nMatch User ana\n    X11Forwarding no\n"
                                 "    PasswordAuthentication no\nMatch User bob\n"
                                 "    PasswordAuthentication yes\n";
    static const char after[] = "UsePAM yes\nKbdInteractiveAuthentication no\n"
                                "PasswordAuthentication no\nMatch User ana\n    X11Forwarding no\n"
                                "    PasswordAuthentication yes\nMatch User bob\n"
                                "    PasswordAuthentication yes\n";
    guest("debian-12");
    write_at(MAIN, before);
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(MAIN), after);
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
    expect_idle(password_for("ana"));
}
END_TEST

/* A line below a Match that was meant for all would open sshd for all, if it were moved up. */
START_TEST(swallowed)
{
    const char text[] = "UsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no\n"
                        "Match User git\n    X11Forwarding no\n\nPasswordAuthentication yes\n";
    guest("debian-12");
    add_bob();
    write_at(MAIN, text);
    do_access(password_for("ana"));
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
    ck_assert_str_eq(verdict("bob", METHOD_PASSWORD), "shut");
}
END_TEST

/* azure-linux-extensions#1810: what asks for a second factor stays. */
START_TEST(second_factor)
{
    static const char text[] = "UsePAM yes\nPasswordAuthentication no\n"
                               "KbdInteractiveAuthentication yes\n"
                               "AuthenticationMethods publickey,keyboard-interactive\n";
    guest("debian-12");
    write_at(MAIN, text);
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(MAIN), text);
    memory_tree_remove(raw, "/home/ana/.ssh/authorized_keys");
    tree = overlay_new(arena, raw);
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(MAIN), text);
    bool left = false;
    vec_each (l, &plan->left)
        left |= strcmp(l->rule, "authmethods-extra-factor") == 0;
    ck_assert_msg(left, "the second factor is not listed");
}
END_TEST

START_TEST(by_conversation)
{
    static const char text[] =
        "UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes\n";
    guest("debian-12");
    write_at(MAIN, text);
    do_access(password_for("ana"));
    ck_assert_str_eq(text_at(MAIN), text);
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
}
END_TEST

START_TEST(root_is_said)
{
    guest("debian-12");
    do_access(password_for("root"));
    expect_note("refused passwords of root");
    ck_assert_ptr_null(strstr(text_at(MAIN), "\nPermitRootLogin yes"));
    ck_assert_ptr_nonnull(strstr(text_at(MAIN), "Match User root\n    PermitRootLogin yes\n"));
    ck_assert_str_eq(verdict("root", METHOD_PASSWORD), "open");
}
END_TEST

/* ---- locks and expiry
 * ---------------------------------------------------------------------------- */

#define HASH                                                                                       \
    "$6$Fix7ureSa1tFix7u$Thi5IsNoRea1HashThi5IsNoRea1HashThi5IsNoRea"                              \
    "1HashThi5IsNoRea1HashThi5IsNoRea1HashThi5Is"

static const struct {
    const char *line, *after, *note;
} locks[] = {
    {"!", "*:19000:0:99999:7:::", "unlocked for keys"},
    {"!!", "*:19000:0:99999:7:::", "unlocked for keys"},
    {"!" HASH, HASH ":19000:0:99999:7:::", "counts again"},
    {"*", "*:19000:0:99999:7:::", "is not locked"},
};

START_TEST(unlocked)
{
    guest("debian-12");
    write_at("/etc/shadow",
             arena_printf(arena, ROOT "ana:%s:19000:0:99999:7:::\n", locks[_i].line));
    struct access_request r = {.user = "ana", .unlock = true};
    do_access(r);
    ck_assert_str_eq(text_at("/etc/shadow"), arena_printf(arena, ROOT "ana:%s\n", locks[_i].after));
    expect_note(locks[_i].note);
    expect_idle(r);
}
END_TEST

START_TEST(unlocked_of_age)
{
    struct access_request r = {.user = "ana", .unlock = true};
    guest("debian-12");
    write_at("/etc/shadow", ROOT "ana:*:19000:0:90:7:5:20000:\n");
    do_access(r);
    ck_assert_str_eq(text_at("/etc/shadow"), ROOT "ana:*:20605:0:90:7:5::\n");
    expect_note("had expired on 2024-10-04");
    expect_note("too old");
    expect_idle(r);
}
END_TEST

START_TEST(unlocked_without_a_line)
{
    struct access_request r = {.user = "ana", .unlock = true};
    guest("debian-12");
    write_at("/etc/shadow", ROOT);
    do_access(r);
    ck_assert_str_eq(text_at("/etc/shadow"), ROOT "ana:*:20605:0:99999:7:::\n");
    expect_note("had no line in /etc/shadow");
    expect_idle(r);
}
END_TEST

START_TEST(unlock_leaves_the_shell)
{
    guest("debian-12");
    change_at("/etc/passwd", ":/home/ana:/bin/bash", ":/home/ana:/usr/sbin/nologin");
    const char *before = text_at("/etc/passwd");
    do_access((struct access_request){.user = "ana", .unlock = true});
    ck_assert_str_eq(text_at("/etc/passwd"), before);
    expect_note("/usr/sbin/nologin");
}
END_TEST

START_TEST(expiry)
{
    struct access_request r = {.user = "ana", .expiry = ACCESS_EXPIRY_DAY, .expires_on = 20800};
    guest("debian-12");
    write_at("/etc/shadow", ROOT "ana:*:19000:0:99999:7:::\n");
    do_access(r);
    ck_assert_str_eq(text_at("/etc/shadow"), ROOT "ana:*:19000:0:99999:7::20800:\n");
    expect_note("from 2026-12-13 on");
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
    expect_idle(r);
    r.expiry = ACCESS_EXPIRY_NEVER;
    do_access(r);
    ck_assert_str_eq(text_at("/etc/shadow"), ROOT "ana:*:19000:0:99999:7:::\n");
}
END_TEST

START_TEST(expired_at_once)
{
    struct access_request r = password_for("ana");
    r.expiry = ACCESS_EXPIRY_DAY;
    r.expires_on = 20605;
    guest("debian-12");
    do_access(r);
    expect_note("no longer gets in, by any way");
    ck_assert_ptr_nonnull(strstr(line_of("/etc/shadow", "ana"), "::20605:"));
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "shut");
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "shut");
    expect_idle(r);
}
END_TEST

START_TEST(no_expiry_without_shadow)
{
    guest("debian-12");
    memory_tree_remove(raw, "/etc/shadow");
    write_at("/etc/passwd", "root:*:0:0:root:/root:/bin/bash\n"
                            "ana:*:1000:1000:Ana:/home/ana:/bin/bash\n");
    expect_refusal((struct access_request){.user = "ana",
                                           .expiry = ACCESS_EXPIRY_DAY,
                                           .expires_on = 30000},
                   "no /etc/shadow");
    do_access((struct access_request){.user = "ana", .expiry = ACCESS_EXPIRY_NEVER});
    ck_assert_uint_eq(edit_count(), 0);
}
END_TEST

static Suite *access_password_suite(void)
{
    Suite *s = suite_create("access: passwords");
    TCase *t = tcase_create("access");
    tcase_add_checked_fixture(t, access_begin, access_end);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_distribution, 0, sizeof guests / sizeof *guests);
    tcase_add_loop_test(t, wish, 0, sizeof wishes / sizeof *wishes);
    tcase_add_loop_test(t, library_of_the_guest, 0, sizeof libraries / sizeof *libraries);
    tcase_add_test(t, fips);
    tcase_add_test(t, sshd_service_without_passwords);
    tcase_add_test(t, absurd);
    tcase_add_test(t, like_a_hash);
    tcase_add_test(t, too_long_for_musl);
    tcase_add_test(t, another_one_every_time);
    tcase_add_test(t, short_one);
    tcase_add_loop_test(t, line_of_shadow, 0, sizeof lines / sizeof *lines);
    tcase_add_test(t, mode_and_owner_stay);
    tcase_add_test(t, lines_of_windows);
    tcase_add_test(t, without_shadow);
    tcase_add_test(t, passwd_points_to_shadow);
    tcase_add_test(t, nobody_of_that_name);
    tcase_add_test(t, counted_failures);
    tcase_add_test(t, for_this_user_alone);
    tcase_add_test(t, for_all);
    tcase_add_test(t, above_another_match);
    tcase_add_test(t, in_a_block_of_ones_own);
    tcase_add_test(t, swallowed);
    tcase_add_test(t, second_factor);
    tcase_add_test(t, by_conversation);
    tcase_add_test(t, root_is_said);
    tcase_add_loop_test(t, unlocked, 0, sizeof locks / sizeof *locks);
    tcase_add_test(t, unlocked_of_age);
    tcase_add_test(t, unlocked_without_a_line);
    tcase_add_test(t, unlock_leaves_the_shell);
    tcase_add_test(t, expiry);
    tcase_add_test(t, expired_at_once);
    tcase_add_test(t, no_expiry_without_shadow);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(access_password_suite)
