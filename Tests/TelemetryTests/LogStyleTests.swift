import FoundationEssentials
import Glibc
import Logging
import Testing

@testable import Telemetry

@Suite("What lines of the log look like")
struct LogStyleTests {
    private static let time = TimeStamp(timespec(tv_sec: 1_796_000_000, tv_nsec: 7_000_000))
    private let record = LogRecord(
        .warning, "PKey 0x200e is odd", ["ms": "5.5", "revision": "42", "error": "a \"b\""], time: time)

    private func line(_ style: LogStyle) -> String {
        let (prefix, line) = style.line(record)
        return prefix + line
    }

    @Test("Text is what it was, and the journal's has its priority in front and no time")
    func text() {
        let words = #"WARNING: PKey 0x200e is odd error="a \"b\"" ms=5.5 revision=42"#
        #expect(line(.text) == words)
        #expect(line(.journal) == "<4>" + words)
        #expect(line(.stamped) == "\(Self.time) \(words)")
        #expect(line(.terminal(isColoured: false)) == "\(Self.time.timeOfDay) \(words)")
        #expect(
            line(.terminal(isColoured: true)).hasPrefix(
                "\u{1b}[2m\(Self.time.timeOfDay)\u{1b}[0m \u{1b}[33mWARNING\u{1b}[0m: PKey"))
    }

    @Test("Each level has its priority", arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priorities(level: Logger.Level, priority: Int) {
        #expect(LogStyle.journal.line(LogRecord(level, "x")).line.hasPrefix("<\(priority)>"))
    }

    @Test("JSON is one object with figures as numbers, the partition as a field, and a time with its offset")
    func json() throws {
        struct Event: Decodable {
            let time: String
            let level: String
            let message: String
            let pkey: String
            let ms: Double
            let revision: Int
            let error: String
        }
        let event = try JSONDecoder().decode(Event.self, from: Data(line(.json).utf8))
        #expect(event.level == "warning" && event.message == "PKey 0x200e is odd" && event.pkey == "0x200e")
        #expect(event.ms == 5.5 && event.revision == 42 && event.error == "a \"b\"")
        let digits = event.time.split { "-T:.+".contains($0) }
        #expect(event.time == Self.time.description && digits.count == 9, "\(event.time)")
    }

    @Test("A field of an own name, and a figure that is none, stay texts")
    func oddFields() {
        let record = LogRecord(
            .info, "x", ["level": "y", "revision": "unknown", "ms": "007", "pkey": "0x1"], time: Self.time)
        let line = LogStyle.json.line(record).line
        #expect(
            line.hasSuffix(#""message":"x","field_level":"y","ms":"007","pkey":"0x1","revision":"unknown"}"#), "\(line)"
        )
    }

    @Test(
        "A server that is named by its URL is a field",
        arguments: [
            ("UFM at https://ufm1.example.org: refused", "ufm1.example.org"),
            ("etcd at http://[::1]:2379/v3 is odd", "[::1]:2379"),
            ("https://admin@ufm2:443/x and http://other", "ufm2:443"), ("see https://ufm3.", "ufm3"),
            ("http://10.0.0.1:2379, https://ufm1", "10.0.0.1:2379"), ("no server", nil), ("https:// is none", nil),
        ])
    func host(message: String, host: String?) throws {
        struct Event: Decodable { let host: String? }
        let line = LogStyle.json.line(LogRecord(.error, message)).line
        #expect(try JSONDecoder().decode(Event.self, from: Data(line.utf8)).host == host, "\(line)")
    }

    @Test("Whatever is logged, it is one line of JSON, and no terminal obeys it")
    func property() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        struct Event: Decodable { let message: String }
        for _ in 0..<2_000 {
            let bytes = (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let message = String(decoding: bytes, as: UTF8.self)
            let line = LogStyle.json.line(LogRecord(.info, message, ["k\(message)": message])).line
            let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8))
            #expect(event?.message == message, "seed \(seed)")
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "seed \(seed)")
        }
    }

    @Test("What an output is decides where nobody says")
    func choice() {
        let (pipe, terminal) = (OutputFacts(), OutputFacts(isTerminal: true))
        #expect(LogStyle(.auto, on: pipe) == .text)
        #expect(LogStyle(.auto, on: OutputFacts(isJournal: true)) == .journal)
        #expect(LogStyle(.auto, on: terminal) == .terminal(isColoured: true))
        #expect(LogStyle(.auto, on: OutputFacts(isTerminal: true, isPlain: true)) == .terminal(isColoured: false))
        #expect(
            LogStyle(.auto, .always, on: OutputFacts(isTerminal: true, isPlain: true)) == .terminal(isColoured: true))
        #expect(LogStyle(.auto, .never, on: terminal) == .terminal(isColoured: false))
        #expect(LogStyle(.text, on: terminal) == .text)
        #expect(LogStyle(.json, .always, on: terminal) == .json)
        #expect(LogStyle(.journal, on: pipe) == .journal)
    }

    @Test("The journal's stream is known by device and inode")
    func stream() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var information = stat()
        try #require(fstat(ends[1], &information) == 0)
        #expect(OutputFacts.isStream("\(information.st_dev):\(information.st_ino)", ends[1]))
        #expect(!OutputFacts.isStream("\(information.st_dev):\(information.st_ino + 1)", ends[1]))
        #expect(!OutputFacts.isStream(nil, ends[1]) && !OutputFacts.isStream("", ends[1]))
    }

    @Test("Details can be switched on and off while loggers are in use")
    func detail() {
        let (output, detail) = (CapturedOutput(), LogDetail(false))
        let logger = Logger(label: "test") { _ in LineLogHandler(output: output, detail: detail) }
        logger.debug("one")
        #expect(detail.toggle())
        logger.debug("two")
        #expect(!detail.toggle())
        logger.debug("three")
        #expect(output.lines == ["DEBUG: two"])
    }

    @Test("What is audited is in both logs, the time in front in the one that has no other; all else is in one")
    func audit() {
        let (output, file) = (CapturedOutput(), CapturedOutput())
        let logger = Logger(label: "test") { _ in LineLogHandler(output: output, detail: LogDetail(false), audit: file)
        }
        logger.info("Change", metadata: ["audit": "1"])
        logger.info("other")
        #expect(output.lines == ["INFO: Change audit=1", "INFO: other"])
        #expect(file.lines.count == 1)
        #expect(file.lines.first?.hasSuffix(" INFO: Change audit=1") == true)
        #expect(file.lines.first?.first == "2")
    }
}
