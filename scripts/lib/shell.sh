# What is looked at in the scripts themselves; to be sourced by scripts/check.
# shellcheck shell=bash

# scripts_in ROOT: the files, each ended by a zero byte. Of what packages are made of, those that a shell is to run.
scripts_in() {
    find "$1/scripts" "$1/.ci" -path "$1/scripts/packaging" -prune -o -type f ! -name '*.txt' ! -name '*.py' ! -name '*.c' -print0 | sort -z
    if [[ -d $1/scripts/packaging ]]; then
        grep -rlZ --max-count 1 '^#!/bin/sh$' "$1/scripts/packaging" | sort -z
    fi
}

# check_swallowed ROOT: prints the places where an error is thrown away and no comment, there or above, says why nothing is
# lost; and the scripts in which a pipe may fail unseen.
check_swallowed() {
    scripts_in "$1" | xargs -0 -r awk -v root="$1/" '
        function here() { return substr(FILENAME, length(root) + 1) ":" FNR ": " }
        FNR == 1 { previous = 0; file = FILENAME; strict[file] = FILENAME ~ /\.sh$/ }
        FNR == 1 && /^#!\/bin\/sh$/ { posix[file] = 1 }
        /^set -euo pipefail$/ || (posix[file] && /^set -eu?$/) { strict[file] = 1 }
        {
            # What the self-test plants is not done here.
            isComment = $0 ~ /^[ \t]*(#|plant )/
            explained = previous || $0 ~ /[ \t]# /
        }
        !isComment && !explained {
            if (/\|\| *(true|:)([^A-Za-z]|$)/) print here() "an exit code is thrown away without a comment on why"
            if (/(2|&) *> *\/dev\/null|> *\/dev\/null 2>&1/) print here() "errors are thrown away without a comment on why"
            # This is the pattern itself.
            if (/apt-get.* -q|dnf.* -q|pip.* (-q|--quiet)/) print here() "a command is told to keep silent without a comment on why"
        }
        { previous = $0 ~ /^[ \t]*#/ }
        END { for (file in strict) if (!strict[file]) print substr(file, length(root) + 1) ": set -euo pipefail is not there" }'
}

# check_shell ROOT: what shellcheck says. Which variables are used across files it cannot see.
check_shell() {
    local files
    mapfile -d '' -t files < <(scripts_in "$1")
    shellcheck --severity=warning --exclude=SC2034,SC2154 "${files[@]}"
}
