# Installs what is missing. To be sourced after common.sh and needs.sh.
# shellcheck shell=bash

# as_root COMMAND...: runs it with the rights to install.
as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# need_packages PURPOSE...: installs what is needed to do that and is not there. Without a way to, it says what to install.
need_packages() {
    local missing packages column command
    missing=$(missing_to "$@")
    [[ -n $missing ]] || return 0

    if command -v apt-get >/dev/null; then
        column=2 command='apt-get install'
    elif command -v dnf >/dev/null; then
        column=3 command='dnf install'
    else
        tell_missing
        fail "neither apt-get nor dnf is here: have the above installed"
    fi
    mapfile -t packages < <(packages_in "$column" <<<"$missing")
    command+=" ${packages[*]}"

    step "Installing ${packages[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "you are not root, and there is no sudo; have these installed: $command"
        # Before anything else, for it may ask for a password.
        sudo -v || fail "sudo lets you not; have these installed: $command"
    fi
    if ((column == 2)); then
        run 'refreshing the package lists' as_root apt-get update ||
            note "the package lists could not be refreshed; going on with the old ones"
        run installing install_without_services "${packages[@]}"
    else
        run installing as_root dnf install -y "${packages[@]}"
    fi || fail "could not be installed: $command"

    missing=$(missing_to "$@")
    [[ -z $missing ]] || {
        tell_missing
        fail "$command went well, and still the above is not there"
    }
}

# tell_missing: says what $missing is for, and what compilers said of it.
tell_missing() {
    local line purpose debian rhel what probe
    while IFS='|' read -r purpose debian rhel what probe; do
        note "missing to $purpose: $probe ($what; Debian: $debian, RHEL: $rhel)"
    done <<<"$missing"
    tail -n "$LAST_LINES" "$WORK/why" | sed 's/^/    | /'
}

# install_without_services PACKAGE...: a test needs the program etcd, not a service on the ports of a real one.
install_without_services() (
    policy=/usr/sbin/policy-rc.d
    # What packages make is for everybody, whoever calls.
    umask 022
    had_service=no
    if is_service etcd; then had_service=yes; fi
    if [[ ! -e $policy ]]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null # it is a copy of what is written
        as_root chmod 755 "$policy" || exit
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || exit
    if [[ $had_service == no ]] && is_service etcd; then
        as_root systemctl disable --now etcd || exit
    fi
)

# is_service NAME: whether systemd runs here and would start that.
is_service() { [[ -d /run/systemd/system ]] && systemctl is-enabled --quiet "$1"; }
