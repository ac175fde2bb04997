"""authorized_keys of a generated tree: lines good, odd and broken. Keys are of the run: KEYS maps
ed25519, rsa, ecdsa, rsa1024, other, ca, cert to the text of a public key."""

OPTIONS = [
    "no-pty", "NO-PTY", "restrict", "pty", "no-agent-forwarding", 'permitopen="a:22"',
    'permitopen="localhost:*"', 'permitlisten="8080"', 'permitlisten="localhost:x"', 'permitopen="a"',
    'environment="A=b"', 'environment="A"', 'environment="=b"', 'from="127.0.0.1"',
    'from="127.0.0.1"', 'from="10.0.0.0/8"', 'from="127.0.0.0/8,10.0.0.0/8"', 'from="127.0.0.1/8"',
    'from="!127.0.0.1,*"', 'from="*"', 'from="!10.0.0.1"', 'from="localhost"', 'from="127.*"',
    'from="127.0.0.1, 10.0.0.1"', 'FROM="127.0.0.1"', 'from=""', "from=127.0.0.1",
    "from='127.0.0.1'", 'from="::ffff:127.0.0.1"', 'from="0.0.0.0/0"', 'from="::/0"',
    'from="127.0.0.1/33"', 'from="127.0.0.1/32/"', 'from="?27.0.0.1"', 'from="!127.0.0.2,127.0.0.1"',
    'from="127.0.0.1",from="127.0.0.1"', 'command="true"', 'command="true"', 'command="/bin/false"',
    'command="exit 1"', 'command=""', 'command="echo \\"hi\\"; true"', 'command="true",command="x"',
    'expiry-time="20300101"', 'expiry-time="20200101"', 'expiry-time="203001011200Z"',
    'expiry-time="203001"', 'expiry-time="20301301"', 'expiry-time="20300231"',
    'expiry-time="19691231"', 'expiry-time="20300101120000"', 'expiry-time="203001012500"',
    'expiry-time="soon"', 'expiry-time="20200101",expiry-time="20300101"', "cert-authority",
    'principals="x"', "no-user-rc", "user-rc", "no-touch-required", "verify-required",
    "touch-required", 'tunnel="1"', 'tunnel="any"', 'tunnel="x"', "agent-forwarding",
    "X11-forwarding", "no-port-forwarding", "port-forwarding", "no-X11-forwarding",
    'from="127.0.0.1', "bogus", "no-ptyx", 'from="127.0.0.1",,no-pty', "no-pty,", "no-cert-authority"]


def options(chance):
    count = chance.weighted((6, 1), (3, 2), (1, 3))
    return chance.weighted((12, ","), (1, ", ")).join(chance.one(*OPTIONS) for _ in range(count))


def line(chance, keys, kind):
    """One line meant to let key KIND in."""
    key = keys[kind]
    name, blob = key.split()[:2]
    other = keys["other"]
    return chance.weighted(
        (34, key), (3, name + " " + blob), (2, "\t " + key), (1, name + "  " + blob + "   c"),
        (1, name + "\t" + blob), (14, options(chance) + " " + key), (1, options(chance) + "\t" + key),
        (1, options(chance) + "  " + key), (1, key + "\r"), (1, name.upper() + " " + blob),
        (.7, blob), (.7, name + " " + blob[:-4]), (.7, name + " " + blob + "AAAA"),
        (.7, name + " " + blob.rstrip("=") + "=="), (.7, "ssh-rsa " + blob), (1, "#" + key),
        (.7, " # " + key), (.7, '"' + key + '"'), (.7, name + " " + blob[:30] + " " + blob[30:]),
        (.7, name + " " + blob + "#c"), (.5, "1024 35 " + blob),
        (.5, "ssh-ed25519-cert-v01@openssh.com " + blob), (.7, key + other),
        (.7, name + " " + blob + other), (.5, "- " + key), (.5, name + " " + blob + ' from="1.2.3.4"'),
        (.5, name + "\u00a0" + blob), (.5, "\ufeff" + key), (.3, "x " * 6000 + key),
        (.3, 'from="' + "1.1.1.1," * 900 + '127.0.0.1" ' + key),
        (.3, 'from="127.0.0.1",' + "no-pty," * 1500 + "no-pty " + key), (.5, keys["cert"]),
        (.5, key + " " + "c" * 4000), (.5, key + "\x00"), (.3, "\x0c" + key), (.5, key + "\x0c"),
        (.5, "sk-" + name + "@openssh.com " + blob), (.5, keys["sk"] + "\n" + key))


def noise(chance, keys):
    return chance.one("# hi", "", "   ", "junk here", keys["other"], "ssh-ed25519 AAAA", 'from="x',
                      "ssh-dss AAAAB3NzaC1kc3M= x", options(chance) + " " + keys["other"],
                      "----BEGIN", "---- BEGIN SSH2 PUBLIC KEY ----", "\x01\x02", "ssh-rsa",
                      keys["cert"], keys["sk"], "cert-authority " + keys["ca"], keys["rsa1024"])


def text(chance, keys, kind):
    lines = [noise(chance, keys) for _ in range(chance.weighted((5, 0), (3, 1), (2, 3), (.3, 300)))]
    lines.append(chance.weighted((8, line(chance, keys, kind)), (.7, "# only"), (.5, keys["other"])))
    if chance.often(.2):
        lines.append(line(chance, keys, kind))
    chance.shuffle(lines)
    end = chance.weighted((12, "\n"), (1, "\r\n"))
    return end.join(lines) + chance.weighted((8, end), (2, ""))
