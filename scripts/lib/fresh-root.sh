# The root of a minimal Debian or Ubuntu, and one with Swift in it; to be sourced by scripts/fresh and scripts/try-packages,
# which call this in namespaces of their own.
# shellcheck shell=bash

RELEASE=${RELEASE:-bookworm}

# Where Ubuntu is to be had, and its package with the key that it is signed with (F6EC B376 2474 EDA9 D21B 7022 8719 20D1 991B
# C93C). Debian has none of it, and so this very file is named.
UBUNTU_MIRROR=http://archive.ubuntu.com/ubuntu
UBUNTU_KEYRING=pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb
UBUNTU_KEYRING_HASH=SHA256:36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8

# What https://www.swift.org/install/linux/tarball/ lists for Debian 12.
SWIFT_PACKAGES=(binutils-gold gcc git libcurl4-openssl-dev libedit-dev libicu-dev libncurses-dev libpython3-dev
    libsqlite3-dev libxml2-dev pkg-config tzdata uuid-dev)

# A path with blanks, for that is where somebody will put it.
CHECKOUT='/srv/a checkout'

# make_bare_root: that system, with nothing but its base, in FRESH.
make_bare_root() {
    local mirror proxy options=()
    step "Making a minimal system ($RELEASE) in $FRESH"
    mirror=$(debian_mirror)
    proxy=$(apt-config shell proxy Acquire::http::Proxy) # a shell's assignment, or nothing
    eval "$proxy"
    export http_proxy=${proxy:-${http_proxy-}}
    if is_ubuntu; then
        mirror=$UBUNTU_MIRROR
        bring_ubuntu_key
        options=(--components "main,universe" --keyring "$WORK/ubuntu.gpg")
    fi
    run debootstrap debootstrap --variant=minbase "${options[@]}" "$RELEASE" "$FRESH" ${mirror:+"$mirror" "$(bootstrap_script)"} ||
        fail "debootstrap could not make it${mirror:+ from $mirror}"
    mount_system
    bring_settings
    run 'refreshing the package lists' in_root apt-get update || fail 'the package lists cannot be had'
}

# debian_mirror: where this machine has its own Debian from, there all are to be had; nothing where it is no Debian.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)|$(LABEL)' 'Created-By: Packages' |
        awk -F '|' '$2 == "main" && $3 == "Debian" && !seen++ { print $1 }'
}

is_ubuntu() { [[ $RELEASE == jammy || $RELEASE == noble ]]; }

# bootstrap_script: debootstrap's for that system, which an older one knows by no name.
bootstrap_script() {
    local scripts=/usr/share/debootstrap/scripts
    if [[ -e $scripts/$RELEASE ]]; then
        echo "$scripts/$RELEASE"
    elif is_ubuntu; then
        echo "$scripts/gutsy"
    else
        echo "$scripts/sid"
    fi
}

# bring_ubuntu_key: the keys of Ubuntu's archive, in ubuntu.gpg.
bring_ubuntu_key() {
    run 'fetching the key of Ubuntu' /usr/lib/apt/apt-helper -o APT::Sandbox::User=root \
        download-file "$UBUNTU_MIRROR/$UBUNTU_KEYRING" "$WORK/keyring.deb" "$UBUNTU_KEYRING_HASH" ||
        fail "the key of Ubuntu cannot be had from $UBUNTU_MIRROR"
    dpkg-deb --fsys-tarfile "$WORK/keyring.deb" |
        tar --extract --to-stdout ./usr/share/keyrings/ubuntu-archive-keyring.gpg >"$WORK/ubuntu.gpg"
}

# make_root: the system, Swift, and the checkout.
make_root() {
    make_bare_root
    step "Installing what Swift's page lists: ${SWIFT_PACKAGES[*]}"
    run installing in_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${SWIFT_PACKAGES[@]}" || fail 'they could not be installed'
    show_read_only "$SWIFT_HOME"
    in_root swift --version >"$WORK/said" 2>&1 || fail "Swift does not run there: $(cat "$WORK/said")"

    step "Cloning the checkout into $CHECKOUT"
    [[ -z $(git -C "$ROOT" status --porcelain) ]] || note 'what has been changed and not committed is not in it'
    run cloning git clone --no-hardlinks "$ROOT" "$FRESH$CHECKOUT" || fail 'it could not be cloned'
}

# mount_system: what the kernel gives, and terminals.
mount_system() {
    mount -t proc proc "$FRESH/proc"
    mount --bind /sys "$FRESH/sys"
    mount -o remount,bind,ro "$FRESH/sys"
    mount -t tmpfs tmpfs "$FRESH/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$FRESH/dev/pts"
    ln -sf pts/ptmx "$FRESH/dev/ptmx"
}

# show_read_only PATH: shows that directory of this machine at the same place in the root, as it is.
show_read_only() {
    [[ ! -e $FRESH$1 ]] || return 0
    mkdir -p "$FRESH$1"
    mount --bind "$1" "$FRESH$1"
    mount -o remount,bind,ro "$FRESH$1"
}

# bring FILE: copies that file of this machine into the root, and prints where it is there.
bring() {
    local place
    place=/etc/outside/$(sha256sum "$1" | cut -c 1-8)-${1##*/}
    install -D -m 644 "$1" "$FRESH$place"
    echo "$place"
}

# bring_settings: how this machine reaches its mirrors; files and directories that the settings name come too.
bring_settings() {
    local setting value
    cp -L /etc/resolv.conf /etc/hosts "$FRESH/etc/"
    outside_packages | awk -F '|' '{ print "deb", $1, $2, $3 }' >"$WORK/sources"
    # Where this machine is no such Debian, the mirror that debootstrap chose stays.
    if [[ -s $WORK/sources ]]; then cp "$WORK/sources" "$FRESH/etc/apt/sources.list"; fi
    outside_apt_settings >"$FRESH/etc/apt/apt.conf.d/90outside"
    # It is thrown away: it need not survive a power cut.
    echo force-unsafe-io >"$FRESH/etc/dpkg/dpkg.cfg.d/unsafe-io"
    # Authorities that somebody added to this machine; the package ca-certificates takes them up.
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >"$WORK/said"; then
        mkdir -p "$FRESH/usr/local/share/ca-certificates"
        cp /usr/local/share/ca-certificates/*.crt "$FRESH/usr/local/share/ca-certificates/"
    fi

    while IFS= read -r -d '' setting; do
        git config --file "$FRESH/etc/gitconfig" --add "${setting%%=*}" "$(inside "${setting#*=}")"
        # url.DIRECTORY.insteadof: it is the name that holds a directory.
        value=${setting#url.}
        value=${value%%.insteadof=*}
        if [[ $value == /* && -d $value ]]; then show_read_only "$value"; fi
    done < <(outside_git_settings)

    SETTINGS=()
    while IFS= read -r setting; do
        SETTINGS+=("${setting%%=*}=$(inside "${setting#*=}")")
        # A directory of wheels, for one, is only shown.
        value=${setting#*=}
        if [[ $value == /* && -d $value ]]; then show_read_only "$value"; fi
    done < <(outside_variables)
}

# inside VALUE: what it is in the root: a file is brought there, anything else is the same.
inside() { if [[ $1 == /* && -f $1 ]]; then bring "$1"; else printf '%s' "$1"; fi; }

# bare_in_root COMMAND...: runs it in the root with nothing in its environment but PATH.
BEFORE_CHROOT=()
bare_in_root() {
    "${BEFORE_CHROOT[@]}" chroot "$FRESH" /usr/bin/env -i \
        PATH="$SWIFT_HOME/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
}

# in_root COMMAND...: as root would there after a login.
in_root() { bare_in_root HOME=/root TERM="${TERM:-dumb}" "${SETTINGS[@]}" "$@"; }
