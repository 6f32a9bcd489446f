# What the shipped program is linked with; to be sourced by scripts/check.
# shellcheck shell=bash

# release_program ROOT: builds the program as it is shipped and prints its path.
release_program() {
    local options=(-c release --product surf-ufm-pkeyd --static-swift-stdlib --package-path "$1")
    swift build "${options[@]}" >&2 || return
    echo "$(swift build "${options[@]}" --show-bin-path)/surf-ufm-pkeyd"
}

# check_linkage PROGRAM: prints what of the full Foundation, CoreFoundation or ICU it contains or loads.
#
# Linked statically, a library shows as symbols. In the mangled names of Swift a module appears with its length, so that
# `10Foundation` is Foundation proper and never FoundationEssentials (`20FoundationEssentials`).
check_linkage() {
    local program=$1 symbols pattern name
    [[ -x $program ]] || { echo "$program: not built"; return; }
    ldd "$program" | awk -v program="${program##*/}" '
        /not found/ { print program " needs " $1 ", which is not here" }
        /lib_?Foundation|libFoundation|libicu|libswift/ { print program " loads " $1 }'
    symbols=$(nm "$program" 2>/dev/null | awk '{ print $NF }')
    if (($(wc -l <<<"$symbols") < 1000)); then
        echo "${program##*/}: it has been stripped of its symbols, nothing can be said about it"
        return
    fi
    while read -r name pattern; do
        grep -E -m 1 -- "$pattern" <<<"$symbols" | sed "s|^|${program##*/} contains $name: |" || true
    done <<'PATTERNS'
Foundation [^0-9]10Foundation
FoundationNetworking [^0-9]20FoundationNetworking
FoundationInternationalization [^0-9]30FoundationInternationalization
CoreFoundation ^_*CF(StringCreate|RuntimeCreateInstance|Initialize)
ICU ^_ZN[K]?[0-9]*icu|^(u_strToUpper|ucol_open|udat_open|unum_open|icudt)
PATTERNS
}
