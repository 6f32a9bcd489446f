# Proves that the checks find what they are for; to be sourced by scripts/check.
# shellcheck shell=bash

# plant CHECK EXPECTED FILE TEXT: puts the text into a copy of the sources and sees whether the check names the place.
plant() {
    local check=$1 expected=$2 file=$3 text=$4 found
    mkdir -p "$(dirname "$COPY/$file")"
    printf '%s\n' "$text" >"$COPY/$file"
    found=$(findings "$check" "$COPY")
    rm -f "$COPY/$file"
    if grep -qF -- "$expected" <<<"$found"; then
        report "found: ${check#check_}: ${text//$'\n'/ / }" ""
    else
        report "missed: ${check#check_}: ${text//$'\n'/ / }" "expected \"$expected\" in: ${found:-nothing}"
    fi
}

# plant_legal CHECK FILE TEXT: the check must be content with this.
plant_legal() {
    local check=$1 file=$2 text=$3 found
    mkdir -p "$(dirname "$COPY/$file")"
    printf '%s\n' "$text" >"$COPY/$file"
    found=$(findings "$check" "$COPY")
    rm -f "$COPY/$file"
    report "allowed: ${check#check_}: ${text//$'\n'/ / }" "$found"
}

# make_copy: a directory for the plants, gone when the script ends.
make_copy() {
    COPY=$WORK/copy
    mkdir -p "$COPY"
}

# self_test_sources: plants what the checks of the sources are for.
self_test_sources() {
    make_copy
    mkdir "$COPY/Sources" "$COPY/Tests" "$COPY/scripts" "$COPY/.ci"
    # The modules as they are, but empty: what is found is what was planted.
    local module
    for module in $(awk 'NF { print $1 }' <<<"$IMPORT_TABLE"); do
        mkdir -p "$COPY/Sources/$module"
        echo 'let planted = 0' >"$COPY/Sources/$module/Empty.swift"
    done
    cp "$ROOT/.swift-format" "$ROOT/Package.swift" "$COPY/"

    step "Imports"
    plant check_imports 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'import Glibc'
    plant check_imports 'Sources/Planning/P.swift:2' Sources/Planning/P.swift $'import Fabric\nimport FoundationEssentials'
    plant check_imports 'Sources/Telemetry/P.swift:1' Sources/Telemetry/P.swift 'import Foundation'
    plant check_imports 'Sources/UFMClient/P.swift:1' Sources/UFMClient/P.swift 'package import FoundationNetworking'
    plant check_imports 'Sources/EtcdGateway/P.swift:1' Sources/EtcdGateway/P.swift 'internal import CCurl'
    plant check_imports 'Sources/UFMClient/P.swift:1' Sources/UFMClient/P.swift '@preconcurrency public import COpenSSL'
    plant check_imports 'Sources/Reconciler/P.swift:1' Sources/Reconciler/P.swift '@testable import UFMClient'
    plant check_imports 'Sources/Reconciler/P.swift:1' Sources/Reconciler/P.swift 'import struct EtcdGateway.Revision'
    plant check_imports 'Sources/Transport/P.swift:1' Sources/Transport/P.swift '    import Synchronization; import CYAML'
    plant check_imports 'Sources/Transport/P.swift:1' Sources/Transport/P.swift '@_spi(Test) private import Dispatch'
    plant check_imports 'Sources/UFMSimulator/P.swift:1' Sources/UFMSimulator/P.swift 'import Fabric'
    plant check_imports 'Sources/UFMSimulator/P.swift:1' Sources/UFMSimulator/P.swift 'import NIOFoundationCompat'
    plant check_imports 'Sources/Surprise' Sources/Surprise/P.swift 'let surprise = 1'
    plant check_imports 'Sources/HTTPServing/P.swift:1' Sources/HTTPServing/P.swift 'import NIOSSL'
    plant check_imports 'Sources/HTTPServing/P.swift:1' Sources/HTTPServing/P.swift 'import Text'
    plant check_imports 'Sources/UFMModel/P.swift:1' Sources/UFMModel/P.swift 'import Glibc'
    plant check_imports 'Sources/UFMModel/P.swift:2' Sources/UFMModel/P.swift $'import FoundationEssentials\nimport NIOCore'
    plant_legal check_imports Sources/UFMSimulator/P.swift $'import NIOCore\nimport Synchronization'
    plant_legal check_imports Sources/Transport/P.swift $'/// import Foundation\npackage import CCurl'

    step "Independence"
    # What the modules that are planted in are known to import.
    echo 'import Transport' >"$COPY/Sources/UFMClient/Ways.swift"
    printf 'import HTTPServing\nimport UFMModel\n' >"$COPY/Sources/UFMSimulator/Ways.swift"
    plant check_simulator_independence 'UFMClient: UFMClient, and UFMSimulator -> UFMClient' Sources/UFMSimulator/P.swift 'import UFMClient'
    plant check_simulator_independence 'UFMClient -> UFMSimulator, and UFMSimulator' Sources/UFMClient/P.swift 'import UFMSimulator'
    plant check_simulator_independence 'Transport: UFMClient -> Transport, and UFMSimulator -> UFMModel -> Transport' Sources/UFMModel/P.swift 'import Transport'
    plant check_simulator_independence 'Transport: UFMClient -> Transport, and UFMSimulator -> HTTPServing -> Transport' Sources/HTTPServing/P.swift 'import Transport'
    plant check_simulator_independence 'UFMModel: UFMClient -> Transport -> UFMModel, and' Sources/Transport/P.swift 'import UFMModel'
    rm "$COPY/Sources/UFMClient/Ways.swift" "$COPY/Sources/UFMSimulator/Ways.swift"

    step "Walls"
    plant check_text 'Sources/UFMClient/P.swift:2' Sources/UFMClient/P.swift $'let one = 1\nlet text = String(value, radix: 16)'
    plant check_text 'Sources/Telemetry/P.swift:1' Sources/Telemetry/P.swift 'let bad = scalar.properties.generalCategory == .control'
    plant check_words 'Sources/UFMClient/P.swift:1' Sources/UFMClient/P.swift '    print("secret \(password)")'
    plant check_words "Sources/$PROGRAM/P.swift:1" "Sources/$PROGRAM/P.swift" 'fputs("x", stderr)'
    plant check_words 'Sources/Ledger/P.swift:1' Sources/Ledger/P.swift '_ = Glibc.write(2, bytes, count)'
    plant_legal check_words Sources/UFMSimulator/P.swift 'print("READY")'
    plant_legal check_words Sources/Telemetry/Log/LogOutput.swift 'let count = Glibc.write(descriptor, start, count)'
    plant check_program_imports "Sources/$PROGRAM/P.swift:2" "Sources/$PROGRAM/P.swift" $'import Fabric\nimport Transport'
    plant check_imports "Sources/$PROGRAM/P.swift:1" "Sources/$PROGRAM/P.swift" 'import YAMLReader'
    plant_legal check_program_imports "$COMPOSITION_ROOT" 'import Transport'
    plant check_program_share "Sources/$PROGRAM" "Sources/$PROGRAM/P.swift" "$(yes 'let line = 0' | head -n 100)"
    plant_legal check_program_share Sources/Fabric/P.swift "$(yes 'let line = 0' | head -n 100)"
    plant check_test_imports 'Tests/P.swift:2' Tests/P.swift $'import Testing\n@testable import '"${PROGRAM//-/_}"
    plant check_test_imports 'OtherTests may not depend' Package.swift $'    targets: [\n        .testTarget(\n            name: "OtherTests", dependencies: ["'"$PROGRAM"$'"]),\n    ]'
    cp "$ROOT/Package.swift" "$COPY/"
    plant_legal check_test_imports Tests/P.swift 'import Fabric'
    plant_legal check_text Sources/Text/P.swift 'let text = String(value, radix: 16)'

    step "Core"
    plant check_core 'Sources/Planning/P.swift:2' Sources/Planning/P.swift $'switch a {\n    default: break\n}'
    plant check_core 'Sources/Reconciler/P.swift:1' Sources/Reconciler/P.swift '    @unknown default: return'
    plant check_core 'Engine.swift:2' Sources/Reconciler/Engine/Engine.swift $'struct Engine {\n    private(set) var gate = WriteGate()\n}'
    plant check_core 'Engine.swift:2' Sources/Reconciler/Engine/Engine.swift $'struct Engine {\n    var count = 0\n}'
    plant check_core 'Sources/Reconciler/P.swift:1' Sources/Reconciler/P.swift 'if isStopping { return }'
    plant_legal check_core Sources/Reconciler/P.swift $'attempts[pkey, default: 0] += 1\n    var isDone: Bool { true }'
    plant_legal check_core Sources/UFMClient/P.swift $'switch a {\n    default: break\n}'

    plant check_core_manifest 'P.swift:2: the core of scripts/lib/mutations.sh does not give KeyHistory to Planning' Sources/Planning/P.swift $'import Fabric\nimport KeyHistory'
    plant_legal check_core_manifest Sources/Reconciler/P.swift $'internal import KeyHistory\npackage import Logging\nimport Synchronization'

    plant check_mutations 'planted: its old lines are 0 times in Sources/Fabric/Empty.swift, not once' Fixtures/mutations/planted.txt $'[planted]\nwhat: a\nfile: Sources/Fabric/Empty.swift\n-let b = 1'
    plant check_mutations 'mutation planted lacks what:' Fixtures/mutations/planted.txt $'[planted]\nfile: Sources/Fabric/Empty.swift'
    plant_legal check_mutations Fixtures/mutations/planted.txt '# Words.'

    step "Seams"
    plant check_seams 'seams.txt:2: there is no Sources/Fabric/None.swift' scripts/lib/seams.txt $'task a\nFabric/None.swift'
    plant check_seams 'seams.txt:2: Sources/Fabric/Empty.swift is there already' scripts/lib/seams.txt $'task a\n+ Fabric/Empty.swift'
    plant check_seams 'a: 6 files, and 5 are allowed' scripts/lib/seams.txt "task a$(yes $'\nFabric/Empty.swift' | head -n 12)"
    plant check_seams 'a: UFMClient and EtcdGateway do not know each other' scripts/lib/seams.txt $'task a\nUFMClient/Empty.swift\nEtcdGateway/Empty.swift'
    plant check_seams 'a: no room New' scripts/lib/seams.txt $'task a\n+ New/A.swift'
    plant check_seams 'a: New and UFMClient do not know each other' scripts/lib/seams.txt $'task a\n+ New/A.swift\nroom New Reconciler\nUFMClient/Empty.swift'
    plant check_seams 'a: no file' scripts/lib/seams.txt $'task a\ntask b\nFabric/Empty.swift'
    plant_legal check_seams scripts/lib/seams.txt $'# Words.\ntask a\n+ New/A.swift\nroom New Reconciler\nReconciler/Empty.swift\nsurf-ufm-pkeyd/Empty.swift'

    step "Catalog"
    mkdir -p "$COPY/$CATALOG"
    printf '# First\n\nThe first page.\n\n@Metadata {\n    @TechnologyRoot\n}\n\n## Topics\n\n- <doc:P>\n' >"$COPY/$CATALOG/surf-ufm-pkeyd.md"
    # What the first page leads to, where nothing else is planted.
    plant check_catalog "'Nowhere'" "$CATALOG/P.md" $'# P\n\nSee <doc:Nowhere>.'
    plant check_catalog 'Lonely.md: the first page does not lead to it' "$CATALOG/Lonely.md" '# Lonely'
    plant_legal check_catalog "$CATALOG/P.md" $'# P\n\nThe second page.'
    plant check_named_things 'P.md:2: there is no Sources/Fabric/None.swift' "$CATALOG/P.md" $'# P\n`Sources/Fabric/None.swift`'
    plant check_named_things 'README.md:1: there is no Sources/None.md' README.md '[a page](Sources/None.md)'
    plant check_named_things 'P.md:1: there is no test LostTests' "$CATALOG/P.md" '`LostTests`'
    plant check_named_things 'P.md:1: there is no test oneLost' "$CATALOG/P.md" 'scripts/test --filter oneLost'
    plant check_symbols 'P.md:1: nothing is called Follower.follow' "$CATALOG/P.md" '`Follower.follow`'
    printf '`--help`, `--version`\n' >"$COPY/$CATALOG/Commands.md"
    plant check_commands '--new-thing: declared, and not in' "Sources/$PROGRAM/P.swift" $'    @Flag(help: "New.")\n    var newThing = false'
    plant check_commands '--no-way: declared, and not in' "Sources/$PROGRAM/P.swift" '@Flag(inversion: .prefixedNo, help: "Way.") var way = false'
    plant check_commands '--old: in Commands.md, and declared nowhere' "$CATALOG/Commands.md" '`--help`, `--version`, `--old`'
    rm -r "${COPY:?}/$CATALOG"

    step "Forbidden"
    plant check_forbidden 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'let value = try! read()'
    plant check_forbidden 'Sources/Fabric/P.swift:2' Sources/Fabric/P.swift $'let url = "http://x"\n    Task { await work() }'
    plant check_forbidden 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'let task = Task<Void, Never>(priority: .low) {'
    plant check_forbidden 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'let task = Task.detached { await work() }'
    plant check_forbidden 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'final class Box: @unchecked Sendable {}'
    plant check_forbidden 'Sources/Fabric/P.swift:1' Sources/Fabric/P.swift 'nonisolated(unsafe) var count = 0'
    plant check_forbidden 'Tests/P.swift:1' Tests/P.swift "// TO""DO: later"
    plant_legal check_forbidden Sources/Fabric/P.swift $'// The loop owns it.\nlet task = Task { await work() }\ngroup.addTask { 1 }'

    step "Scripts and README"
    plant check_swallowed 'scripts/p.sh:1' scripts/p.sh 'rm "$old" || true'
    plant check_swallowed 'scripts/p.sh:3' scripts/p.sh $'# A reason too far away.\nx=1\nread -r x 2>/dev/null <y'
    plant check_swallowed '.ci/p:1' .ci/p 'apt-get install -y -qq etcd'
    plant check_swallowed 'scripts/p: set -euo pipefail' scripts/p 'make | tail -n 1'
    plant_legal check_swallowed scripts/p.sh $'rm "$old" || true # it may be gone\n# It may be gone.\nrm "$old" 2>/dev/null'
    plant check_readme '+| build | `libcurl4' README.md '| to | Debian, Ubuntu | RHEL, Fedora | what for |'
    plant check_readme '-apt-get install curl' README.md 'apt-get install curl'
    plant_legal check_readme README.md "$(cat "$ROOT/README.md")"

    step "Format"
    plant check_format 'P.swift:1' Sources/Fabric/P.swift 'let value = Int("1")!'
    plant check_format 'P.swift:2' Sources/Fabric/P.swift $'func answer() -> Int {\n  42\n}'
}

# self_test_linkage: a program with all of Foundation must be told from one with the small part of it.
self_test_linkage() {
    local kind found
    make_copy
    step "Linkage"
    printf 'import Foundation\nprint(String(format: "%%05.2f", 3.14))\n' >"$COPY/with-Foundation.swift"
    printf 'import FoundationEssentials\nprint(Date().formatted(.iso8601))\n' >"$COPY/with-FoundationEssentials.swift"
    for kind in Foundation FoundationEssentials; do
        found=$(swiftc -module-name sample -static-stdlib -o "$COPY/$kind" "$COPY/with-$kind.swift" 2>&1) || fail "no sample program: $found"
    done
    found=$(check_linkage "$COPY/Foundation")
    if [[ $found == *' contains Foundation:'* && $found == *' contains ICU:'* ]]; then found=''; fi
    report "found: linkage: a program with String(format:)" "$found"
    report "allowed: linkage: a program with FoundationEssentials" "$(check_linkage "$COPY/FoundationEssentials")"
    # Linked as Swift does it by itself, a program asks for a function of glibc 2.35.
    found=$(check_portable "$COPY/FoundationEssentials")
    if [[ $found == *'asks for hypotf of GLIBC_2.35'* ]]; then found=''; else found="found was: $found"; fi
    report "found: portability: a program that asks for hypotf" "$found"
}
