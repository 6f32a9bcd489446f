# What is tried with a package in the root of a minimal system; to be sourced by scripts/try-packages.
# shellcheck shell=bash

# make_bare_root: that Debian, with nothing but its base, in FRESH.
make_bare_root() {
    local mirror proxy
    step "Making a minimal Debian ($RELEASE)"
    # Each Debian is to be had where this machine's own is.
    mirror=$(apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)' 'Created-By: Packages' |
        awk -F '|' '$2 == "main" && !/security/ { print $1; exit }')
    proxy=$(apt-config shell proxy Acquire::http::Proxy) # a shell's assignment, or nothing
    eval "$proxy"
    http_proxy=${proxy:-${http_proxy-}} run debootstrap \
        debootstrap --variant=minbase "$RELEASE" "$FRESH" ${mirror:+"$mirror"} ||
        fail "debootstrap could not make it${mirror:+ from $mirror}"
    mount_system
    bring_settings
    run 'refreshing the package lists' in_root apt-get update || fail 'the package lists cannot be had'
}

# files_of_system: all files that a package could have left, but for what dpkg, apt and caches keep of each one.
files_of_system() {
    (cd "$FRESH" && find etc usr opt srv var \( -path var/lib/dpkg -o -path var/lib/apt -o -path var/cache -o -path var/log \
        -o -path usr/share/man -o -path etc/outside \) -prune -o -print | LC_ALL=C sort)
}

# apt_install FILE...: as an administrator would; what is depended on comes too.
apt_install() {
    local file
    for file in "$@"; do cp "$file" "$FRESH/tmp/"; done
    run installing in_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${@/#*\//\/tmp/}" || fail "could not be installed: ${*##*/}"
    cp "$WORK/log" "$WORK/installed"
}

# of_version FILE VERSION: the same package, as if it had that version; prints its path.
of_version() {
    local tree="$WORK/tree-$2" file="$WORK/surf-ufm-pkeyd_${2#*:}_all-same.deb"
    dpkg-deb --raw-extract "$1" "$tree"
    sed -i "s/^Version: .*/Version: $2/" "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$tree" "$file" >"$WORK/said" || fail "$(cat "$WORK/said")"
    echo "$file"
}

# predecessor: a package of that name as the predecessor's was: a program and a unit under its own name; prints its path.
predecessor() {
    local tree="$WORK/predecessor" file="$WORK/surf-ufm-pkeyd_9.9.9-1_all.deb"
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/lib/systemd/system"
    printf 'Package: surf-ufm-pkeyd\nVersion: 9.9.9-1\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\n' >"$tree/DEBIAN/control"
    printf 'Description: the predecessor\n' >>"$tree/DEBIAN/control"
    printf '#!/bin/sh\necho the predecessor\n' >"$tree/usr/bin/surf_ufm_pkeyd"
    chmod 755 "$tree/usr/bin/surf_ufm_pkeyd"
    printf '[Service]\nExecStart=/usr/bin/surf_ufm_pkeyd\n' >"$tree/usr/lib/systemd/system/surf_ufm_pkeyd.service"
    dpkg-deb --root-owner-group --build "$tree" "$file" >"$WORK/said" || fail "$(cat "$WORK/said")"
    echo "$file"
}

# expect WHAT PATTERN COMMAND...: the command goes well, and what it says fits; its first such line is shown.
expect() {
    local what=$1 pattern=$2
    shift 2
    "$@" >"$WORK/said" 2>&1 || {
        show_end "$WORK/said" "$*"
        fail "$what: it failed"
    }
    grep -E -m 1 "$pattern" "$WORK/said" | sed 's/^/      /' || {
        show_end "$WORK/said" "$*"
        fail "$what: nothing in what it said fits $pattern"
    }
}

# try_package: from nothing to purged.
try_package() {
    local before
    before=$(files_of_system)
    step 'Upgrading from the predecessor, whose package has the same name and a greater number'
    apt_install "$(predecessor)"
    apt_install "$PACKAGE"
    expect 'the predecessor is gone' '^[0-9]+\.[0-9]+' in_root surf_ufm_pkeyd --version
    [[ ! -e $FRESH/usr/lib/systemd/system/surf_ufm_pkeyd.service ]] || fail "the predecessor's unit is still there"
    purge

    step 'Installing'
    apt_install "$PACKAGE"
    expect 'the three steps are said' 'systemctl enable --now surf-ufm-pkeyd' cat "$WORK/installed"
    in_root ldd /usr/bin/surf-ufm-pkeyd >"$WORK/said" || fail "$(cat "$WORK/said")"
    ! grep 'not found' "$WORK/said" || fail 'a library is missing'
    expect 'it runs without a word on standard error' '^[0-9]+\.[0-9]+' in_root surf-ufm-pkeyd --version
    (($(wc -l <"$WORK/said") == 1)) || fail "it says more than its version: $(cat "$WORK/said")"

    step 'Configuring and running, with etcd and UFM outside'
    start_etcd
    start_simulator
    configure
    mkdir -p "$FRESH/etc/pcocc"
    cp "$WORK/pcocc"/* "$WORK/tls/cert.pem" "$FRESH/etc/pcocc/"
    run_daemon
    expect 'a key is written' . in_root surf-ufm-pkeyd etcd --put "$KEYS/$PKEY" --value "$(value "'$HOST'" "'$VF'")"
    await pkeyd "Successfully synchronized PKey $PKEY" show

    step 'Upgrading beside the running daemon, a key written meanwhile, and starting the new one'
    apt_install "$(of_version "$PACKAGE" 1:99.0-1)"
    stop_daemon
    expect 'a key is written' . in_root surf-ufm-pkeyd etcd --put "$KEYS/$OTHER_PKEY" --value "$(value "'$OTHER_HOST'" '')"
    run_daemon
    # It may have been in the first pass, of which only the end is told.
    expect 'nothing was lost' 'UFM has revision' in_root surf-ufm-pkeyd status --wait "$OTHER_PKEY"
    stop_daemon

    step 'Purging'
    rm -r "$FRESH/etc/pcocc"
    purge
    diff <(echo "$before") <(files_of_system) >"$WORK/left" || true # which is what is looked at
    # What was depended on stays, as apt leaves it; nothing may be there that names us.
    if grep -E '^[<>].*(surf|pcocc)' "$WORK/left"; then fail 'that is left behind'; fi
    note 'nothing of it is left'
}

purge() {
    run purging in_root env DEBIAN_FRONTEND=noninteractive apt-get purge -y surf-ufm-pkeyd || fail 'it could not be purged'
    cp "$WORK/log" "$WORK/purged"
    ! grep -i 'not empty' "$WORK/purged" || fail 'something was left behind'
}

# run_daemon: inside, as the unit does.
run_daemon() {
    begin pkeyd chroot "$FRESH" /usr/bin/env -i PATH=/usr/bin:/bin /usr/bin/surf-ufm-pkeyd monitor --config-dir /etc/pcocc \
        --ufm-user admin --ufm-ca-cert /etc/pcocc/cert.pem --poll-interval 1
    daemon_process=$!
    await pkeyd 'NOT managed' show
}
