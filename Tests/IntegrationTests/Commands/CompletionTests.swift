import TestSupport
import Testing

/// What the Tab key offers in a real bash, by the script that the package installs.
@Suite("Completions", .timeLimit(.minutes(20)))
struct CompletionTests {
    /// What is offered for the last of these words.
    private func offered(_ words: String...) async throws -> [Substring] {
        let program = try Programs.pkeyd()
        // As readline calls it: the program's name, the word under the cursor, the word before.
        let script = #"""
            shopt -s extglob
            source <("$1" --generate-completion-script bash)
            shift
            COMP_WORDS=(surf-ufm-pkeyd "$@") COMP_CWORD=$# COMP_LINE="surf-ufm-pkeyd $*"
            COMP_POINT=${#COMP_LINE} COMPREPLY=()
            _surf-ufm-pkeyd surf-ufm-pkeyd "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let command = Command("/bin/bash", ["-c", script, "bash", program] + words)
        return try await CommandRunner.run(command).output.split(separator: "\n")
    }

    @Test("Modes, options and values are offered")
    func words() async throws {
        #expect(try await offered("mon") == ["monitor"])
        #expect(try await offered("etcd", "--out") == ["--output"])
        #expect(try await offered("monitor", "--etcd-ca") == ["--etcd-ca-cert"])
        #expect(try await offered("monitor", "--policy", "") == ["sync", "upsert-only", "report"])
    }

    @Test("Where a file is due, files are offered; where a directory is due, directories")
    func files() async throws {
        #expect(try await offered("monitor", "--etcd-ca-cert", "/etc/pass").contains("/etc/passwd"))
        #expect(try await offered("monitor", "--config-dir", "/et").contains("/etc"))
        #expect(try await offered("monitor", "--config-dir", "/etc/pass").isEmpty)
    }
}
