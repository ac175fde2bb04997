/* Keys given to access: read in every dress, refused without a word of what was refused, put where
 * sshd reads them for one person, and prior ones taken away: exact bytes after. */
#include "access_suite.h"

#include "given_keys.h"
#include "syntax/ssh_key_given.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

#define ED    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINJqLwtwXL+bJUd2URqltIWaQ06bNxzXrw8IPEnRxTg0"
#define PRIOR "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn/VrelC3PRi6M35QQRjVYBfD76wHXxGUj"
#define FILE_ "/home/ana/.ssh/authorized_keys"
#define SSHD  "/etc/ssh/sshd_config"
#define BODY  "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz"

static struct access_key_text given[4];

static struct access_request keys_for(const char *user, const char *text)
{
    given[0] = (struct access_key_text){"k.pub", bytes_of(text)};
    return (struct access_request){.user = user, .keys = given, .key_count = 1};
}

/* --- reading -----------------------------------------------------------------------------------
 */

static const struct reading {
    const char *name, *text;
    const char *lines; /* as they go into the file; NULL: refused, with WORDS */
    const char *words;
} readings[] = {
    {"one line", ED " ana@laptop\n", ED " ana@laptop\n", NULL},
    {"no newline, no comment", ED, ED "\n", NULL},
    {"CR LF, blanks, comments, a mark",
     "\xef\xbb\xbf# mine\r\n\r\n  \t" ED " a  b\r\n" PRIOR "\r\n", ED " a  b\n" PRIOR "\n", NULL},
    {"ends of old Macs", ED " a\r" PRIOR " b\r", ED " a\n" PRIOR " b\n", NULL},
    {"twice the same", ED " a\n" ED " b\n", ED " a\n", NULL},
    {"wrapped by mail",
     "ssh-ed25519\nAAAAC3NzaC1lZDI1NTE5AAAAINJqLwtwXL+bJUd2\nURqltIWaQ06bNxzXrw8IPEnRxTg0 a\n",
     ED " a\n", NULL},
    {"in quotes", "\"" ED " a\"\n", ED " a\n", NULL},
    {"two glued", ED " a" PRIOR " b\n", ED " a\n" PRIOR " b\n", NULL},
    {"control bytes in the comment", ED " a\x1b[2Jb\x07\n", ED " a[2Jb\n", NULL},
    {"SSH2", RSA_SSH2, RSA " 2048-bit RSA, converted by a host from OpenSSH\n", NULL},
    {"PKCS8", RSA_PKCS8, RSA "\n", NULL},
    {"PKCS1", RSA_PKCS1, RSA "\n", NULL},
    {"X.509", RSA_X509, RSA "\n", NULL},
    {"PKCS8, ECDSA", EC_PKCS8, EC "\n", NULL},
    {"several of several kinds", RSA_SSH2 ED "\n" EC_PKCS8,
     RSA " 2048-bit RSA, converted by a host from OpenSSH\n" ED "\n" EC "\n", NULL},
    {"OpenSSH's private key",
     "-----BEGIN OPENSSH PRIVATE KEY-----\n" BODY "\n-----END OPENSSH PRIVATE KEY-----\n", NULL,
     "this is a private key"},
    {"… behind a public one", ED "\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n", NULL,
     "this is a private key"},
    {"… without its first line", BODY "\n", NULL, "this is a private key"},
    {"… on one line", "-----BEGIN EC PRIVATE KEY----- MHcCAQEEIIGLKZ -----END EC PRIVATE KEY-----",
     NULL, "this is a private key"},
    {"… of SSH2", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi4AAAA3\n", NULL,
     "this is a private key"},
    {"PuTTY's",
     "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: "
     "2\nAAAAC3Nz\nZQ==\nPrivate-Lines: 1\nAAAAIDX6\nPrivate-MAC: 9f\n",
     NULL, "PuTTY's own file"},
    {"a certificate of OpenSSH's", CERTIFICATE " ana\n", NULL, "a certificate of OpenSSH's"},
    {"two certificates", RSA_X509 RSA_X509, NULL, "a second certificate"},
    {"options", "from=\"10.0.0.1\" " ED "\n", NULL, "options stand in front"},
    {"cert-authority", "cert-authority " ED "\n", NULL, "options stand in front"},
    {"options nobody knows", "no-nonsense " ED "\n", NULL, "options stand in front"},
    {"half a key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINJqLwtw\n", NULL,
     "sshd would not take this key"},
    {"a short RSA key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7\n", NULL, ""},
    {"a request for a certificate",
     "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n", NULL,
     "no public key that sshd could take"},
    {"words", "hunter2 is my password\n", NULL, "no public key that could be read"},
    {"base64 of something", "c2VjcmV0LXNlY3JldC1zZWNyZXQ=\n", NULL, "no public key"},
    {"nothing", "\n# nothing\n\n", NULL, "there is no public key in it"},
};

START_TEST(dress)
{
    const struct reading *row = &readings[_i];
    struct ssh_keys_given out = {0};
    struct err e = {0};
    struct strbuf lines;
    strbuf_init(&lines, arena);
    int code = ssh_keys_given_read(arena, bytes_of(row->text), "k.pub", 902, &out, &e);
    vec_each (key, &out.keys)
        strbuf_printf(&lines, "%s\n", key->line);
    if (row->lines) {
        ck_assert_msg(code == 0, "%s: %s", row->name, e.text);
        ck_assert_str_eq(lines.ptr, row->lines);
        return;
    }
    ck_assert_msg(code == ERR_REFUSED, "%s: taken as %s", row->name, lines.ptr);
    ck_assert_msg(strstr(e.text, row->words) != NULL, "%s: %s", row->name, e.text);
    /* No run of eight bytes of what was given. */
    for (const char *p = row->text; strlen(p) >= 8; p++) {
        char piece[9] = {0};
        memcpy(piece, p, 8);
        bool is_word = strspn(piece, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789+/=") == 8;
        bool is_ours = strstr("password certificate CERTIFICATE ssh-ed25519 ", piece) != NULL;
        ck_assert_msg(!is_word || is_ours || !strstr(e.text, piece), "%s: %s is quoted: %s",
                      row->name, piece, e.text);
    }
}
END_TEST

START_TEST(utf16)
{
    struct ssh_keys_given out = {0};
    struct err e = {0};
    char text[512] = "\xff\xfe";
    size_t n = 2;
    for (const char *p = ED " a\r\n"; *p; p++) {
        text[n++] = *p;
        text[n++] = '\0';
    }
    ck_assert_int_eq(ssh_keys_given_read(arena, (struct bytes){text, n}, "k", 902, &out, &e), 0);
    ck_assert_str_eq(out.keys.items[0].line, ED " a");
    n = 2;
    for (const char *p = "-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\r\n"; *p; p++) {
        text[n++] = *p;
        text[n++] = '\0';
    }
    ck_assert_int_eq(ssh_keys_given_read(arena, (struct bytes){text, n}, "k", 902, &out, &e),
                     ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(e.text, "private key"));
}
END_TEST

/* DSA: before 9.8 only, and where the version is not known. */
START_TEST(versions)
{
    struct ssh_keys_given out = {0};
    struct err e = {0};
    const char *sk = "sk-ssh-ed25519@openssh.com "
                     "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIBtSe0m/"
                     "cjyn/VrelC3PRi6M35QQRjVYBfD76wHXxGUjAAAABHNzaDo= x\n";
    ck_assert_msg(ssh_keys_given_read(arena, bytes_of(sk), "k", 902, &out, &e) == 0, "%s", e.text);
    ck_assert_msg(ssh_keys_given_read(arena, bytes_of(sk), "k", 0, &out, &e) == 0, "%s", e.text);
    ck_assert_int_eq(ssh_keys_given_read(arena, bytes_of(sk), "k", 704, &out, &e), ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(e.text, "sshd 7.4 takes no sk-ssh-ed25519@openssh.com keys"));
}
END_TEST

/* --- the file ----------------------------------------------------------------------------------
 */

static const struct appending {
    const char *name, *before, *after;
} appendings[] = {
    {"plain", PRIOR " old\n", PRIOR " old\n" ED " new\n"},
    {"no newline at the end", PRIOR " old", PRIOR " old\n" ED " new\n"},
    {"CR LF", PRIOR " old\r\n", PRIOR " old\r\n" ED " new\r\n"},
    {"empty", "", ED " new\n"},
    {"comments only", "# mine\n\n", "# mine\n\n" ED " new\n"},
    {"the key in it, another comment", ED " other words\n", ED " other words\n"},
    {"a broken last line", PRIOR " old\nssh-ed25519 AAAAC3",
     PRIOR " old\nssh-ed25519 AAAAC3\n" ED " new\n"},
    {"Google's mark, and its key", "# Added by Google\n" PRIOR " google-ssh {\"userName\":\"a\"}\n",
     "# Added by Google\n" PRIOR " google-ssh {\"userName\":\"a\"}\n" ED " new\n"},
    {"Google's mark at the end", PRIOR " old\n# Added by Google\n",
     PRIOR " old\n" ED " new\n# Added by Google\n"},
    {"a droplet's mark at the end",
     PRIOR "\n# Added and Managed by DigitalOcean Droplet Agent (Code Name: DOTTY)\n\n",
     PRIOR "\n" ED
           " new\n# Added and Managed by DigitalOcean Droplet Agent (Code Name: DOTTY)\n\n"},
    {"a block that is closed",
     "# BEGIN ANSIBLE MANAGED BLOCK\n" PRIOR "\n# END ANSIBLE MANAGED BLOCK\n",
     "# BEGIN ANSIBLE MANAGED BLOCK\n" PRIOR "\n# END ANSIBLE MANAGED BLOCK\n" ED " new\n"},
    {"a block that is open", "#mine\n### BEGIN agent\n" PRIOR "\n",
     "#mine\n" ED " new\n### BEGIN agent\n" PRIOR "\n"},
};

START_TEST(appended)
{
    const struct appending *row = &appendings[_i];
    guest("debian-12");
    write_at(FILE_, row->before);
    do_access(keys_for("ana", ED " new\n"));
    ck_assert_msg(strcmp(text_at(FILE_), row->after) == 0, "%s:\n%s", row->name, text_at(FILE_));
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
    expect_idle(keys_for("ana", ED " new\n"));
}
END_TEST

START_TEST(several)
{
    guest("debian-12");
    write_at(FILE_, PRIOR " old");
    given[1] = (struct access_key_text){"-", bytes_of(RSA_PKCS8)};
    struct access_request request = keys_for("ana", ED " new\n" EC "\n");
    given[0].text = bytes_of(ED " new\n" EC "\n");
    request.key_count = 2;
    do_access(request);
    ck_assert_str_eq(text_at(FILE_), PRIOR " old\n" ED " new\n" EC "\n" RSA "\n");
    expect_note("SHA256:");
    expect_idle(request);
}
END_TEST

START_TEST(options_are_said)
{
    guest("debian-12");
    write_at(FILE_, "no-pty,no-X11-forwarding " ED " bound\n");
    do_access(keys_for("ana", ED " new\n"));
    expect_note("with options that stay in force (no-pty,no-X11-forwarding)");
    ck_assert_str_eq(text_at(FILE_), "no-pty,no-X11-forwarding " ED " bound\n");
    guest("debian-12");
    write_at(FILE_, "expiry-time=\"20200101\" " ED " bound\n");
    do_access(keys_for("ana", ED " new\n"));
    ck_assert_str_eq(text_at(FILE_), "expiry-time=\"20200101\" " ED " bound\n" ED " new\n");
    guest("debian-12");
    write_at(FILE_, PRIOR "\ncommand=\"/bin/false\" " ED " bound\n");
    do_access(keys_for("ana", ED " new\n"));
    expect_note("stands there with options, which sshd obeys first (command)");
}
END_TEST

START_TEST(keeper_is_said)
{
    guest("debian-12");
    write_at(FILE_, "# HEADER: This file was autogenerated by puppet.\n" PRIOR "\n");
    do_access(keys_for("ana", ED "\n"));
    expect_note("authorized_keys:1 says that a program keeps this file");
}
END_TEST

/* --- where sshd looks --------------------------------------------------------------------------
 */

static const struct place_row {
    const char *name, *config; /* behind sshd_config */
    const char *file;          /* where the key is then */
    const char *says;          /* in sshd_config, after; NULL: unchanged */
} place_rows[] = {
    {"two words", "AuthorizedKeysFile .ssh/keys %h/.ssh/authorized_keys\n", "/home/ana/.ssh/keys",
     NULL},
    {"a store by name", "AuthorizedKeysFile /etc/ssh/keys/%u\n", "/etc/ssh/keys/ana", NULL},
    {"by number", "AuthorizedKeysFile /etc/ssh/keys/%U.pub\n", "/etc/ssh/keys/1000.pub", NULL},
    {"a Match", "Match User ana\n  AuthorizedKeysFile /var/keys/%u\n", "/var/keys/ana", NULL},
    {"a Match of another", "Match User root\n  AuthorizedKeysFile /var/keys/%u\n", FILE_, NULL},
    {"none", "AuthorizedKeysFile none\n", FILE_, "AuthorizedKeysFile .ssh/authorized_keys\n"},
    {"one list for all", "AuthorizedKeysFile /etc/ssh/everybody\n", FILE_,
     "AuthorizedKeysFile /etc/ssh/everybody .ssh/authorized_keys\n"},
};

START_TEST(place)
{
    const struct place_row *row = &place_rows[_i];
    guest("debian-12");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"}");
    write_at("/etc/ssh/everybody", PRIOR "\n");
    write_at(SSHD, arena_printf(arena, "%s%s", text_at(SSHD), row->config));
    const char *before = text_at(SSHD);
    do_access(keys_for("ana", ED "\n"));
    ck_assert_msg(strcmp(text_at(row->file), ED "\n") == 0, "%s", row->name);
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
    ck_assert_str_eq(text_at("/etc/ssh/everybody"), PRIOR "\n");
    if (!row->says)
        ck_assert_str_eq(text_at(SSHD), before);
    else
        ck_assert_msg(strstr(text_at(SSHD), row->says) && strstr(text_at(SSHD), "Match User ana"),
                      "%s: %s", row->name, text_at(SSHD));
    expect_idle(keys_for("ana", ED "\n"));
}
END_TEST

START_TEST(made_new)
{
    struct err e = {0};
    struct node_state s;
    guest("debian-12");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"},"
                     "{\"do\":\"remove\",\"path\":\"/home/ana/.ssh\"},"
                     "{\"do\":\"mode\",\"path\":\"/home/ana\",\"mode\":\"0777\"}");
    do_access(keys_for("ana", ED "\n"));
    ck_assert_int_eq(overlay_state(tree, "/home/ana/.ssh", false, &s, &e), 0);
    ck_assert_msg(s.mode == 0700 && s.uid == 1000 && s.gid == 1000, "%o %u", s.mode, s.uid);
    ck_assert_int_eq(overlay_state(tree, FILE_, false, &s, &e), 0);
    ck_assert_msg(s.mode == 0600 && s.uid == 1000 && s.gid == 1000, "%o %u", s.mode, s.uid);
    ck_assert_int_eq(overlay_state(tree, "/home/ana", false, &s, &e), 0);
    ck_assert_msg((s.mode & 022) == 0, "%o", s.mode);
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
}
END_TEST

START_TEST(links)
{
    guest("debian-12");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"},"
                     "{\"do\":\"symlink\",\"path\":\"" FILE_ "\",\"target\":\"/nowhere\"}");
    do_access(keys_for("ana", ED "\n"));
    ck_assert_str_eq(text_at(FILE_ "2"), ED "\n");
    guest("debian-12");
    write_at(SSHD,
             arena_printf(arena, "%sAuthorizedKeysFile .ssh/authorized_keys\n", text_at(SSHD)));
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"},"
                     "{\"do\":\"symlink\",\"path\":\"" FILE_ "\",\"target\":\"/nowhere\"}");
    do_access(keys_for("ana", ED "\n"));
    ck_assert_str_eq(text_at(FILE_), ED "\n");
    guest("debian-12");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"},"
                     "{\"do\":\"symlink\",\"path\":\"" FILE_ "\",\"target\":\"keys\"},"
                     "{\"do\":\"write\",\"path\":\"/home/ana/.ssh/keys\",\"text\":\"" PRIOR
                     "\\n\",\"mode\":\"0600\",\"owner\":1000,\"group\":1000}");
    do_access(keys_for("ana", ED "\n"));
    ck_assert_str_eq(text_at("/home/ana/.ssh/keys"), PRIOR "\n" ED "\n");
    /* Whoever made this link wants root to write into it. */
    guest("debian-12");
    const char *passwd = text_at("/etc/passwd");
    change_tree(raw, "{\"do\":\"remove\",\"path\":\"" FILE_ "\"},"
                     "{\"do\":\"symlink\",\"path\":\"" FILE_ "\",\"target\":\"/etc/passwd\"}");
    tree = overlay_new(arena, raw);
    if (try_access(keys_for("ana", ED "\n")))
        ck_assert_str_eq(text_at("/home/ana/.ssh/authorized_keys2"), ED "\n");
    ck_assert_str_eq(text_at("/etc/passwd"), passwd);
}
END_TEST

START_TEST(no_home)
{
    guest("debian-12");
    change_at("/etc/passwd", ":/home/ana:", ":/home/gone:");
    expect_refusal(keys_for("ana", ED "\n"), "the home of ana is not there");
    expect_refusal(keys_for("nobody-here", ED "\n"), "no account \"nobody-here\"");
    expect_refusal(keys_for("daemon", ED "\n"), "no account that a person logs in with");
}
END_TEST

/* --- what this sshd takes ----------------------------------------------------------------------
 */

START_TEST(not_accepted)
{
    static const struct {
        const char *config, *key, *words;
    } rows[] = {
        {"PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256\n", ED, "PubkeyAcceptedAlgorithms"},
        {"PubkeyAcceptedAlgorithms -rsa*\n", RSA, "PubkeyAcceptedAlgorithms"},
        {"RequiredRSASize 3072\n", RSA,
         "RequiredRSASize 3072 keeps this key out (ssh-rsa of 2048 bits)"},
        {"Match User ana\nPubkeyAcceptedAlgorithms ssh-ed25519\n", EC, "PubkeyAcceptedAlgorithms"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        guest("debian-12");
        write_at(SSHD, arena_printf(arena, "%s%s", text_at(SSHD), rows[i].config));
        ck_assert_msg(!try_access(keys_for("ana", rows[i].key)), "%s: done, %s", rows[i].config,
                      notes());
        plan = NULL;
        ck_assert_msg(strstr(error.text, rows[i].words) != NULL, "%s: %s", rows[i].config,
                      error.text);
    }
    guest("debian-12");
    write_at("/etc/system-fips", "");
    expect_refusal(keys_for("ana", ED "\n"), "FIPS mode, where sshd takes no ssh-ed25519 key");
    do_access(keys_for("ana", EC "\n"));
}
END_TEST

/* --- prior keys --------------------------------------------------------------------------------
 */

START_TEST(prior_keys)
{
    guest("debian-12");
    write_at(FILE_, "# mine\n" PRIOR " old\r\nfrom=\"10.0.0.1\" " EC " bound\ncert-authority " RSA
                    "\n# Added by Google\n" EC " google-ssh {}\nssh-ed25519 AAAA\n" ED " kept\n");
    write_at("/home/ana/.ssh/authorized_keys2", PRIOR "\n");
    struct access_request request = keys_for("ana", ED " new\n");
    request.remove_prior_keys = true;
    do_access(request);
    ck_assert_str_eq(text_at(FILE_), "# mine\n" ED " kept\n");
    ck_assert_str_eq(text_at("/home/ana/.ssh/authorized_keys2"), "");
    expect_note("no longer lets ana in: SHA256:");
    expect_note("certificates signed by SHA256:");
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), "open");
    expect_idle(request);
}
END_TEST

START_TEST(prior_keys_alone)
{
    guest("debian-12");
    write_at(SSHD, arena_printf(arena,
                                "%sAuthorizedKeysFile .ssh/authorized_keys /etc/ssh/everybody\n"
                                "TrustedUserCAKeys /etc/ssh/ca.pub\nAuthorizedKeysCommand "
                                "/usr/bin/keys\nAuthorizedKeysCommandUser nobody\n",
                                text_at(SSHD)));
    write_at("/etc/ssh/everybody", PRIOR "\n");
    write_at("/etc/ssh/ca.pub", ED "\n");
    write_at(FILE_, ED " old\n");
    struct access_request request = {.user = "ana", .remove_prior_keys = true};
    do_access(request);
    ck_assert_str_eq(text_at(FILE_), "");
    ck_assert_str_eq(text_at("/etc/ssh/everybody"), PRIOR "\n");
    expect_note("/etc/ssh/everybody was left as it is: sshd reads it for everybody, too");
    expect_note("AuthorizedKeysCommand /usr/bin/keys");
    expect_note("TrustedUserCAKeys /etc/ssh/ca.pub");
    expect_idle(request);
}
END_TEST

/* Options given on the command line of a key are no key: nothing at all is written. */
START_TEST(nothing_half_done)
{
    guest("debian-12");
    struct access_request request = keys_for("ana", ED " a\nfrom=\"*\" " EC "\n");
    request.remove_prior_keys = true;
    ck_assert(!try_access(request));
    plan = NULL;
    ck_assert_int_eq(error.code, ERR_REFUSED);
}
END_TEST

/* --- a key opens no way by password ------------------------------------------------------------
 */

static const char *const healthy[] = {"debian-11",    "debian-12", "debian-13",   "ubuntu-22.04",
                                      "ubuntu-24.04", "rhel-8",    "rhel-9",      "rocky-9",
                                      "alma-9",       "sles-15",   "amazon-2023", "alpine-3",
                                      "debian-12"};

static const char *password_walks(const struct login_answer *answer)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    vec_each (walk, &answer->walks)
        if (walk->subject.method != METHOD_PUBLICKEY)
            strbuf_printf(&s, "%s %s %s\n", walk->subject.user,
                          login_method_name(walk->subject.method),
                          gate_state_name(walk_admission(walk)));
    return s.ptr;
}

START_TEST(key_alone)
{
    static const char *const people[] = {"ana", "ubuntu", "ec2-user", "cloud-user"};
    guest(healthy[_i]);
    const char *user = "ana";
    const char *passwd = text_at("/etc/passwd");
    for (int i = 0; i < COUNT(people); i++)
        if (strstr(passwd, arena_printf(arena, "\n%s:", people[i])))
            user = people[i];
    if (_i == COUNT(healthy) - 1)
        write_at(SSHD, "PubkeyAuthentication no\nPasswordAuthentication no\nUsePAM yes\n"
                       "KbdInteractiveAuthentication no\n");
    do_access(keys_for(user, EC "\n"));
    ck_assert_str_eq(verdict(user, METHOD_PUBLICKEY), "open");
    ck_assert_str_eq(password_walks(plan->after->people), password_walks(plan->before->people));
    ck_assert_ptr_null(strstr(text_at("/etc/shadow"), arena_printf(arena, "%s::", user)));
    expect_idle(keys_for(user, EC "\n"));
}
END_TEST

/* Guests where one lock kept out both. */
static const struct both {
    const char *case_name;
    const char *then; /* of the key's walk */
} both[] = {{"allowusers-excludes", "open"},       {"allowusers-excludes--negation", "open"},
            {"allowusers-excludes--host", "open"}, {"allowusers-comma-list", "open"},
            {"allow-deny-groups", "open"},         {"allow-deny-groups--deny", "open"},
            {"groups-unresolvable", "open"},       {"maxauthtries-low", "shut"},
            {"kex-or-hostkey-mismatch", "shut"}};

START_TEST(key_alone_past_a_lock)
{
    struct err e = {0};
    raw = fixture_case(arena, TEST_SOURCE_DIRECTORY "/fixtures", both[_i].case_name, NULL, &e);
    ck_assert_msg(raw != NULL, "%s", e.text);
    tree = overlay_new(arena, raw);
    do_access(keys_for("ana", EC "\n"));
    ck_assert_str_eq(verdict("ana", METHOD_PUBLICKEY), both[_i].then);
    ck_assert_str_eq(password_walks(plan->after->people), password_walks(plan->before->people));
    expect_idle(keys_for("ana", EC "\n"));
    /* And the password, once it is asked for, is not kept out by what was done. */
    static const char secret[] = "correct horse battery";
    struct access_request password = {.user = "ana", .password = {secret, sizeof secret - 1}};
    do_access(password);
    ck_assert_str_eq(verdict("ana", METHOD_PASSWORD), "open");
}
END_TEST

#define ADD(function, rows) tcase_add_loop_test(cases, function, 0, COUNT(rows))

static Suite *access_keys_suite(void)
{
    Suite *suite = suite_create("access_keys");
    TCase *cases = tcase_create("keys");
    tcase_add_checked_fixture(cases, access_begin, access_end);
    tcase_set_timeout(cases, 120);
    ADD(dress, readings);
    tcase_add_test(cases, utf16);
    tcase_add_test(cases, versions);
    ADD(appended, appendings);
    tcase_add_test(cases, several);
    tcase_add_test(cases, options_are_said);
    tcase_add_test(cases, keeper_is_said);
    ADD(place, place_rows);
    tcase_add_test(cases, made_new);
    tcase_add_test(cases, links);
    tcase_add_test(cases, no_home);
    tcase_add_test(cases, not_accepted);
    tcase_add_test(cases, prior_keys);
    tcase_add_test(cases, prior_keys_alone);
    tcase_add_test(cases, nothing_half_done);
    ADD(key_alone, healthy);
    ADD(key_alone_past_a_lock, both);
    suite_add_tcase(suite, cases);
    return suite;
}

UNIT_MAIN(access_keys_suite)
