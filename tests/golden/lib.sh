# For the golden tests: TAP points, a scratch directory, guests as directories. Sourced by bash.
# shellcheck shell=bash
set -u
: "${DISKMEND:?run this by make check}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
points=0
here=$DISKMEND_SOURCE/tests/golden

ok() { # DESCRIPTION, after the command whose status it tells
    local status=$?
    points=$((points + 1))
    [ "$status" -eq 0 ] || printf 'not '
    printf 'ok %d - %s\n' "$points" "$1"
}

skip() { # DESCRIPTION REASON
    points=$((points + 1))
    printf 'ok %d - %s # SKIP %s\n' "$points" "$1" "$2"
}

finish() {
    printf '1..%d\n' "$points"
}

# A fixture as the directory $work/NAME. Its fstab names disks that this machine does not have.
guest() { # FIXTURE NAME
    "$DISKMEND_BUILD/tests/golden/fixture_to_directory" "$DISKMEND_SOURCE/fixtures" "$1" "$work/$2" &&
        printf '# the disks of this guest are not here\n' >"$work/$2/etc/fstab"
}

# The program, in $work, judging 1 June 2026; status in $status, output in $work/out and $work/err.
run() {
    status=0
    (cd "$work" && "$DISKMEND" "$@") >"$work/out" 2>"$work/err" </dev/null || status=$?
    # whether reading moves access times is the machine's affair
    sed -i '/^  note: .*reading may move access times$/d' "$work/out"
}

exits() { # STATUS
    [ "$status" -eq "$1" ] || { echo "# exit $status, not $1"; sed 's/^/# /' "$work/err"; return 1; }
}

says() { # FIXED TEXT, on standard error
    grep -qF -- "$1" "$work/err" || { echo "# not said: $1"; sed 's/^/# /' "$work/err"; return 1; }
}

prints() { # FIXED TEXT, on standard output
    grep -qF -- "$1" "$work/out" || { echo "# not printed: $1"; sed 's/^/# /' "$work/out"; return 1; }
}

matches() { # STORED OUTPUT; DISKMEND_GOLDEN_UPDATE=1 stores it anew
    if [ -n "${DISKMEND_GOLDEN_UPDATE-}" ]; then
        cp "$work/out" "$here/$1"
    fi
    diff -u "$here/$1" "$work/out" >"$work/diff" || { sed 's/^/# /' "$work/diff"; return 1; }
}
