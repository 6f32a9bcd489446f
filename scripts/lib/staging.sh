# The files of a package in the places where they belong. To be sourced after portable.sh and manual.sh.
# shellcheck shell=bash

PACKAGING="$ROOT/scripts/packaging"
PACKAGES="$ROOT/.build/packages"

# read_version: sets VERSION, of which Sources and the changelog say the same, and DATE, the changelog's. The time stamps of
# all files are that date, so that the same sources give the same bytes.
read_version() {
    local newest
    VERSION=$(sed -n 's/^let programVersion = "\(.*\)"$/\1/p' "$ROOT/Sources/surf-ufm-pkeyd/SurfUFMPKeyD.swift")
    [[ -n $VERSION ]] || fail 'Sources/surf-ufm-pkeyd/SurfUFMPKeyD.swift does not say the version'
    newest=$(dpkg-parsechangelog --file "$PACKAGING/changelog" --show-field Version)
    [[ $newest == "1:$VERSION-1" ]] ||
        fail "the program is version $VERSION, and scripts/packaging/changelog begins with $newest: it should be 1:$VERSION-1"
    SOURCE_DATE_EPOCH=$(dpkg-parsechangelog --file "$PACKAGING/changelog" --show-field Timestamp)
    DATE=$(date --utc --date "@$SOURCE_DATE_EPOCH" +%F)
    MAINTAINER=$(dpkg-parsechangelog --file "$PACKAGING/changelog" --show-field Maintainer)
    export SOURCE_DATE_EPOCH
}

# put MODE FILE PLACE: that file at that place of the package.
put() { install -D -m "$1" "$2" "$STAGE/$3"; }

# put_compressed FILE PLACE
put_compressed() {
    mkdir -p "$(dirname "$STAGE/$2")"
    gzip --best --no-name --stdout "$1" >"$STAGE/$2"
    chmod 644 "$STAGE/$2"
}

# stage_files DIRECTORY: all files of the package, and the debug symbols beside it, in DIRECTORY.debug.
stage_files() {
    local page unit
    STAGE=$1
    step "Putting the files in their places"
    mkdir -p "$STAGE/usr/bin"
    strip_program "$STAGE/usr/bin/surf-ufm-pkeyd" "$1.debug"
    # The predecessor's name, so that scripts go on working.
    ln -s surf-ufm-pkeyd "$STAGE/usr/bin/surf_ufm_pkeyd"
    for unit in "$PACKAGING"/*.service; do put 644 "$unit" "usr/lib/systemd/system/${unit##*/}"; done

    make_manual "$PORTABLE" "$WORK/man" "$DATE"
    report_offenders 'the manual' check_manual "$WORK/man"
    for page in "$WORK/man"/*; do put_compressed "$page" "usr/share/man/man${page##*.}/${page##*/}.gz"; done
    ln -s surf-ufm-pkeyd.1.gz "$STAGE/usr/share/man/man1/surf_ufm_pkeyd.1.gz"

    stage_completions
    put 644 "$PACKAGING/logrotate" etc/logrotate.d/surf-ufm-pkeyd
    put_compressed "$PACKAGING/changelog" usr/share/doc/surf-ufm-pkeyd/changelog.Debian.gz
    put 644 "$ROOT/README.md" usr/share/doc/surf-ufm-pkeyd/README.md
    put 644 "$PACKAGING/ufm.yaml" usr/share/doc/surf-ufm-pkeyd/examples/ufm.yaml
    put 644 "$PACKAGING/first-steps.txt" usr/share/surf-ufm-pkeyd/first-steps.txt
    put 644 "$PACKAGING/limits.txt" usr/share/doc/surf-ufm-pkeyd/limits.txt
    copyright >"$WORK/copyright"
    put 644 "$WORK/copyright" usr/share/doc/surf-ufm-pkeyd/copyright
    find "$1" "$1.debug" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

# What nothing at run time reads.
STRIPPING=(--strip-all --remove-section=.comment --remove-section=.swift1_autolink_entries)

# strip_program PLACE DEBUG: the program without symbols, and those in DEBUG, where gdb looks for them.
#
# The linker takes the build id from debug symbols as well, in which the compiler's cache has names that depend on the place. So
# the program gets another one, of what it is without them: the same sources give the same bytes of it anywhere.
strip_program() {
    local id symbols size
    # There the compiler says to itself with which options, and so where, it has built each object. Without the section the program
    # would be mapped otherwise, and lose what protects it (RELRO).
    size=$(readelf --sections --wide "$PORTABLE" | awk '{ sub(/^ *\[ *[0-9]+\] */, "") } $1 == ".swift_modhash" { print $5 }')
    head -c $((16#$size)) /dev/zero >"$WORK/zeros"
    objcopy --update-section .swift_modhash="$WORK/zeros" "$PORTABLE" "$WORK/named"
    strip "${STRIPPING[@]}" -o "$WORK/nameless" "$WORK/named"
    set_build_id "$WORK/nameless" 0000000000000000000000000000000000000000
    id=$(sha1sum <"$WORK/nameless" | cut -c 1-40)
    set_build_id "$WORK/named" "$id"
    symbols="$2/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
    mkdir -p "$(dirname "$symbols")"
    objcopy --only-keep-debug --compress-debug-sections "$WORK/named" "$symbols"
    chmod 644 "$symbols"
    strip "${STRIPPING[@]}" -o "$1" "$WORK/named"
    rm "$WORK/nameless" "$WORK/named" "$WORK/zeros" "$WORK/note"
    chmod 755 "$1"
    report_offenders "what the program asks for" check_portable "$1" stripped
}

# set_build_id PROGRAM ID: has it that id, of 40 hexadecimal digits.
set_build_id() {
    # The lengths of the name and of the id, the kind, the name.
    printf '\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0' >"$WORK/note"
    printf '%b' "$(sed 's/../\\x&/g' <<<"$2")" >>"$WORK/note"
    objcopy --update-section .note.gnu.build-id="$WORK/note" "$1"
    [[ $(readelf --notes "$1") == *"Build ID: $2"* ]] || fail 'the program has no build id, so its symbols could not be found'
}

# report_offenders WHAT COMMAND...: ends the script if it prints something.
report_offenders() {
    local found
    found=$("${@:2}")
    [[ -z $found ]] || fail "$1: $found"
}

# stage_completions: by argument-parser, for three shells, under both names.
stage_completions() {
    local bash=usr/share/bash-completion/completions zsh=usr/share/zsh/vendor-completions
    local fish=usr/share/fish/vendor_completions.d
    # It is read and never run.
    "$PORTABLE" --generate-completion-script bash | sed '1{/^#!/d}' >"$WORK/bash"
    # The second name completes alike.
    sed -n 's/^complete .* surf-ufm-pkeyd$/&/p' "$WORK/bash" | sed 's/surf-ufm-pkeyd$/surf_ufm_pkeyd/' >>"$WORK/bash"
    "$PORTABLE" --generate-completion-script zsh >"$WORK/zsh"
    "$PORTABLE" --generate-completion-script fish >"$WORK/fish"
    put 644 "$WORK/bash" "$bash/surf-ufm-pkeyd"
    ln -s surf-ufm-pkeyd "$STAGE/$bash/surf_ufm_pkeyd"
    put 644 "$WORK/zsh" "$zsh/_surf-ufm-pkeyd"
    put 644 "$WORK/fish" "$fish/surf-ufm-pkeyd.fish"
}

# copyright: what is said of the licence, once.
copyright() {
    echo 'surf-ufm-pkeyd'
    echo
    cat "$PACKAGING/licence.txt"
}

# summary, description: the first line of description.txt, and the others.
summary() { awk '!/^#/ && !seen++' "$PACKAGING/description.txt"; }
description() { grep -v '^#' "$PACKAGING/description.txt" | tail -n +2; }
