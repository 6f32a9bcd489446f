# The root of a minimal Debian, with Swift in it; to be sourced by scripts/fresh, which calls this in namespaces of its own.
# shellcheck shell=bash

RELEASE=${RELEASE:-bookworm}

# What https://www.swift.org/install/linux/tarball/ lists for Debian 12.
SWIFT_PACKAGES=(binutils-gold gcc git libcurl4-openssl-dev libedit-dev libicu-dev libncurses-dev libpython3-dev
    libsqlite3-dev libxml2-dev pkg-config tzdata uuid-dev)

# A path with blanks, for that is where somebody will put it.
CHECKOUT='/srv/a checkout'

# make_root: the system, Swift, and the checkout.
make_root() {
    local mirror proxy
    step "Making a minimal Debian ($RELEASE) in $FRESH"
    mirror=$(outside_packages | awk -F '|' -v release="$RELEASE" '$2 == release { print $1; exit }')
    proxy=$(apt-config shell proxy Acquire::http::Proxy) # a shell's assignment, or nothing
    eval "$proxy"
    http_proxy=${proxy:-${http_proxy-}} run debootstrap \
        debootstrap --variant=minbase "$RELEASE" "$FRESH" ${mirror:+"$mirror"} ||
        fail "debootstrap could not make it${mirror:+ from $mirror}"
    mount_system
    bring_settings

    step "Installing what Swift's page lists: ${SWIFT_PACKAGES[*]}"
    run 'refreshing the package lists' in_root apt-get update || fail 'the package lists cannot be had'
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
