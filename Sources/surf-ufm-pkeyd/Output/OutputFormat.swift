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
        print(try json(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]))
    }

    private static func json(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return Terminal.json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Why a command failed, in one line that names the culprit; exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
