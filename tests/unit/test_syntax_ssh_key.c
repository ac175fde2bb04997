/* Lines of authorized_keys. Every verdict in `lines` that concerns sshd (good or not) was checked
 * with the sshd of Debian 11, 12 and 13 (8.4, 9.2, 10.0) by logging in with the key. */
#include "syntax/ssh_key.h"

#include <stdint.h>

#include "base/strbuf.h"
#include "suite.h"

/* Public halves of keys made for this test; the last ones are damaged on purpose. */
#define E_BLOB "AAAAC3NzaC1lZDI1NTE5AAAAIJR5w3l93CLuY7mwSbZ/SPjohEHxlDBtZYQH3aI29S21"
#define EC_BLOB                                                                                    \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFfo/GTY7Jqr5gUdqi70Cj59SxeB"             \
    "k2D+6jHim65iQ4vdikmc6ouqQ2AEFrWjpQQyAGYziFJsJ/HhZEMwNf0pyFY="
#define SK_BLOB                                                                                    \
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJR5w3l93CLuY7mwSbZ/SPjohEHxlDBtZYQH"             \
    "3aI29S21AAAABHNzaDo="
#define SKE_BLOB                                                                                   \
    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBFfo/GTY"             \
    "7Jqr5gUdqi70Cj59SxeBk2D+6jHim65iQ4vdikmc6ouqQ2AEFrWjpQQyAGYziFJsJ/HhZEMwNf0pyFYA"             \
    "AAAEc3NoOg=="
#define RSA_SMALL                                                                                  \
    "AAAAB3NzaC1yc2EAAAADAQABAAAAYQD/////////////////////////////////////////////////"             \
    "//////////////////////////////////////////////////////////////////////////////8="
#define EC_OFF_CURVE                                                                               \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFfo/GTY7Jqr5gUdqi70Cj59SxeB"             \
    "k2D+6jHim65iQ4vdikmc6ouqQ2AEFrWjpQQyAGYziFJsJ/HhZEMwNf0pyFc="
#define EC_OTHER_CURVE                                                                             \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAyNTYAAABBBFfo/GTY7Jqr5gUdqi70Cj59SxeB"             \
    "k2D+6jHim65iQ4vdikmc6ouqQ2AEFrWjpQQyAGYziFJsJ/HhZEMwNf0pyFY="
#define RSA_NEGATIVE                                                                               \
    "AAAAB3NzaC1yc2EAAAADAQABAAABAP//////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////////////"             \
    "////////////////////////////////////////////////////////////////////////////////"             \
    "//////////////////////////////////////////////////8="
#define RSA_HUGE_LENGTH "AAAAB3NzaC1yc2H/////eHh4eHh4eHh4eHh4eHh4eHh4eHg="
#define E_TRAILING      "AAAAC3NzaC1lZDI1NTE5AAAAIJR5w3l93CLuY7mwSbZ/SPjohEHxlDBtZYQH3aI29S21eA=="
#define E_SHORT         "AAAAC3NzaC1lZDI1NTE5AAAAIJR5w3l93CLuY7mwSbZ/SPjohEHxlDBtZYQH3aI29Q=="
#define DSA_BLOB                                                                                   \
    "AAAAB3NzaC1kc3MAAACBALjHI/9i4+ghSmPqckaz5yHxsUOgyY86+CWgeUfzkeCUSJfxRVDw2V3IWRwz"             \
    "fC6+jC+s33bXHyG3TvX9l+IzGfOMr/VJPiZYld8PIKhc8VA89RfNVxtJNmm9wmS2tEQdNjZc/2aKmHry"             \
    "2IgXlXzzpJENxycdbej9bZHLVWphnAC9AAAAFQCQNgin6h9lw9auNr0q5rhLU0HibQAAAIAT9ieiHqh4"             \
    "3cvTwTFmMc1ufE0H5qLerZHN53WFbWXJZkLA+vJZh6UWE0MZGRfyUxjcrw5AYi3a3zkyhKWORzPxy5wg"             \
    "mw4XsE318dP2P0yGHZeGpHJMeufokKwzl26fm6xQu13xlV97LBdMPDwlab3quh+Sqh2M++wCauUF0DPs"             \
    "vgAAAIEAgNQaR4YMKFvqggPcZyjbI/YdueNyEnIQebUyvlBLTyHWGN4/FjyE1iTQmYVKRKc35pdVYCP7"             \
    "c8WaqqXvrK8KbgqRDsr61A86sfLXagbaSiO+fRywh4bALbYkW8EkFWa6+xryfFJdImAdw2MKl1WH8rrN"             \
    "LH/yf/ksYf8AotxLkpc="
#define CERT_BLOB                                                                                  \
    "AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgwlxKgTkW78bZEAgNkCgvZbNBKzT1Ckan"             \
    "Us0ydpmKCOIAAAADAQABAAABgQCZp5lQTE+GsVG5SsmPplhMeLIPvx24m2G/Ye0+svhw7mCBbKlxDV/0"             \
    "q3Y4aowtOsnfzJ89jgPRI0OtXW/TOgYCHopsNz7I8FIlBf+/jPBzAFc/Bn3pB5ZZOJlzGBQHtt9YWDuD"             \
    "AtH9+xRvch9grrqOe1rbdCQIrw3dqp8NzJnfxZpdtuEHUvWigF4L7zRQkZODs5QiRgTpmwiqtstLq+xx"             \
    "IzVwpAsZCJjCqV1LVTAr8E2BdlOgLL9+hBAIMqABDysqiBRmgB8I4q21reV+uGkQptI1AKV0EdTuC247"             \
    "GYj/lPEK4Pb/jSU20UwGS6t7cvUPC0hRjyzOOLBU2GOi+gLvLKxjas5dri83/sfwkuJGNlH5/UnuKVbB"             \
    "0oj/6JGkmwTyNvWNaIS8Ip44QCBCWRW/y8vxcbZBIAWP/qOGE+VrWvLEp3ERRxMgn7a1HLzS70ihmrxi"             \
    "WYCMrl4FkLi/X7JWGT8WzX7E39fDy4XZiX4NE8e8w8FT3QypRLkmE+enBekAAAAAAAAAAAAAAAEAAAAB"             \
    "eAAAAAYAAAACbWUAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5n"             \
    "AAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGlu"             \
    "ZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3No"             \
    "LWVkMjU1MTkAAAAglHnDeX3cIu5jubBJtn9I+OiEQfGUMG1lhAfdojb1LbUAAABTAAAAC3NzaC1lZDI1"             \
    "NTE5AAAAQAO2BUSWOdzZagQ4q5dctGCHAB28/iH/C6JCnM7wIhHdRpIxNcU+eJXNaDGeFoLSPYwVTGID"             \
    "pGI9soYTwXKE5gs="
#define E_PRINT    "SHA256:VntNph2vKiBNRFU3tJMwt56zXiycYoUVqWx5snZGZAQ"
#define SK_PRINT   "SHA256:TJF06+QVPqtB9zJLcdXrX+Yq4ckIvSx2cIjlaFs/5bk"
#define SKE_PRINT  "SHA256:rtlXPuGJfTz9/Hoyl6kW8H6Uk5KeadkBsR8sUVPKafg"
#define EC_PRINT   "SHA256:y94n51S2GnN7owTEMzCSY4PxORndoE0Jel81FCk7a2c"
#define DSA_PRINT  "SHA256:3ADnCheyF4pX8PW8oxHUftjZgjd717nVw2RppDpho2Y"
#define CERT_PRINT "SHA256:k5V/K0IICbGQrWaRXGBfI4AjL3PNI4DdCiHvIUpLGPo"

#define ED    "ssh-ed25519 " E_BLOB
#define EC    "ecdsa-sha2-nistp256 " EC_BLOB
#define UTF16 "\xff\xfes\0s\0h\0-\0e\0d\0"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    ck_assert(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* VERSIONS: 0 for all three, else the version. DEFECT: "" good, "empty", "authority". */
static const struct {
    int version;
    const char *defect;
    const char *line;
    int column; /* of the defect, or of a glued key; 0: not looked at */
} lines[] = {
    {0, "", ED, 0},
    {0, "", ED " ana@host", 0},
    {0, "", "  \t" ED, 0},
    {0, "", "ssh-ed25519\t \t" E_BLOB "  c", 0},
    {0, "", ED "\r", 0},
    {0, "", ED " c\r", 0},
    {0, "", EC, 0},
    {0, "empty", "", 0},
    {0, "empty", " \t", 0},
    {0, "empty", "\r", 0},
    {0, "empty", "#" ED, 0},
    {0, "empty", " # " ED, 0},
    {0, "empty", "\xef\xbb\xbf# comment", 0},
    {0, "byte-order-mark", "\xef\xbb\xbf" ED, 1},
    {0, "byte-order-mark", "\xef\xbb\xbfno-pty " ED, 1},
    {0, "quoted", "\"" ED "\"", 1},
    {0, "quoted", "'" ED "'", 1},
    {0, "quoted", "\xe2\x80\x9c" ED "\xe2\x80\x9d", 1},
    {0, "unknown-type", "SSH-ED25519 " E_BLOB, 1},
    {0, "unknown-type", "ed25519 " E_BLOB, 1},
    {0, "type-mismatch", "ssh-rsa " E_BLOB, 1},
    {0, "type-mismatch", "no-pty ssh-rsa " E_BLOB, 8},
    {0, "type-mismatch", "rsa-sha2-512 " E_BLOB, 1},
    {0, "type-mismatch", "ecdsa-sha2-nistp384 " EC_BLOB, 1},
    {0, "malformed", E_BLOB, 1},
    {0, "malformed", "ssh-ed25519", 1},
    {0, "malformed", "no-pty ssh-ed25519", 8},
    {0, "malformed", "hello world", 1},
    {0, "unknown-type", "\r" ED, 0},
    {0, "malformed", "ssh-ed25519 " E_TRAILING, 13},
    {0, "malformed", "ssh-ed25519 " E_SHORT, 13},
    {0, "malformed", "ecdsa-sha2-nistp256 " EC_OFF_CURVE, 21},
    {0, "malformed", "ecdsa-sha2-nistp384 " EC_OTHER_CURVE, 21},
    {0, "malformed", "ssh-rsa " RSA_NEGATIVE, 9},
    {0, "malformed", "ssh-rsa " RSA_HUGE_LENGTH, 9},
    {0, "malformed", "ssh-rsa " RSA_SMALL, 9},
    {0, "malformed", "ssh-rsa-cert-v01@openssh.com " CERT_BLOB, 1},
    {0, "malformed", "ssh-ed25519\xc2\xa0" E_BLOB, 12},
    {0, "bad-base64", "ssh-ed25519 AAAAC3Nz*" E_BLOB, 21},
    {0, "bad-base64", "ssh-ed25519 AAAAC3Nz\xc2\xa0" E_BLOB, 21},
    {0, "bad-base64", ED "=", 0},
    {0, "bad-base64", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5A", 0},
    {0, "bad-base64", "ssh-ed25519 ====", 13},
    {0, "glued", ED EC, 81},
    {0, "glued", EC ED, 161},
    {0, "", ED " me" EC, 84},
    {0, "", ED " me@hostssh-dss AAAAnothing", 0},
    {0, "private-key", "-----BEGIN OPENSSH PRIVATE KEY-----", 1},
    {0, "private-key", "-----END RSA PRIVATE KEY-----", 1},
    {0, "pem", "-----BEGIN PUBLIC KEY-----", 1},
    {0, "ssh2-format", "---- BEGIN SSH2 PUBLIC KEY ----", 1},
    {0, "ssh2-format", "Comment: \"rsa-key\"", 1},
    {0, "putty", "PuTTY-User-Key-File-3: ssh-ed25519", 1},
    /* options */
    {0, "", "no-pty " ED, 0},
    {0, "", "NO-PTY " ED, 0},
    {0, "", "no-pty, " ED, 0},
    {0, "", "no-pty,\t" ED, 0},
    {0, "", ",no-pty " ED, 0},
    {0, "", "no-pty,,no-pty " ED, 0},
    {0, "bad-option", "no-pty, no-X11-forwarding " ED, 8},
    {0, "", "no-pty,no-X11-forwarding " ED, 0},
    {0, "unknown-option", "foo-bar " ED, 1},
    {0, "unknown-option", "no-pty,foo-bar " ED, 8},
    {0, "unknown-option", "no-restrict " ED, 1},
    {0, "unknown-option", "ptyx " ED, 1},
    {0, "unknown-option", "pty= " ED, 1},
    {0, "unknown-option", "pty=\"x\" " ED, 1},
    {0, "unknown-option", "command " ED, 1},
    {0, "unknown-option", "\"\" " ED, 0},
    {0, "bad-base64", "no-pty ssh-rsa x", 0},
    {0, "", "restrict,pty " ED, 0},
    {0, "", "command=\"true\" " ED, 0},
    {0, "", "cOmMand=\"true\" " ED, 0},
    {0, "", "command=\"true\"\t" ED, 0},
    {0, "", "command=\"true\", " ED, 0},
    {0, "", "command=\"echo \\\"b\\\" c\" " ED, 0},
    {0, "bad-option", "command= " ED, 1},
    {0, "bad-option", "command=true " ED, 1},
    {0, "bad-option", "command='true' " ED, 1},
    {0, "bad-option", "command=\"true\",command=\"true\" " ED, 16},
    {0, "bad-option", "command=\"true " ED, 1},
    {0, "bad-option", "command=\"true\"x " ED, 15},
    {0, "bad-option", "command=\"true\" ,pty " ED, 15},
    {0, "bad-option", "from=\"a\",from=\"b\" " ED, 10},
    {0, "bad-option", "from=127.0.0.1 " ED, 1},
    {0, "", "from=\"10.0.0.0/8,!10.1.1.1\" " ED, 0},
    {0, "", "expiry-time=\"20991231\" " ED, 0},
    {0, "", "expiry-time=\"209912312359\" " ED, 0},
    {0, "", "expiry-time=\"20991231235959\" " ED, 0},
    {0, "", "expiry-time=\"20990231\" " ED, 0},
    {804, "bad-option", "expiry-time=\"20991231Z\" " ED, 1},
    {902, "", "expiry-time=\"20991231Z\" " ED, 0},
    {902, "", "expiry-time=\"20991231z\" " ED, 0},
    {1000, "", "expiry-time=\"20991231235959UTC\" " ED, 0},
    {0, "bad-option", "expiry-time=\"2099-12-31\" " ED, 1},
    {0, "bad-option", "expiry-time=\"20991301\" " ED, 1},
    {0, "bad-option", "expiry-time=\"never\" " ED, 1},
    {0, "bad-option", "expiry-time=\"\" " ED, 1},
    {0, "bad-option", "expiry-time=\"2099123124\" " ED, 1},
    {0, "bad-option", "expiry-time=\"209912312460\" " ED, 1},
    {0, "", "environment=\"A=b\" " ED, 0},
    {0, "", "environment=\"A=\" " ED, 0},
    {0, "bad-option", "environment=\"A\" " ED, 1},
    {0, "bad-option", "environment=\"=b\" " ED, 1},
    {0, "bad-option", "environment=\"A-B=c\" " ED, 1},
    {0, "", "permitopen=\"h:22\" " ED, 0},
    {0, "", "permitopen=\"h:*\" " ED, 0},
    {0, "", "permitopen=\"[::1]:22\" " ED, 0},
    {0, "", "permitopen=\"h/22\" " ED, 0},
    {0, "", "permitopen=\":22\" " ED, 0},
    {0, "", "permitopen=\"h: 22\" " ED, 0},
    {0, "bad-option", "permitopen=\"h\" " ED, 1},
    {0, "bad-option", "permitopen=\"h:0\" " ED, 1},
    {0, "bad-option", "permitopen=\"::1:22\" " ED, 1},
    {0, "bad-option", "permitopen=\"h:99999\" " ED, 1},
    {0, "bad-option", "permitopen=\"[::1:22\" " ED, 1},
    {0, "bad-option", "permitopen=\"\" " ED, 1},
    {0, "", "permitlisten=\"22\" " ED, 0},
    {0, "", "permitlisten=\"*\" " ED, 0},
    {0, "bad-option", "permitlisten=\"\" " ED, 1},
    {0, "bad-option", "permitlisten=\"localhost\" " ED, 1},
    {0, "", "tunnel=\"0\" " ED, 0},
    {0, "", "tunnel=\"any\" " ED, 0},
    {0, "", "tunnel=\"2147483645\" " ED, 0},
    {0, "bad-option", "tunnel=\"2147483646\" " ED, 1},
    {0, "bad-option", "tunnel=\"0:1\" " ED, 1},
    {0, "bad-option", "tunnel=\"-1\" " ED, 1},
    {0, "bad-option", "tunnel=\"\" " ED, 1},
    {0, "authority", "cert-authority " ED, 0},
    {0, "authority", "cert-authority,principals=\"ana\" " ED, 0},
    /* versions */
    {801, "unknown-type", "sk-ssh-ed25519@openssh.com " SK_BLOB, 1},
    {802, "", "sk-ssh-ed25519@openssh.com " SK_BLOB, 0},
    {0, "", "sk-ecdsa-sha2-nistp256@openssh.com " SKE_BLOB, 0},
    {0, "", "verify-required sk-ssh-ed25519@openssh.com " SK_BLOB, 0},
    {802, "unknown-option", "verify-required sk-ssh-ed25519@openssh.com " SK_BLOB, 1},
    {801, "unknown-option", "no-touch-required " ED, 1},
    {706, "unknown-option", "expiry-time=\"20991231\" " ED, 1},
    {707, "unknown-option", "permitlisten=\"22\" " ED, 1},
    {902, "", "ssh-dss " DSA_BLOB, 0},
    {908, "unknown-type", "ssh-dss " DSA_BLOB, 1},
    {1000, "unknown-type", "ssh-dss " DSA_BLOB, 1},
};

static void line_holds(size_t i, int version)
{
    struct ssh_key_line l;
    /* A copy of its own length: reading past the end shows. */
    struct bytes text = arena_bytes(arena, bytes_of(lines[i].line));
    ssh_key_line_parse(arena, text, version, &l);
    const char *got = l.is_empty         ? "empty"
                      : l.defect         ? l.defect
                      : l.cert_authority ? "authority"
                                         : "";
    ck_assert_msg(strcmp(got, lines[i].defect) == 0, "line %zu (%d), %s: %s %s", i, version,
                  lines[i].line, got, l.detail ? l.detail : "");
    ck_assert_msg(!l.defect || (l.detail && l.defect_column > 0), "line %zu: no detail", i);
    if (lines[i].column)
        ck_assert_msg(lines[i].column == (l.defect ? l.defect_column : l.glued_column),
                      "line %zu, %s: column %d %d", i, lines[i].line, l.defect_column,
                      l.glued_column);
    if (!l.is_empty && !l.defect)
        ck_assert_msg(l.type && l.bits > 0 && l.fingerprint, "line %zu: no key", i);
}

START_TEST(lines_as_sshd_takes_them)
{
    static const int versions[] = {804, 902, 1000};
    size_t i = (size_t)_i;
    if (lines[i].version)
        line_holds(i, lines[i].version);
    else
        for (size_t v = 0; v < 3; v++)
            line_holds(i, versions[v]);
}
END_TEST

START_TEST(parts_of_a_line)
{
    struct ssh_key_line l;
    ssh_key_line_parse(arena,
                       bytes_of(" From=\"10.0.0.0/8\",no-PTY,command=\"a \\\"b\\\"\" " ED
                                "  ana at home \r"),
                       902, &l);
    ck_assert_msg(!l.defect, "%s", l.detail);
    ck_assert_str_eq(l.type, "ssh-ed25519");
    ck_assert_int_eq(l.bits, 256);
    ck_assert_str_eq(l.fingerprint, E_PRINT);
    ck_assert_str_eq(l.comment, "ana at home");
    ck_assert_uint_eq(l.options.count, 3);
    ck_assert_str_eq(l.options.items[0].name, "from");
    ck_assert_str_eq(l.options.items[0].value, "10.0.0.0/8");
    ck_assert_str_eq(l.options.items[0].text, "From=\"10.0.0.0/8\"");
    ck_assert_int_eq(l.options.items[0].column, 2);
    ck_assert_str_eq(l.options.items[1].name, "no-pty");
    ck_assert_ptr_null(l.options.items[1].value);
    ck_assert_int_eq(l.options.items[1].column, 20);
    ck_assert_str_eq(l.options.items[2].value, "a \"b\"");
    ssh_key_line_parse(arena, bytes_of(ED), 902, &l);
    ck_assert_ptr_null(l.comment);
}
END_TEST

START_TEST(fingerprints)
{
    /* From ssh-keygen -lf. A certificate has the fingerprint of its key. */
    static const struct {
        const char *line, *print;
        int bits;
    } prints[] = {
        {ED, E_PRINT, 256},
        {EC, EC_PRINT, 256},
        {"sk-ssh-ed25519@openssh.com " SK_BLOB, SK_PRINT, 256},
        {"sk-ecdsa-sha2-nistp256@openssh.com " SKE_BLOB, SKE_PRINT, 256},
        {"ssh-dss " DSA_BLOB, DSA_PRINT, 1024},
        {"ssh-rsa-cert-v01@openssh.com " CERT_BLOB, CERT_PRINT, 3072},
    };
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++) {
        struct ssh_key_line l;
        ssh_key_line_parse(arena, bytes_of(prints[i].line), 902, &l);
        ck_assert_str_eq(l.fingerprint, prints[i].print);
        ck_assert_int_eq(l.bits, prints[i].bits);
        char *file = arena_printf(arena, "# x\n\n %s c\n", prints[i].line);
        ck_assert_str_eq(ssh_public_key_fingerprint(arena, bytes_of(file)), prints[i].print);
    }
    ck_assert_ptr_null(ssh_public_key_fingerprint(arena, bytes_of("")));
    ck_assert_ptr_null(ssh_public_key_fingerprint(arena, bytes_of("no key\n")));
    ck_assert_ptr_null(ssh_public_key_fingerprint(arena, bytes_of("-----BEGIN X\n" ED "\n")));
}
END_TEST

START_TEST(nuls_and_utf16)
{
    struct ssh_key_line l;
    struct bytes cut = {ED "\0junk", sizeof(ED "\0junk") - 1};
    ssh_key_line_parse(arena, cut, 902, &l); /* sshd sees a C string */
    ck_assert_ptr_null(l.defect);
    struct bytes inside = {"ssh-ed25519 AAAA\0AAAAAAAAAAAAA", 30};
    ssh_key_line_parse(arena, inside, 902, &l);
    ck_assert_str_eq(l.defect, "malformed");
    ck_assert_int_eq(l.defect_column, 17);
    ssh_key_line_parse(arena, (struct bytes){UTF16, sizeof UTF16 - 1}, 902, &l);
    ck_assert_str_eq(l.defect, "utf16");
    ssh_key_line_parse(arena, (struct bytes){"\0s\0s\0h\0-\0r\0s\0a", 14}, 902, &l);
    ck_assert_str_eq(l.defect, "utf16");
    ssh_key_line_parse(arena, (struct bytes){"\0", 1}, 902, &l);
    ck_assert(l.is_empty);
}
END_TEST

START_TEST(wrapped_lines)
{
    size_t whole = strlen(ED " ana");
    struct bytes line = bytes_of(ED " ana");
    /* Cut anywhere within the key: the pieces are bad and join. At the comment the first is good.
     */
    for (size_t at = 1; at < whole; at++) {
        struct bytes first = bytes_cut(line, 0, at), second = bytes_cut(line, at, whole);
        bool joins = ssh_key_lines_join(arena, first, second, 902);
        ck_assert_msg(joins == (at < strlen(ED)), "cut at %zu", at);
    }
    ck_assert(ssh_key_lines_join(arena, bytes_of("ssh-ed25519 \r"), bytes_of(E_BLOB), 902));
    ck_assert(ssh_key_lines_join(arena, bytes_of("no-pty"), bytes_of("ssh-ed25519 " E_BLOB), 902) ==
              false); /* the second is a key of its own */
    ck_assert(!ssh_key_lines_join(arena, bytes_of(ED), bytes_of("x"), 902));
    ck_assert(!ssh_key_lines_join(arena, bytes_of("a"), bytes_of("b"), 902));
    ck_assert(!ssh_key_lines_join(arena, bytes_of(""), bytes_of(ED), 902));
}
END_TEST

static struct bytes repeated(const char *head, const char *piece, size_t len)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    strbuf_add(&s, head);
    while (s.len < len)
        strbuf_add(&s, piece);
    return strbuf_bytes(&s);
}

START_TEST(hostile_lines)
{
    static const char *const pieces[] = {
        "A",
        ",",
        " ",
        "\"",
        "\\\"",
        "ssh-rsa ",
        "ssh-rsa AAAA ",
        "pty,",
        "no-pty,pty,",
        "s",
        "=",
        "\xc2\xa0",
        "#",
        "command=\"",
        "a=",
        "tunnel=\"0\",",
        ED " ",
        "environment=\"A=b\",",
        "permitopen=\"h:1\",",
    };
    static const char *const heads[] = {"",        "ssh-ed25519 ", "ssh-rsa AAAA", ED " ",
                                        "no-pty,", "\"",           "\xef\xbb\xbf", "-----BEGIN "};
    struct ssh_key_line l;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        for (size_t j = 0; j < sizeof heads / sizeof *heads; j++) {
            ssh_key_line_parse(arena, repeated(heads[j], pieces[i], 100000), 902, &l);
            tear_down();
            set_up();
        }
    ssh_key_line_parse(arena, repeated("", "A", 1u << 20), 902, &l);
    ck_assert_str_eq(l.defect, "malformed");
    ssh_key_line_parse(arena, repeated(ED " ", "x", 1u << 20), 902, &l);
    ck_assert_ptr_null(l.defect);
    struct bytes commas = repeated("", ",", 100000);
    commas = bytes_of(arena_printf(arena, "%.*s " ED, (int)commas.len, commas.ptr));
    ssh_key_line_parse(arena, commas, 902, &l);
    ck_assert_ptr_null(l.defect);
    struct bytes many = repeated("", "environment=\"A=b\",", 1026 * 18);
    many = bytes_of(arena_printf(arena, "%.*s " ED, (int)many.len, many.ptr));
    ssh_key_line_parse(arena, many, 902, &l);
    ck_assert_str_eq(l.defect, "bad-option");
}
END_TEST

/* Every byte of a good line changed to every value: no crash, and never a key of another print. */
START_TEST(damaged_bytes)
{
    struct bytes good = bytes_of("no-pty " EC " c");
    for (size_t at = 0; at < good.len; at++) {
        for (int byte = 0; byte < 256; byte += at < 30 ? 1 : 17) {
            struct bytes copy = arena_bytes(arena, good);
            char *line = arena_strdup(arena, copy.ptr);
            line[at] = (char)byte;
            struct ssh_key_line l;
            ssh_key_line_parse(arena, (struct bytes){line, good.len}, 902, &l);
            bool in_key = at >= 27 && at < good.len - 2;
            if (!l.is_empty && !l.defect && in_key && byte != good.ptr[at] && byte != 0 &&
                byte != ' ' && byte != '\t')
                ck_assert_msg(false, "byte %d at %zu passes", byte, at);
        }
        tear_down();
        set_up();
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("syntax: key lines");
    TCase *t = tcase_create("lines");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, lines_as_sshd_takes_them, 0, sizeof lines / sizeof *lines);
    tcase_add_test(t, parts_of_a_line);
    tcase_add_test(t, fingerprints);
    tcase_add_test(t, nuls_and_utf16);
    tcase_add_test(t, wrapped_lines);
    tcase_add_test(t, hostile_lines);
    tcase_add_test(t, damaged_bytes);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
