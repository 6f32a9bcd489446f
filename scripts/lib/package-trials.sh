# What is tried with a package in the root of a minimal system; to be sourced by scripts/try-packages.
# shellcheck shell=bash

# try_deb: that it can be installed, says what to do, runs, and leaves nothing.
try_deb() {
    local before
    before=$(files_of_system)
    step "Installing ${PACKAGE##*/}"
    apt_install "$PACKAGE"
    expect 'the three steps are said' 'systemctl enable --now surf-ufm-pkeyd' cat "$WORK/installed"
    try_program
    purge
    expect_as_before "$before"
}

# try_package: from nothing to purged.
try_package() {
    local before
    VERSION=$(dpkg-deb --field "$PACKAGE" Version | sed 's/^[0-9]*://; s/-[0-9]*$//')
    before=$(files_of_system)
    try_predecessor
    expect_as_before "$before"

    step 'Installing'
    apt_install "$PACKAGE"
    expect 'the three steps are said' 'systemctl enable --now surf-ufm-pkeyd' cat "$WORK/installed"
    try_program
    step 'Configuring and running, with etcd and UFM outside'
    start_etcd
    start_simulator
    take_first_steps
    run_daemon
    expect 'a key is written' . in_root surf-ufm-pkeyd etcd --put "$KEYS/$PKEY" --value "$(value "'$HOST'" "'$VF'")"
    await pkeyd "Successfully synchronized PKey $PKEY" show

    step 'Upgrading beside the running daemon, a key written meanwhile, and starting the new one'
    stand_in_for_systemd
    apt_install "$(of_version "$PACKAGE" 1:99.0-1)"
    expect_asked "$VERSION: try-restart surf-ufm-pkeyd.service surf-ufm-pkeyd@*.service"
    stop_daemon
    expect 'a key is written' . in_root surf-ufm-pkeyd etcd --put "$KEYS/$OTHER_PKEY" --value "$(value "'$OTHER_HOST'" '')"
    run_daemon
    # It may have been in the first pass, of which only the end is told.
    expect 'nothing was lost' 'UFM has revision' in_root surf-ufm-pkeyd status --wait "$OTHER_PKEY"
    stop_daemon

    step 'Purging what has run, with logs and states of instances'
    for directory in lib/private/surf-ufm-pkeyd log/private/surf-ufm-pkeyd-north lib/surf-ufm-pkeyd-north; do
        mkdir -p "$FRESH/var/$directory"
        echo x >"$FRESH/var/$directory/something"
    done
    rm -r "$FRESH/etc/pcocc"
    purge
    expect_asked "$VERSION: stop surf-ufm-pkeyd.service surf-ufm-pkeyd@*.service"
    remove_stand_in
    rmdir --ignore-fail-on-non-empty "$FRESH"/var/{lib,log}/private
    expect_as_before "$before"

    try_rpm
    expect_as_before "$before"

    try_systemd
    try_manual
    try_completions
    purge
    # What was installed here names us nowhere.
    expect_as_before "$before"
}

# try_predecessor: from its package, which has the same name and a greater number. Its unit runs, and then ours does.
try_predecessor() {
    step 'Upgrading from the predecessor, whose package has the same name and a greater number'
    apt_install "$(predecessor)"
    stand_in_for_systemd
    : >"$FRESH/run/stand-in-active"
    apt_install "$PACKAGE"
    expect 'the predecessor is gone' '^[0-9]+\.[0-9]+' in_root surf_ufm_pkeyd --version
    [[ ! -e $FRESH/usr/lib/systemd/system/surf_ufm_pkeyd.service ]] || fail "the predecessor's unit is still there"
    expect_asked 'the predecessor: is-active --quiet surf_ufm_pkeyd.service' \
        'the predecessor: stop surf_ufm_pkeyd.service' \
        "$VERSION: try-restart surf-ufm-pkeyd.service surf-ufm-pkeyd@*.service" "$VERSION: start surf-ufm-pkeyd.service"
    purge
    remove_stand_in
}

# take_first_steps: those that the package says, with nothing but the package.
take_first_steps() {
    local settings="$FRESH/etc/pcocc/ufm.yaml" fingerprint
    in_root sh -euc 'mkdir -p /etc/pcocc && cp -n /usr/share/doc/surf-ufm-pkeyd/examples/ufm.yaml /etc/pcocc/'
    sed -i "s|^  ufm-host: .*|  ufm-host: ['$ufm']|; s|^  #etcd-endpoints: .*|  etcd-endpoints: ['127.0.0.1:$etcd_port']|" "$settings"
    (umask 077 && echo 123456 >"$FRESH/etc/pcocc/ufm-password")
    expect "UFM's fingerprint is shown" '^Fingerprint: sha256:' in_root surf-ufm-pkeyd ufm --ping --no-ssl-verify
    fingerprint=$(sed -n 's/^Fingerprint: //p' "$WORK/said")
    sed -i "s|^  #ufm-fingerprint: .*|  ufm-fingerprint: ['$fingerprint']|" "$settings"
    expect 'it says what it would do' . in_root surf-ufm-pkeyd plan
}

# try_program: it loads, says its version and nothing else, and gets as far as a server, with the libcurl that is opened for that.
try_program() {
    in_root ldd /usr/bin/surf-ufm-pkeyd >"$WORK/said" || fail "$(cat "$WORK/said")"
    ! grep 'not found' "$WORK/said" || fail 'a library is missing'
    expect 'it runs without a word on standard error' '^[0-9]+\.[0-9]+' in_root surf-ufm-pkeyd --version
    (($(wc -l <"$WORK/said") == 1)) || fail "it says more than its version: $(cat "$WORK/said")"
    # It cannot end well: nobody is there.
    in_root env PCOCC_SYSTEM_CONF_DIR=/tmp surf-ufm-pkeyd etcd --list --etcd-endpoints http://127.0.0.1:1 >"$WORK/said" 2>&1 || true
    grep -q 'cannot connect' "$WORK/said" || fail "it cannot ask a server: $(cat "$WORK/said")"
}

# stand_in_for_systemd: no systemd can be the first process here. This notes what it is asked, and which program is there then.
stand_in_for_systemd() {
    mkdir -p "$FRESH/run/systemd/system"
    : >"$FRESH/run/stand-in-asked"
    cat >"$FRESH/usr/bin/systemctl" <<'SCRIPT'
#!/bin/sh
echo "$(surf_ufm_pkeyd --version 2>/run/stand-in-errors || echo none): $*" >>/run/stand-in-asked
[ "$1" != is-active ] || [ -e /run/stand-in-active ]
SCRIPT
    chmod 755 "$FRESH/usr/bin/systemctl"
}

remove_stand_in() { rm -rf "$FRESH"/usr/bin/systemctl "$FRESH"/run/stand-in-* "$FRESH/run/systemd"; }

# expect_asked LINE...: these and no others, in this order, but for the reading of units, which may be asked for at any time.
expect_asked() {
    sed 's/^/    systemctl, while the program is /' "$FRESH/run/stand-in-asked"
    diff <(printf '%s\n' "$@") <(grep -v ': daemon-reload$' "$FRESH/run/stand-in-asked") || fail 'systemd was asked for something else'
    : >"$FRESH/run/stand-in-asked"
}

# try_systemd: with systemd's own tools: the units hold, and the one that was enabled is enabled afterwards.
try_systemd() {
    local unit
    step "With systemd's tools: upgrading from a predecessor that was enabled"
    run installing in_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends systemd bash-completion zsh fish man-db || fail 'they could not be installed'
    apt_install "$(predecessor)"
    expect 'it can be enabled' 'Created symlink' in_root systemctl enable surf_ufm_pkeyd.service
    apt_install "$PACKAGE"
    expect 'ours is enabled in its place' '^enabled' in_root systemctl is-enabled surf-ufm-pkeyd.service
    expect 'and has its name' '^alias' in_root systemctl is-enabled surf_ufm_pkeyd.service
    for unit in surf-ufm-pkeyd.service surf-ufm-pkeyd@north.service; do
        in_root systemd-analyze verify "$unit" >"$WORK/said" 2>&1 || true # it is looked at
        ! grep -E '/surf-ufm-pkeyd(@.*)?\.service:[0-9]+' "$WORK/said" || fail "systemd minds something in $unit"
        note "systemd minds nothing in $unit"
        # The threshold is in tenths.
        expect "it is hardly exposed" 'Overall exposure' in_root \
            systemd-analyze security --offline=true --no-pager --threshold=15 "$unit"
    done
}

# run_daemon: inside, as the unit does.
run_daemon() {
    begin pkeyd chroot "$FRESH" /usr/bin/env -i PATH=/usr/bin:/bin /usr/bin/surf-ufm-pkeyd monitor \
        --config-dir /etc/pcocc --poll-interval 1
    daemon_process=$!
    await pkeyd 'NOT managed' show
}
