# Runs what takes long or may fail: tells how far it is, and shows the command's own words when it fails.
# shellcheck shell=bash

# How many lines are shown of what failed.
LAST_LINES=40

# run LABEL COMMAND...: runs the command with its output in a file, while a line tells how far it is. When it fails,
# its last lines are shown, and its exit code is returned. KEEP_LOG names a file that is to keep all of them.
run() {
    local label=$1 log status=0 ticking ticker
    shift
    log=${KEEP_LOG:-$WORK/log}
    : >"$log" || fail "$log cannot be written: make room there"
    # The helper ends when this end of its pipe is closed, and so also when the script dies.
    exec {ticking}> >(tell_progress "$label" "$log")
    ticker=$!
    "$@" </dev/null >"$log" 2>&1 {ticking}>&- || status=$?
    exec {ticking}>&-
    wait "$ticker" || true # it only tells
    if ((status)); then show_end "$log" "$*"; fi
    return "$status"
}

# tell_progress LABEL LOG: a line that moves on a terminal; elsewhere one every 10 s. Until standard input ends.
tell_progress() {
    local begun=$SECONDS told=$SECONDS code clear=''
    if [[ -t 1 ]]; then clear=$'\r\e[K'; fi
    while true; do
        code=0
        read -r -t 1 || code=$?
        # Above 128 it is the time that has run out.
        ((code > 128)) || break
        if [[ -n $clear ]]; then
            printf '%s    %s: %s, %s' "$clear" "$1" "$(progress_in "$2")" "$(elapsed "$begun")"
        elif ((SECONDS - told >= 10)); then
            told=$SECONDS
            note "$1: $(progress_in "$2"), $(elapsed "$begun")"
        fi
    done
    printf '%s' "$clear"
}

# progress_in LOG: how far a build is, or else the last line.
progress_in() {
    tail -c 4000 "$1" | tr '\r' '\n' | awk '
        match($0, /^\[[0-9]+\/[0-9]+\]/) { split(substr($0, 2, RLENGTH - 2), part, "/"); steps = part[1] " of " part[2]; next }
        NF { line = $0; steps = "" }
        END { print substr(steps ? steps : line ? line : "begun", 1, 60) }'
}

# show_end LOG COMMAND: the last lines of what failed, and what may be behind it.
show_end() {
    local lines place free
    lines=$(wc -l <"$1")
    note "what was said by: ${2:0:200}"
    if ((lines > LAST_LINES)); then note "(the last $LAST_LINES of $lines lines)"; fi
    tail -n "$LAST_LINES" "$1" | sed 's/^/    | /'
    for place in "$ROOT/.build" "$WORK"; do
        [[ -d $place ]] || continue
        free=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
        if ((free < 20)); then note "the disk is full: $free MB are left where $place is"; fi
    done
}
