"""Damaged passwd, shadow, group and gshadow for accounts.test: made, and what the programs of a guest
say of them held against what we say.
    damaged_accounts.py make DIRECTORY COUNT    cases by hand, then COUNT made by chance
    damaged_accounts.py compare DIRECTORY OURS  TAP lines without their number"""
import os
import sys

from chance import Chance

FILES = ("passwd", "shadow", "group", "gshadow")
DAY = "20000"
HASH = "$6$Fix7ureSa1t$" + "a" * 86
BASE = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n"
              "ana:x:1000:1000:Ana,,,:/home/ana:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n",
    "shadow": f"root:*:{DAY}:0:99999:7:::\nsshd:!:{DAY}::::::\nana:{HASH}:{DAY}:0:99999:7:::\n"
              f"bob:!{HASH}:{DAY}:0:99999:7:::\n",
    "group": "root:x:0:\nnogroup:x:65534:\nsudo:x:27:ana\nana:x:1000:\nbob:x:1001:\n"
             "staff2:x:2000:ana,bob\n",
    "gshadow": "root:*::\nnogroup:*::\nsudo:*::ana\nana:!::\nbob:!::\nstaff2:!::ana,bob\n"}
ANA = "ana:x:1000:1000:Ana,,,:/home/ana:/bin/bash"
ANAS = f"ana:{HASH}:{DAY}:0:99999:7:::"


def passwd(line):
    return {"passwd": BASE["passwd"].replace(ANA, line)}


def shadow(line):
    return {"shadow": BASE["shadow"].replace(ANAS, line)}


def group(line):
    return {"group": BASE["group"].replace("staff2:x:2000:ana,bob", line)}


def gshadow(line):
    return {"gshadow": BASE["gshadow"].replace("staff2:!::ana,bob", line)}


def everywhere(change):
    return {name: change(text) for name, text in BASE.items()}


def by_hand():
    """NAME, {FILE: TEXT}: what people, editors and scripts do to these files."""
    yield "as it should be", {}
    for rest in ("ana", "ana:", "ana:x", "ana:x:", "ana:x:1000", "ana:x:1000:", "ana:x:1000:1000",
                 "ana:x:1000:1000:", "ana:x:1000:1000:Ana", "ana:x:1000:1000:Ana:",
                 "ana:x:1000:1000:Ana:/home/ana", "ana:x:1000:1000:Ana:/home/ana:"):
        yield "passwd: a line of " + ascii(rest), passwd(rest)
    for uid in ("", " 1000", "1000 ", "+1000", "-1", "01000", "0x3e8", "1000x", "ana", "4294967295",
                "4294967296", "4294967294", "99999999999999999999", "1e3", "\t1000", "- 5"):
        yield f"passwd: uid {uid!r}", passwd(f"ana:x:{uid}:1000::/home/ana:/bin/bash")
        yield f"passwd: gid {uid!r}", passwd(f"ana:x:1000:{uid}::/home/ana:/bin/bash")
        yield f"group: gid {uid!r}", group(f"staff2:x:{uid}:ana,bob")
        yield f"shadow: last change {uid!r}", shadow(f"ana:{HASH}:{uid}:0:99999:7:::")
        yield f"shadow: expiry {uid!r}", shadow(f"ana:{HASH}:{DAY}:0:99999:7::{uid}:")
        yield f"shadow: last field {uid!r}", shadow(f"ana:{HASH}:{DAY}:0:99999:7:::{uid}")
    for line in (":x:1000:1000::/home/ana:/bin/bash", " " + ANA, "\t" + ANA, "#" + ANA, " #" + ANA,
                 ANA + ":", ANA + ":more", ANA + " ", ANA + "\r", ANA + "\\", "+", "+::::::", "+ana",
                 "+ana::::::", "-ana::::::", "+@admins::::::", "-" + ANA, "+" + ANA, "ANA" + ANA[3:],
                 ANA.replace(":", ";"), ANA.replace(":", "\t"), ANA.replace(":", ": "), '"' + ANA + '"',
                 "ana :x:1000:1000::/home/ana:/bin/bash", "ana:x:1000:1000::home/ana:/bin/bash",
                 "ana::1000:1000::/home/ana:/bin/bash", "ana:*:1000:1000::/home/ana:/bin/bash",
                 "\xef\xbb\xbf" + ANA, "\0" + ANA, "an\0a" + ANA[3:], ANA + "\0", ANA + "\0more",
                 ANA.replace("Ana", "A\x01na"), ANA.replace("Ana", "\xc3\x84na"), ANA.replace("Ana", "\xe4"),
                 ANA.replace("Ana", "A" * 3000), ANA.replace("Ana", "A" * 70000), "x" * 9000,
                 "a" * 300 + ANA[3:], ANA + ANA, ANA + "bob2:x:1002:1002::/home/bob:/bin/sh",
                 ANA + "\n" + ANA, ANA + "\n\n\n", "\n" + ANA, "ana\n:x:1000:1000::/home/ana:/bin/bash",
                 ANA + "\nana:x:1005:1005::/home/ana:/bin/sh", "ana:x:1005:1005::/:/bin/sh\n" + ANA,
                 "ana:x:\n" + ANA, "ana:x:ana:1000::/home/ana:/bin/bash\n" + ANA,
                 ANA + "\nzoe:x:1000:1000::/home/ana:/bin/bash", ANA + "\ntoor:x:0:0::/root:/bin/bash",
                 "<<<<<<< HEAD\n" + ANA + "\n=======\n" + ANA + "\n>>>>>>> x", "", "\n", " \n", "::::::",
                 ":", "{\"ana\": 1000}", "ana:x:1000:1000:Ana:/home/ana:/bin/bash:" * 3):
        yield "passwd: " + short(line), passwd(line)
    for line in ("ana", "ana:", f"ana:{HASH}", f"ana:{HASH}:", f"ana:{HASH}:{DAY}", f"ana:{HASH}:{DAY}:0",
                 f"ana:{HASH}:{DAY}:0:99999", f"ana:{HASH}:{DAY}:0:99999:", f"ana:{HASH}:{DAY}:0:99999:7",
                 f"ana:{HASH}:{DAY}:0:99999:7:", f"ana:{HASH}:{DAY}:0:99999:7::",
                 f"ana:{HASH}:{DAY}:0:99999:7:::x", f"ana:{HASH}:{DAY}:0:99999:7::::", ANAS + " ", " " + ANAS,
                 f"ana:{HASH}:{DAY}:0:99999:7:5:6", f"ana:{HASH}:{DAY}:0:99999:7:5:", f"ana:{HASH}:{DAY}:0:99999: ",
                 f"ana:{HASH}:{DAY}:::::", f"ana:{HASH}:::::", f"ana:{HASH}::::",
                 f"ana:{HASH}:::::::", f"ana:{HASH}: : : : : : :", f"ana:{HASH}:2026-01-01:0:99999:7:::",
                 ANAS + "\r", "#" + ANAS, "+ana::::::::", "-" + ANAS, ANAS + "\n" + ANAS, "ana:*::::::::\n" + ANAS,
                 "ana:x:y\n" + ANAS, "\0" + ANAS, ANAS + "\0", "ana:" + HASH[:9] + "\0" + HASH[9:] + f":{DAY}::::::",
                 ANAS.replace("ana", "ANA"), ANAS + "bob2:*:1::::::", "zoe:*:1::::::\n" + ANAS, ":" + ANAS[3:],
                 ANAS.replace(HASH, ""), ANAS.replace(HASH, "*"), ANAS.replace(HASH, "a" * 5000), "", "\n",
                 f"ana:{HASH}:{DAY}:-1:99999:7:::", f"ana:{HASH}:{DAY}:0:-1:7:::",
                 f"ana:{HASH}:{DAY}:0:99999:7:-1:-1:", f"ana:{HASH}:{DAY}:0:99999:7:2147483648::"):
        yield "shadow: " + short(line.replace(HASH, "HASH")), shadow(line)
    for line in ("staff2", "staff2:", "staff2:x", "staff2:x:", "staff2:x:2000", "staff2:x:2000:",
                 "staff2::2000:ana", "staff2:x:2000:ana:bob", "staff2:x:2000:ana:", "staff2:x:2000:ana, bob",
                 "staff2:x:2000: ana ,bob ", "staff2:x:2000:,ana,,bob,", "staff2:x:2000:ana bob",
                 "staff2:x:2000:ana;bob", "staff2:x:2000:ana,bob\r", "staff2:x:2000:ana,nobody2",
                 "staff2:x:2000:ana,ana", " staff2:x:2000:ana", "#staff2:x:2000:ana", "+", "+:::", "-staff2:x:2000:ana",
                 "+staff2:x:2000:ana", ":x:2000:ana", "staff2:x:2000:ana\nstaff2:x:2001:bob",
                 "staff2:x:2000:ana\nstaff3:x:2000:bob", "staff2:x:2000:\nstaff2:x:2000:ana",
                 "staff2:x:27:ana\nsudo2:x:27:bob", "staff2:x:2000:ana\0,bob", "\0staff2:x:2000:ana",
                 "staff2:x:2000:" + ",".join("user%d" % i for i in range(3000)) + ",ana", "x" * 9000, "",
                 "staff2:x:2000:ana,\nbob", "staff2:x:2000:ana\\\n,bob", "staff2:x:2000:ana,bobstaff3:x:2001:ana"):
        yield "group: " + short(line), group(line)
    for line in ("staff2", "staff2:!", "staff2:!:", "staff2:!::", "staff2:!::ana", "staff2:!:ana:ana,bob:",
                 "staff2:!::ana,bob\nstaff2:!::", "zoes:!::ana", "", "#", "\0", "staff2:!::ana,bob\r", "+"):
        yield "gshadow: " + short(line), gshadow(line)
    yield "CR LF in all", everywhere(lambda text: text.replace("\n", "\r\n"))
    yield "no last newline in any", everywhere(lambda text: text[:-1])
    yield "empty files", everywhere(lambda text: "")
    yield "a newline alone", everywhere(lambda text: "\n")
    yield "NULs alone", everywhere(lambda text: "\0" * 4096)
    yield "NULs at the end", everywhere(lambda text: text + "\0" * 512)
    yield "NULs at the start", everywhere(lambda text: "\0" * 512 + text)
    yield "cut in the middle", everywhere(lambda text: text[:len(text) // 2])
    yield "twice the same", everywhere(lambda text: text * 2)
    yield "CR alone", everywhere(lambda text: text.replace("\n", "\r"))
    yield "UTF-16", everywhere(lambda text: text.encode("utf-16").decode("latin-1"))
    yield "shadow in the place of passwd", {"passwd": BASE["shadow"]}
    yield "passwd in the place of shadow", {"shadow": BASE["passwd"]}
    yield "passwd in the place of group", {"group": BASE["passwd"]}
    yield "a last line without its newline in group", {"group": BASE["group"] + "devs:x:3000:ana"}


def short(line):
    text = ascii(line)[1:-1]
    return text if len(text) <= 100 else text[:60] + f"... ({len(line)} bytes)"


PIECES = (":", "::", ":::", "\n", "\n\n", "\r", "\r\n", " ", "\t", "\0", "#", "+", "-", ",", "0", "1000", "x", "*", "!",
          "ana", "bob", "root", "\x7f", "\xff", "4294967295", ";", "\\", "'")


def by_chance(seed):
    chance = Chance(f"accounts {seed}")
    files = dict(BASE)
    for _ in range(chance.one(1, 1, 2, 3)):
        name = chance.weighted((4, "passwd"), (3, "shadow"), (3, "group"), (1, "gshadow"))
        text = files[name]
        at = chance.randrange(len(text) + 1)
        # Where fields and lines meet the most can go wrong.
        edges = [i for i, c in enumerate(text) if c in ":\n"]
        if edges and chance.often(0.7):
            at = chance.one(*edges) + chance.one(0, 1)
        length = chance.one(0, 0, 1, 1, 2, 5, 30)
        put = chance.one("", *PIECES) if length else chance.one(*PIECES)
        if chance.often(0.15):
            lines = text.split("\n")
            i = chance.randrange(len(lines))
            lines.insert(chance.randrange(len(lines) + 1), lines[i])
            files[name] = "\n".join(lines)
        else:
            files[name] = text[:at] + put + text[at + length:]
    return f"by chance {seed}", files


def make(directory, count):
    cases = list(by_hand()) + [by_chance(seed) for seed in range(count)]
    for number, (title, changes) in enumerate(cases):
        case = os.path.join(directory, "%04d" % number)
        os.mkdir(case)
        with open(os.path.join(case, "title"), "w", encoding="ascii") as out:
            out.write(title + "\n")
        for name in FILES:
            with open(os.path.join(case, name), "wb") as out:
                out.write(changes.get(name, BASE[name]).encode("latin-1"))


def answers(case, database):
    """The lines found, but those of NIS and of nobody, which are no names of the files."""
    with open(os.path.join(case, "getent." + database), encoding="latin-1", newline="\n") as answer:
        return [line for line in answer.read().split("\n")[:-1] if line[:1] not in ("+", "-", ":")]


def groups_of(name, gids, named):
    """Of somebody's groups those that have a name: the others count for nobody but the kernel. One
    number is getent's own sign for none."""
    return f"initgroups {name} {sorted({gid for gid in gids if gid in named} - {'4294967295'})}"


def of_theirs(case):
    found = ["passwd " + line for line in answers(case, "passwd")]
    own = {}
    for line in answers(case, "passwd"):
        own.setdefault(line.split(":")[0], line.split(":")[2])
    entries = {}
    for line in answers(case, "shadow"):
        entries.setdefault(line.split(":")[0], line.split(":")[2:8])
    found += [f"shadow {name}:" + ":".join(ages) for name, ages in entries.items() if name in own]
    named = set()
    for line in answers(case, "group"):
        found.append("group " + line)
        named.add(line.split(":")[1])
    for line in answers(case, "initgroups"):
        name, *gids = line.split()
        if name in own: # getent leaves out one's own group
            found.append(groups_of(name, [*gids, own[name]], named))
    return found


def of_ours(lines):
    named = {line.split(":")[1] for line in lines if line.startswith("group ")}
    found, rows = [], []
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "row":
            rows.append(rest)
        elif kind != "initgroups":
            found.append(line)
        elif rest.split(":")[0] in ("root", "sshd", "ana", "bob"):
            found.append(groups_of(rest.split(":")[0], rest.split(":")[1].split(), named))
    return found, rows


def is_clean(case, found):
    """pwck and grpck find no fault, and no line is passed over."""
    with open(os.path.join(case, "clean"), encoding="ascii") as answer:
        clean = answer.read().split() == ["0", "0"]
    for name in FILES[:3]:
        with open(os.path.join(case, name), "rb") as text:
            lines = [line.lstrip() for line in text.read().split(b"\n")]
        lines = [line for line in lines if line and not line.startswith(b"#")]
        clean = clean and len(lines) == sum(line.startswith(name + " ") for line in found)
    return clean


def compare(case, ours):
    found, rows = of_ours(ours)
    real = of_theirs(case)
    faults = [f"we see, getent does not: {line!r}" for line in sorted(set(found) - set(real))]
    faults += [f"getent sees, we do not: {line!r}" for line in sorted(set(real) - set(found))]
    if is_clean(case, real):
        # Two things that pwck never looks at, and nobody is kept out for.
        faults += ["pwck and grpck find nothing, we: " + row for row in rows
                   if row.split()[1] not in ("no-final-newline", "control-byte")]
    return faults


def compare_all(directory, path):
    ours, case = {}, None
    with open(path, encoding="latin-1", newline="\n") as answer:
        for line in answer.read().split("\n")[:-1]:
            if line.startswith("== "):
                case = ours.setdefault(line[3:], [])
            else:
                case.append(line)
    for name in sorted(os.listdir(directory)):
        case = os.path.join(directory, name)
        with open(os.path.join(case, "title"), encoding="ascii") as title:
            title = title.read().rstrip("\n").replace("#", "\\#")
        faults = compare(case, ours.get(case, []))
        print(("not ok" if faults else "ok") + " - " + title)
        for fault in faults:
            print("# " + fault[:300])


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    compare_all(sys.argv[2], sys.argv[3])
