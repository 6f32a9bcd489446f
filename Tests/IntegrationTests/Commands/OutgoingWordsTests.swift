import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Words of others with what a terminal would obey in them: by every way in which words leave the program they leave it as
/// words. The ways are listed in the threat model.
@Suite("What others say")
struct OutgoingWordsTests {
    /// Another title, another colour, a bell; from right to left; nothing at all; another line.
    private static let evil = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{202e}\u{200b}\u{9b}2J\u{85}\r"
    private static let visible = "owned"

    /// Nothing but words, line ends and, in JSON, nothing else either.
    private func expectWords(
        _ bytes: [UInt8], _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let text = String(decoding: bytes, as: UTF8.self)
        let obeyed = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalar != "\n"
            default: false
            }
        }
        #expect(
            obeyed.isEmpty, "\(comment): \(obeyed.map { String($0.value, radix: 16) })", sourceLocation: sourceLocation)
    }

    private func expectWords(
        _ result: CommandResult, saying words: String = visible, _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expectWords(result.outputBytes, comment, sourceLocation: sourceLocation)
        expectWords(Array(result.errors.utf8), comment, sourceLocation: sourceLocation)
        #expect(
            words.isEmpty || (result.output + result.errors).contains(words), "\(comment)",
            sourceLocation: sourceLocation)
    }

    @Test(
        "is words in the complaints of every tool, whichever server says it",
        arguments: ["text/html", "text/plain", "json"])
    func servers(kind: String) async throws {
        let quoted = try String(decoding: JSONEncoder().encode(Self.evil), as: UTF8.self)
        let raw = kind == "text/html" ? "<title>\(Self.evil)</title>" : Self.evil
        let body = kind == "json" ? #"{"error":\#(quoted),"message":\#(quoted),"code":2}"# : raw
        for status in [400, 403, 500, 503, 200] {
            let reply = FixedServer.Reply(
                status: status, contentType: kind == "json" ? "application/json" : kind, body: body)
            try await FixedServer.with(reply) { _, port, directory in
                let etcd = FixedServer.etcdArguments(port)
                for arguments in [
                    ["ufm"] + FixedServer.ufmArguments(port), ["etcd", "--list"] + etcd, ["etcd", "--status"] + etcd,
                    ["etcd", "--status", "--output", "json"] + etcd, ["status"] + etcd,
                    ["monitor", "--once", "--debug", "--http", "--ufm-host", "127.0.0.1:\(port)", "--ufm-user", "a"]
                        + etcd,
                ] {
                    let result = try await FixedServer.run(arguments, directory)
                    #expect(result.status == .code(1))
                    expectWords(result, saying: "", "\(status) \(arguments)")
                }
            }
        }
    }

    @Test("is words in the daemon's log, the ledger, status and plan, when UFM says it of one partition")
    func refusedPartition() async throws {
        try await withSite(.http) { site in
            site.ufm.inject(
                .init(.answer(status: 400, contentType: "text/plain", body: Self.evil), method: "POST", count: nil))
            let daemon = try site.startDaemon("--debug")
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001"])
            try await daemon.waitForLine(containing: "PKey 0x2001 is not in step")
            try await eventually("the record") {
                try await site.get(Site.ledgerPrefix + "0x2001")?.value.contains(#""state":"failing""#) == true
            }
            expectWords(Array(try #require(await site.get(Site.ledgerPrefix + "0x2001")).value.utf8), "the record")
            for arguments in [
                ["status"], ["status", "--output", "json"], ["status", "--wait", "0x2001", "--timeout", "1"],
            ] {
                expectWords(try await site.run(arguments + site.etcdArguments), "\(arguments)")
            }
            #expect(try await daemon.stop() == .code(0))
            expectWords(Array((daemon.output + daemon.errors).utf8), "the log")
            #expect(daemon.output.contains(Self.visible))
        }
    }

    @Test("is words when it is a partition's name, in every form of output and in a file")
    func partitionNames() async throws {
        try await withUFM(.made(0x4000, full: [0xa], name: Self.evil)) { site in
            for format in ["text", "json"] {
                for arguments in [
                    ["--list"], ["--list", "--guids"], ["--get-pkey", "0x4000"], ["--find-guid", guidText(0xa)],
                ] {
                    expectWords(try await site.ufmTool(arguments + ["--output", format]), "\(arguments) \(format)")
                }
            }
            expectWords(try await site.ufmTool("--export", "-"), "export")
            let path = site.configuration.file("export.json")
            try await site.ufmTool("--export", path)
            let file = try site.configuration.read("export.json")
            expectWords(Array(file.utf8), "the file")
            // No such name is given to UFM.
            let again = try await site.ufmTool("--import", path)
            #expect(again.status == .code(1))
            expectOneComplaint(
                inErrors: again.errors, naming: ["name: expected a text of printable characters"], "import")
        }
    }

    @Test("is words when it is a key or a value in etcd")
    func keys() async throws {
        try await withSite(.http) { site in
            let key = Site.pkeyPrefix + "0x2002" + Self.evil
            try await site.put(key, "{'host_guids': ['\(Self.evil)'], 'vf_guids': []}")
            try await site.put(pkey: "0x2003", hosts: [Self.evil])
            try await site.put(Site.pkeyPrefix + "0x2004", Self.evil)
            let daemon = try site.startDaemon("--debug")
            try await daemon.waitForLine(containing: "0x2004")
            let prefix = ["--prefix", Site.pkeyPrefix]
            for arguments in [
                ["etcd", "--list", "--decode"] + prefix, ["etcd", "--list", "--output", "json", "--decode"] + prefix,
                ["etcd", "--get", key], ["etcd", "--get", key, "--output", "json"],
                ["status"], ["status", "--output", "json"], ["plan", "--ufm-user", "admin", "--http"],
            ] {
                expectWords(try await site.run(arguments + site.etcdArguments), saying: "", "\(arguments)")
            }
            let watch = try site.start(["etcd", "--watch", "/"] + site.etcdArguments)
            // Until it listens; what it is told is the same each time.
            try await eventually("a change") {
                try await site.put(key, Self.evil)
                return watch.output.contains(Self.visible)
            }
            watch.terminate()
            _ = try await watch.waitForExit()
            expectWords(Array((watch.output + watch.errors).utf8), "watch")
            #expect(try await daemon.stop() == .code(0))
            expectWords(Array((daemon.output + daemon.errors).utf8), "the log")
            #expect(daemon.output.contains(Self.visible))
        }
    }

    @Test("is words when it was an argument")
    func arguments() async throws {
        let evil = Self.evil
        try await withSite(.http) { site in
            for arguments in [
                [evil], ["--" + evil], ["monitor", "--poll-interval", evil], ["plan", "--ufm-host", evil],
                ["ufm", "--get-pkey", evil], ["ufm", "--pkey", "0x5", "--guids", evil], ["ufm", "--find-guid", evil],
                ["ufm", "--list", "--host", evil, "--username", evil],
                ["ufm", "--import", evil, "--username", "admin"],
                ["ufm", "--export", "/nowhere/" + evil, "--username", "admin", "--http"],
                ["etcd", "--get", evil], ["etcd", "--list", "--prefix", evil], ["etcd", "--delete", evil],
                ["etcd", "--put", evil, "--value", evil], ["etcd", "--recursive", "--prefix", evil],
                ["etcd", "--delete", evil, "--recursive"],
                ["etcd", "--list", "--etcd-user", evil], ["etcd", "--list", "--etcd-host", evil],
                ["etcd", "--list", "--etcd-endpoints", evil], ["etcd", "--list", "--config-dir", "/nowhere/" + evil],
                ["etcd", "--list", "--etcd-ca-cert", evil], ["status", "--wait", evil], ["status", "--fabric", evil],
                ["status", "--ledger", evil], ["monitor", "--state-dir", "/nowhere/" + evil, "--once"],
            ] {
                let ending = arguments.contains("--etcd-user") || arguments[0] == "ufm" ? [] : ["--etcd-user", "root"]
                expectWords(try await site.run(arguments + ending), saying: "", "\(arguments)")
            }
        }
    }

    @Test("is words when it stands in a file, or in the environment")
    func files() async throws {
        let evil = Self.evil
        for (name, content) in [
            ("batch.yaml", "settings:\n  etcd-servers: [\"\(evil)\"]\n"), ("batch.yaml", "\"\(evil)\": [\n"),
            ("batch.yaml", "settings:\n  etcd-client-port: \"\(evil)\"\n"), ("batch.yaml", evil),
            ("ufm.yaml", "settings:\n  ufm-servers: [\"\(evil)\"]\n"), ("ufm.yaml", "settings:\n  \"\(evil)\": 1\n"),
            ("networks.yaml", "net:\n  settings:\n    min-pkey: \"\(evil)\"\n"), ("etcd-password", "a\n\(evil)\n"),
            ("guids", "\(evil)\n"), ("import.json", #"{"format":"\#(evil)"}"#), ("import.json", evil),
        ] {
            try await withSite(.http) { site in
                try site.configuration.write(content, to: name)
                for arguments in [
                    ["plan", "--etcd-user", "root", "--ufm-user", "admin", "--http"],
                    [
                        "ufm", "--pkey", "0x5", "--guids", "@" + site.configuration.file("guids"), "--username",
                        "admin", "--http",
                    ],
                    ["ufm", "--import", site.configuration.file("import.json"), "--username", "admin", "--http"],
                ] {
                    expectWords(try await site.run(arguments), saying: "", "\(name) \(arguments)")
                }
            }
        }
    }

    @Test("is words on a terminal that is asked: before a deletion, and for a password")
    func questions() async throws {
        try await withSite(.http) { site in
            try await site.put("/owned\u{202e}/a", "1")
            let keyboard = site.configuration.file("keyboard")
            try #require(mkfifo(keyboard, 0o600) == 0)
            let typing = open(keyboard, O_RDWR | O_CLOEXEC)
            defer { close(typing) }
            for (line, question) in [
                ("etcd --recursive --prefix /owned\u{202e}/ --etcd-user root", "Type yes to go on: "),
                ("etcd --list --etcd-user owned\u{202e} --etcd-prompt-password", "assword for owned"),
            ] {
                var command = try site.command([])
                let script = #"exec script --quiet --return --flush --command "$1" "$2" < "$3""#
                command.arguments = [
                    "-c", script, "sh", command.program + " " + line, site.configuration.file("screen"), keyboard,
                ]
                command.program = "/bin/sh"
                let process = try BackgroundProcess(command)
                try await eventually("question") { try site.configuration.read("screen").contains(question) }
                let bytes = Array("no\n".utf8)
                try #require(write(typing, bytes, bytes.count) == bytes.count)
                _ = try await process.waitForExit()
                // `script` itself repeats the command in its first line.
                let shown = try site.configuration.read("screen").utf8.filter { $0 != 0x0d }
                let screen = String(decoding: shown, as: UTF8.self).split(separator: "\n")
                expectWords(Array(screen.filter { !$0.hasPrefix("Script ") }.joined(separator: "\n").utf8), "\(line)")
                #expect(screen.contains { $0.contains("owned\\u{202e}") })
            }
        }
    }
}
