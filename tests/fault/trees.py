"""Trees for tests/fault: made of a fixture, described whole by a hash of each thing, and run through
the program. Nothing here knows how diskmend writes."""
import hashlib
import json
import os
import shutil
import stat
import subprocess

BUILD = os.environ.get("DISKMEND_BUILD", ".")
SOURCE = os.environ.get("DISKMEND_SOURCE", ".")
DISKMEND = os.environ.get("DISKMEND", BUILD + "/diskmend")
FAULTS = BUILD + "/tests/fault/diskmend_faults"
JOURNAL = "/var/lib/diskmend"
AT = ["--at", "2026-06-01"]


def fixture(name, out):
    subprocess.run([BUILD + "/tests/golden/fixture_to_directory", SOURCE + "/fixtures", name, out],
                   check=True)


def copy(source, target):
    subprocess.run(["cp", "-a", source, target], check=True)


def remove(path):
    subprocess.run(["rm", "-rf", "--one-file-system", path], check=True)


def one(path):
    """What is there, as a tuple; None when nothing is."""
    try:
        st = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    kind = stat.S_IFMT(st.st_mode)
    content = ""
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest()
    elif kind == stat.S_IFLNK:
        content = os.readlink(path)
    names = os.listxattr(path, follow_symlinks=False)
    xattrs = tuple(sorted((n, os.getxattr(path, n, follow_symlinks=False)) for n in names))
    mode = 0o777 if kind == stat.S_IFLNK else st.st_mode & 0o7777
    return (kind, content, mode, st.st_uid, st.st_gid, xattrs)


def describe(root):
    """{guest path: one()} of everything but our own journal."""
    out = {"/": one(root)}
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            guest = path[len(root):]
            if guest == JOURNAL or guest.startswith(JOURNAL + "/"):
                continue
            out[guest] = one(path)
    return out


def temporaries(root):
    return [os.path.join(d, n) for d, dirs, files in os.walk(root) for n in dirs + files
            if n.startswith(".diskmend-")]


def runs(root):
    """{RUN: state} of the prepared journals, by looking."""
    out = {}
    base = root + JOURNAL
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        state = base + "/" + name + "/state"
        if os.path.exists(state):
            out[name] = open(state).read().strip()
    return out


def run(arguments, program=DISKMEND, fault=None, log=None):
    environment = dict(os.environ)
    environment.pop("DISKMEND_FAULT", None)
    if fault:
        environment["DISKMEND_FAULT"] = fault
    if log:
        environment["DISKMEND_FAULT_LOG"] = log
    done = subprocess.run([program] + arguments, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.returncode, done.stdout.decode("utf-8", "replace")


# --- a journal by hand ---------------------------------------------------------------------------

def encode(text):
    return "".join(c if "!" <= c <= "~" and c != "%" else "".join("%%%02X" % b for b in c.encode())
                   for c in text)


def state(root, path, images, with_content):
    full = root + path
    what = one(full)
    if what is None:
        return None
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink",
             stat.S_IFIFO: "fifo"}
    kind, content, mode, uid, gid, xattrs = what
    out = {"type": kinds[kind], "mode": "%04o" % mode, "uid": uid, "gid": gid}
    if kind == stat.S_IFLNK:
        out["target"] = encode(content)
    if kind == stat.S_IFREG and with_content:
        out["sha256"] = content
        out["content"] = len(images)
        images.append(open(full, "rb").read())
    out["xattrs"] = {encode(n): v.hex() for n, v in xattrs}
    return out


def write_journal(root, edits, images, name="committed", command="repair",
                  stamp="20260601T000000Z"):
    """Edits as the manifest has them; gives RUN."""
    manifest = json.dumps({"schema": "diskmend.journal/1", "command": command,
                           "started": "2026-06-01T00:00:00Z", "edits": edits}).encode()
    run_name = stamp + "-" + hashlib.sha256(manifest).hexdigest()[:16]
    os.makedirs(root + JOURNAL, exist_ok=True)
    os.chmod(root + JOURNAL, 0o700)
    directory = root + JOURNAL + "/" + run_name
    os.mkdir(directory, 0o700)
    files = {"image-%06d" % i: image for i, image in enumerate(images)}
    files["manifest.json"] = manifest
    files["state"] = (name + "\n").encode()
    for file, content in files.items():
        fd = os.open(directory + "/" + file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(fd, content)
        os.close(fd)
    return run_name


def is_below(path, directories):
    return any(path.startswith(d + "/") for d in directories)


def journal_between(now, wanted, moves):
    """The journal of a run that made NOW of WANTED; MOVES: {name in WANTED: name in NOW}. What is
    below a directory that moves is no change of its own."""
    edits, images = [], []
    a, b = describe(now), describe(wanted)
    back = {v: k for k, v in moves.items()}
    for path in sorted(set(a) | set(b)):
        if a.get(path) == b.get(path) or is_below(path, moves) and not a.get(path) or \
                is_below(path, back) and not b.get(path):
            continue
        edit = {"path": encode(path)}
        goes, comes = path in moves, path in back
        changed = (a.get(path) or (0, 0))[:2] != (b.get(path) or (0, 0))[:2]
        if path in moves:
            edit["moved_to"] = encode(moves[path])
        if path in back:
            edit["moved_from"] = encode(back[path])
        edit["before"] = state(wanted, path, images, changed and not goes)
        edit["after"] = state(now, path, images, changed and not comes)
        edits.append(edit)
    return write_journal(now, edits, images), len(edits)


# --- TAP -----------------------------------------------------------------------------------------

class Points:
    def __init__(self):
        self.count = 0

    def check(self, good, text, detail=""):
        self.count += 1
        if not good and detail:
            for line in str(detail).splitlines()[:20]:
                print("# " + line)
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, text), flush=True)
        return good

    def end(self):
        print("1..%d" % self.count)


def skip_all(reason):
    print("1..0 # SKIP " + reason)
    raise SystemExit(0)


def own_mounts(file):
    """Go on in a mount namespace of our own, as root; else skip."""
    if os.geteuid() != 0:
        skip_all("needs root")
    if not os.environ.get("DISKMEND_FAULT_UNSHARED"):
        os.environ["DISKMEND_FAULT_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "-m", "python3", file])
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def scratch(work, megabytes, name="disk", make=("mke2fs", "-q", "-t", "ext4", "-m", "0", "-O",
                                                "^has_journal"), options=",acl,user_xattr"):
    """A small filesystem (ext4) of our own, in memory; None when this machine mounts none."""
    image, where = work + "/" + name + ".img", work + "/" + name
    os.mkdir(where)
    with open(image, "wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    if not shutil.which(make[0]):
        return None
    made = subprocess.run([*make, image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if made.returncode != 0:
        return None
    mounted = subprocess.run(["mount", "-o", "loop,discard,noatime" + options, image, where],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return where if mounted.returncode == 0 else None


def working_directory():
    work = "/dev/shm/diskmend-fault-%d" % os.getpid()
    os.mkdir(work, 0o700)
    return work


def discard(work):
    subprocess.run(["umount", "-R"] + [work + "/" + n for n in os.listdir(work)
                                       if os.path.ismount(work + "/" + n)],
                   stderr=subprocess.DEVNULL)
    shutil.rmtree(work, ignore_errors=True)
