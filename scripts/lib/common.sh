# Shared by the scripts; to be sourced after `set -euo pipefail`. What a script says, how it ends, and what it leaves: nothing.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [[ -t 1 ]]; then
    BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
    BOLD='' RED='' GREEN='' PLAIN=''
fi

step() { printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"; }
note() { printf '    %s\n' "$*"; }
done_with() { printf '%sscripts/%s: %s%s\n' "$GREEN" "${0##*/}" "$*" "$PLAIN"; }
fail() {
    printf '%s%s: %s%s\n' "$RED" "${0##*/}" "$*" "$PLAIN" >&2
    exit 1
}

# elapsed SINCE: the time since that value of SECONDS, for people.
elapsed() {
    local seconds=$((SECONDS - $1))
    if ((seconds < 60)); then echo "$seconds s"; else echo "$((seconds / 60)) min $((seconds % 60)) s"; fi
}

# at_exit COMMAND: is evaluated when the script ends, however it ends; the last one first.
AT_EXIT=()
at_exit() { AT_EXIT+=("$1"); }

leave() {
    local status=$? number
    trap - EXIT
    # A second Ctrl-C must not leave behind what the first one was taking away.
    trap '' INT TERM HUP
    for ((number = ${#AT_EXIT[@]} - 1; number >= 0; number--)); do eval "${AT_EXIT[number]}"; done
    exit "$status"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Logs and all else that goes when the script ends.
WORK=$(mktemp -d "${TMPDIR:-/tmp}/surf-ufm-pkeyd.XXXXXX") ||
    fail "no temporary directory can be made in ${TMPDIR:-/tmp}: make room there, or name another one in TMPDIR"
at_exit 'rm -rf --one-file-system "$WORK"'

# shellcheck source=run.sh
source "$ROOT/scripts/lib/run.sh"
