"""A generated tree: accounts, groups, homes, keys, sshd_config and PAM in several variations at
once, written over a Debian root. Every change is noted, so that a seed can be read."""
import os
import time

import generated_keys
import generated_pam
import generated_sshd_config
from chance import Chance

USERS = generated_sshd_config.USERS
# crypt of "secret"
HASHES = {
    "sha512": "$6$Fix7ureS$rjdhLK5w/mmAtMUH1s9jeZhKjQXaGu2UyXGcQ.JBQXp4DmSUk7lZa3MZpoRtbuOHDCP7Exn9"
              "/bfHHKmQ8jw7I0",
    "sha256": "$5$Fix7ureS$gtcsvYpLxHELgT1qgX7THvLjFJLgcKhq5bjSLe40OP3",
    "md5": "$1$Fix7ureS$sl6ZJ5BPNnD/YSK3IBCjY.",
    "yescrypt": "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0",
    "bcrypt": "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
    "des": "abNANd1rDfiNc"}


class Tree:
    """Writes below ROOT and keeps the story of it."""

    def __init__(self, root, keys):
        self.root = root
        self.story = []
        self.names = {key.split()[1]: "<%s>" % name for name, key in keys.items()}

    def path(self, path):
        return self.root + path

    def read(self, path):
        with open(self.path(path), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def tell(self, what):
        self.story.append(what)

    def directory(self, path, mode=0o755, owner=(0, 0)):
        missing = path
        made = []
        while missing != "/" and not os.path.lexists(self.path(missing)):
            made.append(missing)
            missing = os.path.dirname(missing)
        for one in reversed(made):
            os.mkdir(self.path(one))
            os.chmod(self.path(one), 0o755)
        os.chown(self.path(path), *owner)
        os.chmod(self.path(path), mode)
        if (mode, owner) != (0o755, (0, 0)):
            self.tell("directory %s %04o %d:%d" % (path, mode, *owner))

    def write(self, path, text, mode=0o644, owner=(0, 0), old=""):
        """OLD: the text it begins with, that needs no telling."""
        if not os.path.lexists(self.path(os.path.dirname(path))):
            self.directory(os.path.dirname(path))
        with open(self.path(path), "wb") as file:
            file.write((old + text).encode("utf-8", "surrogateescape"))
        os.chown(self.path(path), *owner)
        os.chmod(self.path(path), mode)
        self.tell("file %s %04o %d:%d" % (path, mode, *owner))
        for line in text.split("\n"):
            for blob, name in self.names.items():
                line = line.replace(blob, name)
            shown = ascii(line)[1:-1]
            self.tell("  | " + (shown if len(shown) < 400 else shown[:200] + " … " + shown[-150:]))

    def link(self, path, target):
        os.symlink(target, self.path(path))
        self.tell("link %s -> %s" % (path, target))

    def mode(self, path, mode):
        os.chmod(self.path(path), mode)
        self.tell("mode %s %04o" % (path, mode))


def shadow_lines(chance, user, today):
    strong = HASHES["sha512"]
    password = chance.weighted(
        (18, strong), (2, HASHES["sha256"]), (2, HASHES["md5"]), (2, HASHES["yescrypt"]),
        (1, HASHES["bcrypt"]), (1, HASHES["des"]), (3, "!"), (3, "*"), (1, "!!"), (2, "!" + strong),
        (1, "*LK*"), (1, "x"), (.7, "secret"), (1.5, ""), (.7, "!*"), (.7, "*!"), (.7, "NP"),
        (.7, "$6$"), (.7, "$9$abc$def"), (.7, strong[:-5]), (.7, "*" + strong), (.5, " "),
        (.5, "*NP*"), (.5, "LK"), (.4, "$y$j9T$short"))
    fields = [user, password, str(today), "0", "99999", "7", "", "", ""]
    choices = {
        2: ["0", "", "-1", str(today - 100), str(today + 5), "x", str(today - 90), "99999999999", "00"],
        3: ["", "-1", "200", "0"], 4: ["", "-1", "0", "90", "30", "99999", " 90"],
        5: ["", "-1", "0", "14"], 6: ["", "0", "-1", "5", "400"],
        7: ["", "0", "1", "-1", str(today), str(today + 1), str(today - 1), "99999", "1970-01-01",
            " 1", "-2147483649", "4294967297"], 8: ["", "0", "x"]}
    for _ in range(chance.weighted((8, 0), (3, 1), (1, 2), (.5, 3))):
        field = chance.randrange(2, 9)
        fields[field] = chance.one(*choices[field])
    line = ":".join(fields)
    locked = user + ":!:1::::::"
    return chance.weighted(
        (45, line), (.5, line[:-1]), (.5, line + ":"), (.5, user + ":" + password), (.5, line + "\r"),
        (1, None), (.4, line + "\n" + locked), (.4, locked + "\n" + line), (.3, " " + line),
        (.3, "#" + line), (.3, user + ":" + password + ":::::::"), (.3, line + "\n\n"),
        (.3, "\n" + line), (.3, "ghost" + line))


def passwd_lines(chance, user, uid, gid, home, shell):
    secret = chance.weighted((25, "x"), (.2, "##" + user), (.2, "*"), (.2, "!"), (.2, ""))
    comment = chance.weighted((5, ""), (1, "A B,,,"), (.2, "Á\u00e9"))
    line = "%s:%s:%d:%d:%s:%s:%s" % (user, secret, uid, gid, comment, home, shell)
    other = "%s:x:%d:%d::/srv/other:/bin/false" % (user, uid + 700, gid)
    return chance.weighted(
        (70, line), (.5, line + "\n" + other), (.5, other + "\n" + line), (.4, line + "\r"),
        (.4, line.replace(":", "", 1)), (.4, line + ":"), (.3, " " + line), (.3, "#" + line),
        (.3, line + "twin:x:%d:%d::%s:/bin/bash" % (uid, gid, home)),
        (.5, line + "\ntwin:x:%d:%d::%s:/bin/bash" % (uid, gid, home)),
        (.3, line.replace(":%d:" % uid, ":0%d:" % uid, 1)), (.3, "\n" + line), (.3, line + "\n+::::::"),
        (.3, line.replace(":%d:%d:" % (uid, gid), ":%d::" % uid, 1)), (.2, "-" + line))


class Account:
    def __init__(self, number, user, kind, quiet):
        self.user, self.kind, self.quiet = user, kind, quiet
        self.uid = self.gid = 1000 + number


def make_home(chance, tree, account):
    """The directory, its owner and mode; what passwd says of it."""
    user, owner = account.user, (account.uid, account.gid if account.gid != 7777 else 0)
    real = chance.weighted((10, "/home/" + user), (2, "/srv/" + user), (1, "/data/homes/" + user),
                           (.5, "/srv/g/h/" + user))
    said = chance.weighted(
        (16, real), (1, "link"), (.3, "/nohome/" + user), (.2, "/"), (.2, ""), (.3, real + "/"),
        (.3, "/home/../home/" + user), (.2, "home/" + user), (.2, "/etc/passwd"), (.5, "parent link"),
        (.3, "/home//" + user))
    if account.quiet:
        said = real
    tree.directory(real, 0o755, owner)
    if said == "link":
        said = "/home/l-" + user
        tree.link(said, chance.one(real, ".." + real))
    elif said == "parent link":
        tree.link("/hm-" + user, os.path.dirname(real))
        said = "/hm-%s/%s" % (user, user)
    if chance.often(.05):
        tree.directory(os.path.dirname(real), chance.one(0o775, 0o777, 0o711, 0o700, 0o1777))
    if chance.often(.08) and not account.quiet:
        owner = chance.one((0, 0), (4321, account.gid), (0, account.gid), (account.uid, 0),
                           (1000, 1000), (account.uid, 2000))
    mode = chance.weighted(
        (10, 0o755), (4, 0o700), (1, 0o750), (1.5, 0o775), (.7, 0o770), (.5, 0o777), (.3, 0o2755),
        (.5, 0o711), (.2, 0o000), (.3, 0o1777), (.2, 0o600), (.3, 0o500), (.2, 0o055), (.3, 0o2775))
    if account.quiet:
        mode = chance.one(0o755, 0o700, 0o750, 0o711)
    return real, said, lambda: tree.directory(real, mode, owner)


def make_keys(chance, tree, account, real, key_files, keys):
    user, owner = account.user, (account.uid, account.gid)
    directory = real + "/.ssh"
    if chance.often(.05):
        tree.directory("/srv/k-" + user)
        tree.link(directory, "/srv/k-" + user)
        directory = "/srv/k-" + user
        if chance.often(.3):
            tree.mode("/srv", 0o777)
    else:
        tree.directory(directory)
    name = chance.weighted((14, "authorized_keys"), (2, "authorized_keys2"),
                           (.5, "authorized_keys_" + user), (.5, "%d.keys" % account.uid),
                           (.3, "authorized_key"))
    path = directory + "/" + name
    if key_files and "/keys/" in key_files and chance.often(.7):
        path = "/etc/ssh/keys/" + user
        if key_files == "/etc/ssh/keys/%u/authorized_keys":
            path += "/authorized_keys"
    if key_files and "/var/lib/keys" in key_files and chance.often(.7):
        path = "/var/lib/keys/" + user
    if not os.path.lexists(tree.path(os.path.dirname(path))):
        tree.directory(os.path.dirname(path))
    file_owner = chance.weighted((22, owner), (1, (0, 0)), (.4, (4321, account.gid)),
                                 (.4, (0, account.gid)), (.4, (account.uid, 0)),
                                 (.3, (account.uid, 2000)))
    mode = chance.weighted((16, 0o600), (3, 0o644), (1, 0o664), (.5, 0o666), (.4, 0o400), (.3, 0o000),
                           (.4, 0o640), (.3, 0o060), (.3, 0o604), (.2, 0o200), (.3, 0o755),
                           (.3, 0o660))
    text = generated_keys.text(chance, keys, account.kind)
    if account.quiet:
        file_owner, mode = owner, chance.one(0o600, 0o644, 0o400)
        text = "# mine\n" + keys[account.kind] + "\n"
    what = chance.weighted((34, "file"), (1, "link"), (.3, "directory"), (.3, "dangling"), (.3, "none"),
                           (.2, "fifo"), (.3, "link beside"))
    if what == "file":
        tree.write(path, text, mode, file_owner)
    elif what == "link":
        tree.write("/srv/kf-" + user, text, mode, file_owner)
        tree.link(path, "/srv/kf-" + user)
    elif what == "link beside":
        tree.write(path + ".real", text, mode, file_owner)
        tree.link(path, os.path.basename(path) + ".real")
    elif what == "directory":
        tree.directory(path)
    elif what == "dangling":
        tree.link(path, "nowhere")
    elif what == "fifo":
        os.mkfifo(tree.path(path))
        tree.tell("fifo " + path)
    second = directory + "/authorized_keys2"
    if chance.often(.1) and what == "file" and not os.path.lexists(tree.path(second)):
        tree.write(second, generated_keys.text(chance, keys, account.kind), 0o600, owner)
    mode = chance.weighted((18, 0o700), (3, 0o755), (1, 0o775), (.5, 0o777), (.3, 0o600), (.2, 0o000),
                           (.4, 0o2770), (.4, 0o500))
    holder = chance.weighted((22, owner), (1, (0, 0)), (.4, (4321, account.gid)),
                             (.4, (account.uid, 100)))
    tree.directory(directory, 0o700 if account.quiet else mode, owner if account.quiet else holder)


def make_account(chance, tree, number, user, key_files, keys, files, today):
    kind = chance.weighted((6, "ed25519"), (1.5, "rsa"), (1, "ecdsa"), (.3, "rsa1024"))
    account = Account(number, user, kind, chance.often(.5))
    if chance.often(.03):
        account.uid = 1000 + chance.randrange(5)
    if chance.often(.02):
        account.uid = 0
    account.gid = chance.weighted((12, account.uid), (2, 100), (1, 2000), (.4, 7777))
    shell = chance.weighted(
        (26, "/bin/bash"), (3, "/bin/sh"), (1, ""), (.5, "/bin/nope"), (.5, "/bin/odd"),
        (.5, "/usr/sbin/nologin"), (.5, "/bin/false"), (.3, "/etc"), (.5, "/bin/linksh"),
        (.3, "/bin/bash "), (.3, "bash"), (.3, "/usr/bin/bash"))
    if account.quiet:
        shell = "/bin/bash"
    real, said, finish_home = make_home(chance, tree, account)
    make_keys(chance, tree, account, real, key_files, keys)
    finish_home()
    passwd = passwd_lines(chance, user, account.uid, account.gid, said, shell)
    if account.quiet:
        passwd = "%s:x:%d:%d::%s:%s" % (user, account.uid, account.gid, said, shell)
    files["passwd"].append(passwd)
    if account.gid == account.uid and account.uid:
        name = user if chance.often(.92) else "grp" + user
        members = chance.weighted((10, ""), (1, user), (.6, chance.one(*USERS)), (.2, user + ",root"))
        files["group"].append("%s:x:%d:%s" % (name, account.gid, members))
    for members in files["groups"].values():
        if chance.often(.35):
            members.append(user)
    shadow = shadow_lines(chance, user, today)
    if shadow is not None:
        files["shadow"].append(shadow)
    return account


def make_database(chance, tree, files, today):
    chance.shuffle(files["group"])
    end = chance.weighted((20, "\n"), (1, ""))
    tree.write("/etc/passwd", "\n".join(files["passwd"]) + end, old=tree.read("/etc/passwd"))
    more = ["%s:x:%d:%s" % (name, 2000 + i, ",".join(members))
            for i, (name, members) in enumerate(files["groups"].items())]
    more += chance.weighted((30, []), (.5, ["staff2:x:2007:ana,bob"]), (.5, ["broken:x:2008"]),
                            (.5, ["devs:x:2001:eve"]), (.3, ["+:::"]), (.3, ["odd:x:abc:ana"]))
    tree.write("/etc/group", "\n".join(files["group"] + more) + "\n", old=tree.read("/etc/group"))
    root = chance.weighted((3, "*"), (3, HASHES["sha512"]), (1, "!"))
    shadow = [line for line in tree.read("/etc/shadow").split("\n")
              if line and not line.startswith("root:")]
    tree.write("/etc/shadow",
               "\n".join(["root:%s:%d:0:99999:7:::" % (root, today)] + files["shadow"]) + "\n",
               chance.weighted((12, 0o640), (1, 0o600), (.5, 0o000), (.5, 0o644)), (0, 42),
               "\n".join(shadow) + "\n")
    names = tree.read("/etc/nsswitch.conf")
    change = chance.weighted((40, None), (1, "passwd: files"), (.5, "group: files"),
                             (.3, "passwd: compat"), (.4, "passwd: files sss"),
                             (.3, "passwd: sss files"), (.3, "shadow: files sss"))
    if change:
        keyword = change.split(":")[0]
        lines = [line for line in names.split("\n") if not line.startswith(keyword + ":")]
        tree.write("/etc/nsswitch.conf", "\n".join([change] + lines))


def make_system(chance, tree, keys):
    """What is nobody's: shells, revoked keys, modes of directories, hosts.deny."""
    tree.write("/usr/bin/odd", "#!/bin/sh\nexec /bin/sh \"$@\"\n", 0o644)
    tree.link("/usr/bin/linksh" if os.path.islink(tree.path("/bin")) else "/bin/linksh", "/bin/bash")
    tree.write("/etc/ssh/revoked", chance.weighted(
        (1, keys["ed25519"] + "\n"), (1, keys["other"] + "\n"), (1, ""), (.5, "junk\n"),
        (.5, "# c\n\n"), (.5, keys["rsa"])))
    tree.write("/etc/ssh/ca.pub", keys["ca"] + "\n")
    if chance.often(.05):
        tree.mode("/home", chance.one(0o775, 0o711, 0o777))
    if chance.often(.05):
        tree.directory("/etc/ssh/keys", chance.one(0o775, 0o777, 0o700, 0o711))
    if chance.often(.03):
        tree.mode("/etc/ssh", chance.one(0o775, 0o777, 0o700))
    if chance.often(.02):
        tree.mode("/", chance.one(0o775, 0o777))
    if chance.often(.04):
        tree.write("/etc/hosts.deny", chance.one(
            "sshd: ALL\n", "ALL: 10.\n", "sshd: 127.0.0.1\n", "in.ftpd: ALL\n",
            "ALL: ALL EXCEPT 127.0.0.1\n"))
        if chance.often(.5):
            tree.write("/etc/hosts.allow", chance.one(
                "sshd: 127.0.0.0/255.0.0.0\n", "sshd: 10.\n", "ALL: LOCAL\n", "sshd: 127.\n"))


def make_root(chance, tree, keys):
    tree.directory("/root/.ssh", 0o700)
    tree.write("/root/.ssh/authorized_keys", generated_keys.line(chance, keys, "ed25519") + "\n", 0o600)
    if chance.often(.1):
        tree.directory("/root", chance.one(0o775, 0o777, 0o755))


def make_pam(chance, tree):
    # Wrong passwords cost two seconds otherwise; what is let in stays the same.
    path = "/etc/pam.d/common-auth"
    usual = tree.read(path).replace("pam_unix.so nullok", "pam_unix.so nodelay nullok")
    tree.write(path, "", old=usual)
    if chance.often(.65):
        usual = [line for line in tree.read("/etc/pam.d/sshd").split("\n")
                 if line.strip() and not line.startswith(("session", "#"))
                 and "common-session" not in line and "common-password" not in line]
        tree.write("/etc/pam.d/sshd", "\n".join(usual) + "\nsession required pam_permit.so\n")
    else:
        generated_pam.make(chance, tree.write)


def make(root, release, seed, keys):
    """Change ROOT as SEED says. Returns the story, the key of each user and sshd's files."""
    chance = Chance("%s %d" % (release, seed))
    today = int(time.time()) // 86400
    tree = Tree(root, keys)
    key_files = chance.weighted((14, None), *generated_sshd_config.KEY_FILES)
    files = {"passwd": [], "group": [], "shadow": [], "groups": {"staff2": [], "devs": [], "ops": []}}
    kinds = {"root": "ed25519"}
    for number, user in enumerate(USERS):
        account = make_account(chance, tree, number, user, key_files, keys, files, today)
        kinds[user] = account.kind
    make_database(chance, tree, files, today)
    make_root(chance, tree, keys)
    make_pam(chance, tree)
    for path in [name for name in os.listdir(tree.path("/etc/ssh/sshd_config.d"))
                 if name] if os.path.isdir(tree.path("/etc/ssh/sshd_config.d")) else []:
        os.unlink(tree.path("/etc/ssh/sshd_config.d/" + path))
    config = generated_sshd_config.make(chance, release, key_files)
    for path, text in config.items():
        tree.write(path, text)
    make_system(chance, tree, keys)
    subjects = [(user, "publickey") for user in chance.sample(USERS, 4)]
    subjects += [(user, "password") for user in chance.sample(USERS, 2)]
    subjects += chance.weighted((1, [("root", "publickey")]), (.4, [("root", "password")]), (1, []))
    subjects += chance.weighted((12, []), (1, [("zoe", "publickey")]), (1, [("zoe", "password")]))
    return tree.story, kinds, config, subjects
