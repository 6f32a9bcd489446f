# What scripts/fresh does outside of its root: the namespaces, and what it takes from this machine. To be sourced by it.
# shellcheck shell=bash

# need_namespaces: ends the script where the kernel, or a container, allows none.
need_namespaces() {
    unshare --mount --pid --fork --mount-proc true ||
        fail "no mount and process namespaces can be had here, so nothing could be left clean: run it where root may (CAP_SYS_ADMIN)"
}

# need_room MEGABYTES
need_room() {
    local free
    free=$(df -Pm "$WORK" | awk 'NR == 2 { print $4 }')
    ((free >= $1)) || fail "$free MB are free in $TMPDIR, and $1 are needed: name a roomier directory in TMPDIR"
}

# in_namespaces DIRECTORY COMMAND...: runs it with mounts and processes that end with it. Whatever it started or mounted is
# gone when this returns, or when this script dies. The root is made in that directory, which is removed from out here, where
# nothing was ever mounted: what removes it inside would go through the mounts.
in_namespaces() {
    local directory=$1
    shift
    # In the background, for only `wait` is interrupted by a signal. There the shell makes it deaf to Ctrl-C, and so would be
    # all that is tried inside.
    FRESH_SWIFT_HOME=$SWIFT_HOME FRESH=$directory TMPDIR=$WORK setpriv --pdeathsig KILL \
        unshare --mount --pid --fork --kill-child --mount-proc \
        env --default-signal=INT,QUIT "$@" </dev/null &
    NAMESPACES=$!
    at_exit end_namespaces
    wait "$NAMESPACES"
}

# end_namespaces: kills them, and waits until the last process has ended: then nothing is mounted any more either.
end_namespaces() {
    local first
    # Mostly all has ended already, and there is nothing to read or to kill.
    read -r first 2>/dev/null <"/proc/$NAMESPACES/task/$NAMESPACES/children" || return 0
    kill -KILL "$NAMESPACES" || true # its death kills that first process; both may have ended just now
    until [[ ! -e /proc/$first/stat || $(sed 's/.*) //' "/proc/$first/stat") == Z* ]]; do sleep 0.1; done
}

# outside_packages: `URI|SUITE|COMPONENT` of the places that this machine has the packages of that Debian from.
outside_packages() {
    apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
        awk -F '|' -v release="$RELEASE" '($2 == release || index($2, release "-") == 1) && $3 == "main" && !seen[$0]++'
}

# outside_apt_settings: how this machine reaches them: proxies, and what it does not ask.
outside_apt_settings() { apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv|Check-)' || (($? == 1)); }

# outside_git_settings: `KEY=VALUE` for git to fetch as this machine does, each ended by a zero byte.
outside_git_settings() {
    # Not in the checkout, whose own settings come with it.
    (cd / && git config --includes --null --get-regexp '^(url|http|safe)\.' || (($? == 1))) | tr '\n' '='
}

# outside_variables: the variables of the environment that tell programs how to reach the network, and pip what it is told
# by its files.
outside_variables() {
    local name value
    for name in http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY \
        GIT_SSL_CAINFO PIP_CERT; do
        [[ -z ${!name-} ]] || printf '%s=%s\n' "$name" "${!name}"
    done
    # What pip is told it says itself, as lines like: global.index-url='https://…'. Where there is no pip, it is told nothing.
    command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || return 0
    python3 -m pip config list | sed -n -E "s/^[^=]*\.([a-z-]+)='(.*)'\$/\1 \2/p" | while read -r name value; do
        name=PIP_${name^^}
        printf '%s=%s\n' "${name//-/_}" "$value"
    done
}
