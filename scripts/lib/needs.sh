# Reads needs.txt: what is needed, and whether it is there. To be sourced after common.sh and swift.sh.
# shellcheck shell=bash

NEEDS="$ROOT/scripts/lib/needs.txt"

# needs_to PURPOSE...: the lines of the list for these, as `purpose|debian|rhel|what for|there if`.
needs_to() {
    awk -F ' *[|] *' -v purposes="$*" '
        BEGIN { split(purposes, list, " "); for (i in list) wanted[list[i]] = 1; OFS = "|" }
        /^#/ || !NF { next }
        NF != 5 { print FILENAME ":" FNR ": five columns are expected: " $0 >"/dev/stderr"; exit 1 }
        $1 in wanted { print $1, $2, $3, $4, $5 }' "$NEEDS"
}

# is_there PROBE: whether that is there, by the last column of the list. What a compiler says of it goes to standard error.
is_there() {
    local kind name header expression
    read -r kind name header expression <<<"$1"
    case $kind in
        program) command -v "$name" >/dev/null ;;
        header) builds_and_runs c "#include <$name>"$'\n''int main(void) { return 0; }' ;;
        library) builds_and_runs c "#include <$header>"$'\n'"int main(void) { return !($expression); }" "$name" ;;
        c++) builds_and_runs c++ $'#include <string>\n#include <cstdio>\nint main() { return std::string("x").size() != 1; }' ;;
        # Not by `grep -q`, which leaves the pipe early: the library would be missing now and then.
        loads | opens) ldconfig_names | awk -v name="$name" '$0 == name { found = 1 } END { exit !found }' ;;
        pip) python3 -m pip --version >/dev/null ;;
        certificates) [[ -s /etc/ssl/certs/ca-certificates.crt || -s /etc/pki/tls/certs/ca-bundle.crt ]] ;;
        *) fail "needs.txt: how is one to know that \"$1\" is there?" ;;
    esac
}

# builds_and_runs LANGUAGE TEXT [PKG]: with the compiler that comes with Swift, as `swift build` would.
builds_and_runs() {
    local compiler=clang flags=() source="$WORK/probe.$1"
    if [[ $1 == c++ ]]; then compiler=clang++; fi
    printf '%s\n' "$2" >"$source" || return
    if [[ -n ${3-} ]]; then
        read -r -a flags <<<"$(pkg-config --cflags --libs "$3")"
        ((${#flags[@]})) || return
    fi
    "$SWIFT_HOME/bin/$compiler" -o "$WORK/probe" "$source" "${flags[@]}" && "$WORK/probe"
}

# ldconfig_names: the libraries that the loader knows of.
ldconfig_names() { PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | awk '{ print $1 }'; }

# missing_to PURPOSE...: the lines of the list whose things are not there. $WORK/why keeps what was said of them.
missing_to() {
    local line
    : >"$WORK/why"
    needs_to "$@" | while IFS= read -r line; do
        is_there "${line##*|}" 2>>"$WORK/why" || printf '%s\n' "$line"
    done
}

# packages_in COLUMN: the packages of the lines on standard input, each once: 2 is Debian's, 3 is RHEL's.
packages_in() { cut -d '|' -f "$1" | awk '!seen[$0]++'; }
