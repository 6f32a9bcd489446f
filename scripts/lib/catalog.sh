# Whether the articles of the catalog name what there is; to be sourced by scripts/check.
# shellcheck shell=bash

CATALOG=Sources/surf-ufm-pkeyd/Documentation.docc

# check_catalog ROOT: builds the catalog, every warning an error, so that each link leads somewhere.
check_catalog() {
    local root=$1 output code=0 article name
    command -v docc >/dev/null || { echo "docc is not here; it comes with Swift"; return; }
    output=$(docc convert "$root/$CATALOG" --fallback-display-name surf-ufm-pkeyd --warnings-as-errors \
        --output-path "$WORK/catalog" 2>&1) || code=$?
    rm -rf "$WORK/catalog"
    grep -E '^(warning|error)|^ --> ' <<<"$output" || true # there is none when all is well
    if ((code)) && ! grep -q -E '^(warning|error)' <<<"$output"; then echo "docc ended with exit code $code: $output"; fi
    (
        cd "$root" || exit
        # An article that no other leads to is read by nobody.
        for article in "$CATALOG"/*.md; do
            name=$(basename "$article" .md)
            [[ $name == surf-ufm-pkeyd ]] || grep -q "<doc:$name>" "$CATALOG/surf-ufm-pkeyd.md" ||
                echo "$article: the first page does not lead to it"
        done
    )
}

# check_named_things ROOT: prints what an article or the README names and is not there: files, directories, and tests.
check_named_things() {
    (
        cd "$1" || exit
        grep -noE '`(Sources|Tests|Fixtures|scripts)/[A-Za-z0-9_./+-]*`|\]\((Sources|Tests|Fixtures|scripts)/[^)]*\)' \
            README.md "$CATALOG"/*.md | tr -d '`](' | tr -d ')' | while IFS=: read -r file line path; do
            [[ -e $path ]] || echo "$file:$line: there is no $path"
        done
        # A suite or a test that an article says to run, by the name of its type or function.
        known=$(grep -rhoE '(struct|class|enum|func|extension) [A-Za-z0-9_]+' Tests --include='*.swift' | awk '{ print $2 }' | sort -u)
        known+=$'\n'$(ls Tests)
        grep -noE '`[A-Za-z0-9]+Tests`|--filter [A-Za-z0-9_]+' README.md "$CATALOG"/*.md |
            sed -E 's/--filter //; s/`//g' | grep -v ':[A-Z]*$' | while IFS=: read -r file line name; do
            grep -qxF -- "$name" <<<"$known" || echo "$file:$line: there is no test $name"
        done
    )
}

# check_symbols ROOT: prints the types, and their members, that an article names and no source declares.
check_symbols() {
    (
        cd "$1" || exit
        known=$(grep -rhoE '\b(struct|class|enum|protocol|typealias|actor|func|case|var|let) [A-Za-z0-9_]+' Sources Tests \
            --include='*.swift' | awk '{ print $2 }' | sort -u)
        known+=$'\n'$(ls Sources Tests)$'\nPackage'
        grep -noE '`[A-Z][A-Za-z0-9]+(\.[a-zA-Z0-9]+)?(\([a-z:]*\))?`' "$CATALOG"/*.md | tr -d '`' |
            while IFS=: read -r file line name; do
                name=${name%%(*}
                for part in ${name//./ }; do
                    [[ $name == Package.swift ]] || grep -qxF -- "$part" <<<"$known" || echo "$file:$line: nothing is called $name"
                done
            done
    )
}

# declared_options ROOT: the options of the program, as its sources declare them, one a line.
declared_options() {
    find "$1/Sources/surf-ufm-pkeyd" -name '*.swift' -print0 | sort -z | xargs -0 cat | awk '
        /@(Option|Flag)($|\(| )/ { text = ""; inside = 1 }
        inside {
            text = text " " $0
            if (!match(text, /[ )]var [A-Za-z0-9]+/)) next
            name = substr(text, RSTART + 5, RLENGTH - 5)
            inside = 0
            if (match(text, /customLong\("[^"]+"\)/)) option = substr(text, RSTART + 12, RLENGTH - 14)
            else {
                option = ""
                for (i = 1; i <= length(name); i++) {
                    letter = substr(name, i, 1)
                    option = option (letter ~ /[A-Z]/ ? "-" tolower(letter) : letter)
                }
            }
            print "--" option
            if (text ~ /\.prefixedNo/) print "--no-" option
        }' | sort -u
}

# check_commands ROOT: prints the options that the article of the commands lacks, and those that it has and nobody declares.
check_commands() {
    diff --label 'declared' --label "$CATALOG/Commands.md" -U 0 \
        <({ declared_options "$1"; printf '%s\n' --help --version; } | sort -u) \
        <(grep -oE '`--[a-z0-9-]+`' "$1/$CATALOG/Commands.md" | tr -d '`' | sort -u) |
        awk '/^---[a-z]/ { print substr($0, 2) ": declared, and not in Commands.md" }
             /^\+--[a-z]/ { print substr($0, 2) ": in Commands.md, and declared nowhere" }'
}
