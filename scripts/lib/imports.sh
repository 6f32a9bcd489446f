# Which module may import what; to be sourced by scripts/check.
# shellcheck shell=bash

# The one table of it: module, then what it may import beside STANDARD_MODULES. `-` stands for nothing at all, not even
# those: the core is the standard library alone. A name may end in `*`.
IMPORT_TABLE='
Fabric          - Text
Planning        - Fabric
KeyHistory      -
Text            -
Files           - Glibc
JSONText        - FoundationEssentials
Surroundings    CStart Text
YAMLReader      CYAML Text
Transport       CCurl COpenSSL Surroundings Text
EtcdGateway     JSONText KeyHistory Surroundings Text Transport
EtcdV2          EtcdGateway KeyHistory Surroundings Text Transport
UFMClient       Fabric JSONText Text Transport
Administration  Fabric Files JSONText Planning Text UFMClient YAMLReader
Reconciler      Planning Fabric KeyHistory Text YAMLReader Logging
Ledger          EtcdGateway Fabric Files JSONText KeyHistory Planning Reconciler Surroundings Text Transport
Adapters        Administration EtcdGateway EtcdV2 Fabric Files KeyHistory Ledger Reconciler Surroundings Text Transport UFMClient CoreMetrics
Settings        EtcdGateway Fabric Files Listening Planning Reconciler Surroundings Text Transport UFMClient Usage YAMLReader
Usage
Exposition      Fabric KeyHistory Planning Reconciler Surroundings Text CoreMetrics
Listening       Surroundings Text
Telemetry       Exposition Fabric JSONText KeyHistory Ledger Listening Reconciler Surroundings Text Logging
UFMModel        - FoundationEssentials
HTTPServing     NIOCore NIOPosix NIOHTTP1
UFMSimulator    HTTPServing UFMModel NIOCore NIOPosix NIOSSL
surf-ufm-pkeyd  Adapters Administration EtcdGateway EtcdV2 Exposition Fabric Files JSONText KeyHistory Ledger Listening Planning Reconciler Settings Surroundings Telemetry Text Transport UFMClient Usage ArgumentParser Logging UnixSignals
ufm-simulator   UFMModel UFMSimulator ArgumentParser UnixSignals
'
STANDARD_MODULES='Synchronization Glibc FoundationEssentials'
# Never, whatever the table says. NIOFoundationCompat brings the whole of Foundation.
FORBIDDEN_MODULES='Foundation FoundationNetworking FoundationXML FoundationInternationalization NIOFoundationCompat'

# imports_of ROOT: one line for each import under Sources: module, file:line, imported module.
imports_of() {
    (
        cd "$1" || exit
        find Sources -name '*.swift' -print0 | sort -z | xargs -0 -r awk '
            {
                # More than one statement may stand on a line.
                count = split($0, statements, ";")
                for (i = 1; i <= count; i++) {
                    text = statements[i]
                    sub(/^[ \t]+/, "", text)
                    while (sub(/^@[A-Za-z_]+(\([^)]*\))?[ \t]+/, "", text)) {}
                    sub(/^(public|package|internal|fileprivate|private)[ \t]+/, "", text)
                    if (text !~ /^import[ \t]/) continue
                    sub(/^import[ \t]+/, "", text)
                    sub(/^(struct|class|enum|protocol|typealias|actor|func|let|var)[ \t]+/, "", text)
                    if (!match(text, /^[A-Za-z_][A-Za-z_0-9]*/)) continue
                    split(FILENAME, parts, "/")
                    print parts[2], FILENAME ":" FNR, substr(text, RSTART, RLENGTH)
                }
            }'
    )
}

# check_imports ROOT: prints the imports that break the table, and modules that are not in it.
check_imports() {
    local root=$1
    {
        # A module without any import must be in the table too.
        find "$root/Sources" -name '*.swift' | sed "s|^$root/Sources/\([^/]*\)/.*|\1|" | sort -u | sed 's/$/ - -/'
        imports_of "$root"
    } | awk -v table="$IMPORT_TABLE" -v standard="$STANDARD_MODULES" -v forbidden="$FORBIDDEN_MODULES" '
        BEGIN {
            rows = split(table, lines, "\n")
            for (i = 1; i <= rows; i++) {
                if ((words = split(lines[i], fields, " ")) == 0) continue
                known[fields[1]] = 1
                for (j = 2; j <= words; j++) allowed[fields[1]] = allowed[fields[1]] " " fields[j]
                if (fields[2] != "-") allowed[fields[1]] = allowed[fields[1]] " " standard
            }
            split(forbidden, fields, " ")
            for (i in fields) never[fields[i]] = 1
        }
        function may(module, name,    i, count, names) {
            count = split(allowed[module], names, " ")
            for (i = 1; i <= count; i++) {
                if (names[i] == name) return 1
                if (names[i] ~ /\*$/ && index(name, substr(names[i], 1, length(names[i]) - 1)) == 1) return 1
            }
            return 0
        }
        !($1 in known) { if ($2 == "-") print "Sources/" $1 ": this module is not in the table of imports"; next }
        $2 == "-" { next }
        $3 in never { print $2 ": nothing may import " $3; next }
        !may($1, $3) { print $2 ": " $1 " may not import " $3 }'
}

# check_simulator_independence ROOT: the simulator must not understand UFM through the code that it is to test, nor through
# any that this code rests on, over however many modules. Each line names a module that both reach, and the two ways to it.
check_simulator_independence() {
    imports_of "$1" | awk -v standard="$STANDARD_MODULES" '
        { imported[$1] = imported[$1] " " $3 }
        function walk(module, way, reached,    i, count, names) {
            if (module in reached) return
            reached[module] = way
            count = split(imported[module], names, " ")
            for (i = 1; i <= count; i++) walk(names[i], way " -> " names[i], reached)
        }
        END {
            split(standard, names, " ")
            for (i in names) shared[names[i]] = 1
            walk("UFMClient", "UFMClient", client)
            walk("UFMSimulator", "UFMSimulator", simulator)
            for (module in client)
                if (module in simulator && !(module in shared))
                    print module ": " client[module] ", and " simulator[module]
        }' | sort
}
