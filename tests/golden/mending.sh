# For the tests of repair and undo: what lib.sh has, and broken guests. Sourced by bash.
# shellcheck shell=bash
# Every write is synced, and a busy disk takes its time for that: in memory where that may be.
can_run() { # in DIRECTORY
    local copy
    copy=$(mktemp "$1/diskmend-XXXXXX" 2>/dev/null) || return 1
    cp /bin/true "$copy" && chmod 0700 "$copy" && "$copy"
    local answer=$?
    rm -f "$copy"
    return $answer
}
if [ -z "${TMPDIR-}" ] && [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] && can_run /dev/shm; then
    export TMPDIR=/dev/shm
fi
# shellcheck source=tests/golden/lib.sh
. "${DISKMEND_SOURCE:?run this by make check}/tests/golden/lib.sh" || exit 1

at=(--at 2026-06-01)
is_root() {
    [ "$(id -u)" -eq 0 ]
}

# A point that writes, or its skip.
point() { # DESCRIPTION, then a function
    if is_root; then
        "$2"
        ok "$1"
    else
        skip "$1" "needs root"
    fi
}

# ana is locked out three times over, and root's way in is shut as it should be.
broken() { # NAME
    rm -rf --one-file-system "${work:?}/$1"
    guest debian-12 "$1" &&
        sed -i '1i PermitRootLogn no' "$work/$1/etc/ssh/sshd_config" &&
        printf 'AllowUsers\tbela\n' >>"$work/$1/etc/ssh/sshd_config" &&
        chmod 0777 "$work/$1/home/ana"
}

# Everything about a tree but its times and our journal.
tree_hash() { # NAME
    (cd "$work/$1" && find . -path ./var/lib/diskmend -prune -o \
        -printf '%p %y %m %U %G %l\n' -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum)
}

unchanged() { # NAME HASH
    [ "$(tree_hash "$1")" = "$2" ] || { echo "# the tree $1 has changed"; return 1; }
}

runs_of() { # NAME
    ls "$work/$1/var/lib/diskmend" 2>/dev/null
}

run_of() { # NAME: its latest run
    runs_of "$1" | LC_ALL=C sort | tail -n 1
}
