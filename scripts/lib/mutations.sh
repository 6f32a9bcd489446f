# Mistakes that somebody might make in the engine, and a package of the core to make them in; to be sourced by scripts/mutate.
# shellcheck shell=bash

# What the core is: no network, no fabric manager, no etcd; it builds in a minute, and again in seconds.
CORE_PARTS=(Sources/CYAML Sources/Text Sources/Fabric Sources/Planning Sources/KeyHistory Sources/YAMLReader Sources/Reconciler
    Tests/TestSupport Tests/ReconcilerTests Tests/PlanningTests Tests/KeyHistoryTests)

MUTATIONS=()
declare -A MUTATION_WHAT MUTATION_FILE MUTATION_OLD MUTATION_NEW MUTATION_EQUIVALENT MUTATION_TESTS

# read_mutations FILE...: fills the arrays above. README.md beside the files tells their form.
read_mutations() {
    local file line name='' number
    for file in "$@"; do
        number=0
        while IFS= read -r line || [[ -n $line ]]; do
            number=$((number + 1))
            case $line in
                '' | '#'*) ;;
                '['*']')
                    name=${line:1:-1}
                    [[ -z ${MUTATION_WHAT[$name]+x} ]] || fail "$file:$number: there are two mutations $name"
                    MUTATIONS+=("$name")
                    MUTATION_WHAT[$name]='' MUTATION_FILE[$name]='' MUTATION_OLD[$name]='' MUTATION_NEW[$name]=''
                    MUTATION_EQUIVALENT[$name]='' MUTATION_TESTS[$name]=''
                    ;;
                'what: '*) MUTATION_WHAT[$name]=${line#what: } ;;
                'file: '*) MUTATION_FILE[$name]=${line#file: } ;;
                'tests: '*) MUTATION_TESTS[$name]=${line#tests: } ;;
                'equivalent: '*) MUTATION_EQUIVALENT[$name]=${line#equivalent: } ;;
                -*) MUTATION_OLD[$name]+=${line:1}$'\n' ;;
                +*) MUTATION_NEW[$name]+=${line:1}$'\n' ;;
                *) fail "$file:$number: what is this? $line" ;;
            esac
        done <"$file"
    done
    for name in "${MUTATIONS[@]}"; do
        [[ -n ${MUTATION_WHAT[$name]} && -n ${MUTATION_FILE[$name]} && -n ${MUTATION_OLD[$name]} ]] ||
            fail "mutation $name lacks what:, file: or an old line"
    done
}

# is_in_core NAME: whether the mistake is made in the core; all others are made in a copy of the whole.
is_in_core() {
    local part
    for part in "${CORE_PARTS[@]}"; do [[ ${MUTATION_FILE[$1]} != "$part"/* ]] || return 0; done
    return 1
}

# tests_of NAME: a pattern of the tests that are to find a mistake outside the core: of its module, or those it names.
tests_of() {
    local module=${MUTATION_FILE[$1]#Sources/}
    printf '%s' "${MUTATION_TESTS[$1]:-^${module%%/*}Tests\\.}"
}

# replaced_text NAME ROOT: prints the file with the mistake in it; false, with a line that says why, where it does not fit.
replaced_text() {
    NAME=$1 FILE="$2/${MUTATION_FILE[$1]}" OLD=${MUTATION_OLD[$1]} NEW=${MUTATION_NEW[$1]} perl -0777 -e '
        my ($name, $file, $old, $new) = @ENV{qw(NAME FILE OLD NEW)};
        open(my $in, "<", $file) or die "$name: $file: $!\n";
        my $text = <$in>;
        my $count = () = $text =~ /^\Q$old\E/mg;
        die "$name: its old lines are $count times in $file, not once\n" if $count != 1;
        $text =~ s/^\Q$old\E/$new/m;
        print $text;'
}

# check_mutations ROOT: prints which mistakes do not fit the sources any more: nobody would look for them before the next whole run.
check_mutations() {
    (
        read_mutations "$1"/Fixtures/mutations/*.txt
        for name in "${MUTATIONS[@]}"; do replaced_text "$name" "$1" 2>&1 >/dev/null | sed "s|$1/||"; done
    )
}

# apply_mutation NAME ROOT PACKAGE
apply_mutation() {
    local text
    # The dot keeps the newlines at the end, which a command substitution takes away.
    text=$(replaced_text "$1" "$2" && printf .) || fail "mutation $1 does not fit"
    printf '%s' "${text%.}" >"$3/${MUTATION_FILE[$1]}"
}

# undo_mutation NAME ROOT PACKAGE
undo_mutation() {
    cat "$2/${MUTATION_FILE[$1]}" >"$3/${MUTATION_FILE[$1]}"
}

# keep_core ROOT COPY: a copy of the core's files, as they are now and no others.
keep_core() {
    rm -rf "$2"
    mkdir -p "$2"
    (cd "$1" && tar -c "${CORE_PARTS[@]}") | tar -x -C "$2"
}

# make_core_package ROOT PACKAGE: a package of the core alone. What has not changed since the last time stays built.
make_core_package() {
    local file
    mkdir -p "$2/logs"
    (cd "$1" && find "${CORE_PARTS[@]}" -type f) | while IFS= read -r file; do
        mkdir -p "$2/$(dirname "$file")"
        cmp -s "$1/$file" "$2/$file" || cat "$1/$file" >"$2/$file"
    done
    (cd "$2" && find "${CORE_PARTS[@]}" -type f) | while IFS= read -r file; do
        [[ -e $1/$file ]] || rm "$2/$file"
    done
    core_manifest >"$2/Package.swift.new"
    cmp -s "$2/Package.swift.new" "$2/Package.swift" || cat "$2/Package.swift.new" >"$2/Package.swift"
    rm "$2/Package.swift.new"
}

# make_whole_package ROOT ORIGIN PACKAGE: two copies of all that is built and tested, as it is now; the second is built in, and
# what has not changed in it since the last time stays built.
make_whole_package() {
    local part
    rm -rf "$2"
    mkdir -p "$2" "$3/logs"
    for part in Package.swift Sources Tests Fixtures scripts README.md; do cp -a "$1/$part" "$2/"; done
    (cd "$2" && find . -type f) | while IFS= read -r part; do
        mkdir -p "$3/$(dirname "$part")"
        cmp -s "$2/$part" "$3/$part" || cp -p "$2/$part" "$3/$part"
    done
    (cd "$3" && find Sources Tests Fixtures scripts -type f) | while IFS= read -r part; do
        [[ -e $2/$part ]] || rm "$3/$part"
    done
}

# core_manifest: prints the manifest of that package. A mistake may leave a warning, which is not what is to find it.
core_manifest() {
    cat <<'SWIFT'
// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .unsafeFlags(["-O"]),
]
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "core",
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.2")],
    targets: [
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1"),
        .target(name: "Text", swiftSettings: settings),
        .target(name: "Fabric", dependencies: ["Text"], swiftSettings: settings),
        .target(name: "KeyHistory", swiftSettings: settings),
        .target(name: "Planning", dependencies: ["Fabric"], swiftSettings: settings),
        .target(name: "YAMLReader", dependencies: ["Text", "CYAML"], swiftSettings: settings),
        .target(
            name: "Reconciler", dependencies: ["Planning", "Fabric", "KeyHistory", "Text", "YAMLReader", logging],
            swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "PlanningTests", dependencies: ["Planning", "Fabric", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "KeyHistoryTests", dependencies: ["KeyHistory"], swiftSettings: settings),
        .testTarget(
            name: "ReconcilerTests",
            dependencies: ["Reconciler", "Planning", "Fabric", "KeyHistory", "TestSupport", logging],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
SWIFT
}

# check_core_manifest ROOT: prints what a module of the core imports and its row in that manifest lacks: the package would
# not build, which nobody would see before somebody runs scripts/mutate.
check_core_manifest() {
    local part
    for part in "${CORE_PARTS[@]}"; do
        [[ -d $1/$part ]] || continue
        grep -rnE '^(@testable )?(package |internal |public )?import [A-Za-z]+$' "$1/$part" --include='*.swift' |
            sed -E "s|^$1/||; s/^([^:]*:[0-9]+):.*import ([A-Za-z]+)$/\1 \2 ${part##*/}/"
    done | awk -v manifest="$(core_manifest | tr '\n' ' ')" '
        BEGIN {
            count = split(manifest, rows, /\.(target|testTarget|systemLibrary)\(/)
            for (i = 2; i <= count; i++) if (match(rows[i], /name: "[A-Za-z]+"/)) {
                name = substr(rows[i], RSTART + 7, RLENGTH - 8)
                needs[name] = substr(rows[i], RSTART + RLENGTH)
            }
        }
        $2 ~ /^(Synchronization|Glibc|Foundation|FoundationEssentials|Dispatch|Testing)$/ { next }
        index(needs[$3], $2 == "Logging" ? "logging" : "\"" $2 "\"") { next }
        { print $1 ": the core of scripts/lib/mutations.sh does not give " $2 " to " $3 }'
}
