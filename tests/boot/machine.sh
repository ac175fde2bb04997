# Sourced by the tests of this directory: a guest as a tree (an overlay over the one make-guest made),
# as an image, and as a machine that runs and is logged in to. Not a test.
#
# What a boot came to is seen, not waited for: systemd and the kernel say on the console how it ended,
# the guest's own report says what is up, and only then does a client try, once.
set -u
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C.UTF-8 LIBGUESTFS_BACKEND=direct
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
diskmend=${DISKMEND:-$here/../../build/diskmend}
# No boot takes so long, on however slow a machine: what does is ended, and its test fails.
boot_limit=${DISKMEND_BOOT_LIMIT:-300}

skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# Runs the calling script again in namespaces of its own: mounts and processes end with it, whatever
# ends it, and where the kernel lets us the forwarded ports are seen by nobody else.
isolate() { # "$@" of the script
    local net=
    [ "${DISKMEND_ISOLATED:-}" != "$PPID.$here" ] || return 0
    [ "$(id -u)" = 0 ] || skip_all "needs root to mount overlays and make images"
    [ "$(uname -m)" = x86_64 ] || skip_all "the guest is made for x86_64 only"
    for program in qemu-system-x86_64 mke2fs ssh ssh-keygen jq setsid setpriv; do
        command -v "$program" >/dev/null || skip_all "$program is not installed"
    done
    unshare -m -p -f --mount-proc true 2>/dev/null || skip_all "needs namespaces"
    tree=$("$here/make-guest" "${DISKMEND_BOOT_RELEASE:-bookworm}") ||
        skip_all "no tree to boot (mmdebstrap or network is missing)"
    unshare -n ip link set lo up 2>/dev/null && net=-n
    # What started us may be killed: then so are we, and all machines with us.
    exec env DISKMEND_BOOT_TREE="$tree" setpriv --pdeathsig KILL \
        unshare -m -p $net -f --mount-proc --kill-child \
        bash -c 'ip link set lo up 2>/dev/null; export DISKMEND_ISOLATED="$$.$1"; shift; "$@"; exit' \
        sh "$here" "$0" "$@"
}

# The scratch directory of the run, with the keys of the person who logs in.
start_run() {
    tree=$DISKMEND_BOOT_TREE
    mount --make-rprivate /
    # In this mount namespace only, and gone with it: nothing has to be deleted.
    work=$(dirname "$tree")/run
    mkdir -p "$work"
    mount -t tmpfs -o mode=755 tmpfs "$work" || skip_all "cannot mount a tmpfs"
    ssh-keygen -q -t ed25519 -N '' -C ana@laptop -f "$work/key"
}

# A fresh guest at $root, its files in $dir: ana and her key.
fresh() { # NAME
    dir=$work/$1
    root=$dir/root
    mkdir -p "$dir/upper" "$dir/work" "$root"
    mount -t overlay overlay -o "lowerdir=$tree,upperdir=$dir/upper,workdir=$dir/work" "$root" || return 1
    put_key /home/ana 1000
}
put_key() { # HOME UID
    mkdir -p "$root$1/.ssh"
    cp "$work/key.pub" "$root$1/.ssh/authorized_keys"
    chmod 700 "$root$1/.ssh"
    chmod 600 "$root$1/.ssh/authorized_keys"
    chown -R "$2:$2" "$root$1/.ssh"
}
# Runs a program of the guest in its tree, for what a person would do by command.
in_guest() {
    chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C SYSTEMD_OFFLINE=1 "$@"
}
put() { # PATH: standard input becomes that file, 0644
    mkdir -p "$(dirname "$root$1")"
    cat >"$root$1"
}

# The tree at $root as $dir/disk.img.
make_image() {
    local size
    size=$(du -sm "$root" 2>/dev/null | cut -f1)
    truncate -s "$((size + size / 4 + 64))M" "$dir/disk.img"
    mke2fs -q -F -t ext4 -O ^has_journal -m 0 -U d15c3e4d-0000-4000-8000-000000000001 \
        -d "$root" "$dir/disk.img" >"$dir/mke2fs.log" 2>&1
}

# why TARGET USER [OPTION]...: our verdict, as $said, $said_gate, $said_rule and $said_sudo.
why() {
    local target=$1 user=$2
    shift 2
    "$diskmend" why "$target" --user "$user" --from 10.0.2.2 --identity "$work/key.pub" "$@" \
        --output json >"$dir/why.json" 2>"$dir/why.log"
    # One document, or a list of them.
    jq -r 'if type == "array" then .[0] else . end
        | [.verdict, (.shut_at[0] // "none"), .sudo // "none",
           ((.shut_at[0] // "") as $at | [.gates[] | select(.gate == $at) | .reasons[]
             | select(.severity == "critical" or .severity == "high") | .rule][0] // "none")] | join(" ")' "$dir/why.json" >"$dir/said" 2>>"$dir/why.log"
    read -r said said_gate said_sudo said_rule <"$dir/said" || said=nothing
}

# power_on PORT GUEST-PORT: the machine's console is read from file descriptor $console. Without
# no_timer_check a kernel that is emulated on a busy machine may find its timer missing, and panic.
power_on() {
    local kernel initrd
    kernel=$(ls "$tree"/boot/vmlinuz-* | tail -n 1)
    initrd=$(ls "$tree"/boot/initrd.img-* | tail -n 1)
    exec {console}< <(TMPDIR=$dir exec timeout --kill-after=5 "$boot_limit" \
        qemu-system-x86_64 -machine q35 -cpu qemu64 -accel tcg,tb-size=256 -m 384 \
        -nodefaults -display none -no-reboot -snapshot -kernel "$kernel" -initrd "$initrd" \
        -append "root=/dev/vda ro console=ttyS0 quiet panic=-1 mitigations=off no_timer_check systemd.getty_auto=no systemd.log_target=console" \
        -drive "file=$dir/disk.img,format=raw,if=virtio" \
        -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$1-:$2" \
        -device virtio-net-pci,netdev=net,romfile=,addr=5 -device virtio-rng-pci \
        -serial stdio </dev/null 2>"$dir/qemu.log")
    machine=$!
}
power_off() {
    kill "$machine" 2>/dev/null
    wait "$machine" 2>/dev/null
    exec {console}<&-
}

# Reads the console until the boot came to an end; $ending says which: report, emergency, off (the
# machine stopped, or a panic stopped it), done (all jobs ran, but none of them was the report), late.
watch_console() {
    local line
    ending=late
    report=
    : >"$dir/console.log"
    while IFS= read -r -t "$boot_limit" line <&"$console"; do
        printf '%s\n' "$line" >>"$dir/console.log"
        case $line in
        *"diskmend-report: "*)
            report=${line#*diskmend-report: }
            report=${report%$'\r'}
            ending=report
            return
            ;;
        *"You are in emergency mode"* | *"You are in rescue mode"*) ending=emergency && return ;;
        *"Dropping to a shell"* | *"Kernel panic"* | *"Freezing execution"*) ending=off && return ;;
        *"Startup finished in"*) ending=done && return ;;
        esac
    done
    # End of file: before the limit the machine went off by itself.
    kill -0 "$machine" 2>/dev/null || ending=off
    grep -q 'terminating on signal' "$dir/qemu.log" && ending=late
}

# log_in PORT USER: one try; what the client saw is in $dir/client.log, what it got in $dir/session.
log_in() {
    timeout --kill-after=5 90 setsid ssh -v -F /dev/null -o ConnectTimeout="$patience" -o BatchMode=yes \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes \
        -o PreferredAuthentications=publickey -i "$work/key" -p "$1" "$2@127.0.0.1" \
        'echo admitted; sudo -n true && echo root' </dev/null >"$dir/session" 2>"$dir/client.log"
    grep -q '^admitted$' "$dir/session"
}

reported() { # FIELD of the report
    local value=${report#*"$1="}
    [ "$value" != "$report" ] || value=
    echo "${value%% *}"
}

# listens PORT: is there a socket that the card's address reaches? Hex, as /proc/net/tcp has it.
listens() {
    local socket port
    port=$(printf %04X "$1")
    for socket in $(reported listen | tr , ' '); do
        case $socket in
        00000000:$port | 0F02000A:$port | 00000000000000000000000000000000:$port) return 0 ;;
        esac
    done
    return 1
}

# boot PORT GUEST-PORT USER: runs $dir/disk.img; $seen becomes open, late, or the gate where it ended:
# boot, network, sshd, listen, firewall, or login for what comes behind sshd's banner. $seen_sudo: yes
# or no.
boot() {
    local begun=$SECONDS
    power_on "$1" "$2"
    watch_console
    patience=40
    [ "$ending" = report ] || patience=5
    seen_sudo=no
    if [ "$ending" = late ]; then
        seen=late
    elif log_in "$1" "$3"; then
        seen=open
        ! grep -q '^root$' "$dir/session" || seen_sudo=yes
    elif [ "$ending" != report ]; then
        seen=boot
    elif [ -z "$(reported address)" ]; then
        seen=network
    elif [ "$(reported service)" != active ] && [ "$(reported socket)" != active ]; then
        seen=sshd
    elif ! listens "$2"; then
        seen=listen
    elif ! grep -q 'Remote protocol version' "$dir/client.log"; then
        seen=firewall
        # Behind ssh.socket a daemon that does not start closes at once; a filter lets us wait.
        [ "$(reported socket)" != active ] || grep -q 'timed out' "$dir/client.log" || seen=sshd
    else
        seen=login
    fi
    power_off
    took=$((SECONDS - begun))
}

# run_cases DIRECTORY [NAME]...: run_case NAME NUMBER for each case of that directory, several at a
# time, as TAP. Names come from DISKMEND_BOOT_CASES as well: those that stand in this directory.
run_cases() {
    local names=() path name width number=0 cases=$here/$1
    shift
    for name in "$@" ${DISKMEND_BOOT_CASES:-}; do
        [ ! -f "$cases/$name" ] || names+=("$name")
    done
    if [ "${#names[@]}" = 0 ]; then
        [ -z "$*${DISKMEND_BOOT_CASES:-}" ] || skip_all "none of these cases is in ${cases##*/}"
        for path in "$cases"/*; do names+=("${path##*/}"); done
    fi
    # A guest keeps one core busy.
    width=${DISKMEND_BOOT_JOBS:-$(nproc)}
    [ "$width" -le 4 ] || width=4
    for name in "${names[@]}"; do
        [ "$number" -lt "$width" ] || wait -n
        number=$((number + 1))
        (run_case "$name" "$number" >"$work/$number.tap" 2>&1) &
    done
    wait
    number=0
    for name in "${names[@]}"; do
        number=$((number + 1))
        grep -qE '^(not )?ok - ' "$work/$number.tap" || echo "not ok - $name: the test itself failed"
        sed -E "s/^((not )?ok) -/\\1 $number -/" "$work/$number.tap"
    done
    echo "1..$number"
}

# repair TARGET USER: one run without a question, as a person would type it; $repaired is its exit
# code, $mended the rules by which something was written, $run its name.
repair() {
    "$diskmend" repair "$1" --user "$2" --yes --output json >"$dir/repair.json" 2>"$dir/repair.log" </dev/null
    repaired=$?
    mended=$(jq -r '[(if type == "array" then .[0] else . end) | .plan[].rules[]] | unique | join(" ")' \
        "$dir/repair.json" 2>>"$dir/repair.log")
    run=$(jq -r '(if type == "array" then .[0] else . end) | select(.written) | .run' \
        "$dir/repair.json" 2>>"$dir/repair.log")
}
