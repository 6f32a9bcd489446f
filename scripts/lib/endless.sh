# Tests that a mistake keeps from ending, told apart from those that a busy machine keeps waiting; to be sourced after common.sh.
# shellcheck shell=bash

# What a run takes of a processor before it goes on for ever (unbroken, one takes less than half of that), and for how many seconds
# it rests before what it waits for never comes. Time by the clock tells neither.
PROCESSOR_LIMIT=${PROCESSOR_LIMIT:-180}
REST_LIMIT=${REST_LIMIT:-60}
GOES_ON=91
WAITS=92

# run_to_an_end COMMAND...: runs it; its exit code, or GOES_ON or WAITS where it had to be ended. Only the process itself is looked
# at and ended: what the tests start, their custodian ends with them.
run_to_an_end() {
    local status=0 rested="$WORK/rested.$BASHPID" process
    # Not in the background, where Ctrl-C would not reach it; who watches it ends with it.
    (
        process=$BASHPID
        # Whoever reads what it writes need not wait for its end.
        end_at_rest "$process" "$rested" >/dev/null 2>&1 &
        # SIGXCPU, which nobody else sends; a SIGKILL may be the system's, for want of memory.
        ulimit -S -t "$PROCESSOR_LIMIT"
        exec "$@"
    ) || status=$?
    if [[ -e $rested ]]; then
        rm -f "$rested"
        return "$WAITS"
    fi
    if ((status == 128 + 24)); then return "$GOES_ON"; fi
    return "$status"
}

# end_at_rest PROCESS MARK: ends it, and makes the file, when it has rested for REST_LIMIT seconds: it takes less than a twentieth of
# a processor, as whoever looks now and then does, and has no thread that would take more. One that was stopped, or that gets no
# processor, does not rest.
end_at_rest() {
    local rest=0 stat taken before=0
    while sleep 1 && stat=$(grep -s . "/proc/$1/stat"); do
        read -r -a stat <<<"$stat"
        # In hundredths of a second.
        taken=$((stat[13] + stat[14]))
        if ((taken - before < 5)) && ! grep -qsE '^State:[[:space:]]*[RDTt]' "/proc/$1"/task/*/status; then
            rest=$((rest + 1))
        else
            rest=0
        fi
        before=$taken
        if ((rest >= REST_LIMIT)); then
            : >"$2"
            kill -KILL "$1"
            return
        fi
    done
}
