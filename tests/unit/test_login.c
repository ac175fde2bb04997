#include "login/login.h"

#include "login_suite.h"

#define WRITE(path, text) "{\"do\": \"write\", \"path\": \"" path "\", \"text\": \"" text "\"}"
#define SSHD(text)        WRITE("/etc/ssh/sshd_config", text)
/* Debian's way: PAM on, everything else by default. */
#define PAM(text)    SSHD("UsePAM yes\\n" text)
#define NO_PAM(text) SSHD("UsePAM no\\n" text)
#define HASH         "$y$j9T$Fix7ureSa1tFix7ureSa1t$Thi5IsNoRea1HashThi5IsNoRea1HashThi5IsNoRea"
#define SHADOW(field, rest)                                                                        \
    WRITE("/etc/shadow",                                                                           \
          "root:*:20100:0:99999:7:::\\nsshd:!:20100::::::\\nana:" field ":" rest "\\n")
#define AGE "20100:0:99999:7:::"
#define PASSWD(line)                                                                               \
    WRITE("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\\n"                                      \
                         "sshd:x:101:65534::/run/sshd:/usr/sbin/nologin\\n" line "\\n")
#define KEY              "AAAAC3NzaC1lZDI1NTE5AAAAIBx1Rt6IwfQZSu3uAnohENU8T6dbTw5sWPumDX6AkvIz"
#define ED               "ssh-ed25519 " KEY " ana@laptop"
#define OWN_HASH(field)                                                                            \
    "{\"do\": \"replace\", \"path\": \"/etc/passwd\", \"old\": \"ana:x:\", \"new\": \"ana:" field   \
    ":\"}"
#define NO_SHADOW WRITE("/etc/shadow", "root:*:19900:0:99999:7:::\\n")
#define KEYS(text)       WRITE("/home/ana/.ssh/authorized_keys", text)
#define MODE(path, mode) "{\"do\": \"mode\", \"path\": \"" path "\", \"mode\": \"" mode "\"}"
#define OWNER(path, owner)                                                                         \
    "{\"do\": \"owner\", \"path\": \"" path "\", \"owner\": " owner ", \"group\": " owner "}"
#define ROOT_KEY                                                                                   \
    "{\"do\": \"directory\", \"path\": \"/root/.ssh\", \"mode\": \"0700\"},"                       \
    "{\"do\": \"write\", \"path\": \"/root/.ssh/authorized_keys\", \"text\": \"" ED                \
    "\\n\", \"mode\": \"0600\"}"

enum verdict { OPEN, SHUT, UNKNOWN };

/* REASON: the lock (or doubt) that must be there; NULL: none at all may be. Ids that start with A
 * are vectors that were run against real sshd. */
static const struct row {
    const char *name, *guest, *changes, *user, *from;
    enum login_method method;
    enum verdict verdict;
    const char *reason;
} rows[] = {
#define KEYLOGIN(name, guest, changes, verdict, reason)                                            \
    {                                                                                              \
        name, guest, changes, "ana", "192.168.7.7", METHOD_PUBLICKEY, verdict, reason              \
    }
#define PASSWORD(name, guest, changes, verdict, reason)                                            \
    {                                                                                              \
        name, guest, changes, "ana", "192.168.7.7", METHOD_PASSWORD, verdict, reason               \
    }
    KEYLOGIN("A01", "debian-12", NULL, OPEN, NULL),
    KEYLOGIN("A02 locked, no PAM", "debian-12", NO_PAM("") "," SHADOW("!", AGE), SHUT,
             "usepam-off"),
    KEYLOGIN("A02 locked hash", "debian-12", NO_PAM("") "," SHADOW("!" HASH, AGE), SHUT,
             "usepam-off"),
    /* The hash in passwd itself, where pwunconv or an old tool left it. */
    KEYLOGIN("hash in passwd, no PAM", "debian-12", NO_PAM("") "," OWN_HASH(HASH), OPEN, NULL),
    PASSWORD("hash in passwd, no PAM", "debian-12", NO_PAM("") "," OWN_HASH(HASH), OPEN, NULL),
    KEYLOGIN("hash in passwd, shadow locked, no PAM", "debian-12",
             NO_PAM("") "," OWN_HASH(HASH) "," SHADOW("!" HASH, AGE), SHUT, "usepam-off"),
    PASSWORD("hash in passwd, shadow locked, no PAM", "debian-12",
             NO_PAM("") "," OWN_HASH(HASH) "," SHADOW("!" HASH, AGE), SHUT, "account-locked"),
    PASSWORD("hash in passwd, shadow locked, PAM", "debian-12",
             PAM("") "," OWN_HASH(HASH) "," SHADOW("!" HASH, AGE), OPEN, NULL),
    PASSWORD("lock in passwd, shadow set, no PAM", "debian-12",
             NO_PAM("") "," OWN_HASH("!") "," SHADOW(HASH, AGE), OPEN, NULL),
    PASSWORD("lock in passwd, shadow set, PAM", "debian-12",
             PAM("") "," OWN_HASH("!") "," SHADOW(HASH, AGE), SHUT, "account-locked"),
    KEYLOGIN("lock in passwd, no shadow line, no PAM", "debian-12",
             NO_PAM("") "," OWN_HASH("!x") "," NO_SHADOW, SHUT, "usepam-off"),
    KEYLOGIN("hash in passwd, expired in shadow, PAM", "debian-12",
             PAM("") "," OWN_HASH(HASH) "," SHADOW("*", "20100:0:99999:7::1:"), OPEN, NULL),
    KEYLOGIN("hash in passwd, expired in shadow, no PAM", "debian-12",
             NO_PAM("") "," OWN_HASH(HASH) "," SHADOW("*", "20100:0:99999:7::1:"), SHUT,
             "account-expired"),
    KEYLOGIN("A03 locked, PAM", "debian-12", PAM("") "," SHADOW("!", AGE), OPEN, NULL),
    KEYLOGIN("A04 star, no PAM", "debian-12", NO_PAM("") "," SHADOW("*", AGE), OPEN, NULL),
    KEYLOGIN("A04 *LK*, no PAM", "debian-12", NO_PAM("") "," SHADOW("*LK*", AGE), OPEN, NULL),
    KEYLOGIN("A05 expired, no PAM", "debian-12", NO_PAM("") "," SHADOW("*", "20100:0:99999:7::1:"),
             SHUT, "account-expired"),
    KEYLOGIN("A05 expired, PAM", "debian-12", PAM("") "," SHADOW("*", "20100:0:99999:7::1:"), SHUT,
             "account-expired"),
    KEYLOGIN("expires today, PAM", "debian-12", PAM("") "," SHADOW("*", "20100:0:99999:7::20605:"),
             SHUT, "account-expired"),
    KEYLOGIN("expires tomorrow", "debian-12", PAM("") "," SHADOW("*", "20100:0:99999:7::20606:"),
             OPEN, NULL),
    KEYLOGIN("-1: getspnam does not take the line", "debian-12",
             PAM("") "," SHADOW("*", "20100:0:99999:7::-1:"), SHUT, "shadow-entry-missing"),
    KEYLOGIN("-1, no PAM", "debian-12", NO_PAM("") "," SHADOW("*", "20100:0:99999:7::-1:"), OPEN,
             NULL),
    KEYLOGIN("expires never (empty)", "debian-12", PAM("") "," SHADOW("*", "20100:0:99999:7:::"),
             OPEN, NULL),
    KEYLOGIN("A06 no shadow line, no PAM", "debian-12",
             NO_PAM("") "," WRITE("/etc/shadow", "root:*:20100::::::\\n"), OPEN, NULL),
    KEYLOGIN("A06 no shadow line, PAM", "debian-12",
             PAM("") "," WRITE("/etc/shadow", "root:*:20100::::::\\n"), SHUT,
             "shadow-entry-missing"),
    KEYLOGIN("A07 last change 0, no PAM", "debian-12", NO_PAM("") "," SHADOW("*", "0:0:99999:7:::"),
             OPEN, NULL),
    KEYLOGIN("A07 last change 0, PAM", "debian-12", PAM("") "," SHADOW("*", "0:0:99999:7:::"), SHUT,
             "password-expired"),
    KEYLOGIN("aged password, PAM", "debian-12", PAM("") "," SHADOW("*", "20100:0:90:7:::"), SHUT,
             "password-expired"),
    KEYLOGIN("inactive, PAM", "debian-12", PAM("") "," SHADOW("*", "20100:0:90:7:5::"), SHUT,
             "account-expired"),
    KEYLOGIN("changed in the future", "debian-12", PAM("") "," SHADOW("*", "30000:0:90:7:::"), OPEN,
             NULL),
    KEYLOGIN("absurd numbers", "debian-12",
             PAM("") "," SHADOW("*", "9999999999999999999:0:-5:7:99999999999999999999::"), SHUT,
             "shadow-entry-missing"),
    KEYLOGIN("A08 no such shell", "debian-12", PASSWD("ana:x:1000:1000::/home/ana:/bin/zsh"), SHUT,
             "shell-missing-or-not-executable"),
    KEYLOGIN("A08 but a chroot", "debian-12",
             PASSWD("ana:x:1000:1000::/home/ana:/bin/zsh") "," PAM("ChrootDirectory /\\n"), SHUT,
             "shell-missing-or-not-executable"),
    KEYLOGIN("A09 shell 0644", "debian-12",
             "{\"do\": \"write\", \"path\": \"/usr/bin/odd\", \"text\": \"x\", \"mode\": "
             "\"0644\"}," PASSWD("ana:x:1000:1000::/home/ana:/usr/bin/odd"),
             SHUT, "shell-missing-or-not-executable"),
    KEYLOGIN("A10 shell 0700", "debian-12",
             "{\"do\": \"write\", \"path\": \"/usr/bin/odd\", \"text\": \"x\", \"mode\": "
             "\"0700\"}," PASSWD("ana:x:1000:1000::/home/ana:/usr/bin/odd"),
             SHUT, "shell-missing-or-not-executable"),
    KEYLOGIN("A11 CRLF passwd", "debian-12",
             WRITE("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\\r\\n"
                                  "sshd:x:101:65534::/run/sshd:/usr/sbin/nologin\\r\\n"
                                  "ana:x:1000:1000::/home/ana:/bin/bash\\r\\n"),
             SHUT, "passwd-file-damaged"),
    KEYLOGIN(
        "empty shell is /bin/sh", "debian-12",
        "{\"do\": \"write\", \"path\": \"/bin/sh\", \"text\": \"x\", \"mode\": \"0755\"}," PASSWD(
            "ana:x:1000:1000::/home/ana:"),
        OPEN, NULL),
    KEYLOGIN("A12 comma list", "debian-12", PAM("AllowUsers ana,bob\\n"), SHUT,
             "allowusers-comma-list"),
    KEYLOGIN("comma list of others", "debian-12", PAM("AllowUsers bob,eve\\n"), SHUT,
             "allowusers-excludes"),
    KEYLOGIN("A13", "debian-12", PAM("AllowUsers *,!bob\\n"), SHUT, "allowusers-comma-list"),
    KEYLOGIN("A14", "debian-12", PAM("DenyUsers !ana\\n"), OPEN, NULL),
    KEYLOGIN("A15", "debian-12", PAM("AllowUsers ana@*,!192.168.7.7\\n"), SHUT,
             "allowusers-excludes"),
    KEYLOGIN("user@host that fits", "debian-12", PAM("AllowUsers ana@192.168.0.0/16\\n"), OPEN,
             NULL),
    KEYLOGIN("A16", "debian-12", PAM("AllowUsers ana@localhost\\n"), SHUT, "allowusers-excludes"),
    KEYLOGIN("A17", "debian-12", PAM("DenyUsers ana\\nAllowUsers ana\\n"), SHUT,
             "denyusers-matches"),
    KEYLOGIN("A18", "debian-12", PAM("AllowGroups 1000\\n"), SHUT, "allow-deny-groups"),
    KEYLOGIN("A19", "debian-12", PAM("AllowUsers ana\\nAllowGroups wheel\\n"), SHUT,
             "allow-deny-groups"),
    KEYLOGIN("A20", "debian-12", PAM("AllowGroups sudo\\n"), OPEN, NULL),
    KEYLOGIN("deny one of her groups", "debian-12", PAM("DenyGroups adm\\n"), SHUT,
             "allow-deny-groups"),
    KEYLOGIN("no group has a name", "debian-12",
             PAM("DenyGroups nosuch\\n") "," WRITE("/etc/group", "root:x:0:\\n"), SHUT,
             "groups-unresolvable"),
    KEYLOGIN("no group has a name, none asked", "debian-12", WRITE("/etc/group", "root:x:0:\\n"),
             OPEN, NULL),
    KEYLOGIN("case matters", "debian-12", PAM("AllowUsers Ana\\n"), SHUT, "allowusers-excludes"),
    KEYLOGIN("Match opens the list", "debian-12",
             PAM("AllowUsers bob\\nMatch User ana\\nAllowUsers ana\\n"), OPEN, NULL),
    KEYLOGIN("A21 home 0777", "debian-12", MODE("/home/ana", "0777"), SHUT, "key-home-perms"),
    KEYLOGIN("A21 but StrictModes no", "debian-12",
             MODE("/home/ana", "0777") "," PAM("StrictModes no\\n"), OPEN, NULL),
    KEYLOGIN("A22 Debian", "debian-12", MODE("/home/ana", "0775"), OPEN, NULL),
    KEYLOGIN("A22 RHEL", "rhel-9", MODE("/home/ana", "0775"), SHUT, "key-home-perms"),
    KEYLOGIN(
        "A23 group has a member", "debian-12",
        MODE("/home/ana",
             "0775") ","
                     "{\"do\": \"replace\", \"path\": \"/etc/group\", \"old\": \"ana:x:1000:\", "
                     "\"new\": \"ana:x:1000:sshd\"}",
        SHUT, "key-home-perms"),
    KEYLOGIN("~/.ssh of root, group-writable for root's own group", "debian-12",
             MODE("/home/ana/.ssh", "0775") "," OWNER("/home/ana/.ssh", "0"), SHUT,
             "key-sshdir-perms"),
    KEYLOGIN("~/.ssh of root, group-writable for the person's own group", "debian-12",
             MODE("/home/ana/.ssh", "0775") ",{\"do\": \"owner\", \"path\": \"/home/ana/.ssh\", "
                                            "\"owner\": 0, \"group\": 1000}",
             OPEN, NULL),
    KEYLOGIN("a revoked key", "debian-12",
             PAM("RevokedKeys /etc/ssh/revoked\\n") "," KEYS(ED "\\n") "," WRITE("/etc/ssh/revoked",
                                                                                 ED "\\n"),
             SHUT, "key-revoked"),
    KEYLOGIN("A24 Debian", "debian-12", MODE("/home/ana/.ssh/authorized_keys", "0664"), OPEN, NULL),
    KEYLOGIN("A24 RHEL", "rhel-9", MODE("/home/ana/.ssh/authorized_keys", "0664"), SHUT,
             "key-file-writable"),
    KEYLOGIN("A25", "debian-12", MODE("/home", "0777") "," MODE("/", "0777"), OPEN, NULL),
    KEYLOGIN("A26", "debian-12",
             "{\"do\": \"remove\", \"path\": \"/home/ana/.ssh\"},"
             "{\"do\": \"symlink\", \"path\": \"/home/ana/.ssh\", \"target\": \"/srv/k\"},"
             "{\"do\": \"directory\", \"path\": \"/srv/k\", \"mode\": \"0777\"},"
             "{\"do\": \"write\", \"path\": \"/srv/k/authorized_keys\", \"text\": \"" ED
             "\\n\", \"mode\": \"0644\"}",
             SHUT, "key-sshdir-perms"),
    KEYLOGIN("A27", "debian-12",
             MODE("/home/ana/.ssh/authorized_keys",
                  "0600") "," OWNER("/home/ana/.ssh/authorized_keys", "0"),
             SHUT, "key-file-unreadable"),
    KEYLOGIN("A28", "debian-12",
             MODE("/home/ana/.ssh/authorized_keys",
                  "0644") "," OWNER("/home/ana/.ssh/authorized_keys", "0"),
             OPEN, NULL),
    KEYLOGIN("A29", "debian-12",
             "{\"do\": \"remove\", \"path\": \"/home/ana/.ssh/authorized_keys\"}," WRITE(
                 "/home/ana/.ssh/authorized_keys2",
                 ED "\\n") "," OWNER("/home/ana/.ssh/authorized_keys2", "1000"),
             OPEN, NULL),
    KEYLOGIN("A30", "debian-12", PAM("AuthorizedKeysFile ~/.ssh/authorized_keys\\n"), SHUT,
             "key-path-elsewhere"),
    KEYLOGIN("no keys asked for", "debian-12", PAM("AuthorizedKeysFile none\\n"), SHUT,
             "key-path-elsewhere"),
    KEYLOGIN("unknown token", "debian-12", PAM("AuthorizedKeysFile /etc/%z\\n"), SHUT,
             "key-path-elsewhere"),
    KEYLOGIN("no key at all", "debian-12", "{\"do\": \"remove\", \"path\": \"/home/ana/.ssh\"}",
             SHUT, "key-file-missing-or-empty"),
    KEYLOGIN("only a comment", "debian-12", KEYS("# nothing\\n\\n"), SHUT,
             "key-file-missing-or-empty"),
    KEYLOGIN("A32 CRLF", "debian-12", KEYS(ED "\\r\\n"), OPEN, NULL),
    KEYLOGIN("A32 wrapped", "debian-12", KEYS("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\\nIBx1Rt6I\\n"),
             SHUT, "key-line-malformed"),
    KEYLOGIN("A33", "debian-12", KEYS("no-pty, no-X11-forwarding " ED "\\n"), SHUT,
             "key-line-malformed"),
    KEYLOGIN("A34", "debian-12", KEYS("foo-bar " ED "\\n"), SHUT, "key-line-malformed"),
    KEYLOGIN("A35", "debian-12", KEYS("from=\\\"192.168.7.7/8\\\" " ED "\\n"), SHUT,
             "key-options-block"),
    KEYLOGIN("from= that fits", "debian-12", KEYS("from=\\\"192.168.0.0/16\\\" " ED "\\n"), OPEN,
             NULL),
    KEYLOGIN("A36 9.2", "debian-12", KEYS("expiry-time=\\\"20990101Z\\\" " ED "\\n"), OPEN, NULL),
    KEYLOGIN("A36 8.4", "debian-11", KEYS("expiry-time=\\\"20990101Z\\\" " ED "\\n"), SHUT,
             "key-line-malformed"),
    KEYLOGIN("expired key", "debian-12", KEYS("expiry-time=\\\"20200101\\\" " ED "\\n"), SHUT,
             "key-options-block"),
    KEYLOGIN("A37", "debian-12", KEYS("cert-authority " ED "\\n"), SHUT, "key-options-block"),
    KEYLOGIN("cloud-init's line", "debian-12",
             KEYS("no-pty,command=\\\"echo 'Please login as the user x';exit 142\\\" " ED "\\n"),
             SHUT, "key-options-block"),
    KEYLOGIN("a forced command", "debian-12", KEYS("command=\\\"/usr/bin/login -f\\\" " ED "\\n"),
             OPEN, NULL),
    KEYLOGIN("two keys glued", "debian-12", KEYS("ssh-ed25519 " KEY "ssh-ed25519 " KEY " x\\n"),
             SHUT, "key-lines-glued"),
    KEYLOGIN("glued behind a comment", "debian-12", KEYS(ED "ssh-ed25519 " KEY "\\n"), OPEN, NULL),
    KEYLOGIN("key behind a block without its end", "debian-12",
             KEYS("---- BEGIN SSH2 PUBLIC KEY ----\\n" ED "\\n"), OPEN, NULL),
    KEYLOGIN("the first line of a key decides", "debian-12",
             KEYS("command=\\\"/bin/false\\\" " ED "\\n" ED "\\n"), SHUT, "key-options-block"),
    KEYLOGIN("none of a Match is a file", "debian-12", PAM("Match User ana\\nRevokedKeys none\\n"),
             SHUT, "revoked-keys-unreadable"),
    KEYLOGIN("none in the global part", "debian-12", PAM("RevokedKeys none\\n"), OPEN, NULL),
    KEYLOGIN("a damaged line beside a good one", "debian-12",
             SHADOW("*", AGE "\\nana:*:x:0:99999:7:::"), OPEN, NULL),
    KEYLOGIN("account phase that never comes to pam_unix", "debian-12",
             WRITE("/etc/pam.d/sshd",
                   "auth required pam_unix.so\\naccount sufficient pam_permit.so\\n"
                   "account required pam_unix.so\\nsession required pam_permit.so\\n") "," SHADOW("*",
                                                                                          "20100:0:"
                                                                                          "99999:7::"
                                                                                          "1:"),
             OPEN, NULL),
    PASSWORD("interactive in a list, no PAM", "debian-12",
             NO_PAM("AuthenticationMethods keyboard-interactive\\n") "," SHADOW(HASH, AGE), SHUT,
             "authmethods-extra-factor"),
    PASSWORD("password in a list, and off", "debian-12",
             PAM("KbdInteractiveAuthentication yes\\nMatch User ana\\nPasswordAuthentication no\\n"
                 "AuthenticationMethods password\\n") "," SHADOW(HASH, AGE),
             SHUT, "authmethods-extra-factor"),
    PASSWORD("empty password, no nullok", "debian-12",
             PAM("PermitEmptyPasswords yes\\n") "," SHADOW("", AGE) "," WRITE(
                 "/etc/pam.d/sshd", "auth required pam_unix.so\\naccount required pam_unix.so\\n"
                                    "session required pam_permit.so\\n"),
             SHUT, "pam-stack-denies"),
    {"root may not type the other factor", "debian-12",
     ROOT_KEY "," PAM("AuthenticationMethods password,publickey\\n") "," WRITE(
         "/etc/shadow", "root:" HASH ":20100:0:99999:7:::\\nana:*:" AGE "\\n"),
     "root", NULL, METHOD_PUBLICKEY, SHUT, "authmethods-extra-factor"},
    KEYLOGIN("an empty password for the other factor", "debian-12",
             PAM("PermitEmptyPasswords yes\\nAuthenticationMethods publickey,password\\n") "," SHADOW(
                 "", AGE),
             OPEN, NULL),
    KEYLOGIN("no day of the last change", "debian-12", SHADOW("*", ":0:90:7:::"), SHUT,
             "password-expired"),
    KEYLOGIN("no day of the last change, PAM 1.7", "debian-13", SHADOW("*", ":0:90:7:::"), OPEN,
             NULL),
    KEYLOGIN("one bad line, one good", "debian-12", KEYS("garbage\\n" ED "\\n"), OPEN, NULL),
    {"A38 key", "debian-12", ROOT_KEY "," PAM("PermitRootLogin prohibit-password\\n"), "root", NULL,
     METHOD_PUBLICKEY, OPEN, NULL},
    {"A38 password", "debian-12", PAM("PermitRootLogin prohibit-password\\n"), "root", NULL,
     METHOD_PASSWORD, SHUT, "root-login-refused"},
    {"A39", "debian-12",
     ROOT_KEY "," PAM("PermitRootLogin forced-commands-only\\nForceCommand x\\n"), "root", NULL,
     METHOD_PUBLICKEY, SHUT, "root-login-refused"},
    {"A40", "debian-12",
     PAM("PermitRootLogin no\\n") "," PASSWD("ana:x:0:0::/root:/bin/bash") "," ROOT_KEY, "ana",
     NULL, METHOD_PUBLICKEY, SHUT, "root-login-refused"},
    PASSWORD("A41 8.4", "debian-11",
             PAM("PasswordAuthentication no\\nKbdInteractiveAuthentication no\\n"), OPEN, NULL),
    PASSWORD("A41 9.2", "debian-12",
             PAM("PasswordAuthentication no\\nKbdInteractiveAuthentication no\\n"), SHUT,
             "password-auth-off-without-key"),
    PASSWORD("A42", "debian-12", PAM("PasswordAuthentication no\\n"), OPEN, NULL),
    PASSWORD("A42 but no PAM", "debian-12", NO_PAM("PasswordAuthentication no\\n"), SHUT,
             "password-auth-off-without-key"),
    PASSWORD("locked", "debian-12", SHADOW("!" HASH, AGE), SHUT, "account-locked"),
    PASSWORD("star", "debian-12", SHADOW("*", AGE), SHUT, "account-locked"),
    PASSWORD("empty", "debian-12", SHADOW("", AGE), SHUT, "password-empty"),
    PASSWORD("empty and permitted", "debian-12",
             SHADOW("", AGE) "," PAM("PermitEmptyPasswords yes\\n"), OPEN, NULL),
    PASSWORD("no hash", "debian-12", SHADOW("secret", AGE), SHUT, NULL),
    KEYLOGIN("A43", "debian-12", PAM("DSAAuthentication no\\n"), SHUT, "pubkey-auth-off"),
    KEYLOGIN("A44", "debian-12", PAM("AuthenticationMethods publickey,publickey\\n"), SHUT,
             "authmethods-extra-factor"),
    KEYLOGIN("key and password", "debian-12", PAM("AuthenticationMethods publickey,password\\n"),
             OPEN, NULL),
    KEYLOGIN("key and a password she has not", "debian-12",
             PAM("AuthenticationMethods publickey,password\\n") "," SHADOW("*", AGE), SHUT,
             "authmethods-extra-factor"),
    KEYLOGIN("either list", "debian-12", PAM("AuthenticationMethods password publickey\\n"), OPEN,
             NULL),
    KEYLOGIN("A45", "debian-12", PAM("AuthenticationMethods none\\n"), SHUT,
             "authmethods-extra-factor"),
    KEYLOGIN("Kerberos too", "debian-12",
             PAM("GSSAPIAuthentication yes\\nAuthenticationMethods publickey,gssapi-with-mic\\n"),
             UNKNOWN, "authmethods-extra-factor"),
    KEYLOGIN("A46", "debian-12", PAM("RevokedKeys /nonexistent\\n"), SHUT,
             "revoked-keys-unreadable"),
    KEYLOGIN("A47", "debian-12",
             PAM("RevokedKeys /etc/revoked\\n") "," WRITE("/etc/revoked", "junk\\n"), SHUT,
             "revoked-keys-unreadable"),
    KEYLOGIN("nothing revoked", "debian-12",
             PAM("RevokedKeys /etc/revoked\\n") "," WRITE("/etc/revoked", ""), OPEN, NULL),
    KEYLOGIN("A55", "debian-12", PAM("MaxAuthTries 0\\n"), SHUT, "maxauthtries-low"),
    KEYLOGIN("kind of key not accepted", "debian-12",
             PAM("PubkeyAcceptedAlgorithms rsa-sha2-512\\n"), SHUT, "pubkey-algorithms-restricted"),
    KEYLOGIN("kind of key taken out", "debian-12", PAM("PubkeyAcceptedAlgorithms -ssh-ed25519\\n"),
             SHUT, "pubkey-algorithms-restricted"),
    KEYLOGIN("all taken out is all left in", "debian-12", PAM("PubkeyAcceptedAlgorithms -*\\n"),
             OPEN, NULL),
    KEYLOGIN("old name of the list", "debian-11", PAM("PubkeyAcceptedKeyTypes ssh-rsa\\n"), SHUT,
             "pubkey-algorithms-restricted"),
    KEYLOGIN("Match turns keys off", "debian-12",
             PAM("Match Address 192.168.0.0/16\\nPubkeyAuthentication no\\n"), SHUT,
             "match-locks-out"),
    KEYLOGIN("Match for others", "debian-12",
             PAM("Match Address 10.0.0.0/8\\nPubkeyAuthentication no\\n"), OPEN, NULL),
    KEYLOGIN("nobody of that name", "debian-12", PASSWD("bob:x:1000:1000::/home/ana:/bin/bash"),
             SHUT, "user-missing"),
    KEYLOGIN("built without PAM", "alpine-3", SHADOW("!", AGE), SHUT, "account-locked"),
    KEYLOGIN("keys from a program", "debian-12",
             PAM("AuthorizedKeysCommand /usr/bin/env\\nAuthorizedKeysCommandUser nobody\\n"
                 "AuthorizedKeysFile none\\n"),
             UNKNOWN, "key-path-elsewhere"),
    KEYLOGIN("nologin", "debian-12", PASSWD("ana:x:1000:1000::/home/ana:/usr/sbin/nologin"), SHUT,
             "shell-nologin"),
    KEYLOGIN("MaxSessions 0", "debian-12", PAM("MaxSessions 0\\n"), SHUT, "listen-limits-too-low"),
    KEYLOGIN("refused connection", "debian-13", PAM("RefuseConnection yes\\n"), SHUT,
             "listen-source-penalty"),
    /* The guest itself. */
    KEYLOGIN("loopback only", "debian-12", PAM("ListenAddress 127.0.0.1\\n"), SHUT,
             "listen-address-wrong"),
    KEYLOGIN("a star is loopback", "debian-12", PAM("ListenAddress *\\n"), SHUT,
             "listen-address-wrong"),
    KEYLOGIN("one more that listens", "debian-12",
             PAM("ListenAddress 127.0.0.1\\nListenAddress 0.0.0.0\\n"), OPEN, NULL),
    KEYLOGIN("an address nobody can own", "debian-12", PAM("ListenAddress 203.0.113.5\\n"), SHUT,
             "listen-address-wrong"),
    KEYLOGIN("an address it may own", "debian-12", PAM("ListenAddress 10.0.0.5\\n"), UNKNOWN,
             "listen-address-wrong"),
    KEYLOGIN("another port", "debian-12", PAM("Port 2222\\n"), SHUT, "listen-port-moved"),
    KEYLOGIN("port of the address", "debian-12", PAM("ListenAddress 0.0.0.0:2222\\n"), SHUT,
             "listen-port-moved"),
    KEYLOGIN("two ports", "debian-12", PAM("Port 2222\\nPort 22\\n"), OPEN, NULL),
    KEYLOGIN("only IPv6", "debian-12", PAM("AddressFamily inet6\\n"), SHUT,
             "listen-family-mismatch"),
    KEYLOGIN("no key exchange left", "debian-12", PAM("KexAlgorithms -*\\n"), SHUT,
             "kex-or-hostkey-mismatch"),
    KEYLOGIN("no host key of that kind", "debian-12",
             PAM("HostKey /etc/ssh/ssh_host_ed25519_key\\nHostKeyAlgorithms rsa-sha2-512\\n"), SHUT,
             "kex-or-hostkey-mismatch"),
    KEYLOGIN("D05", "debian-12",
             PAM("HostKey /etc/ssh/ssh_host_ed25519_key\\n") "," MODE(
                 "/etc/ssh/ssh_host_ed25519_key", "0640"),
             SHUT, "hostkey-too-open"),
    KEYLOGIN("D06", "debian-12",
             PAM("HostKey /etc/ssh/ssh_host_ed25519_key\\n") "," MODE(
                 "/etc/ssh/ssh_host_ed25519_key", "0666") "," OWNER("/etc/ssh/ssh_host_ed25519_key",
                                                                    "1000"),
             OPEN, NULL),
    KEYLOGIN("D04", "debian-12",
             "{\"do\": \"replace\", \"path\": \"/etc/passwd\", \"old\": \"sshd:x\", "
             "\"new\": \"sshx:x\"}",
             SHUT, "privsep-user-missing"),
    KEYLOGIN("D21", "debian-12",
             "{\"do\": \"replace\", \"path\": \"/etc/nsswitch.conf\", \"old\": \"passwd:         "
             "files\", "
             "\"new\": \"passwd:         sss\"}",
             SHUT, "nsswitch-broken"),
    KEYLOGIN("D22", "debian-12", "{\"do\": \"remove\", \"path\": \"/etc/ssh/sshd_config\"}", SHUT,
             "sshd-config-missing"),
    KEYLOGIN("unreadable passwd", "debian-12",
             "{\"do\": \"unreadable\", \"path\": \"/etc/shadow\", \"reason\": \"I/O error\"}",
             UNKNOWN, "shadow-entry-missing"),
    KEYLOGIN("unreadable home", "debian-12",
             "{\"do\": \"unreadable\", \"path\": \"/home/ana/.ssh\", \"reason\": \"I/O error\"}",
             UNKNOWN, "key-file-unreadable"),
    KEYLOGIN(
        "unreadable configuration", "debian-12",
        "{\"do\": \"unreadable\", \"path\": \"/etc/ssh/sshd_config\", \"reason\": \"I/O error\"}",
        UNKNOWN, "sshd-config-unreadable"),
};

static bool has_lock(const struct walk *w)
{
    for (int g = 0; g < GATE_COUNT; g++)
        if (w->gates[g].state == GATE_SHUT || w->gates[g].state == GATE_UNKNOWN)
            return true;
    return false;
}

START_TEST(walks_as_sshd)
{
    const struct row *row = &rows[_i];
    login_begin();
    struct tree *t = guest_tree(row->guest);
    change_tree(t, row->changes);
    struct facts *f = gather(t);
    const struct login_question question = {
        .users = &row->user, .user_count = 1, .from = row->from, .port = 22, .at = JUNE_2026};
    struct login_answer *answer = login_judge(f, &question);
    const struct walk *w = find_walk(answer, row->user, row->method);
    ck_assert(w != NULL);
    static const enum gate_state states[] = {GATE_OPEN, GATE_SHUT, GATE_UNKNOWN};
    ck_assert_msg(walk_verdict(w) == states[row->verdict], "%s: %s, for %s", row->name,
                  gate_state_name(walk_verdict(w)), list_reasons(w));
    if (row->reason)
        ck_assert_msg(find_reason(w, row->reason) != NULL, "%s: %s", row->name, list_reasons(w));
    else if (row->verdict == OPEN)
        ck_assert_msg(!has_lock(w), "%s: %s", row->name, list_reasons(w));
    login_end();
}
END_TEST

static bool is_same(const struct reason *a, const struct reason *b)
{
    return strcmp(a->id, b->id) == 0 && a->at.line == b->at.line &&
           (a->at.file == b->at.file ||
            (a->at.file && b->at.file && strcmp(a->at.file, b->at.file) == 0));
}

/* Every reason stands at its own gate, and once. */
START_TEST(one_lock_one_reason)
{
    const struct row *row = &rows[_i];
    login_begin();
    struct tree *t = guest_tree(row->guest);
    change_tree(t, row->changes);
    struct facts *f = gather(t);
    const struct login_question question = {
        .users = &row->user, .user_count = 1, .from = row->from, .port = 22, .at = JUNE_2026};
    const struct walk *w = find_walk(login_judge(f, &question), row->user, row->method);
    for (int g = 0; g < GATE_COUNT; g++) {
        const struct gate_answer *a = &w->gates[g];
        for (size_t i = 0; i < a->reason_count; i++) {
            ck_assert_msg(a->reasons[i].gate == (enum gate)g, "%s: %s", row->name,
                          a->reasons[i].id);
            for (size_t k = 0; k < i; k++)
                ck_assert_msg(!is_same(&a->reasons[i], &a->reasons[k]), "%s: %s twice", row->name,
                              a->reasons[i].id);
        }
    }
    login_end();
}
END_TEST

static const char *const healthy[] = {"alma-9",    "alpine-3",  "amazon-2023",  "debian-11",
                                      "debian-12", "debian-13", "rhel-8",       "rhel-9",
                                      "rocky-9",   "sles-15",   "ubuntu-22.04", "ubuntu-24.04"};

static struct login_answer *judge_all(const struct facts *f)
{
    const struct login_question question = {.port = 22, .at = JUNE_2026};
    return login_judge(f, &question);
}

START_TEST(healthy_guests_are_open)
{
    login_begin();
    struct facts *f = gather(guest_tree(healthy[_i]));
    struct login_answer *answer = judge_all(f);
    bool expected = false;
    for (size_t i = 0; i < answer->walks.count; i++) {
        const struct walk *w = &answer->walks.items[i];
        expected |= w->expected;
        ck_assert_msg(!w->expected || walk_verdict(w) == GATE_OPEN, "%s: %s %s", healthy[_i],
                      w->subject.user, list_reasons(w));
    }
    ck_assert_msg(expected, "%s: nobody is expected", healthy[_i]);
    struct json *document = facts_document(f);
    login_add_to_document(f, answer, document);
    const struct json *section = json_member(document, "login");
    for (const struct json *r = json_first(section); r; r = json_next(r))
        ck_assert_msg(!json_bool(json_member(r, "expected"), true), "%s: %s", healthy[_i],
                      json_member_string(r, "reason"));
    json_free(document);
    login_end();
}
END_TEST

START_TEST(nobody_is_said_once)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, MODE("/home/ana", "0777") "," SHADOW("!", AGE));
    struct facts *f = gather(t);
    struct login_answer *answer = judge_all(f);
    struct json *document = facts_document(f);
    login_add_to_document(f, answer, document);
    int nobody = 0, sections = 0;
    for (const struct json *m = json_first(document); m; m = json_next(m))
        sections += strcmp(json_name(m), "login") == 0;
    ck_assert_int_eq(sections, 1);
    for (const struct json *r = json_first(json_member(document, "login")); r; r = json_next(r)) {
        if (strcmp(json_member_string(r, "reason"), "nobody-can-log-in") != 0)
            continue;
        nobody++;
        ck_assert_str_eq(json_member_string(r, "user"), "*");
        ck_assert_str_eq(json_member_string(r, "gate"), "key");
        ck_assert(json_bool(json_member(r, "expected"), false));
    }
    ck_assert_int_eq(nobody, 1);
    json_free(document);
    login_end();
}
END_TEST

/* A port that moved keeps nobody out for good; a password that works is a way in. */
static const struct {
    const char *name, *changes;
    bool nobody;
} ends[] = {
    {"port moved", PAM("Port 2222\\n"), false},
    {"port moved and keys lost",
     PAM("Port 2222\\n") "," MODE("/home/ana", "0777") "," SHADOW("!", AGE), true},
    {"key lost, password left", MODE("/home/ana", "0777"), false},
    {"sshd does not start", SSHD("Foo bar\\n"), true},
    {"no person", PASSWD("man:x:6:12::/var/cache/man:/usr/sbin/nologin"), false},
    {"unreadable", "{\"do\": \"unreadable\", \"path\": \"/home\", \"reason\": \"I/O error\"}",
     false},
};

START_TEST(nobody_only_when_nobody)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, ends[_i].changes);
    struct login_answer *answer = judge_all(gather(t));
    bool said = false;
    for (size_t i = 0; i < answer->walks.count; i++)
        said |= find_reason(&answer->walks.items[i], "nobody-can-log-in") != NULL;
    ck_assert_msg(said == ends[_i].nobody, "%s", ends[_i].name);
    login_end();
}
END_TEST

START_TEST(root_is_excused)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, ROOT_KEY "," PAM("PermitRootLogin no\\n"));
    struct login_answer *answer = judge_all(gather(t));
    const struct walk *root = find_walk(answer, "root", METHOD_PUBLICKEY);
    ck_assert(root && walk_verdict(root) == GATE_SHUT && !root->expected);
    t = guest_tree("debian-12");
    change_tree(t, ROOT_KEY "," PAM("PermitRootLogin no\\n") "," MODE("/home/ana", "0777"));
    answer = judge_all(gather(t));
    ck_assert(find_walk(answer, "root", METHOD_PUBLICKEY)->expected);
    login_end();
}
END_TEST

/* Permission is not StrictModes: the words tell the two apart. */
START_TEST(a_home_nobody_enters_is_not_called_unsafe)
{
    static const struct {
        const char *changes, *detail;
    } cases[] = {{MODE("/home/ana", "0777"), "StrictModes"},
                 {MODE("/home/ana", "0600"), NULL},
                 {OWNER("/home/ana", "0") "," MODE("/home/ana", "0700"), NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        login_begin();
        struct tree *t = guest_tree("debian-12");
        change_tree(t, cases[i].changes);
        const char *user = "ana";
        const struct login_question question = {
            .users = &user, .user_count = 1, .port = 22, .at = JUNE_2026};
        const struct walk *w =
            find_walk(login_judge(gather(t), &question), "ana", METHOD_PUBLICKEY);
        const struct reason *r = find_reason(w, "key-home-perms");
        ck_assert_ptr_nonnull(r);
        if (cases[i].detail)
            ck_assert_str_eq(r->detail, cases[i].detail);
        else
            ck_assert(!r->detail || !strstr(r->detail, "StrictModes"));
        login_end();
    }
}
END_TEST

START_TEST(unknown_users_are_listed)
{
    login_begin();
    struct facts *f = gather(guest_tree("debian-12"));
    const char *users[] = {"zoe", "ana", "zoe", ""};
    const struct login_question question = {.users = users,
                                            .user_count = 4,
                                            .port = 22,
                                            .at = JUNE_2026};
    struct login_answer *answer = login_judge(f, &question);
    ck_assert_uint_eq(answer->unknown_users.count, 2);
    ck_assert_str_eq(answer->unknown_users.items[0], "zoe");
    ck_assert_uint_eq(answer->walks.count, 6);
    const struct walk *zoe = find_walk(answer, "zoe", METHOD_PUBLICKEY);
    ck_assert(!zoe->user_exists && zoe->expected && find_reason(zoe, "user-missing"));
    ck_assert_str_eq(find_reason(zoe, "user-missing")->detail, "accounts here: root, ana");
    ck_assert_uint_eq(answer->accounts.count, 2);
    ck_assert_int_eq(zoe->gates[GATE_KEY].state, GATE_NOT_JUDGED);
    ck_assert_int_eq(zoe->gates[GATE_PAM].state, GATE_NOT_JUDGED);
    login_end();
}
END_TEST

START_TEST(a_key_offered_must_be_there)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, KEYS(ED "\\n"));
    struct facts *f = gather(t);
    const char *user = "ana";
    struct login_question question = {
        .users = &user, .user_count = 1, .port = 22, .at = JUNE_2026, .identity = ED};
    const struct walk *w = find_walk(login_judge(f, &question), "ana", METHOD_PUBLICKEY);
    ck_assert_msg(walk_verdict(w) == GATE_OPEN, "%s", list_reasons(w));
    question.identity =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAA other";
    w = find_walk(login_judge(f, &question), "ana", METHOD_PUBLICKEY);
    ck_assert_msg(find_reason(w, "key-file-missing-or-empty") != NULL, "%s", list_reasons(w));
    question.identity = "not a key";
    w = find_walk(login_judge(f, &question), "ana", METHOD_PUBLICKEY);
    ck_assert_int_eq(walk_verdict(w), GATE_SHUT);
    login_end();
}
END_TEST

START_TEST(a_key_offered_is_the_second_factor)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, PAM("AuthenticationMethods publickey,password\\n") "," KEYS(ED "\\n"));
    struct facts *f = gather(t);
    const char *user = "ana";
    struct login_question question = {
        .users = &user, .user_count = 1, .port = 22, .at = JUNE_2026, .identity = ED};
    const struct walk *w = find_walk(login_judge(f, &question), "ana", METHOD_PASSWORD);
    ck_assert_msg(!find_reason(w, "authmethods-extra-factor"), "%s", list_reasons(w));
    question.identity =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAA other";
    w = find_walk(login_judge(f, &question), "ana", METHOD_PASSWORD);
    ck_assert_msg(find_reason(w, "authmethods-extra-factor") != NULL, "%s", list_reasons(w));
    login_end();
}
END_TEST

START_TEST(table_of_reasons_holds_together)
{
    size_t count;
    const struct login_reason_row *table = login_reasons(&count);
    for (size_t i = 0; i < count; i++) {
        ck_assert(table[i].gate < GATE_COUNT);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(table[i].id, table[k].id);
    }
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("login");
    TCase *c = tcase_create("walks");
    tcase_add_loop_test(c, walks_as_sshd, 0, ROWS(rows));
    tcase_add_loop_test(c, one_lock_one_reason, 0, ROWS(rows));
    tcase_add_loop_test(c, healthy_guests_are_open, 0, ROWS(healthy));
    tcase_add_test(c, nobody_is_said_once);
    tcase_add_loop_test(c, nobody_only_when_nobody, 0, ROWS(ends));
    tcase_add_test(c, root_is_excused);
    tcase_add_test(c, a_home_nobody_enters_is_not_called_unsafe);
    tcase_add_test(c, unknown_users_are_listed);
    tcase_add_test(c, a_key_offered_must_be_there);
    tcase_add_test(c, a_key_offered_is_the_second_factor);
    tcase_add_test(c, table_of_reasons_holds_together);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
