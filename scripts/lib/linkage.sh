# What the shipped program is linked with, and what it opens; to be sourced by scripts/check.
# shellcheck shell=bash

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
    symbols=$(nm "$program" | awk '{ print $NF }')
    if (($(wc -l <<<"$symbols") < 1000)); then
        echo "${program##*/}: it has been stripped of its symbols, nothing can be said about it"
        return
    fi
    while read -r name pattern; do
        awk -v pattern="$pattern" -v what="${program##*/} contains $name: " '
            $0 ~ pattern { print what $0; exit }' <<<"$symbols"
    done <<'PATTERNS'
Foundation [^0-9]10Foundation
FoundationNetworking [^0-9]20FoundationNetworking
FoundationInternationalization [^0-9]30FoundationInternationalization
CoreFoundation ^_*CF(StringCreate|RuntimeCreateInstance|Initialize)
ICU ^_ZN[K]?[0-9]*icu|^(u_strToUpper|ucol_open|udat_open|unum_open|icudt)
PATTERNS
}

# check_loads PROGRAM: prints which libraries it loads, or opens later, that needs.txt does not have, or the other way round. Those
# of the C library are everywhere, and libcrypto comes with libssl.
check_loads() {
    local listed loaded
    listed=$(needs_to run | sed -n -E 's/.*\|(loads|opens) //p' | sort)
    # What it opens stands in it as a text.
    loaded=$({
        readelf --dynamic --wide "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
        LC_ALL=C grep -aoE 'lib[a-z0-9]+\.so\.[0-9]+' "$1"
    } | awk '!/^(libc|libm|libdl|libpthread|librt|libgcc_s|libcrypto|ld-linux.*)\.so/' | sort -u)
    diff --label 'needs.txt, to run' --label "${1##*/}" -U 0 <(echo "$listed") <(echo "$loaded")
}
