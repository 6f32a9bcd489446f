# What is tried with the .rpm; to be sourced by scripts/try-packages. No system of RHEL's can be had here: rpm of this machine
# installs it into a Debian's root, where the same libraries have other packages, so that it is not asked what it depends on.
# shellcheck shell=bash

# rpm_there ARGUMENTS...: rpm, for that root.
rpm_there() { run rpm rpm --root "$FRESH" --dbpath /var/lib/rpm "$@"; }

# try_rpm: from the predecessor's to taken away.
try_rpm() {
    local package newer
    package=$(find "$(dirname "$PACKAGE")" -name 'surf-ufm-pkeyd-*.rpm' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
    [[ -n $package ]] || fail 'there is no .rpm'
    step "The .rpm, by rpm in this root: upgrading from the predecessor"
    rpm_there --install --nodeps "$(make_small_rpm 0 9.9.9 'echo the predecessor')" || fail 'the predecessor could not be installed'
    stand_in_for_systemd
    : >"$FRESH/run/stand-in-active"
    rpm_there --upgrade --nodeps "$package" || fail 'the package could not be installed'
    [[ ! -e $FRESH/usr/lib/systemd/system/surf_ufm_pkeyd.service ]] || fail "the predecessor's unit is still there"
    expect_asked 'the predecessor: is-active --quiet surf_ufm_pkeyd.service' \
        'the predecessor: stop surf_ufm_pkeyd.service' "$VERSION: start surf-ufm-pkeyd.service"
    try_program
    expect 'all files are as they were packed' '^surf-ufm-pkeyd' sh -c \
        'rpm --root "$1" --dbpath /var/lib/rpm --verify --nodeps surf-ufm-pkeyd && rpm --root "$1" --dbpath /var/lib/rpm --query surf-ufm-pkeyd' sh "$FRESH"

    step 'The .rpm: upgrading, and taking it away'
    newer=$(make_small_rpm 1 99.0 'echo the next one')
    rpm_there --upgrade --nodeps "$newer" || fail 'it could not be upgraded'
    expect 'the next one is there' 'the next one' in_root surf_ufm_pkeyd --version
    rpm_there --upgrade --nodeps --oldpackage "$package" || fail 'it could not be put back'
    expect_asked 'the next one: try-restart surf-ufm-pkeyd.service surf-ufm-pkeyd@*.service' \
        "$VERSION: try-restart surf-ufm-pkeyd.service surf-ufm-pkeyd@*.service"
    rpm_there --erase --nodeps surf-ufm-pkeyd || fail 'it could not be taken away'
    expect_asked "$VERSION: --no-reload disable --now surf-ufm-pkeyd.service" "$VERSION: stop surf-ufm-pkeyd@*.service"
    remove_stand_in
    rm -rf "$FRESH/var/lib/rpm"
}

# make_small_rpm EPOCH VERSION COMMAND: a package of that name with a program and a unit: the predecessor's, or the next one
# of ours, with our scripts; prints its path.
make_small_rpm() {
    local root="$WORK/small-rpm-$2" spec="$WORK/small-$2.spec" unit=/usr/lib/systemd/system/surf_ufm_pkeyd.service
    if (($1)); then unit=/usr/lib/systemd/system/surf-ufm-pkeyd.service; fi
    mkdir -p "$root/usr/bin" "$root/usr/lib/systemd/system"
    printf '#!/bin/sh\n%s\n' "$3" >"$root/usr/bin/surf_ufm_pkeyd"
    chmod 755 "$root/usr/bin/surf_ufm_pkeyd"
    printf '[Service]\nExecStart=/usr/bin/surf_ufm_pkeyd\n' >"$root$unit"
    {
        printf 'Name: surf-ufm-pkeyd\nEpoch: %s\nVersion: %s\nRelease: 1\nSummary: x\nLicense: x\nAutoReqProv: no\nBuildArch: noarch\n' "$1" "$2"
        printf '%%description\nx\n%%files\n/usr/bin/surf_ufm_pkeyd\n%s\n' "$unit"
        if (($1)); then sed -n '/^%pre$/,$p' "$ROOT/scripts/packaging/rpm/surf-ufm-pkeyd.spec.in"; fi
    } >"$spec"
    rpmbuild -bb --quiet --buildroot "$root" --define "_topdir $WORK/rpm" --define "_rpmdir $WORK" --define '_rpmfilename small-%{version}.rpm' \
        --define '__os_install_post %{nil}' "$spec" >"$WORK/said" 2>&1 || fail "$(tail -n 5 "$WORK/said")"
    echo "$WORK/small-$2.rpm"
}
