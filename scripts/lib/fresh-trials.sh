# What is tried in the fresh root; to be sourced by scripts/fresh.
# shellcheck shell=bash

# try WHAT COMMAND...: it must go well; its last line is shown.
try() {
    local what=$1 begun=$SECONDS KEEP_LOG="$WORK/trial"
    shift
    step "$what"
    run running "$@" || fail "this failed after $(elapsed "$begun"): $what"
    note "$(tail -n 1 "$WORK/trial" | sed 's/\x1b\[[0-9]*m//g') ($(elapsed "$begun"))"
}

# try_refusal WHAT WORDS COMMAND...: it must end with 1, and its last line must hold the words.
try_refusal() {
    local what=$1 words=$2 said status=0
    shift 2
    step "$what"
    "$@" >"$WORK/trial" 2>&1 </dev/null || status=$?
    said=$(tail -n 1 "$WORK/trial")
    if ((status != 1)) || [[ $said != *"$words"* ]]; then
        show_end "$WORK/trial" "$*"
        fail "expected exit code 1, not $status, and a last line with: $words"
    fi
    note "$said"
}

# without_network COMMAND...: in_root or bare_in_root, with a loopback interface and nothing else.
without_network() {
    # SIOCSIFFLAGS, IFF_UP | IFF_LOOPBACK | IFF_RUNNING: there may be no `ip`.
    local BEFORE_CHROOT=(unshare --net perl -e '
        socket(my $socket, 2, 2, 0) or die "socket: $!";
        my $request = pack("a16 s x14", "lo", 0x49);
        ioctl($socket, 0x8914, $request) or die "loopback: $!";
        exec @ARGV or die "exec: $!"')
    "$@"
}

# try_all WHOLE
try_all() {
    local demo="$CHECKOUT/scripts/demo" test="$CHECKOUT/scripts/test"
    try_refusal 'scripts/demo, as a user without root or sudo' 'you are not root, and there is no sudo; have these installed: apt-get install' \
        in_root setpriv --reuid=65534 --regid=65534 --clear-groups "$demo"
    try 'scripts/demo, for the first time' in_root bash -c "cd '$CHECKOUT' && scripts/demo"
    try 'scripts/demo again: no network, no HOME, no language, umask 077, from another directory' \
        without_network bare_in_root bash -c "umask 077 && cd / && exec '$demo'"
    if [[ $1 == yes ]]; then
        try 'scripts/test, every test' in_root "$test"
    else
        try 'scripts/test, one suite with an etcd' in_root "$test" --filter KeyLifeTests
    fi
}
