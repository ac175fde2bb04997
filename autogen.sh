#!/bin/sh
# Set up a checkout and work in it.
#
#   ./autogen.sh [CONFIGURE-OPTION]...        bootstrap, configure into build/
#   ./autogen.sh deps                         install what is missing
#   ./autogen.sh demo                         deps, build, scan a broken demo disk image
#   ./autogen.sh check [CONFIGURE-OPTION]...  deps, build, make check
#
# Nothing is done twice: a second run finds the packages, the configuration and the objects.
set -eu
cd "$(dirname "$0")"

say() {
    printf '%s\n' "autogen.sh: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# ---- packages ---------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "installing packages needs root: run ./autogen.sh deps as root, or install sudo"
    fi
}

# One list a family. The kernel is for the libguestfs appliance: a container has none of its own.
debian_packages() {
    case $(dpkg --print-architecture) in
    amd64) machine='qemu-system-x86 linux-image-cloud-amd64' ;;
    arm64) machine='qemu-system-arm qemu-efi-aarch64 linux-image-cloud-arm64' ;;
    *) machine="qemu-system linux-image-$(dpkg --print-architecture)" ;;
    esac
    # shellcheck source=/dev/null
    if [ "$(. /etc/os-release && echo "$ID")" = ubuntu ]; then
        machine=$(echo "$machine" | sed 's/linux-image-[^ ]*/linux-image-virtual/')
    fi
    echo gcc make libc6-dev autoconf automake pkg-config \
        libguestfs-dev libguestfs-tools libguestfs-xfs libaugeas-dev libcjson-dev libssl-dev libblkid-dev libyaml-dev libcrypt-dev check \
        qemu-utils e2fsprogs xfsprogs btrfs-progs lvm2 dosfstools fdisk mmdebstrap openssh-client nftables iptables iproute2 ifupdown netplan.io tcpd ufw jq python3-minimal \
        python3-jsonschema libasan8 libubsan1 "$machine"
}

fedora_packages() {
    case $(uname -m) in
    aarch64) machine=qemu-system-aarch64-core ;;
    *) machine=qemu-system-x86-core ;;
    esac
    echo gcc make autoconf automake pkgconf-pkg-config libguestfs-devel guestfs-tools libguestfs \
        augeas-devel cjson-devel openssl-devel libblkid-devel libyaml-devel libxcrypt-devel check-devel qemu-img e2fsprogs xfsprogs btrfs-progs lvm2 \
        dosfstools util-linux openssh jq python3 python3-jsonschema libasan libubsan kernel-core "$machine"
}

suse_packages() {
    echo gcc make autoconf automake pkgconf libguestfs-devel guestfs-tools augeas-devel \
        cJSON-devel libopenssl-devel libblkid-devel libyaml-devel libxcrypt-devel check-devel qemu-tools e2fsprogs xfsprogs btrfs-progs lvm2 dosfstools util-linux \
        openssh-clients jq python3 python3-jsonschema kernel-default qemu
}

missing_debian() {
    for package in $(debian_packages); do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -q '^installed$' ||
            printf '%s ' "$package"
    done
}

missing_rpm() {
    for package in "$@"; do
        rpm -q --whatprovides "$package" >/dev/null 2>&1 || printf '%s ' "$package"
    done
}

# An appliance is built from the newest kernel in /boot, and only root may read it on Ubuntu.
deps() {
    if command -v apt-get >/dev/null 2>&1; then
        missing=$(missing_debian)
        [ -n "$missing" ] || return 0
        say "installing: $missing"
        as_root apt-get update -q
        # shellcheck disable=SC2086 # a list of words
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends $missing
    elif command -v dnf >/dev/null 2>&1; then
        # shellcheck disable=SC2046
        missing=$(missing_rpm $(fedora_packages))
        [ -n "$missing" ] || return 0
        say "installing: $missing"
        # shellcheck disable=SC2086
        as_root dnf install -y --setopt=install_weak_deps=False $missing
    elif command -v zypper >/dev/null 2>&1; then
        # shellcheck disable=SC2046
        missing=$(missing_rpm $(suse_packages))
        [ -n "$missing" ] || return 0
        say "installing: $missing"
        # shellcheck disable=SC2086
        as_root zypper --non-interactive install --no-recommends $missing
    else
        die "no apt, dnf or zypper here: install what ./configure asks for, then go on without deps"
    fi
}

# ---- build ------------------------------------------------------------------------------------

# Once is enough: make itself reruns the autotools when their input changes.
bootstrap() {
    [ ! -x configure ] || return 0
    say "bootstrapping"
    mkdir -p build-aux/m4
    autoreconf --install --force
}

# Again only with other options than last time.
configure() {
    if [ -f build/config.status ]; then
        [ $# -gt 0 ] || return 0
        [ "$(cat build/.options 2>/dev/null)" != "$*" ] || return 0
    fi
    say "configuring in build/"
    mkdir -p build
    (cd build && ../configure "$@")
    printf '%s\n' "$*" >build/.options
}

jobs() {
    nproc 2>/dev/null || echo 2
}

build() {
    make -s -C build -j"$(jobs)" all
}

# ---- commands ---------------------------------------------------------------------------------

demo() {
    case_name=${DISKMEND_DEMO_CASE:-demo}
    image=build/demo/web01.qcow2
    deps
    bootstrap
    configure
    build
    mkdir -p build/demo
    if [ ! -f "$image" ] || [ -n "$(find fixtures tests/tools -newer "$image" | head -n 1)" ]; then
        say "making a broken disk image from fixtures/: $image"
        make -s -C build tests/tools/fixture_to_image
        DISKMEND_BUILD=$PWD/build tests/tools/make-image "$case_name" "$image"
    fi
    say "build/diskmend scan $image"
    status=0
    build/diskmend scan "$image" || status=$?
    # 1 is what a broken disk has to give.
    [ "$status" -le 1 ] || die "the scan of the demo image ended with $status"
}

case ${1-} in
deps)
    deps
    ;;
demo)
    demo
    ;;
check)
    shift
    deps
    bootstrap
    configure "$@"
    build
    make -C build -j"$(jobs)" check
    ;;
-h | --help | help)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    ;;
'' | -* | *=*)
    bootstrap
    configure "$@"
    say "now run: make -C build"
    ;;
*)
    die "there is no \"$1\"; ./autogen.sh --help lists what there is"
    ;;
esac
