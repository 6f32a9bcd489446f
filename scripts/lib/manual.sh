# The manual: pages of section 1 from the program's own help, 5 and 7 as they were written. To be sourced after common.sh and
# swift.sh.
# shellcheck shell=bash

# make_manual PROGRAM DIRECTORY DATE: writes all pages there, with that date (YYYY-MM-DD) in them.
#
# The generator is argument-parser's own, the program behind its plugin generate-manual: the plugin itself would build all
# products anew. It drops what is no ASCII, and default values, so help.awk puts them into the words.
make_manual() {
    local generator pages="$WORK/pages" page name
    local options=(--package-path "$(argument_parser)" --scratch-path "$ROOT/.build/manual-tool" -c release
        --product generate-manual)
    build 'the generator of manual pages' "${options[@]}"
    generator=$(ask_swift build "${options[@]}" --show-bin-path)/generate-manual
    mkdir -p "$pages" "$2"
    printf '#!/bin/sh\n"%s" "$@" | awk -f "%s"\n' "$1" "$ROOT/scripts/packaging/man/help.awk" >"$WORK/ascii-program"
    chmod 755 "$WORK/ascii-program"
    "$generator" "$WORK/ascii-program" --multi-page --date "$3" --output-directory "$pages"
    rm -f "$pages/surf-ufm-pkeyd.help.1"
    for page in "$pages"/*.1; do
        name=$(basename "$page" .1)
        name=${name//./-}
        awk -v tail="$ROOT/scripts/packaging/man/$name.tail" -f "$ROOT/scripts/packaging/man/tidy.awk" "$page" >"$2/$name.1"
    done
    for page in "$ROOT"/scripts/packaging/man/*.[57]; do
        sed "s/^\\.Dd .*/.Dd $(LC_ALL=C date --date "$3" '+%B %-d, %Y')/" "$page" >"$2/${page##*/}"
    done
}

# argument_parser: where SwiftPM has put it.
argument_parser() { echo "$ROOT/.build/portable/checkouts/swift-argument-parser"; }

# check_manual DIRECTORY: prints what mandoc minds. That pages do not know each other before they are installed is no fault.
check_manual() {
    local page
    for page in "$1"/*; do
        [[ -s $page ]] || echo "$page is empty"
        (cd "$1" && mandoc -Tlint -W style "${page##*/}") 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db' || (($? == 1))
    done
}
