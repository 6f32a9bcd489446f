# What stands in one room only; to be sourced by scripts/check.
# shellcheck shell=bash

# check_text ROOT: prints hexadecimal and the judgement of what may reach a terminal where they do not belong.
# The simulator shares nothing with the client, and has a hexadecimal of its own.
check_text() {
    (
        cd "$1" || exit
        grep -rnE 'radix: 16|generalCategory' Sources --include='*.swift' |
            grep -vE '^Sources/(Text|UFMSimulator|UFMModel|ufm-simulator)/' |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: this is for Text (Hex, Terminal)/'
    )
}

# The files by which words leave the program that is shipped; what they do with them stands in the threat model.
WORD_GATES='Telemetry/Log/LogOutput|Settings/TerminalPrompt|Files/StagedFile|surf-ufm-pkeyd/(SurfUFMPKeyD|Output/OutputFormat|Output/Dialogue)'

# check_words ROOT: prints where words leave the program beside the files that see to what is in them.
check_words() {
    (
        cd "$1" || exit
        grep -rnE '(^|[^.A-Za-z_])((print|debugPrint|dump|fputs|puts|fwrite)\(|write\((STD|descriptor|output|[12],))|Glibc\.write\(|FileHandle' \
            Sources --include='*.swift' |
            grep -vE "^Sources/(HTTPServing|UFMSimulator|UFMModel|ufm-simulator)/|^Sources/($WORD_GATES)\.swift:" |
            grep -vE ':[0-9]+: *(//|.*func (print|write)\()' |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: words leave the program by the ways of the threat model only/'
    )
}

# check_core ROOT: prints what the core must not have: a switch that decides for cases which nobody has thought of, a
# property of the engine that others can change, and the question whether anything may be written asked beside the gate.
check_core() {
    (
        cd "$1" || exit
        grep -rnE '^ *(@unknown )?default *:' Sources/Reconciler Sources/Planning --include='*.swift' |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: a default in a switch of the core/'
        grep -rnE '^    (package |public |internal |package\(set\) |private\(set\) )*var [^{]*$' Sources/Reconciler \
            --include=Engine.swift |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: a property of the engine that is not private/'
        grep -rnE 'isStopping|isDown|dryRun' Sources/Reconciler --include='*.swift' |
            grep -vE '^Sources/Reconciler/(Sides|Gate)/' |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: this is for the gate to know/'
    )
}

# The program that is shipped, and the file that puts its parts together.
PROGRAM=surf-ufm-pkeyd
COMPOSITION_ROOT=Sources/$PROGRAM/Daemon.swift
# At most one line of Sources in so many may be the program's: what a command does belongs to a library.
PROGRAM_SHARE=4

# check_program_imports ROOT: the program knows the transport where its parts are put together, and nowhere else.
check_program_imports() {
    imports_of "$1" | awk -v program="$PROGRAM" -v root="$COMPOSITION_ROOT" '
        $1 != program { next }
        { file = $2; sub(/:[0-9]+$/, "", file) }
        $3 == "Transport" && file != root { print $2 ": only " root " may import Transport" }'
}

# check_program_share ROOT: whether the program is small beside its libraries.
check_program_share() {
    local own all
    own=$(find "$1/Sources/$PROGRAM" -name '*.swift' -exec cat {} + | wc -l)
    all=$(find "$1/Sources" -name '*.swift' -exec cat {} + | wc -l)
    if ((own * PROGRAM_SHARE > all)); then
        echo "Sources/$PROGRAM: $own of $all lines of Sources are more than one in $PROGRAM_SHARE"
    fi
}

# check_test_imports ROOT: what a test calls belongs to a library; the programs themselves are started as processes.
check_test_imports() {
    (
        cd "$1" || exit
        grep -rnE "^[ \t]*(@[A-Za-z_]+(\([^)]*\))?[ \t]+)*import[ \t]+${PROGRAM//-/_}\b" Tests --include='*.swift' |
            sed -E 's/^([^:]*:[0-9]+):.*/\1: no test may import the program/'
        # Only what starts the programs depends on them, to have them built.
        awk -v program="\"$PROGRAM\"" '
            /\.testTarget\(/ { target = "" ; inside = 1 }
            inside && match($0, /name: "[A-Za-z]+"/) && target == "" {
                target = substr($0, RSTART + 7, RLENGTH - 8)
            }
            inside && target != "" && target != "IntegrationTests" && index($0, program) {
                print "Package.swift:" FNR ": " target " may not depend on " program
            }
            /^    \]/ { inside = 0 }' Package.swift
    )
}
