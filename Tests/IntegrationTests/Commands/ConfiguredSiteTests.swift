import FoundationEssentials
import TestSupport
import Testing
import Usage

/// A site whose `ufm.yaml` says everything: no command needs an option, and what is wrong in the file is told with its place.
@Suite("All in ufm.yaml")
struct ConfiguredSiteTests {
    private static let host: UInt64 = 0x043f_7203_00f5_5176

    /// Writes `ufm.yaml` for a site without TLS.
    @discardableResult
    private func configure(_ site: Site, _ lines: String...) throws -> String {
        let base = ["ufm-servers: ['\(site.ufmHost)']", "ufm-user: admin", "http: true", "etcd-user: root"]
        return try site.configuration.write(
            "settings:\n" + (base + lines).map { "  \($0)\n" }.joined(), to: "ufm.yaml")
    }

    @Test("The daemon and each tool need no option")
    func noOption() async throws {
        try await withSite(.http) { site in
            try configure(site, "poll-interval: 1")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.start([])
            try await site.waitForMembers([Self.host], of: 0x200e)
            try await daemon.waitForLine(containing: "Starting monitoring loop (poll interval: 1s)")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let list = try await site.run("ufm", "--list")
            #expect(list.exitCode == 0 && list.output.contains("0x200e"), "\(list.errors)")
            let keys = try await site.run("etcd", "--list", "--keys-only")
            #expect(keys.exitCode == 0 && keys.output.contains("/pcocc/global/opensm/pkeys/0x200e"), "\(keys.errors)")
            let plan = try await site.run("plan")
            #expect(plan.exitCode == 0, "\(plan.errors)")
            let status = try await site.run("status")
            #expect(status.exitCode == 0 && status.output.contains("synced"), "\(status.errors)")
            let managed = try await site.run("ufm", "--list", "--managed")
            #expect(managed.exitCode == 0, "\(managed.errors)")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("An option on the command line wins")
    func optionWins() async throws {
        try await withSite(.http) { site in
            try configure(site, "fabric: east", "poll-interval: 600")
            let daemon = try site.start(["--poll-interval", "2", "--fabric", "west"])
            try await daemon.waitForLine(containing: "poll interval: 2s")
            #expect(try await daemon.stop() == .code(0))
            let wrong = try await site.run("ufm", "--host", "127.0.0.1:1", "--list")
            #expect(wrong.exitCode == 1 && wrong.errors.contains("127.0.0.1:1"), "\(wrong.errors)")
        }
    }

    @Test(
        "A value that the option does not take is told with its place, for the daemon and the tools",
        arguments: [
            (
                "poll-interval: often", ":6:18: settings.poll-interval: \"often\" is not of the kind <seconds>",
                "monitor"
            ),
            ("poll-interval: 0", ":6:18: settings.poll-interval: --poll-interval 0: expected at least 1", "monitor"),
            ("policy: sink", ":6:11: settings.policy: Please provide one of 'sync'", "monitor"),
            ("managed-range: '0x2000'", ":6:18: settings.managed-range: expected FIRST-LAST", "status"),
            ("etcd-port: 70000", ":6:14: settings.etcd-port: \"70000\" is not of the kind <port>", "etcd --list"),
            ("ufm-fingerprint: sha256:00", ":6:20: settings.ufm-fingerprint: expected sha256: and 64", "ufm --list"),
            (
                "poll-intervall: 3", ":6:3: settings.\"poll-intervall\": unknown key. Did you mean poll-interval?",
                "plan"
            ),
            ("ufm-password: x", ":6:3: settings.ufm-password: passwords have a file of their own, ", "etcd --list"),
        ])
    func wrongValues(line: String, says: String, command: String) async throws {
        try await withSite(.http) { site in
            let path = try configure(site, line)
            let result = try await site.run(command.split(separator: " ").map(String.init))
            #expect(result.exitCode == 1, "\(result.errors)")
            #expect(result.errors.hasPrefix("ERROR: \(path)\(says)"), "\(result.errors)")
        }
    }

    @Test("What was typed is blamed for what was typed, and help needs no file")
    func typed() async throws {
        try await withSite(.http) { site in
            try configure(site, "poll-interval: 3")
            let typed = try await site.run("monitor", "--poll-interval", "often")
            #expect(typed.exitCode == 64 && typed.errors.contains("The value 'often'"), "\(typed.errors)")
            try site.configuration.write("settings: [\n", to: "ufm.yaml")
            for words in [["--help"], ["ufm", "--help"], ["--version"], ["help", "etcd"]] {
                #expect(try await site.run(words).exitCode == 0, "\(words)")
            }
            #expect(try await site.run("etcd", "--list").exitCode == 1)
        }
    }

    @Test("SIGHUP takes where UFM is from the file, and says what waits for the next start")
    func reread() async throws {
        try await withSite(.http) { site in
            try configure(site, "poll-interval: 1")
            let daemon = try site.start([])
            try await daemon.waitForLine(containing: "UFM Status")
            try configure(site, "poll-interval: 2", "debug: true", "ufm-hosts: x")
            _ = daemon.send(signal: 1)
            try await daemon.waitForLine(containing: "the old passwords stay in use")
            try await daemon.waitForLine(containing: ":8:3: settings.\"ufm-hosts\": unknown key")
            try configure(site, "poll-interval: 2", "debug: true")
            _ = daemon.send(signal: 1)
            try await daemon.waitForLine(
                containing: "what it says now of debug, poll-interval counts from the next start on")
            try await daemon.waitForLine(containing: "SIGHUP received: passwords have been read again")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    // MARK: The example

    private static var example: String {
        get throws {
            var root = URL(filePath: #filePath)
            for _ in 1...4 { root.deleteLastPathComponent() }
            return try String(contentsOf: root.appending(path: "scripts/packaging/ufm.yaml"), encoding: .utf8)
        }
    }

    /// The options of the example, those that are commented out as well: lines with `#` and a letter.
    private static var exampleLines: [String] {
        get throws {
            try example.split(separator: "\n").compactMap { line in
                let text = line.drop { $0 == " " }
                guard line.hasPrefix("  "), let first = text.first else { return nil }
                if first == "#" { return text.dropFirst().first?.isLetter == true ? String(text.dropFirst()) : nil }
                return String(text)
            }
        }
    }

    private static func key(_ line: String) -> String { String(line.prefix { $0 != ":" }) }

    @Test("The example names every option of the daemon, or says why it does not")
    func completeExample() async throws {
        let dump = try await CommandRunner.run(Command(try Programs.pkeyd(), ["--experimental-dump-help"])).output
        let catalog = try #require(OptionCatalog(dump: dump))
        let monitor = try #require(catalog.mode("monitor"))
        let keys = Set(try Self.exampleLines.map(Self.key))
        let prose = try Self.example.split(separator: "\n").prefix { !$0.hasPrefix("settings:") }.joined(separator: " ")
        for name in monitor.options.flatMap(\.names) where name.hasPrefix("--") {
            let isContrary = name.hasPrefix("--no-") && monitor.option("--" + name.dropFirst(5)) != nil
            #expect(keys.contains(String(name.dropFirst(2))) || prose.contains(name) || isContrary, "\(name)")
        }
        for key in keys { #expect(monitor.option("--" + key) != nil, "\(key)") }
    }

    @Test("Each line of the example is accepted by the daemon")
    func acceptedExample() async throws {
        try await withSite(.http) { site in
            for name in ["ufm-token", "listen-token"] { try site.configuration.write("token", to: name) }
            let lines = try Self.exampleLines
            for line in lines {
                let key = Self.key(line)
                let partners = [
                    "ufm-key-file": "ufm-cert-file", "etcd-key-file": "etcd-cert-file",
                    "ledger-etcd-user": "ledger-etcd-password-file",
                    "ledger-etcd-password-file": "ledger-etcd-user", "listen-token-file": "listen",
                ]
                var all = lines.filter { $0 == line || Self.key($0) == partners[key] }
                for needed in ["ufm-host", "ufm-user"]
                where key != needed && !(key == "ufm-token-file" && needed == "ufm-user") {
                    all += lines.filter { Self.key($0) == needed }
                }
                let text = "settings:\n" + all.map { "  \($0)\n" }.joined()
                try site.configuration.write(
                    text.replacing("/etc/pcocc/", with: site.configuration.path + "/")
                        .replacing("/var/log/surf-ufm-pkeyd/", with: site.configuration.path + "/")
                        .replacing("/run/surf-ufm-pkeyd/", with: site.configuration.path + "/"), to: "ufm.yaml")
                // The last thing that is looked at before a server is asked.
                let result = try await site.run("monitor", "--state-dir", "/nonexistent")
                #expect(result.exitCode == 1)
                #expect(result.errors.hasPrefix("ERROR: --state-dir /nonexistent: "), "\(line): \(result.errors)")
            }
        }
    }
}
