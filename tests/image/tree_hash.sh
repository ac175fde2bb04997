# Sourced: what a filesystem holds, told by debugfs alone, so that two states of it can be compared.
# Not a test.

# tree_state FILE DIRECTORY [OFFSET]: one line for each path (type, mode, owner, attributes, target or
# hash of the content), without diskmend's own journal. Times, inode numbers and what only counts
# the entries of a directory are left out.
tree_state() {
    local image=$1 work=$2 offset=${3:-0}
    local fs=$work/fs
    rm -rf --one-file-system "$work"
    mkdir -p "$work/dump"
    dd if="$image" of="$fs" bs=1M skip="$offset" conv=sparse status=none
    # As the next mount would: what the log holds belongs to it.
    e2fsck -fy -E journal_only "$fs" >"$work/e2fsck" 2>&1
    debugfs -R "rdump / $work/dump" "$fs" >/dev/null 2>&1
    (cd "$work/dump" && find . -mindepth 1 | LC_ALL=C sort | sed 's/^\.//') |
        grep -v -e '^/var/lib/diskmend' -e '^/lib/diskmend' -e '^/lost+found' >"$work/paths"
    sed 's/.*/stat "&"/' "$work/paths" >"$work/script"
    debugfs -f "$work/script" "$fs" 2>/dev/null |
        sed -n -E -e 's/^debugfs: stat (.*)/\1/p' \
            -e 's/^Inode: [0-9]+ +(Type: .*)/\1/p' -e 's/^(User:.*) Size: .*/\1/p' \
            -e 's/^(Fast link dest: .*)/\1/p' -e '/^Extended attributes:/,/^Inode checksum/p' |
        grep -v -e '^Inode checksum' -e '^Extended attributes' -e '^EXTENTS' -e '^(' |
        sed -E 's/ +Flags: .*//'
    (cd "$work/dump" && find . -type f | LC_ALL=C sort | grep -v -e '^./var/lib/diskmend' -e '^./lib/diskmend' |
        tr '\n' '\0' | xargs -0 -r sha256sum)
}
