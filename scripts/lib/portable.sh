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
    --scratch-path "$ROOT/.build/portable" --pkg-config-path "$ROOT/.build/portable-libraries/pkgconfig" -Xlinker --no-export-dynamic -Xlinker --icf=safe)

# build_portable: builds it; sets PORTABLE to its path.
#
# Debian's libcurl gives its symbols a version that RHEL's does not have, and the loader would complain there at each start.
# So it is linked with a stub that has the same names without versions. The place of a library comes first from pkg-config,
# and each of our three says the system's: all five descriptions are copied, with the stub's directory as theirs.
build_portable() {
    make_stub "$ROOT/.build/portable-libraries"
    build 'the program as it is shipped' "${PORTABLE_OPTIONS[@]}"
    PORTABLE=$(ask_swift build "${PORTABLE_OPTIONS[@]}" --show-bin-path)/surf-ufm-pkeyd
}

# make_stub DIRECTORY: a libcurl with the names of the installed one and no versions, and what pkg-config is to say.
make_stub() {
    local real name
    mkdir -p "$1/pkgconfig"
    # To its end: whoever leaves a pipe early ends the other side, and with that the script.
    real=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | awk '$1 == "libcurl.so.4" && !seen++ { print $NF }')
    [[ -n $real ]] || fail 'libcurl.so.4 is not here, so a program cannot be linked with it'
    nm --dynamic --defined-only "$real" | awk '$2 == "T" { sub(/@.*/, "", $3); print "void " $3 "(void) {}" }' >"$WORK/stub.c"
    # Only when it is another one: what is linked anew takes a minute.
    if [[ ! -e $1/libcurl.so ]] || ! cmp -s "$WORK/stub.c" "$1/stub.c"; then
        "$SWIFT_HOME/bin/clang" -shared -fPIC -fno-builtin -w -Wl,-soname,libcurl.so.4 -o "$1/libcurl.so" "$WORK/stub.c"
        cp "$WORK/stub.c" "$1/stub.c"
    fi
    for name in libcurl yaml-0.1 openssl libssl libcrypto; do
        # A blank in the path is no end of it.
        sed "s|^libdir=.*|libdir=${1// /\\\\ }|" "$(pkg-config --variable=pcfiledir "$name")/$name.pc" >"$WORK/pc"
        cmp -s "$WORK/pc" "$1/pkgconfig/$name.pc" || cp "$WORK/pc" "$1/pkgconfig/$name.pc"
    done
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
        /CURL_OPENSSL/ { print program " asks for " $NF " with a version of libcurl, which RHEL has not" }
        END { if (asked < 100) print program " asks for " asked + 0 " symbols only: nothing can be said about it" }'
    readelf --dynamic --wide "$1" | awk -v program="$program" '/RUNPATH|RPATH/ { print program " looks for libraries in " $NF }'
    [[ $(readelf --segments --wide "$1") == *GNU_RELRO* ]] || echo "$program has no RELRO: what the loader has written stays writable"
    size=$(stat -c %s "$1")
    if [[ ${2-} == stripped ]] && ((size > LARGEST_PROGRAM)); then echo "$program has $size bytes; $LARGEST_PROGRAM is the limit"; fi
}
