import Logging
import Synchronization
import Telemetry
import Testing

@Suite("Log lines")
struct LineLogHandlerTests {
    private let output = CapturedOutput()

    private func logger(
        level: Logger.Level = .trace, provider: Logger.MetadataProvider? = nil
    ) -> Logger {
        Logger(label: "test") { [output] _ in LineLogHandler(output: output, level: level, provider: provider) }
    }

    @Test(
        "Seven levels print as the four words of the predecessor",
        arguments: zip(
            Logger.Level.allCases, ["DEBUG", "DEBUG", "INFO", "INFO", "WARNING", "ERROR", "ERROR"]))
    func levels(level: Logger.Level, word: String) {
        logger().log(level: level, "PKey monitor stopped")
        #expect(output.lines == ["\(word): PKey monitor stopped"])
    }

    @Test("Nothing below the level is printed, and the level can be changed")
    func threshold() {
        var logger = logger(level: .info)
        logger.debug("hidden")
        logger.info("shown")
        logger.logLevel = .debug
        logger.debug("now shown")
        #expect(output.lines == ["INFO: shown", "DEBUG: now shown"])
    }

    @Test("Metadata follows sorted by key, and blanks, quotes and nothing at all get quotes")
    func metadata() {
        let logger = logger()
        logger.info(
            "done",
            metadata: [
                "pkey": "0x200e", "b": "two words", "c": "", "d": "a=b", "e": "say \"x\"", "f": .array(["1", "2"]),
                "a": .stringConvertible(7),
            ])
        #expect(
            output.lines == [
                #"INFO: done a=7 b="two words" c="" d="a=b" e="say \"x\"" f="[\"1\", \"2\"]" pkey=0x200e"#
            ])
    }

    @Test("The event's metadata wins over the provider's, and that over the logger's")
    func precedence() {
        var logger = logger(provider: Logger.MetadataProvider { ["a": "provider", "b": "provider"] })
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger[metadataKey: "c"] = "logger"
        #expect(logger[metadataKey: "c"] == "logger")
        logger.info("x", metadata: ["a": "event"])
        #expect(output.lines == ["INFO: x a=event b=provider c=logger"])
    }

    @Test("An error given with the event is printed like metadata")
    func errors() {
        struct Failure: Error, CustomStringConvertible { var description: String { "it broke" } }
        logger().error("failed", error: Failure())
        #expect(output.lines == ["ERROR: failed error=\"it broke\""])
    }

    @Test("No text from outside can begin a line of its own or reach the terminal as a command")
    func injection() {
        logger().warning(
            "key 0x1\nERROR: forged\r\u{1b}[2J\u{0}\u{85}\u{2028}\u{202e}é\u{1F600}", metadata: ["k\n": "v\n"])
        #expect(
            output.lines == [
                #"WARNING: key 0x1\nERROR: forged\r\x1b[2J\x00\x85\u2028\u202eé"# + "\u{1F600}" + #" k\n="v\n""#
            ])
    }

    @Test("A carriage return with a line feed is one character to Swift and still two escapes")
    func carriageReturn() {
        #expect(LogText.escaped("a\r\nb\tc") == #"a\r\nb\tc"#)
    }

    @Test("Random text never yields a line with a control character")
    func property() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        for _ in 0..<2_000 {
            let bytes = (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let text = LogText.escaped(String(decoding: bytes, as: UTF8.self))
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control }, "seed \(seed)")
        }
    }
}

/// Keeps lines instead of printing them.
final class CapturedOutput: LogOutput {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func write(line: String, isError: Bool, behind prefix: String) {
        written.withLock { $0.append(prefix + line) }
    }
}

struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
