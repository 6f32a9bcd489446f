import ArgumentParser
import Glibc
import JSONText
import Surroundings
import Text

/// How results are printed: for people, or for scripts.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

/// Prints results on standard output and complaints on standard error.
enum Output {
    static func line(_ text: String) {
        print(OutgoingWords.result(text))
    }

    /// Text without a line end.
    static func text(_ text: String) {
        print(OutgoingWords.result(text), terminator: "")
    }

    /// A tool whose reader has gone has nothing left to do. To be called once there is a log, which ignores SIGPIPE.
    static func endWithReader() {
        signal(SIGPIPE, SIG_DFL)
    }

    /// Lets a reader have what was printed, though it is little.
    static func flush() throws(CommandFailure) {
        if let reason = StandardStreams.flushOutput() { throw CommandFailure(unwritable(reason)) }
    }

    /// What is said when a result could not be written as a whole.
    static func unwritable(_ reason: String) -> String {
        "standard output cannot be written: \(reason)"
    }

    /// JSON on one line with sorted keys.
    static func compactJSON(_ value: some Encodable) throws -> String {
        try json(value, .line)
    }

    /// Pretty JSON with sorted keys, so that the same state prints the same bytes.
    static func json(_ value: some Encodable) throws {
        print(try json(value, .lines))
    }

    private static func json(_ value: some Encodable, _ form: JSONText.Form) throws -> String {
        Terminal.json(String(decoding: try JSONText.bytes(value, form), as: UTF8.self))
    }
}

/// Why a command failed, in one line that names the culprit; exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
