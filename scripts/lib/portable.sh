# The program as it is shipped: one binary for Debian, Ubuntu and RHEL 9. To be sourced after common.sh and swift.sh.
# shellcheck shell=bash

# What the program may ask of the system, and how large it may be.
LIMITS="$ROOT/scripts/packaging/limits.txt"
LARGEST_PROGRAM=24500000

# Nobody looks for a name in a program: what nothing in it uses is left out, and what is twice the same is there once. Where it
# was built stands in its debug symbols, and would be in the build id: it is /usr/src/surf-ufm-pkeyd for all.
SOURCE_PLACE=/usr/src/surf-ufm-pkeyd
PORTABLE_OPTIONS=(-Xswiftc -file-prefix-map -Xswiftc "$ROOT=$SOURCE_PLACE" -Xcc "-ffile-prefix-map=$ROOT=$SOURCE_PLACE"
    -c release --product surf-ufm-pkeyd --static-swift-stdlib --disable-local-rpath
    --scratch-path "$ROOT/.build/portable" -Xlinker --no-export-dynamic -Xlinker --icf=safe)

# build_portable: builds it; sets PORTABLE to its path.
build_portable() {
    build 'the program as it is shipped' "${PORTABLE_OPTIONS[@]}"
    PORTABLE=$(ask_swift build "${PORTABLE_OPTIONS[@]}" --show-bin-path)/surf-ufm-pkeyd
}

# check_portable PROGRAM: prints what it asks for that the oldest system does not have, and where it would look for libraries.
check_portable() {
    local program=${1##*/} size
    objdump --dynamic-syms "$1" | awk -v limits="$LIMITS" -v program="$program" '
        function newer(one, other,   a, b, i, n, m) {
            n = split(one, a, "."); m = split(other, b, ".")
            for (i = 1; i <= (n > m ? n : m); i++) if (a[i] + 0 != b[i] + 0) return a[i] + 0 > b[i] + 0
            return 0
        }
        BEGIN { while ((getline line <limits) > 0) if (line !~ /^#/ && split(line, part, " ") == 2) limit[part[1]] = part[2] }
        !/\*UND\*/ { next }
        { asked++ }
        match($0, /\(?[A-Za-z_]+_[0-9][0-9.]*\)?/) {
            version = substr($0, RSTART, RLENGTH); gsub(/[()]/, "", version)
            family = version; sub(/_[0-9.]*$/, "", family); number = substr(version, length(family) + 2)
            if (!(family in limit)) print program " asks for " $NF " of " version ", a family that limits.txt does not have"
            else if (newer(number, limit[family])) print program " asks for " $NF " of " version "; " limit[family] " is the limit"
        }
        $NF ~ /^curl_/ { print program " is linked with libcurl (" $NF "), whose symbols have other versions elsewhere" }
        END { if (asked < 100) print program " asks for " asked + 0 " symbols only: nothing can be said about it" }'
    readelf --dynamic --wide "$1" | awk -v program="$program" '/RUNPATH|RPATH/ { print program " looks for libraries in " $NF }'
    [[ $(readelf --segments --wide "$1") == *GNU_RELRO* ]] || echo "$program has no RELRO: what the loader has written stays writable"
    size=$(stat -c %s "$1")
    if [[ ${2-} == stripped ]] && ((size > LARGEST_PROGRAM)); then echo "$program has $size bytes; $LARGEST_PROGRAM is the limit"; fi
}
