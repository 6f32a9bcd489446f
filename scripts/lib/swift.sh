# Swift: whether it is there and new enough, and the build. To be sourced after common.sh.
# shellcheck shell=bash

OLDEST_SWIFT=6.2

# ask_swift ARGUMENTS...: swift, for an answer. It leaves a directory in TMPDIR each time. (A build must have TMPDIR as it
# is: the lock that keeps two of them apart is there, and SwiftPM reads all manifests anew when any variable is another.)
ask_swift() { TMPDIR=$WORK swift "$@"; }

# need_swift: ends the script unless a new enough Swift is on PATH. Sets SWIFT_HOME to the `usr` of its toolchain.
need_swift() {
    local said version
    command -v swift >/dev/null ||
        fail "there is no swift on PATH; install Swift $OLDEST_SWIFT or later: https://www.swift.org/install/linux/"
    if ! said=$(ask_swift --version 2>&1); then
        sed 's/^/    | /' <<<"$said"
        fail "$(command -v swift) does not run here; install the one for this system: https://www.swift.org/install/linux/"
    fi
    version=$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' <<<"$said" | sed -n 1p)
    [[ -n $version ]] || fail "$(command -v swift) is not the Swift compiler; put the compiler first on PATH"
    if [[ $(printf '%s\n%s\n' "$OLDEST_SWIFT" "$version" | sort -V | sed -n 1p) != "$OLDEST_SWIFT" ]]; then
        fail "Swift $version is too old; $OLDEST_SWIFT or later is needed: https://www.swift.org/install/linux/"
    fi
    # `swift` may be a launcher in some other place: where the toolchain is, it knows itself.
    SWIFT_HOME=$(ask_swift -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
    [[ -n $SWIFT_HOME ]] || fail "$(command -v swift) does not tell where its toolchain is"
}

# need_room_to_build: the build writes into the checkout.
need_room_to_build() {
    mkdir -p "$ROOT/.build" && : >"$ROOT/.build/writable" && rm "$ROOT/.build/writable" ||
        fail "$ROOT/.build cannot be written: build in a copy that is yours: git clone $ROOT"
}

# build WHAT OPTIONS...: `swift build` with these; says how far it is, and how long it took.
build() {
    local what=$1 begun=$SECONDS KEEP_LOG="$ROOT/.build/build.log"
    shift
    need_room_to_build
    step "Building $what"
    run building swift build "$@" ||
        fail "the build failed after $(elapsed "$begun"); all that was said is in .build/build.log"
    note "built in $(elapsed "$begun")"
}

# run_tests OPTIONS...: `swift test` of what is built, of the tests that these choose. Of a thousand tests only some run at
# once, where Swift can be told so (from 6.3 on): else each would wait minutes for a processor within its own time limits.
run_tests() {
    local width=() status=0
    if [[ -n $(ask_swift test --help-hidden | sed -n '/--experimental-maximum-parallelization-width/p') ]]; then
        width=(--experimental-maximum-parallelization-width "$((6 * $(nproc)))")
    fi
    swift test --skip-build --disable-xctest "${width[@]}" "$@" 2>&1 | tee "$WORK/tests.log" || status=$?
    # In UTF-8 or not, a line about a failure begins so; without any, the process ended before its tests did.
    if ((status)); then
        note "swift test $*"
        { LC_ALL=C sed -n '/^✘/p' "$WORK/tests.log" | cut -c1-400 | grep . || tail -n 20 "$WORK/tests.log"; } | sed 's/^/      /'
    fi >>"$WORK/failures"
    return "$status"
}

# tell_failures: what failed in the runs so far, once more where it is looked for: at the end.
tell_failures() {
    [[ -s $WORK/failures ]] || return 0
    step "What failed"
    head -n 200 "$WORK/failures"
}
