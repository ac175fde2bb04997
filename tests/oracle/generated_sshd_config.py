"""sshd_config of a generated tree: a main file, drop-ins and Match blocks that decide about users
ana, bob, carl, dora, eve, who come from 127.0.0.1."""

USERS = ["ana", "bob", "carl", "dora", "eve"]
GROUPS = ["staff2", "devs", "ops"]
HEAD = "/etc/ssh/sshd_config.d/"

USER_PATTERNS = USERS * 3 + [
    "root", "a*", "*", "!bob", "*@127.0.0.1", "ana@10.0.0.0/8", "bob@127.0.0.0/8", "?ob", "ana,bob",
    "dora@*", "eve@localhost", "carl@!127.0.0.1,*", "eve@*,!10.0.0.1", '"ana"', "nobody", "ANA", "*a",
    "@127.0.0.1", "ana@", "*@127.*", "[ab]*", "bob@127.0.0.1/32", "carl@::1"]
GROUP_PATTERNS = ["staff2", "devs", "ops", "users", "ana", "bob", "d*", "*", "!ops", "2000", "root",
                  "grpana", "s*2", "staff2,devs", "DEVS"]
KEY_FILES = [
    (1, ".ssh/authorized_keys"), (1, "%h/.ssh/authorized_keys"), (2, "/etc/ssh/keys/%u"),
    (2, "/etc/ssh/keys/%u .ssh/authorized_keys"), (1, "/etc/ssh/keys/%u/authorized_keys"),
    (1, ".ssh/authorized_keys_%u"), (1, ".ssh/%U.keys .ssh/authorized_keys2"),
    (1, "/etc/ssh/%%u /var/lib/keys/%u"), (1, '"/etc/ssh/keys/%u"'), (.5, "none"),
    (.3, "/etc/ssh/keys/%x"), (.5, ".ssh/authorized_keys .ssh/authorized_keys"),
    (.5, "/home/%u/.ssh/authorized_keys"), (.5, ".ssh/auth*"), (.5, "/etc/ssh/keys/*"),
    (.3, "~/.ssh/authorized_keys"), (.3, ".ssh/authorized_keys,.ssh/authorized_keys2"),
    (.5, "./.ssh/authorized_keys"), (.5, ".ssh/../.ssh/authorized_keys"),
    (.5, "/etc/ssh/keys/../keys/%u"), (.5, "%h/.ssh/authorized_keys /etc/ssh/keys/%u /root/none"),
    (.5, "/srv/nowhere/%u .ssh/authorized_keys"), (.3, "%h//.ssh//authorized_keys")]
METHODS = [
    (4, "publickey"), (2, "publickey,password"), (2, "publickey,keyboard-interactive"),
    (2, "password"), (3, "any"), (1, "keyboard-interactive"), (2, "publickey password"),
    (1, "password,publickey"), (.5, "publickey,publickey"), (1, "keyboard-interactive,publickey"),
    (1, "publickey,password publickey,keyboard-interactive"), (1, "keyboard-interactive:pam"),
    (1, "publickey,keyboard-interactive:pam"), (.5, "hostbased publickey"),
    (.5, "password,keyboard-interactive"), (.3, "publickey,keyboard-interactive:bsdauth"),
    (.2, "none")]


def users_of(chance):
    return " ".join(chance.one(*USER_PATTERNS) for _ in range(chance.randrange(1, 5)))


def groups_of(chance):
    return " ".join(chance.one(*GROUP_PATTERNS) for _ in range(chance.randrange(1, 4)))


def algorithms(chance, release, in_match):
    name = "PubkeyAcceptedKeyTypes" if release == "bullseye" else chance.one(
        "PubkeyAcceptedAlgorithms", "PubkeyAcceptedKeyTypes")
    # From 9.4 on a client is told the global list before anybody is known; an older client than
    # that would not use RSA where only a Match block takes it.
    if release not in ("bullseye", "bookworm") and not in_match:
        return name + " " + chance.one("+ssh-rsa", "-ssh-ed25519", "^rsa-sha2-512", "*")
    return name + " " + chance.one(
        "ssh-ed25519", "rsa-sha2-256", "+ssh-rsa", "-ssh-ed25519", "ecdsa*", "^rsa-sha2-512", "-rsa*",
        "ssh-rsa", "-*", "ssh-ed25519,rsa-sha2-512", "ssh-*", "*", "-ecdsa*,ssh-rsa")


def setting(chance, release, in_match):
    """One line that may let in or shut out."""
    yes_no = chance.one("yes", "yes", "no")
    rows = [
        (3, lambda: "AllowUsers " + users_of(chance)), (2, lambda: "DenyUsers " + users_of(chance)),
        (2, lambda: "AllowGroups " + groups_of(chance)), (2, lambda: "DenyGroups " + groups_of(chance)),
        (2, lambda: "PasswordAuthentication " + chance.one("yes", "no", "No", yes_no)),
        (1.5, lambda: "PubkeyAuthentication " + yes_no),
        (2, lambda: "KbdInteractiveAuthentication " + yes_no),
        (1, lambda: "ChallengeResponseAuthentication " + yes_no if not in_match
         else "PasswordAuthentication yes"),
        (2.5, lambda: "AuthenticationMethods " + chance.weighted(*METHODS)),
        (2, lambda: "PermitRootLogin " + chance.one("yes", "no", "prohibit-password",
                                                    "without-password", "forced-commands-only")),
        (1.5, lambda: "PermitEmptyPasswords " + yes_no), (1.5, lambda: algorithms(chance, release, in_match)),
        (1, lambda: "AuthorizedKeysFile " + chance.weighted(*KEY_FILES)),
        (.7, lambda: "ForceCommand " + chance.one("true", "none", "exec true")),
        (.7, lambda: "RevokedKeys " + chance.one("none", "/etc/ssh/revoked", "/etc/ssh/revoked",
                                                 "/etc/ssh/nope")),
        (.5, lambda: "X11Forwarding " + yes_no), (.7, lambda: "MaxAuthTries " + chance.one(
            "0", "1", "2", "3", "6")),
        (.3, lambda: "PermitTTY no"), (.3, lambda: "Banner none"), (.3, lambda: "MaxSessions 4"),
        (.5, lambda: "TrustedUserCAKeys " + chance.one("/etc/ssh/ca.pub", "none", "/etc/ssh/nope")),
        (.3, lambda: "AuthorizedPrincipalsFile " + chance.one("none", "/etc/ssh/principals/%u")),
        (.3, lambda: "LogLevel " + chance.one("INFO", "VERBOSE", "DEBUG"))]
    if release != "bullseye":
        rows.append((.5, lambda: "RequiredRSASize " + chance.one("1024", "2048", "3072")))
    if release == "trixie" and in_match:
        rows.append((.4, lambda: "RefuseConnection " + chance.one("no", "no", "yes")))
    return chance.weighted(*rows)()


def criterion(chance):
    user = chance.one(*USERS)
    return chance.weighted(
        (4, "User " + user), (1, "User %s,%s" % (user, chance.one(*USERS))), (1, "User *,!" + user),
        (.5, "User !" + user), (.5, "user " + user), (.5, 'User "ana"'), (.5, "User a*"),
        (1, "User root"),
        (3, "Group " + chance.one("staff2", "devs", "ops", "users", "*,!devs", "devs,staff2", "!devs",
                                  "ana", "2000", "root", '"*"')),
        (3, "Address " + chance.one(
            "127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "!127.0.0.1,*", "*", "0.0.0.0/0", "127.*",
            "!10.0.0.0/8,*", "::1", "::/0", "127.0.0.1/32,::1", "10.0.0.0/8,127.0.0.0/30")),
        (1.5, "Host " + chance.one("127.0.0.1", "localhost", "*", "*,!localhost", "127.0.0.*")),
        (1, "LocalPort " + chance.one("22", "2222")), (1, "LocalAddress " + chance.one(
            "*", "0.0.0.0/0", "10.0.0.0/8", "127.0.0.1", "127.0.0.0/8", "!127.0.0.1,*")),
        (1.5, "all"))


def block(chance, release):
    count = chance.weighted((5, 1), (2, 2), (.5, 3))
    criteria = [criterion(chance) for _ in range(count)]
    if "all" in criteria:
        criteria = ["all"]
    lines = ["Match " + " ".join(criteria)]
    for _ in range(chance.randrange(1, 4)):
        lines.append(("    " if chance.often(.7) else "") + setting(chance, release, True))
    return lines


def make(chance, release, key_files):
    """{path: text}"""
    lines, files = [], {}
    if chance.often(.95):
        lines.append("UsePAM " + chance.weighted((5, "yes"), (2, "no")))
    if chance.often(.12):
        lines.append("StrictModes no")
    if key_files:
        lines.append("AuthorizedKeysFile " + key_files)
    for _ in range(chance.weighted((7, 0), (4, 1), (2, 2), (.5, 3))):
        lines.append(setting(chance, release, False))
    lines += chance.weighted((80, []), (1, ["Port 22"]), (.5, ["Port 2222", "Port 22"]),
                             (.5, ["Port 2222"]), (.5, ["Port 22", "AddressFamily inet"]),
                             (.4, ["NoSuchKeyword yes"]), (.4, ["PermitRootLogin maybe"]),
                             (.5, ["UseDNS yes"]), (.5, ["LoginGraceTime 30"]))
    chance.shuffle(lines)
    dropins = chance.weighted((7, 0), (3, 1), (1, 2))
    for _ in range(dropins):
        body = [setting(chance, release, False)]
        if chance.often(.4):
            body += block(chance, release)
        name = "%d0-%s" % (chance.randrange(10), chance.one("cloud.conf", "x.conf", "x.conf", "old.cnf",
                                                            "B.conf", ".hidden.conf"))
        files[HEAD + name] = "\n".join(body) + "\n"
    if dropins:
        pattern = chance.one("/etc/ssh/sshd_config.d/*.conf", "sshd_config.d/*.conf",
                             "/etc/ssh/sshd_config.d/[0-5]*.conf", "/etc/ssh/sshd_config.d/*")
        lines.insert(chance.one(0, len(lines)), "Include " + pattern)
    for _ in range(chance.weighted((6, 0), (4, 1), (2, 2), (.7, 3))):
        lines += block(chance, release)
    if dropins and chance.often(.1):
        lines += ["Match User " + chance.one(*USERS), "Include /etc/ssh/more.conf"]
        files["/etc/ssh/more.conf"] = "\n".join(setting(chance, release, True)
                                                for _ in range(2)) + "\n"
    end = chance.weighted((9, "\n"), (1, "\r\n"))
    files["/etc/ssh/sshd_config"] = end.join(lines) + chance.weighted((9, end), (1, ""))
    return files
