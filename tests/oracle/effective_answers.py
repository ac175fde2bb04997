"""effective_answers.py RELEASE ROOT CASES COUNT: what `sshd -T -C` of the tree at ROOT says of each
generated configuration for each connection: CASES/NNNN/{files,connections,0.out,…}."""
import os
import shutil
import subprocess
import sys

import generated_settings

release, root, cases, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
with open(root + "/etc/passwd", "a", encoding="ascii") as file:
    file.write("ana:x:1000:1000::/home/ana:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n")
with open(root + "/etc/group", "a", encoding="ascii") as file:
    file.write("ana:x:1000:\nbob:x:1001:\nstaff:x:2000:ana\ndevs:x:2001:ana,bob\n")
os.makedirs(root + "/run/sshd", exist_ok=True)
for seed in range(1, count + 1):
    files, connections = generated_settings.make(release, seed)
    place = "%s/%04d" % (cases, seed)
    shutil.rmtree(root + "/etc/ssh/sshd_config.d", ignore_errors=True)
    for name, text in files.items():
        for base in (place, root + "/etc/ssh"):
            os.makedirs(os.path.dirname(base + "/" + name), exist_ok=True)
            with open(base + "/" + name, "w", encoding="ascii") as file:
                file.write(text)
    with open(place + "/files", "w", encoding="ascii") as file:
        file.write("".join(name + "\n" for name in files))
    with open(place + "/connections", "w", encoding="ascii") as file:
        file.write("".join("%s %s %d\n" % one for one in connections))
    for number, (user, address, port) in enumerate(connections):
        spec = "user=%s,host=%s,addr=%s,laddr=192.0.2.1,lport=%d" % (user, address, address, port)
        with open("%s/%d.out" % (place, number), "wb") as out, \
                open("%s/%d.err" % (place, number), "wb") as err:
            status = subprocess.run(["chroot", root, "/usr/sbin/sshd", "-T", "-C", spec],
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                    check=False).returncode
        if status != 0:
            os.truncate("%s/%d.out" % (place, number), 0)
