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
