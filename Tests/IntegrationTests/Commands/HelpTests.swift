import TestSupport
import Testing

@testable import Usage

@Suite("Help", .timeLimit(.minutes(20)))
struct HelpTests {
    private static let modes = ["monitor", "plan", "status", "ufm", "etcd"]

    private func help(_ mode: String?) async throws -> [String] {
        try await CommandRunner.succeed(Command(try Programs.pkeyd(), [mode, "--help"].compactMap(\.self))).output
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("fits 80 columns, that of the simulator too")
    func width() async throws {
        for mode in [nil] + Self.modes.map(Optional.some) {
            for line in try await help(mode) where line.count > 80 {
                Issue.record("\(mode ?? "-"): \(line)")
            }
        }
        let simulator = try await CommandRunner.succeed(Command(try Programs.simulator(), ["--help"])).output
        #expect(simulator.split(separator: "\n").filter { $0.count > 80 } == [])
    }

    @Test("is the same page however it is asked for, and names the program")
    func spellings() async throws {
        for mode in [nil] + Self.modes.map(Optional.some) {
            let page = try await help(mode)
            let usage = try #require(page.first { $0.hasPrefix("USAGE: ") }, "\(mode ?? "-")")
            #expect(usage.hasPrefix("USAGE: surf-ufm-pkeyd \(mode ?? "")"), "\(usage)")
            #expect(page.contains("EXAMPLES:"), "\(mode ?? "-")")
            let word = [mode].compactMap(\.self)
            // An option without a mode is the daemon's.
            let others = mode == nil ? [] : [word + ["--debug", "--help"]]
            for words in [word + ["-h"], ["help"] + word] + others {
                let other = try await CommandRunner.succeed(Command(try Programs.pkeyd(), words)).output
                #expect(other == page.joined(separator: "\n"), "\(words)")
            }
        }
    }

    @Test("of a mode has each of its options once, at most ten in the first group, and no group names another")
    func options() async throws {
        let dump = try await CommandRunner.succeed(Command(try Programs.pkeyd(), ["--experimental-dump-help"])).output
        let catalog = try #require(OptionCatalog(dump: dump))
        for mode in catalog.modes {
            let shown = try await help(mode.name).filter { $0.hasPrefix("  --") }
                .flatMap { $0.split(separator: " ").prefix { $0.hasPrefix("--") }.map { $0.filter { $0 != "," } } }
            let declared = mode.options.flatMap(\.names).filter { $0.hasPrefix("--") }
            #expect(shown.sorted() == declared.sorted(), "\(mode.name)")
            let groups = HelpPlan.of(mode.name).groups
            #expect((1...10).contains(groups.first?.options.count ?? 0), "\(mode.name)")
        }
        let all = Set(catalog.modes.flatMap(\.options).flatMap(\.names))
        let named = Self.modes.flatMap { HelpPlan.of($0).groups.flatMap(\.options) }.filter { $0.hasPrefix("--") }
        #expect(Set(named).subtracting(all).isEmpty)
    }

    @Test("describes what is written of the options, which the program goes by where it reads a ufm.yaml")
    func written() async throws {
        let dump = try await CommandRunner.succeed(Command(try Programs.pkeyd(), ["--experimental-dump-help"])).output
        let catalog = try #require(OptionCatalog(dump: dump))
        for mode in catalog.modes {
            let written = OptionCatalog.written(beside: mode.name)
            #expect(written.standard == catalog.standard)
            #expect(Set(written.modes.map(\.name)) == [mode.name, catalog.standard])
            let ours = try #require(written.mode(mode.name))
            #expect(ours.options.map(\.names) == mode.options.map(\.names), "\(mode.name)")
            for (ours, option) in zip(ours.options, mode.options) { #expect(ours == option, "\(mode.name)") }
            #expect(ours.takesWord == mode.takesWord, "\(mode.name)")
        }
        #expect(OptionCatalog.written(beside: nil).modes.map(\.name) == [catalog.standard])
    }

    @Test("ends in examples that the program takes: of each it says what a file lacks, and not that the usage is wrong")
    func examples() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("settings: [\n", to: "batch.yaml")
            try directory.write("settings:\n  ufm-host: 127.0.0.1:1\n  ufm-user: admin\n", to: "ufm.yaml")
            try directory.write("x\n", to: "ufm-password")
            for mode in [nil] + Self.modes.map(Optional.some) {
                let lines = try await help(mode)
                let begin = try #require(lines.firstIndex(of: "EXAMPLES:"), "\(mode ?? "-")")
                let text = lines[(begin + 1)...].filter { !$0.hasPrefix("  #") }.joined(separator: "\n")
                    .replacing("\\\n", with: "")
                let examples = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(examples.count >= 3)
                for words in examples {
                    #expect(words.first == "surf-ufm-pkeyd")
                    #expect(mode == nil || words[1] == mode)
                    let result = try await CommandRunner.run(
                        Command(
                            try Programs.pkeyd(), Array(words.dropFirst()),
                            environment: ["PCOCC_SYSTEM_CONF_DIR": directory.path]))
                    #expect(result.status == .code(1), "\(words): \(result.errors)")
                    #expect(!result.errors.contains("--help shows the usage"), "\(words): \(result.errors)")
                }
            }
        }
    }
}
