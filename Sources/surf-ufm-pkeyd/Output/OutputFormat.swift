import ArgumentParser
import FoundationEssentials
import Glibc

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

    /// Lets a reader have what was printed, though it is little.
    static func flush() {
        fflush(nil)
    }

    /// JSON on one line with sorted keys.
    static func compactJSON(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Pretty JSON with sorted keys, so that the same state prints the same bytes.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Why a command failed, in one line that names the culprit; exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
