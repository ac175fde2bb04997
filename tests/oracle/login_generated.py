"""login_generated.py CACHE VERDICT WORK FIRST LAST RELEASE...: generated trees FIRST to LAST of each
release, each with its own sshd on port 22 of a network namespace, real logins against our verdicts.
Prints TAP. Runs in a mount and a process namespace of its own (see login-generated.test); WORK is a
tmpfs that goes with it."""
import ctypes
import fcntl
import multiprocessing
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

import generated_tree

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
OWN_METHODS = {"publickey": ("publickey",), "password": ("password", "keyboard-interactive")}
SHARE_AT_LEAST, UNKNOWN_AT_MOST = 0.15, 0.05


def make_material(work):
    """The keys of this run."""
    def key(name, *arguments):
        subprocess.run(["ssh-keygen", "-q", "-N", "", "-C", "me@laptop", "-f", work + "/" + name,
                        *arguments], check=True, stdout=subprocess.DEVNULL)
    key("ed25519", "-t", "ed25519")
    key("rsa", "-t", "rsa", "-b", "2048")
    key("rsa1024", "-t", "rsa", "-b", "1024")
    key("ecdsa", "-t", "ecdsa")
    key("other", "-t", "ed25519", "-C", "oth er")
    key("ca", "-t", "ed25519")
    shutil.copy(work + "/other.pub", work + "/signed.pub")
    subprocess.run(["ssh-keygen", "-q", "-s", work + "/ca", "-I", "id", "-n", "ana",
                    work + "/signed.pub"], check=True, stderr=subprocess.DEVNULL)
    names = {"cert": "signed-cert", **{name: name for name in (
        "ed25519", "rsa", "rsa1024", "ecdsa", "other", "ca")}}
    keys = {}
    for name, file in names.items():
        with open("%s/%s.pub" % (work, file), encoding="ascii") as text:
            keys[name] = text.read().strip()
    keys["sk"] = ("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJK4oH2"
                  "fD1nV8iSzZLqOKgFiGPAb0tRgFGGqPe0rLZ0mAAAABHNzaDo= token")
    with open(work + "/askpass", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho secret\n")
    os.chmod(work + "/askpass", 0o755)
    return keys


def own_namespaces():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket() as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


class Machine:
    """One tree, mounted and running."""

    def __init__(self, place, base, settings):
        self.settings = settings
        self.root = place + "/root"
        for name in ("upper", "work", "root"):
            os.makedirs(place + "/" + name)
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", "lowerdir=%s,upperdir=%s/upper,"
                        "workdir=%s/work" % (base, place, place), self.root], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", self.root + "/proc"], check=True)
        os.makedirs(self.root + "/run/sshd", exist_ok=True)
        self.log_path = place + "/log"
        self.daemon = None

    def start(self, release):
        # A second failure within the minute would be refused for the first.
        options = ["-o", "PerSourcePenalties=no"] if release in ("trixie", "sid") else []
        with open(self.log_path, "wb") as log:
            self.daemon = subprocess.Popen(
                ["chroot", self.root, "/usr/sbin/sshd", "-D", "-e", *options],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        for _ in range(1000):
            if self.daemon.poll() is not None:
                return
            with open(self.log_path, "rb") as log:
                if b"Server listening on" in log.read():
                    return
            time.sleep(.01)

    def is_up(self):
        return self.daemon.poll() is None

    def methods_asked(self, user):
        """The lists of AuthenticationMethods in force, as sshd says."""
        answer = subprocess.run(
            ["chroot", self.root, "/usr/sbin/sshd", "-T", "-C",
             "user=%s,host=127.0.0.1,addr=127.0.0.1,laddr=127.0.0.1,lport=22" % user],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
        for line in answer.decode(errors="replace").split("\n"):
            if line.startswith("authenticationmethods ") and line != "authenticationmethods any":
                return line.split(" ")[1:]
        return []

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read().split("\n")

    def stop(self):
        if self.is_up():
            self.daemon.terminate()
            try: # OpenSSH before 8.5 loses a signal that comes just before it waits.
                self.daemon.wait(1)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
        self.daemon.wait()
        subprocess.run(["umount", "-l", self.root + "/proc", self.root], check=True)


def client(settings, user, kind, methods):
    environment = {**os.environ, "SSH_ASKPASS": settings["work"] + "/askpass",
                   "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": "none"}
    environment.pop("SSH_AUTH_SOCK", None)
    answer = subprocess.run(
        ["timeout", "30", "ssh", "-v", "-F", "/dev/null", "-o", "StrictHostKeyChecking=no",
         "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes",
         "-o", "NumberOfPasswordPrompts=1",
         "-o", "KexAlgorithms=curve25519-sha256", "-o", "PreferredAuthentications=" + methods,
         "-i", settings["work"] + "/" + kind, user + "@127.0.0.1", "true"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        env=environment, start_new_session=True)
    said = answer.stderr.decode(errors="replace").split("\n")
    used = [line.split('using "')[1].split('"')[0] for line in said
            if "uthenticated" in line and 'using "' in line]
    used += [line.split("(")[1].split(")")[0] for line in said
             if "Authentication succeeded (" in line]
    return answer.returncode == 0, used, [line for line in said if not line.startswith("debug1")]


def log_in(machine, user, method, kind, lists):
    """"open", "shut", or "none needed"; and what was seen."""
    own, seen = OWN_METHODS[method], []
    tries = [",".join(own)]
    if lists:
        bare = [[step.split(":")[0] for step in one.split(",")] for one in lists]
        tries = [",".join(steps) for steps in bare if any(step in own for step in steps)]
    for methods in dict.fromkeys(tries):
        success, used, said = client(machine.settings, user, kind, methods)
        seen += ["%s -> %s %s" % (methods, success, used)] + said[-3:]
        if success and used == ["none"]:
            return "none needed", seen
        if success:
            return "open", seen
    return "shut", seen


def verdicts(settings, root, subjects, kinds):
    lines = ["%s %s 127.0.0.1 %s/%s.pub" % (user, method, settings["work"], kinds.get(user, "ed25519"))
             for user, method in subjects]
    answer = subprocess.run([settings["verdict"], root, "-"], input="\n".join(lines).encode(),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = answer.stdout.decode(errors="replace").split("\n")
    return said + ["nothing: status %d" % answer.returncode] * (len(subjects) - len(said) + 1)


def judge_tree(job):
    settings, release, seed = job
    place = "%s/%s-%d" % (settings["work"], release, seed)
    machine = Machine(place, settings["cache"] + "/" + release, settings)
    try:
        story, kinds, config, subjects = generated_tree.make(machine.root, release, seed,
                                                             settings["keys"])
        said = verdicts(settings, machine.root, subjects, kinds)
        machine.start(release)
        factors = any("authenticationmethods" in text.lower() for text in config.values())
        counts, wrong = {"open": 0, "shut": 0, "unknown": 0}, []
        for (user, method), ours in zip(subjects, said):
            really, seen = "shut", ["sshd does not run"]
            if machine.is_up():
                lists = machine.methods_asked(user) if factors else []
                really, seen = log_in(machine, user, method, kinds.get(user, "ed25519"), lists)
            word = ours.split(" ")[0]
            if really == "none needed":
                continue
            counts[really] += 1
            if word == "unknown":
                counts["unknown"] += 1
            elif word != really:
                wrong += ["%s %s: really %s, we say: %s" % (user, method, really, ours)] + seen
        if wrong:
            wrong += machine.log()[-12:] + story
        machine.stop()
        return release, seed, counts, wrong
    except Exception as error: # pylint: disable=broad-except
        return release, seed, {"open": 0, "shut": 0, "unknown": 0}, ["broken: %r" % error]


def share_points(totals, number):
    judged = totals["open"] + totals["shut"]
    for name, share, good in (
            ("open", totals["open"] / max(judged, 1), lambda share: share >= SHARE_AT_LEAST),
            ("shut", totals["shut"] / max(judged, 1), lambda share: share >= SHARE_AT_LEAST),
            ("unknown", totals["unknown"] / max(judged, 1), lambda share: share <= UNKNOWN_AT_MOST)):
        number += 1
        print("%sok %d - %s: %.1f %% of %d logins" % ("" if good(share) else "not ", number, name,
                                                      share * 100, judged))
    return number


def main():
    cache, verdict, work, first, last, *releases = sys.argv[1:]
    settings = {"cache": cache, "verdict": verdict, "work": work, "keys": make_material(work)}
    jobs = [(settings, release, seed) for seed in range(int(first), int(last) + 1)
            for release in releases]
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    totals, number = {"open": 0, "shut": 0, "unknown": 0}, 0
    # A login waits more than it works.
    workers = min(len(jobs), (os.cpu_count() or 1) * 2)
    with multiprocessing.Pool(workers, own_namespaces) as pool:
        for release, seed, counts, wrong in pool.imap(judge_tree, jobs):
            number += 1
            for name, count in counts.items():
                totals[name] += count
            print("%sok %d - %s %d: %d open, %d shut%s" % (
                "not " if wrong else "", number, release, seed, counts["open"], counts["shut"],
                "; %s" % wrong[0] if wrong else ""))
            for line in wrong[1:]:
                print("# " + line)
            sys.stdout.flush()
    if len(jobs) > 50:
        number = share_points(totals, number)
    print("1..%d" % number)


main()
