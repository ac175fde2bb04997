"""sshd_config made by chance, of every keyword a Match block may hold, and connections to hold it
against: for effective.test."""
from chance import Chance

USERS = ["ana", "bob", "root", "zoe"]
YES_NO = ("yes", "no")
KEYWORDS = {
    "AcceptEnv": ("LANG LC_*", "FOO", "A B C"), "AllowAgentForwarding": YES_NO,
    "AllowGroups": ("staff", "staff devs", "*"),
    "AllowStreamLocalForwarding": ("yes", "no", "all", "local", "remote"),
    "AllowTcpForwarding": ("yes", "no", "all", "local", "remote"),
    "AllowUsers": ("ana", "ana bob@10.0.0.0/8", "*"),
    "AuthenticationMethods": ("publickey", "publickey,password", "publickey password", "any"),
    "AuthorizedKeysFile": (".ssh/authorized_keys", "none", "/etc/keys/%u .ssh/k", "%h/.ssh/k"),
    "AuthorizedPrincipalsFile": ("none", "/etc/principals/%u"), "Banner": ("none", "/etc/issue"),
    "CASignatureAlgorithms": ("ssh-ed25519", "-ssh-ed25519", "^rsa-sha2-512", "+ssh-ed25519"),
    "ChrootDirectory": ("none", "/srv", "%h"), "ClientAliveCountMax": ("0", "3", "7"),
    "ClientAliveInterval": ("0", "30", "5m", "1h30m"), "DenyGroups": ("nobody", "x y"),
    "DenyUsers": ("eve", "eve@10.0.0.1 x"), "DisableForwarding": YES_NO, "ExposeAuthInfo": YES_NO,
    "ForceCommand": ("none", "/bin/true -x", "internal-sftp"),
    "GatewayPorts": ("yes", "no", "clientspecified"), "HostbasedAuthentication": YES_NO,
    "HostbasedUsesNameFromPacketOnly": YES_NO, "IgnoreRhosts": ("yes", "no", "shosts-only"),
    "IPQoS": ("af21 cs1", "none", "lowdelay throughput"), "KbdInteractiveAuthentication": YES_NO,
    "LogLevel": ("INFO", "VERBOSE", "quiet", "DEBUG2"), "MaxAuthTries": ("1", "3", "6"),
    "MaxSessions": ("0", "1", "10"), "PasswordAuthentication": YES_NO,
    "PermitEmptyPasswords": YES_NO, "PermitListen": ("any", "none", "8080 localhost:90"),
    "PermitOpen": ("any", "none", "a:22 b:*"),
    "PermitRootLogin": ("yes", "no", "prohibit-password", "without-password",
                        "forced-commands-only"),
    "PermitTTY": YES_NO, "PermitTunnel": ("yes", "no", "point-to-point", "ethernet"),
    "PermitUserRC": YES_NO, "PubkeyAuthentication": YES_NO,
    "PubkeyAcceptedKeyTypes": ("ssh-ed25519", "+ssh-rsa", "-ssh-ed25519", "rsa*", "^rsa-sha2-512"),
    "HostbasedAcceptedKeyTypes": ("ssh-ed25519", "-rsa*", "^ecdsa*"),
    "PubkeyAuthOptions": ("none", "touch-required", "verify-required"),
    "RekeyLimit": ("1G 1h", "default none", "512M", "default 30m"),
    "RevokedKeys": ("none", "/etc/revoked"), "SetEnv": ("A=b", "A=b C=d"),
    "StreamLocalBindMask": ("0177", "0022"), "StreamLocalBindUnlink": YES_NO,
    "TrustedUserCAKeys": ("none", "/etc/ca.pub"), "X11DisplayOffset": ("10", "20"),
    "X11Forwarding": YES_NO, "X11UseLocalhost": YES_NO}
SINCE = {
    "bookworm": {"RequiredRSASize": ("1024", "2048"), "ChannelTimeout": ("none", "session:*=5m"),
                 "UnusedConnectionTimeout": ("1h", "5m", "none")}}
SINCE["trixie"] = {**SINCE["bookworm"], "RefuseConnection": YES_NO}
GLOBAL = {
    "UsePAM": YES_NO, "UseDNS": YES_NO, "StrictModes": YES_NO, "TCPKeepAlive": YES_NO,
    "LoginGraceTime": ("0", "30", "2m"), "PrintMotd": YES_NO, "PrintLastLog": YES_NO,
    "Compression": ("yes", "no", "delayed"), "MaxStartups": ("10", "10:30:60"),
    "FingerprintHash": ("md5", "sha256"), "PermitUserEnvironment": ("yes", "no", "LANG"),
    "Ciphers": ("aes256-ctr", "-aes*", "+aes128-cbc"), "MACs": ("hmac-sha2-256", "^hmac-sha2-512")}
CRITERIA = [
    "User ana", "User bob,ana", "User *,!ana", "User !ana", "User a*", "user root", "Group staff",
    "Group devs,staff", "Group *,!devs", "Address 10.0.0.0/8", "Address 10.0.0.1", "Address *",
    "Address !10.0.0.1,*", "Address ::1", "Address 192.168.*", "Host 10.0.0.1", "Host *.1",
    "LocalPort 22", "LocalPort 2222", "LocalAddress *", "all", "all"]


def lines(chance, release, in_match, count):
    known = {**KEYWORDS, **SINCE.get(release, {}), **({} if in_match else GLOBAL)}
    names = sorted(known)
    result = []
    for _ in range(count):
        name = chance.one(*names)
        result.append("%s %s" % (name, chance.one(*known[name])))
    return result


def block(chance, release):
    criteria = [chance.one(*CRITERIA) for _ in range(chance.weighted((5, 1), (2, 2)))]
    if "all" in criteria:
        criteria = ["all"]
    return ["Match " + " ".join(criteria)] + lines(chance, release, True, chance.randrange(1, 8))


def any_behind_lists(chance):
    """Blocks that ask for methods, and "any" behind them: what ends a connection in some releases."""
    result = []
    for _ in range(chance.randrange(1, 4)):
        result += ["Match " + chance.one(*CRITERIA), "AuthenticationMethods " + chance.one(
            "any", "any", "publickey", "publickey,password publickey")]
        if chance.often(.3):
            result.append("SetEnv " + chance.one("A=x", "C=y D=z"))
    return result


def make(release, seed):
    """{name below /etc/ssh: text} and the connections (user, address, port)"""
    chance = Chance("settings %s %d" % (release, seed))
    text = lines(chance, release, False, chance.randrange(0, 12))
    files = {}
    if chance.often(.4):
        inside = lines(chance, release, False, chance.randrange(1, 5))
        if chance.often(.5):
            inside += block(chance, release)
        files["sshd_config.d/50-x.conf"] = "\n".join(inside) + "\n"
        text.insert(chance.randrange(len(text) + 1), "Include /etc/ssh/sshd_config.d/*.conf")
    for _ in range(chance.randrange(0, 5)):
        text += block(chance, release)
    if chance.often(.15):
        text += any_behind_lists(chance)
    files["sshd_config"] = "\n".join(text) + "\n"
    connections = [(chance.one(*USERS), chance.one("10.0.0.1", "192.168.1.1", "::1"),
                    chance.one(22, 22, 2222)) for _ in range(3)]
    return files, connections
