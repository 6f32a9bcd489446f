import ArgumentParser
import FoundationEssentials
import Glibc
import Text

/// How results are printed: for people, or for scripts.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

/// Prints results on standard output and complaints on standard error.
enum Output {
    static func line(_ text: String) {
        print(text)
    }

    /// Text without a line end.
    static func text(_ text: String) {
        print(text, terminator: "")
    }

    /// A tool whose reader has gone has nothing left to do. To be called once there is a log, which ignores SIGPIPE.
    static func endWithReader() {
        signal(SIGPIPE, SIG_DFL)
    }

    /// Lets a reader have what was printed, though it is little.
    static func flush() throws(CommandFailure) {
        guard fflush(nil) == 0 else { throw CommandFailure("standard output: \(String(cString: strerror(errno)))") }
    }

    /// JSON on one line with sorted keys.
    static func compactJSON(_ value: some Encodable) throws -> String {
        try json(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    /// Pretty JSON with sorted keys, so that the same state prints the same bytes.
    static func json(_ value: some Encodable) throws {
        print(try prettyJSON(value))
    }

    /// The same as a text, without a line end behind it.
    static func prettyJSON(_ value: some Encodable) throws -> String {
        try json(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    private static func json(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        guard text.unicodeScalars.contains(where: isRaw) else { return text }
        return text.unicodeScalars.map { isRaw($0) ? $0.utf16.map(escaped).joined() : String($0) }.joined()
    }

    /// JSON demands escapes below U+0020 only, but terminals obey more than that. The line ends are the encoder's own.
    private static func isRaw(_ scalar: Unicode.Scalar) -> Bool {
        Terminal.isUnsafe(scalar) && scalar != "\n"
    }

    private static func escaped(_ unit: UInt16) -> String { "\\u" + Hex.digits(unit, width: 4) }
}

/// Why a command failed, in one line that names the culprit; exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
