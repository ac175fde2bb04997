# What becomes of an accepted login: read by login.test, whose functions it uses.

# at_prompt USER METHODS: does a shell read what is typed?
at_prompt() {
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$r/dev/pts"
    printf 'echo MA""RK\nexit\n' | timeout 20 ssh -tt -F /dev/null -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o BatchMode=yes \
        -o LogLevel=ERROR -o PreferredAuthentications="$2" -i "$identity" -p "$port" \
        "$1@127.0.0.1" > "$work/client" 2>&1
    umount -l "$r/dev/pts"
    grep -q MARK "$work/client"
}
prompt() { how=at_prompt; key "$1"; how=log_in; }
# home FILE LINE...: a file of alice's.
home() {
    printf '%s\n' "${@:2}" > "$r/home/alice/$1"
    chown 1000:1000 "$r/home/alice/$1"
}
# jail DIRECTORY: a shell that works inside.
jail() {
    local libraries=lib/x86_64-linux-gnu file
    mkdir -p "$r$1/bin" "$r$1/$libraries" "$r$1/lib64"
    chroot "$r" cp -L /bin/bash "$1/bin/"
    chroot "$r" cp -L /lib64/ld-linux-x86-64.so.2 "$1/lib64/"
    for file in libc.so.6 libtinfo.so.6 libdl.so.2; do
        [ ! -e "$r/$libraries/$file" ] || chroot "$r" cp -L "/$libraries/$file" "$1/$libraries/"
    done
}
odd_shell() { # MODE, the file's content on standard input
    cat > "$r/bin/odd"
    chmod "$1" "$r/bin/odd"
    shell /bin/odd
}
run_shells() {
    case_of; prompt "session: at a prompt"
    case_of; odd_shell 700 < "$r/bin/bash"; key "session: shell of root alone"
    case_of; odd_shell 710 < "$r/bin/bash"; chgrp 2000 "$r/bin/odd"; key "session: shell of her group"
    case_of; odd_shell 755 < /dev/null; key "session: empty shell"
    case_of; head -c 4096 /dev/zero | odd_shell 755; key "session: shell of NULs"
    case_of; odd_shell 755 <<< '#!/bin/nosuch'; key "session: no interpreter"
    case_of; odd_shell 755 <<< '#!/bin/bash -p'; key "session: a script"
    case_of; shell bin/bash; key "session: relative shell"
    case_of; sed -i 's|^alice:.*|alice:x:1000:1000::/:bin/bash|' "$r/etc/passwd"
    pam 'AuthorizedKeysFile /home/%u/.ssh/authorized_keys'; key "session: relative shell, home /"
    case_of; rm "$r"/lib/x86_64-linux-gnu/libtinfo.so.6*; key "session: a library gone"
    case_of; chmod 600 "$r"/lib/x86_64-linux-gnu/libtinfo.so.6.*; key "session: a library of root alone"
    case_of; shell /bin/false; key "session: false"
    case_of; chmod 700 "$r/usr/bin"; key "session: /usr/bin closed"
    case_of; chmod 711 "$r/usr/bin"; key "session: /usr/bin cannot be listed"
    case_of; chmod 700 "$r/usr/lib"; key "session: /usr/lib closed"
    case_of; chmod 700 "$r/usr"; compare "session: /usr closed, root" root publickey
    case_of; chmod 700 "$r/tmp" "$r/var/tmp"; key "session: /tmp closed"
    case_of; chmod 700 "$r/home"; password "session: /home closed, password"
    case_of; rm -r "$r/home/alice"; password "session: no home, password"
}
run_jails() {
    case_of; jail /jail; pam 'ChrootDirectory /jail'; key "session: a jail"
    case_of; pam 'Match User bob\nChrootDirectory /nosuch'; key "session: a jail for others"
    case_of; mkdir "$r/jail"; pam 'ChrootDirectory /jail'; key "session: an empty jail"
    case_of; jail /jail; rm "$r/jail/lib/x86_64-linux-gnu/libc.so.6"; pam 'ChrootDirectory /jail'
    key "session: a jail without libc"
    case_of; jail /jail; chmod 775 "$r/jail"; pam 'ChrootDirectory /jail'; key "session: a jail the group may write"
    case_of; jail /jails/alice; pam 'ChrootDirectory /jails/%u'; key "session: a jail by name"
    case_of; jail /jails/1000; chmod 777 "$r/jails"; pam 'ChrootDirectory /jails/%U'; key "session: open above the jail"
    case_of; pam 'ChrootDirectory %h'; key "session: jailed at home"
    case_of; pam 'ChrootDirectory /nosuch'; key "session: no jail"
    case_of; pam 'ChrootDirectory jail'; key "session: relative jail"
    case_of; pam 'ChrootDirectory none'; key "session: jail none"
    case_of; pam 'ChrootDirectory /'; key "session: jail /"
    case_of; jail /jail; shell /bin/zsh; pam 'ChrootDirectory /jail'; key "session: no such shell in the jail"
    case_of; jail /jail; mv "$r/jail/bin/bash" "$r/jail/bin/zsh"; shell /bin/zsh; pam 'ChrootDirectory /jail'
    key "session: a shell of the jail alone"
    case_of; jail /jail; mv "$r/jail/bin" "$r/jail/x"; ln -s /x "$r/jail/bin"; pam 'ChrootDirectory /jail'
    key "session: a link in the jail"
}
run_forced() {
    local hers='Match User alice\nForceCommand' public
    public=$(cat "$work/key.pub")
    case_of; pam 'ForceCommand internal-sftp'; key "session: sftp only"
    case_of; pam "$hers internal-sftp -l INFO"; key "session: sftp only for her"
    case_of; shell /bin/false; pam "$hers internal-sftp"; key "session: sftp only, shell false"
    case_of; pam 'Match User bob\nForceCommand internal-sftp'; key "session: sftp only for bob"
    case_of; pam 'ForceCommand /bin/date -u'; key "session: a forced program"
    case_of; pam 'ForceCommand /bin/nosuch'; key "session: a forced program gone"
    case_of; pam "$hers /etc/passwd"; key "session: a forced file"
    case_of; pam 'ForceCommand /bin/nosuch || true'; key "session: a forced line for the shell"
    case_of; pam 'ForceCommand /bin/false'; key "session: false forced"
    case_of; pam "$hers none"; key "session: forced none"
    case_of; keys "command=\"/bin/nosuch\" $public"; key "session: command= gone"
    case_of; keys "command=\"internal-sftp\" $public"; key "session: command= sftp"
    case_of; keys "command=\"/bin/date\" $public"; key "session: command= there"
    case_of; keys "command=\"/bin/false\" $public"; pam 'ForceCommand /bin/date'
    key "session: ForceCommand before command="
    case_of; keys "restrict $public"; key "session: restrict"
    case_of; pam 'PermitTTY no'; key "session: no terminal"
    case_of; pam 'Subsystem sftp /nosuch'; key "session: no sftp"
}
run_startup() {
    local guard=('case $- in' '*i*) ;;' '*) return;;' 'esac')
    case_of; cp -p "$r/etc/skel/.profile" "$r/etc/skel/.bashrc" "$r/home/alice/"; prompt "session: the usual files"
    case_of; home .profile 'exit 0'; prompt "session: exit in .profile"
    case_of; home .profile 'exit 0'; home .bash_profile 'A=1'; prompt "session: .bash_profile before .profile"
    case_of; home .bash_login 'logout'; prompt "session: logout in .bash_login"
    case_of; home .profile 'exit'; chmod 0 "$r/home/alice/.profile"; prompt "session: unreadable .profile"
    case_of; cp -p "$r/etc/skel/.profile" "$r/home/alice/"; home .bashrc "${guard[@]}" exit
    prompt "session: exit in .bashrc behind the guard"
    case_of; home .bashrc "${guard[@]}" exit; key "session: the guard, a command"
    case_of; home .bashrc 'if [ -n "$NOSUCH" ]; then' 'exit' 'fi'; prompt "session: exit under a condition"
    case_of; home .profile 'f() { exit; }' '(exit)' 'exit | cat' 'false && exit'
    prompt "session: exits that end nothing"
    case_of; home .profile 'cat <<E' 'exit' 'E' 'echo "' 'exit' '"'; prompt "session: exits in quotes"
    case_of; home .profile 'exec /bin/nosuch'; prompt "session: exec of nothing"
    case_of; home .profile 'exec /bin/false'; prompt "session: exec of false"
    case_of; home .profile 'exec 2>&1'; prompt "session: exec of no program"
    case_of; shell /bin/sh; home .profile 'exit'; prompt "session: exit in .profile of sh"
    case_of; shell /bin/sh; home .profile 'exec /bin/nosuch'; prompt "session: exec of nothing in sh"
    case_of; shell /bin/sh; home .bash_profile 'exit'; prompt "session: sh reads no .bash_profile"
    case_of; echo exit > "$r/etc/profile.d/x.sh"; prompt "session: exit in profile.d"
    case_of; echo exit > "$r/etc/profile.d/x.csh"; prompt "session: exit for another shell"
    case_of; echo exit >> "$r/etc/profile"; prompt "session: exit in /etc/profile"
    case_of; sed -i '1i exit' "$r/etc/bash.bashrc"; prompt "session: exit in bash.bashrc"
    case_of; home .bashrc 'exit 1'; prompt "session: exit in .bashrc that no profile reads"
    case_of; pam 'ForceCommand true'; home .bashrc 'exit 1'; key "session: forced, and .bashrc ends it"
    case_of; home .ssh/rc 'exit 1'; key "session: exit in rc"
    case_of; echo 'exit 1' > "$r/etc/ssh/sshrc"; key "session: exit in sshrc"
    # No boot takes the file away here, as it does with systemd before 257.
    [ "$release" != trixie ] ||
        { case_of; no_pam; echo closed > "$r/etc/nologin"; key "session: nologin without PAM"; }
    case_of; no_pam; echo closed > "$r/etc/nologin"; compare "session: nologin without PAM, root" root publickey
}
run_session() { run_shells; run_jails; run_forced; run_startup; }
