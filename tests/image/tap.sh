# Sourced by the tests of this directory: TAP, a scratch directory, and small disks made without an
# appliance. Not a test.
set -u
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C.UTF-8 LIBGUESTFS_BACKEND=direct
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
probe=${DISKMEND_BUILD:-$here/../..}/tests/image/open_probe
tests=0
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/diskmend-image.XXXXXX")
chmod 755 "$scratch"
children=()
loops=()

finish() {
    local p
    for p in ${children[@]+"${children[@]}"}; do
        kill -9 "$p" 2>/dev/null
        wait "$p" 2>/dev/null
    done
    for p in ${loops[@]+"${loops[@]}"}; do
        losetup -d "$p" 2>/dev/null
    done
    rm -rf --one-file-system "$scratch"
}
trap finish EXIT

ok() { # STATUS DESCRIPTION [FILE to show on failure]
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        echo "not ok $tests - $2"
        [ -z "${3:-}" ] || sed 's/^/# /' "$3"
    fi
}

skip() { # REASON DESCRIPTION
    tests=$((tests + 1))
    echo "ok $tests - $2 # SKIP $1"
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

done_testing() { echo "1..$tests"; }

need() { # PROGRAM...
    local p
    for p; do
        command -v "$p" >/dev/null || skip_all "$p is not installed"
    done
}

says() { # DESCRIPTION FILE PATTERN: a line of FILE matches
    grep -q -E -e "$3" "$2"
    ok $? "$1" "$2"
}

says_not() {
    ! grep -q -E -e "$3" "$2"
    ok $? "$1" "$2"
}

need_probe() {
    [ -x "$probe" ] || skip_all "open_probe was not built"
    ! "$probe" image /nonexistent | grep -q 'built without libguestfs' ||
        skip_all "built without libguestfs"
}

# The appliance must be able to start, or there is nothing to test here.
need_appliance() {
    need_probe
    need qemu-img qemu-system-x86_64 mke2fs supermin
    ls /boot/vmlinuz-* >/dev/null 2>&1 || skip_all "no kernel in /boot for the appliance"
}

# A small root: make_root DIR NAME
make_root() {
    mkdir -p "$1/etc/ssh" "$1/usr/lib" "$1/usr/bin" "$1/var" "$1/boot" "$1/home/ana" "$1/mnt"
    printf 'PRETTY_NAME="%s"\nID=test\n' "$2" >"$1/usr/lib/os-release"
    ln -s ../usr/lib/os-release "$1/etc/os-release"
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
    printf 'Port 22\n' >"$1/etc/ssh/sshd_config"
    # A broken fstab must not stop us: libguestfs's own inspection gives up on this one.
    printf 'UUID=gone / ext4 defaults 0 1\n\001 broken ,, "\n/dev/sda1\n' >"$1/etc/fstab"
}

make_ext4() { # FILE MIB [DIRECTORY] [mke2fs options…]
    local file=$1 size=$2 from=${3:-}
    shift $(($# < 3 ? $# : 3))
    rm -f "$file"
    truncate -s "${size}M" "$file"
    mke2fs -q -F -t ext4 ${from:+-d "$from"} "$@" "$file" >/dev/null 2>"$scratch/mke2fs.log" ||
        { echo "Bail out! mke2fs: $(cat "$scratch/mke2fs.log")"; exit 1; }
}
