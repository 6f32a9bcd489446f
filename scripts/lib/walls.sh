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
