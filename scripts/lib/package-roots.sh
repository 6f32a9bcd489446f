# Packages in the root of a minimal system; to be sourced by scripts/fresh and scripts/try-packages.
# shellcheck shell=bash

# newest_deb: the path of the one that was made last.
newest_deb() {
    find "$ROOT/.build/packages" -name 'surf-ufm-pkeyd_*.deb' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

# files_of_system: all files that a package could have left, but for what the tools of packages and caches keep of each one.
files_of_system() {
    (cd "$FRESH" && find etc usr opt srv var run tmp \( -path var/lib/dpkg -o -path var/lib/apt -o -path var/lib/rpm \
        -o -path var/cache -o -path etc/outside -o -name '*.deb' \) -prune -o -print | LC_ALL=C sort)
}

# expect_as_before BEFORE: nothing may be there that names us and was not there before.
expect_as_before() {
    # What was depended on stays, as apt leaves it.
    diff <(echo "$1") <(files_of_system) >"$WORK/left" || true # which is what is looked at
    if grep -E '^[<>].*(surf.ufm|pcocc)' "$WORK/left"; then fail 'that is left behind'; fi
    note 'nothing of it is left'
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
    printf '[Service]\nExecStart=/usr/bin/surf_ufm_pkeyd\n[Install]\nWantedBy=multi-user.target\n' >"$tree/usr/lib/systemd/system/surf_ufm_pkeyd.service"
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

purge() {
    run purging in_root env DEBIAN_FRONTEND=noninteractive apt-get purge -y surf-ufm-pkeyd || fail 'it could not be purged'
    cp "$WORK/log" "$WORK/purged"
    ! grep -i 'not empty' "$WORK/purged" || fail 'something was left behind'
}
