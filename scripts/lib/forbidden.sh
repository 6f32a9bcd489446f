# What must not be in the sources, or not without a reason; to be sourced by scripts/check.
# shellcheck shell=bash

# check_forbidden ROOT: prints each forbidden thing, and each thing that needs a comment and has none.
check_forbidden() {
    (
        cd "$1" || exit
        find Sources Tests -name '*.swift' -print0 | sort -z | xargs -0 -r awk '
            FNR == 1 { previous = "" }
            {
                # A colon before the slashes is that of a URL.
                isComment = $0 ~ /^[ \t]*(\/\/|\/\*|\*)/
                hasComment = isComment || $0 ~ /[^:]\/\//
                explained = hasComment || previous
                here = FILENAME ":" FNR ": "
                if ($0 ~ /(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)/) print here "a mark of unfinished work"
            }
            FILENAME ~ /^Sources\// && !isComment {
                code = $0
                sub(/[^:]\/\/.*/, "", code)
                if (code ~ /(^|[^A-Za-z0-9_])try!/) print here "try!"
                if (!explained) {
                    if (code ~ /(^|[^A-Za-z0-9_.])Task([ \t]*<[^>]*>)?[ \t]*(\([^)]*\))?[ \t]*\{/)
                        print here "Task { } without a comment on who owns it"
                    if (code ~ /(^|[^A-Za-z0-9_])Task\.(detached|immediate)/)
                        print here "unstructured task without a comment on who owns it"
                    if (code ~ /@unchecked[ \t]+Sendable/)
                        print here "@unchecked Sendable without a comment on what makes it so"
                    if (code ~ /nonisolated\(unsafe\)/)
                        print here "nonisolated(unsafe) without a comment on what protects it"
                }
            }
            { previous = isComment }'
    )
}
