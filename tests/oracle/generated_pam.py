"""The PAM service sshd of a generated tree and the files its modules read. Sessions need a real
machine (loginuid, cgroups), so that phase holds only what is added here."""

USERS = ["ana", "bob", "carl", "dora", "eve"]


def who(chance):
    return chance.one(*USERS, "ALL", "root", "(staff2)", "devs", "ALL EXCEPT ana", "ana bob",
                      "(ops)", "ALL EXCEPT (devs)", "1001", "staff2 ana")


def access_rules(chance):
    rules = []
    for _ in range(chance.randrange(1, 4)):
        origin = chance.one("ALL", "ALL", "127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "127.", "LOCAL",
                            "ALL EXCEPT 127.0.0.1", "tty1 :0", "ALL EXCEPT 10.0.0.0/8", "::1")
        rules.append(chance.weighted(
            (12, "%s:%s:%s" % (chance.one("+", "-"), who(chance), origin)),
            (1, "%s : %s : %s" % (chance.one("+", "-"), who(chance), origin)), (1, "# comment"),
            (.5, "junk"), (.3, "-:ana")))
    if chance.often(.4):
        rules.append("-:ALL:ALL")
    return rules


def limits(chance):
    domain = chance.one(*USERS, "*", "@staff2", "@devs", "root", "%ops")
    return chance.weighted(
        (3, domain + " - maxlogins " + chance.one("0", "0", "10")),
        (1, domain + " hard maxlogins 0"), (1, domain + " soft nofile 256"), (1, domain + " -"),
        (1, domain + " - nofile unlimited"), (.5, "junk"), (.5, "# nothing"))


def condition(chance):
    return chance.one(
        "uid >= 1000", "uid >= 1001", "uid < 1003", "uid eq 1002", "uid ne 1002", "user = ana",
        "user != bob", "user in ana:bob:root", "user notin carl:dora", "user ingroup staff2",
        "user notingroup devs", "user ingroup users:ops", "user =~ ?a*", "user !~ *a",
        "shell =~ /bin/*sh", "shell = /bin/bash", "home =~ /home/*", "gid >= 1000",
        "service in sshd:login", "quiet user ingroup ops", "quiet_success uid > 999")


def control(chance):
    return chance.weighted(
        (5, "required"), (2, "requisite"), (1, "sufficient"), (1, "optional"),
        (1, "[success=1 default=ignore]"), (1, "[success=ok new_authtok_reqd=ok ignore=ignore "
                                            "default=bad]"),
        (.5, "[default=die success=ok]"), (.5, "[success=ignore default=bad]"),
        (.3, "[default=reset]"), (.5, "[success=done default=ignore]"))


def account_line(chance, write):
    kind = chance.weighted((3, "access"), (3, "succeed_if"), (2, "listfile"), (1, "nologin"),
                           (1, "missing"), (1, "dash"), (1, "permit"), (.5, "deny"), (1, "shells"),
                           (1, "faillock"), (.5, "usertype"), (.5, "localuser"), (.5, "time"))
    how = "account " + control(chance)
    if kind == "access":
        write("/etc/security/access.conf", "\n".join(access_rules(chance)) + "\n")
        return how + " pam_access.so" + chance.one("", "", " accessfile=/etc/security/access.conf")
    if kind == "succeed_if":
        return how + " pam_succeed_if.so " + condition(chance)
    if kind == "listfile":
        text = "\n".join(chance.sample(USERS + ["staff2", "devs", "root"], chance.randrange(1, 5)))
        write("/etc/ssh/list", text + chance.one("\n", "\n", ""),
              chance.weighted((9, 0o644), (1, 0o666)))
        item = chance.one("user", "user", "group")
        return "%s pam_listfile.so item=%s sense=%s file=%s onerr=%s" % (
            how, item, chance.one("allow", "deny"),
            chance.weighted((6, "/etc/ssh/list"), (1, "/etc/ssh/nolist")),
            chance.one("fail", "succeed"))
    if kind == "nologin":
        if chance.often(.5):
            write("/etc/stop", "no\n")
        return how + " pam_nologin.so file=/etc/stop"
    if kind == "missing":
        return how + " pam_nosuch.so"
    if kind == "dash":
        return "-" + how + " pam_nosuch.so"
    if kind == "shells":
        if chance.often(.4):
            write("/etc/shells", "/bin/sh\n/bin/dash\n")
        return how + " pam_shells.so"
    if kind == "faillock":
        return "account required pam_faillock.so"
    if kind == "usertype":
        return how + " pam_usertype.so " + chance.one("isregular", "issystem")
    return how + " pam_%s.so" % kind


def auth_lines(chance):
    return chance.weighted(
        (12, ["@include common-auth"]),
        (1, ["auth required pam_faillock.so preauth", "@include common-auth"]),
        (1, ["auth [success=1 default=ignore] pam_unix.so nodelay", "auth requisite pam_deny.so",
             "auth required pam_permit.so"]),
        (1, ["-auth required pam_nosuch.so", "@include common-auth"]),
        (.5, ["auth required pam_deny.so", "@include common-auth"]),
        (.5, ["auth sufficient pam_unix.so nodelay", "auth required pam_deny.so"]),
        (.5, ["auth required pam_unix.so nodelay nullok"]),
        (.5, ["auth required pam_succeed_if.so " + condition(chance), "@include common-auth"]),
        (.3, ["auth required pam_nosuch.so", "@include common-auth"]),
        (.3, ["auth requird pam_unix.so"]))


def make(chance, write):
    """WRITE(path, text, mode) keeps one file."""
    account = []
    for _ in range(chance.weighted((6, 0), (4, 1), (2, 2), (1, 3))):
        account.append(account_line(chance, write))
    usual = ["account required pam_nologin.so", "@include common-account"]
    account = account + usual if chance.often(.6) else usual + account
    session = ["session required pam_permit.so"]
    if chance.often(.2):
        write("/etc/security/limits.conf",
              "\n".join(limits(chance) for _ in range(chance.randrange(1, 4))) + "\n")
        session.insert(0, "session required pam_limits.so")
    session = chance.weighted((30, session), (1, session + ["session required pam_deny.so"]),
                              (1, session + ["session optional pam_deny.so"]),
                              (1, session + ["-session optional pam_nosuch.so"]),
                              (.5, session + ["session required pam_nosuch.so"]))
    lines = auth_lines(chance) + account + session
    write("/etc/pam.d/sshd", "\n".join(lines) + "\n")
